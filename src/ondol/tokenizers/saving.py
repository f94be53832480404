"""Tokenizers in files of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ondol.errors import OndolError, SavedFileError
from ondol.tokenizers.base import Tokenizer
from ondol.utils.files import put_in_place

FORMAT = "ondol tokenizer 1"


def save(tokenizer: Tokenizer, path: Any) -> None:
    """Write a tokenizer; see `Tokenizer.save`."""
    content = {"format": FORMAT, **describe(tokenizer)}
    try:
        put_in_place(Path(path), json.dumps(content, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise SavedFileError(
            f"Expected a file that can be written. Received: {path} ({error}). Name another one, or make room."
        ) from error


def describe(tokenizer: Tokenizer) -> dict[str, Any]:
    """All that makes a tokenizer again, as JSON data; the configuration of a language model holds it, too."""
    return {
        "kind": tokenizer.kind,
        "config": tokenizer._config(),
        "vocabulary": tokenizer._tokens,
        "state": tokenizer._state(),
    }


def made(description: dict[str, Any]) -> Tokenizer:
    """The tokenizer that `describe` described; a LookupError, TypeError or ValueError for what makes no sense."""
    tokenizer = Tokenizer.kinds[str(description["kind"])](**description["config"])
    tokenizer._restore(strings(description["vocabulary"]), description["state"])
    tokenizer._expect_trained()
    return tokenizer


def described(description: dict[str, Any]) -> Tokenizer:
    """The tokenizer in the configuration of a model.

    Raises:
        SavedFileError: for a description that makes no sense.
    """
    try:
        return made(description)
    except (LookupError, TypeError, ValueError) as error:
        raise SavedFileError(
            f"Expected the description of a tokenizer. Received: one that makes no sense ({error}). "
            "Save the model again, or load the tokenizer from a file of its own."
        ) from error


def load(cls: type, path: Any) -> Any:
    """Read a tokenizer; see `Tokenizer.load`."""
    content = read_json(path)
    if content.get("format") != FORMAT:
        hint = " BytePairTokenizer.from_huggingface reads a tokenizer.json." if "model" in content else ""
        raise SavedFileError(
            f"Expected a file that save() of a tokenizer has written ({FORMAT!r}). Received: {path} with "
            f"format={content.get('format')!r:.60}.{hint}"
        )
    kind = Tokenizer.kinds.get(str(content.get("kind")))
    if kind is None or not issubclass(kind, cls):
        raise SavedFileError(
            f"Expected a saved {cls.__name__}. Received: {path} with kind={content.get('kind')!r:.60}."
        )
    try:
        return made(content)
    except (OndolError, LookupError, TypeError, ValueError) as error:
        raise damaged(path, error) from error


def read_json(path: Any) -> dict[str, Any]:
    """The object in a file of JSON.

    Raises:
        SavedFileError: for a file that is missing, or holds none.
    """
    try:
        content = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(path, error) from error
    if not isinstance(content, dict):
        raise damaged(path, ValueError(f"it holds a {type(content).__name__}"))
    return content


def damaged(path: Any, error: Exception) -> SavedFileError:
    """The error for a file that makes no sense."""
    return SavedFileError(
        f"Expected the file of a tokenizer (JSON). Received: {path} ({type(error).__name__}: {str(error)[:300]}). "
        "Get the file again, or train and save the tokenizer anew."
    )


def strings(found: Any) -> list[str]:
    """A list of texts, or a ValueError."""
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise ValueError("expected a list of texts")
    return found
