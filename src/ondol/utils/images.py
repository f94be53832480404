"""Images as files, as Pillow's objects, and as arrays."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.backend.dtypes import floatx, numpy_dtype
from ondol.errors import DataError, ShapeError, unknown_name

if TYPE_CHECKING:
    from PIL.Image import Image

COLOR_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
DATA_FORMATS = ("channels_last", "channels_first")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos", "box", "hamming")
MODES_OF_CHANNELS = {1: "L", 3: "RGB", 4: "RGBA"}


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Image:
    """An image file as an image of Pillow; `img_to_array` makes an array of it.

    Args:
        path: the file, or a BytesIO with its content.
        color_mode: "rgb", "rgba" or "grayscale".
        target_size: (height, width) to resize to; None to keep the size.
        interpolation: "nearest", "bilinear", "bicubic", "lanczos", "box" or "hamming".
        keep_aspect_ratio: whether to cut the longer side first, so that nothing is distorted.

    Raises:
        DataError: for a file that is missing, damaged or no image.
        UnknownNameError: for other modes.

    Example:
        >>> import io, numpy as np, ondol as od
        >>> file = io.BytesIO()
        >>> od.utils.save_img(file, np.zeros((4, 6, 3)), file_format="png")
        >>> od.utils.img_to_array(od.utils.load_img(file, "grayscale", (2, 3))).shape
        (2, 3, 1)
    """
    from PIL import Image, UnidentifiedImageError

    for argument, value, known in (
        ("color_mode", color_mode, COLOR_MODES),
        ("interpolation", interpolation, INTERPOLATIONS),
    ):
        if value not in known:
            raise unknown_name(argument, value, known)
    try:
        file = path if isinstance(path, io.BytesIO) else io.BytesIO(Path(path).read_bytes())
        image: Image.Image = Image.open(file)
        image.load()
    except (OSError, UnidentifiedImageError, SyntaxError) as error:
        raise DataError(f"Expected an image file. Received: {path} ({error}).") from error
    grey = color_mode == "grayscale" and image.mode in ("L", "I;16", "I")  # more than 8 bits are kept
    if not grey and image.mode != COLOR_MODES[color_mode]:
        image = image.convert(COLOR_MODES[color_mode])
    if target_size is None:
        return image
    height, width = target_size
    box = _middle(image.size, width / height) if keep_aspect_ratio else None
    return image.resize((width, height), Image.Resampling[interpolation.upper()], box)


def _middle(size: tuple[int, int], ratio: float) -> tuple[int, int, int, int]:
    """The largest part around the middle that is `ratio` times as wide as high."""
    width, height = min(size[0], int(size[1] * ratio)), min(size[1], int(size[0] / ratio))
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return left, top, left + width, top + height


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """An image of Pillow as an array (height, width, channels), of 0..255.

    Args:
        img: the image; or an array (height, width), which gets an axis of one channel.
        data_format: "channels_last" (None), or "channels_first" for (channels, height, width).
        dtype: None for floatx.

    Raises:
        ShapeError: for something of other than 2 or 3 axes.
        UnknownNameError: for another data_format.
    """
    _check_format(data_format)
    array = np.asarray(img, numpy_dtype(dtype or floatx()))
    if array.ndim not in (2, 3):
        raise ShapeError(f"Expected one image. Received: shape={array.shape}.")
    if array.ndim == 2:
        array = array[..., None]
    return array.transpose(2, 0, 1) if data_format == "channels_first" else array


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Image:
    """An array as an image of Pillow.

    Args:
        x: (height, width, channels), with 1, 3 or 4 channels.
        data_format: "channels_last" (None), or "channels_first" for (channels, height, width).
        scale: whether to stretch the values, the lowest to 0 and the highest to 255; else they are 0..255 already.
        dtype: what to compute in; None for floatx.

    Raises:
        ShapeError: for something else than one image.
        UnknownNameError: for another data_format.
    """
    from PIL import Image

    _check_format(data_format)
    x = np.asarray(x, numpy_dtype(dtype or floatx()))
    if x.ndim == 3 and data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if x.ndim != 3 or x.shape[2] not in MODES_OF_CHANNELS:
        raise ShapeError(
            f"Expected one image of 1, 3 or 4 channels. Received: shape={x.shape}, data_format={data_format}. Take one "
            "of a batch with x[0]; a grey image needs an axis of one channel, x[..., None]."
        )
    if scale:
        x = x - x.min()
        x = x / (x.max() or 1) * 255
    if x.shape[2] == 1 and x.max() > 255:
        return Image.fromarray(x[..., 0].astype("int32"))
    pixels = x.astype("uint8")
    return Image.fromarray(pixels[..., 0] if x.shape[2] == 1 else pixels)


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array as an image file.

    Args:
        path: where to; its ending says the format. Or a file that is open for bytes.
        x, data_format, scale: as for `array_to_img`.
        file_format: "png", "jpeg", ...; None for that of the ending.
        **kwargs: for Pillow's `save`.

    Raises:
        DataError: for a format that is unknown, or cannot be told.
    """
    image = array_to_img(x, data_format, scale)
    name = file_format or (Path(path).suffix[1:] if isinstance(path, (str, Path)) else "")
    name = {"jpg": "jpeg"}.get(name.lower(), name.lower())
    if name == "jpeg" and image.mode == "RGBA":
        image = image.convert("RGB")  # JPEG knows no transparency
    try:
        image.save(path, format=name or None, **kwargs)
    except (KeyError, ValueError) as error:
        raise DataError(
            f"Expected a format that Pillow can write. Received: path={path}, file_format={file_format} ({error})."
        ) from None


def _check_format(data_format: str | None) -> None:
    if data_format is not None and data_format not in DATA_FORMATS:
        raise unknown_name("data_format", data_format, DATA_FORMATS)
