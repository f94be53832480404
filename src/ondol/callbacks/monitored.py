"""What callbacks share that watch one of the logs: which way is better, and what if it is not there."""

from __future__ import annotations

import math
from typing import Any

from ondol.callbacks.base import Callback
from ondol.errors import UnknownNameError, unknown_name
from ondol.metrics.direction import direction
from ondol.utils.logs import one_number

MODES = ("auto", "min", "max")


class Monitored(Callback):
    """Watches one of the logs.

    Args:
        monitor: name of a log; of a metric with several values their mean is taken.
        mode: "min" if less is better, "max" if more is; "auto" for what the name tells.
        min_delta: by how much a value has to be better to count as better.

    Raises:
        ValueError: for another mode; before the training for "auto" with a name that does not tell.
    """

    def __init__(self, monitor: str, mode: str, min_delta: float = 0) -> None:
        self.monitor, self.mode, self.min_delta = monitor, mode, abs(min_delta)
        self.best: float | None = None
        if mode not in MODES:
            raise ValueError(f"Expected mode to be 'auto', 'min' or 'max'. Received: mode={mode!r}.")
        self.sign = {"min": -1, "max": 1, "auto": direction(monitor)}[mode]

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.expect("monitor", self.monitor)
        if not self.sign:  # said after that, because the name may be misspelt
            raise ValueError(
                f"Expected mode='min' or mode='max' for {type(self).__name__}, because the name does not tell which "
                f"way is better. Received: monitor={self.monitor!r}, mode='auto'."
            )

    def expect(self, what: str, name: str) -> None:
        """Refuse a name that will not be among the logs, as far as that is known before the training."""
        if self.log_names is not None and name not in self.log_names:
            raise self.missing(what, name, self.log_names)

    def value(self, logs: dict | None) -> float | None:
        """What is monitored, as one number; None after an epoch without its validation.

        Raises:
            UnknownNameError: if there is no such log.
        """
        logs = logs or {}
        if self.monitor in logs:
            return one_number(logs[self.monitor])
        validated = any(name.startswith("val_") for name in logs)
        if self.monitor.startswith("val_") and self.validates and not validated:
            return None
        raise self.missing("monitor", self.monitor, logs)

    def missing(self, what: str, name: str, names: Any) -> UnknownNameError:
        """The error for a log that is not there; `what` is where its name was given."""
        error, hint = unknown_name(what, name, names), ""
        if name.startswith("val_") and not self.validates:
            hint = (
                f" Give fit() validation_data= or validation_split=, or take '{name.removeprefix('val_')}'."
            )
        return UnknownNameError(f"{type(self).__name__}: {error}{hint}")

    def is_better(self, value: float, than: float | None) -> bool:
        """Whether a value is better by more than min_delta. NaN is never better, and anything is better than NaN."""
        if math.isnan(value):
            return False
        return than is None or math.isnan(than) or self.sign * value - self.min_delta > self.sign * than
