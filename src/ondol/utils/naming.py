"""Names for objects that were not given one: dense, dense_1, dense_2, ..."""

from __future__ import annotations

import gc
import re
from collections import defaultdict

_counts: dict[str, int] = defaultdict(int)


def to_snake_case(name: str) -> str:
    """A class name as Keras spells it in small letters.

    Example:
        >>> to_snake_case("LeakyReLU"), to_snake_case("TopKCategoricalAccuracy"), to_snake_case("L1L2")
        ('leaky_re_lu', 'top_k_categorical_accuracy', 'l1l2')
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


def clear_session(free_memory: bool = True) -> None:
    """Start anew: automatic names are counted from the beginning again.

    Args:
        free_memory: whether to free the memory of models that nobody holds any more at once.

    Example:
        >>> import ondol as od
        >>> first = od.layers.Dense(1); od.utils.clear_session(); second = od.layers.Dense(1)
        >>> second.name
        'dense'
    """
    _counts.clear()
    if free_memory:
        gc.collect()
