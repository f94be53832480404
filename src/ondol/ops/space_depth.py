"""Blocks of pixels as channels, and channels as blocks of pixels."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.errors import DataError, ShapeError
from ondol.ops.data_format import standardize_data_format


class DepthToSpace(Op):
    r"""y = channels, b² at a time, as blocks of b x b pixels;   dx: see SpaceToDepth."""

    def __init__(self, block: int, channels_first: bool):
        self.block, self.channels_first = block, channels_first

    def forward(self, x):
        b = self.block
        if self.channels_first:
            n, c, h, w = x.shape
            x = x.reshape((n, c // b**2, b, b, h, w)).transpose((0, 1, 4, 2, 5, 3))
            return x.reshape((n, c // b**2, h * b, w * b))
        n, h, w, c = x.shape
        x = x.reshape((n, h, w, b, b, c // b**2)).transpose((0, 1, 3, 2, 4, 5))
        return x.reshape((n, h * b, w * b, c // b**2))

    def backward(self, dy):
        return SpaceToDepth(self.block, self.channels_first)(dy)


class SpaceToDepth(Op):
    r"""y = each block of b x b pixels as b² times as many channels;   dx: see DepthToSpace."""

    def __init__(self, block: int, channels_first: bool):
        self.block, self.channels_first = block, channels_first

    def forward(self, x):
        b = self.block
        if self.channels_first:
            n, c, h, w = x.shape
            x = x.reshape((n, c, h // b, b, w // b, b)).transpose((0, 1, 3, 5, 2, 4))
            return x.reshape((n, c * b**2, h // b, w // b))
        n, h, w, c = x.shape
        x = x.reshape((n, h // b, b, w // b, b, c)).transpose((0, 1, 3, 2, 4, 5))
        return x.reshape((n, h // b, w // b, c * b**2))

    def backward(self, dy):
        return DepthToSpace(self.block, self.channels_first)(dy)


def depth_to_space(x: Any, block_size: int, data_format: str | None = "channels_last") -> Tensor:
    """Larger images from channels ("pixel shuffle"): b² channels become a block of b x b pixels.

    With channels last, the channels of a pixel of the block lie side by side (as in TensorFlow); with channels first,
    the pixels of a channel do (as in PyTorch and in Keras on JAX).

    Args:
        x: array (samples, height, width, b² channels), or (samples, b² channels, height, width).
        block_size: b, at least 2.
        data_format: "channels_last" or "channels_first".

    Returns:
        Array (samples, b height, b width, channels), or (samples, channels, b height, b width).

    Raises:
        ShapeError: for other than four axes, or channels that b² does not divide.

    Example:
        >>> import ondol as od
        >>> od.ops.depth_to_space([[[[1.0, 2.0, 3.0, 4.0]]]], 2)[0, :, :, 0]
        Tensor([[1. 2.]
                [3. 4.]], dtype=float32)

    Reference:
        Shi et al.: "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
        neural network" (2016).
    """
    x, first = _checked("depth_to_space", x, block_size, data_format)
    channels = x.shape[1 if first else -1]
    if channels is not None and channels % block_size**2:
        raise ShapeError(
            f"depth_to_space expected a number of channels that block_size² = {block_size**2} divides. "
            f"Received: x.shape={x.shape}, data_format={data_format!r}."
        )
    return DepthToSpace(block_size, first)(x)


def space_to_depth(x: Any, block_size: int, data_format: str | None = "channels_last") -> Tensor:
    """Smaller images of more channels, without loss: the inverse of `depth_to_space`.

    Args:
        x: array (samples, height, width, channels), or (samples, channels, height, width).
        block_size: b, at least 2, which divides height and width.
        data_format: "channels_last" or "channels_first".

    Returns:
        Array (samples, height / b, width / b, b² channels), or with the channels first.

    Raises:
        ShapeError: for other than four axes, or heights and widths that b does not divide.

    Example:
        >>> import ondol as od
        >>> od.ops.space_to_depth([[[[1.0], [2.0]], [[3.0], [4.0]]]], 2).tolist()
        [[[[1.0, 2.0, 3.0, 4.0]]]]
    """
    x, first = _checked("space_to_depth", x, block_size, data_format)
    if any(n is not None and n % block_size for n in (x.shape[2:] if first else x.shape[1:3])):
        raise ShapeError(
            f"space_to_depth expected a height and width that block_size={block_size} divides. "
            f"Received: x.shape={x.shape}, data_format={data_format!r}. Crop or pad the images first."
        )
    return SpaceToDepth(block_size, first)(x)


def _checked(name: str, x: Any, block_size: int, data_format: str | None) -> tuple[Tensor, bool]:
    x = as_tensor(x)
    first = standardize_data_format(data_format) == "channels_first"
    if not isinstance(block_size, int) or block_size < 2:
        raise DataError(f"{name} expected a whole number of at least 2. Received: block_size={block_size!r}.")
    if x.ndim != 4:
        raise ShapeError(
            f"{name} expected an array of four axes, samples, height, width and channels. Received: x.shape={x.shape}."
        )
    return x, first
