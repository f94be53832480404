"""Samplers that leave out unlikely tokens: one of them, taken once, can lead a text astray."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import DataError
from ondol.generation.sampler import Sampler, at_share


class TopKSampler(Sampler):
    """One of the k likeliest tokens, by their probabilities.

    Args:
        k: how many tokens are left.
        seed, temperature: see `Sampler`.

    Example:
        >>> import ondol as od
        >>> logits = od.log(od.tensor([[0.2, 0.5, 0.3]] * 2))
        >>> od.generation.TopKSampler(k=2).choose(logits, od.tensor([0.0, 0.99])).tolist()  # 0.5 and 0.3 are left
        [1, 2]

    Reference: Fan, Lewis, Dauphin: "Hierarchical neural story generation" (2018).
    """

    def __init__(self, k: int = 5, seed: int | None = None, temperature: float = 1.0) -> None:
        super().__init__(temperature, seed)
        if k < 1:
            raise DataError(f"Expected at least one token to choose from. Received: k={k!r}.")
        self.k = int(k)

    def get_config(self) -> dict[str, Any]:
        return {"k": self.k, **super().get_config()}

    def choose(self, logits: Tensor, u: Tensor) -> Tensor:
        values, tokens = ops.top_k(logits, min(self.k, logits.shape[-1]))
        return _picked(tokens, at_share(ops.softmax(values / self.temperature), u))


class TopPSampler(Sampler):
    """One of the likeliest tokens that together have a probability of p (the nucleus), by their probabilities.

    Where the model is sure few tokens are left, where it is not, many.

    Args:
        p: the share of probability that is kept.
        k: look at the k likeliest tokens only, which saves sorting a large vocabulary; None for all.
        seed, temperature: see `Sampler`. The temperature acts before tokens are left out.

    Example:
        >>> import ondol as od
        >>> logits = od.log(od.tensor([[0.2, 0.5, 0.3]] * 2))
        >>> od.generation.TopPSampler(p=0.7).choose(logits, od.tensor([0.0, 0.99])).tolist()  # 0.5 + 0.3 reach it
        [1, 2]

    Reference: Holtzman et al.: "The curious case of neural text degeneration" (2020).
    """

    def __init__(
        self, p: float = 0.9, k: int | None = None, seed: int | None = None, temperature: float = 1.0
    ) -> None:
        super().__init__(temperature, seed)
        if not 0 < p <= 1:
            raise DataError(
                f"Expected a share of probability to keep, above 0 and at most 1. Received: p={p!r}."
            )
        if k is not None and k < 1:
            raise DataError(f"Expected at least one token to choose from. Received: k={k!r}.")
        self.p, self.k = float(p), k

    def get_config(self) -> dict[str, Any]:
        return {"p": self.p, "k": self.k, **super().get_config()}

    def choose(self, logits: Tensor, u: Tensor) -> Tensor:
        size = logits.shape[-1]
        shares = ops.softmax(logits / self.temperature)
        shares, tokens = ops.top_k(shares, size if self.k is None else min(self.k, size))
        # A token stays if those before it do not reach p: the one that crosses the line is in.
        before = ops.cumsum(shares, axis=-1) - shares
        kept = ops.where(before < self.p, shares, 0.0)
        return _picked(tokens, at_share(kept / ops.sum(kept, axis=-1, keepdims=True), u))


def _picked(tokens: Tensor, places: Tensor) -> Tensor:
    """The token at each row's place."""
    return ops.cast(ops.take_along_axis(tokens, ops.expand_dims(places, -1), axis=-1)[:, 0], "int32")
