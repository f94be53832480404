"""Maxout: a learned activation, the largest of several affine maps."""

from __future__ import annotations

from typing import Any

from ondol import constraints, initializers, ops, regularizers
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats, check_axes, check_features, positive_integer


class Maxout(Layer):
    r"""$y_j = \max_k (x W + b)_{jk}$: each output is the largest of `pieces` weighted sums.

    A maximum of affine maps is convex and piecewise linear: with enough pieces it comes close to any convex
    activation, so the layer learns its own.

    Args:
        units: number of outputs.
        pieces: number of affine maps for each output.
        use_bias: whether there is a b.
        kernel_initializer, bias_initializer: how W and b are first drawn.
        kernel_regularizer, bias_regularizer: penalties on W and b, added to the loss.
        kernel_constraint, bias_constraint: projections of W and b after each update.

    Weights:
        kernel (features, units * pieces), the pieces of an output side by side, and bias (units * pieces,).

    Shapes:
        inputs (batch, ..., features) to outputs (batch, ..., units).

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Maxout(1, pieces=2)
        >>> layer.build((None, 1))
        >>> layer.set_weights([[[1.0, -1.0]], [0.0, 0.0]])  # max(x, -x) is |x|
        >>> layer([[-3.0], [2.0]]).tolist()
        [[3.0], [2.0]]

    Reference:
        Goodfellow et al.: "Maxout networks" (2013).
    """

    supports_masking = True

    def __init__(
        self,
        units: int,
        pieces: int = 2,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = positive_integer("units", units)
        self.pieces = positive_integer("pieces", pieces)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias: Any = None

    def build(self, input_shape: Any) -> None:
        check_axes(self, input_shape)
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units * self.pieces),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.units * self.pieces,),
                name="bias",
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs: Any) -> Any:
        x = as_floats(self, inputs)  # (batch, ..., features)
        check_features(self, x, self.kernel.shape[0])
        z = x @ self.kernel  # (batch, ..., units * pieces)
        if self.bias is not None:
            z = z + self.bias
        z = ops.reshape(z, (*z.shape[:-1], self.units, self.pieces))
        return ops.max(z, axis=-1)  # (batch, ..., units)
