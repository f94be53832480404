"""`ondol info`, help, errors, and the ways to start the command."""

import importlib.metadata
import subprocess
import sys

import pytest

import ondol as od
from ondol.cli.info import describe_size


def facts(result):
    return dict(line.split(maxsplit=1) for line in result.stdout.splitlines())


def test_info(ondol, monkeypatch, tmp_path):
    home = tmp_path / "home"
    monkeypatch.setenv("ONDOL_HOME", str(home))
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "mnist.npz").write_bytes(b"x" * 12_340)
    (home / "datasets" / "cifar10_sample.npz").write_bytes(b"x" * 100)
    result = ondol("info")
    assert result.exit_code == 0
    found = facts(result)
    assert found["cifar10_sample.npz"].endswith("cifar10_sample.npz, 100 bytes")
    assert "cifar-10-binary.tar.gz" not in found
    assert found["ondol"] == od.__version__
    assert found["jax"] == importlib.metadata.version("jax")
    assert found["mnist.npz"] == f"{home / 'datasets' / 'mnist.npz'}, 12 kB"
    assert found["boston_housing.npz"] == "not downloaded yet"
    assert f"{home}, " in found["Ondol"]
    assert found["devices"] == str(od.devices()[0])


def test_info_without_jax(ondol, monkeypatch):
    version = importlib.metadata.version

    def without_jax(name):
        if name.startswith("jax"):
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    def no_devices():
        raise ModuleNotFoundError("No module named 'jax'")

    monkeypatch.setattr(importlib.metadata, "version", without_jax)
    monkeypatch.setattr(od, "devices", no_devices)
    result = ondol("info")
    assert result.exit_code == 0
    assert facts(result)["jax"] == "not installed"
    assert "No module named 'jax'" in facts(result)["devices"]


def test_info_with_a_home_that_cannot_be_made(ondol, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ONDOL_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setattr(od, "devices", list)
    result = ondol("info")
    assert result.exit_code == 0
    assert "ONDOL_HOME" in result.stdout


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (45_600_000, "46 MB")]
)
def test_sizes(tmp_path, size, text):
    with open(tmp_path / "file", "wb") as file:
        file.truncate(size)
    assert describe_size(tmp_path / "file") == describe_size(tmp_path) == text


def test_unexpected_errors_are_one_line_unless_debugging(ondol, monkeypatch):
    def fault():
        raise RuntimeError("gremlins")

    monkeypatch.setattr("ondol.cli.info.versions", fault)
    result = ondol("info")
    assert result.exit_code == 1
    assert "RuntimeError: gremlins" in result.stderr
    assert "--debug" in result.stderr
    for arguments in (("--debug", "info"), ("info", "--debug")):
        assert isinstance(ondol(*arguments).exception, RuntimeError)


def test_every_command_has_help(ondol):
    assert "ondol train digits" in ondol("--help").stdout
    for command in ("train", "predict", "list", "info"):
        result = ondol(command, "-h")
        assert result.exit_code == 0
        assert "--debug" in result.stdout


def test_python_m_ondol():
    for arguments, code, words in ((["--version"], 0, od.__version__), (["trian"], 2, "train")):
        result = subprocess.run([sys.executable, "-m", "ondol", *arguments], capture_output=True, text=True)
        assert result.returncode == code
        assert words in result.stdout + result.stderr
        assert "Traceback" not in result.stderr


def test_the_entry_point_is_installed():
    (entry,) = importlib.metadata.entry_points(group="console_scripts", name="ondol")
    assert entry.value == "ondol.cli:main"
