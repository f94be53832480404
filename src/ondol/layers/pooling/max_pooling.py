"""MaxPooling: the largest of each window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.layers.pooling.base_pooling import BasePooling


class BaseMaxPooling(BasePooling):
    """The largest element of each window."""

    def pool(self, inputs: Any) -> Any:
        return ops.max_pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)


class MaxPooling1D(BaseMaxPooling):
    r"""The largest element of each window of a sequence, channel by channel.

    $y_{tc} = \max_k x_{t s + k,\,c}$, where s is the stride.
    Of several equal elements the first gets the gradient, as in PyTorch.

    Args:
        pool_size: length of the window.
        strides: from one window to the next; None for pool_size, windows side by side.
        padding: "valid" (only whole windows), "same" (a window for every stride-th place, up to the edge), or margins
            (before, after) of each axis.
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.
        name: the layer's name.

    Shapes:
        inputs (batch, steps, channels) to outputs (batch, new steps, channels).
        A length n becomes (n - pool_size) // stride + 1 if "valid", n / stride rounded up if "same".

    Raises:
        ShapeError: for inputs of another number of axes, or smaller than the window.

    Example:
        >>> import ondol as od
        >>> od.layers.MaxPooling1D(2)([[[1.0], [3.0], [2.0], [5.0]]]).tolist()
        [[[3.0], [5.0]]]

    Reference:
        Weng, Ahuja, Huang: "Cresceptron: a self-organizing neural network which grows adaptively" (1992).
    """

    rank = 1

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name=name, **kwargs)


class MaxPooling2D(BaseMaxPooling):
    r"""The largest element of each window of images, channel by channel.

    $y_{ijc} = \max_{kl} x_{i s + k,\,j s + l,\,c}$, where s is the stride.
    Of several equal elements the first gets the gradient, as in PyTorch.

    Args:
        pool_size: (height, width) of the window, or one number for both.
        strides: from one window to the next; None for pool_size, windows side by side.
        padding: "valid" (only whole windows), "same" (a window for every stride-th place, up to the edge), or margins
            (before, after) of each axis.
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.
        name: the layer's name.

    Shapes:
        inputs (batch, height, width, channels) to outputs (batch, new height, new width, channels).
        A length n becomes (n - pool_size) // stride + 1 if "valid", n / stride rounded up if "same".

    Raises:
        ShapeError: for inputs of another number of axes, or smaller than the window.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]])[None, :, :, None]
        >>> od.layers.MaxPooling2D()(x)[0, :, :, 0]
        Tensor([[8. 6.]], dtype=float32)

    Reference:
        Weng, Ahuja, Huang: "Cresceptron: a self-organizing neural network which grows adaptively" (1992).
    """

    rank = 2

    def __init__(
        self,
        pool_size: int | Sequence[int] = (2, 2),
        strides: int | Sequence[int] | None = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name=name, **kwargs)


class MaxPooling3D(BaseMaxPooling):
    r"""The largest element of each window of volumes, channel by channel.

    $y_{hijc} = \max_{klm} x_{h s + k,\,i s + l,\,j s + m,\,c}$, where s is the stride.
    Of several equal elements the first gets the gradient, as in PyTorch.

    Args:
        pool_size: (depth, height, width) of the window, or one number for all.
        strides: from one window to the next; None for pool_size, windows side by side.
        padding: "valid" (only whole windows), "same" (a window for every stride-th place, up to the edge), or margins
            (before, after) of each axis.
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.
        name: the layer's name.

    Shapes:
        inputs (batch, depth, height, width, channels) to outputs (batch, new depth, new height, new width, channels).
        A length n becomes (n - pool_size) // stride + 1 if "valid", n / stride rounded up if "same".

    Raises:
        ShapeError: for inputs of another number of axes, or smaller than the window.

    Example:
        >>> import ondol as od
        >>> od.layers.MaxPooling3D()(od.ones((1, 4, 6, 6, 3))).shape
        (1, 2, 3, 3, 3)

    Reference:
        Weng, Ahuja, Huang: "Cresceptron: a self-organizing neural network which grows adaptively" (1992).
    """

    rank = 3

    def __init__(
        self,
        pool_size: int | Sequence[int] = (2, 2, 2),
        strides: int | Sequence[int] | None = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name=name, **kwargs)


MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
