"""TerminateOnNaN: a loss that is not finite ends the training, and not the program."""

from __future__ import annotations

import sys

from ondol.callbacks.base import Callback
from ondol.errors import NotFiniteError


class TerminateOnNaN(Callback):
    """Ends the training quietly when the loss becomes NaN or infinite, with what was learned until then.

    Without it `fit` raises a NotFiniteError that names the epoch, the batch and the Op. With it `fit` returns the
    History of the epochs before, and says the same on stderr. Either way the step that did the harm is undone: the
    weights are those from before it, not NaN.

    Args:
        raise_error: whether to raise the NotFiniteError all the same.

    Attributes:
        error: the NotFiniteError that ended the training; None if none did.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.layers.Dense(1)])
        >>> model.compile(od.optimizers.SGD(1e20), "mse")  # far too fast
        >>> nan = od.callbacks.TerminateOnNaN()
        >>> history = model.fit([[1.0]], [[2.0]], epochs=10, verbose=0, callbacks=[nan])
        >>> len(history.epoch) < 10, type(nan.error).__name__
        (True, 'NotFiniteError')
    """

    only_logs = True

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = raise_error
        self.error: NotFiniteError | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.error = None

    def on_not_finite(self, error: NotFiniteError) -> bool:
        if self.raise_error:
            return False
        self.error = error
        self.model.stop_training = True
        print(f"ondol: {error}", file=sys.stderr)
        return True
