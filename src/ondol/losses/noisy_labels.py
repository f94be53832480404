"""A cross-entropy for labels of which some are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor
from ondol.losses.checks import OutputShape, check_labels
from ondol.losses.crossentropy import sparse_categorical_crossentropy
from ondol.losses.function_loss import FunctionLoss


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Tensor:
    r"""$(1 - \hat y_c^{\,q}) / q$, where $c$ is the number of the true class.

    Towards the cross-entropy for q near 0, the absolute error for q near 1: a class that the model finds very
    unlikely, as a wrong label is, pulls no more than others.

    Args:
        y_true: class numbers, `(batch, ...)` or `(batch, ..., 1)`.
        y_pred: probabilities, `(batch, ..., classes)`.
        q: between 0 and 1.

    Returns:
        `(batch, ...)`.

    Raises:
        ShapeError: where the shapes do not fit, as for targets that are one-hot rows.

    Example:
        >>> import ondol as od
        >>> print(od.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).numpy())
        [1.]

    Reference:
        Zhang, Sabuncu: "Generalized cross entropy loss for training deep neural networks with noisy labels"
        (2018).
    """
    log_p = -sparse_categorical_crossentropy(y_true, y_pred)
    return -ops.expm1(q * log_p) / q  # pᵠ itself has no slope at 0


class CategoricalGeneralizedCrossEntropy(FunctionLoss):
    """Cross-entropy that bears wrong class numbers; see `categorical_generalized_cross_entropy`.

    Args:
        q: between 0 (like the cross-entropy) and 1 (like the absolute error).
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> float(od.losses.CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
        1.0
    """

    function = staticmethod(categorical_generalized_cross_entropy)
    options = ("q",)
    integer_targets = True

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise ValueError(f"Expected q between 0 and 1. Received: q={q!r}.")
        super().__init__(reduction, name, dtype)
        self.q = q

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_labels(self.name, y_true, output_shape)
