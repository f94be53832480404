"""Models of text that keep their tokenizer, in memory and in their file."""

from __future__ import annotations

from typing import Any

from ondol.models.model import Model
from ondol.tokenizers import Tokenizer
from ondol.tokenizers.saving import describe, described


class WithTokenizer(Model):
    """A model with a property `tokenizer`, which is saved with it and loaded again."""

    _tokenizer: Tokenizer | None = None

    @property
    def tokenizer(self) -> Any:
        """Turns text into token ids and back, so that the model takes and returns text. None for ids only."""
        return self._tokenizer

    @tokenizer.setter
    def tokenizer(self, tokenizer: Tokenizer | None) -> None:
        if tokenizer is not None and not isinstance(tokenizer, Tokenizer):
            raise TypeError(f"Expected a tokenizer of od.tokenizers. Received: tokenizer={tokenizer!r}.")
        self._tokenizer = tokenizer
        self._arguments.pop("tokenizer", None)  # get_config describes the one that is set

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return config if self.tokenizer is None else {**config, "tokenizer": describe(self.tokenizer)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        description = config.get("tokenizer")
        model = super().from_config({key: value for key, value in config.items() if key != "tokenizer"})
        if description is not None:
            model.tokenizer = described(description)
        return model
