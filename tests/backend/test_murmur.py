"""MurmurHash3: published values, and scikit-learn's as witness."""

import numpy as np
import pytest
from sklearn.utils import murmurhash3_32

from ondol.backend.murmur import hash_integers, hash_texts, hash_words

SEEDS = [0, 1, 2**32 - 1]


def test_published_values():
    """Of the reference implementation, collected by Ian Boyd (2016)."""
    assert hash_texts([""], 0).tolist() == [0]
    assert hash_texts([""], 1).tolist() == [0x514E28B7]
    assert hash_texts([""], 0xFFFFFFFF).tolist() == [0x81F16F39]
    assert hash_texts(["abcd", "abc", "ab", "a"], 0x9747B28C).tolist() == [
        0xF0478627, 0xC84A62DD, 0x74875592, 0x7FA09EA6,
    ]  # fmt: skip
    assert hash_texts(["Hello, world!"], 0x9747B28C).tolist() == [0x24884CBA]


@pytest.mark.parametrize("seed", SEEDS)
def test_texts(seed):
    rng = np.random.default_rng(0)
    texts = ["".join(map(chr, rng.integers(32, 0xD7FF, n))) for n in rng.integers(0, 30, 200)]
    assert hash_texts(texts, seed).tolist() == [
        murmurhash3_32(t.encode(), seed, positive=True) for t in texts
    ]
    assert hash_texts([], seed).shape == (0,)


@pytest.mark.parametrize("seed", SEEDS)
def test_integers_and_words(seed):
    numbers = np.array([[0, 1, -1], [2**31, -(2**63), 2**63 - 1]])
    right = [
        murmurhash3_32(int(n).to_bytes(8, "little", signed=True), seed, positive=True)
        for n in numbers.ravel()
    ]
    assert hash_integers(np, numbers, seed).ravel().tolist() == right
    words = np.array([[1, 2**32 - 1, 7]] * 3, "uint32")
    witness = murmurhash3_32(words[:, 1].tobytes(), seed, positive=True)
    assert hash_words(np, list(words), seed)[1] == witness
