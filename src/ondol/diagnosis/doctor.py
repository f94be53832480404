"""The doctor: a callback that looks at a training now and then, and says at the end what it saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ondol.callbacks import Callback
from ondol.data import ArrayData
from ondol.diagnosis.case import case_of
from ondol.diagnosis.findings import findings_of
from ondol.diagnosis.measurement import Measurement
from ondol.diagnosis.probe import probe_of
from ondol.diagnosis.report import Diagnosis
from ondol.errors import DataError, NotFiniteError

# As many samples as show a layer's state; a measurement costs about as much as three steps on them.
SAMPLES = 128


class Doctor(Callback):
    """Measures before the training, after epochs 1, 2, 4, 8, ... and at the end.

    Args:
        model: compiled for training, with the train_step of `Model`.

    Attributes:
        diagnosis: what was found; None until the training has ended.

    Raises:
        DataError: for a model with a train_step of its own.
    """

    def __init__(self, model: Any) -> None:
        if model._has_own("train_step"):
            raise DataError(
                f"Expected the train_step of Model, whose loss and gradients the doctor measures. Received: "
                f"{type(model).__name__} with a train_step of its own. Train it without diagnose, and look with "
                "od.explain and od.breakpoint_on."
            )
        self.set_model(model)
        self.measurements: list[Measurement] = []
        self.epochs = 0
        self.diagnosis: Diagnosis | None = None

    def see_data(self, data: ArrayData) -> None:
        """Be shown what the model learns from, before it does."""
        self.data = data
        # The same samples each time, drawn apart from the training's random numbers.
        rows = np.sort(np.random.default_rng(0).permutation(len(data))[:SAMPLES])
        self.probe = probe_of(self.model, data.part(rows))

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.measure()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.epochs += 1
        if self.epochs & (self.epochs - 1) == 0:  # a power of two
            self.measure()

    def on_train_end(self, logs: dict | None = None) -> None:
        if self.diagnosis is None and self.measurements:
            if self.measurements[-1].epoch != self.epochs:
                self.measure()
            self.diagnosis = self.model.history.diagnosis = self.judge(self.model.history.history)

    def on_not_finite(self, error: NotFiniteError) -> bool:
        """Add to the error what led to it."""
        self.measure()
        self.diagnosis = self.model.history.diagnosis = self.judge(
            self.model.history.history, not_finite=True
        )
        error.add_note(str(self.diagnosis))
        return False

    def measure(self) -> None:
        self.measurements.append(self.probe.measure(self.epochs))

    def judge(self, history: Mapping[str, list[Any]], not_finite: bool = False) -> Diagnosis:
        """What all that was measured means, together with the logs of the epochs."""
        case = case_of(self.model, self.data, self.measurements, history, not_finite)
        when = f"after {self.epochs} epoch{'s' * (self.epochs != 1)}" if self.epochs else "before training"
        return Diagnosis(findings_of(case), self.measurements, f"'{self.model.name}' {when}")
