"""Elements of different lengths, filled up and joined to batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.backend import tree
from ondol.data.batching import Batch, groups_of
from ondol.data.passes import Pass
from ondol.data.sources import closing_pass
from ondol.errors import DataError

Shape = tuple[int | None, ...]
DEFAULTS = {"U": "", "T": "", "S": b"", "O": ""}  # by NumPy's kind of dtype; 0 for the others


@dataclass(frozen=True)
class PaddedBatch(Batch):
    """So many elements at a time, filled up to one shape."""

    shapes: Any  # see Dataset.padded_batch
    values: Any

    def open(self, p: Pass) -> Iterator[Any]:
        with closing_pass(self.source, p) as items:
            for group, first in groups_of(items, self.size, self.drop_remainder):
                yield padded_stack(group, self.shapes, self.values, first)


def padded_stack(
    elements: list[Any], shapes: Any = None, values: Any = None, first: int = 0, fill: int | None = None
) -> Any:
    """Elements of one structure as one batch, each of their arrays filled up behind.

    Args:
        elements: at least one.
        shapes: in the structure of an element, the shape to fill each array up to; None for a size, a shape or all
            of them means what the largest needs.
        values: in the structure of an element, or one for all: what to fill up with; None for 0, False or "".
        first: the number of the first element, for errors.
        fill: instead of what the largest needs: the size for every None in `shapes`; where these are not given, that
            of each first axis.
    """
    example = elements[0]
    if isinstance(example, dict):
        _expect_structure("padded_shapes", shapes, example)
        _expect_structure("padding_values", values, example, one_for_all=True)
        return {
            key: padded_stack(
                [_part(e, key, example, first + i) for i, e in enumerate(elements)],
                None if shapes is None else shapes[key],
                values[key] if isinstance(values, dict) else values,
                first,
                fill,
            )
            for key in example
        }
    if isinstance(example, tuple):
        _expect_structure("padded_shapes", shapes, example)
        _expect_structure("padding_values", values, example, one_for_all=True)
        parts = [
            padded_stack(
                [_part(e, k, example, first + i) for i, e in enumerate(elements)],
                None if shapes is None else shapes[k],
                values[k] if isinstance(values, (tuple, list)) else values,
                first,
                fill,
            )
            for k in range(len(example))
        ]
        return tree.sequence(type(example), parts)
    return _padded([np.asarray(element) for element in elements], shapes, values, first, fill)


def _padded(arrays: list[np.ndarray], shape: Any, value: Any, first: int, fill: int | None) -> np.ndarray:
    rank = arrays[0].ndim
    for i, array in enumerate(arrays):
        if array.ndim != rank:
            raise DataError(
                f"Expected elements with the same number of axes, to fill them up to one shape. Received: element "
                f"{first} of shape {arrays[0].shape}, element {first + i} of shape {array.shape}."
            )
    if shape is None:
        wanted: Shape = (fill, *[None] * (rank - 1)) if rank else ()
    else:
        wanted = tuple(fill if n in (None, -1) else n for n in _checked(shape, rank))
    largest = [max(sizes) for sizes in zip(*(array.shape for array in arrays), strict=True)]
    target = tuple(most if n is None else n for n, most in zip(wanted, largest, strict=True))
    for i, array in enumerate(arrays):
        if any(n > most for n, most in zip(array.shape, target, strict=True)):
            raise DataError(
                f"Expected elements of at most shape {target}. Received: element {first + i} of shape {array.shape}. "
                "Cut it with map(), or set padded_shapes to the shapes that each array of an element is to have."
            )
    # An empty list is float64 to NumPy; it has no say.
    dtype = np.result_type(*([array for array in arrays if array.size] or arrays))
    batch = np.full((len(arrays), *target), _fitting(value, dtype), dtype)
    for i, array in enumerate(arrays):
        inside: Any = (i, *[slice(n) for n in array.shape])
        batch[inside] = array
    return batch


def _fitting(value: Any, dtype: np.dtype) -> Any:
    """What to fill up with, in this dtype without loss."""
    if value is None:
        return DEFAULTS.get(dtype.kind, 0)
    wrong = isinstance(value, str) != (dtype.kind in "UTO")
    if not wrong and dtype.kind in "biu":
        wrong = np.asarray(value).ndim > 0 or np.asarray(value).astype(dtype) != value
    if wrong:
        raise DataError(f"Expected a padding value for elements of dtype={dtype}. Received: {value!r}.")
    return value


def _checked(shape: Any, rank: int) -> Shape:
    sizes = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    whole = all(n is None or (isinstance(n, (int, np.integer)) and n >= -1) for n in sizes)
    if len(sizes) != rank or not whole:
        raise DataError(
            f"Expected padded_shapes with {rank} sizes (or None) for elements with {rank} axes. Received: {shape}. "
            "For elements that are tuples, pass a tuple of shapes, such as ([None], [])."
        )
    return sizes


def _expect_structure(name: str, given: Any, example: Any, one_for_all: bool = False) -> None:
    kind: Any = dict if isinstance(example, dict) else (tuple, list)
    if given is None or (one_for_all and not isinstance(given, (dict, tuple, list))):
        return
    same = isinstance(given, kind) and len(given) == len(example)
    if not same or (kind is dict and given.keys() != example.keys()):
        what = f"a dict with {list(example)}" if kind is dict else f"a tuple of {len(example)}"
        raise DataError(f"Expected {name} to be {what}, as the elements are. Received: {name}={given!r}.")


def _part(element: Any, key: Any, example: Any, number: int) -> Any:
    """element[key], of an element built like the first one."""
    if type(element) is not type(example) or len(element) != len(example):
        raise DataError(
            f"Expected elements of one structure. Received: {type(example).__name__} of {len(example)}, and as element "
            f"{number} {type(element).__name__}."
        )
    try:
        return element[key]
    except KeyError:
        raise DataError(
            f"Expected elements with {list(example)}. Received: {list(element)} as element {number}."
        ) from None
