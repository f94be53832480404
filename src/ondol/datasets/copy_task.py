"""The copy task: remember some symbols over a long delay."""

from __future__ import annotations

import numpy as np

from ondol.datasets.points import at_least


def load_data(
    samples: int = 10000, delay: int = 100, symbols: int = 8, length: int = 10, seed: int | None = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Sequences whose first symbols are to be repeated at the end, after a delay.

    With the symbols 0 to `symbols` - 1, a blank (number `symbols`) and a signal (number `symbols` + 1), a sequence is

        x: `length` random symbols, `delay` - 1 blanks, the signal, `length` blanks
        y: `delay` + `length` blanks, the same symbols

    Whoever answers with blanks and then guesses has a cross-entropy of length · ln(symbols) / (delay + 2 length): 0.173
    with the default values.

    Args:
        samples: how many sequences.
        delay: from the last symbol to the first place of the answer.
        symbols: how many differ.
        length: how many are to be remembered.
        seed: of the symbols; None for others each time.

    Returns:
        `(x, y)`: class numbers `(samples, delay + 2 length)` int32 each, of `symbols` + 2 classes.

    Raises:
        DataError: for a number below 1.

    Example:
        >>> from ondol.datasets import copy_task
        >>> x, y = copy_task.load_data(samples=1, delay=3, symbols=2, length=2)
        >>> x.tolist(), y.tolist()
        ([[0, 1, 2, 2, 3, 2, 2]], [[2, 2, 2, 2, 2, 0, 1]])

    Reference:
        Hochreiter and Schmidhuber, Long short-term memory (1997); in this form Arjovsky, Shah and Bengio, Unitary
        evolution recurrent neural networks (2016).
    """
    for name, value in (("samples", samples), ("delay", delay), ("symbols", symbols), ("length", length)):
        at_least(name, value, 1)
    drawn = np.random.RandomState(seed).randint(0, symbols, (samples, length))
    x = np.full((samples, delay + 2 * length), symbols, "int32")
    y = x.copy()
    x[:, :length] = y[:, -length:] = drawn
    x[:, length + delay - 1] = symbols + 1
    return x, y
