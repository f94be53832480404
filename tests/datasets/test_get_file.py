"""get_file: any file, from a small web server."""

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

import ondol as od

get_file = od.utils.get_file


def test_a_file_is_downloaded_once(site, private_cache):
    path = get_file("file.bin", site.url)
    assert Path(path) == private_cache / "file.bin"
    assert Path(path).read_bytes() == site.content
    asked = len(site.ranges)
    assert get_file("file.bin", site.url) == path
    assert len(site.ranges) == asked
    get_file("file.bin", site.url, force_download=True)
    assert len(site.ranges) == asked + 1


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_checksums(site, tmp_path, algorithm):
    right = hashlib.new(algorithm, site.content).hexdigest()
    path = Path(get_file("file.bin", site.url, file_hash=right, cache_dir=tmp_path, cache_subdir="a"))
    assert path == tmp_path / "a" / "file.bin"
    path.write_bytes(b"damaged")
    assert (
        Path(get_file("file.bin", site.url, file_hash=right, cache_dir=tmp_path, cache_subdir="a"))
        .stat()
        .st_size
        > 7
    )
    with pytest.raises(ValueError, match="now removed, with"):
        get_file("other.bin", site.url, file_hash="0" * len(right), cache_dir=tmp_path)
    assert not (tmp_path / "datasets" / "other.bin").exists()


def archive(kind):
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as z:
            z.writestr("folder/words.txt", "온돌")
    else:
        with tarfile.open(fileobj=file, mode="w:gz") as t:
            info = tarfile.TarInfo("folder/words.txt")
            info.size = len("온돌".encode())
            t.addfile(info, io.BytesIO("온돌".encode()))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_archives_are_unpacked(site, kind):
    site.content = archive(kind)
    folder = Path(get_file("words.archive", site.url, extract=True))
    assert folder.name == "words.archive_extracted"
    assert (folder / "folder" / "words.txt").read_text(encoding="utf-8") == "온돌"
    assert get_file("words.archive", site.url, untar=True) == str(folder)


def test_nothing_is_unpacked_outside(site):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as t:
        info = tarfile.TarInfo("../outside.txt")
        info.size = 1
        t.addfile(info, io.BytesIO(b"x"))
    site.content = file.getvalue()
    with pytest.raises(ValueError, match="an archive that is whole"):
        get_file("bad.tar", site.url, extract=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "origin=, the address"),
        ({"origin": "http://127.0.0.1:1/x", "hash_algorithm": "crc"}, "hash_algorithm='crc'"),
        ({"origin": "http://127.0.0.1:1/x", "archive_format": "rar"}, "archive_format='rar'"),
        ({"origin": "http://127.0.0.1:1/x", "fname": "../x"}, "within the cache"),
        ({"origin": "http://127.0.0.1:1/x"}, "Expected to download"),
    ],
)
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        get_file(**arguments)


def test_no_archive(site):
    with pytest.raises(ValueError, match="zip or tar archive"):
        get_file("file.bin", site.url, extract=True)
