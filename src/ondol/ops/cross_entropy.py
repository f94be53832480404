"""Cross-entropy from logits, fused with softmax or sigmoid: exact for logits of any size."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.errors import ShapeError
from ondol.ops.elementwise import as_float, elementwise, promote
from ondol.ops.gathering import one_hot
from ondol.ops.shapes import expand_dims
from ondol.ops.sigmoids import sigmoid
from ondol.ops.softmaxes import log_softmax, softmax


class SoftmaxCrossEntropy(Op):
    r"""L = -Σ t ln p,  p = softmax(z);   dz = (p Σt - t) dL,  dt = -ln p dL;   sums over the last axis."""

    def forward(self, t, z):
        t, z = promote(t, as_float(z))
        if t.shape != z.shape:
            raise ShapeError(
                "softmax_cross_entropy expected targets.shape == logits.shape, one share for each class. "
                f"Received: targets.shape={t.shape}, logits.shape={z.shape}. "
                "For integer labels use sparse_softmax_cross_entropy."
            )
        z = z - z.max(axis=-1, keepdims=True)
        log_sum = self.xp.log(self.xp.exp(z).sum(axis=-1, keepdims=True))
        return (t * (log_sum - z)).sum(axis=-1)

    def backward(self, dy):
        t, z = self.inputs
        dy = expand_dims(dy, -1)
        dt = -dy * log_softmax(z) if self.needs(0) else None
        return dt, dy * (softmax(z) * t.sum(-1, keepdims=True) - t)


class SparseSoftmaxCrossEntropy(Op):
    r"""L = -ln p[k] for the label k,  p = softmax(z);   dz = (p - one_hot(k)) dL."""

    def forward(self, k, z):
        z = as_float(z)
        if k.shape != z.shape[:-1]:
            raise ShapeError(
                "sparse_softmax_cross_entropy expected one label for each row of logits, "
                "labels.shape == logits.shape[:-1]. "
                f"Received: labels.shape={k.shape}, logits.shape={z.shape}. "
                "For one-hot targets use softmax_cross_entropy."
            )
        z = z - z.max(axis=-1, keepdims=True)
        log_sum = self.xp.log(self.xp.exp(z).sum(axis=-1))
        return log_sum - self.xp.take_along_axis(z, k[..., None], axis=-1)[..., 0]

    def backward(self, dy):
        k, z = self.inputs
        return None, expand_dims(dy, -1) * (softmax(z) - one_hot(k, z.shape[-1], dtype=z.dtype))


class SigmoidCrossEntropy(Op):
    r"""L = -t ln p - (1 - t) ln(1 - p),  p = σ(z);   dz = (p - t) dL,  dt = -z dL.

    Computed as max(z, 0) - z t + ln(1 + e^-|z|).
    """

    broadcasts = True

    @elementwise
    def forward(self, t, z):
        xp, t, z = self.xp, as_float(t), as_float(z)
        return xp.maximum(z, 0) - z * t + xp.log1p(xp.exp(-abs(z)))

    def backward(self, dy):
        t, z = self.inputs
        return -dy * z if self.needs(0) else None, dy * (sigmoid(z) - t)


def softmax_cross_entropy(targets: Any, logits: Any) -> Tensor:
    """-Σ t ln softmax(z) over the last axis, for one-hot or soft targets.

    Args:
        targets: array (..., classes), the share of each class.
        logits: array (..., classes), the scores before softmax.

    Returns:
        Array (...), one loss for each row.

    Raises:
        ShapeError: if the shapes differ.

    Example:
        >>> import ondol as od
        >>> od.softmax_cross_entropy([[0.0, 1.0]], [[0.0, 0.0]]).round(4)
        Tensor([0.6931], dtype=float32)
    """
    return SoftmaxCrossEntropy()(targets, logits)


def sparse_softmax_cross_entropy(labels: Any, logits: Any) -> Tensor:
    """-ln softmax(z)[label] over the last axis, for integer labels.

    Args:
        labels: whole numbers (...) from 0 to classes - 1. A label outside is an IndexError in eager code,
            and gives NaN when compiled.
        logits: array (..., classes), the scores before softmax.

    Returns:
        Array (...), one loss for each row.

    Raises:
        ShapeError: if the shapes do not fit.

    Example:
        >>> import ondol as od
        >>> od.sparse_softmax_cross_entropy([1], [[0.0, 0.0]]).round(4)
        Tensor([0.6931], dtype=float32)
    """
    return SparseSoftmaxCrossEntropy()(labels, logits)


def sigmoid_cross_entropy(targets: Any, logits: Any) -> Tensor:
    """-t ln σ(z) - (1 - t) ln(1 - σ(z)), element by element.

    Args:
        targets: array of probabilities (0 and 1 for known answers).
        logits: array of scores before sigmoid; the two broadcast together.

    Returns:
        Array of losses.

    Raises:
        ShapeError: if the shapes do not fit.

    Example:
        >>> import ondol as od
        >>> od.sigmoid_cross_entropy([1.0, 1.0], [0.0, 1000.0]).round(4)
        Tensor([0.6931 0.    ], dtype=float32)
    """
    return SigmoidCrossEntropy()(targets, logits)
