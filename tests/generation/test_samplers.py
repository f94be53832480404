"""Samplers against the shares that their formulas give."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, UnknownNameError
from ondol.generation import BeamSampler, RandomSampler, TopKSampler, TopPSampler, get

P = np.array([0.05, 0.4, 0.1, 0.3, 0.15])
U = (np.arange(20_000) + 0.5) / 20_000  # evenly spread: shares come out exactly


def shares(sampler):
    logits = od.tensor(np.tile(np.log(P), (len(U), 1)).astype("float32"))
    chosen = sampler.choose(logits, od.tensor(U.astype("float32"))).numpy()
    return np.bincount(chosen, minlength=len(P)) / len(U)


def normalized(p):
    return p / p.sum()


@pytest.mark.parametrize(
    ("sampler", "expected"),
    [
        (RandomSampler(), P),
        (RandomSampler(temperature=0.5), normalized(P**2)),
        (RandomSampler(temperature=2.0), normalized(P**0.5)),
        (TopKSampler(k=2), normalized(np.array([0, 0.4, 0, 0.3, 0]))),
        (TopKSampler(k=100), P),
        (TopKSampler(k=3, temperature=0.5), normalized(np.array([0, 0.4, 0, 0.3, 0.15]) ** 2)),
        (TopPSampler(p=0.35), np.array([0, 1, 0, 0, 0])),
        (TopPSampler(p=0.75), normalized(np.array([0, 0.4, 0, 0.3, 0.15]))),
        (TopPSampler(p=1.0), P),
        (TopPSampler(p=1.0, k=2), normalized(np.array([0, 0.4, 0, 0.3, 0]))),
    ],
    ids=str,
)
def test_shares(sampler, expected):
    np.testing.assert_allclose(shares(sampler), expected, atol=2e-4)


def test_equal_settings_are_equal_samplers():
    assert TopKSampler(3) == TopKSampler(3)
    assert TopKSampler(3) != TopKSampler(4)
    assert hash(TopKSampler(3)) == hash(TopKSampler(3))
    assert TopKSampler(3, seed=1).without_seed() == TopKSampler(3)
    assert repr(BeamSampler(2)) == "BeamSampler(num_beams=2, length_penalty=0.0)"


def test_names():
    assert get("top_p") == TopPSampler()
    with pytest.raises(UnknownNameError, match="Did you mean 'top_k'"):
        get("topk")


def test_wrong_settings():
    for make in (
        lambda: RandomSampler(temperature=0.0),
        lambda: TopKSampler(k=0),
        lambda: TopPSampler(p=0.0),
        lambda: TopPSampler(p=1.5),
        lambda: TopPSampler(k=0),
        lambda: BeamSampler(0),
    ):
        with pytest.raises(DataError, match="Expected"):
            make()
