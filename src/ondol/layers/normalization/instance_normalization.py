"""InstanceNormalization: each channel of each sample with mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

from ondol.layers.normalization.group_normalization import GroupNormalization


class InstanceNormalization(GroupNormalization):
    """Group normalization with a group per channel: it takes contrast and colour cast out of each image.

    Keras has it as `GroupNormalization(groups=-1)`; under this name it was in TensorFlow Addons.

    Args:
        axis: the axis of the channels: -1, or 1 for channels first.
        **kwargs: the other arguments of GroupNormalization.

    Weights:
        gamma and beta (channels,).

    Example:
        >>> import ondol as od
        >>> od.layers.InstanceNormalization(epsilon=0.0)([[[1.0, 5.0], [3.0, 9.0]]]).tolist()
        [[[-1.0, -1.0], [1.0, 1.0]]]

    Reference:
        Ulyanov, Vedaldi, Lempitsky: "Instance normalization" (2016).
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(-1, axis, **kwargs)
