"""Reading tokenizer.json, the file of Hugging Face's tokenizers; byte-level BPE only."""

from __future__ import annotations

from typing import Any

from ondol.errors import OndolError, SavedFileError
from ondol.tokenizers.pattern import GPT2
from ondol.tokenizers.saving import damaged, read_json, strings


def read(cls: type, path: Any, special_tokens: dict[str, Any]) -> Any:
    """See `BytePairTokenizer.from_huggingface`."""
    roles: dict[str, Any] = {"padding_token": None, **special_tokens}
    tokenizer = cls(**roles)
    content = read_json(path)
    try:
        _expect_byte_level(path, content)
        model = content["model"]
        ids = dict(model["vocab"])
        added = [item["content"] for item in content.get("added_tokens") or []]
        ids.update({item["content"]: item["id"] for item in content.get("added_tokens") or []})
        if sorted(ids.values()) != list(range(len(ids))):
            raise ValueError("the numbers of its tokens are not 0, 1, 2, ...")
        tokens = sorted(strings(list(ids)), key=ids.__getitem__)
        # Older files have "a b" where newer ones have ["a", "b"].
        merges = [
            tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair) for pair in model["merges"]
        ]
        missing = [token for token in tokenizer.special_tokens.values() if token not in ids]
        if missing:
            raise SavedFileError(
                f"Expected special tokens that are in the file. Received: {missing[0]!r}. Added to the vocabulary of "
                f"{path} are {added[:10]}."
            )
        others = [token for token in strings(added) if token not in tokenizer.special_tokens.values()]
        tokenizer._restore(tokens, {"merges": merges, "added": others})
    except OndolError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise damaged(path, error) from error
    return tokenizer


def _expect_byte_level(path: Any, content: dict[str, Any]) -> None:
    """Refuse what would give other numbers than the file's own tokenizer."""
    model = content.get("model")
    if not isinstance(model, dict) or "vocab" not in model or "merges" not in model:
        kind = model.get("type") if isinstance(model, dict) else None
        raise _other(path, f"a model of type {kind}")
    for name in ("continuing_subword_prefix", "end_of_word_suffix", "dropout"):
        if model.get(name):
            raise _other(path, f"{name}={model[name]!r}")
    for name in ("byte_fallback", "ignore_merges"):
        if model.get(name):
            raise _other(path, f"{name}=true")
    if content.get("normalizer") is not None:
        raise _other(path, f"a normalizer, {content['normalizer']!s:.100}")
    if not _cuts_as_gpt2(content.get("pre_tokenizer")):
        raise _other(path, f"pre_tokenizer={content.get('pre_tokenizer')!s:.300}")


def _cuts_as_gpt2(found: Any) -> bool:
    """Whether text is cut into words by GPT-2's pattern, without a space put in front."""
    parts = found["pretokenizers"] if found and found.get("type") == "Sequence" else [found]
    *before, last = parts
    if not last or last.get("type") != "ByteLevel" or last.get("add_prefix_space"):
        return False
    if not before:
        return last.get("use_regex", True)
    split = before[0]
    return (
        len(before) == 1
        and not last.get("use_regex", True)
        and (split.get("type"), split.get("behavior"), split.get("invert")) == ("Split", "Isolated", False)
        and split["pattern"] == {"Regex": GPT2}
    )


def _other(path: Any, what: str) -> SavedFileError:
    return SavedFileError(
        f"Expected byte-level BPE that cuts text into words as GPT-2 does. Received: {path} with {what}. "
        "Use the package tokenizers itself for this file."
    )
