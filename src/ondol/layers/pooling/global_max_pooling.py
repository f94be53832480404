"""GlobalMaxPooling: the largest element of each channel."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.pooling.base_global_pooling import BaseGlobalPooling


class BaseGlobalMaxPooling(BaseGlobalPooling):
    """The largest element over all spatial axes."""

    def pool(self, inputs: Any) -> Any:
        return self._reduce(ops.max, inputs)


class GlobalMaxPooling1D(BaseGlobalMaxPooling):
    """The largest element of each channel over all steps of a sequence.

    Args:
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.
        keepdims: whether the spatial axes stay, with length 1.

    Shapes:
        inputs (batch, steps, channels) to outputs (batch, channels).

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.GlobalMaxPooling1D()([[[1.0, 5.0], [3.0, 2.0]]]).tolist()
        [[3.0, 5.0]]

    Reference:
        Collobert et al.: "Natural language processing (almost) from scratch" (2011).
    """

    rank = 1


class GlobalMaxPooling2D(BaseGlobalMaxPooling):
    """The largest element of each channel over a whole image.

    Args:
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.
        keepdims: whether the spatial axes stay, with length 1.

    Shapes:
        inputs (batch, height, width, channels) to outputs (batch, channels).

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.GlobalMaxPooling2D()(od.ones((2, 8, 8, 3))).shape
        (2, 3)

    Reference:
        Collobert et al.: "Natural language processing (almost) from scratch" (2011).
    """

    rank = 2


class GlobalMaxPooling3D(BaseGlobalMaxPooling):
    """The largest element of each channel over a whole volume.

    Args:
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.
        keepdims: whether the spatial axes stay, with length 1.

    Shapes:
        inputs (batch, depth, height, width, channels) to outputs (batch, channels).

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.GlobalMaxPooling3D()(od.ones((2, 4, 8, 8, 3))).shape
        (2, 3)

    Reference:
        Collobert et al.: "Natural language processing (almost) from scratch" (2011).
    """

    rank = 3


GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
