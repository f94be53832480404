"""A sample of CIFAR-10: 25,000 of its photographs as JPEG, 23 MB instead of 170, for trainings of minutes."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import numpy as np

from ondol.datasets.cache import download_place, find
from ondol.datasets.cifar10 import class_names
from ondol.datasets.npz import load_arrays
from ondol.datasets.split import Split
from ondol.errors import DataError, SavedFileError

# All JPEG files of a part in one array, one after the other; image i lies from offset i to offset i + 1.
LAYOUT = {
    "train_jpeg": ("bytes of train",),
    "train_offset": ("train + 1",),
    "train_label": ("train",),
    "test_jpeg": ("bytes of test",),
    "test_offset": ("test + 1",),
    "test_label": ("test",),
}
SHAPE = (32, 32, 3)

__all__ = ["class_names", "load_data"]


def load_data(path: str = "cifar10_sample.npz") -> Split:
    """Load the sample of CIFAR-10: 20,000 images to train on and 5,000 for the test.

    The images have lost a little to JPEG; results are near those with as many images of the full set.

    Args:
        path: name of the file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. This file has no public address: it is not downloaded.

    Returns:
        `((x_train, y_train), (x_test, y_test))` in the form of `cifar10.load_data()`: images
        `(20000, 32, 32, 3)` and `(5000, 32, 32, 3)` uint8; classes 0 to 9 `(20000, 1)` and `(5000, 1)` uint8,
        named by `class_names` of this module.

    Raises:
        DataError: there is no such file, or it holds other arrays.
        SavedFileError: the file, or a picture in it, is damaged.

    Example:
        >>> from ondol.datasets import cifar10_sample
        >>> (x_train, y_train), (x_test, y_test) = cifar10_sample.load_data()  # doctest: +SKIP
        >>> x_train.shape, cifar10_sample.class_names[y_train[0, 0]]  # doctest: +SKIP
        ((20000, 32, 32, 3), 'automobile')

    Reference:
        Krizhevsky, Learning multiple layers of features from tiny images (2009).
    """
    file = find(path)
    if file is None:
        raise DataError(
            f"Expected the sample of CIFAR-10 in the dataset cache. Received: no file {download_place(path)}. "
            "Put it there, set ONDOL_DATASETS to the folder where it is, or take the full set, which is "
            "downloaded: datasets.cifar10.load_data()."
        )
    arrays = load_arrays(file, LAYOUT)
    return _part(file, arrays, "train"), _part(file, arrays, "test")


def _part(file: Path, arrays: dict[str, np.ndarray], part: str) -> tuple[np.ndarray, np.ndarray]:
    content, offsets = arrays[f"{part}_jpeg"].tobytes(), arrays[f"{part}_offset"].tolist()
    labels = arrays[f"{part}_label"].astype("uint8")
    fits = len(offsets) == len(labels) + 1 and offsets[0] >= 0 and offsets[-1] <= len(content)
    if not fits or any(start >= end for start, end in pairwise(offsets)):
        raise DataError(
            f"Expected rising offsets, one more than labels, into the {len(content)} bytes of {part}_jpeg in {file}. "
            f"Received: {len(offsets)} offsets for {len(labels)} labels. Put the right file there."
        )
    try:
        images = _decode([content[start:end] for start, end in pairwise(offsets)])
    except (OSError, SyntaxError, ValueError) as error:
        raise SavedFileError(
            f"Expected {len(labels)} JPEG pictures of shape {SHAPE} in {part}_jpeg of {file}. Received: {error}. "
            "The file is damaged; get it again."
        ) from error
    return images, labels[:, None]


def _decode(files: list[bytes]) -> np.ndarray:
    """Images `(n, 32, 32, 3)`; in one thread, because several wait longer for each other than such files take."""
    from PIL import Image

    images = np.empty((len(files), *SHAPE), "uint8")
    for index, file in enumerate(files):
        with Image.open(io.BytesIO(file), formats=("JPEG",)) as image:
            pixels = np.asarray(image)
        if pixels.shape != SHAPE:
            raise ValueError(f"picture {index} has the shape {pixels.shape}")
        images[index] = pixels
    return images
