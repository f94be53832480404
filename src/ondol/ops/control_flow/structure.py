"""What loops carry, taken apart into Tensors and put together again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ondol.autograd import Tensor, as_tensor
from ondol.backend import tree
from ondol.backend.dtypes import is_floating
from ondol.errors import ShapeError


class Structure:
    """The form of (nested) lists, tuples and dicts of arrays, in which None stands for nothing.

    Args:
        x: an example.
        name: what errors call it.
    """

    def __init__(self, x: Any, name: str) -> None:
        self.name = name
        self.leaves: list[Tensor] = []
        self.form = tree.map_tree(self._note, x)

    def _note(self, leaf: Any) -> int | None:
        if leaf is None:
            return None
        self.leaves.append(as_tensor(leaf))
        return len(self.leaves) - 1

    def __len__(self) -> int:
        return len(self.leaves)

    def build(self, leaves: Sequence[Tensor]) -> Any:
        """The same structure of other Tensors."""
        return tree.map_tree(lambda i: None if i is None else leaves[i], self.form)

    def take_apart(self, x: Any) -> list[Tensor]:
        """The Tensors of another one of the same structure, shapes and dtypes.

        Raises:
            ShapeError: if it is not the same.
        """
        try:
            leaves = list(_aligned(self.form, x))
        except (TypeError, KeyError, ValueError):
            raise ShapeError(
                f"Expected {self.name} structured as {self.build([_shown(t) for t in self.leaves])}. "
                f"Received: {_described(x)}."
            ) from None
        for known, leaf in zip(self.leaves, leaves, strict=True):
            if known.shape != leaf.shape or known.dtype != leaf.dtype:
                raise ShapeError(
                    f"Expected {self.name} of the same shape and dtype each time, {_shown(known)}. Received: "
                    f"{_shown(leaf)}. Start with that shape and dtype, or convert with od.cast(x, dtype)."
                )
        return leaves


def _aligned(form: Any, x: Any) -> Iterator[Tensor]:
    """The leaves of x in the order of the form; lists and tuples stand for each other."""
    if form is None:
        if x is not None:
            raise TypeError
    elif isinstance(form, dict):
        if not isinstance(x, dict) or form.keys() != x.keys():
            raise TypeError
        for key in form:
            yield from _aligned(form[key], x[key])
    elif isinstance(form, (tuple, list)):
        if not isinstance(x, (tuple, list)):
            raise TypeError
        for part, item in zip(form, x, strict=True):
            yield from _aligned(part, item)
    elif x is None or isinstance(x, (tuple, list, dict)):
        raise TypeError
    else:
        yield as_tensor(x)


def _shown(x: Any) -> Any:
    return f"{x.dtype}{list(x.shape)}" if hasattr(x, "shape") else type(x).__name__


def _described(x: Any) -> Any:
    return tree.map_tree(_shown, x)


def as_leaf(x: Tensor) -> Tensor:
    """x itself if it requires a gradient or cannot have one, else a leaf of the same value that does."""
    return x if x.requires_grad or not is_floating(x.dtype) else Tensor(x.data, requires_grad=True)


def without_gradient(outputs: Sequence[Tensor]) -> None:
    """Cut whole numbers and truth values from the Op of several outputs that made them."""
    for y in outputs:
        if not is_floating(y.dtype):
            y.op, y.requires_grad = None, False
