"""The loop that writes a text on: compiled, many tokens are one call of one program."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ondol import ops, random
from ondol.autograd import Tensor, no_grad
from ondol.autograd.function import function
from ondol.errors import DataError
from ondol.generation.beam_sampler import BeamSampler, search
from ondol.generation.sampler import Sampler

# step(tokens (batch, n), cache, place of the first) -> scores (batch, n, vocabulary), cache
Step = Callable[[Tensor, Any, Tensor], tuple[Tensor, Any]]
# start(batch, length) -> a cache that knows nothing yet, for texts of at most that length
Start = Callable[[int, int], Any]

READ_AT_ONCE = 32  # tokens of the prompt: one program for all prompts, and 32 times less waiting
WRITE_AT_ONCE = 16  # tokens, before they are handed out
# Texts have room for so many tokens, or 2, 4, 8, ... times as many: few programs for all of them.
SHORTEST = 64


class TokenLoop:
    """Writes texts on with one step function.

    Args:
        step: reads tokens (batch, n) that stand at `place`, `place` + 1, ... of the text, and returns the scores
            of what follows each, and a cache that knows them; every array in the cache has the batch as its first axis.
        limit: the longest text that the step knows, None for any length. A longer one goes on with its last half.
    """

    def __init__(self, step: Step, limit: int | None = None) -> None:
        self.step, self.limit = step, limit
        self._write = function(self._written, name="generate")
        self._read = function(self._cache_after, name="read the prompt")
        self._search = function(functools.partial(search, step), name="search with beams")

    def stream(
        self,
        start: Start,
        prompt: np.ndarray,
        lengths: np.ndarray,
        end: int,
        sampler: Sampler,
        stop: tuple[int, ...] = (),
    ) -> Iterator[np.ndarray]:
        """The tokens of the texts, in pieces (batch, n), from the end of the shortest prompt on.

        Args:
            start: makes an empty cache.
            prompt: token ids (batch, n), at least one for each text.
            lengths: (batch,), how many of them count in each text.
            end: the length up to which to write.
            sampler: chooses the tokens.
            stop: tokens that end a text; what comes after one of them is the same token again.
        """
        batch, given = prompt.shape
        length = _rounded(max(end, given))
        text: Any = np.zeros((batch, length), "int32")
        text[:, :given] = prompt
        lengths = np.minimum(lengths, end).astype("int32")
        u = random.uniform((length, batch), seed=sampler.generator())
        done: Any = np.zeros((batch,), bool)
        window = length if self.limit is None else min(length, self.limit)
        first = int(lengths.min())
        begin = 0 if first <= window else first - 1 - window // 2
        cache, place = self._read_in(text, begin, first - 1, start(batch, window))
        while place < end and not bool(np.all(np.asarray(done))):
            if place - 1 - begin >= window:  # what the step knows is full: go on with the last half
                begin = place - 1 - window // 2
                lengths = np.maximum(lengths, place)  # what was written counts as given
                cache, place = self._read_in(np.asarray(text), begin, place - 1, start(batch, window))
            until = min(max(place, first) + WRITE_AT_ONCE, end, begin + window + 1)
            places = [np.asarray(n, "int32") for n in (place, until, begin)]
            with no_grad():  # not around the loop: what happens between two pieces is the caller's
                text, cache, done = self._write(
                    text, lengths, cache, *places, u, done, sampler.without_seed(), stop
                )
            if until > first:
                yield np.asarray(text)[:, first:until]
            place = first = until

    def best(
        self, start: Start, prompt: np.ndarray, count: int, sampler: BeamSampler, stop: tuple[int, ...] = ()
    ) -> tuple[np.ndarray, np.ndarray]:
        """The likeliest texts of `count` tokens after prompts of one length.

        Returns:
            Token ids (batch, beams, count) without the prompt, the best text first, and their scores (batch, beams).

        Raises:
            DataError: for texts longer than the step knows.
        """
        batch, given = prompt.shape
        length = _rounded(given + count)
        if self.limit is not None and given + count > self.limit:
            raise DataError(
                f"Expected texts of at most {self.limit} tokens, the model's context, for a search with beams. "
                f"Received: {given} in the prompt and {count} to write."
            )
        length = length if self.limit is None else min(length, self.limit)
        cache, place = self._read_in(prompt, 0, given - 1, start(batch, length))
        with no_grad():
            for i in range(place - 1, given - 1):
                cache = self._read(prompt[:, i : i + 1], cache, np.asarray(i, "int32"))
            texts, scores = self._search(
                cache, prompt[:, -1], np.asarray(given - 1, "int32"), count, sampler, stop
            )
        return texts.numpy(), scores.numpy()

    def _read_in(self, text: np.ndarray, begin: int, until: int, cache: Any) -> tuple[Any, int]:
        """The cache after text[:, begin:until], or a little less; and the place that is to be written next.

        Large pieces only: the loop that writes reads what is left, so that it needs no program of its own.
        """
        place = begin
        with no_grad():
            while until - place >= READ_AT_ONCE:
                piece = text[:, place : place + READ_AT_ONCE]
                cache = self._read(piece, cache, np.asarray(place - begin, "int32"))
                place += READ_AT_ONCE
        return cache, place + 1

    def _cache_after(self, tokens: Tensor, cache: Any, place: Tensor) -> Any:
        return self.step(tokens, cache, place)[1]

    def _written(
        self,
        text: Tensor,
        lengths: Tensor,
        cache: Any,
        place: Tensor,
        until: Tensor,
        begin: Tensor,
        u: Tensor,
        done: Tensor,
        sampler: Sampler,
        stop: tuple[int, ...],
    ) -> tuple[Tensor, Any, Tensor]:
        """The text with tokens at place, ..., until - 1; where a prompt goes on, its own."""

        def goes_on(i: Tensor, text: Tensor, cache: Any, done: Tensor) -> Tensor:
            return ops.logical_and(i < until, ops.logical_not(ops.all(done)))

        def turn(i: Tensor, text: Tensor, cache: Any, done: Tensor) -> tuple[Tensor, Tensor, Any, Tensor]:
            last = _column(text, i - 1)
            scores, cache = self.step(last, cache, i - 1 - begin)
            chosen = sampler.choose(scores[:, -1], ops.take(u, i, axis=0))
            chosen = ops.where(done, last[:, 0], chosen)
            chosen = ops.where(i < lengths, _column(text, i)[:, 0], chosen)
            for token in stop:
                done = ops.logical_or(done, ops.logical_and(chosen == token, i >= lengths))
            text = ops.slice_update(text, (0, i), ops.expand_dims(chosen, 1))
            return i + 1, text, cache, done

        i, text, cache, done = ops.while_loop(goes_on, turn, (place, text, cache, done))
        places = ops.arange(text.shape[1])
        rest = ops.logical_and(places >= i, places < until)  # some, where all texts have ended before
        return ops.where(rest, _column(text, i - 1), text), cache, done


def _column(text: Tensor, place: Tensor) -> Tensor:
    """The tokens at one place of all texts, (batch, 1)."""
    return ops.slice(text, (0, place), (text.shape[0], 1))


def _rounded(length: int) -> int:
    """The length of the arrays for a text of this length."""
    return SHORTEST * 2 ** max(0, math.ceil(math.log2(length / SHORTEST)))
