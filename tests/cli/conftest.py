"""A private Ondol home for all tests of the command, and the command itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from ondol.cli import cli

SHARED = os.environ.get("ONDOL_DATASETS")


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("ondol_home")


@pytest.fixture(autouse=True)
def private_home(home, monkeypatch, tmp_path):
    """Nothing is read from or written to the user's cache or working folder."""
    monkeypatch.delenv("ONDOL_DATASETS", raising=False)
    monkeypatch.setenv("ONDOL_HOME", str(home))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ondol():
    """Call the command: `ondol("train", "xor")`; the result has exit_code, stdout, stderr."""

    def call(*arguments):
        return CliRunner().invoke(cli, [str(argument) for argument in arguments])

    return call


@pytest.fixture
def shared_datasets(monkeypatch):
    """Make a file of the user's ONDOL_DATASETS visible again, or skip."""

    def use(name):
        if not SHARED or not (Path(SHARED) / name).is_file():
            pytest.skip(f"ONDOL_DATASETS names no folder with {name}")
        monkeypatch.setenv("ONDOL_DATASETS", SHARED)

    return use
