"""ReduceLROnPlateau: smaller steps where larger ones no longer help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ondol.callbacks.learning_rates import expect_numbers, optimizers_by_log, rates
from ondol.callbacks.monitored import Monitored


class ReduceLROnPlateau(Monitored):
    """Multiplies the learning rate by a factor when a log has not become better for some epochs.

    Each epoch's learning rate is added to the logs as "learning_rate". Changing it compiles nothing.

    Args:
        monitor: name of the log, "val_loss" by default.
        factor: below 1: new rate = factor · rate.
        patience: after how many epochs without a better value.
        verbose: 1 to print a line at each change.
        mode: "min" if less is better, "max" if more is; "auto" for what the name tells.
        min_delta: changes of at most so much do not count.
        cooldown: for how many epochs after a change none is counted.
        min_lr: the least learning rate.

    Raises:
        ValueError: for a factor of 1 or more, another mode, or an optimizer whose learning rate is a schedule.
        UnknownNameError: from `fit`, if there is no such log.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.layers.Dense(1)])
        >>> model.compile(od.optimizers.SGD(1e-9), "mse")  # it hardly learns
        >>> reduce = od.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2)
        >>> history = model.fit([[1.0]], [[2.0]], epochs=6, verbose=0, callbacks=[reduce])
        >>> [round(rate * 1e9, 4) for rate in history.history["learning_rate"]]
        [1.0, 1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        if not 0 <= factor < 1:
            raise ValueError(f"Expected factor to be a number of [0, 1). Received: factor={factor!r}.")
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self._start()

    def _start(self) -> None:
        self.best = None
        self.wait = self.cooldown_counter = 0

    def logs_added(self) -> Iterable[str]:
        return optimizers_by_log(self.model.optimizer)

    def on_train_begin(self, logs: dict | None = None) -> None:
        super().on_train_begin(logs)
        expect_numbers(self)
        self._start()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if logs is not None:
            logs.update(rates(self.model))
        current = self.value(logs)
        if current is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_better(current, self.best):
            self.best, self.wait = current, 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter, self.wait = self.cooldown, 0

    def _reduce(self, epoch: int) -> bool:
        """Whether there was a learning rate above the least one."""
        reduced = False
        for name, optimizer in optimizers_by_log(self.model.optimizer).items():
            rate = float(optimizer.learning_rate)
            if rate > np.float32(self.min_lr):
                optimizer.learning_rate = max(rate * self.factor, self.min_lr)
                reduced = True
                if self.verbose:
                    what = name.replace("_", " ").strip()
                    print(
                        f"Epoch {epoch + 1}: the {what} is {float(optimizer.learning_rate):.6g} from now on."
                    )
        return reduced

    def get_state(self) -> dict[str, Any]:
        return {"best": self.best, "wait": self.wait, "cooldown_counter": self.cooldown_counter}

    def set_state(self, state: Any) -> None:
        vars(self).update(state)
