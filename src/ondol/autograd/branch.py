"""Code that assigns Variables, run only where a condition holds that may be known no sooner than the program runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ondol.autograd.tensor import Tensor
from ondol.autograd.trace import Assumption, Trace, outside_trace
from ondol.autograd.variable import Variable
from ondol.backend.state import state
from ondol.errors import TraceError


def run_if(condition: Any, run: Callable[[], None], variables: Sequence[Variable]) -> None:
    """Call `run` if the condition holds; compiled, the program decides.

    Args:
        condition: a raw array of one bool.
        run: assigns some of the Variables, and returns nothing.
        variables: all that it may assign.

    Raises:
        TraceError: if it assigns another one while a function is being compiled.
    """
    trace, xp = state.trace, state.xp
    if trace is None:
        if condition:
            run()
        return
    variables = list(dict.fromkeys(variables))

    def turn(loop: tuple[Any, list[Any]]) -> tuple[Any, list[Any]]:
        branch = Branch(trace, dict(zip(variables, loop[1], strict=True)))
        with branch.active():
            run()
        return xp.asarray(False), [branch.value(v) for v in variables]

    # A loop of one turn or none, whose state is updated in place; a `cond` would copy it.
    start = (condition, [v.data for v in variables])
    _, values = xp.while_loop(lambda loop: loop[0], turn, start)
    for variable, value in zip(variables, values, strict=True):
        variable.assign_array(value)


class Branch(Trace):
    """A trace within another: Variables of its own have values of their own, the others those of the outer trace."""

    def __init__(self, outer: Trace, values: Mapping[Variable, Any]) -> None:
        super().__init__(values)
        self.outer = outer

    def read(self, variable: Variable) -> Tensor:
        for trace in (self, self.outer):
            if variable in trace.leaves:
                return trace.leaves[variable]
        self.outer.found[variable] = None
        with outside_trace():
            value = variable.data
        return variable.make_leaf(state.xp.asarray(value))

    def write(self, variable: Variable, array: Any) -> None:
        if variable not in self.leaves:
            raise TraceError(
                "Expected a step that assigns its own Variables only. Received: one that also assigns "
                f"'{variable.path}', in a part of the program that does not always run. Assign it outside of that part."
            )
        super().write(variable, array)

    def assume(self, assumption: Assumption) -> None:
        self.outer.assume(assumption)
