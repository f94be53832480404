"""Symbol: a Tensor of which only shape and dtype are known, and the graph that calls on it leave behind.

`Input(shape=(4,))` makes one; calling layers and Ops on it builds the graph of a functional model.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ondol.autograd.tensor import Tensor
from ondol.autograd.trace import Trace
from ondol.backend import tree
from ondol.backend.compile import abstract, spec
from ondol.backend.dtypes import numpy_dtype
from ondol.backend.state import shapes_only, state
from ondol.errors import DataError, TraceError

# An unknown axis is tried with two lengths; axes of the result that differ are unknown as well.
# Primes, so that a length that is a product of others does not look like the unknown one; far apart, so that they
# still differ after long strides.
TRIAL_LENGTHS = (389, 997)
# The dtype of a placeholder for text, of any length; Keras calls it "string".
TEXT = np.dtype(str)


def names_text(dtype: Any) -> bool:
    """Whether a dtype is that of text: "string", "str", str, or NumPy's."""
    return (
        dtype is str
        or (isinstance(dtype, str) and dtype in ("string", "str"))
        or getattr(dtype, "kind", "") == "U"
    )


class Node:
    """One call in a graph: what was called, with which arguments, and the Symbols that came out."""

    def __init__(self, operation: Callable, args: tuple, kwargs: dict) -> None:
        self.operation, self.args, self.kwargs = operation, args, kwargs
        self.outputs: Any = None
        # Arguments to find the shapes with, where they are others: numbers that stand for text.
        self.trial: tuple[tuple, dict] = args, kwargs

    @property
    def inputs(self) -> list[Symbol]:
        return [x for x in tree.flatten((self.args, self.kwargs)) if isinstance(x, Symbol)]

    def __call__(self, args: tuple, kwargs: dict) -> Any:
        """Make the call again with other arguments."""
        return self.operation(*args, **kwargs)


class Symbol(Tensor):
    """A placeholder in the graph of a functional model; None in its shape is a length known later."""

    def __init__(
        self,
        shape: Sequence[int | None],
        dtype: Any = None,
        name: str | None = None,
        node: Node | None = None,
    ) -> None:
        self._shape = tuple(shape)
        self._dtype = TEXT if names_text(dtype) else numpy_dtype(dtype)
        self.name = name
        self.node = node

    @property
    def shape(self) -> tuple[Any, ...]:
        return self._shape

    @property
    def dtype(self) -> np.dtype:
        return self._dtype

    def set_dtype(self, dtype: Any) -> None:
        """Note another dtype: the model that the Symbol belongs to was converted."""
        self._dtype = numpy_dtype(dtype)

    @property
    def data(self) -> Any:
        raise TraceError(
            f"Expected a Tensor with a value. Received: {self!r}, a placeholder of a model that is being put "
            "together. Build Model(inputs, outputs) and call that on data."
        )

    def read(self) -> Symbol:
        return self

    def record(self, op: Any, inputs: tuple) -> Any:
        """Note an Op that was called on Symbols; of Variables themselves, not of what they hold now."""
        return record(op, tuple([x if x.variable is None else x.variable for x in inputs]), {})

    def __deepcopy__(self, memo: dict) -> Symbol:
        other = memo[id(self)] = Symbol(self._shape, self._dtype, self.name)
        other.node = copy.deepcopy(self.node, memo)
        return other

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<Symbol {self.name or ''} shape={self.shape} dtype={self.dtype}>"

    def _repr_html_(self) -> None:
        """Notebooks show the text: there is no value."""


def is_text(x: Any) -> bool:
    """Whether x is a placeholder for text."""
    return isinstance(x, Symbol) and x.dtype == TEXT


def record(operation: Callable, args: tuple, kwargs: dict, trial: tuple[tuple, dict] | None = None) -> Any:
    """Call an operation on Symbols: note it as a Node and return Symbols of the results' shapes.

    Args:
        operation: what the Node will call when the graph is run.
        args, kwargs: its arguments, Symbols among them (also inside lists and dicts).
        trial: args and kwargs to find the shapes with, where they are others: numbers that stand for text.
    """
    node = Node(operation, args, kwargs)
    node.trial = trial or node.trial
    shapes, specs = evaluate_shapes(operation, *node.trial)
    leaves = [
        Symbol(shape, leaf.dtype, getattr(operation, "name", None), node)
        for shape, leaf in zip(shapes, tree.flatten(specs), strict=True)
    ]
    node.outputs = tree.rebuild(specs, leaves)
    return node.outputs


def evaluate_shapes(f: Callable, args: tuple, kwargs: dict) -> tuple[list[tuple[Any, ...]], Any]:
    """Shapes (None where unknown) and specs of what f returns for Symbols, by abstract evaluation."""
    symbols = [x for x in tree.flatten((args, kwargs)) if isinstance(x, Symbol)]
    if any(map(is_text, symbols)):
        raise DataError(
            f"Expected numbers. Received: the input '{next(filter(is_text, symbols)).name}', which is text. Put a "
            "layer that takes text in between: StringLookup, TextVectorization or Hashing."
        )
    unknown = any(None in x.shape for x in symbols)
    results = [_abstract_call(f, args, kwargs, length) for length in TRIAL_LENGTHS[: 1 + unknown]]
    shapes = [
        tuple([a if a == b else None for a, b in zip(first.shape, second.shape, strict=True)])
        for first, second in zip(tree.flatten(results[0]), tree.flatten(results[-1]), strict=True)
    ]
    return shapes, results[0]


def _abstract_call(f: Callable, args: tuple, kwargs: dict, length: int) -> Any:
    leaves = tree.flatten((args, kwargs))
    where = [i for i, x in enumerate(leaves) if isinstance(x, Symbol)]
    specs = [spec([length if n is None else n for n in leaves[i].shape], leaves[i].dtype) for i in where]

    outputs: Any = None

    def run(arrays: list[Any]) -> list[Any]:
        nonlocal outputs
        filled = list(leaves)
        for i, array in zip(where, arrays, strict=True):
            filled[i] = Tensor(array)
        a, k = tree.rebuild((args, kwargs), filled)
        recording, state.recording = state.recording, False
        try:
            with Trace().active(), shapes_only():
                outputs = f(*a, **k)
        finally:
            state.recording = recording
        return [t.data if isinstance(t, Tensor) else t for t in tree.flatten(outputs)]

    found = abstract(run, specs)
    return tree.rebuild(outputs, found)  # a dict in its own order: jax would sort the keys
