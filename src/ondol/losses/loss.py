"""Loss: what training makes small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.backend import floatx, standardize_dtype
from ondol.backend.dtypes import at_least_float32
from ondol.losses.alignment import of_one_rank
from ondol.losses.checks import check_numbers
from ondol.losses.reduction import both_masks, reduce_weighted_values, standardize_reduction
from ondol.utils.naming import to_snake_case

WIDE_FLOATS = (np.dtype("float32"), np.dtype("float64"))


class Loss:
    """Base of all losses. A subclass defines `call`, one value for each sample.

    Args:
        name: what it is called in messages.
        reduction: how the values become one number: "sum_over_batch_size" (the mean over all values),
            "mean" (the same), "sum", "mean_with_sample_weight" (divided by the sum of the weights), or None
            for the values themselves.
        dtype: dtype to compute in. None: that of the predictions, but at least float32.

    Example:
        >>> import ondol as od
        >>> class Distance(od.losses.Loss):
        ...     def call(self, y_true, y_pred):
        ...         return od.ops.sum(od.ops.abs(y_true - y_pred), axis=-1)
        >>> float(Distance()([[1.0, 2.0]], [[0.0, 0.0]]))
        3.0
    """

    integer_targets = False  # True where targets are labels, which must stay integers

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        self.name = name or to_snake_case(type(self).__name__)
        self.reduction = standardize_reduction(reduction)
        self.dtype = None if dtype is None else standardize_dtype(dtype)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The loss of these predictions.

        Args:
            y_true: targets, `(batch, ...)`.
            y_pred: predictions, `(batch, ...)`.
            sample_weight: None, or a weight for each sample, `(batch,)`.

        Returns:
            A Tensor without axes; with `reduction=None` the values, `(batch, ...)`.
        """
        steps = y_pred._keras_mask if isinstance(y_pred, Tensor) else None
        y_pred = _map(self._prediction, y_pred)
        y_true = _map(self._target, y_true)
        values = self.call(y_true, y_pred)
        mask = both_masks(self.compute_mask(y_true, values), steps, values)
        return reduce_weighted_values(values, sample_weight, mask, self.reduction)

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """One value for each sample, `(batch, ...)`."""
        raise TypeError(f"{type(self).__name__} must define call(self, y_true, y_pred)")

    def compute_mask(self, y_true: Any, values: Tensor) -> Tensor | None:
        """Which of the values of `call` count: a Tensor of 0 and 1 of their shape, or None for all."""
        return None

    def check_data(self, y_true: np.ndarray, output_shape: tuple[int | None, ...]) -> None:
        """Look at all targets before training, so that a mistake is named where it was made.

        Args:
            y_true: the targets as a NumPy array.
            output_shape: shape of the model's output; axes may be None.

        Raises:
            DataError: for targets that cannot be right for this loss, with the remedy.
        """
        check_numbers(self.name, y_true)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this loss again."""
        config: dict[str, Any] = {"name": self.name, "reduction": self.reduction}
        return config if self.dtype is None else {**config, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        """The loss that `get_config` described."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"

    def _prediction(self, y_pred: Any) -> Tensor:
        y_pred = as_tensor(y_pred)
        if y_pred.dtype in WIDE_FLOATS and (self.dtype is None or y_pred.dtype == self.dtype):
            return y_pred
        # Half precision is too coarse to sum a batch in, and integers cannot be differentiated.
        dtype = self.dtype or at_least_float32(floatx())
        cast = ops.cast(y_pred, dtype)
        if y_pred.logits is not None:
            cast.logits, cast.made_by = ops.cast(y_pred.logits, dtype), y_pred.made_by
        return cast

    def _target(self, y_true: Any) -> Tensor:
        y_true = as_tensor(y_true)
        if self.integer_targets or y_true.dtype.kind not in "biu":
            return y_true
        return ops.cast(y_true, self.dtype or at_least_float32(floatx()))


class LossFunctionWrapper(Loss):
    """A Loss from a function fn(y_true, y_pred, **kwargs) that gives one value for each sample.

    Targets `(batch,)` reach it as `(batch, 1)` where predictions have that shape.

    Args:
        fn: the function.
        reduction, name, dtype: see `Loss`.
        kwargs: further arguments for fn.

    Example:
        >>> import ondol as od
        >>> def distance(y_true, y_pred):
        ...     return od.ops.sum(od.ops.abs(y_true - y_pred), axis=-1)
        >>> float(od.losses.LossFunctionWrapper(distance)([[1.0, 2.0]], [[0.0, 0.0]]))
        3.0
    """

    def __init__(
        self,
        fn: Callable,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        if isinstance(y_true, Tensor) and isinstance(y_pred, Tensor):
            y_true, y_pred = of_one_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        from ondol.losses.registry import serialize

        return {**super().get_config(), "fn": serialize(self.fn), **self._fn_kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        from ondol.losses.registry import get

        return cls(**{**config, "fn": get(config["fn"])})


def _map(f: Callable, x: Any) -> Any:
    """f on a Tensor, or on each of several: a dict of them, or a list with arrays or Tensors inside."""
    if isinstance(x, dict):
        return {key: _map(f, value) for key, value in x.items()}
    if isinstance(x, (list, tuple)) and any(isinstance(e, (dict, Tensor, np.ndarray)) for e in x):
        return type(x)(_map(f, e) for e in x)
    return f(x)
