"""Stopping in the debugger inside a rule: at its first line, with its arrays at hand."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor
from ondol.backend import tree
from ondol.backend.compile import is_traced, to_numpy
from ondol.backend.dtypes import is_floating
from ondol.layers import Layer

TIMES = ("forward", "backward", "nan")


class Breakpoint:
    """Stops until `remove()`; as a context manager, within the block.

    Attributes:
        hits: how often it has stopped.
    """

    def __init__(self, places: list[tuple[Any, str]], when: str, debugger: Callable[[], Any]) -> None:
        self.when, self.debugger = when, debugger
        self.hits = 0
        self._before: list[tuple[Any, str, Any]] = []
        for owner, name in places:
            cell = _cell_of_wrapped(getattr(owner, name))
            if cell is not None:
                owner, name = cell, "cell_contents"
            own = name == "cell_contents" or name in vars(owner)
            self._before.append((owner, name, getattr(owner, name) if own else None))
            setattr(owner, name, self._stopping(getattr(owner, name)))

    def _stopping(self, function: Callable) -> Callable:
        """The function, run under the debugger: always, or again if NaN comes out of it that did not go in."""

        @functools.wraps(function)
        def stopping(*args: Any, **kwargs: Any) -> Any:
            if any(is_traced(a) for a in _arrays((args, kwargs))):
                return function(
                    *args, **kwargs
                )  # a program is being compiled: there are no numbers to look at
            if self.when == "nan":
                result = function(*args, **kwargs)
                if _has_nan((args, kwargs)) or not _has_nan(result):
                    return result
            self.hits += 1
            return self.debugger().runcall(function, *args, **kwargs)

        return stopping

    def remove(self) -> None:
        """Never stop again."""
        for owner, name, before in self._before:
            if before is None:
                delattr(owner, name)
            else:
                setattr(owner, name, before)
        self._before = []

    def __enter__(self) -> Breakpoint:
        return self

    def __exit__(self, *_: Any) -> None:
        self.remove()


def breakpoint_on(
    target: Any, when: str = "forward", debugger: Callable[[], Any] | None = None
) -> Breakpoint:
    """Stop in the debugger inside a rule or a layer when it runs.

    Compiled programs do not pass through Python while they run; train with `run_eagerly=True`, or drive layers by hand.

    Args:
        target: an Op class such as `type(y.op)`, or an Op of one computation (its class is meant); a layer, or a class
            of layers.
        when: "forward"; "backward" (of a layer: in the backward passes of its rules is where to stop, so name an Op);
            or "nan", forward or backward, as soon as a NaN comes out that did not go in.
        debugger: makes the debugger, anything with `runcall` as `pdb.Pdb` has it; None for that.

    Returns:
        A Breakpoint with `remove()`, to be used in a `with` block as well.

    Raises:
        TypeError: for something that is neither layer nor Op.
        ValueError: for another `when`, or "backward" of a layer.

    Example:
        >>> import ondol as od
        >>> class Silent:
        ...     def runcall(self, f, *args):
        ...         return f(*args)
        >>> x = od.Variable([1.0, -1.0])
        >>> with od.breakpoint_on(type((x * x).op), debugger=Silent) as point:
        ...     y = x * x
        >>> point.hits
        1
    """
    if when not in TIMES:
        raise ValueError(f"Expected when as one of {', '.join(map(repr, TIMES))}. Received: when={when!r}.")
    if isinstance(target, Op):
        target = type(target)
    if debugger is None:
        from pdb import Pdb  # not at start-up

        debugger = Pdb
    names = ["forward", "backward"] if when == "nan" else [when]
    if isinstance(target, type) and issubclass(target, Op):
        return Breakpoint([(target, name) for name in names], when, debugger)
    if isinstance(target, Layer) or (isinstance(target, type) and issubclass(target, Layer)):
        if when == "backward":
            raise ValueError(
                "Expected an Op for when='backward': the backward pass of a layer is that of its rules. "
                f"Received: {target!r}. See which ones: print(od.graph(layer(x)))."
            )
        return Breakpoint([(target, "call")], when, debugger)
    raise TypeError(f"Expected a layer, a class of layers, or an Op. Received: {target!r}.")


def _cell_of_wrapped(function: Callable) -> Any:
    """Where a decorated rule keeps the function that was written down: that is where to stop, not in the decorator."""
    wrapped = getattr(function, "__wrapped__", None)
    cells = getattr(function, "__closure__", None) or ()
    return next((cell for cell in cells if wrapped is not None and cell.cell_contents is wrapped), None)


def _arrays(structure: Any) -> list[Any]:
    leaves = tree.flatten(structure)
    return [leaf.data if isinstance(leaf, Tensor) else leaf for leaf in leaves if hasattr(leaf, "dtype")]


def _has_nan(structure: Any) -> bool:
    return any(is_floating(a.dtype) and bool(np.isnan(to_numpy(a)).any()) for a in _arrays(structure))
