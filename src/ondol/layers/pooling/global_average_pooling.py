"""GlobalAveragePooling: the mean of each channel."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.checks import as_floats
from ondol.layers.pooling.base_global_pooling import BaseGlobalPooling
from ondol.layers.window_checks import check_axes


class BaseGlobalAveragePooling(BaseGlobalPooling):
    """The mean over all spatial axes."""

    def pool(self, inputs: Any) -> Any:
        return self._reduce(ops.mean, as_floats(self, inputs))


class GlobalAveragePooling1D(BaseGlobalAveragePooling):
    """The mean of each channel over all steps of a sequence.

    Args:
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.
        keepdims: whether the spatial axes stay, with length 1.

    Call arguments:
        inputs: (batch, steps, channels).
        mask: (batch, steps), False for steps to leave out of the mean.

    Shapes:
        inputs (batch, steps, channels) to outputs (batch, channels).

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.GlobalAveragePooling1D()([[[1.0, 5.0], [3.0, 2.0]]]).tolist()
        [[2.0, 3.5]]

    Reference:
        Lin, Chen, Yan: "Network in network" (2014).
    """

    rank = 1

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """None: the steps are gone."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        check_axes(self, inputs.shape)
        x = as_floats(self, inputs)
        if mask is None:
            return self.pool(x)
        first = self.data_format == "channels_first"
        counts = ops.expand_dims(ops.cast(ops.cast(mask, "bool"), x.dtype), 1 if first else 2)
        # Not x * counts: what is masked may be infinite or NaN.
        kept = ops.where(counts > 0, x, 0.0)
        return self._reduce(ops.sum, kept) / self._reduce(ops.sum, counts)


class GlobalAveragePooling2D(BaseGlobalAveragePooling):
    """The mean of each channel over a whole image.

    Args:
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.
        keepdims: whether the spatial axes stay, with length 1.

    Shapes:
        inputs (batch, height, width, channels) to outputs (batch, channels).

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.GlobalAveragePooling2D()(od.ones((2, 8, 8, 3))).shape
        (2, 3)

    Reference:
        Lin, Chen, Yan: "Network in network" (2014).
    """

    rank = 2


class GlobalAveragePooling3D(BaseGlobalAveragePooling):
    """The mean of each channel over a whole volume.

    Args:
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.
        keepdims: whether the spatial axes stay, with length 1.

    Shapes:
        inputs (batch, depth, height, width, channels) to outputs (batch, channels).

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.GlobalAveragePooling3D()(od.ones((2, 4, 8, 8, 3))).shape
        (2, 3)

    Reference:
        Lin, Chen, Yan: "Network in network" (2014).
    """

    rank = 3


GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
