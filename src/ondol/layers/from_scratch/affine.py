"""Affine: a matrix product and a bias, made of given arrays."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Variable
from ondol.errors import ShapeError
from ondol.layers.from_scratch.given_weights import GivenWeights
from ondol.ops.shapes import reshape


class Affine(GivenWeights):
    r"""$y = x W + b$;   $dx = dy\, W^T$, $dW = x^T dy$, $db = \sum dy$.

    Args:
        W: array (features, units).
        b: array (units,), None for no bias. Float arrays become the entries of `params` themselves.

    Shapes:
        inputs (batch, features), or (batch, ...) of as many numbers a sample, to outputs (batch, units).

    Raises:
        ShapeError: for a W that is no matrix, a b that does not fit it, or inputs of another size.

    Example:
        >>> import numpy as np
        >>> import ondol as od
        >>> layer = od.layers.Affine(np.array([[1.0], [2.0]]), np.array([0.5]))
        >>> layer.forward(np.array([[3.0, 4.0]]))
        array([[11.5]])
        >>> layer.backward(np.array([[1.0]]))
        array([[1., 2.]])
        >>> layer.grads[0].tolist()
        [[3.0], [4.0]]
    """

    W: Variable
    b: Variable | None

    def __init__(self, W: Any, b: Any = None, **kwargs: Any) -> None:
        super().__init__({"W": W, "b": b}, **kwargs)
        if len(self.W.shape) != 2 or (self.b is not None and self.b.shape != self.W.shape[1:]):
            bias = "" if self.b is None else f", b.shape={self.b.shape}"
            raise ShapeError(
                "Affine expected a matrix W of shape (features, units), and b of shape (units,). "
                f"Received: W.shape={self.W.shape}{bias}."
            )

    def call(self, x: Any) -> Any:
        if x.ndim > 2:
            x = reshape(x, (x.shape[0], -1))
        if x.shape[-1] != self.W.shape[0]:
            raise ShapeError(
                f"Affine expected {self.W.shape[0]} features, as W.shape={self.W.shape} has rows. "
                f"Received: x.shape={x.shape}."
            )
        y = x @ self.W
        return y if self.b is None else y + self.b
