"""Images with less or more around them."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.errors import DataError
from ondol.ops.image.layout import as_batch, image_function
from ondol.ops.padding import pad

Length = int | None


@image_function(arrays=1)
def crop_images(
    images: Any,
    top_cropping: Length = None,
    left_cropping: Length = None,
    bottom_cropping: Length = None,
    right_cropping: Length = None,
    target_height: Length = None,
    target_width: Length = None,
    data_format: str | None = None,
) -> Tensor:
    """A part of images, the same of each.

    Args:
        images: one image (height, width, channels), or a batch of them.
        top_cropping, bottom_cropping, target_height: how many rows to cut off and how many to keep; two of the three.
        left_cropping, right_cropping, target_width: the same of the columns.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError: for other than two numbers for an axis, or numbers that do not fit the images.

    Example:
        >>> import ondol as od
        >>> x = od.ones((28, 28, 1))
        >>> od.ops.image.crop_images(x, 2, 4, target_height=20, target_width=20).shape
        (20, 20, 1)
    """
    x, restore = as_batch(images, data_format)
    height, width = x.shape[1:3]
    top, _, rows = _third("cropping", height, "top", top_cropping, "bottom", bottom_cropping, target_height)
    left, _, columns = _third("cropping", width, "left", left_cropping, "right", right_cropping, target_width)
    return restore(x[:, top : top + rows, left : left + columns])


@image_function(arrays=1)
def pad_images(
    images: Any,
    top_padding: Length = None,
    left_padding: Length = None,
    bottom_padding: Length = None,
    right_padding: Length = None,
    target_height: Length = None,
    target_width: Length = None,
    data_format: str | None = None,
) -> Tensor:
    """Images with zeros around.

    Args:
        images: one image (height, width, channels), or a batch of them.
        top_padding, bottom_padding, target_height: how many rows to add and how many there are to be; two of the
            three.
        left_padding, right_padding, target_width: the same of the columns.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError: for other than two numbers for an axis, or numbers that do not fit the images.

    Example:
        >>> import ondol as od
        >>> x = od.ones((28, 28, 1))
        >>> od.ops.image.pad_images(x, 2, 2, target_height=32, target_width=32).shape
        (32, 32, 1)
    """
    x, restore = as_batch(images, data_format)
    height, width = x.shape[1:3]
    top, bottom, _ = _third("padding", height, "top", top_padding, "bottom", bottom_padding, target_height)
    left, right, _ = _third("padding", width, "left", left_padding, "right", right_padding, target_width)
    return restore(pad(x, ((0, 0), (top, bottom), (left, right), (0, 0))))


def _third(
    what: str, length: int, first: str, before: Length, last: str, after: Length, target: Length
) -> tuple[int, int, int]:
    """Before, after and target of one axis, of which one was not given.

    length = before + target + after when cropping, target = before + length + after when padding.
    """
    sign = -1 if what == "padding" else 1
    numbers = {
        f"{first}_{what}": before,
        f"{last}_{what}": after,
        f"target_{'height' if first == 'top' else 'width'}": target,
    }
    received = ", ".join(f"{name}={value}" for name, value in numbers.items())
    if sum(value is None for value in numbers.values()) != 1:
        raise DataError(f"Expected two of {', '.join(numbers)}. Received: {received}.")
    b, a, t = before or 0, after or 0, target or 0
    if target is None:
        t = length - sign * (b + a)
    elif before is None:
        b = sign * (length - t) - a
    else:
        a = sign * (length - t) - b
    if min(b, a, t) < 0:
        raise DataError(
            f"Expected numbers that fit images with {length} {'rows' if first == 'top' else 'columns'}. "
            f"Received: {received}, which leaves {min(b, a, t)}."
        )
    return b, a, t
