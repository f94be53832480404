"""The doctor's verdict on trainings that are broken in a known way, and on healthy ones."""

from pathlib import Path

import pytest
from trainings import BROKEN, HEALTHY

import ondol as od

VERDICTS = Path(__file__).with_name("verdicts.md")


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found(name: str) -> None:
    training, expected = BROKEN[name]
    od.random.seed(0)
    diagnosis = training(0)
    assert set(expected) & set(diagnosis.names), diagnosis
    for finding in diagnosis.findings:
        assert any(letter.isdigit() for letter in finding.seen), "a finding without a number"


@pytest.mark.parametrize("name", HEALTHY)
def test_no_alarm_at_a_healthy_training(name: str) -> None:
    od.random.seed(0)
    diagnosis = HEALTHY[name](0)
    assert diagnosis.healthy, diagnosis


def test_the_page_of_verdicts_lists_every_training() -> None:
    """Written by `python tests/diagnosis/trainings.py`."""
    rows = [
        line.split(" | ")[0].strip("| ")
        for line in VERDICTS.read_text().splitlines()
        if line.startswith("| ")
    ]
    assert rows[1:] == [name.replace("_", " ") for name in (*BROKEN, *HEALTHY)]
    assert len(BROKEN) >= 20
    assert len(HEALTHY) >= 20
