"""The end of a residual block: relu of a sum, as one rule."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.elementwise import WHOLE, as_float, elementwise


class AddRelu(Op):
    r"""z = max(x + y, 0) = max(x, -y) + y;   dx = dy = dz where z > 0, else 0."""

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        if x.dtype.kind in WHOLE:
            x, y = as_float(x), as_float(y)  # -y of unsigned numbers would be a large one
        # Equal to the bit: where x > -y both add the same two numbers, elsewhere -y + y is 0. But XLA fuses
        # max(x + y, 0) into all that reads it, and so computes the chain before it again for each of them:
        # ResNet-20 trained in 94 ms a step that way, and in 86 ms this way.
        return self.xp.maximum(x, -y) + y

    def backward(self, dz):
        passed = dz * (self.output > 0)
        return passed, passed


def add_relu(x: Any, y: Any) -> Tensor:
    """relu(x + y), where the shortcut of a residual block meets its other branch.

    The same numbers as `relu(x + y)`, and faster when compiled. The gradient at 0 is 0.

    Args:
        x, y: arrays of shapes that broadcast together; whole numbers become floats. Neither may be infinite.

    Example:
        >>> import ondol as od
        >>> od.ops.add_relu([1.0, -3.0], [1.0, 2.0])
        Tensor([2. 0.], dtype=float32)

    Reference: He, Zhang, Ren and Sun, Deep residual learning for image recognition (2015).
    """
    return AddRelu()(x, y)
