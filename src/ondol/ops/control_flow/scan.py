"""scan: one step after the other, each with what the one before handed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ondol.autograd import Op, Symbol, Tensor
from ondol.autograd.inner import Inner
from ondol.autograd.symbolic import record
from ondol.backend import tree
from ondol.backend.dtypes import is_floating
from ondol.backend.state import state
from ondol.errors import DataError, ShapeError
from ondol.ops.control_flow.structure import Structure, as_leaf, without_gradient
from ondol.ops.joining import stack
from ondol.ops.keras_arrays import unstack


class Scan(Op):
    r"""(cₜ₊₁, yₜ) = f(cₜ, xₜ);   (dcₜ, dxₜ) = (dcₜ₊₁, dyₜ) through f, from the last step to the first, dw = Σₜ dwₜ.

    w is what f uses from around it. The carries cₜ are kept; backward computes each step again from its own, so that
    nothing else of a step has to be. It is a scan itself, and can be differentiated as this one can.
    """

    def __init__(
        self, step: Inner, carries: int, steps: int, reverse: bool, unroll: int | bool, keep: bool
    ) -> None:
        self.step, self.carries, self.steps = step, carries, steps
        self.reverse, self.unroll, self.keep = reverse, unroll, keep
        self.after: list[Any] = []  # what the Variables hold that the steps assigned
        self.kept: Any = None  # for each step the carry, and what these Variables held, before it

    def forward(self, *arrays):
        n, m = self.carries, len(arrays) - len(self.step.closed)

        def body(before, x):
            carry, written = before
            results, after = self.step.run([Tensor(a) for a in (*carry, *x)], written)
            results = [y.data for y in results]
            return (results[:n], after), (results[n:], before if self.keep else None)

        start = list(arrays[:n]), self.step.before
        steps = self.xp.arange(self.steps), list(arrays[n:m])  # the numbers say how many there are
        (carry, self.after), (ys, self.kept) = self.xp.scan(
            lambda before, x: body(before, x[1]), start, steps, self.reverse, self.unroll
        )
        return (*carry, *ys)

    def backward(self, *dys):
        n, m = self.carries, len(self.inputs) - len(self.step.closed)
        xs, closed, targets = self.inputs[n:m], self.inputs[m:], self.step.targets
        floats = [is_floating(y.dtype) for y in self.step.outputs]
        smooth = [i for i in range(n) if floats[i]]
        wanted_xs = [i for i in range(m - n) if self.needs(n + i)]
        wanted_closed = [i for i in range(len(closed)) if self.needs(m + i)]
        carries, written = self._carries()

        def back(after, now):
            dcarry, dclosed = after
            carry, written, x, dy = now
            arguments = [*map(as_leaf, carry), *map(as_leaf, x)]
            wanted = [arguments[i] for i in smooth]
            wanted += [arguments[n + i] for i in wanted_xs] + [targets[i] for i in wanted_closed]
            arrived = iter([*dcarry, *dy])
            seeds = [next(arrived) if smooth_one else None for smooth_one in floats]
            found = self.step.pull_back(arguments, [v.data for v in written], seeds, wanted)
            a, b = len(smooth), len(smooth) + len(wanted_xs)
            return (found[:a], [s + g for s, g in zip(dclosed, found[b:], strict=True)]), found[a:b]

        zeros = [Tensor(self.xp.zeros(closed[i].shape, closed[i].dtype)) for i in wanted_closed]
        start = [dys[i] for i in smooth], zeros
        dys_of_steps = [dy for dy, float_one in zip(dys[n:], floats[n:], strict=True) if float_one]
        steps = carries, written, list(xs), dys_of_steps
        (dcarry, dclosed), dxs = scan(back, start, steps, self.steps, not self.reverse, self.unroll)
        gradients: list[Any] = [None] * len(self.inputs)
        for places, found in (
            (smooth, dcarry),
            ([n + i for i in wanted_xs], dxs),
            ([m + i for i in wanted_closed], dclosed),
        ):
            for i, g in zip(places, found, strict=True):
                gradients[i] = g
        return tuple(gradients)

    def _carries(self) -> tuple[list[Tensor], list[Tensor]]:
        """The carry before each step, and what the assigned Variables held."""
        kept, written = ([Tensor(a) for a in arrays] for arrays in self.kept)
        if not state.recording:
            return kept, written
        n, m = self.carries, len(self.inputs) - len(self.step.closed)

        def again(carry, now):
            held, x = now
            return self.step.run([*carry, *x], [v.data for v in held])[0][:n], carry

        # For derivatives of the gradient the carries have to be on the tape.
        start, steps = list(self.inputs[:n]), (written, list(self.inputs[n:m]))
        return scan(again, start, steps, self.steps, self.reverse, self.unroll)[1], written


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Any, Any]:
    r"""$(c_{t+1}, y_t) = f(c_t, x_t)$ for each step t: a loop that carries something along.

    Eagerly a loop of Python's, recorded step by step. While a function is being compiled it becomes one loop of the
    program, so that compiling takes no longer for more steps. Gradients flow to init, to xs, and to the Variables and
    Tensors that f uses from outside. f may draw random numbers and assign Variables that are not trainable.

    Args:
        f: called as f(carry, x), returns (the next carry, y). The carry keeps its structure, shapes and dtypes.
        init: the first carry: an array, or (nested) lists, tuples and dicts of arrays.
        xs: an array whose first axis is that of the steps, or a structure of such; None if there is nothing to read.
        length: the number of steps; None for that of xs.
        reverse: whether to go from the last step to the first; y's keep the places of their x's.
        unroll: for the compiler, how many steps go into one turn of the loop; True for all.

    Returns:
        The last carry, and the y's one above the other along a new first axis (None where y is None).

    Raises:
        DataError: if nothing says how many steps there are, or if there are none.
        ShapeError: if arrays of xs differ in their numbers of steps, or the carry changes its form.

    Example:
        >>> import ondol as od
        >>> total, totals = od.ops.scan(lambda c, x: (c + x, c + x), 0, od.tensor([1, 2, 3]))
        >>> total, totals
        (Tensor(6, dtype=int32), Tensor([1 3 6], dtype=int32))
        >>> def power(x, n=3):  # x · x · x
        ...     return od.ops.scan(lambda c, _: (c * x, None), 1.0, length=n)[0]
        >>> od.grad(od.function(power))(2.0)
        Tensor(12., dtype=float32)
    """
    if not callable(f):
        raise TypeError(f"Expected a function f(carry, x). Received: f={f!r}.")
    if isinstance(unroll, bool) is False and (not isinstance(unroll, int) or unroll < 1):
        raise DataError(f"Expected a positive integer, True or False. Received: unroll={unroll!r}.")
    if any(isinstance(x, Symbol) for x in tree.flatten((init, xs))):
        return record(scan, (f, init, xs, length, reverse, unroll), {})
    carry, inputs = Structure(init, "the carry"), Structure(xs, "xs")
    steps = number_of_steps(inputs.leaves, length)
    if state.trace is None:
        return _step_by_step(f, carry, inputs, steps, reverse)
    return _one_loop(f, carry, inputs, steps, reverse, unroll)


def number_of_steps(xs: list[Tensor], length: int | None) -> int:
    """The length of the first axis that all share."""
    if any(x.ndim == 0 for x in xs):
        raise ShapeError("Expected arrays with a first axis of steps. Received: a number in xs.")
    lengths = {x.shape[0] for x in xs} | ({int(length)} if length is not None else set())
    if not lengths:
        raise DataError("Expected xs, or length= to say how many steps there are. Received: neither.")
    if len(lengths) > 1:
        raise ShapeError(
            f"Expected as many steps in each array of xs. Received: shapes {[x.shape for x in xs]}, length={length}."
        )
    (steps,) = lengths
    if steps == 0:
        raise DataError("Expected at least one step. Received: xs of length 0.")
    return steps


def _step_by_step(
    f: Callable, carry: Structure, inputs: Structure, steps: int, reverse: bool
) -> tuple[Any, Any]:
    columns = [unstack(x) for x in inputs.leaves]
    state_now = carry.leaves
    rows: list[list[Tensor]] = []
    outputs: Structure | None = None
    for i in range(steps - 1, -1, -1) if reverse else range(steps):
        now, y = _called(f, carry.build(state_now), inputs.build([column[i] for column in columns]))
        state_now = carry.take_apart(now)
        outputs = outputs or Structure(y, "y")
        rows.append(outputs.take_apart(y))
    assert outputs is not None
    if reverse:
        rows.reverse()
    ys = [stack(list(column)) for column in zip(*rows, strict=True)]
    return carry.build(state_now), outputs.build(ys)


def _one_loop(
    f: Callable, carry: Structure, inputs: Structure, steps: int, reverse: bool, unroll: int | bool
) -> tuple[Any, Any]:
    n = len(carry)
    outputs: Structure | None = None

    def flat(arguments: list[Tensor]) -> list[Tensor]:
        nonlocal outputs
        now, y = _called(f, carry.build(arguments[:n]), inputs.build(arguments[n:]))
        outputs = Structure(y, "y")
        return [*carry.take_apart(now), *outputs.leaves]

    first = [Tensor(state.xp.zeros(x.shape[1:], x.dtype)) for x in inputs.leaves]
    step = Inner(flat, [*carry.leaves, *first], "a step of scan")
    operands = [*carry.leaves, *inputs.leaves, *step.closed]
    keep = state.recording and any(x.requires_grad for x in operands)
    op = Scan(step, n, steps, reverse, unroll, keep)
    results = op(*operands)
    without_gradient(results)
    for variable, array in zip(step.written, op.after, strict=True):
        variable.assign_array(array)
    assert outputs is not None
    return carry.build(results[:n]), outputs.build(results[n:])


def _called(f: Callable, carry: Any, x: Any) -> tuple[Any, Any]:
    result = f(carry, x)
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise ShapeError(
            f"Expected a step that returns (carry, y). Received: {type(result).__name__}. "
            "Return (carry, None) where there is no y."
        )
    return result[0], result[1]
