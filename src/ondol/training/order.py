"""In which order an epoch visits the samples."""

from __future__ import annotations

import numpy as np

from ondol.backend.compile import to_numpy
from ondol.random import global_generator


class Order:
    """Draws the order of each epoch, always on the host: sorting there is 40 times cheaper than on the device.

    The orders follow from the global random seed, so eager and compiled training see the same batches.

    Args:
        n: number of samples.
        batch_size: samples a step.
        shuffle: whether each epoch has a random order of its own.
        steps: steps an epoch, None for as many as visit every sample once.
    """

    def __init__(self, n: int, batch_size: int, shuffle: bool, steps: int | None = None) -> None:
        self.n, self.shuffle = n, shuffle
        self.length = n if steps is None else steps * batch_size
        key = to_numpy(global_generator().next()) if shuffle else np.zeros(3, "uint32")
        # Philox counts, too: its key names the stream, so an epoch's order needs no state but its number.
        self.generator = np.random.Generator(np.random.Philox(np.random.SeedSequence(key.tolist())))

    def next(self) -> np.ndarray:
        """The order of the next epoch, int32 (length,)."""
        rounds = -(-self.length // self.n)
        parts = [self._permutation() for _ in range(rounds)]
        return (parts[0] if rounds == 1 else np.concatenate(parts))[: self.length]

    def _permutation(self) -> np.ndarray:
        order = np.arange(self.n, dtype=np.int32)
        if self.shuffle:
            self.generator.shuffle(order)
        return order
