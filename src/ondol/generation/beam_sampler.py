"""BeamSampler: the likeliest text as a whole, not the likeliest token at each place."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, no_grad
from ondol.backend import tree
from ondol.errors import DataError
from ondol.generation.sampler import Sampler

NEVER = -1e9  # the logarithm of a probability of 0, as a number


class BeamSampler(Sampler):
    r"""Keeps the n likeliest beginnings of a text, and goes on with the n likeliest ways to continue any of them.

    The text in the end is the one with the largest $\frac{1}{L^\alpha} \sum_t \ln p_t$ of its L new tokens.

    Args:
        num_beams: n, how many beginnings are kept.
        length_penalty: α; 0 for the sum itself, which favours short texts, 1 for the mean.

    Raises:
        DataError: for no beams.

    Reference: Sutskever, Vinyals, Le: "Sequence to sequence learning with neural networks" (2014); the division by
    length: Wu et al.: "Google's neural machine translation system" (2016).
    """

    def __init__(self, num_beams: int = 5, length_penalty: float = 0.0) -> None:
        super().__init__()
        if num_beams < 1:
            raise DataError(f"Expected at least one beam. Received: num_beams={num_beams!r}.")
        self.num_beams, self.length_penalty = int(num_beams), float(length_penalty)

    def get_config(self) -> dict[str, Any]:
        return {"num_beams": self.num_beams, "length_penalty": self.length_penalty}

    def choose(self, logits: Tensor, u: Tensor) -> Tensor:
        raise TypeError(
            "Expected a sampler that chooses token by token. Received: BeamSampler, which compares whole texts: call "
            "generate(), not stream()."
        )


def search(
    step: Any,
    cache: Any,
    last: np.ndarray,
    place: Any,
    count: int,
    sampler: BeamSampler,
    stop: tuple[int, ...],
) -> tuple[Tensor, Tensor]:
    """The best texts after a prompt.

    Args:
        step: see `TokenLoop`.
        cache: what is known of the prompt but for its last token; arrays (batch, ...).
        last: the last tokens of the prompt, (batch,).
        place: where they stand in the text.
        count: how many tokens to write.
        sampler: how many beams, and how they are compared.
        stop: tokens that end a text.

    Returns:
        Token ids (batch, beams, count), the best text first, and their scores (batch, beams).
    """
    n, batch = sampler.num_beams, last.shape[0]
    rows = ops.reshape(ops.arange(batch), (batch, 1)) * n

    def turn(
        i: Tensor, tokens: Tensor, total: Tensor, length: Tensor, done: Tensor, text: Tensor, cache: Any
    ) -> Any:
        scores, cache = step(ops.reshape(tokens, (batch * n, 1)), cache, place + i)
        log_p = ops.reshape(ops.log_softmax(scores[:, -1]), (batch, n, -1))
        size = log_p.shape[-1]
        # A text that has ended goes on with its last token, at no cost.
        same = ops.cast(ops.expand_dims(tokens, -1) == ops.arange(size), "bool")
        log_p = ops.where(ops.expand_dims(done, -1), ops.where(same, 0.0, NEVER), log_p)
        sums = ops.reshape(ops.expand_dims(total, -1) + log_p, (batch, n * size))
        total, best = ops.top_k(sums, n)
        parents = best // size
        tokens = ops.cast(best % size, "int32")
        at = ops.reshape(rows + parents, (batch * n,))
        cache = tree.map_tree(lambda a: ops.take(a, at, axis=0), cache)
        text = ops.take_along_axis(text, ops.expand_dims(parents, -1), axis=1)
        text = ops.slice_update(text, (0, 0, i), ops.expand_dims(tokens, -1))
        done = ops.take_along_axis(done, parents, axis=1)
        length = ops.take_along_axis(length, parents, axis=1) + ops.cast(ops.logical_not(done), "float32")
        for token in stop:
            done = ops.logical_or(done, tokens == token)
        return i + 1, tokens, total, length, done, text, cache

    first = ops.broadcast_to(ops.reshape(last, (batch, 1)), (batch, n))
    # All beams begin alike: but for the first they are worth nothing, so that the first step finds n different ones.
    total = ops.broadcast_to(ops.where(ops.arange(n) == 0, 0.0, NEVER), (batch, n))
    start = (
        ops.cast(0, "int32"),
        ops.cast(first, "int32"),
        ops.cast(total, "float32"),
        ops.zeros((batch, n)),
        ops.zeros((batch, n), dtype="bool"),
        ops.zeros((batch, n, count), dtype="int32"),
        tree.map_tree(lambda a: ops.repeat(a, n, axis=0), cache),
    )
    with no_grad():
        _, _, total, length, _, text, _ = ops.while_loop(
            lambda i, tokens, total, length, done, *rest: ops.logical_and(
                i < count, ops.logical_not(ops.all(done))
            ),
            turn,
            start,
        )
    shares = total / ops.maximum(length, 1.0) ** sampler.length_penalty
    order = ops.argsort(-shares, axis=-1)
    best_first = ops.take_along_axis(text, ops.expand_dims(order, -1), axis=1)
    return best_first, ops.take_along_axis(shares, order, axis=-1)
