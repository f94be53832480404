"""CTC: the loss of a text for which it is not known at which step which letter is."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.errors import DataError, ShapeError
from ondol.losses.alignment import float_tensor
from ondol.losses.checks import OutputShape
from ondol.losses.function_loss import FunctionLoss


def ctc(y_true: Any, y_pred: Any) -> Tensor:
    r"""$-\ln \sum_\pi \prod_t p_t[\pi_t]$ over all ways π to spread the labels over the steps, blanks between them.

    Args:
        y_true: class numbers from 1, padded with 0 at the end, `(batch, labels)`. Class 0 is the blank.
        y_pred: logits, not probabilities, `(batch, steps, classes)`.

    Returns:
        `(batch,)`; infinite for a text that does not fit into the steps.

    Raises:
        ShapeError: where the shapes do not fit.

    Example:
        >>> import ondol as od
        >>> p = [[[0.6, 0.4], [0.6, 0.4]]]  # of blank and "a", in two steps
        >>> round(od.losses.ctc([[1]], od.ops.log(p)).item(), 4)  # aa, a-, -a: -ln(0.16 + 0.24 + 0.24)
        0.4463

    Reference:
        Graves et al.: "Connectionist temporal classification" (2006).
    """
    y_pred, labels = float_tensor(y_pred), as_tensor(y_true)
    if y_pred.ndim != 3 or labels.ndim != 2 or labels.shape[0] != y_pred.shape[0]:
        raise ShapeError(
            "Expected ctc(y_true, y_pred) of y_true.shape=(batch, labels) and y_pred.shape=(batch, steps, classes). "
            f"Received: y_true.shape={labels.shape}, y_pred.shape={y_pred.shape}."
        )
    if y_pred.made_by == "softmax":
        warnings.warn(
            "ctc takes logits, but the predictions are the output of a softmax. The loss is computed from the "
            "softmax's input. Remove the softmax from the last layer.",
            stacklevel=2,
        )
        y_pred = y_pred.logits
    label_lengths = ops.sum(ops.cast(ops.not_equal(labels, 0), "int32"), axis=-1)
    lengths = ops.full(y_pred.shape[:1], y_pred.shape[1], "int32")
    return ops.ctc_loss(labels, y_pred, label_lengths, lengths, mask_index=0)


class CTC(FunctionLoss):
    """Negative log-likelihood of a text over all its alignments; see `ctc`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> round(float(od.losses.CTC()([[1]], od.ops.log([[[0.6, 0.4], [0.6, 0.4]]]))), 4)  # -ln 0.64
        0.4463
    """

    function = staticmethod(ctc)
    integer_targets = True

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        if y_true.ndim != 2 or len(output_shape) != 3:
            raise DataError(
                f"Expected texts (samples, labels) as targets of {self.name}, and outputs (samples, steps, classes). "
                f"Received: y.shape={y_true.shape}, outputs of shape {tuple(output_shape)}."
            )
        _, steps, classes = output_shape
        if not y_true.size:
            return
        low, high = y_true.min(), y_true.max()
        if low < 0 or (classes is not None and high >= classes) or np.any(y_true != np.floor(y_true)):
            last = "classes - 1" if classes is None else classes - 1
            raise DataError(
                f"Expected class numbers from 1 to {last} as targets of {self.name}, and 0 after the end of a text. "
                f"Received: y from {low} to {high}."
            )
        used = y_true != 0
        if np.any(used[:, 1:] & ~used[:, :-1]):
            row = int(np.argmax(np.any(used[:, 1:] & ~used[:, :-1], axis=1)))
            raise DataError(
                f"Expected 0 only after the end of a text as targets of {self.name}, because 0 is the blank. "
                f"Received: y[{row}]={y_true[row].tolist()}. Number the classes from 1."
            )
        # Between two equal labels there must be a blank, or they would read as one.
        repeats = (y_true[:, 1:] == y_true[:, :-1]) & used[:, 1:]
        needed = used.sum(axis=1) + repeats.sum(axis=1)
        if steps is not None and needed.max() > steps:
            row = int(needed.argmax())
            raise DataError(
                f"Expected texts that fit into {steps} steps as targets of {self.name}: one for each label, and one "
                f"more between equal ones. Received: y[{row}] with {int(used[row].sum())} labels, which needs "
                f"{int(needed[row])} steps. Give the outputs more steps, or split the text."
            )
