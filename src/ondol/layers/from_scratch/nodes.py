"""The nodes of a computation graph, each with what it does to a gradient."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.base import Layer
from ondol.layers.checks import positive_integer


class AddNode(Layer):
    r"""$z = x + y$;   $dx = dy = dz$: a sum passes the gradient on to both.

    Example:
        >>> import ondol as od
        >>> node = od.layers.AddNode()
        >>> float(node.forward(2.0, 3.0)), [float(d) for d in node.backward(1.5)]
        (5.0, [1.5, 1.5])
    """

    def call(self, x: Any, y: Any) -> Any:
        return x + y


class MulNode(Layer):
    r"""$z = x y$;   $dx = y\, dz$, $dy = x\, dz$: a product exchanges its factors.

    Example:
        >>> import ondol as od
        >>> node = od.layers.MulNode()
        >>> float(node.forward(2.0, 3.0)), [float(d) for d in node.backward(1.0)]
        (6.0, [3.0, 2.0])
    """

    def call(self, x: Any, y: Any) -> Any:
        return x * y


class BranchNode(Layer):
    r"""$y_1 = \dots = y_n = x$;   $dx = \sum_i dy_i$: where a value is used several times, gradients add up.

    Args:
        n: the number of branches.

    Example:
        >>> import ondol as od
        >>> node = od.layers.BranchNode()
        >>> [float(y) for y in node.forward(2.0)], float(node.backward(1.0, 10.0))
        ([2.0, 2.0], 11.0)
    """

    def __init__(self, n: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = positive_integer("n", n)

    def call(self, x: Any) -> Any:
        return (x,) * self.n


class RepeatNode(Layer):
    r"""$y_i = x$ for n rows $i$;   $dx = \sum_i dy_i$.

    Args:
        n: how often each row along the first axis is repeated.

    Shapes:
        inputs (1, ...) to outputs (n, ...).

    Example:
        >>> import ondol as od
        >>> node = od.layers.RepeatNode(3)
        >>> node.forward([[1.0, 2.0]]).shape
        (3, 2)
        >>> node.backward([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]])
        array([[7., 7.]], dtype=float32)
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = positive_integer("n", n)

    def call(self, x: Any) -> Any:
        return ops.repeat(x, self.n, axis=0)


class SumNode(Layer):
    r"""$y = \sum_i x_i$ along an axis, which stays with length 1;   $dx_i = dy$: the gradient is repeated.

    Args:
        axis: the axis to sum along.

    Shapes:
        inputs (n, ...) to outputs (1, ...), for axis 0.

    Example:
        >>> import ondol as od
        >>> node = od.layers.SumNode()
        >>> node.forward([[1.0, 2.0], [3.0, 4.0]])
        array([[4., 6.]], dtype=float32)
        >>> node.backward([[1.0, 10.0]])
        array([[ 1., 10.],
               [ 1., 10.]], dtype=float32)
    """

    def __init__(self, axis: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, x: Any) -> Any:
        return ops.sum(x, axis=self.axis, keepdims=True)
