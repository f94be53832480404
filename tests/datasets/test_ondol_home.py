"""Where the Ondol home is on each platform."""

import stat
import sys
from pathlib import Path

import pytest

from ondol.backend.home import ondol_home


@pytest.fixture(autouse=True)
def empty_environment(tmp_path, monkeypatch):
    for name in ("ONDOL_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))


def test_ondol_home_is_chosen_by_its_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("ONDOL_HOME", "~/mine/ondol")
    assert ondol_home() == tmp_path / "mine" / "ondol"


def test_a_relative_choice_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONDOL_HOME", "here")
    assert ondol_home() == Path.cwd() / "here"


@pytest.mark.parametrize(
    ("platform", "variable", "value", "expected"),
    [
        ("linux", None, None, ".cache/ondol"),
        ("linux", "XDG_CACHE_HOME", "{home}/xdg", "xdg/ondol"),
        ("linux", "XDG_CACHE_HOME", "relative", ".cache/ondol"),
        ("linux", "ONDOL_HOME", "", ".cache/ondol"),
        ("darwin", None, None, "Library/Caches/ondol"),
        ("win32", None, None, "AppData/Local/ondol"),
        ("win32", "LOCALAPPDATA", "{home}/local", "local/ondol"),
    ],
)
def test_each_platform(tmp_path, monkeypatch, platform, variable, value, expected):
    monkeypatch.setattr(sys, "platform", platform)
    if variable:
        monkeypatch.setenv(variable, value.format(home=tmp_path))
    assert ondol_home() == tmp_path / expected
    assert ondol_home().is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_nobody_else_may_read_it():
    assert stat.S_IMODE(ondol_home().stat().st_mode) == 0o700


def test_it_cannot_be_created(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ONDOL_HOME", str(tmp_path / "file" / "ondol"))
    with pytest.raises(OSError, match=r"can be created.*file/ondol.*Set the environment variable ONDOL_HOME"):
        ondol_home()


def test_a_file_in_its_place(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ONDOL_HOME", str(tmp_path / "file"))
    with pytest.raises(OSError, match="ONDOL_HOME"):
        ondol_home()
