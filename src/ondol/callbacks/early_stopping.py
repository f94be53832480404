"""EarlyStopping: the end of a training that no longer gets better."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.callbacks.monitored import Monitored


class EarlyStopping(Monitored):
    """Ends the training when a log has not become better for some epochs.

    Args:
        monitor: name of the log, "val_loss" by default.
        min_delta: changes of at most so much do not count.
        patience: after how many epochs without a better value to stop.
        verbose: 1 to print a line when it stops.
        mode: "min" if less is better, "max" if more is; "auto" for what the name tells.
        baseline: only values better than this one, too, make the patience start anew.
        restore_best_weights: whether the model ends with the weights of its best epoch instead of the last ones.
        start_from_epoch: epochs before this one (counted from 0) are not looked at.

    Attributes:
        best, best_epoch: the best value, and the epoch it is from (counted from 0).
        stopped_epoch: the epoch after which the training was stopped; 0 if it was not.

    Raises:
        ValueError: for another mode; from `fit`, before the training, for "auto" with a name that does not tell.
        UnknownNameError: from `fit`, if there is no such log: before the training if the names are known by then,
            otherwise at the first epoch's end.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.layers.Dense(1)])
        >>> model.compile(od.optimizers.SGD(0.0), "mse")  # it never learns
        >>> stop = od.callbacks.EarlyStopping("loss", patience=2)
        >>> model.fit([[1.0]], [[2.0]], epochs=100, verbose=0, callbacks=[stop]).epoch
        [0, 1, 2]

    Reference:
        Prechelt: "Early stopping - but when?" (1998).
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self._start()

    def _start(self) -> None:
        self.wait, self.stopped_epoch, self.best_epoch = 0, 0, 0
        self.best = None
        self.best_weights: list[np.ndarray] | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        super().on_train_begin(logs)
        self._start()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        current = self.value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._remember(epoch)
        self.wait += 1
        if self.is_better(current, self.best):
            self.best = current
            self._remember(epoch)
            if self.baseline is None or self.is_better(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _remember(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def on_train_end(self, logs: dict | None = None) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                print(f"The model has the weights of its best epoch, {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def get_state(self) -> dict[str, Any]:
        names = ("best", "wait", "stopped_epoch", "best_epoch", "best_weights")
        return {name: getattr(self, name) for name in names}

    def set_state(self, state: Any) -> None:
        vars(self).update(state)
