"""Numbers back to text, one at a time."""

from __future__ import annotations

import codecs
from abc import ABC, abstractmethod


class StreamingDecoder(ABC):
    """Text as its numbers come, to print it while a model writes it; `Tokenizer.stream` makes one.

    All that `add` and `end` return, put together, is what `decode` returns for the same numbers.
    """

    @abstractmethod
    def add(self, token_id: int) -> str:
        """The text that is complete with this number; "" while a character is not."""

    def end(self) -> str:
        """What is left at the end: "" or "�" for a character that is not complete."""
        return ""


class Pieces(StreamingDecoder):
    """Each number is a piece of text, with something between two of them."""

    def __init__(self, texts: list[str], between: str = "") -> None:
        self.texts, self.between = texts, between
        self.begun = False

    def add(self, token_id: int) -> str:
        text = self.texts[token_id]
        if not text:
            return ""
        front, self.begun = self.between if self.begun else "", True
        return front + text


class Bytes(StreamingDecoder):
    """Each number is some bytes of UTF-8, which may end within a character."""

    def __init__(self, contents: list[bytes]) -> None:
        self.contents = contents
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def add(self, token_id: int) -> str:
        return self.decoder.decode(self.contents[token_id])

    def end(self) -> str:
        return self.decoder.decode(b"", final=True)
