"""Images in a picture: grey ones as ink on paper, coloured ones as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import ShapeError
from ondol.plot import style
from ondol.plot.labels import as_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_image(ax: Axes, image: np.ndarray, limits: tuple[float, float], cmap: Any = "gray_r") -> None:
    """Draw `(height, width)` or `(height, width, 3)` between these smallest and largest values, without ticks."""
    low, high = limits
    image = np.asarray(image, "float32")  # matplotlib does not know bfloat16
    if image.ndim == 3:
        ax.imshow(np.clip((image - low) / max(high - low, 1e-12), 0, 1), interpolation="nearest")
    else:
        ax.imshow(image, cmap=cmap, vmin=low, vmax=high, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set(color=style.GRID, linewidth=0.8)


def limits_of(image: np.ndarray) -> tuple[float, float]:
    """From 0, or the least value below it, to the largest."""
    low, high = float(min(image.min(), 0)), float(image.max())
    return low, high if high > low else low + 1.0


def sample_of(image: Any, shape: tuple[int | None, ...] | None) -> np.ndarray:
    """One image as a batch of one that a model of this input shape (without batch axis) takes.

    Axes of length 1, for the batch or the only channel, may be there or not.

    Raises:
        ShapeError: for another shape, or more than one image.
    """
    array = as_numbers(image, "image")
    if shape is None:
        shapes = [array.shape] if array.ndim < 4 else [array.shape[1:]]
    else:
        shapes = [
            s for s in (array.shape, array.shape[1:], (*array.shape, 1), array.shape[:-1]) if _fits(s, shape)
        ]
    for candidate in shapes:
        if array.size == np.prod(candidate):
            return array.reshape(1, *candidate)
    raise ShapeError(
        f"Expected one image of shape {shape or '(height, width, channels)'}. "
        f"Received: image.shape={array.shape}. Give one sample: x_test[0]."
    )


def picture_of(sample: np.ndarray, channels_first: bool = False) -> np.ndarray:
    """What can be drawn of a batch of one image: `(height, width)` or, of three channels, `(height, width, 3)`."""
    image = sample[0]
    if image.ndim == 1:
        return image[None, :]
    if channels_first and image.ndim == 3:
        image = np.moveaxis(image, 0, -1)
    if image.ndim == 2 or image.shape[-1] == 3:
        return image
    return image[..., 0] if image.shape[-1] == 1 else image.mean(axis=-1)


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(w in (None, s) for s, w in zip(shape, wanted, strict=True))
