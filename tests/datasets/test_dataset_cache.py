"""Where files are looked for and where downloads go."""

import os

import pytest

from ondol.datasets.cache import fetch
from ondol.errors import DataError


def test_downloads_go_to_the_ondol_home_and_are_found_again(site, private_cache):
    path = fetch("set.npz", site.url, site.sha256)
    assert path == private_cache / "set.npz"
    assert fetch("set.npz", site.url, site.sha256) == path
    assert len(site.ranges) == 1


def test_ondol_datasets_comes_first(site, private_cache, tmp_path, monkeypatch):
    fetch("set.npz", site.url, site.sha256)
    monkeypatch.setenv("ONDOL_DATASETS", str(tmp_path / "mine"))
    (tmp_path / "mine").mkdir()
    assert fetch("set.npz", site.url, site.sha256) == private_cache / "set.npz"
    (tmp_path / "mine" / "set.npz").write_bytes(b"put here by hand")
    assert fetch("set.npz", site.url, site.sha256) == tmp_path / "mine" / "set.npz"


def test_ondol_datasets_is_created_and_receives_downloads(site, private_cache, tmp_path, monkeypatch):
    monkeypatch.setenv("ONDOL_DATASETS", str(tmp_path / "new" / "mine"))
    assert fetch("set.npz", site.url, site.sha256) == tmp_path / "new" / "mine" / "set.npz"
    assert not (private_cache / "set.npz").exists()


def test_a_read_only_ondol_datasets_leaves_downloads_to_the_home(site, private_cache, tmp_path, monkeypatch):
    (tmp_path / "shared").mkdir()
    monkeypatch.setenv("ONDOL_DATASETS", str(tmp_path / "shared"))
    # Permission bits do not bind a superuser, who may be the one that runs this test.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert fetch("set.npz", site.url, site.sha256) == private_cache / "set.npz"


def test_ondol_datasets_must_name_a_folder(site, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("ONDOL_DATASETS", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"ONDOL_DATASETS to name a folder.*Set it to a folder"):
        fetch("set.npz", site.url, site.sha256)


def test_an_absolute_path_is_used_as_it_is(site, tmp_path):
    assert fetch(str(tmp_path / "own.npz"), site.url, site.sha256) == tmp_path / "own.npz"
    assert (tmp_path / "own.npz").read_bytes() == site.content
