"""EinsumDense: a dense layer for which a formula says which axes are summed over."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any

from ondol import activations, constraints, initializers, ops, regularizers
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats
from ondol.layers.core.equation import Equation


class EinsumDense(Layer):
    r"""$y = f(\text{einsum}(x, W) + b)$: Dense for any axes, in Einstein's notation.

    Args:
        equation: "ab,bc->ac" is Dense for vectors, "...x,xy->...y" Dense for any number of axes, "abc,cde->abde"
            the projection of a sequence to several heads. The first axis of inputs and output is the batch.
        output_shape: the lengths of the output's axes without batch and "...", None for those that are the input's.
        activation: f, a name, a function or a layer; None for the identity.
        bias_axes: the letters of the output that b has; None for no b.
        kernel_initializer, bias_initializer: how W and b are first drawn.
        kernel_regularizer, bias_regularizer: penalties on W and b, added to the loss.
        kernel_constraint, bias_constraint: projections of W and b after each update.

    Weights:
        kernel, of the axes that the equation gives it, and bias, of the output's axes from the first of `bias_axes` on
        (length 1 for those that it has not).

    Raises:
        ShapeError: for an equation of another form, for inputs that do not fit it, and if it leaves the shape of a
            weight open.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.EinsumDense("abc,cde->abde", output_shape=(None, 4, 8), bias_axes="de")
        >>> layer(od.ones((2, 5, 32))).shape
        (2, 5, 4, 8)
        >>> [w.shape for w in layer.weights]
        [(32, 4, 8), (4, 8)]
    """

    supports_masking = True

    def __init__(
        self,
        equation: str,
        output_shape: int | Sequence[int | None],
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.equation = equation
        self.partial_output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias: Any = None
        self._summed = Equation(equation).summed_as_in_a_product()

    def build(self, input_shape: Any) -> None:
        equation = Equation(self.equation)
        kernel_shape, bias_shape = equation.weight_shapes(
            tuple(input_shape), self.partial_output_shape, self.bias_axes
        )
        self.kernel = self.add_weight(
            shape=kernel_shape,
            name="kernel",
            initializer=_of_these_axes(self.kernel_initializer, equation),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if bias_shape is not None:
            self.bias = self.add_weight(
                shape=bias_shape,
                name="bias",
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs: Any) -> Any:
        x = as_floats(self, inputs)
        Equation(self.equation).check(self.name, x.shape, self.kernel.shape)
        y = ops.einsum(self.equation, x, self.kernel) if self._summed is None else self._product(x)
        if self.bias is not None:
            y = y + self.bias
        return self.activation(y)

    def _product(self, x: Any) -> Any:
        """As one product of matrices: its gradients are products, too, which einsum's are not."""
        free, shape = x.ndim - self._summed, self.kernel.shape
        rows = math.prod(shape[: self._summed])
        y = x.reshape((*x.shape[:free], rows)) @ self.kernel.reshape((rows, -1))
        return y.reshape((*x.shape[:free], *shape[self._summed :]))


def _of_these_axes(initializer: Any, equation: Equation) -> Any:
    """The initializer, told which axes of the kernel are inputs and which are outputs, if it asks."""
    if getattr(initializer, "input_axes", 0) is not None:
        return initializer
    initializer = copy.copy(initializer)
    initializer.input_axes = [i for i, c in enumerate(equation.kernel) if c not in equation.output]
    initializer.output_axes = [i for i, c in enumerate(equation.kernel) if c in equation.output]
    return initializer
