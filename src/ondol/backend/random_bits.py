"""Random bits from a counter: Threefry-2x32, written once for NumPy and for compiled programs.

A counter-based generator is a hash: word number i of draw number k under a seed is always the same, so
eager and compiled runs, on any machine, see the same bits, and there is no state but three integers.

Reference: Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3" (2011). 13 rounds
are the fewest that pass all tests of BigCrush there; jax uses 20.
"""

from __future__ import annotations

from typing import Any

ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
PARITY = 0x1BD11BDA  # makes the all-zero key as good as any other


def threefry(key: tuple[Any, Any], counter: tuple[Any, Any], rounds: int = 13) -> tuple[Any, Any]:
    """Hash two words of counter with two words of key into two random words.

    Args:
        key, counter: pairs of uint32 arrays that broadcast together (arrays, not scalars: NumPy warns
            when a scalar wraps around, which is what this arithmetic is made of).
        rounds: how often the words are mixed.
    """
    words = (key[0], key[1], key[0] ^ key[1] ^ PARITY)
    a, b = counter[0] + words[0], counter[1] + words[1]
    for i in range(rounds):
        r = ROTATIONS[i % 8]
        a = a + b
        b = ((b << r) | (b >> (32 - r))) ^ a
        if i % 4 == 3:
            n = i // 4 + 1
            a = a + words[n % 3]
            b = b + (words[(n + 1) % 3] + n)
    return a, b


def random_bits(xp: Any, state: Any, n: int) -> Any:
    """n random 32-bit words.

    Args:
        xp: the array namespace.
        state: uint32 array (3,): the two words of the seed, and the number of this draw.
        n: how many words.

    Returns:
        uint32 array (n,).
    """
    pairs = (n + 1) // 2
    counter = xp.arange(pairs, dtype="uint32")
    a, b = threefry((state[0:1], state[1:2]), (counter, state[2:3]))
    return xp.concatenate([a, b])[:n]


def random_uniform(xp: Any, state: Any, n: int, dtype: str) -> Any:
    """n numbers of [0, 1): the top 24 bits of a word as a float32, 53 bits of two words as a float64."""
    if dtype == "float64":
        bits = random_bits(xp, state, 2 * n)
        high, low = bits[:n].astype("float64"), bits[n:].astype("float64")
        return (xp.floor(high / 32.0) * 67108864.0 + xp.floor(low / 64.0)) * 2.0**-53
    return (random_bits(xp, state, n) >> 8).astype("float32") * 2.0**-24
