"""Thousands of damaged files: each is refused with an error of Ondol's, or read; nothing hangs, runs, or eats memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource")  # limits are those of POSIX systems


def outcome_of(folder, seed, count):
    program = Path(__file__).with_name("damaged_program.py")
    done = subprocess.run(
        [sys.executable, str(program), str(folder), str(seed), str(count)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]  # also of a crash
    return json.loads(done.stdout.splitlines()[-1])


def check(outcome, count):
    for number, reader, error, where in outcome["bad"]:
        print(f"file {number}, read as {reader}: {error}\n{where}")
    assert outcome["failures"] == 0
    counts = outcome["counts"]
    assert sum(counts.values()) == count
    for reader in ("model", "weights", "index", "checkpoint"):  # the damage is of all kinds: some do no harm
        assert counts[f"{reader} refused"] > count / 50
        assert counts[f"{reader} read"] > 0


def test_damaged_files(tmp_path):
    check(outcome_of(tmp_path, 0, 500), 500)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 5))
def test_many_damaged_files(tmp_path, seed):
    check(outcome_of(tmp_path, seed, 2500), 2500)
