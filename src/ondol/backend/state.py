"""What is true for the current thread: which arrays are in use, whether a function is being traced."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ondol.backend.numpy_namespace import numpy_namespace


class State(threading.local):
    """One instance, `state`; every thread sees its own attributes, starting from these."""

    xp: Any = numpy_namespace  # the namespace that Ops compute with
    trace: Any = None  # the autograd.Trace that stands between Variables and their values, if any
    recording: bool = True  # whether Ops link their outputs to their inputs
    autocast: Any = None  # the dtype in which float Variables are read; None for their own
    shapes_only: bool = (
        False  # whether code runs to learn the shapes of its results, on any number of samples
    )
    training: bool = False  # what layers assume when nobody says `training=`
    depth: int = 0  # how many layers are in the middle of a call
    call_number: int = -1  # the number of the outermost of those calls


state = State()

# Eager arrays of every thread; `config.set_eager_backend` replaces it.
_eager = {"namespace": numpy_namespace}


def eager_namespace() -> Any:
    """The namespace that eager code uses: NumPy, or CuPy where it was chosen."""
    return _eager["namespace"]


def set_eager_namespace(xp: Any) -> None:
    """Choose the arrays of eager code, for this thread at once and for new threads as they start."""
    _eager["namespace"] = xp
    State.xp = xp
    state.xp = xp


def namespace() -> Any:
    """The array namespace in use right now (see the module's docstring)."""
    return state.xp


@contextmanager
def shapes_only() -> Iterator[None]:
    """Note, until the block ends, that nobody wants more than shapes: what a layer remembers is to stay as it is."""
    before, state.shapes_only = state.shapes_only, True
    try:
        yield
    finally:
        state.shapes_only = before


@contextmanager
def use_namespace(xp: Any, trace: Any = None) -> Iterator[None]:
    """Compute with `xp`, reading Variables through `trace` and in their own dtype, until the block ends."""
    before = state.xp, state.trace, state.autocast
    state.xp, state.trace, state.autocast = xp, trace, None
    try:
        yield
    finally:
        state.xp, state.trace, state.autocast = before
