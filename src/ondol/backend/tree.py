"""Nested tuples, lists and dicts of arrays, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def flatten(tree: Any) -> list[Any]:
    """The leaves of a tree from left to right; dicts in the order of their keys' insertion."""
    if type(tree) in (tuple, list):
        return [leaf for branch in tree for leaf in flatten(branch)]
    if type(tree) is dict:
        return [leaf for branch in tree.values() for leaf in flatten(branch)]
    return [tree]


def map_tree(f: Callable, tree: Any) -> Any:
    """The same tree with f applied to each leaf."""
    if type(tree) in (tuple, list):
        return type(tree)(map_tree(f, branch) for branch in tree)
    if type(tree) is dict:
        return {key: map_tree(f, branch) for key, branch in tree.items()}
    return f(tree)


def rebuild(tree: Any, leaves: list[Any]) -> Any:
    """The same tree with other leaves, in flatten's order."""
    iterator = iter(leaves)
    return map_tree(lambda _: next(iterator), tree)
