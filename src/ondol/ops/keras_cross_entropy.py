"""Cross-entropies under Keras' names and signatures, of probabilities or of logits.

Where probabilities come straight from `softmax` or `sigmoid`, the logits that these were applied to are used:
the same mathematics without loss of digits.
"""

from __future__ import annotations

import warnings
from typing import Any

from ondol.autograd import Tensor, as_tensor
from ondol.errors import ShapeError
from ondol.ops.axes import moveaxis
from ondol.ops.casting import cast
from ondol.ops.cross_entropy import (
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sparse_softmax_cross_entropy,
)
from ondol.ops.exponential import log
from ondol.ops.gathering import one_hot
from ondol.ops.reduction import sum
from ondol.ops.selection import clip
from ondol.ops.shapes import squeeze

EPSILON = 1e-7  # probabilities are held this far from 0 and 1, as in Keras


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Tensor:
    """-t ln p - (1 - t) ln(1 - p), element by element.

    Args:
        target: array of probabilities (0 and 1 for known answers).
        output: predicted probabilities, of target's shape.
        from_logits: whether `output` holds scores before sigmoid.

    Returns:
        Array of target's shape.

    Raises:
        ShapeError: if the shapes differ.

    Example:
        >>> import ondol as od
        >>> od.ops.binary_crossentropy([0.0, 1.0], [0.5, 0.9]).round(4)
        Tensor([0.6931 0.1054], dtype=float32)
    """
    target, output = as_tensor(target), as_tensor(output)
    check_shapes("binary_crossentropy", target, output)
    logits = logits_behind("sigmoid", output, from_logits)
    if logits is not None:
        return sigmoid_cross_entropy(target, logits)
    output = clip(output, EPSILON, 1.0 - EPSILON)
    return -(target * log(output) + (1.0 - target) * log(1.0 - output))


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Tensor:
    """-Σ t ln p over the classes.

    Args:
        target: array (..., classes), one-hot or soft.
        output: predicted probabilities (..., classes).
        from_logits: whether `output` holds scores before softmax.
        axis: the axis of the classes.

    Returns:
        Array without the axis of the classes.

    Raises:
        ShapeError: if the shapes differ.

    Example:
        >>> import ondol as od
        >>> od.ops.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
        Tensor([0.6931], dtype=float32)
    """
    target, output = as_tensor(target), as_tensor(output)
    check_shapes("categorical_crossentropy", target, output)
    if axis % output.ndim != output.ndim - 1:
        target, output = moveaxis(target, axis, -1), moveaxis(output, axis, -1)
    logits = logits_behind("softmax", output, from_logits)
    if logits is not None:
        return softmax_cross_entropy(target, logits)
    return -sum(target * log(normalized(output)), axis=-1)


def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """-ln p[label].

    Args:
        target: integer labels, of output's shape without the axis of the classes (or with length 1 there).
        output: predicted probabilities (..., classes).
        from_logits: whether `output` holds scores before softmax.
        axis: the axis of the classes.

    Returns:
        Array without the axis of the classes.

    Raises:
        ShapeError: if the shapes do not fit.

    Example:
        >>> import ondol as od
        >>> od.ops.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(4)
        Tensor([0.6931], dtype=float32)
    """
    target, output = as_tensor(target), as_tensor(output)
    if target.dtype.kind != "i":
        target = cast(target, "int32")
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = squeeze(target, -1)
    if axis % output.ndim != output.ndim - 1:
        output = moveaxis(output, axis, -1)
    check_shapes("sparse_categorical_crossentropy", target, output, classes=1)
    logits = logits_behind("softmax", output, from_logits)
    if logits is not None:
        return sparse_softmax_cross_entropy(target, logits)
    return -sum(one_hot(target, output.shape[-1], dtype=output.dtype) * log(normalized(output)), axis=-1)


def logits_behind(activation: str, output: Tensor, from_logits: bool) -> Tensor | None:
    """The logits that predictions are (`from_logits`) or that this activation made them of, else None."""
    if output.made_by != activation:
        return output if from_logits else None
    if from_logits:
        warnings.warn(
            f"from_logits=True, but the predictions are the output of a {activation}: probabilities, not "
            f"logits. The loss is computed from the {activation}'s input. Remove the {activation} from the "
            "last layer, or from_logits=True from the loss.",
            stacklevel=3,
        )
    return output.logits


def normalized(p: Tensor) -> Tensor:
    """Probabilities that add up to 1, none closer to 0 or 1 than EPSILON."""
    return clip(p / sum(p, axis=-1, keepdims=True), EPSILON, 1.0 - EPSILON)


def in_top_k(targets: Any, predictions: Any, k: int) -> Tensor:
    """Whether each label is among the k classes with the highest scores; ties count in its favour.

    Args:
        targets: labels (batch,).
        predictions: scores (batch, classes).
        k: how many classes count.

    Example:
        >>> import ondol as od
        >>> od.ops.in_top_k([0, 1], [[0.1, 0.5, 0.4], [0.1, 0.5, 0.4]], 1)
        Tensor([False  True], dtype=bool)
    """
    predictions = as_tensor(predictions)
    chosen = one_hot(targets, predictions.shape[-1], dtype=predictions.dtype)
    score = sum(chosen * predictions, axis=-1, keepdims=True)
    return sum(predictions > score, axis=-1) < k


def check_shapes(name: str, target: Tensor, output: Tensor, classes: int = 0) -> None:
    """Refuse shapes that differ, apart from unknown lengths and the last `classes` axes of the output."""
    expected = output.shape[: len(output.shape) - classes]
    fits = len(target.shape) == len(expected) and len(output.shape) > 0
    if not fits or any(n != m and None not in (n, m) for n, m in zip(target.shape, expected, strict=True)):
        remedy = (
            "Integer labels take sparse_categorical_crossentropy."
            if classes == 0
            else "One-hot targets take categorical_crossentropy."
        )
        wish = "target.shape == output.shape" + "[:-1]" * classes
        raise ShapeError(
            f"{name} expected {wish}. Received: target.shape={target.shape}, output.shape={output.shape}. "
            f"{remedy}"
        )
