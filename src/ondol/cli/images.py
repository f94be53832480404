"""From a picture file to the numbers that a model of grey or colour images was trained on."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ondol.errors import DataError

_LEAST_CONTRAST = 16  # of 255: less than this between ink and paper is no picture of a sign
_INK = 0.2  # pixels darker than this part of the darkest one count as ink


@dataclass(frozen=True)
class Reading:
    """Pixels from 0 to 1, and what was done to get them.

    Of grey pictures `(height, width)`, 0 being paper and 1 ink; of colour pictures `(height, width, 3)`, 0 being dark.
    """

    pixels: np.ndarray
    steps: str


def read_colours(path: Path, size: tuple[int, int], invert: bool | None) -> Reading:
    """Read a picture in colours, of the size that a model takes.

    What is too wide or too high for the form of the result is cut off on both sides.

    Args:
        path: a file that pillow can read: PNG, JPEG, ...
        size: height and width of the result.
        invert: whether to exchange light and dark, as in a negative.

    Raises:
        DataError: the file is no picture.
    """
    from PIL import Image

    picture = _open(path, "RGB").astype("uint8")  # (height, width, 3)
    height, width = picture.shape[:2]
    steps = [f"{width}x{height}"]
    cut = min(height, round(width * size[0] / size[1])), min(width, round(height * size[1] / size[0]))
    if cut != (height, width):
        top, left = (height - cut[0]) // 2, (width - cut[1]) // 2
        picture = picture[top : top + cut[0], left : left + cut[1]]
        steps.append("cut to its middle")
    if cut != size:
        way = Image.Resampling.BOX if cut[0] > size[0] else Image.Resampling.BILINEAR
        picture = np.asarray(Image.fromarray(picture).resize(size[::-1], way))
        steps.append(f"scaled to {size[1]}x{size[0]}")
    pixels = picture.astype("float32") / 255
    if invert:
        pixels = 1 - pixels
        steps.append("inverted")
    return Reading(pixels, ", ".join(steps))


def read_image(path: Path, size: tuple[int, int], ink_box: float | None, invert: bool | None) -> Reading:
    """Read a picture as light ink on black paper, of the size that a model takes.

    Args:
        path: a file that pillow can read: PNG, JPEG, ...
        size: height and width of the result.
        ink_box: for pictures of single signs: cut the ink out and let it fill this part of the result; None to
            take the whole picture. A picture whose ink fills about that part already is not cut.
        invert: whether the picture is dark on light; None to find out from its edges.

    Raises:
        DataError: the file is no picture, or nothing is drawn on it.
    """
    grey = _open(path, "L")  # (height, width), 0 black to 255 white
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(edge))
    inverted = paper > 127 if invert is None else invert
    ink = np.clip(paper - grey if inverted else grey - paper, 0, None)
    if ink.max() < _LEAST_CONTRAST:
        hint = (
            "Draw darker, or photograph it with more light."
            if invert is None
            else "Try without --invert/--no-invert."
        )
        raise DataError(
            f"Expected a picture with something on it. Received: {path}, one plain colour. {hint}"
        )
    ink = ink / ink.max()

    height, width = grey.shape
    steps = [f"{width}x{height}"]
    if inverted:
        steps.append("light background, inverted")
    if grey.shape != size:
        cut = ink_box is not None and not _is_framed(ink, size, ink_box)
        if cut:
            ink = _cut_to_ink(ink)
            steps.append("cut to its ink")
        ink = _fit(ink, size, ink_box if cut and ink_box else 1.0, centre=cut)
        steps.append(f"scaled to {size[1]}x{size[0]}")
    return Reading(ink.astype("float32"), ", ".join(steps))


def _open(path: Path, mode: str) -> np.ndarray:
    """The picture upright, from 0 (black) to 255: grey for mode "L", in three channels for "RGB"."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", Image.DecompressionBombWarning
            )  # today's phones make such pictures
            with Image.open(path) as file:
                image: Any = ImageOps.exif_transpose(file)
                if image.mode.startswith("I;16"):
                    grey = np.asarray(image).astype("float32") / 257
                    return grey if mode == "L" else np.stack([grey] * 3, axis=-1)
                if image.has_transparency_data:
                    layers = image.convert("RGBA")
                    image = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers)
                return np.asarray(image.convert(mode)).astype("float32")
    except FileNotFoundError:
        raise DataError(f"Expected a picture. Received: {path}, which does not exist.") from None
    except IsADirectoryError:
        raise DataError(
            f"Expected a picture. Received: {path}, a folder. Name its files: {path}/*.png"
        ) from None
    except PermissionError:
        raise DataError(f"Expected a picture. Received: {path}, which may not be read.") from None
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise DataError(
            f"Expected a picture (PNG, JPEG, ...) or an array (.npy). Received: {path}, which is damaged or of "
            f"another kind ({error})."
        ) from error


def _cut_to_ink(ink: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(ink >= _INK)
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _is_framed(ink: np.ndarray, size: tuple[int, int], ink_box: float) -> bool:
    """Whether the sign stands in its picture as large as those of the training do in theirs."""
    same_form = abs(ink.shape[0] * size[1] / (ink.shape[1] * size[0]) - 1) < 0.05
    box = _cut_to_ink(ink).shape
    filled = max(box[0] / ink.shape[0], box[1] / ink.shape[1])
    return same_form and 0.75 * ink_box < filled < 1.1 * ink_box


def _fit(ink: np.ndarray, size: tuple[int, int], part: float, centre: bool) -> np.ndarray:
    """Scale without distortion, so that the picture fills `part` of the size.

    It is put in the middle, with `centre` by its centre of mass: the data sets centre their digits in that way.
    """
    from PIL import Image

    scale = part * min(size[0] / ink.shape[0], size[1] / ink.shape[1])
    height, width = (
        min(max(round(scale * length), 1), limit) for length, limit in zip(ink.shape, size, strict=True)
    )
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    scaled = np.asarray(Image.fromarray(ink.astype("float32")).resize((width, height), way))
    result = np.zeros(size, "float32")
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    if centre:
        top = _start(scaled.sum(axis=1), size[0])
        left = _start(scaled.sum(axis=0), size[1])
    result[top : top + height, left : left + width] = scaled
    return result / max(float(result.max()), 1e-6)


def _start(mass: np.ndarray, size: int) -> int:
    """Where to put these rows (or columns), so that their centre of mass comes to the middle of `size`."""
    centre = float((mass * (np.arange(len(mass)) + 0.5)).sum() / mass.sum())
    return min(max(round(size / 2 - centre), 0), size - len(mass))
