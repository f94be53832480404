"""Image files as arrays, read by Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.data.workers import AUTOTUNE, in_order, number_of_workers
from ondol.errors import DataError, unknown_name

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
# Pillow's filters; all but "nearest" average over what becomes one pixel, so that a smaller image has no jags.
FILTERS = {
    "nearest": "NEAREST",
    "bilinear": "BILINEAR",
    "bicubic": "BICUBIC",
    "area": "BOX",
    "lanczos3": "LANCZOS",
}
_END_OF_JPEG = b"\xff\xd9"
_LAST_BYTES = 1 << 16


@dataclass(frozen=True)
class ImageReader:
    """Makes an array of an image file; can be sent to another process.

    Args:
        size: (height, width).
        mode: Pillow's name of the colour mode.
        filter: Pillow's name of the interpolation.
        crop: cut the middle of the target's proportions out before resizing.
        pad: put the whole image into the middle of the target, on black.
        channels_first: whether the result is (channels, height, width).
    """

    size: tuple[int, int]
    mode: str
    filter: str
    crop: bool
    pad: bool
    channels_first: bool

    def __call__(self, path: Any, *labels: Any) -> Any:
        image = self.read(str(path))
        return (image, *labels) if labels else image

    def read(self, path: str) -> np.ndarray:
        """float32 (height, width, channels), from 0 to 255."""
        from PIL import Image

        try:
            with Image.open(path) as file:
                if self.mode != "RGBA" and self.filter != "NEAREST" and file.format == "JPEG":
                    height, width = self.size
                    # libjpeg decodes to 1/2, 1/4 or 1/8 at once; twice the target leaves the filter enough to average.
                    if not self.crop and not self.pad:
                        file.draft(None, (2 * width, 2 * height))
                image = _eight_bits(file).convert(self.mode)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise DataError(
                f"Expected an image file that can be read. Received: {path} ({error}). Remove or replace the file."
            ) from error
        pixels = np.asarray(self._resized(image), "float32")
        pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
        return np.ascontiguousarray(pixels.transpose(2, 0, 1)) if self.channels_first else pixels

    def _resized(self, image: Any) -> Any:
        from PIL import Image

        height, width = self.size
        chosen = Image.Resampling[self.filter]
        w, h = image.size
        if self.crop:
            w_cut, h_cut = min(w, h * width // height), min(h, w * height // width)
            left, top = (w - w_cut) // 2, (h - h_cut) // 2
            return image.crop((left, top, left + w_cut, top + h_cut)).resize((width, height), chosen)
        if self.pad:
            scale = min(width / w, height / h)
            inner = max(1, int(w * scale)), max(1, int(h * scale))
            whole = Image.new(self.mode, (width, height))
            place = int((width - w * scale) / 2), int((height - h * scale) / 2)
            whole.paste(image.resize(inner, chosen), place)
            return whole
        return image if image.size == (width, height) else image.resize((width, height), chosen)


def _eight_bits(image: Any) -> Any:
    """An image of 16 bits a pixel in 8, which convert() would cut off at 255; a palette with its transparency."""
    from PIL import Image

    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image) >> 8).astype("uint8"))
    return image.convert("RGBA") if image.mode == "P" and "transparency" in image.info else image


def reader(
    image_size: Any, color_mode: str, interpolation: str, crop: bool, pad: bool, data_format: str | None
) -> ImageReader:
    """An ImageReader from Keras' arguments, checked."""
    if isinstance(image_size, (int, np.integer)):
        image_size = (image_size, image_size)
    if not (
        isinstance(image_size, (list, tuple)) and len(image_size) == 2 and all(_whole(n) for n in image_size)
    ):
        raise DataError(f"Expected image_size to be (height, width). Received: image_size={image_size!r}.")
    if color_mode not in MODES:
        raise unknown_name("color_mode", color_mode, MODES)
    if not isinstance(interpolation, str) or interpolation.lower() not in FILTERS:
        raise unknown_name("interpolation", interpolation, FILTERS)
    if data_format not in (None, "channels_last", "channels_first"):
        raise unknown_name("data_format", data_format, ("channels_last", "channels_first"))
    if crop and pad:
        raise DataError(
            "Expected one of crop_to_aspect_ratio and pad_to_aspect_ratio. Received: both. Choose whether the edges "
            "of the image or black bars are to go."
        )
    size = int(image_size[0]), int(image_size[1])
    mode, chosen = MODES[color_mode], FILTERS[interpolation.lower()]
    return ImageReader(size, mode, chosen, bool(crop), bool(pad), data_format == "channels_first")


def broken_images(paths: list[str]) -> dict[str, str]:
    """Files that are no whole images, with the reason; looked through by threads."""
    workers = number_of_workers("workers", AUTOTUNE)
    reasons = in_order(what_is_wrong, paths, workers, queued=64 * workers)
    return {path: reason for path, reason in zip(paths, reasons, strict=True) if reason is not None}


def what_is_wrong(path: str) -> str | None:
    """Why a file is no whole image, None if it is one.

    A look at its beginning and its end; the image is only decoded where that leaves a doubt.
    """
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.format == "JPEG":
                with open(path, "rb") as file:
                    file.seek(max(0, file.seek(0, 2) - _LAST_BYTES))
                    if _END_OF_JPEG in file.read():
                        return None
                image.load()
            elif image.format == "PNG":
                image.verify()
            else:
                image.load()
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        return "empty file" if not _size(path) else str(error) or type(error).__name__
    return None


def _size(path: str) -> int:
    import os

    try:
        return os.path.getsize(path)
    except OSError:
        return -1


def _whole(n: Any) -> bool:
    return isinstance(n, (int, np.integer)) and not isinstance(n, bool) and int(n) > 0
