"""Names for objects that were not given one: dense, dense_1, dense_2, ..."""

from __future__ import annotations

import re
from collections import defaultdict

_counts: dict[str, int] = defaultdict(int)


def to_snake_case(name: str) -> str:
    """Example:
    >>> to_snake_case("LeakyReLU"), to_snake_case("Conv2DTranspose")
    ('leaky_re_lu', 'conv2d_transpose')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """A name nobody has yet: the prefix, then prefix_1, prefix_2, ..."""
    prefix = to_snake_case(prefix)
    n = _counts[prefix]
    _counts[prefix] += 1
    return f"{prefix}_{n}" if n else prefix


def clear_session() -> None:
    """Start numbering automatic names anew."""
    _counts.clear()
