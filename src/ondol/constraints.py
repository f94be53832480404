"""Constraints: what a weight must satisfy after each step of the optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.utils.registry import Registry

EPSILON = 1e-7  # keeps a weight of length 0 where it is


class Constraint:
    """Base of all constraints. A subclass defines `__call__(w)`, the weight moved to where it is allowed.

    Example:
        >>> import ondol as od
        >>> class Symmetric(od.constraints.Constraint):
        ...     def __call__(self, w):
        ...         return 0.5 * (w + w.T)
        >>> Symmetric()(od.tensor([[0.0, 2.0], [4.0, 0.0]])).tolist()
        [[0.0, 3.0], [3.0, 0.0]]
    """

    def __call__(self, w: Any) -> Tensor:
        return as_tensor(w)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this constraint again."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constraint:
        """The constraint that `get_config` described."""
        return cls(**config)


class NonNeg(Constraint):
    """Weights are not negative: max(w, 0).

    Example:
        >>> import ondol as od
        >>> od.constraints.NonNeg()([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """

    def __call__(self, w: Any) -> Tensor:
        return ops.maximum(w, 0.0)


class MaxNorm(Constraint):
    r"""Weights coming into a unit have a length of at most m: $w \min(\lVert w \rVert, m) / \lVert w \rVert$.

    Args:
        max_value: m.
        axis: axis or axes along which the length is measured; 0 for the kernel of Dense, (inputs, units),
            [0, 1, 2] for that of a 2-D convolution.

    Example:
        >>> import ondol as od
        >>> w = od.constraints.MaxNorm(1.0)([[3.0, 0.3], [4.0, 0.4]])
        >>> print(w.numpy().round(4))
        [[0.6 0.3]
         [0.8 0.4]]

    Reference:
        Srivastava et al.: "Dropout: a simple way to prevent neural networks from overfitting" (2014).
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        w = as_tensor(w)
        norm = _norm(w, self.axis)
        return w * (ops.minimum(norm, self.max_value) / (EPSILON + norm))

    def get_config(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "axis": self.axis}


class UnitNorm(Constraint):
    r"""Weights coming into a unit have the length 1: $w / \lVert w \rVert$.

    Args:
        axis: axis or axes along which the length is measured (see `MaxNorm`).

    Example:
        >>> import ondol as od
        >>> print(od.constraints.UnitNorm()([[3.0], [4.0]]).numpy().round(4))
        [[0.6]
         [0.8]]
    """

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        w = as_tensor(w)
        return w / (EPSILON + _norm(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    r"""Weights coming into a unit have a length between two bounds, approached at a rate r.

    $w \cdot (r\,\text{clip}(n, \text{min}, \text{max}) + (1 - r)\,n) / n$ with $n = \lVert w \rVert$.

    Args:
        min_value, max_value: the bounds.
        rate: 1 enforces the bounds at every step, less lets weights approach them.
        axis: axis or axes along which the length is measured (see `MaxNorm`).

    Example:
        >>> import ondol as od
        >>> w = od.constraints.MinMaxNorm(1.0, 2.0)([[3.0, 0.3], [4.0, 0.4]])
        >>> print(w.numpy().round(4))
        [[1.2 0.6]
         [1.6 0.8]]
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        w = as_tensor(w)
        norm = _norm(w, self.axis)
        wanted = self.rate * ops.clip(norm, self.min_value, self.max_value) + (1.0 - self.rate) * norm
        return w * (wanted / (EPSILON + norm))

    def get_config(self) -> dict[str, Any]:
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


def _norm(w: Tensor, axis: Any) -> Tensor:
    axis = tuple(axis) if isinstance(axis, list) else axis
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


non_neg, max_norm, unit_norm, min_max_norm = NonNeg, MaxNorm, UnitNorm, MinMaxNorm  # Keras' other spellings

registry = Registry("constraint", (NonNeg, MaxNorm, UnitNorm, MinMaxNorm))


def get(identifier: Any) -> Any:
    """The constraint for a name, a class, a config, or itself (any function of a weight); None for None.

    Raises:
        UnknownNameError: for a name that is not known, with the nearest ones.

    Example:
        >>> import ondol as od
        >>> od.constraints.get("max_norm").max_value
        2
    """
    return registry.get(identifier)


def serialize(constraint: Any) -> Any:
    """The JSON form of a constraint.

    Example:
        >>> import ondol as od
        >>> od.constraints.serialize(od.constraints.UnitNorm(axis=1))
        {'class_name': 'UnitNorm', 'config': {'axis': 1}}
    """
    return registry.serialize(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The constraint that `serialize` described."""
    return registry.deserialize(config, custom_objects)
