"""From one loss per sample to one number: shapes brought together, weights, masks, the mean or the sum."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.errors import ShapeError

REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None)


def standardize_reduction(reduction: str | None) -> str | None:
    """The reduction as it was given, or a ValueError that lists those there are."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"Expected reduction to be one of {REDUCTIONS}. Received: reduction={reduction!r}.")
    return reduction


def squeeze_or_expand_to_same_rank(x1: Any, x2: Any, expand_rank_1: bool = True) -> tuple[Any, Any]:
    """Bring two Tensors to one rank where they differ by a last axis of size 1.

    `(batch,)` meets `(batch, 1)` as `(batch, 1)`; anything of a higher rank loses its last axis of 1.
    """
    rank1, rank2 = len(x1.shape), len(x2.shape)
    if rank1 == rank2 + 1 and x1.shape[-1] == 1:
        if rank2 == 1 and expand_rank_1:
            return x1, ops.expand_dims(x2, -1)
        return ops.squeeze(x1, -1), x2
    if rank2 == rank1 + 1 and x2.shape[-1] == 1:
        if rank1 == 1 and expand_rank_1:
            return ops.expand_dims(x1, -1), x2
        return x1, ops.squeeze(x2, -1)
    return x1, x2


def weights_like(sample_weight: Any, values: Tensor) -> Tensor:
    """The weights in the dtype of `values` and in a shape that multiplies them, sample by sample.

    Args:
        sample_weight: `(batch,)`, `(batch, 1)`, or as many leading axes of `values` as wanted.
        values: `(batch, ...)`.

    Raises:
        ShapeError: where an axis of the weights is neither 1 nor that of the values.
    """
    weight = as_tensor(sample_weight)
    if weight.dtype != values.dtype:
        weight = ops.cast(weight, values.dtype)
    given = weight.shape
    if weight.ndim == values.ndim + 1 and given[-1] == 1:
        weight = ops.squeeze(weight, -1)
    if weight.ndim > values.ndim or any(
        w not in (1, n) for w, n in zip(weight.shape, values.shape, strict=False)
    ):
        raise ShapeError(
            f"Expected weights for losses of shape {values.shape}, one for each sample: sample_weight.shape="
            f"{values.shape[:1]}. Received: sample_weight.shape={given}."
        )
    missing = values.ndim - weight.ndim
    return ops.reshape(weight, weight.shape + (1,) * missing) if missing else weight


def both_masks(mask: Tensor | None, steps: Tensor | None, values: Tensor) -> Tensor | None:
    """A loss's own mask, 1 where one of its values counts, without the steps that do not count either.

    Args:
        mask: of the shape of `values`, or None.
        steps: the mask of the predictions, `(batch, steps)`, or None; left out if `values` has no steps any more.
        values: what the loss computed, `(batch, ...)`.
    """
    if steps is None or steps.shape != values.shape[: steps.ndim]:
        return mask
    steps = ops.reshape(steps, steps.shape + (1,) * (values.ndim - steps.ndim))
    steps = ops.broadcast_to(steps, values.shape)
    return steps if mask is None else ops.logical_and(ops.cast(mask, "bool"), steps)


def apply_mask(sample_weight: Any, mask: Any, reduction: str | None) -> Tensor:
    """Merge a mask (1 where a value counts) into the weights.

    For the means over the batch a valid value weighs total / valid, so that the sum divided by the number of
    all values is the mean of the valid ones.
    """
    weight = ops.cast(mask, "float32")
    if reduction in ("mean", "sum_over_batch_size"):
        weight = weight * (weight.size / ops.maximum(ops.sum(weight), 1.0))
    if sample_weight is None:
        return weight
    return weight * weights_like(sample_weight, weight)


def reduce_weighted_values(
    values: Any,
    sample_weight: Any = None,
    mask: Any = None,
    reduction: str | None = "sum_over_batch_size",
) -> Tensor:
    r"""Weigh the values and reduce them.

    $\frac1N \sum_i w_i v_i$ over all $N$ values ("sum_over_batch_size", "mean"), $\sum_i w_i v_i$ ("sum"),
    $\sum_i w_i v_i / \sum_i w_i$ ("mean_with_sample_weight"), or the $w_i v_i$ themselves (None, "none").

    Args:
        values: `(batch, ...)`.
        sample_weight: None, or weights for `values` (see `weights_like`).
        mask: None, or 0 and 1 of the shape of `values`; masked values do not count, neither in the sum nor
            in the number that it is divided by.
        reduction: which of the formulas.
    """
    values = as_tensor(values)
    weight = None
    if mask is not None:
        sample_weight = apply_mask(sample_weight, mask, reduction)
    if sample_weight is not None:
        weight = weights_like(sample_weight, values) if values.ndim else ops.cast(sample_weight, values.dtype)
        values = values * weight
    if reduction in (None, "none") or values.ndim == 0:
        return values
    if reduction == "sum" or 0 in values.shape:
        return ops.sum(values)
    if reduction == "mean_with_sample_weight" and weight is not None:
        repeats = (
            values.size / weight.size
        )  # a weight of the shape (batch, 1) counts once per value it weighs
        total = ops.sum(weight) * repeats
        return ops.sum(values) / ops.where(total == 0.0, 1.0, total)
    return ops.mean(values)
