"""Nested tuples, lists and dicts of arrays, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def flatten(tree: Any) -> list[Any]:
    """The leaves of a tree from left to right; dicts in the order of their keys' insertion."""
    if isinstance(tree, (tuple, list)):
        return [leaf for branch in tree for leaf in flatten(branch)]
    if isinstance(tree, dict):
        return [leaf for branch in tree.values() for leaf in flatten(branch)]
    return [tree]


def map_tree(f: Callable, tree: Any) -> Any:
    """The same tree with f applied to each leaf."""
    if isinstance(tree, (tuple, list)):
        return sequence(type(tree), [map_tree(f, branch) for branch in tree])
    if isinstance(tree, dict):
        return {key: map_tree(f, branch) for key, branch in tree.items()}
    return f(tree)


def sequence(kind: type, items: list[Any]) -> Any:
    """A tuple, named tuple or list of these items."""
    return kind(*items) if hasattr(kind, "_fields") else kind(items)


def rebuild(tree: Any, leaves: list[Any]) -> Any:
    """The same tree with other leaves, in flatten's order."""
    iterator = iter(leaves)
    return map_tree(lambda _: next(iterator), tree)
