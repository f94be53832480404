"""The cross-entropy that fits the form of the targets, as `compile(loss="crossentropy")` means it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.losses.checks import OutputShape
from ondol.losses.function_loss import FunctionLoss
from ondol.losses.loss import Loss
from ondol.losses.probability_losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)


def target_form(y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]) -> str:
    """How targets are written: "binary" for one output, "sparse" for class numbers, else "categorical".

    Example:
        >>> target_form((32, 1), (32, 1)), target_form((32,), (32, 10)), target_form((32, 10), (32, 10))
        ('binary', 'sparse', 'categorical')
    """
    target, output = tuple(y_true_shape), tuple(y_pred_shape)
    if len(output) < 2 or output[-1] == 1:
        return "binary"
    if len(target) < len(output) or target[-1] == 1:
        return "sparse"
    return "categorical"


class Crossentropy(Loss):
    """Binary, sparse or categorical cross-entropy, whichever fits the shapes of targets and predictions.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> loss = od.losses.resolve("crossentropy")
        >>> round(float(loss([1], [[0.05, 0.95, 0]])), 4)
        0.0513
        >>> round(float(loss([[0, 1, 0]], [[0.05, 0.95, 0]])), 4)
        0.0513
    """

    integer_targets = True

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return FORMS[target_form(y_true.shape, y_pred.shape)].function(y_true, y_pred)

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        FORMS[target_form(y_true.shape, output_shape)](name=self.name).check_data(y_true, output_shape)


FORMS: dict[str, type[FunctionLoss]] = {
    "binary": BinaryCrossentropy,
    "sparse": SparseCategoricalCrossentropy,
    "categorical": CategoricalCrossentropy,
}
