"""Small jobs on NumPy arrays that come before training."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.backend.dtypes import floatx, numpy_dtype
from ondol.errors import DataError


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Class numbers as one-hot rows, the form of labels that `categorical_crossentropy` wants.

    Args:
        x: whole numbers from 0 to num_classes - 1, of any shape; a last axis of length 1 is dropped.
        num_classes: length of the rows; None for the largest number + 1.

    Returns:
        An array of shape (*x.shape, num_classes) in floatx. (For a Tensor of the same, use `od.one_hot`.)

    Raises:
        DataError: for numbers that are not whole or out of range.

    Example:
        >>> import ondol as od
        >>> od.utils.to_categorical([0, 2, 1])
        array([[1., 0., 0.],
               [0., 0., 1.],
               [0., 1., 0.]], dtype=float32)
    """
    labels = np.asarray(x)
    if labels.dtype.kind not in "biuf" or not np.array_equal(labels, np.floor(labels)):
        raise DataError(
            f"Expected whole numbers, one for each class. Received: x={_short(labels)}. "
            "Number names first, names.index(name) or np.unique(names, return_inverse=True)."
        )
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if num_classes is None:
        if not labels.size:
            raise DataError("Expected num_classes where there are no labels to see it from. Received: x=[].")
        num_classes = int(labels.max()) + 1
    if labels.size and not 0 <= labels.min() <= labels.max() < num_classes:
        raise DataError(
            f"Expected class numbers from 0 to num_classes - 1 = {num_classes - 1}. "
            f"Received: numbers from {labels.min():g} to {labels.max():g}. "
            "Classes are counted from 0; leave num_classes out to have it found."
        )
    return np.eye(num_classes, dtype=numpy_dtype(floatx()))[labels.astype("int64")]


def normalize(x: Any, axis: int = -1, order: float = 2) -> np.ndarray:
    """Vectors scaled to length 1: x / ‖x‖.

    Args:
        x: array.
        axis: the axis along which the vectors lie.
        order: of the norm: 2 for Euclid's, 1 for the sum of magnitudes, np.inf for the largest magnitude.

    Returns:
        An array of x's shape; vectors of zeros stay zeros. Integers become floatx.

    Example:
        >>> import ondol as od
        >>> od.utils.normalize([[3.0, 4.0], [0.0, 0.0]])
        array([[0.6, 0.8],
               [0. , 0. ]], dtype=float32)
    """
    array = np.asarray(x)
    if not hasattr(x, "dtype") or array.dtype.kind != "f":
        array = array.astype(numpy_dtype(floatx()))
    length = np.linalg.norm(array, order, axis, keepdims=True)
    return array / np.where(length == 0, 1, length)


def _short(labels: np.ndarray) -> str:
    return np.array2string(labels, threshold=6, separator=", ").replace("\n", "")
