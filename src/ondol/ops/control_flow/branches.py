"""cond and switch: one of several functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ondol.autograd import Op, Symbol, Tensor, as_tensor
from ondol.autograd.inner import Inner
from ondol.autograd.symbolic import record
from ondol.backend import tree
from ondol.backend.dtypes import is_floating
from ondol.backend.state import state
from ondol.errors import DataError, ShapeError
from ondol.ops.casting import cast
from ondol.ops.control_flow.structure import Structure, without_gradient


class Switch(Op):
    r"""y = fᵢ();   the gradients for what the fs use from around them are those through fᵢ, which is computed again."""

    def __init__(self, branches: list[Inner]) -> None:
        self.branches = branches
        self.closed = list(dict.fromkeys(x for branch in branches for x in branch.closed))
        self.written = list(dict.fromkeys(v for branch in branches for v in branch.written))
        self.before = {v: a for b in branches for v, a in zip(b.written, b.before, strict=True)}
        self.after: list[Any] = []  # what the Variables hold that the branches assign

    def forward(self, index, *closed):
        def made(branch: Inner) -> Callable:
            def run() -> tuple[list[Any], list[Any]]:
                results, after = branch.run([], branch.before)
                held = {**self.before, **dict(zip(branch.written, after, strict=True))}
                return [y.data for y in results], list(held.values())

            return run

        results, self.after = self.xp.switch(index, [made(branch) for branch in self.branches])
        return tuple(results)

    def backward(self, *dys):
        wanted = [x for i, x in enumerate(self.closed) if self.needs(1 + i)]
        smooth = [is_floating(y.dtype) for y in self.branches[0].outputs]
        seeds = [dy if float_one else None for dy, float_one in zip(dys, smooth, strict=True)]

        def gradients_of(branch: Inner) -> Callable:
            places = [next((i for i, x in enumerate(branch.closed) if x is y), None) for y in wanted]

            def run() -> list[Tensor]:
                targets = [branch.targets[i] for i in places if i is not None]
                found = iter(branch.pull_back([], branch.before, seeds, targets))
                zeros = self.xp.zeros
                return [
                    Tensor(zeros(x.shape, x.dtype)) if i is None else next(found)
                    for i, x in zip(places, wanted, strict=True)
                ]

            return run

        found = iter(switch(self.inputs[0], [gradients_of(branch) for branch in self.branches]))
        return (None, *[next(found) if self.needs(1 + i) else None for i in range(len(self.closed))])


def switch(index: Any, branches: Sequence[Callable], *operands: Any) -> Any:
    """branches[index](*operands); an index beyond the ends counts as that of the first or the last.

    Eagerly only that branch is called. While a function is being compiled all are traced, so that they must return the
    same structure, shapes and dtypes; the program runs one. Gradients flow through the branch that is run, to the
    operands and to the Variables and Tensors that it uses from outside.

    Args:
        index: a whole number.
        branches: the functions.
        operands: what they take.

    Raises:
        ShapeError: if the branches return results of different forms.

    Example:
        >>> import ondol as od
        >>> od.ops.switch(1, [od.add, od.subtract], 2.0, 0.5)
        Tensor(1.5, dtype=float32)
    """
    if not branches or not all(callable(branch) for branch in branches):
        raise DataError(f"Expected one function or more. Received: branches={branches!r}.")
    if any(isinstance(x, Symbol) for x in tree.flatten((index, operands))):
        return record(switch, (index, list(branches), *operands), {})
    index = as_tensor(index)
    if index.shape != () or index.dtype.kind not in "iub":
        raise DataError(f"Expected one whole number. Received: index={index!r}.")
    if state.trace is None:
        return branches[min(max(int(index), 0), len(branches) - 1)](*operands)
    structure: Structure | None = None

    def flat(branch: Callable) -> Callable:
        def run(_: list[Tensor]) -> list[Tensor]:
            nonlocal structure
            result = branch(*operands)
            if structure is None:
                structure = Structure(result, "the result of each branch")
                return structure.leaves
            return structure.take_apart(result)

        return run

    op = Switch([Inner(flat(branch), [], "a branch") for branch in branches])
    results = op(cast(index, "int32"), *op.closed)
    without_gradient(results)
    for variable, array in zip(op.written, op.after, strict=True):
        variable.assign_array(array)
    assert structure is not None
    return structure.build(results)


def cond(pred: Any, true_fn: Callable, false_fn: Callable) -> Any:
    """true_fn() if pred holds, else false_fn(); compiled as in `switch`.

    Args:
        pred: one truth value, which may be known only when the program runs.
        true_fn, false_fn: functions without arguments, which use what they need from around them.

    Raises:
        ShapeError: if both are compiled, and return results of different forms.

    Example:
        >>> import ondol as od
        >>> x = od.tensor(3.0)
        >>> od.ops.cond(x > 2, lambda: x * x, lambda: -x)
        Tensor(9., dtype=float32)
    """
    pred = as_tensor(pred)
    if not isinstance(pred, Symbol) and pred.shape != ():
        raise ShapeError(
            f"Expected one truth value. Received: pred of shape {pred.shape}. To choose element by element, use "
            "od.where(pred, x, y)."
        )
    return switch(cast(cast(pred, "bool"), "int32"), [false_fn, true_fn])
