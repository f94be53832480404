"""Sums and means over all batches; most metrics are the mean of a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor, no_grad
from ondol.losses.alignment import in_full_precision
from ondol.losses.reduction import apply_mask, both_masks, weights_like
from ondol.metrics.metric import Metric


class Sum(Metric):
    r"""$\sum w_i v_i$ over all values of all batches.

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> total = od.metrics.Sum()
        >>> total.update_state([1.0, 2.0]); total.update_state([3.0])
        >>> float(total.result())
        6.0
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take in values `(batch, ...)`, and their weights."""
        with no_grad():
            values = cast_like(self.total, values)
            if sample_weight is not None:
                values = values * weights_like(sample_weight, values)
            self.total.assign_add(ops.sum(values))

    def result(self) -> Tensor:
        return self.total.value


class Mean(Metric):
    r"""$\sum w_i v_i / \sum w_i$ over the samples of all batches; 0 before the first.

    The value of a sample is the mean of its numbers, where it has more than one.

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> mean = od.metrics.Mean()
        >>> mean.update_state([1.0, 2.0]); mean.update_state([6.0], sample_weight=[2.0])
        >>> float(mean.result())  # (1 + 2 + 2 * 6) / (1 + 1 + 2)
        3.75
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), name="total")
        self.count = self.add_variable((), name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take in values `(batch, ...)` or one number, and their weights."""
        with no_grad():
            values = cast_like(self.total, values)
            shape = values.shape
            count: Any = float(shape[0]) if shape else 1.0
            if sample_weight is not None:
                values, count = weighted(values, sample_weight)
            if len(shape) > 1:
                values = ops.mean(values, axis=tuple(range(1, len(shape))))
            self.total.assign_add(ops.sum(values) if shape else values)
            self.count.assign_add(count)

    def result(self) -> Tensor:
        return self.total / ops.where(self.count == 0.0, 1.0, self.count)


class MeanMetricWrapper(Mean):
    """The mean over all samples of a function fn(y_true, y_pred, **kwargs).

    Args:
        fn: gives one value (or several) for each sample.
        name, dtype: see `Metric`; the name is the function's if none is given.
        kwargs: further arguments for fn.

    Example:
        >>> import ondol as od
        >>> def distance(y_true, y_pred):
        ...     return od.ops.abs(y_true - y_pred)
        >>> metric = od.metrics.MeanMetricWrapper(distance)
        >>> metric.update_state(od.tensor([1.0, 2.0]), od.tensor([1.0, 3.0]))
        >>> metric.name, float(metric.result())
        ('distance', 0.5)
    """

    def __init__(self, fn: Callable, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name=name or getattr(fn, "__name__", None), dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take in targets and predictions, `(batch, ...)`, and weights, `(batch,)`; masked steps are left out."""
        with no_grad():
            steps = y_pred._keras_mask if isinstance(y_pred, Tensor) else None
            values = self._fn(y_true, in_full_precision(y_pred), **self._fn_kwargs)
            mask = both_masks(None, steps, as_tensor(values))
            if mask is not None:
                sample_weight = apply_mask(sample_weight, mask, "sum")
            super().update_state(values, sample_weight)

    def get_config(self) -> dict[str, Any]:
        from ondol.metrics.registry import serialize

        return {**super().get_config(), "fn": serialize(self._fn), **self._fn_kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        from ondol.metrics.registry import registry

        return cls(**{**config, "fn": registry.deserialize(config["fn"])})


class FunctionMetric(MeanMetricWrapper):
    """The mean of one of Ondol's own functions: called `function`, with the arguments named in `options`.

    Args:
        name, dtype: see `Metric`; the name is the function's if none is given.
    """

    function: Callable
    options: tuple[str, ...] = ()

    def __init__(self, name: str | None = None, dtype: Any = None, **options: Any) -> None:
        super().__init__(type(self).function, name, dtype, **options)
        for option, value in options.items():
            setattr(self, option, value)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype, **self._fn_kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        return cls(**config)


def weighted(values: Tensor, sample_weight: Any) -> tuple[Tensor, Tensor]:
    """The values times their weights, and the sum of the weights of all samples.

    Args:
        values: `(batch, ...)`.
        sample_weight: `(batch,)`, or more of the leading axes of `values`; a sample with several weights
            counts with their mean.
    """
    weight = cast_like(values, sample_weight)
    if not values.shape:
        return values * weight, ops.sum(weight)
    weight = weights_like(weight, values)
    each = ops.mean(weight, axis=tuple(range(1, weight.ndim))) if weight.ndim > 1 else weight
    count = ops.sum(each)
    if weight.shape[0] != values.shape[0]:  # one weight for the whole batch
        count = count * float(values.shape[0])
    return values * weight, count


def cast_like(other: Tensor, x: Any) -> Tensor:
    """x as a Tensor of another's dtype."""
    x = as_tensor(x)
    return x if x.dtype == other.dtype else ops.cast(x, other.dtype)
