"""What the loops over the steps of a sequence share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ondol.autograd import Op, Tensor
from ondol.backend.compile_options import count_multiplications
from ondol.ops.joining import concatenate
from ondol.ops.linear import transposed_product
from ondol.ops.shapes import expand_dims


class Scan(Op):
    """Base of the rules over all steps; some of their last inputs may be left out, and have a name therefore.

    Args:
        names: of those that are there: "mask" (steps, batch, 1), "dropout" (batch, units), which multiplies the
            state before the recurrent product, "dhs" (steps, batch, units), the gradient that each step's state gets
            from outside.
    """

    def __init__(self, *names):
        self.names = names

    def named(self, arrays):
        """The inputs that may be left out, by name."""
        return dict(zip(self.names, arrays[len(arrays) - len(self.names) :], strict=True))


class BackwardScan(Scan):
    """Base of the loops back, which are not differentiated again."""

    def backward(self, *dys):
        raise TypeError(
            "Expected the first derivative of a recurrent network. Received: a request for its second, which is not "
            "there. Use a gradient that is not differentiated again."
        )


def scan(
    xp: Any, step: Callable, carry: Any, rows: Any, xs: tuple, named: dict, reverse: bool = False
) -> Any:
    """xp.scan_rows of step(carry, row, write, counts, dh, *x): with the mask and the outside gradient, or None."""
    names = [name for name in ("mask", "dhs") if name in named]
    state = carry[0] if isinstance(carry, tuple) else carry
    count_multiplications(rows.size * state.shape[-1])

    def one(carry, row, write, *now):
        here = dict(zip(names, now, strict=False))
        return step(carry, row, write, here.get("mask"), here.get("dhs"), *now[len(names) :])

    return xp.scan_rows(one, carry, rows, (*[named[name] for name in names], *xs), reverse)


def kept(xp: Any, counts: Any, new: Any, old: Any) -> Any:
    """The new where the step counts, else the old."""
    return new if counts is None else xp.where(counts, new, old)


def dropped(h: Any, dropout: Any) -> Any:
    """The state as the recurrent product sees it."""
    return h if dropout is None else h * dropout


def squashed(xp: Any, a: Any, tanh: slice) -> Any:
    """σ(a) = ½ tanh(½ a) + ½, which is finite for all a; the columns `tanh` are tanh(a).

    One tanh runs over all columns: with one for each gate, a step of 64 units takes 66 µs instead of 31.
    """
    half = xp.full(a.shape[-1], 0.5, a.dtype)
    scale = xp.index_update(half, tanh, 1.0)
    return xp.tanh(a * scale) * scale + xp.index_update(half, tanh, 0.0)


def sigmoid(xp: Any, a: Any) -> Any:
    """σ(a)."""
    return 0.5 * xp.tanh(0.5 * a) + 0.5


def blocks(a: Any, units: int) -> list[Any]:
    """The columns of each gate."""
    return [a[:, n : n + units] for n in range(0, a.shape[-1], units)]


def states_before(first: Tensor, states: Tensor) -> Tensor:
    """The state that each step begins with."""
    return concatenate([expand_dims(first, 0), states[:-1]])


def weight_gradient(seen: Tensor, dz: Tensor) -> Tensor:
    """Σₜ seenₜᵀ dzₜ, one product over all steps."""
    return transposed_product(seen, dz)
