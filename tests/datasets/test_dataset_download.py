"""The downloader against a real server on this machine."""

import errno
import io
import os
import socket
import sys
import threading

import pytest

from ondol.datasets import download as module
from ondol.datasets.download import download
from ondol.errors import DataError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sets" / "set.npz"


@pytest.fixture
def part(path):
    path.parent.mkdir()
    return path.with_name("set.npz.part")


def only_file(path):
    return [file.name for file in path.parent.iterdir()] == [path.name]


def test_full_download_leaves_the_file_alone_in_a_new_folder(site, path):
    download(site.url, site.sha256, path)
    assert path.read_bytes() == site.content
    assert only_file(path)
    assert site.ranges == [None]


def test_download_without_a_length(site, path):
    site.send_length = False
    download(site.url, site.sha256, path)
    assert path.read_bytes() == site.content


def test_a_part_is_resumed(site, path, part):
    part.write_bytes(site.content[:100_000])
    download(site.url, site.sha256, path)
    assert path.read_bytes() == site.content
    assert site.ranges == ["bytes=100000-"]
    assert only_file(path)


def test_a_server_that_ignores_ranges_sends_everything(site, path, part):
    site.ignore_range = True
    part.write_bytes(site.content[:100_000])
    download(site.url, site.sha256, path)
    assert path.read_bytes() == site.content
    assert site.ranges == ["bytes=100000-"]


def test_a_complete_part_needs_no_network(site, path, part):
    part.write_bytes(site.content)
    download(site.url, site.sha256, path)
    assert path.read_bytes() == site.content
    assert site.ranges == []


def test_a_part_longer_than_the_file_is_replaced(site, path, part):
    part.write_bytes(site.content + b"more")
    download(site.url, site.sha256, path)
    assert path.read_bytes() == site.content
    assert site.ranges == [f"bytes={len(site.content) + 4}-", None]


def test_a_part_of_another_version_is_replaced(site, path, part):
    part.write_bytes(b"?" * 100_000)
    download(site.url, site.sha256, path)
    assert path.read_bytes() == site.content
    assert site.ranges == ["bytes=100000-", None]


def test_a_wrong_checksum_gives_no_file(site, path):
    with pytest.raises(DataError) as caught:
        download(site.url, "0" * 64, path)
    for word in (site.url, site.sha256, "0" * 64, str(path), f"{len(site.content)} bytes"):
        assert word in str(caught.value)
    assert not path.exists()
    assert not path.with_name("set.npz.part").exists()


def test_a_truncated_transfer_is_kept_and_goes_on(site, path):
    site.stop_after = 200_000
    with pytest.raises(
        DataError, match=r"ended after 200000 of 320000 bytes.*The 200000 bytes so far are kept"
    ):
        download(site.url, site.sha256, path)
    assert not path.exists()
    site.stop_after = None
    download(site.url, site.sha256, path)
    assert path.read_bytes() == site.content
    assert site.ranges == [None, "bytes=200000-"]


def test_connection_refused_names_the_address_and_the_place(path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/set.npz"
        with pytest.raises(DataError) as caught:
            download(url, "0" * 64, path)
    assert f"Expected to download {url}. Received: " in str(caught.value)
    assert str(caught.value).endswith(f"put it at {path}")


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_http_error_keeps_the_part(site, path, part, status):
    site.status = status
    part.write_bytes(site.content[:1000])
    with pytest.raises(DataError, match=f"HTTP Error {status}.*The 1000 bytes so far are kept"):
        download(site.url, site.sha256, path)
    assert part.read_bytes() == site.content[:1000]


def test_a_silent_server_times_out(path, monkeypatch):
    monkeypatch.setattr(module, "_TIMEOUT", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/set.npz"
        with pytest.raises(DataError, match="timed out"):
            download(url, "0" * 64, path)


def test_a_server_that_speaks_something_else(path):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"hello\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(DataError, match="Received: hello"):
            download(f"http://127.0.0.1:{server.getsockname()[1]}/set.npz", "0" * 64, path)
        thread.join()


def test_a_folder_that_cannot_be_made(site, tmp_path):
    (tmp_path / "sets").write_text("a file in the way")
    with pytest.raises(DataError, match=r"able to write .*set\.npz.*ONDOL_DATASETS"):
        download(site.url, site.sha256, tmp_path / "sets" / "set.npz")


def test_a_full_disk_is_not_called_a_network_error(site, path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match=r"able to write .*No space left"):
        download(site.url, site.sha256, path)
    assert not path.exists()


def test_two_at_once_download_once(site, path):
    threads = [threading.Thread(target=download, args=(site.url, site.sha256, path)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() == site.content
    assert site.ranges == [None]


def test_one_plain_line_where_there_is_no_terminal(site, path, capsys):
    download(site.url, site.sha256, path)
    captured = capsys.readouterr()
    assert captured.err == f"Downloading {site.url}\n"
    assert captured.out == ""


def test_a_progress_bar_on_a_terminal(site, path, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    download(site.url, site.sha256, path)
    assert "set.npz" in terminal.getvalue()
    assert "320.0/320.0 kB" in terminal.getvalue()
