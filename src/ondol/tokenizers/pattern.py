"""How GPT-2 cuts text before it merges: merges never cross from one word into the next."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable

# What `tokenizer.json` files call it; \p{L} and \p{N} are Unicode's letters and numbers.
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_SPACES = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # Unicode's White_Space


@functools.cache
def words_in() -> Callable[[str], list[str]]:
    """A function that cuts text into words, each with the space in front of it; joined they are the text again.

    Example:
        >>> words_in()("It's 2 o'clock,  온돌!")
        ['It', "'s", ' 2', ' o', "'", 'clock', ',', ' ', ' 온돌', '!']
    """
    letters, numbers = _ranges("L"), _ranges("N")  # Python's re knows no \p
    pattern = GPT2.replace(r"[^\s\p{L}\p{N}]", f"[^{_SPACES}{letters}{numbers}]")
    pattern = pattern.replace(r"\p{L}", f"[{letters}]").replace(r"\p{N}", f"[{numbers}]")
    return re.compile(pattern.replace(r"\s", f"[{_SPACES}]").replace(r"\S", f"[^{_SPACES}]")).findall


def _ranges(category: str) -> str:
    """The characters of a general category ("L", "N"), as the inside of a character class."""
    found: list[list[int]] = []
    for code in range(0x110000):
        if unicodedata.category(chr(code))[0] == category:
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)
