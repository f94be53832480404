"""Other dtypes, and the end of gradients."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.backend.dtypes import is_floating, numpy_dtype


class Cast(Op):
    r"""y = x in another dtype;   dx = dy in x's dtype.   No gradient flows through whole numbers."""

    def __init__(self, dtype):
        self.dtype = numpy_dtype(dtype)
        self.differentiable = is_floating(self.dtype)

    def forward(self, x):
        return x.astype(self.dtype)

    def backward(self, dy):
        return cast(dy, self.inputs[0].dtype)


class StopGradient(Op):
    r"""y = x;   dx = 0."""

    differentiable = False

    def forward(self, x):
        return x


def cast(x: Any, dtype: Any) -> Tensor:
    """x in another dtype, as `x.astype(dtype)`.

    Args:
        x: array.
        dtype: a name such as "float32", "int32", "bool", or a NumPy dtype.

    Raises:
        UnknownNameError: for an unknown name.

    Example:
        >>> import ondol as od
        >>> od.cast([1.7, -1.7], "int32")
        Tensor([ 1 -1], dtype=int32)
    """
    return Cast(dtype)(x)


def stop_gradient(variable: Any) -> Tensor:
    """The same values, as a constant: no gradient flows back through it.

    Example:
        >>> import ondol as od
        >>> od.grad(lambda x: x * od.stop_gradient(x))(3.0)
        Tensor(3., dtype=float32)
    """
    return StopGradient()(variable)
