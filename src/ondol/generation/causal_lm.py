"""CausalLM: the base of models that say which token comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ondol.autograd import Tensor, no_grad
from ondol.errors import DataError
from ondol.generation.beam_sampler import BeamSampler
from ondol.generation.registry import get
from ondol.generation.rows import padded, together, until_stop
from ondol.generation.sampler import Sampler
from ondol.generation.token_loop import TokenLoop
from ondol.models.with_tokenizer import WithTokenizer

Prompt = str | Sequence[str] | Sequence[int] | np.ndarray


class CausalLM(WithTokenizer):
    """A model of token ids (batch, steps) whose outputs (batch, steps, vocabulary) are scores of the next token.

    A subclass defines `call`, as any model, and the two methods that let a text be written on without reading it anew
    for each token: `make_cache` and `call_with_cache`.

    Attributes:
        context_length: the longest text that `call_with_cache` knows, None for any length.
    """

    context_length: int | None = None
    _loop: TokenLoop | None = None

    def make_cache(self, batch_size: int, max_length: int) -> Any:
        """An empty cache for texts of at most `max_length` tokens; each of its arrays has the batch as first axis."""
        raise TypeError(f"{type(self).__name__} must define make_cache(self, batch_size, max_length)")

    def call_with_cache(
        self, token_ids: Tensor, cache: Any, cache_update_index: Tensor
    ) -> tuple[Tensor, Any]:
        """The scores after each of these tokens, and the cache with them.

        Args:
            token_ids: (batch, n), the tokens at places cache_update_index, ... of the text.
            cache: what is known of the tokens before them.
            cache_update_index: a whole number, which is known only when the program runs.

        Returns:
            Scores (batch, n, vocabulary), and the new cache.
        """
        raise TypeError(
            f"{type(self).__name__} must define call_with_cache(self, token_ids, cache, cache_update_index)"
        )

    def generate(
        self,
        prompt: Prompt,
        max_new_tokens: int = 100,
        sampler: str | Sampler = "random",
        stop_token_ids: Sequence[int] = (),
    ) -> Any:
        """Write the prompt on.

        Args:
            prompt: a text or several; or token ids: (steps,), (batch, steps), or lists of different lengths.
            max_new_tokens: how many tokens to write after the longest prompt, at most.
            sampler: a Sampler, or its name: "random", "top_k", "top_p", "greedy", "beam".
            stop_token_ids: tokens that end a text.

        Returns:
            As the prompt was given: a text or a list of texts, prompt included; or token ids, an array of int32 (for
            prompts of different lengths a list). What follows a token that ends a text is left out.

        Raises:
            DataError: for an empty prompt, text without a tokenizer, or ids that the model does not know.
        """
        ids, form = self._ids_of(prompt)
        lengths, stop = np.array([len(row) for row in ids]), tuple(int(t) for t in stop_token_ids)
        sampler = get(sampler)
        if isinstance(sampler, BeamSampler):
            rows = [self._best(row, max_new_tokens, sampler, stop) for row in ids]
        else:
            pieces = list(self._pieces(ids, lengths, max_new_tokens, sampler, stop))
            start = int(lengths.min())
            written = np.concatenate([padded(ids)[:, :start], *pieces], axis=1)
            rows = [until_stop(row, int(n), stop) for row, n in zip(written, lengths, strict=True)]
        return form(rows)

    def stream(
        self,
        prompt: str | Sequence[int] | np.ndarray,
        max_new_tokens: int = 100,
        sampler: str | Sampler = "random",
        stop_token_ids: Sequence[int] = (),
    ) -> Iterator[Any]:
        """Write one prompt on, and hand out what is new while the model writes.

        Args:
            prompt, max_new_tokens, sampler, stop_token_ids: see `generate`; one prompt, and no beam search.

        Yields:
            Pieces of text, or arrays of token ids, without the prompt.
        """
        ids, _ = self._ids_of(prompt)
        if len(ids) != 1:
            raise DataError(f"Expected one prompt to stream. Received: {len(ids)}. generate() takes several.")
        stop = tuple(int(t) for t in stop_token_ids)
        lengths = np.array([len(ids[0])])
        decoder = None
        if isinstance(prompt, str) and self.tokenizer is not None:
            decoder = self.tokenizer.stream()
            for token in ids[0].tolist():  # what the first piece begins with may depend on them: a space, say
                decoder.add(token)
        for piece in self._pieces(ids, lengths, max_new_tokens, get(sampler), stop):
            tokens = until_stop(piece[0], 0, stop)
            out = tokens if decoder is None else "".join(map(decoder.add, tokens))
            if len(out):
                yield out
            if len(tokens) < len(piece[0]):
                break
        if decoder is not None and (rest := decoder.end()):
            yield rest

    def _pieces(
        self, ids: list[np.ndarray], lengths: np.ndarray, count: int, sampler: Sampler, stop: tuple[int, ...]
    ) -> Iterator[np.ndarray]:
        if count < 1:
            raise DataError(f"Expected at least one token to write. Received: max_new_tokens={count!r}.")
        self._make_weights(ids)
        loop = self._token_loop()
        yield from loop.stream(
            self.make_cache, padded(ids), lengths, int(lengths.max()) + count, sampler, stop
        )

    def _forget_programs(self) -> None:
        super()._forget_programs()
        self._loop = None

    def _token_loop(self) -> TokenLoop:
        if self._loop is None:
            self._loop = TokenLoop(self.call_with_cache, self.context_length)
        return self._loop

    def _best(self, ids: np.ndarray, count: int, sampler: BeamSampler, stop: tuple[int, ...]) -> np.ndarray:
        self._make_weights([ids])
        texts, _ = self._token_loop().best(self.make_cache, ids[None], count, sampler, stop)
        return until_stop(np.concatenate([ids, texts[0, 0]]), len(ids), stop)

    def _make_weights(self, ids: list[np.ndarray]) -> None:
        if not self.built:
            with no_grad():
                self(ids[0][None, :1])

    def _ids_of(self, prompt: Any) -> tuple[list[np.ndarray], Any]:
        """The prompts as arrays of ids, and how to give the texts back in the prompt's form."""
        texts = [prompt] if isinstance(prompt, str) else prompt
        if len(texts) and isinstance(texts[0], str):
            if self.tokenizer is None:
                raise DataError(
                    f"Expected token ids, since the model '{self.name}' has no tokenizer. Received: the text "
                    f"{prompt!r}. Set model.tokenizer, or give the ids."
                )
            tokenizer = self.tokenizer
            ids = [np.asarray(tokenizer.encode(text), "int32") for text in texts]

            def as_text(rows: list[np.ndarray]) -> Any:
                found = [tokenizer.decode(row) for row in rows]
                return found[0] if isinstance(prompt, str) else found

            self._check(ids)
            return ids, as_text
        single = np.ndim(texts[0]) == 0 if len(texts) else True
        ids = [np.asarray(row, "int32") for row in ([texts] if single else texts)]
        self._check(ids)
        return ids, (lambda rows: rows[0] if single else together(rows))

    def _check(self, ids: list[np.ndarray]) -> None:
        if not ids or any(row.ndim != 1 or not len(row) for row in ids):
            raise DataError(
                "Expected prompts of at least one token each. Received: an empty one. Begin with a token that opens "
                "a text, such as a line break."
            )
        size = getattr(self, "vocabulary_size", None)
        low, high = min(int(row.min()) for row in ids), max(int(row.max()) for row in ids)
        if low < 0 or (size is not None and high >= size):
            known = "0 or more" if size is None else f"from 0 to {size - 1}"
            raise DataError(f"Expected token ids {known}. Received: ids from {low} to {high}.")
