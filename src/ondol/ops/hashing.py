"""Hashes as rules, so that they compile; see `backend/murmur.py`."""

from __future__ import annotations

from ondol.autograd import Op
from ondol.backend.murmur import hash_integers, hash_words


class HashIntegers(Op):
    r"""y = MurmurHash3 of each whole number's 8 bytes."""

    differentiable = False

    def __init__(self, seed=0):
        self.seed = seed

    def forward(self, x):
        return hash_integers(self.xp, self.xp.asarray(x), self.seed)


class HashWords(Op):
    r"""y = MurmurHash3 of rows of 4-byte words, given one array for each position in the row."""

    differentiable = False

    def __init__(self, seed=0):
        self.seed = seed

    def forward(self, *words):
        shape = words[0].shape
        return hash_words(self.xp, [w.reshape((-1,)) for w in words], self.seed).reshape(shape)
