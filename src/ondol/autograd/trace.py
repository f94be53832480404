"""Trace: stands between Variables and their values while a function is turned into a program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ondol.autograd.tensor import Tensor
from ondol.backend.compile import tracing
from ondol.backend.state import eager_namespace, state, use_namespace

if TYPE_CHECKING:
    from ondol.autograd.variable import Variable

# Says in words why a program that was traced before is out of date, or None while it is not.
Assumption = Callable[[], str | None]


def first_change(assumptions: list[Assumption]) -> str | None:
    """What has changed since the program was traced, or None."""
    for assumption in assumptions:
        if change := assumption():
            return change
    return None


class Trace:
    """The values that Variables have inside one traced function, and which were read and written.

    Args:
        values: the arrays that stand for Variables at the start. A Variable that is not among them is
            noted in `found`, and seen with the value it has outside: good enough to learn which Variables
            a function uses, which is what the first trace is for.
    """

    def __init__(self, values: Mapping[Variable, Any] | None = None) -> None:
        self.leaves: dict[Variable, Tensor] = {v: v.make_leaf(a) for v, a in (values or {}).items()}
        self.first = dict(self.leaves)  # what each Variable held at the start
        self.found: dict[Variable, None] = {}
        self.written: dict[Variable, None] = {}
        self.grads: dict[Variable, Tensor | None] = {}
        self.assumptions: list[Assumption] = []

    @contextmanager
    def active(self) -> Iterator[Trace]:
        """Trace what runs inside the block."""
        with tracing(self):
            yield self

    def read(self, variable: Variable) -> Tensor:
        leaf = self.leaves.get(variable)
        if leaf is None:
            self.found[variable] = None
            with outside_trace():
                value = variable.data
            leaf = self.leaves[variable] = self.first[variable] = variable.make_leaf(state.xp.asarray(value))
        return leaf

    def write(self, variable: Variable, array: Any) -> None:
        self.read(variable)
        self.written[variable] = None
        self.leaves[variable] = variable.make_leaf(array)

    def assume(self, assumption: Assumption) -> None:
        """Note what the code took for fixed in Python, so that the program is made anew when it changes."""
        self.assumptions.append(assumption)

    def keep_if(self, good: Any) -> None:
        """Undo everything that was written unless `good`, which is known only when the program runs."""
        for v in self.written:
            self.leaves[v] = v.make_leaf(state.xp.where(good, self.leaves[v].data, self.first[v].data))

    def value(self, variable: Variable) -> Any:
        """The array that the Variable holds at this point of the trace."""
        return self.leaves[variable].data


@contextmanager
def outside_trace() -> Iterator[None]:
    """Run eagerly even while a function is being traced: how layers make their first weights."""
    with use_namespace(eager_namespace(), None):
        yield
