"""Dot: products of the samples of two inputs."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import ShapeError
from ondol.layers.merging.base import Merge


class Dot(Merge):
    r"""$y_b = x_b \cdot z_b$ for each sample b of two inputs: the sum of products along one axis of each.

    Args:
        axes: the axis of both inputs that is summed over, or a pair of axes, one for each; 0 is the batch
            axis and cannot be summed over.
        normalize: scale to length 1 along that axis first, which gives the cosine of the angle between them.

    Shapes:
        inputs (batch, ..., n, ...) twice, to outputs (batch, remaining axes of the first, of the second);
        (batch, 1) if none remain.

    Example:
        >>> import ondol as od
        >>> x, z = od.tensor([[3.0, 4.0]]), od.tensor([[1.0, 2.0]])
        >>> od.layers.Dot(axes=1)([x, z]).tolist()
        [[11.0]]
        >>> print(od.layers.Dot(axes=1, normalize=True)([x, x]).numpy().round(4))
        [[1.]]
    """

    number = 2

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """None: what comes out has no steps any more."""

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pair = (axes, axes) if isinstance(axes, int) else tuple(axes)
        if len(pair) != 2 or not all(isinstance(axis, int) for axis in pair) or 0 in pair:
            raise ShapeError(
                f"Expected an axis or a pair of axes other than the batch axis 0. Received: axes={axes!r}."
            )
        self.axes = pair
        self.normalize = normalize

    def check(self, shapes: list[tuple[int, ...]]) -> None:
        inside = all(
            axis % len(s) > 0 and -len(s) <= axis < len(s) for axis, s in zip(self.axes, shapes, strict=True)
        )
        if not inside or shapes[0][self.axes[0]] != shapes[1][self.axes[1]] or shapes[0][0] != shapes[1][0]:
            raise ShapeError(
                f"Layer '{self.name}' expected two inputs of one batch size, whose axes {self.axes} "
                "have one length. "
                f"Received: shapes {shapes[0]} and {shapes[1]}."
            )

    def merge(self, inputs: Any) -> Any:
        if self.normalize:
            inputs = [_unit_length(x, axis) for x, axis in zip(inputs, self.axes, strict=True)]
        x, z = inputs
        y = ops.einsum(self._subscripts(x.ndim, z.ndim), x, z)
        return y if y.ndim > 1 else ops.reshape(y, (*y.shape, 1))

    def _subscripts(self, x_rank: int, z_rank: int) -> str:
        """For ranks 3 and 3 and axes 2: "abc,adc->abd"."""
        x = list(string.ascii_lowercase[:x_rank])
        z = [x[0], *string.ascii_lowercase[x_rank : x_rank + z_rank - 1]]
        summed = z[self.axes[1]] = x[self.axes[0]]
        kept = [letter for letter in [*x, *z[1:]] if letter != summed]
        return f"{''.join(x)},{''.join(z)}->{''.join(kept)}"


def _unit_length(x: Any, axis: int) -> Any:
    # The maximum is inside the root: at zero vectors the gradient of the root would be infinite.
    return x * ops.rsqrt(ops.maximum(ops.sum(x * x, axis=axis, keepdims=True), 1e-14))


def dot(inputs: Any, axes: int | Sequence[int] = -1, **kwargs: Any) -> Tensor:
    """`Dot(axes, **kwargs)(inputs)`.

    Example:
        >>> import ondol as od
        >>> od.layers.dot([od.tensor([[3.0, 4.0]]), od.tensor([[1.0, 2.0]])]).tolist()
        [[11.0]]
    """
    return Dot(axes, **kwargs)(inputs)
