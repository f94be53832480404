"""AddReLU: the end of a residual block."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.merging.base import ElementwiseMerge


class AddReLU(ElementwiseMerge):
    r"""$y = \max(x_1 + x_2, 0)$ of a list of two inputs, where a shortcut meets the other branch of its block.

    The same numbers as `ReLU()(Add()([x1, x2]))`, and faster when compiled.

    Example:
        >>> import ondol as od
        >>> od.layers.AddReLU()([od.tensor([[1.0, 2.0]]), od.tensor([[-3.0, 3.0]])]).tolist()
        [[0.0, 5.0]]

    Reference: He, Zhang, Ren and Sun, Deep residual learning for image recognition (2015).
    """

    number = 2

    def combine(self, x: Any, y: Any) -> Any:
        return ops.add_relu(x, y)
