"""Regularizers: penalties on weights, added to the loss."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.errors import ShapeError
from ondol.utils.registry import Registry


class Regularizer:
    """Base of all regularizers. A subclass defines `__call__(x)`, the penalty for a weight.

    Example:
        >>> import ondol as od
        >>> class Sum(od.regularizers.Regularizer):
        ...     def __call__(self, x):
        ...         return od.ops.sum(x)
        >>> float(Sum()(od.tensor([1.0, 2.0])))
        3.0
    """

    def __call__(self, x: Any) -> Any:
        return 0.0

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this regularizer again."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Regularizer:
        """The regularizer that `get_config` described."""
        return cls(**config)


class L1(Regularizer):
    r"""$\lambda \sum_i |w_i|$: drives weights that matter little to 0.

    Args:
        l1: λ, not negative.

    Example:
        >>> import ondol as od
        >>> float(od.regularizers.L1(0.5)([1.0, -3.0]))
        2.0

    Reference:
        Tibshirani: "Regression shrinkage and selection via the lasso" (1996).
    """

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = _factor("l1", 0.01 if l1 is None else l1)

    def __call__(self, x: Any) -> Tensor:
        return self.l1 * ops.sum(ops.abs(x))

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


class L2(Regularizer):
    r"""$\lambda \sum_i w_i^2$: keeps weights small.

    Args:
        l2: λ, not negative.

    Example:
        >>> import ondol as od
        >>> float(od.regularizers.L2(0.5)([1.0, -3.0]))
        5.0
    """

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = _factor("l2", 0.01 if l2 is None else l2)

    def __call__(self, x: Any) -> Tensor:
        return self.l2 * ops.sum(ops.square(x))

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


class L1L2(Regularizer):
    r"""$\lambda_1 \sum_i |w_i| + \lambda_2 \sum_i w_i^2$.

    Args:
        l1, l2: λ₁ and λ₂, not negative.

    Example:
        >>> import ondol as od
        >>> float(od.regularizers.L1L2(l1=0.5, l2=0.25)([1.0, -3.0]))
        4.5
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = _factor("l1", 0.0 if l1 is None else l1)
        self.l2 = _factor("l2", 0.0 if l2 is None else l2)

    def __call__(self, x: Any) -> Tensor:
        return self.l1 * ops.sum(ops.abs(x)) + self.l2 * ops.sum(ops.square(x))

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    r"""Mean of $|\cos|$ of the angles between the rows (or columns) of a matrix, times a factor.

    Args:
        factor: not negative.
        mode: "rows" or "columns": which vectors shall be orthogonal to each other.

    Raises:
        ShapeError: when called on anything but a matrix.

    Example:
        >>> import ondol as od
        >>> regularizer = od.regularizers.OrthogonalRegularizer(factor=2.0)
        >>> round(float(regularizer([[1.0, 0.0], [3.0, 4.0]])), 4)  # cos = 0.6
        1.2
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = _factor("factor", factor)
        if mode not in ("rows", "columns"):
            raise ValueError(f"Expected mode to be 'rows' or 'columns'. Received: mode={mode!r}.")
        self.mode = mode

    def __call__(self, x: Any) -> Tensor:
        x = as_tensor(x)
        if x.ndim != 2:
            raise ShapeError(f"Expected a matrix for OrthogonalRegularizer. Received: x.shape={x.shape}.")
        rows = x if self.mode == "rows" else ops.transpose(x)
        rows = rows / ops.sqrt(ops.maximum(ops.sum(ops.square(rows), axis=1, keepdims=True), 1e-24))
        n = rows.shape[0]
        cosines = ops.abs(rows @ ops.transpose(rows)) * (1.0 - ops.eye(n, dtype=x.dtype))
        pairs = max(n * (n - 1) / 2, 1)  # a single vector has no angles, and a penalty of 0
        return (0.5 * self.factor / pairs) * ops.sum(cosines)

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor, "mode": self.mode}


def _factor(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value) or value < 0:
        raise ValueError(f"Expected {name} to be a number, not negative. Received: {name}={value!r}.")
    return float(value)


l1, l2, l1_l2 = L1, L2, L1L2  # Keras' other spellings
orthogonal_regularizer = OrthogonalRegularizer

registry = Registry("regularizer", (L1, L2, L1L2, OrthogonalRegularizer), aliases={"l1_l2": L1L2})


def get(identifier: Any) -> Any:
    """The regularizer for a name, a class, a config, or itself (any function of a weight); None for None.

    Raises:
        UnknownNameError: for a name that is not known, with the nearest ones.

    Example:
        >>> import ondol as od
        >>> od.regularizers.get("l2").l2
        0.01
    """
    return registry.get(identifier)


def serialize(regularizer: Any) -> Any:
    """The JSON form of a regularizer.

    Example:
        >>> import ondol as od
        >>> od.regularizers.serialize(od.regularizers.L2(0.1))
        {'class_name': 'L2', 'config': {'l2': 0.1}}
    """
    return registry.serialize(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The regularizer that `serialize` described."""
    return registry.deserialize(config, custom_objects)
