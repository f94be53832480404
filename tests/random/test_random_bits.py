"""Threefry-2x32 against the known answers of its authors and against jax's own."""

import jax
import jax.extend.random
import numpy as np
import pytest
from scipy import stats

from ondol.backend.random_bits import random_bits, random_uniform, threefry

# From kat_vectors of the Random123 library (Salmon and others): rounds, key, counter, result.
KNOWN_ANSWERS = [
    (13, "00000000 00000000", "00000000 00000000", "9d1c5ec6 8bd50731"),
    (13, "ffffffff ffffffff", "ffffffff ffffffff", "fd36d048 2d17272c"),
    (13, "13198a2e 03707344", "243f6a88 85a308d3", "ba3e4725 f27d669e"),
    (20, "00000000 00000000", "00000000 00000000", "6b200159 99ba4efe"),
    (20, "ffffffff ffffffff", "ffffffff ffffffff", "1cb996fc bb002be7"),
    (20, "13198a2e 03707344", "243f6a88 85a308d3", "c4923a9c 483df7a0"),
]


def words(text):
    return tuple(np.array([int(word, 16)], "uint32") for word in text.split())


@pytest.mark.parametrize(("rounds", "key", "counter", "result"), KNOWN_ANSWERS)
def test_known_answers(rounds, key, counter, result):
    assert threefry(words(key), words(counter), rounds) == words(result)


def test_20_rounds_are_jax_threefry():
    a, b, c, d = np.random.default_rng(0).integers(0, 2**32, (4, 1000), dtype="uint32")
    expected = jax.extend.random.threefry2x32_p.bind(a, b, c, d)
    for ours, theirs in zip(threefry((a, b), (c, d), 20), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_bits_are_the_hash_of_position_and_draw():
    state = np.array([1, 2, 7], "uint32")
    bits = random_bits(np, state, 5)
    pairs = [threefry((state[:1], state[1:2]), words(f"{i:x} 7")) for i in range(3)]
    np.testing.assert_array_equal(bits, [*[int(a[0]) for a, _ in pairs], *[int(b[0]) for _, b in pairs]][:5])


@pytest.mark.parametrize("bit", range(32))
def test_each_bit_is_set_half_of_the_time(bit):
    bits = random_bits(np, np.array([3, 0, 0], "uint32"), 20_000)
    assert stats.binomtest(int((bits >> bit & 1).sum()), 20_000).pvalue > 1e-4


def test_draws_and_seeds_next_to_each_other_are_unrelated():
    draws = [
        random_bits(np, np.array([seed, 0, draw], "uint32"), 4000) for seed in range(3) for draw in range(3)
    ]
    correlations = np.corrcoef(np.stack(draws).astype("float64"))
    assert np.abs(correlations - np.eye(9)).max() < 5 / np.sqrt(4000)


@pytest.mark.parametrize(("dtype", "digits"), [("float32", 24), ("float64", 53)])
def test_uniform_numbers_use_all_digits(dtype, digits):
    u = random_uniform(np, np.array([0, 0, 0], "uint32"), 4000, dtype)
    assert u.dtype == dtype
    scaled = u.astype("float64") * 2.0**digits
    assert (scaled == np.floor(scaled)).all()
    assert (scaled % 2 == 1).any()  # the last digit, too
    assert u.min() >= 0
    assert u.max() < 1
