"""What a build function may ask for, and what comes of it."""

import numpy as np
import pytest
from scipy import stats

from ondol.tuning import HyperParameters
from ondol.tuning.parameters import Choice, described, number, restored

RNG = np.random.default_rng(0)


def drawn(parameter, n=2000):
    rng = np.random.default_rng(0)
    return [parameter.draw(rng) for _ in range(n)]


def test_values_are_given_or_defaults():
    hp = HyperParameters({"a": 3, "unused": 1})
    assert (hp.int("a", 0, 9), hp.int("b", 0, 9, default=7), hp.boolean("c"), hp.choice("d", ["x", "y"])) == (
        3, 7, False, "x",
    )  # fmt: skip
    assert hp.int("b", 0, 9) == 7  # asked for twice
    assert hp.values == {"a": 3, "b": 7, "c": False, "d": "x"}
    assert hp.float("e", 1.0, 100.0, log=True) == pytest.approx(10.0)
    assert hp.int("f", 2, 8, step=3) == 5
    assert hp.choice("g", [1, 2], default=2) == 2


def test_draws_are_even():
    assert stats.kstest(drawn(number("x", -1.0, 3.0, None, False, False)), "uniform", (-1, 4)).pvalue > 0.01
    logs = np.log(drawn(number("x", 1e-4, 1e-1, None, True, False)))
    assert stats.kstest(logs, "uniform", (np.log(1e-4), np.log(1e3))).pvalue > 0.01
    whole = np.array(drawn(number("x", 3, 7, None, False, True)))
    assert stats.chisquare([(whole == v).sum() for v in range(3, 8)]).pvalue > 0.01
    chosen = drawn(Choice(("a", "b", None)))
    assert stats.chisquare([chosen.count(v) for v in ("a", "b", None)]).pvalue > 0.01


def test_steps_are_kept_to():
    assert set(drawn(number("x", 1, 10, 4, False, True))) == {1, 5, 9}
    assert set(drawn(number("x", 8, 70, 2, True, True))) == {8, 16, 32, 64}
    assert sorted(set(drawn(number("x", 0.0, 0.3, 0.1, False, False)))) == pytest.approx([0, 0.1, 0.2, 0.3])


def test_grids():
    assert number("x", 0.0, 1.0, None, False, False).grid(3) == [0.0, 0.5, 1.0]
    assert number("x", 1e-3, 1e-1, None, True, False).grid(3) == pytest.approx([1e-3, 1e-2, 1e-1])
    assert number("x", 2, 3, None, False, True).grid(5) == [2, 3]
    assert number("x", 1, 9, None, False, True).grid(3) == [1, 5, 9]
    assert number("x", 1, 9, 2, False, True).grid(3) == [1, 3, 5, 7, 9]


def test_neighbours():
    assert number("x", 0.0, 1.0, None, False, False).neighbours(0.5) == pytest.approx([0.4, 0.6])
    assert number("x", 0.0, 1.0, 0.25, False, False).neighbours(1.0) == [0.75]
    assert number("x", 1e-3, 1.0, 10.0, True, False).neighbours(0.1) == pytest.approx([0.01, 1.0])
    assert number("x", 1, 5, None, False, True).neighbours(1) == [2]
    assert number("x", 16, 64, 2, True, True).neighbours(32) == [16, 64]
    assert Choice((1, 2, 4)).neighbours(2) == [1, 4]
    assert Choice(("a", "b", "c")).neighbours("b") == ["a", "c"]
    assert Choice((False, True)).neighbours(True) == [False]


@pytest.mark.parametrize("parameter", [Choice(("a", None, 1)), number("x", 1, 9, 2, False, True)])
def test_written_down_and_restored(parameter):
    assert restored(described(parameter)) == parameter


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda hp: hp.int("a", 3, 1), "low ≤ high for 'a'"),
        (lambda hp: hp.int("a", 0.5, 1), "whole numbers for 'a'"),
        (lambda hp: hp.float("a", 0.0, 1.0, log=True), "above 0 with log=True"),
        (lambda hp: hp.float("a", 0.0, float("inf")), "numbers for 'a'"),
        (lambda hp: hp.int("a", 1, 8, step=1, log=True), "step above 1 for 'a', a factor"),
        (lambda hp: hp.int("a", 1, 8, step=0), "step above 0"),
        (lambda hp: hp.choice("a", []), "list of text, numbers or booleans for 'a'"),
        (lambda hp: hp.choice("a", [len]), "Let names stand for other things"),
        (lambda hp: (hp.int("a", 1, 2), hp.int("a", 1, 3)), "'a' to be the same each time"),
    ],
)
def test_refused(ask, message):
    with pytest.raises(ValueError, match=message):
        ask(HyperParameters())
