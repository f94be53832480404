"""Tokenizer: what all of them can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from ondol.errors import DataError
from ondol.tokenizers.decoding import StreamingDecoder
from ondol.utils.sequences import pad_sequences

ROLES = ("padding", "unknown", "start", "end", "mask")


class Tokenizer(ABC):
    """Text to numbers and back. The base of all tokenizers.

    The vocabulary begins with the special tokens that are in use, in this order: padding, unknown, start, end, mask.
    So padding is 0, as `Embedding(mask_zero=True)` expects. They are never found in a text, even if it contains their
    names; they come from the arguments `add_start` and `add_end`, from `encode_batch`, and from their numbers:
    `padding_id`, `unknown_id`, `start_id`, `end_id`, `mask_id`, each None for a token that is not in use.

    Args:
        padding_token: fills up short sequences. None here and below for a token that is not in use.
        unknown_token: stands for what is not in the vocabulary.
        start_token, end_token: in front of a sequence and behind it.
        mask_token: stands for what a model has to guess.

    A subclass defines `_learn`, `_encode`, `_decoder`; and `_state`, `_restore` if it keeps more than its vocabulary.
    """

    kinds: ClassVar[dict[str, type[Tokenizer]]] = {}  # what files call the subclasses
    kind: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" in vars(cls):
            Tokenizer.kinds[cls.kind] = cls

    def __init__(
        self,
        padding_token: str | None = "[PAD]",
        unknown_token: str | None = "[UNK]",
        start_token: str | None = None,
        end_token: str | None = None,
        mask_token: str | None = None,
    ) -> None:
        given = (padding_token, unknown_token, start_token, end_token, mask_token)
        self.special_tokens = {
            role: token for role, token in zip(ROLES, given, strict=True) if token is not None
        }
        for role, token in self.special_tokens.items():
            if not isinstance(token, str) or not token:
                raise DataError(
                    f"Expected {role}_token to be a str or None. Received: {role}_token={token!r}."
                )
        if len(set(self.special_tokens.values())) < len(self.special_tokens):
            raise DataError(f"Expected special tokens that differ. Received: {self.special_tokens}.")
        self._tokens: list[str] = []
        self._ids: dict[str, int] = {}

    # -- for subclasses

    @abstractmethod
    def _learn(self, texts: Any, size: int | None) -> tuple[list[str], dict[str, Any]]:
        """The tokens to be learned from texts, at most `size` of them; and what `_restore` wants to know besides."""

    @abstractmethod
    def _encode(self, text: str) -> Sequence[int] | np.ndarray:
        """The numbers of a text, without special tokens in front and behind."""

    @abstractmethod
    def _decoder(self, skip_special_tokens: bool) -> StreamingDecoder:
        """A new decoder, for numbers that are in the vocabulary."""

    def _config(self) -> dict[str, Any]:
        """The arguments that make a tokenizer like this one; JSON."""
        return {f"{role}_token": self.special_tokens.get(role) for role in ROLES}

    def _state(self) -> dict[str, Any]:
        """What was learned besides the vocabulary; JSON."""
        return {}

    def _restore(self, tokens: list[str], state: dict[str, Any]) -> None:
        """Take over what was learned; a ValueError or LookupError for what makes no sense.

        Args:
            tokens: all of them in the order of their numbers, special ones included.
            state: what `_learn` or `_state` gave.
        """
        ids = {token: i for i, token in enumerate(tokens)}
        if len(ids) < len(tokens):
            raise ValueError("a token occurs twice")
        missing = [token for token in self.special_tokens.values() if token not in ids]
        if missing:
            raise ValueError(f"the special token {missing[0]!r} is not in the vocabulary")
        self._tokens, self._ids = tokens, ids

    # -- learning

    def train(self, texts: Any, vocabulary_size: int | None = None) -> Self:
        """Learn the vocabulary; what was learned before is forgotten.

        Args:
            texts: a str, a path (pathlib.Path) of a text file in UTF-8, or an iterable of them.
            vocabulary_size: how many numbers there are at most, special tokens included; None for all that the texts
                give.

        Returns:
            The tokenizer itself.

        Raises:
            DataError: for texts that are none, empty ones, or a size that leaves no room.
        """
        special = list(self.special_tokens.values())
        room = None if vocabulary_size is None else vocabulary_size - len(special)
        if room is not None and (isinstance(vocabulary_size, bool) or room < 1):
            raise DataError(
                f"Expected a vocabulary_size with room besides {len(special)} special tokens. "
                f"Received: vocabulary_size={vocabulary_size}."
            )
        learned, state = self._learn(texts, room)
        if not learned:
            raise DataError("Expected texts to learn a vocabulary from. Received: nothing in them.")
        doubled = [token for token in special if token in set(learned)]
        if doubled:
            raise DataError(
                f"Expected special tokens that are no tokens of the texts. Received: {doubled[0]!r}, which is one. "
                "Choose another name for it, such as '[PAD]'."
            )
        self._restore([*special, *learned], state)
        return self

    @property
    def vocabulary(self) -> list[str]:
        """The tokens in the order of their numbers; empty before training."""
        return list(self._tokens)

    @property
    def vocabulary_size(self) -> int:
        """How many numbers there are, those of special tokens included: the `input_dim` of an Embedding."""
        return len(self._tokens)

    def token_to_id(self, token: str) -> int:
        """The number of a token.

        Raises:
            DataError: for one that is not in the vocabulary.
        """
        if token not in self._ids:
            raise DataError(f"Expected a token of the vocabulary. Received: {token!r}.")
        return self._ids[token]

    def id_to_token(self, token_id: int) -> str:
        """The token of a number."""
        return self._tokens[self._checked([token_id])[0]]

    @property
    def padding_id(self) -> int | None:
        """The number that fills up short sequences."""
        return self._id_of("padding")

    @property
    def unknown_id(self) -> int | None:
        """The number of what is not in the vocabulary."""
        return self._id_of("unknown")

    @property
    def start_id(self) -> int | None:
        """The number in front of a sequence."""
        return self._id_of("start")

    @property
    def end_id(self) -> int | None:
        """The number behind a sequence."""
        return self._id_of("end")

    @property
    def mask_id(self) -> int | None:
        """The number of what a model has to guess."""
        return self._id_of("mask")

    @property
    def special_ids(self) -> list[int]:
        """The numbers of all special tokens that are in use."""
        return [self._ids[token] for token in self.special_tokens.values() if token in self._ids]

    def _id_of(self, role: str) -> int | None:
        token = self.special_tokens.get(role)
        return None if token is None else self._ids.get(token)

    # -- text to numbers

    def encode(self, text: str, add_start: bool = False, add_end: bool = False) -> np.ndarray:
        """The numbers of a text.

        Args:
            text: a str.
            add_start, add_end: whether to put the start token in front, and the end token behind.

        Returns:
            An int32 array (tokens,).

        Raises:
            DataError: for something else than text, or before training; for what is not in the vocabulary, where no
                unknown_token is in use.
        """
        front, back = self._ends(add_start, add_end)
        if not isinstance(text, str):
            raise DataError(
                f"Expected text to be a str. Received: {type(text).__name__}. encode_batch takes several texts."
            )
        found = np.asarray(self._encode(text), np.int32)
        return np.concatenate([front, found, back]) if len(front) or len(back) else found

    def encode_batch(
        self,
        texts: Iterable[str],
        length: int | None = None,
        padding: str = "post",
        truncating: str = "post",
        add_start: bool = False,
        add_end: bool = False,
    ) -> np.ndarray:
        """The numbers of several texts as one array.

        Args:
            texts: an iterable of str.
            length: numbers in a row; longer texts are cut (start and end tokens stay). None for the longest text's.
            padding: fill up short texts "post", behind, or "pre", in front.
            truncating: cut long texts "post", behind, or "pre", in front.
            add_start, add_end: whether to put the start token in front, and the end token behind.

        Returns:
            An int32 array (texts, length).

        Raises:
            DataError: as `encode`; and for rows to be filled up where no padding_token is in use.
        """
        if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
            raise DataError(f"Expected an iterable of texts. Received: {type(texts).__name__} {texts!r:.60}.")
        front, back = self._ends(add_start, add_end)
        rows = [self.encode(text) for text in texts]
        ends = len(front) + len(back)
        if length is None:
            length = max(map(len, rows), default=0) + ends
        if length < ends:
            raise DataError(
                f"Expected a length with room for the start and end tokens. Received: length={length}."
            )
        room = length - ends
        rows = [row[:room] if truncating == "post" else row[max(len(row) - room, 0) :] for row in rows]
        if self.padding_id is None and any(len(row) < room for row in rows):
            raise DataError(
                f"Expected texts of at least {room} tokens, because no padding_token is in use to fill them up with. "
                f"Received: one of {min(map(len, rows))}. Make the tokenizer with padding_token='[PAD]'."
            )
        rows = [np.concatenate([front, row, back]) for row in rows]
        return pad_sequences(rows, length, padding=padding, truncating=truncating, value=self.padding_id or 0)

    def _ends(self, add_start: bool, add_end: bool) -> tuple[np.ndarray, np.ndarray]:
        self._expect_trained()
        for role, asked in (("start", add_start), ("end", add_end)):
            if asked and self._id_of(role) is None:
                raise DataError(
                    f"Expected a tokenizer with a {role} token for add_{role}=True. Received: {role}_token=None. "
                    f"Make it with {role}_token='[{role.upper()}]'."
                )
        front = [self.start_id] if add_start else []
        back = [self.end_id] if add_end else []
        return np.array(front, np.int32), np.array(back, np.int32)

    # -- numbers to text

    def decode(self, ids: Any, skip_special_tokens: bool = True) -> str:
        """The text of numbers.

        Args:
            ids: whole numbers (tokens,).
            skip_special_tokens: whether to leave out special tokens, except the unknown one.

        Raises:
            DataError: for other shapes, and numbers that are not in the vocabulary.
        """
        numbers = self._checked(ids)
        decoder = self._decoder(skip_special_tokens)
        return "".join(map(decoder.add, numbers)) + decoder.end()

    def decode_batch(self, batch: Iterable[Any], skip_special_tokens: bool = True) -> list[str]:
        """The texts of several rows of numbers."""
        return [self.decode(row, skip_special_tokens) for row in batch]

    def stream(self, skip_special_tokens: bool = True) -> StreamingDecoder:
        """A decoder that gives out text as numbers come, whole characters only.

        Example:
            >>> import ondol as od
            >>> tokenizer = od.tokenizers.BytePairTokenizer().train("온돌")
            >>> decoder = tokenizer.stream()
            >>> [decoder.add(i) for i in tokenizer.encode("온!")]  # three bytes of one character
            ['', '', '온', '!']
        """
        self._expect_trained()
        return Checked(self, self._decoder(skip_special_tokens))

    def _hidden(self, skip_special_tokens: bool) -> set[str]:
        """Tokens that are not to be seen in decoded text."""
        shown = ("unknown",) if skip_special_tokens else ROLES
        return {token for role, token in self.special_tokens.items() if role not in shown}

    def _checked(self, ids: Any) -> list[int]:
        """Numbers of the vocabulary as Python integers."""
        self._expect_trained()
        array = np.asarray(ids)
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
            raise DataError(
                f"Expected whole numbers of shape (tokens,). Received: shape={array.shape}, dtype={array.dtype}. "
                "decode_batch takes several rows."
            )
        if array.size and not 0 <= array.min() <= array.max() < len(self._tokens):
            wrong = array.min() if array.min() < 0 else array.max()
            raise DataError(
                f"Expected numbers from 0 to {len(self._tokens) - 1}, the vocabulary's. Received: {wrong}."
            )
        return array.tolist()

    def _expect_trained(self) -> None:
        if not self._tokens:
            raise DataError(
                f"Expected a {type(self).__name__} that has a vocabulary. Received: one before training. "
                "Call train(texts) first, or load a saved one."
            )

    # -- files

    def save(self, path: Any) -> None:
        """Write the tokenizer to a file of JSON.

        Raises:
            SavedFileError: where it cannot be written.
        """
        from ondol.tokenizers.saving import save

        self._expect_trained()
        save(self, path)

    @classmethod
    def load(cls, path: Any) -> Self:
        """Read a tokenizer that `save` has written; `Tokenizer.load` reads every kind.

        Raises:
            SavedFileError: for a file that is missing, damaged, or holds something else.
        """
        from ondol.tokenizers.saving import load

        return load(cls, path)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {len(self._tokens)} tokens>"


class Checked(StreamingDecoder):
    """A decoder that refuses numbers which are not in the vocabulary."""

    def __init__(self, tokenizer: Tokenizer, decoder: StreamingDecoder) -> None:
        self.tokenizer, self.decoder = tokenizer, decoder

    def add(self, token_id: int) -> str:
        (number,) = self.tokenizer._checked([token_id])
        return self.decoder.add(number)

    def end(self) -> str:
        return self.decoder.end()
