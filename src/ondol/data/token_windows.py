"""Windows of a long text, to learn the next token from: all of them in order, or random ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.data.dataset import Dataset
from ondol.data.node import INFINITE, Node, positive
from ondol.data.passes import Pass, checked_seed
from ondol.errors import DataError


def token_windows(
    tokens: Any, context_length: int, stride: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The windows of a text, and the same moved on by one token, as arrays for `fit`.

    Window i is x = tokens[i s], ..., tokens[i s + c - 1]; its targets are y = tokens[i s + 1], ..., tokens[i s + c].

    Args:
        tokens: whole numbers (n,), as `Tokenizer.encode` gives them.
        context_length: c, tokens in a window.
        stride: s, from the beginning of a window to that of the next; None for c: windows that do not overlap.

    Returns:
        `(x, y)`: int32 arrays (windows, context_length). A rest at the end that fills no window is left out.

    Raises:
        DataError: for tokens that are no whole numbers, or fewer than context_length + 1.

    Example:
        >>> import ondol as od
        >>> x, y = od.data.token_windows([0, 1, 2, 3, 4, 5, 6], context_length=3)
        >>> x.tolist(), y.tolist()
        ([[0, 1, 2], [3, 4, 5]], [[1, 2, 3], [4, 5, 6]])
    """
    found, length = _checked(tokens, context_length)
    step = length if stride is None else positive("stride", stride)
    both = np.lib.stride_tricks.sliding_window_view(found, length + 1)[::step]
    return both[:, :-1].astype(np.int32), both[:, 1:].astype(np.int32)


def random_token_windows(
    tokens: Any, context_length: int, batch_size: int, batches: int | None = None, seed: int | None = None
) -> Dataset:
    """Batches of windows that begin anywhere in a text, drawn anew at each step, as nanoGPT trains.

    Each batch is `(x, y)` as `token_windows` has them, int32 (batch_size, context_length). All have one shape: training
    on them compiles one program, which is called for each step. For small models and a text that fits into memory
    context_length times, `fit(*token_windows(tokens, context_length, stride=1), steps_per_epoch=...)` is faster: whole
    epochs are one call.

    Args:
        tokens: whole numbers (n,); an array on disk (np.memmap) stays there.
        context_length: tokens in a window.
        batch_size: windows in a batch.
        batches: in a pass, which is an epoch of `fit`; None for no end (then pass steps_per_epoch to `fit`).
        seed: for windows that do not depend on the global seed. Each pass has its own in any case.

    Returns:
        A Dataset.

    Raises:
        DataError: as `token_windows`.

    Example:
        >>> import ondol as od
        >>> data = od.data.random_token_windows(range(100), context_length=8, batch_size=4, batches=250)
        >>> x, y = next(iter(data))
        >>> x.shape, bool((y == x + 1).all()), len(data)
        ((4, 8), True, 250)

    Reference:
        Karpathy, nanoGPT (2022), `get_batch` of train.py.
    """
    found, length = _checked(tokens, context_length)
    count = None if batches is None else positive("batches", batches)
    size = positive("batch_size", batch_size)
    return Dataset(RandomWindows(found, length, size, count, checked_seed(seed)))


@dataclass(frozen=True, eq=False)
class RandomWindows(Node):
    """Batches of windows that begin at random places."""

    tokens: Any
    length: int
    size: int
    batches: int | None
    seed: int | None

    @property
    def draws(self) -> bool:
        return self.seed is None

    def open(self, p: Pass) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        generator = p.generator(self.seed)
        inside = np.arange(self.length + 1)
        made = 0
        while self.batches is None or made < self.batches:
            starts = generator.integers(0, len(self.tokens) - self.length, (self.size, 1))
            both = np.asarray(self.tokens[starts + inside])  # (size, length + 1)
            yield both[:, :-1].astype(np.int32), both[:, 1:].astype(np.int32)
            made += 1

    def count(self) -> float:
        return INFINITE if self.batches is None else self.batches


def _checked(tokens: Any, context_length: Any) -> tuple[Any, int]:
    length = positive("context_length", context_length)
    found = tokens if isinstance(tokens, np.ndarray) else np.asarray(tokens)  # np.memmap stays one
    if found.ndim != 1 or found.dtype.kind not in "iu":
        raise DataError(
            f"Expected tokens to be whole numbers (n,). Received: shape={found.shape}, dtype={found.dtype}. "
            "A tokenizer's encode(text) gives them."
        )
    if len(found) <= length:
        raise DataError(
            f"Expected more than context_length={length} tokens: a window and one more. Received: {len(found)}. Take a "
            "longer text, or a shorter context."
        )
    return found, length
