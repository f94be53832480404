"""Mistakes in targets, found once before training, while all of them can still be seen in one NumPy array."""

from __future__ import annotations

import numpy as np

from ondol.errors import DataError

OutputShape = tuple[int | None, ...]


def check_numbers(loss: str, y_true: np.ndarray) -> None:
    """Targets are numbers."""
    if y_true.dtype.kind in "OSUM":
        raise DataError(
            f"Expected numbers as targets of {loss}. Received: y with dtype={y_true.dtype}, such as "
            f"{y_true.reshape(-1)[0] if y_true.size else None!r}. For class names: "
            "names, y = np.unique(y, return_inverse=True) gives class numbers."
        )


def check_same_shape(loss: str, y_true: np.ndarray, output_shape: OutputShape) -> None:
    """One number of a target for each number of an output; a last axis of 1 may be missing in either."""
    target, output = y_true.shape[1:], tuple(output_shape[1:])
    if not (_fits(target, output) or _fits((*target, 1), output) or _fits(target, (*output, 1))):
        raise DataError(
            f"Expected targets of the output's shape for {loss}, {_shown(output)}. "
            f"Received: y.shape={y_true.shape}. "
            "Give the last layer as many units as a target has numbers, or reshape y."
        )


def check_one_hot(loss: str, y_true: np.ndarray, output_shape: OutputShape) -> None:
    """A row of probabilities for each target, as long as there are classes; not a class number."""
    target, output = y_true.shape[1:], tuple(output_shape[1:])
    classes = output[-1] if output else None
    if _fits(target, output) or (classes == 1 and _fits((*target, 1), output)):
        return
    number_each = target == output[:-1] or (target and target[-1] == 1)
    if number_each and y_true.size and np.all(y_true == np.floor(y_true)):
        raise DataError(
            f"Expected one-hot rows of {classes} classes as targets of {loss}, {_shown(output)}. "
            f"Received: y.shape={y_true.shape}, class numbers such as {y_true.reshape(-1)[0]}. "
            "Use loss='sparse_categorical_crossentropy', or turn them into one-hot rows with "
            f"utils.to_categorical(y, {classes})."
        )
    raise DataError(
        f"Expected one-hot rows of {classes} classes as targets of {loss}, {_shown(output)}. "
        f"Received: y.shape={y_true.shape}. Give the last layer one unit for each class of y."
    )


def check_labels(
    loss: str, y_true: np.ndarray, output_shape: OutputShape, ignore_class: int | None = None
) -> None:
    """A class number from 0 to classes - 1 for each target; not a one-hot row."""
    target, output = y_true.shape[1:], tuple(output_shape[1:])
    classes = output[-1] if output else None
    expected = output[:-1]
    if not (_fits(target, expected) or _fits(target, (*expected, 1))):
        one_hot = _fits(target, output)
        remedy = (
            "y holds one-hot rows: use loss='categorical_crossentropy', or class numbers, y.argmax(axis=-1)."
            if one_hot
            else "Give y one class number for each output."
        )
        raise DataError(
            f"Expected class numbers as targets of {loss}, {_shown(expected)}. "
            f"Received: y.shape={y_true.shape}. {remedy}"
        )
    if classes is None or not y_true.size:
        return
    low, high = y_true.min(), y_true.max()
    if low < 0 or high >= classes:
        wrong = (y_true < 0) | (y_true >= classes)
        if ignore_class is not None:
            wrong &= y_true != ignore_class
        if wrong.any():
            at = np.unravel_index(int(wrong.argmax()), wrong.shape)
            raise DataError(
                f"Expected class numbers from 0 to {classes - 1} as targets of {loss}, because the output "
                f"has {classes} classes. Received: y{list(map(int, at))}={y_true[at]} "
                f"(labels from {low} to {high}). {_label_remedy(low, high, classes)}"
            )
    if y_true.dtype.kind == "f" and np.any(y_true != np.floor(y_true)):
        raise DataError(
            f"Expected class numbers (whole numbers) as targets of {loss}. Received: y with fractions. "
            "For probabilities use categorical_crossentropy, for measured numbers mean_squared_error."
        )


def check_range(loss: str, y_true: np.ndarray, low: float, high: float, remedy: str) -> None:
    """Targets between two bounds."""
    if y_true.size and (y_true.min() < low or y_true.max() > high):
        bounds = f"from {low:g} to {high:g}" if np.isfinite(high) else f"of {low:g} or more"
        raise DataError(
            f"Expected targets {bounds} for {loss}. "
            f"Received: y from {y_true.min()} to {y_true.max()}. {remedy}"
        )


def check_signs(loss: str, y_true: np.ndarray) -> None:
    """Targets -1 and 1, or 0 and 1."""
    wrong = (y_true != -1) & (y_true != 0) & (y_true != 1)
    if wrong.any():
        raise DataError(
            f"Expected targets -1 and 1 (or 0 and 1) for {loss}. Received: y with {y_true[wrong][0]}. "
            "Turn two classes into -1 and 1, np.where(y == positive_class, 1, -1); for more classes use "
            "categorical_hinge."
        )


def _fits(target: tuple[int, ...], output: OutputShape) -> bool:
    return len(target) == len(output) and all(o in (None, t) for t, o in zip(target, output, strict=True))


def _shown(shape: OutputShape) -> str:
    return "y.shape=(" + ", ".join(["samples", *map(str, shape)]) + ("," if not shape else "") + ")"


def _label_remedy(low: float, high: float, classes: int) -> str:
    if low >= 1 and high == classes:
        return "The labels start at 1: use y - 1."
    if low < 0:
        return "Number the classes from 0: names, y = np.unique(y, return_inverse=True)."
    return f"Give the last layer {int(high) + 1} units, or number the classes from 0 to {classes - 1}."
