"""Constraints: the norms they leave behind, eagerly and compiled, and by name."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import UnknownNameError

C = od.constraints
W = np.random.default_rng(5).normal(size=(6, 4)) * np.array([0.1, 0.5, 1.0, 3.0])
NORMS = np.linalg.norm(W, axis=0)


@pytest.mark.parametrize(
    ("constraint", "norms"),
    [
        (C.MaxNorm(1.5), np.minimum(NORMS, 1.5)),
        (C.UnitNorm(), np.ones(4)),
        (C.MinMaxNorm(0.8, 1.5), np.clip(NORMS, 0.8, 1.5)),
        (C.MinMaxNorm(0.8, 1.5, rate=0.25), 0.25 * np.clip(NORMS, 0.8, 1.5) + 0.75 * NORMS),
    ],
)
def test_lengths_are_constrained_and_directions_kept(constraint, norms):
    for moved in (constraint(W).numpy(), od.function(lambda w: constraint(w))(W).numpy()):
        np.testing.assert_allclose(np.linalg.norm(moved, axis=0), norms, rtol=1e-6)
        np.testing.assert_allclose(moved / np.linalg.norm(moved, axis=0), W / NORMS, rtol=1e-6)


def test_other_axes():
    np.testing.assert_allclose(np.linalg.norm(C.UnitNorm(axis=1)(W), axis=1), 1, rtol=1e-6)
    kernel = np.random.default_rng(6).normal(size=(3, 3, 2, 5))
    moved = C.MaxNorm(1.0, axis=[0, 1, 2])(kernel).numpy()
    np.testing.assert_allclose(np.sqrt((moved**2).sum((0, 1, 2))), 1, rtol=1e-6)


def test_non_negative():
    np.testing.assert_array_equal(C.NonNeg()(W), np.maximum(W, 0))


def test_a_weight_of_length_zero_stays():
    for constraint in (C.MaxNorm(), C.UnitNorm(), C.MinMaxNorm(1.0, 2.0)):
        assert constraint(np.zeros((2, 2))).tolist() == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("name", ["NonNeg", "MaxNorm", "UnitNorm", "MinMaxNorm"])
def test_names_and_config_round_trip(name):
    cls = getattr(C, name)
    assert type(C.get(name)) is cls
    constraint = cls()
    again = C.deserialize(C.serialize(constraint))
    assert type(again) is cls
    assert again.get_config() == constraint.get_config()


def test_spellings_functions_and_unknown_names():
    assert type(C.get("min_max_norm")) is C.MinMaxNorm
    assert C.max_norm(3).max_value == 3
    clip = lambda w: od.ops.clip(w, -1.0, 1.0)  # noqa: E731
    assert C.get(clip) is clip
    assert C.get(None) is None
    with pytest.raises(UnknownNameError, match="Did you mean 'max_norm'"):
        C.get("maxnorm")
