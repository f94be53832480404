"""GroupNormalization: groups of channels of a sample with mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.errors import DataError
from ondol.layers.checks import as_floats, check_axes
from ondol.layers.normalization.affine import AffineNormalization, axes_in, check_lengths
from ondol.ops.standardize import checked_groups


class GroupNormalization(AffineNormalization):
    r"""$y = \gamma\,(x - \mu) / \sqrt{\sigma^2 + \varepsilon} + \beta$ by groups of channels of a sample.

    μ and σ² are those of all elements of the group. It computes the same in training and afterwards, however
    small the batch.

    Args:
        groups: how many groups of neighbouring channels share a mean and a variance. It must divide the channels.
            1 for all channels together, -1 for each alone (instance normalization).
        axis: the axis of the channels: -1, or 1 for channels first.
        epsilon: keeps the root away from 0.
        center, scale: whether there are β and γ.
        beta_initializer, gamma_initializer: how β and γ are first drawn.
        beta_regularizer, gamma_regularizer: penalties on β and γ, added to the loss.
        beta_constraint, gamma_constraint: projections of β and γ after each update.

    Weights:
        gamma and beta (channels,).

    Raises:
        DataError: for groups that do not divide the channels.
        ShapeError: for inputs without that axis, or with another number of channels than the first ones had.

    Example:
        >>> import ondol as od
        >>> od.layers.GroupNormalization(2, epsilon=0.0)([[1.0, 3.0, 20.0, 40.0]]).tolist()
        [[-1.0, 1.0, -1.0, 1.0]]

    Reference:
        Wu, He: "Group normalization" (2018).
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
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
        if not isinstance(groups, int) or (groups < 1 and groups != -1):
            raise DataError(
                f"Expected a positive number of groups, or -1 for one per channel. Received: groups={groups!r}."
            )
        self.groups = groups
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        check_axes(self, input_shape)
        (channels,) = axes_in(self, self.axis, input_shape)
        n = input_shape[channels]
        if n is not None:  # if it is, the weights say what is wrong
            checked_groups(self.groups, n, f"Layer '{self.name}'")
        self._lengths = (n,)
        self.add_gamma_and_beta(self._lengths)

    def call(self, inputs: Any) -> Any:
        x = as_floats(self, inputs)
        check_lengths(self, self.axis, x, self._lengths)
        return ops.group_normalization(x, self.groups, self.gamma, self.beta, self.axis, self.epsilon)
