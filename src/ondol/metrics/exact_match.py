"""Exact match: how many sequences are right from the first token to the last."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor, no_grad
from ondol.errors import ShapeError
from ondol.metrics.reduction_metrics import Mean, cast_like


class ExactMatch(Mean):
    r"""The share of sequences in which every token is right: $\frac1N \sum_n \prod_t [\hat y_{nt} = y_{nt}]$.

    Also called sequence accuracy. One wrong token in a sequence makes it wrong, so it is a harder measure than the
    accuracy of the tokens. Steps that the mask of the predictions leaves out do not count, nor do sequences without
    any step that counts.

    While a model is trained and evaluated it sees the right tokens before each one (teacher forcing). Where it writes
    by itself, compare ids: `ExactMatch()(y_true, model.translate(...))`.

    Args:
        mask_token_id: a target that does not count, such as that of padding; None if all do.
        dtype, name: see `Metric`.

    Example:
        >>> import ondol as od
        >>> metric = od.metrics.ExactMatch(mask_token_id=0)
        >>> float(metric([[5, 3, 0], [5, 4, 4]], [[5, 3, 9], [5, 3, 4]]))
        0.5

    Reference: Rajpurkar et al.: "SQuAD: 100,000+ questions for machine comprehension of text" (2016).
    """

    def __init__(
        self, mask_token_id: int | None = None, dtype: Any = None, name: str | None = "exact_match"
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.mask_token_id = mask_token_id

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take in tokens `(batch, steps)`, and scores `(batch, steps, vocabulary)` or tokens `(batch, steps)`."""
        with no_grad():
            y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
            steps = y_pred._keras_mask
            if y_true.ndim == 3 and y_true.shape[-1] == 1:
                y_true = ops.squeeze(y_true, -1)
            found = ops.argmax(y_pred, axis=-1) if y_pred.ndim == 3 else y_pred
            if y_true.ndim != 2 or found.shape != y_true.shape:
                raise ShapeError(
                    "Expected tokens of shape (batch, steps), and predictions of shape (batch, steps, vocabulary) or "
                    f"(batch, steps). Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
                )
            counts = _both(steps, None if self.mask_token_id is None else y_true != self.mask_token_id)
            right = ops.cast(found, y_true.dtype) == y_true
            if counts is None:
                values, weight = ops.all(right, axis=1), None
            else:
                values = ops.all(ops.logical_or(right, ops.logical_not(counts)), axis=1)
                weight = ops.cast(ops.any(counts, axis=1), self.dtype)
            values = ops.cast(values, self.dtype)
            if sample_weight is not None:
                given = cast_like(values, sample_weight)
                weight = given if weight is None else weight * given
            super().update_state(values, weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mask_token_id": self.mask_token_id}


def _both(one: Tensor | None, other: Tensor | None) -> Tensor | None:
    """What both masks let through; None stands for everything."""
    if one is None or other is None:
        return other if one is None else one
    return ops.logical_and(one, other)
