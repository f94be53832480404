"""map, vectorized_map and associative_scan: a function on each slice, or on more and more of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ondol.autograd import Symbol, Tensor, as_tensor
from ondol.autograd.symbolic import record
from ondol.backend import tree
from ondol.errors import DataError, ShapeError
from ondol.ops.axes import flip
from ondol.ops.control_flow.scan import scan
from ondol.ops.control_flow.structure import Structure
from ondol.ops.joining import concatenate, stack


def map(f: Callable, xs: Any) -> Any:
    """f of each slice along the first axis, and the results one above the other. Gradients flow through it.

    Args:
        f: takes a slice (structured as xs), returns an array or a structure of arrays.
        xs: an array, or a structure of arrays of one length.

    Raises:
        ShapeError: if the arrays of xs are of different lengths.

    Example:
        >>> import ondol as od
        >>> od.ops.map(lambda x: x.sum(), [[1.0, 2.0], [3.0, 4.0]])
        Tensor([3. 7.], dtype=float32)
    """
    return scan(lambda _, x: ((), f(x)), (), xs if _holds_arrays(xs) else as_tensor(xs))[1]


def _holds_arrays(xs: Any) -> bool:
    """Whether xs is a structure of arrays; a list of numbers is one array."""
    return any(hasattr(x, "shape") and x.shape != () for x in tree.flatten(xs)) or isinstance(xs, dict)


def vectorized_map(function: Callable, elements: Any) -> Any:
    """The same as `map`: f of each slice along the first axis. (The slices are visited one after the other.)

    Args:
        function: takes a slice; of a list of arrays a list of slices.
        elements: an array, or a structure of arrays of one length.

    Example:
        >>> import ondol as od
        >>> od.ops.vectorized_map(lambda x: x * x.sum(), [[1.0, 2.0], [3.0, 4.0]])
        Tensor([[ 3.  6.]
                [21. 28.]], dtype=float32)
    """
    return map(function, elements)


def associative_scan(f: Callable, elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """e₁, f(e₁, e₂), f(f(e₁, e₂), e₃), … for an f with f(a, f(b, c)) = f(f(a, b), c), in log₂ n rounds.

    Each round combines neighbours, all at once. Gradients flow through it.

    Args:
        f: takes two structures like elems, whose arrays have any length along the axis, and combines them element by
            element of that axis.
        elems: an array, or a structure of arrays of one length along the axis.
        reverse: whether to begin at the end.
        axis: the axis.

    Returns:
        Arrays of the shapes of elems.

    Raises:
        ShapeError: if the lengths along the axis differ, or f changes the structure.

    Example:
        >>> import ondol as od
        >>> od.ops.associative_scan(od.add, od.arange(5))
        Tensor([ 0  1  3  6 10], dtype=int32)

    Reference:
        Blelloch: "Prefix sums and their applications" (1990).
    """
    if not callable(f):
        raise TypeError(f"Expected a function of two arguments. Received: f={f!r}.")
    if any(isinstance(x, Symbol) for x in tree.flatten(elems)):
        return record(associative_scan, (f, elems, reverse, axis), {})
    structure = Structure(elems, "the elements")
    leaves = structure.leaves
    if not leaves:
        raise DataError(f"Expected arrays. Received: elems={elems!r}.")
    if any(not -x.ndim <= axis < x.ndim for x in leaves) or len({x.shape[axis] for x in leaves}) != 1:
        raise ShapeError(
            f"Expected arrays of one length along axis {axis}. Received: shapes {[x.shape for x in leaves]}."
        )

    def combine(a: list[Tensor], b: list[Tensor]) -> list[Tensor]:
        return Structure(f(structure.build(a), structure.build(b)), "the result of f").leaves

    leaves = [flip(x, axis) for x in leaves] if reverse else leaves
    results = _prefixes(combine, leaves, axis)
    return structure.build([flip(x, axis) for x in results] if reverse else results)


def _prefixes(combine: Callable, elems: list[Tensor], axis: int) -> list[Tensor]:
    n = elems[0].shape[axis]
    if n < 2:
        return elems

    def part(xs: list[Tensor], start: int, stop: int, step: int = 1) -> list[Tensor]:
        return [x[(*(slice(None),) * (axis % x.ndim), slice(start, stop, step))] for x in xs]

    pairs = combine(part(elems, 0, n - 1, 2), part(elems, 1, n, 2))
    odd = _prefixes(combine, pairs, axis)  # what ends at 1, 3, 5, ...
    even = part(elems, 0, 1)
    if n > 2:
        later = combine(part(odd, 0, (n - 1) // 2), part(elems, 2, n, 2))
        even = [concatenate([a, b], axis) for a, b in zip(even, later, strict=True)]
    return [_interleaved(a, b, axis % a.ndim) for a, b in zip(even, odd, strict=True)]


def _interleaved(a: Tensor, b: Tensor, axis: int) -> Tensor:
    """a₁, b₁, a₂, b₂, …; a has as many elements as b, or one more."""
    n = b.shape[axis]
    before = (slice(None),) * axis
    pairs = stack([a[(*before, slice(0, n))], b], axis=axis + 1)
    shape = (*b.shape[:axis], 2 * n, *b.shape[axis + 1 :])
    return concatenate([pairs.reshape(shape), a[(*before, slice(n, None))]], axis)
