"""while_loop and fori_loop: loops whose number of turns may be known only when they run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ondol.autograd import Op, Symbol, Tensor, as_tensor
from ondol.autograd.inner import Inner
from ondol.autograd.symbolic import record
from ondol.backend import tree
from ondol.backend.compile import is_traced
from ondol.backend.state import state
from ondol.errors import DataError, ShapeError, TraceError
from ondol.ops.comparison import logical_and
from ondol.ops.control_flow.branches import cond as choose
from ondol.ops.control_flow.scan import scan
from ondol.ops.control_flow.structure import Structure, without_gradient
from ondol.ops.creation import arange


class WhileLoop(Op):
    r"""y = f(f(…f(x))), as long as a condition holds. Without a gradient: the way back would be of unknown length."""

    def __init__(self, goes_on: Inner, turn: Inner, values: int) -> None:
        self.goes_on, self.turn, self.values = goes_on, turn, values
        self.after: list[Any] = []

    def forward(self, *arrays):
        def condition(loop: tuple[list[Any], list[Any]]) -> Any:
            return self.goes_on.run([Tensor(a) for a in loop[0]], [])[0][0].data

        def body(loop: tuple[list[Any], list[Any]]) -> tuple[list[Any], list[Any]]:
            results, after = self.turn.run([Tensor(a) for a in loop[0]], loop[1])
            return [y.data for y in results], after

        start = list(arrays[: self.values]), self.turn.before
        results, self.after = self.xp.while_loop(condition, body, start)
        return tuple(results)

    def backward(self, *dys):
        raise TraceError(
            "Expected a loop of a known number of turns to compute a gradient through. Received: while_loop in a "
            "compiled function. Give it maximum_iterations=, use fori_loop or scan, or cut the gradient off with "
            "od.ops.stop_gradient."
        )


def while_loop(cond: Callable, body: Callable, loop_vars: Any, maximum_iterations: int | None = None) -> Any:
    """loop_vars = body(loop_vars) as long as cond(loop_vars) holds.

    Eagerly a loop of Python's, through which gradients flow. In a compiled function gradients need
    `maximum_iterations`: the loop then becomes a scan of that many steps, which do nothing once the condition fails.

    Args:
        cond: takes the loop's variables, returns one truth value.
        body: takes them, and returns their next values in the same structure, shapes and dtypes.
        loop_vars: an array, or a structure of arrays; the items of a list or tuple are passed one by one.
        maximum_iterations: how many turns it makes at most; None for any number.

    Returns:
        The last values, structured as loop_vars.

    Raises:
        ShapeError: if body returns other shapes, dtypes, or another structure, or cond no single truth value.
        TraceError: for a gradient through a compiled loop without maximum_iterations.

    Example:
        >>> import ondol as od
        >>> od.ops.while_loop(lambda n, p: p < 100, lambda n, p: (n + 1, p * 2), (0, 1))
        (Tensor(7, dtype=int32), Tensor(128, dtype=int32))
    """
    if any(isinstance(x, Symbol) for x in tree.flatten(loop_vars)):
        return record(while_loop, (cond, body, loop_vars, maximum_iterations), {})
    start = Structure(loop_vars, "the loop's variables")
    several = isinstance(loop_vars, (list, tuple))

    def goes_on(leaves: list[Tensor]) -> Tensor:
        values = start.build(leaves)
        return _truth_value(cond(*values) if several else cond(values))

    def turn(leaves: list[Tensor]) -> list[Tensor]:
        values = start.build(leaves)
        return start.take_apart(body(*values) if several else body(values))

    if state.trace is None:
        return start.build(_in_python(goes_on, turn, start.leaves, maximum_iterations))
    return start.build(_compiled(goes_on, turn, start.leaves, maximum_iterations))


def _truth_value(x: Any) -> Tensor:
    x = as_tensor(x)
    if x.shape != ():
        raise ShapeError(
            f"Expected one truth value from cond. Received: shape={x.shape}. Reduce it first, x.all()."
        )
    return x.astype("bool")


def _in_python(goes_on: Callable, turn: Callable, values: list[Tensor], most: int | None) -> list[Tensor]:
    turns = 0
    while (most is None or turns < most) and bool(goes_on(values)):
        values, turns = turn(values), turns + 1
    return values


def _compiled(goes_on: Callable, turn: Callable, values: list[Tensor], most: int | None) -> list[Tensor]:
    body = Inner(turn, values, "the body of while_loop")
    if most is not None and state.recording and any(x.requires_grad for x in [*values, *body.closed]):
        return _at_most(goes_on, turn, values, most)
    if most is not None:
        *values, _ = _compiled(
            lambda loop: logical_and(loop[-1] < most, goes_on(loop[:-1])),
            lambda loop: [*turn(loop[:-1]), loop[-1] + 1],
            [*values, as_tensor(0)],
            None,
        )
        return values
    condition = Inner(lambda leaves: [goes_on(leaves)], values, "the condition of while_loop")
    if condition.written:
        raise TraceError(
            "Expected a condition that assigns no Variable and draws no random number. Received: one that assigns "
            f"{', '.join(v.path for v in condition.written)}. Do that in the body, and hand on what came out."
        )
    op = WhileLoop(condition, body, len(values))
    results = op(*values, *body.closed)
    without_gradient(results)
    for variable, array in zip(body.written, op.after, strict=True):
        variable.assign_array(array)
    return list(results)


def _at_most(goes_on: Callable, turn: Callable, values: list[Tensor], most: int) -> list[Tensor]:
    """As a scan, which has a gradient."""

    def step(now: list[Tensor], _: None) -> tuple[list[Tensor], None]:
        return choose(goes_on(now), lambda: turn(now), lambda: now), None

    return scan(step, values, length=most)[0]


def fori_loop(lower: Any, upper: Any, body_fun: Callable, init_val: Any) -> Any:
    """value = body_fun(i, value) for i = lower, ..., upper - 1.

    Gradients flow through it; in a compiled function only if the bounds are known when it is compiled (Python numbers,
    shapes).

    Args:
        lower, upper: whole numbers.
        body_fun: takes i, a Tensor of int32, and the value; returns the next value of the same structure, shapes
            and dtypes.
        init_val: the first value, an array or a structure of arrays.

    Example:
        >>> import ondol as od
        >>> od.ops.fori_loop(0, 10, lambda i, s: s + i, 0)
        Tensor(45, dtype=int32)
    """
    if any(isinstance(x, Symbol) for x in tree.flatten((lower, upper, init_val))):
        return record(fori_loop, (lower, upper, body_fun, init_val), {})
    lower, upper = (as_tensor(bound) for bound in (lower, upper))
    if any(bound.shape != () or bound.dtype.kind not in "iu" for bound in (lower, upper)):
        raise DataError(f"Expected whole numbers as bounds. Received: lower={lower!r}, upper={upper!r}.")
    if is_traced(lower.data) or is_traced(upper.data):

        def turn(i: Tensor, value: Any) -> tuple[Tensor, Any]:
            return i + 1, body_fun(i, value)

        start = lower.astype("int32"), init_val
        return while_loop(lambda i, value: i < upper, turn, start)[1]
    if int(upper) <= int(lower):
        value = Structure(init_val, "the value")
        return value.build(value.leaves)
    numbers = arange(int(lower), int(upper), dtype="int32")
    return scan(lambda value, i: (body_fun(i, value), None), init_val, numbers)[0]
