"""What the normalizing layers share: the axes they mean, and the weights gamma and beta that come after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import constraints, initializers, regularizers
from ondol.errors import DataError, ShapeError
from ondol.layers.base import Layer


class AffineNormalization(Layer):
    r"""Base of the layers that compute $y = \gamma \hat{x} + \beta$ from a normalized $\hat{x}$.

    A subclass sets the weights up in `build` by `add_gamma_and_beta`. They keep their dtype under every policy,
    as do all statistics: half precision has not the digits for them.
    """

    supports_masking = True

    def __init__(
        self,
        *,
        epsilon: float,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        beta_regularizer: Any,
        gamma_regularizer: Any,
        beta_constraint: Any,
        gamma_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.epsilon = not_negative("epsilon", epsilon)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.gamma: Any = None
        self.beta: Any = None

    def add_gamma_and_beta(self, shape: tuple[int, ...]) -> None:
        """Make the weights that the layer is to have."""
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape,
                name="gamma",
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                autocast=False,
            )
        if self.center:
            self.beta = self.add_weight(
                shape=shape,
                name="beta",
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                autocast=False,
            )


def not_negative(argument: str, value: float) -> float:
    """The value of an argument such as epsilon."""
    if not value >= 0:
        raise DataError(f"Expected a number that is not negative. Received: {argument}={value!r}.")
    return float(value)


def axes_in(layer: Any, axis: int | Sequence[int], input_shape: Any) -> tuple[int, ...]:
    """The axes as positions from 0, in order; refuses those that the inputs have not."""
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    ndim = len(input_shape)
    if any(not -ndim <= a < ndim for a in axes):
        raise ShapeError(
            f"Layer '{layer.name}' expected inputs that have the axes {axes}. "
            f"Received: inputs.shape={tuple(input_shape)}, with axes 0, ..., {ndim - 1}. "
            "Channels are axis -1 of channels-last data, axis 1 of channels-first."
        )
    return tuple(sorted({a % ndim for a in axes}))


def check_lengths(layer: Any, axis: int | Sequence[int], inputs: Any, lengths: tuple[int, ...]) -> None:
    """Refuse inputs that along these axes have not the lengths that the weights were made for."""
    axes = axes_in(layer, axis, inputs.shape)
    if tuple([inputs.shape[a] for a in axes]) != lengths:
        raise ShapeError(
            f"Layer '{layer.name}' expected inputs of lengths {lengths} along axis={axis}, as they were when the "
            f"layer was built. Received: inputs.shape={tuple(inputs.shape)}. Give it the same channels, make a new "
            "layer, or say with axis= where the channels are (axis=1 for channels first)."
        )
