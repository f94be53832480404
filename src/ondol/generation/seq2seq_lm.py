"""Seq2SeqLM: the base of models that read one sequence and write another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, no_grad
from ondol.autograd.function import function
from ondol.errors import DataError, ShapeError
from ondol.generation.beam_sampler import BeamSampler
from ondol.generation.registry import get
from ondol.generation.rows import padded, together, until_stop
from ondol.generation.sampler import Sampler
from ondol.generation.sources import Side, rounded_rows, targets_in_and_out
from ondol.generation.token_loop import TokenLoop
from ondol.models import Model
from ondol.tokenizers import Tokenizer
from ondol.tokenizers.saving import describe, described

TOKENIZERS = ("input_tokenizer", "output_tokenizer")
Texts = str | Sequence[str] | Sequence[int] | np.ndarray


class Seq2SeqLM(Model):
    """A model of [source, target], token ids (batch, steps) each, whose outputs are scores of the target's next tokens.

    It is trained by teacher forcing: at each step the decoder sees the right tokens before it. `teacher_forcing_data`
    makes the arrays for that, `translate` lets the model write by itself.

    A subclass defines `encode` and `decode`; for `translate` also `call_with_cache`, and `make_cache` if the decoder
    keeps more than the encoder gives; for attention maps `attention_weights`.

    Args:
        input_vocabulary_size, output_vocabulary_size: how many tokens there are on both sides.
        start_id, end_id: tokens in front of and behind each target; None for those of the output_tokenizer.
        mask_zero: whether the id 0 is padding, which does not count.
        input_tokenizer, output_tokenizer: turn text into ids and back, and are saved with the model; None for ids only.

    Attributes:
        context_length: the longest target that the decoder knows, the start token included; None for any length.
        longest_source: the longest source that the encoder knows; None for any length.
    """

    context_length: int | None = None
    longest_source: int | None = None
    _loop: TokenLoop | None = None
    _beginning: Any = None

    def __init__(
        self,
        input_vocabulary_size: int,
        output_vocabulary_size: int,
        start_id: int | None = None,
        end_id: int | None = None,
        mask_zero: bool = True,
        input_tokenizer: Tokenizer | None = None,
        output_tokenizer: Tokenizer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for name, tokenizer in zip(TOKENIZERS, (input_tokenizer, output_tokenizer), strict=True):
            if tokenizer is not None and not isinstance(tokenizer, Tokenizer):
                raise TypeError(f"Expected a tokenizer of od.tokenizers. Received: {name}={tokenizer!r}.")
            self._arguments.pop(name, None)  # get_config describes them
        self.mask_zero = bool(mask_zero)
        self.source = Side("source", input_vocabulary_size, input_tokenizer, self.mask_zero)
        self.target = Side("target", output_vocabulary_size, output_tokenizer, self.mask_zero)
        if output_tokenizer is not None:
            start_id = output_tokenizer.start_id if start_id is None else start_id
            end_id = output_tokenizer.end_id if end_id is None else end_id
        self.start_id = self._checked_id("start_id", start_id)
        self.end_id = self._checked_id("end_id", end_id)

    def _checked_id(self, name: str, token: Any) -> int:
        first, size = int(self.mask_zero), self.target.vocabulary_size
        whole = isinstance(token, (int, np.integer)) and not isinstance(token, bool)
        if not whole or not first <= token < size:
            raise DataError(
                f"Expected {name} to be a token from {first} to {size - 1}, or an output_tokenizer with "
                f"start_token='[START]' and end_token='[END]'. Received: {name}={token!r}."
            )
        return int(token)

    @property
    def input_tokenizer(self) -> Tokenizer | None:
        return self.source.tokenizer

    @property
    def output_tokenizer(self) -> Tokenizer | None:
        return self.target.tokenizer

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "start_id": self.start_id, "end_id": self.end_id}
        given = {name: getattr(self, name) for name in TOKENIZERS}
        return config | {name: describe(t) for name, t in given.items() if t is not None}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        tokenizers = {name: described(config[name]) for name in TOKENIZERS if config.get(name) is not None}
        return super().from_config({**config, **tokenizers})

    # -- for subclasses

    def encode(self, source: Tensor, training: bool = False) -> Any:
        """What the decoder has to know of the source (batch, steps): arrays with the batch as their first axis."""
        raise TypeError(f"{type(self).__name__} must define encode(self, source, training)")

    def decode(self, target: Tensor, encoded: Any, training: bool = False) -> Tensor:
        """Scores (batch, steps, vocabulary) of what follows each token of the targets (batch, steps)."""
        raise TypeError(f"{type(self).__name__} must define decode(self, target, encoded, training)")

    def make_cache(self, encoded: Any, max_length: int) -> Any:
        """What the decoder has to know before it writes the first of at most `max_length` tokens."""
        return encoded

    def call_with_cache(
        self, token_ids: Tensor, cache: Any, cache_update_index: Tensor
    ) -> tuple[Tensor, Any]:
        """The scores after each of these tokens, and the cache with them.

        Args:
            token_ids: (batch, n), the tokens at places cache_update_index, ... of the target.
            cache: what is known of the source, and of the tokens before them.
            cache_update_index: a whole number, which is known only when the program runs.

        Returns:
            Scores (batch, n, vocabulary), and the new cache.
        """
        raise TypeError(
            f"{type(self).__name__} must define call_with_cache(self, token_ids, cache, cache_update_index)"
        )

    def attention_weights(self, source: Tensor, target: Tensor) -> Tensor:
        """How much each token that the decoder writes looks at each of the source: (batch, target steps, source steps),
        of several heads (batch, heads, target steps, source steps)."""
        raise DataError(
            f"Expected a model with attention, such as AttentionSeq2Seq. Received: {type(self).__name__}, which has "
            "no weights of attention to return."
        )

    # -- training

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 2:
            raise ShapeError(
                f"Model '{self.name}' expected [source, target], token ids (batch, steps) each. Received: "
                f"{getattr(inputs, 'shape', inputs)}. teacher_forcing_data(sources, targets) makes them for fit; "
                "translate(source) needs no target."
            )
        source, target = inputs
        scores = self.decode(target, self.encode(source, training), training)
        if self.mask_zero:
            scores._keras_mask = self._counts(target)
        return scores

    def _counts(self, ids: Tensor) -> Tensor | None:
        """Which tokens are no padding; None if all count."""
        return ops.not_equal(ids, 0) if self.mask_zero else None

    def teacher_forcing_data(self, sources: Any, targets: Any) -> tuple[list[np.ndarray], np.ndarray]:
        """What `fit` and `evaluate` take, as x and y.

        Args:
            sources, targets: as many texts; or token ids, arrays (samples, steps) or lists of different lengths.
                The targets without start and end.

        Returns:
            `[source, target_in], target_out`, arrays of int32 filled up with zeros: source (samples, steps), target_in
            the start token and the target, target_out the target and the end token.

        Raises:
            DataError: for another number of targets, an empty source, ids that the model does not know, or rows of
                different lengths where mask_zero=False.
        """
        source, target = self.source.ids(sources), self.target.ids(targets, may_be_empty=True)
        if len(source) != len(target):
            raise DataError(
                f"Expected a target for each source. Received: {len(source)} sources, {len(target)} targets."
            )
        target_in, target_out = targets_in_and_out(target, self.start_id, self.end_id)
        self.source.check_lengths(source)
        self.target.check_lengths(target)
        return [padded(source), target_in], target_out

    # -- writing

    def translate(
        self,
        source: Texts,
        max_length: int = 100,
        sampler: str | Sampler = "greedy",
        return_attention: bool = False,
        batch_size: int = 128,
    ) -> Any:
        """What the model makes of a source, token after token, by one compiled loop.

        Args:
            source: a text or several; or token ids: (steps,), (batch, steps), or lists of different lengths.
            max_length: at most so many tokens are written.
            sampler: a Sampler, or its name: "greedy", "beam", "random", "top_k", "top_p".
            return_attention: return the weights of attention, too.
            batch_size: sources at a time.

        Returns:
            As the source was given: a text or a list of texts; or token ids, an array of int32 (a list for results of
            different lengths), without start and end. With return_attention a tuple of that and an array (target steps,
            source steps), for several sources (batch, target steps, source steps), 0 beyond the end of each; models
            of several heads have an axis of heads before these two.

        Raises:
            DataError: for an empty source, text without a tokenizer, ids that the model does not know, or a max_length
                beyond what it knows.
        """
        rows, sampler = self.source.ids(source), get(sampler)
        self.source.check_lengths(rows)
        self._check_max_length(max_length)
        self._make_weights(rows[0])
        found: list[np.ndarray] = []
        for begin in range(0, len(rows), batch_size):
            part = rows[begin : begin + batch_size]
            array = rounded_rows(part, batch_size, self.mask_zero, self.longest_source)
            written = self._write(array, max_length, sampler)
            found += [until_stop(row, 0, (self.end_id,)) for row in written[: len(part)]]
        is_text = isinstance(source, str) or isinstance(source[0], str)
        single = isinstance(source, str) or (not is_text and np.ndim(source[0]) == 0)
        answers = self.target.texts(found) if is_text else found if single else together(found)
        answer = answers[0] if single else answers
        if not return_attention:
            return answer
        weights = self._weights(rows, found, batch_size)
        return answer, weights[0] if single else weights

    def _check_max_length(self, max_length: int) -> None:
        limit = None if self.context_length is None else self.context_length - 1
        if max_length < 1 or (limit is not None and max_length > limit):
            most = (
                ""
                if limit is None
                else f" and at most {limit}, as the model knows {limit + 1} with the start"
            )
            raise DataError(f"Expected max_length of at least 1{most}. Received: max_length={max_length!r}.")

    def _write(self, source: np.ndarray, max_length: int, sampler: Sampler) -> np.ndarray:
        """Tokens (batch, max_length or fewer); behind the end token there may be anything."""
        if self._loop is None:
            self._loop = TokenLoop(self.call_with_cache, self.context_length)
            self._beginning = function(self._begun, name="read the source")
        prompt = np.full((len(source), 1), self.start_id, "int32")
        stop = (self.end_id,)
        if isinstance(sampler, BeamSampler):
            texts, _ = self._loop.best(self._start(source), prompt, max_length, sampler, stop)
            return texts[:, 0]
        ones = np.ones(len(source), "int32")
        pieces = self._loop.stream(self._start(source), prompt, ones, 1 + max_length, sampler, stop)
        return np.concatenate(list(pieces), axis=1)

    def _start(self, source: np.ndarray) -> Any:
        def start(batch: int, length: int) -> Any:
            with no_grad():
                return self._beginning(source, length)

        return start

    def _begun(self, source: Tensor, length: int) -> Any:
        return self.make_cache(self.encode(source), length)

    def _weights(self, rows: list[np.ndarray], found: list[np.ndarray], batch_size: int) -> np.ndarray:
        """The weights of attention for each token written, found by reading what was written."""
        longest = max(1, *map(len, rows)), max(1, *map(len, found))
        parts = []
        for begin in range(0, len(rows), batch_size):
            here = slice(begin, begin + batch_size)
            before = [np.append(self.start_id, row)[: max(len(row), 1)] for row in found[here]]
            with no_grad():
                weights = self.attention_weights(
                    ops.convert_to_tensor(padded(rows[here], longest[0])),
                    ops.convert_to_tensor(padded(before, longest[1])),
                ).numpy()
            for sample, row in zip(weights, found[here], strict=True):
                parts.append(np.where(np.arange(longest[1])[:, None] < len(row), sample, 0.0))
        return np.stack(parts).astype("float32")

    def _make_weights(self, row: np.ndarray) -> None:
        if not self.built:
            with no_grad():
                self([row[None, :1], np.array([[self.start_id]], "int32")])

    def _forget_programs(self) -> None:
        super()._forget_programs()
        self._loop = self._beginning = None
