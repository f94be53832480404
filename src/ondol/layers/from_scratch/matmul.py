"""MatMul: a product with a given matrix."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Variable
from ondol.errors import ShapeError
from ondol.layers.from_scratch.given_weights import GivenWeights


class MatMul(GivenWeights):
    r"""$y = x W$;   $dx = dy\, W^T$, $dW = x^T dy$.

    Args:
        W: array (features, units); a float array becomes the entry of `params` itself.

    Shapes:
        inputs (..., features) to outputs (..., units).

    Raises:
        ShapeError: for a W that is no matrix.

    Example:
        >>> import numpy as np
        >>> import ondol as od
        >>> layer = od.layers.MatMul(np.eye(2))
        >>> layer.forward(np.array([[3.0, 4.0]]))
        array([[3., 4.]])
    """

    W: Variable

    def __init__(self, W: Any, **kwargs: Any) -> None:
        super().__init__({"W": W}, **kwargs)
        if len(self.W.shape) != 2:
            raise ShapeError(
                f"MatMul expected a matrix W of shape (features, units). Received: W.shape={self.W.shape}."
            )

    def call(self, x: Any) -> Any:
        return x @ self.W
