"""LayerNormalization: each sample with mean 0 and variance 1, whatever else is in the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.layers.checks import as_floats, check_axes
from ondol.layers.normalization.affine import AffineNormalization, axes_in, check_lengths


class LayerNormalization(AffineNormalization):
    r"""$y = \gamma\,(x - \mu) / \sqrt{\sigma^2 + \varepsilon} + \beta$, with μ and σ² over the given axes of a sample.

    It computes the same in training and afterwards.

    Args:
        axis: the axis or axes to average over, which are also those of γ and β.
        epsilon: keeps the root away from 0.
        center, scale: whether there are β and γ.
        beta_initializer, gamma_initializer: how β and γ are first drawn.
        beta_regularizer, gamma_regularizer: penalties on β and γ, added to the loss.
        beta_constraint, gamma_constraint: projections of β and γ after each update.

    Weights:
        gamma and beta, of the lengths of `axis`.

    Raises:
        ShapeError: for inputs without these axes, or of other lengths than the first ones had.

    Example:
        >>> import ondol as od
        >>> od.layers.LayerNormalization(epsilon=0.0)([[1.0, 3.0], [30.0, 10.0]]).tolist()
        [[-1.0, 1.0], [1.0, -1.0]]

    Reference:
        Ba, Kiros, Hinton: "Layer normalization" (2016).
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
            **kwargs,
        )
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        check_axes(self, input_shape)
        self._lengths = tuple(input_shape[a] for a in axes_in(self, self.axis, input_shape))
        self.add_gamma_and_beta(self._lengths)

    def call(self, inputs: Any) -> Any:
        x = as_floats(self, inputs)
        if self.weights:
            check_lengths(self, self.axis, x, self._lengths)
        return ops.layer_normalization(x, self.gamma, self.beta, self.axis, self.epsilon)
