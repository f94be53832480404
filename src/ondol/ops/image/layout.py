"""What all functions of images share: one image or many, channels last or first, whole numbers or floats."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ondol.autograd import Op, Symbol, Tensor, as_tensor
from ondol.backend.dtypes import is_floating
from ondol.errors import ShapeError
from ondol.ops.data_format import from_channels_last, standardize_data_format, to_channels_last
from ondol.ops.rounding import round
from ondol.ops.selection import clip
from ondol.ops.shapes import expand_dims

_functions: dict[str, Callable] = {}


class ImageCall(Op):
    """A function of images as one step in the graph of a functional model, where shapes have unknown lengths."""

    def __init__(self, name, options):
        self.name, self.options = name, options

    def __call__(self, *inputs: Any) -> Any:
        if any(isinstance(x, Symbol) for x in inputs):
            return super().__call__(*inputs)
        return _functions[self.name](*inputs, **self.options)


def image_function(arrays: int) -> Callable[[Callable], Callable]:
    """Let a function, whose first arguments are so many arrays, be called on Symbols as well."""

    def decorate(f: Callable) -> Callable:
        _functions[f.__name__] = f
        names = list(inspect.signature(f).parameters)[:arrays]

        @functools.wraps(f)
        def call(*args: Any, **kwargs: Any) -> Any:
            if any(isinstance(x, Symbol) for x in (*args, *kwargs.values())):
                given = inspect.signature(f).bind(*args, **kwargs).arguments
                inputs = [given.pop(name) for name in names]
                return ImageCall(f.__name__, dict(given))(*inputs)
            return f(*args, **kwargs)

        return call

    return decorate


def as_batch(images: Any, data_format: str | None = None) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """Images as (batch, height, width, channels), and the way back to the form that they had.

    Args:
        images: one image, or a batch of them.
        data_format: where their channels are.

    Raises:
        ShapeError: for anything but three or four axes.
    """
    images = as_tensor(images)
    data_format = standardize_data_format(data_format)
    single = images.ndim == 3
    if images.ndim not in (3, 4):
        form = "height, width, channels" if data_format == "channels_last" else "channels, height, width"
        raise ShapeError(
            f"Expected an image of shape ({form}), or a batch ({'batch, ' + form}). "
            f"Received: images.shape={images.shape}. Grey images need an axis of one channel: images[..., None]."
        )

    def restore(y: Tensor) -> Tensor:
        y = from_channels_last(y, data_format)
        return y[0] if single else y

    return to_channels_last(expand_dims(images, 0) if single else images, data_format), restore


def wide(images: Tensor) -> Tensor:
    """Images in the dtype to compute in: float64 stays, all else (bytes, half precision) is float32 meanwhile."""
    return images if images.dtype == np.float64 else images.astype("float32")


def in_dtype(images: Tensor, dtype: Any) -> Tensor:
    """Images in the dtype that they had; whole numbers are rounded, and kept in the range of the dtype."""
    if images.dtype == dtype:
        return images
    if not is_floating(dtype):
        limits = np.iinfo(dtype)
        images = clip(round(images), float(limits.min), float(limits.max))
    return images.astype(dtype)


def check_colors(images: Tensor, allowed: tuple[int, ...] = (3,)) -> None:
    """Refuse images (channels last) with another number of channels."""
    if images.shape[-1] not in allowed:
        raise ShapeError(
            f"Expected images of {' or '.join(map(str, allowed))} channels. Received: {images.shape[-1]} channels in "
            f"images of shape {images.shape} (channels last). Name the place of the channels by data_format="
            "'channels_last' or 'channels_first'."
        )
