"""Perplexity: among how many tokens a language model wavers."""

from __future__ import annotations

from typing import Any

from ondol import losses, ops
from ondol.autograd import Tensor, as_tensor, no_grad
from ondol.losses.alignment import in_full_precision
from ondol.losses.reduction import both_masks, weights_like
from ondol.metrics.metric import Metric


class Perplexity(Metric):
    r"""$\exp\left(-\sum_i w_i \ln p_i / \sum_i w_i\right)$ over the tokens i of all batches; 0 before the first.

    $p_i$ is the probability that the model gave the true token. A model that knows nothing, so that all of n tokens
    are equally likely, has the perplexity n; one that is always sure and right has 1. Each token counts once (KerasHub
    averages the means of batches, so that tokens of batches with much padding count more there).

    Args:
        from_logits: whether predictions are logits.
        mask_token_id: a target that does not count, such as that of padding; None if all do. Steps that the mask of the
            predictions leaves out do not count either.
        dtype, name: see `Metric`.

    Example:
        >>> import ondol as od
        >>> p = [[[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]]]  # of two tokens, which are 1 and 1
        >>> round(float(od.metrics.Perplexity()([[1, 1]], p)), 4)  # the square root of 1 / (0.25 * 1)
        2.0

    Reference: Jelinek et al.: "Perplexity: a measure of the difficulty of speech recognition tasks" (1977); the
    arguments are KerasHub's.
    """

    def __init__(
        self,
        from_logits: bool = False,
        mask_token_id: int | None = None,
        dtype: Any = None,
        name: str | None = "perplexity",
    ) -> None:
        super().__init__(dtype=dtype, name=name)
        self.from_logits, self.mask_token_id = from_logits, mask_token_id
        self.total = self.add_variable((), name="total")
        self.count = self.add_variable((), name="count")

    @property
    def expects_probabilities(self) -> bool:
        return not self.from_logits

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in tokens `(batch, steps)`, predictions `(batch, steps, vocabulary)` and weights, `(batch,)` or more."""
        with no_grad():
            steps = y_pred._keras_mask if isinstance(y_pred, Tensor) else None
            values = losses.sparse_categorical_crossentropy(
                y_true, in_full_precision(y_pred), self.from_logits, ignore_class=self.mask_token_id
            )
            values = ops.cast(values, self.dtype)
            weight = ops.ones_like(values)
            if sample_weight is not None:
                weight = weight * weights_like(sample_weight, values)
            for counts in (both_masks(None, steps, values), self._counting(y_true, values)):
                if counts is not None:
                    weight = ops.where(counts, weight, 0.0)
                    values = ops.where(counts, values, 0.0)  # NaN times 0 would be NaN
            self.total.assign_add(ops.sum(values * weight))
            self.count.assign_add(ops.sum(weight))

    def _counting(self, y_true: Any, values: Tensor) -> Tensor | None:
        """Which tokens are not the one that does not count."""
        if self.mask_token_id is None:
            return None
        return ops.reshape(ops.not_equal(as_tensor(y_true), self.mask_token_id), values.shape)

    def result(self) -> Tensor:
        some = self.count > 0.0
        return ops.where(some, ops.exp(self.total / ops.where(some, self.count, 1.0)), 0.0)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "mask_token_id": self.mask_token_id,
        }
