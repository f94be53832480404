"""One pass over a data set, and the random numbers that belong to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ondol.backend.compile import to_numpy
from ondol.errors import DataError
from ondol.random import global_generator


@dataclass(frozen=True)
class Pass:
    """From what the random numbers of one pass follow; no matter which thread draws them, and when.

    Args:
        number: how many passes over the data set came before.
        key: words that followed from the global random seed when the pass began.
        path: where in the chain of transformations, and in which round of a `repeat`, numbers are drawn.
        rounds: only the rounds: two transformations with one seed draw the same numbers wherever they stand.
    """

    number: int
    key: tuple[int, ...]
    path: tuple[int, ...] = ()
    rounds: tuple[int, ...] = ()

    def into(self, i: int = 0) -> Pass:
        """The same pass before a transformation that draws random numbers, or in its source number i.

        Others hand the pass on as it is: a batch() or prefetch() more leaves the random numbers as they are.
        """
        return replace(self, path=(*self.path, i))

    def round(self, i: int) -> Pass:
        """Round i of a source that is repeated."""
        return replace(self.into(i), rounds=(*self.rounds, i))

    def words(self, i: int) -> tuple[int, ...]:
        """Words from which the random numbers of element i follow."""
        return tuple(np.random.SeedSequence(self.key, spawn_key=(*self.path, i)).generate_state(2).tolist())

    def generator(self, seed: int | None) -> np.random.Generator:
        """Random numbers for this pass; of a seed's own, or of the global seed."""
        if seed is None:
            return _generator(np.random.SeedSequence(self.key, spawn_key=self.path))
        return _generator(np.random.SeedSequence((seed % 2**64, self.number), spawn_key=self.rounds))


def drawn_key() -> tuple[int, ...]:
    """Words from the global stream of random numbers, which moves on."""
    return tuple(to_numpy(global_generator().next()).tolist())


def key_now() -> tuple[int, ...]:
    """Words that follow from where the global stream stands, which stays there."""
    return tuple(to_numpy(global_generator().state.data).tolist())


def checked_seed(seed: Any) -> int | None:
    """A seed as a Python integer, or None."""
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise DataError(f"Expected an integer as seed, or None. Received: seed={seed!r}.")
    return int(seed)


def _generator(sequence: np.random.SeedSequence) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(sequence))
