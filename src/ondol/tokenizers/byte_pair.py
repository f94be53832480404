"""BytePairTokenizer: a number for each frequent sequence of bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ondol.errors import DataError
from ondol.tokenizers.base import Tokenizer
from ondol.tokenizers.byte_alphabet import ALPHABET, BYTE_OF, CHARACTER_OF, bytes_of
from ondol.tokenizers.decoding import Bytes, StreamingDecoder
from ondol.tokenizers.merges import apply_merges, learn_merges
from ondol.tokenizers.pattern import words_in
from ondol.tokenizers.texts import texts_of

WORDS_REMEMBERED = 2**17  # some 20 MB
LONGEST_REMEMBERED = 64  # characters


class BytePairTokenizer(Tokenizer):
    """A number for each frequent sequence of bytes, as in GPT-2.

    A text is cut into words, and a word into the bytes of its UTF-8. Then neighbours are merged into tokens: in
    training, again and again the most frequent pair of all; in `encode`, the same pairs in the same order. Every text
    of every script comes back exactly, decode(encode(text)) == text, and nothing is unknown.

    Args:
        padding_token, unknown_token, start_token, end_token, mask_token: special tokens, None for those not in use;
            see `Tokenizer`.

    `train` without vocabulary_size merges as long as a pair occurs twice, which is much: pass a size, such as 5,000.
    Tokens are shown in printable characters, one for each byte, as GPT-2 does: a space is Ġ.

    Example:
        >>> import ondol as od
        >>> tokenizer = od.tokenizers.BytePairTokenizer().train("low low lower lowest", vocabulary_size=260)
        >>> tokenizer.vocabulary[257:]
        ['lo', 'low', 'Ġlow']
        >>> [tokenizer.id_to_token(i) for i in tokenizer.encode("low 낮")]
        ['low', 'Ġ', 'ë', 'Ĥ', '®']
        >>> tokenizer.decode(tokenizer.encode("low 낮"))
        'low 낮'

    Reference: Sennrich et al., "Neural machine translation of rare words with subword units" (2016); Radford et al.,
    "Language models are unsupervised multitask learners" (2019).
    """

    kind = "byte_pair"

    def __init__(
        self,
        padding_token: str | None = "[PAD]",
        unknown_token: str | None = None,
        start_token: str | None = None,
        end_token: str | None = None,
        mask_token: str | None = None,
    ) -> None:
        super().__init__(padding_token, unknown_token, start_token, end_token, mask_token)
        self._merges: list[tuple[str, str]] = []
        self._added: list[str] = []  # tokens that are text as it is, and not made of bytes

    @property
    def merges(self) -> list[tuple[str, str]]:
        """The pairs of tokens that are merged, in their order."""
        return list(self._merges)

    @classmethod
    def from_huggingface(cls, path: Any, **special_tokens: str | None) -> BytePairTokenizer:
        """A tokenizer from a `tokenizer.json` with byte-level BPE, as GPT-2's and RoBERTa's.

        The numbers are the file's. What its authors added to the vocabulary, such as "<|endoftext|>", is never found in
        texts; say which of them are special tokens here.

        Args:
            path: of the file.
            special_tokens: `end_token="<|endoftext|>"` and the like; those that are not named are not in use.

        Raises:
            SavedFileError: for a file that is missing or damaged; and for a tokenizer of another kind.
        """
        from ondol.tokenizers.huggingface import read

        return read(cls, path, special_tokens)

    def _state(self) -> dict[str, Any]:
        return {"merges": [list(pair) for pair in self._merges], "added": self._added}

    def _restore(self, tokens: list[str], state: dict[str, Any]) -> None:
        ids = {token: i for i, token in enumerate(tokens)}
        merges = [(left, right) for left, right in state["merges"]]
        # for each pair of numbers, which merge it is and the number that it makes
        ranks = {(ids[a], ids[b]): (rank, ids[a + b]) for rank, (a, b) in enumerate(merges)}
        text = {*self.special_tokens.values(), *state["added"]}
        contents = [token.encode() if token in text else bytes_of(token) for token in tokens]
        of_bytes = [ids[CHARACTER_OF[byte]] for byte in range(256)]
        super()._restore(tokens, state)
        self._merges, self._added, self._ranks = merges, list(state["added"]), ranks
        self._contents, self._of_bytes = contents, of_bytes
        self._words: dict[str, list[int]] = {}  # that were encoded before

    # -- learning

    def _learn(self, texts: Any, size: int | None) -> tuple[list[str], dict[str, Any]]:
        if size is not None and size < len(ALPHABET):
            raise DataError(
                f"Expected a vocabulary_size with room for {len(ALPHABET)} bytes, besides the special tokens. "
                f"Received: room for {size}."
            )
        merges = _learn(texts_of(texts), None if size is None else size - len(ALPHABET))
        return [*ALPHABET, *(left + right for left, right in merges)], {"merges": merges, "added": []}

    # -- encoding and decoding

    def _encode(self, text: str) -> list[int]:
        ids: list[int] = []
        known = self._words
        for word in words_in()(text):
            found = known.get(word)
            if found is None:
                found = apply_merges([self._of_bytes[byte] for byte in utf8(word)], self._ranks)
                if len(known) >= WORDS_REMEMBERED:
                    known.clear()
                if len(word) <= LONGEST_REMEMBERED:
                    known[word] = found
            ids += found
        return ids

    def _decoder(self, skip_special_tokens: bool) -> StreamingDecoder:
        hidden = self._hidden(skip_special_tokens) | set(self._added if skip_special_tokens else ())
        contents = self._contents
        if hidden:
            contents = list(contents)
            for token in hidden:
                contents[self._ids[token]] = b""
        return Bytes(contents)


def _learn(texts: Iterable[str], most: int | None) -> list[tuple[str, str]]:
    """The merges that texts give."""
    words: Counter[str] = Counter()
    for text in texts:
        words.update(words_in()(text))
    if not words:
        raise DataError("Expected texts to learn merges from. Received: nothing in them.")
    number = {BYTE_OF[character]: i for i, character in enumerate(ALPHABET)}
    counts = {tuple(number[byte] for byte in utf8(word)): n for word, n in words.items()}
    tokens, merges = list(ALPHABET), []
    for left, right in learn_merges(counts, most, first=len(ALPHABET)):
        merges.append((tokens[left], tokens[right]))
        tokens.append(tokens[left] + tokens[right])
    return merges


def utf8(text: str) -> bytes:
    """The bytes of a text.

    Raises:
        DataError: for half a character (a lone surrogate), which has none.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"Expected text that can be written as UTF-8. Received: {error}. Decode the file with errors='replace'."
        ) from None
