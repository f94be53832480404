"""Cross-entropies and other distances between distributions, averaged over all batches."""

from __future__ import annotations

from typing import Any

from ondol import losses, ops
from ondol.autograd import as_tensor
from ondol.losses.reduction import weights_like
from ondol.metrics.reduction_metrics import FunctionMetric


class BinaryCrossentropy(FunctionMetric):
    """Mean cross-entropy of yes-or-no targets (see `losses.binary_crossentropy`).

    Args:
        name, dtype: see `Metric`.
        from_logits: whether predictions are logits.
        label_smoothing: s in [0, 1]: targets move by s/2 towards 1/2.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.BinaryCrossentropy()([[0], [1]], [[0.4], [0.6]])), 4)
        0.5108
    """

    function = staticmethod(losses.binary_crossentropy)

    def __init__(
        self,
        name: str | None = None,
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


class CategoricalCrossentropy(FunctionMetric):
    """Mean cross-entropy of one-hot targets (see `losses.categorical_crossentropy`).

    Args:
        name, dtype: see `Metric`.
        from_logits: whether predictions are logits.
        label_smoothing: s in [0, 1]: targets become (1 - s) y + s / classes.
        axis: the axis of the classes.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.CategoricalCrossentropy()([[0, 1, 0]], [[0.05, 0.95, 0]])), 4)
        0.0513
    """

    function = staticmethod(losses.categorical_crossentropy)

    def __init__(
        self,
        name: str | None = None,
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis)


class SparseCategoricalCrossentropy(FunctionMetric):
    """Mean cross-entropy of targets that are class numbers (see `losses.sparse_categorical_crossentropy`).

    Args:
        name, dtype: see `Metric`.
        from_logits: whether predictions are logits.
        ignore_class: a class number that does not count.
        axis: the axis of the classes.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.SparseCategoricalCrossentropy()([1], [[0.05, 0.95, 0]])), 4)
        0.0513
    """

    function = staticmethod(losses.sparse_categorical_crossentropy)

    def __init__(
        self,
        name: str | None = None,
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(name, dtype, from_logits=from_logits, ignore_class=ignore_class, axis=axis)
        self.ignore_class = ignore_class

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        if self.ignore_class is not None:
            counts = ops.cast(ops.not_equal(as_tensor(y_true), self.ignore_class), self.dtype)
            sample_weight = counts if sample_weight is None else counts * weights_like(sample_weight, counts)
        super().update_state(y_true, y_pred, sample_weight)


class KLDivergence(FunctionMetric):
    """Mean Kullback-Leibler divergence (see `losses.kl_divergence`).

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
        0.1438
    """

    function = staticmethod(losses.kl_divergence)


class Poisson(FunctionMetric):
    """Mean negative log-likelihood of counts, up to a constant (see `losses.poisson`).

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.Poisson()([[1.0], [2.0]], [[1.0], [2.0]])), 4)
        0.8069
    """

    function = staticmethod(losses.poisson)
