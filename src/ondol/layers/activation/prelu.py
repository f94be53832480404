"""PReLU: a rectifier that learns its slope below zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import constraints, initializers, ops, regularizers
from ondol.layers.base import Layer


class PReLU(Layer):
    r"""$y = \max(x, 0) + \alpha \min(x, 0)$, α learned for each position of a sample.

    Args:
        alpha_initializer: how α is first drawn.
        alpha_regularizer: penalty on α, added to the loss.
        alpha_constraint: projection of α after each update.
        shared_axes: axes along which one α holds for all positions, counted with the batch axis 0;
            (1, 2) for one α per channel of images.

    Weights:
        alpha, of a sample's shape, 1 along the shared axes.

    Example:
        >>> import ondol as od
        >>> od.layers.PReLU(od.initializers.Constant(0.25))([[-4.0, 3.0]]).tolist()
        [[-1.0, 3.0]]

    Reference:
        He et al.: "Delving deep into rectifiers" (2015).
    """

    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else list(shared_axes or ())

    def build(self, input_shape: Any) -> None:
        shape = list(input_shape)
        for axis in self.shared_axes:
            shape[axis] = 1
        self.alpha = self.add_weight(
            shape=shape[1:],
            name="alpha",
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )

    def call(self, inputs: Any) -> Any:
        return ops.maximum(inputs, 0) + self.alpha * ops.minimum(inputs, 0)
