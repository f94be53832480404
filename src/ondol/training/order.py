"""In which order an epoch visits the samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.backend.compile import to_numpy
from ondol.random import global_generator


class Order:
    """Draws the order of each epoch, always on the host: sorting there is 40 times cheaper than on the device.

    The orders follow from the global random seed, so eager and compiled training see the same batches. With a
    given number of steps an epoch goes on where the one before ended: all samples are visited before any is
    visited again.

    Args:
        n: number of samples.
        batch_size: samples a step.
        shuffle: whether each round through the samples has a random order of its own.
        steps: steps an epoch, None for as many as visit every sample once.
    """

    def __init__(self, n: int, batch_size: int, shuffle: bool, steps: int | None = None) -> None:
        self.n, self.shuffle = n, shuffle
        self.length = n if steps is None else steps * batch_size
        self.left = np.zeros(0, np.int32)  # of the last round, not visited yet
        key = to_numpy(global_generator().next()) if shuffle else np.zeros(3, "uint32")
        # Philox counts, too: its key names the stream, so an epoch's order needs no state but its number.
        self.generator = np.random.Generator(np.random.Philox(np.random.SeedSequence(key.tolist())))

    def next(self) -> np.ndarray:
        """The order of the next epoch, int32 (length,)."""
        rounds = -(-(self.length - len(self.left)) // self.n)
        parts = [self.left, *(self._permutation() for _ in range(rounds))]
        order = np.concatenate(parts) if len(parts) != 2 or len(self.left) else parts[1]
        self.left = order[self.length :]
        return order[: self.length]

    def position(self) -> dict[str, Any]:
        """Where the next epoch starts, as arrays and JSON; see `go_to`."""
        now = self.generator.bit_generator.state
        numbers = {name: array.tolist() for name, array in now["state"].items()}
        return {
            "state": numbers,
            "buffer": now["buffer"].tolist(),
            "rest": [now["buffer_pos"], now["has_uint32"], now["uinteger"]],
            "left": self.left.copy(),
        }

    def go_to(self, position: dict[str, Any]) -> None:
        """Draw on from a position that `position()` returned."""
        place, has_half, half = position["rest"]
        self.generator.bit_generator.state = {
            "bit_generator": "Philox",
            "state": {name: np.array(numbers, "uint64") for name, numbers in position["state"].items()},
            "buffer": np.array(position["buffer"], "uint64"),
            "buffer_pos": place,
            "has_uint32": has_half,
            "uinteger": half,
        }
        self.left = np.asarray(position["left"], np.int32)

    def _permutation(self) -> np.ndarray:
        order = np.arange(self.n, dtype=np.int32)
        if self.shuffle:
            self.generator.shuffle(order)
        return order
