"""Code within a program that the program runs many times, or perhaps: the body of a loop, a branch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ondol.autograd.op import next_number
from ondol.autograd.tape import enable_grad, gradients_since, leaves_behind
from ondol.autograd.tensor import Tensor
from ondol.autograd.trace import Trace
from ondol.autograd.variable import Variable
from ondol.backend.compile import abstract, spec
from ondol.backend.dtypes import is_floating
from ondol.backend.state import state
from ondol.errors import TraceError

SETTINGS = ("training", "autocast", "depth", "call_number")


class Inner:
    """A function of Tensors that is made a part of the program being compiled, and what it uses from around it.

    One abstract run finds the Variables that it reads and assigns, and the Tensors from outside that require a
    gradient: those are where the tape of that run leaves the function, at Ops recorded before it began.

    Args:
        f: takes a list of Tensors and returns a list of them; it may read Variables and Tensors from outside, draw
            random numbers and assign Variables that are not trainable.
        arguments: Tensors of the shapes and dtypes that it will be called with.
        name: what errors call it.

    Attributes:
        outputs: the shape and dtype of each result.
        closed: the Tensors from outside that a gradient can flow to; of a Variable its value now.
        targets: for each of these what stands for it on the tape, the Variable or the Tensor itself.
        written: the Variables that it assigns.
        before: the arrays that these hold now.

    Raises:
        TraceError: if it assigns a trainable Variable.
    """

    def __init__(
        self, f: Callable[[list[Tensor]], list[Tensor]], arguments: Sequence[Tensor], name: str
    ) -> None:
        self.f, self.name = f, name
        self.settings = {key: getattr(state, key) for key in SETTINGS}
        outer, trace = state.trace, Trace()
        strangers: list[Tensor] = []

        def look(arrays: list[Any]) -> list[Any]:
            number = next_number()
            leaves = [Tensor(a, is_floating(a.dtype)) for a in arrays]
            with self._within(trace):
                results = f(leaves)
            own = set(leaves)
            strangers.extend(x for x in leaves_behind(results, number) if x not in own)
            return [state.xp.asarray(y.data) for y in results]

        self.outputs = abstract(look, [spec(x.shape, x.dtype) for x in arguments])
        for assumption in trace.assumptions:
            outer.assume(assumption)
        self.written = list(trace.written)
        self._refuse_trainable()
        needed = [x.variable for x in strangers if x.variable is not None]
        read = [v for v in dict.fromkeys([*trace.found, *needed]) if v not in trace.written]
        self.values = {v: outer.read(v) for v in read}
        self.targets: list[Tensor] = [*dict.fromkeys(v for v in needed if v in self.values)]
        self.closed = [self.values[v] for v in self.targets]  # type: ignore[index]
        others = [x for x in dict.fromkeys(strangers) if x.variable is None]
        self.targets, self.closed = [*self.targets, *others], [*self.closed, *others]
        self.before = [outer.read(v).data for v in self.written]

    def _refuse_trainable(self) -> None:
        wrong = [v.path for v in self.written if v.trainable]
        if wrong:
            raise TraceError(
                f"Expected {self.name} to assign only Variables that are not trainable. Received: one that assigns "
                f"{', '.join(wrong)}. Make it with trainable=False, or assign it outside."
            )

    @contextmanager
    def _within(self, trace: Trace) -> Iterator[None]:
        """Trace what runs in the block under the settings of the time when the function was handed over."""
        before = {key: getattr(state, key) for key in SETTINGS}
        try:
            with trace.active():
                vars(state).update(self.settings)
                yield
        finally:
            vars(state).update(before)

    def run(self, arguments: list[Tensor], written: Sequence[Any]) -> tuple[list[Tensor], list[Any]]:
        """The results, and what the Variables in `written` hold then.

        Args:
            arguments: what f takes.
            written: the arrays that these Variables hold before.
        """
        trace = Trace(dict(zip(self.written, written, strict=True)))
        trace.leaves.update(self.values)
        with self._within(trace):
            results = self.f(arguments)
        others = {**trace.found, **{v: None for v in trace.written if v not in set(self.written)}}
        if others:
            names = ", ".join(v.path for v in others)
            raise TraceError(
                f"{self.name} used other Variables when it was traced a second time: {names}. It must use the same "
                "ones each time; create them outside of it, or once."
            )
        return results, [trace.value(v) for v in self.written]

    def pull_back(
        self,
        arguments: list[Tensor],
        written: Sequence[Any],
        dys: Sequence[Tensor | None],
        wanted: Sequence[Tensor],
    ) -> list[Tensor]:
        """Run it again, recorded, and return the gradients for what is wanted: zeros where nothing arrives.

        Args:
            arguments, written: as for `run`.
            dys: a gradient for each result, None for those that have none.
            wanted: some of the arguments and of `targets`.
        """
        number, create_graph = next_number(), state.recording
        with enable_grad():
            results, _ = self.run(arguments, written)
        pairs = [(y, dy) for y, dy in zip(results, dys, strict=True) if dy is not None and y.requires_grad]
        ys, seeds = [y for y, _ in pairs], [dy for _, dy in pairs]
        found = gradients_since(number, ys, wanted, seeds, create_graph)
        return [self._zeros(x) if g is None else g for x, g in zip(wanted, found, strict=True)]

    def _zeros(self, x: Tensor) -> Tensor:
        like = self.values[x] if isinstance(x, Variable) else x
        return Tensor(state.xp.zeros(like.shape, like.dtype))
