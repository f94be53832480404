"""Dense: an affine map of the last axis."""

from __future__ import annotations

from typing import Any

from ondol import activations, constraints, initializers, regularizers
from ondol.layers.base import Layer
from ondol.layers.checks import check_axes, check_features, positive_integer
from ondol.layers.pixels import as_scaled_floats


class Dense(Layer):
    r"""$y = f(x W + b)$: each output is a weighted sum of all inputs, plus a bias.

    Args:
        units: number of outputs.
        activation: f, a name, a function or a layer; None for the identity.
        use_bias: whether there is a b.
        kernel_initializer, bias_initializer: how W and b are first drawn.
        kernel_regularizer, bias_regularizer: penalties on W and b, added to the loss.
        activity_regularizer: penalty on y, added to the loss.
        kernel_constraint, bias_constraint: projections of W and b after each update.

    Weights:
        kernel (features, units) and bias (units,).

    Shapes:
        inputs (batch, ..., features) to outputs (batch, ..., units).

    Raises:
        ShapeError: for inputs with another number of features than the first ones had.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Dense(2, activation="relu", kernel_initializer="ones")
        >>> layer([[1.0, 2.0, 3.0], [-1.0, 0.0, 0.0]])
        Tensor([[6. 6.]
                [0. 0.]], dtype=float32)
        >>> [w.shape for w in layer.weights]
        [(3, 2), (2,)]
    """

    supports_masking = True

    wants_scaled_inputs = True  # see ondol.layers.pixels

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = positive_integer("units", units)
        self.activation = activations.get(activation)
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
            shape=(input_shape[-1], self.units),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.units,),
                name="bias",
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs: Any) -> Any:
        x = as_scaled_floats(self, inputs)  # (batch, ..., features)
        check_features(self, x, self.kernel.shape[0])
        y = x @ self.kernel  # (batch, ..., units)
        if self.bias is not None:
            y = y + self.bias
        return self.activation(y)
