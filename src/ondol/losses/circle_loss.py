"""Circle loss: embeddings of one class close together, those of others far away."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.errors import DataError, ShapeError
from ondol.losses.alignment import float_tensor
from ondol.losses.checks import OutputShape
from ondol.losses.function_loss import FunctionLoss

NEVER = -1e30  # for pairs that do not count in a log-sum-exp; finite, so that no gradient is NaN


def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Tensor:
    r"""$\ln\big(1 + \sum_p e^{\gamma\,(m + d_p)(d_p - m)} \sum_n e^{\gamma\,(1 + m - d_n)(1 - m - d_n)}\big)$.

    $d = 1 - \cos$ is the distance from an embedding to a reference; p runs over those of the same class, n over
    those of others. Distances that are right already weigh little.

    Args:
        y_true: class numbers, `(batch,)` or `(batch, 1)`.
        y_pred: embeddings of length 1, `(batch, n)`.
        ref_labels, ref_embeddings: what to compare with, `(references,)` and `(references, n)`; None for the
            batch itself.
        remove_diagonal: whether an embedding is left out of its own class, as it must be if it is compared with
            its own batch.
        gamma: γ, the scale.
        margin: m, the distance within which a class shall lie.

    Returns:
        `(batch,)`; 0 for an embedding that has no other of its class, or none of another class.

    Raises:
        ShapeError: where labels and embeddings do not fit.

    Example:
        >>> import ondol as od
        >>> embeddings = [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]
        >>> print(od.losses.circle([0, 0, 1], embeddings, gamma=1).numpy().round(4))
        [1.3427 1.5568 0.    ]

    Reference:
        Sun et al.: "Circle loss: a unified perspective of pair similarity optimization" (2020).
    """
    y_pred = float_tensor(y_pred)
    labels = _labels(y_true, y_pred, "y_true", "y_pred")
    if ref_embeddings is not None:
        ref_embeddings = float_tensor(ref_embeddings)
    references = y_pred if ref_embeddings is None else ref_embeddings
    others = labels if ref_labels is None else _labels(ref_labels, references, "ref_labels", "ref_embeddings")
    same = ops.equal(ops.expand_dims(labels, 1), ops.expand_dims(others, 0))
    positive = same
    if remove_diagonal:
        positive = ops.logical_and(same, ops.eye(*same.shape) == 0.0)
    distance = ops.maximum(1.0 - y_pred @ ops.transpose(references), 0.0)  # (batch, references)
    pull = gamma * (margin + distance) * (distance - margin)
    push = gamma * ops.maximum(1.0 + margin - distance, 0.0) * (1.0 - margin - distance)
    pulls = ops.logsumexp(ops.where(positive, pull, NEVER), axis=1)
    pushes = ops.logsumexp(ops.where(same, NEVER, push), axis=1)
    return ops.softplus(pulls + pushes)


def _labels(labels: Any, embeddings: Tensor, name: str, of: str) -> Tensor:
    """Class numbers `(batch,)`, one for each embedding."""
    labels = as_tensor(labels)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = ops.squeeze(labels, 1)
    if embeddings.ndim != 2 or labels.shape != embeddings.shape[:1]:
        raise ShapeError(
            f"Expected circle(y_true, y_pred) with one class number for each embedding, {name}.shape=(batch,) and "
            f"{of}.shape=(batch, n). Received: {name}.shape={labels.shape}, {of}.shape={embeddings.shape}. "
            "One-hot rows become class numbers with y.argmax(axis=-1)."
        )
    return labels


class Circle(FunctionLoss):
    """Distances within classes and between them, from class numbers and embeddings; see `circle`.

    Embeddings without a partner of their class, or with a loss of 0, do not count in the mean. The last layer is
    a `Dense` without activation, followed by `UnitNormalization`.

    Args:
        gamma: the scale.
        margin: the distance within which a class shall lie.
        remove_diagonal: whether an embedding is left out of its own class.
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> loss = od.losses.Circle(gamma=1.0)
        >>> round(float(loss([0, 0, 1], [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])), 4)  # the third is alone
        1.4497
    """

    function = staticmethod(circle)
    options = ("gamma", "margin", "remove_diagonal")
    integer_targets = True

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.gamma = gamma
        self.margin = margin
        self.remove_diagonal = remove_diagonal

    def compute_mask(self, y_true: Any, values: Tensor) -> Tensor | None:
        return ops.greater(values, 0.0)

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        if len(output_shape) != 2 or not (y_true.ndim == 1 or y_true.shape[1:] == (1,)):
            raise DataError(
                f"Expected class numbers as targets of {self.name}, y.shape=(samples,), and embeddings (samples, n) "
                f"as outputs. Received: y.shape={y_true.shape}, outputs of shape {tuple(output_shape)}. "
                "One-hot rows become class numbers with y.argmax(axis=-1)."
            )
