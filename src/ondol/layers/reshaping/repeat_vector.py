"""RepeatVector: a sequence of equal vectors."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.errors import ShapeError
from ondol.layers.base import Layer
from ondol.layers.checks import positive_integer


class RepeatVector(Layer):
    """Each vector n times, as the steps of a sequence.

    Args:
        n: number of steps.

    Shapes:
        inputs (batch, features) to outputs (batch, n, features).

    Example:
        >>> import ondol as od
        >>> od.layers.RepeatVector(2)([[1.0, 5.0]]).tolist()
        [[[1.0, 5.0], [1.0, 5.0]]]
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = positive_integer("n", n)

    def call(self, inputs: Any) -> Any:
        if inputs.ndim != 2:
            raise ShapeError(
                f"Layer '{self.name}' expected inputs of shape (batch, features). "
                f"Received: inputs.shape={inputs.shape}."
            )
        batch, features = inputs.shape
        return ops.broadcast_to(inputs[:, None, :], (batch, self.n, features))
