"""image_dataset_from_directory: photographs in folders, as batches."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from ondol.data.folder_batches import data_sets
from ondol.data.folders import Files, FolderArguments
from ondol.data.image_files import FORMATS, broken_images, reader
from ondol.data.workers import AUTOTUNE
from ondol.errors import DataError, unknown_name

_NAMED = 10  # broken files named in an error


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    verbose: bool = True,
    on_error: str = "raise",
) -> Any:
    """Batches of images from a folder that has a folder for each class. The arguments are those of Keras 3.

    JPEG, PNG, BMP and GIF (the first picture) are read, by a thread for each processor. Every file is looked at
    first: one that is damaged is told before any training.

    Args:
        directory: the folder. With labels="inferred" it holds a folder for each class, with folders in it at will.
        labels: "inferred" from the folders' names; None for none; or a list with a class number for each file, in
            the order of the sorted paths.
        label_mode: "int" for class numbers (batch,) int32; "categorical" for one-hot rows (batch, classes);
            "binary" for 0.0 and 1.0 (batch, 1); None for images alone.
        class_names: the folders to take, in the order in which the classes are numbered; None for all, sorted.
        color_mode: "rgb", "grayscale" (one channel) or "rgba".
        batch_size: images in a batch; None for single images.
        image_size: (height, width) that all images are brought to.
        shuffle: whether each pass has a random order; else the paths are in order.
        seed: of the order and of the split; None for one that follows from `od.random.seed`.
        validation_split: share of the files, in the seed's order, that is set apart; the same files as in Keras.
        subset: "training", "validation", or "both" for a list of the two.
        interpolation: "bilinear", "nearest", "bicubic", "area" or "lanczos3". Where an image becomes smaller, they
            average (but for "nearest"), which Keras' do not.
        follow_links: whether to enter folders that are links.
        crop_to_aspect_ratio: cut out the middle instead of changing the proportions.
        pad_to_aspect_ratio: add black bars instead of changing the proportions.
        data_format: "channels_first" for (batch, channels, height, width).
        verbose: whether to print how many files were found.
        on_error: what becomes of damaged files: "raise", or "skip" to leave them out and say so.

    Returns:
        A Dataset of (images, labels), or of images: float32 (batch, height, width, channels), from 0 to 255. It
        has `class_names` and `file_paths` (those of the pass without shuffle).

    Raises:
        DataError: for a missing folder, an empty one, damaged files (by name).

    Example:
        >>> import pathlib, tempfile
        >>> import ondol as od
        >>> from PIL import Image
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("cat", "dog"):
        ...         (pathlib.Path(folder) / name).mkdir()
        ...         Image.new("RGB", (40, 30)).save(f"{folder}/{name}/0.png")
        ...     data = od.utils.image_dataset_from_directory(folder, image_size=(32, 32))
        ...     x, y = next(iter(data))
        Found 2 files belonging to 2 classes.
        >>> x.shape, data.class_names
        ((2, 32, 32, 3), ['cat', 'dog'])
    """
    read = reader(
        image_size, color_mode, interpolation, crop_to_aspect_ratio, pad_to_aspect_ratio, data_format
    )
    if on_error not in ("raise", "skip"):
        raise unknown_name("on_error", on_error, ("raise", "skip"))
    arguments = FolderArguments(
        directory, labels, label_mode, class_names, batch_size, shuffle, seed, validation_split, subset,
        follow_links, verbose,
    )  # fmt: skip
    files = _whole(arguments.find(FORMATS), on_error)
    return data_sets(arguments, files, read, AUTOTUNE)


def _whole(files: Files, on_error: str) -> Files:
    """The files that are whole images."""
    broken = broken_images(files.paths)
    if not broken:
        return files
    named = [f"{path} ({reason})" for path, reason in list(broken.items())[:_NAMED]]
    more = f", and {len(broken) - _NAMED} more" if len(broken) > _NAMED else ""
    if on_error == "raise":
        raise DataError(
            f"Expected whole image files. Received: {len(broken)} of {len(files.paths)} that cannot be read: "
            f"{'; '.join(named)}{more}. Remove or replace them, or leave them out with on_error='skip'."
        )
    print(
        f"Left out {len(broken)} of {len(files.paths)} image files that cannot be read: {'; '.join(named)}{more}.",
        file=sys.stderr,
    )
    rest = files.without(set(broken))
    if not rest.paths:
        raise DataError(f"Expected whole image files. Received: {len(broken)}, none of which can be read.")
    return rest
