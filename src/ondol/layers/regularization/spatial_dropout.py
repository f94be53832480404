"""SpatialDropout: dropout of whole feature maps."""

from __future__ import annotations

from typing import Any

from ondol.errors import ShapeError
from ondol.layers.regularization.dropout import Dropout
from ondol.ops.data_format import standardize_data_format


class _SpatialDropout(Dropout):
    """One decision for each channel of each sample."""

    rank = 0  # how many spatial axes there are

    def __init__(
        self, rate: float, data_format: str | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(rate, seed=seed, **kwargs)
        self.data_format = standardize_data_format(data_format)

    def _mask_shape(self, shape: Any) -> tuple[int, ...]:
        if len(shape) != self.rank + 2:
            raise ShapeError(
                f"Layer '{self.name}' expected inputs of {self.rank + 2} axes: the batch, {self.rank} of space, "
                f"the channels. Received: inputs.shape={tuple(shape)}."
            )
        ones = (1,) * self.rank
        return (*shape[:2], *ones) if self.data_format == "channels_first" else (shape[0], *ones, shape[-1])


class SpatialDropout1D(_SpatialDropout):
    r"""Dropout of whole channels of a sequence: $y_{tc} = x_{tc}\, m_c / (1 - p)$ while training.

    Neighbouring steps are alike, so that dropping single ones takes little information away.

    Args:
        rate: p, the share of channels to set to zero, of [0, 1].
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Shapes:
        inputs (batch, steps, channels), outputs alike.

    Example:
        >>> import ondol as od
        >>> y = od.layers.SpatialDropout1D(0.5, seed=1)(od.ops.ones((1, 4, 50)), training=True)
        >>> sorted(set(y.sum(axis=1).ravel().tolist()))
        [0.0, 8.0]

    Reference:
        Tompson et al.: "Efficient object localization using convolutional networks" (2014).
    """

    rank = 1

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(rate, seed=seed, **kwargs)


class SpatialDropout2D(_SpatialDropout):
    """Dropout of whole feature maps of images; see SpatialDropout1D.

    Args:
        rate: the share of channels to set to zero, of [0, 1].
        data_format: "channels_last" (batch, height, width, channels), the default, or "channels_first".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Example:
        >>> import ondol as od
        >>> y = od.layers.SpatialDropout2D(0.5, seed=1)(od.ops.ones((1, 2, 2, 50)), training=True)
        >>> sorted(set(y.sum(axis=(1, 2)).ravel().tolist()))
        [0.0, 8.0]
    """

    rank = 2


class SpatialDropout3D(_SpatialDropout):
    """Dropout of whole feature maps of volumes; see SpatialDropout1D.

    Args:
        rate: the share of channels to set to zero, of [0, 1].
        data_format: "channels_last" (batch, depth, height, width, channels), the default, or "channels_first".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Example:
        >>> import ondol as od
        >>> y = od.layers.SpatialDropout3D(0.5, seed=1)(od.ops.ones((1, 2, 2, 2, 50)), training=True)
        >>> sorted(set(y.sum(axis=(1, 2, 3)).ravel().tolist()))
        [0.0, 16.0]
    """

    rank = 3
