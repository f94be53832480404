"""MurmurHash3 (x86, 32 bits): a hash that is the same on every machine, eagerly and compiled.

Words are mixed one after the other, by multiplications that wrap around and rotations. It spreads values evenly over
bins; it is no protection against somebody who chooses values to collide.

Source: Austin Appleby, MurmurHash3 (2011, public domain); scikit-learn's FeatureHasher uses the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def _rotated(x: Any, places: int) -> Any:
    return (x << places) | (x >> (32 - places))


def _scrambled(word: Any) -> Any:
    return _rotated(word * 0xCC9E2D51, 15) * 0x1B873593


def _mixed(h: Any, word: Any) -> Any:
    return _rotated(h ^ _scrambled(word), 13) * 5 + 0xE6546B64


def _finished(h: Any, length: Any) -> Any:
    h = h ^ length
    h = (h ^ (h >> 16)) * 0x85EBCA6B
    h = (h ^ (h >> 13)) * 0xC2B2AE35
    return h ^ (h >> 16)


def hash_words(xp: Any, words: Sequence[Any], seed: int) -> Any:
    """The hash of rows of 4-byte words.

    Args:
        xp: the array namespace.
        words: uint32 arrays of one shape (not numbers: NumPy warns when a single number wraps around): the first
            words of all rows, the second ones, ...
        seed: another seed, another hash.

    Returns:
        A uint32 array of that shape.
    """
    h = xp.full(words[0].shape, seed % 2**32, dtype="uint32")
    for word in words:
        h = _mixed(h, word)
    return _finished(h, xp.full(words[0].shape, 4 * len(words), dtype="uint32"))


def hash_integers(xp: Any, x: Any, seed: int) -> Any:
    """The hash of whole numbers, each as its 8 bytes, the lowest first: the same for every dtype.

    Args:
        xp: the array namespace.
        x: integer array.
        seed: another seed, another hash.

    Returns:
        A uint32 array of x's shape.
    """
    flat = x.reshape((-1,)).astype("int64")
    low, high = (part.astype("uint32") for part in (flat & 0xFFFFFFFF, (flat >> 32) & 0xFFFFFFFF))
    return hash_words(xp, [low, high], seed).reshape(x.shape)


def hash_texts(texts: Sequence[str], seed: int) -> np.ndarray:
    """The hash of texts, each as its bytes in UTF-8, in NumPy.

    Returns:
        A uint32 array (len(texts),).
    """
    rows = [text.encode("utf-8", "surrogatepass") for text in texts]
    lengths = np.array([len(row) for row in rows], "int64")
    words = np.frombuffer(b"".join(row + b"\0" * (-len(row) % 4) for row in rows), "<u4").astype("uint32")
    starts = np.cumsum((lengths + 3) // 4) - (lengths + 3) // 4
    order = np.argsort(
        -lengths, kind="stable"
    )  # the longest first: those that have an i-th word are the first ones
    lengths, starts = lengths[order], starts[order]
    h = np.full(len(rows), seed % 2**32, "uint32")
    for i in range(-(-int(lengths.max(initial=0)) // 4)):
        n = np.searchsorted(-lengths, -4 * i, side="left")  # longer than 4 i bytes
        word = words[starts[:n] + i]
        whole = lengths[:n] >= 4 * i + 4
        h[:n] = np.where(whole, _mixed(h[:n], word), h[:n] ^ _scrambled(word))
    result = np.empty_like(h)
    result[order] = _finished(h, lengths.astype("uint32"))
    return result
