"""The old style: a graph first, then runs of it with values put into its placeholders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ondol.autograd import Symbol, Tensor, Variable, as_tensor, function
from ondol.backend import tree
from ondol.backend.compile import to_numpy
from ondol.errors import DataError, ShapeError
from ondol.models.graph import Graph


def placeholder(shape: Sequence[int | None] = (), dtype: Any = None, name: str | None = None) -> Symbol:
    """A Tensor without a value: expressions on it are noted, and computed by `Session.run`.

    Args:
        shape: its shape; None for lengths that may differ from run to run.
        dtype: its dtype; None for float32.
        name: a name for error messages.

    Example:
        >>> import ondol as od
        >>> x = od.placeholder((None, 2), name="x")
        >>> y = (x * 2.0).sum()
        >>> od.Session().run(y, feed_dict={x: [[1.0, 2.0]]})
        array(6., dtype=float32)
    """
    return Symbol(shape, dtype or "float32", name)


class Session:
    """Runs parts of a graph; each part is compiled the first time that it is asked for.

    In Ondol everything else computes at once, or is compiled from a Python function (`od.function`). This is the style
    of TensorFlow 1, kept for comparison: the graph is data, Python only builds it.

    Example:
        >>> import ondol as od
        >>> a, b = od.placeholder(name="a"), od.placeholder(name="b")
        >>> total, product = a + b, a * b
        >>> with od.Session() as session:
        ...     [float(v) for v in session.run([total, product], feed_dict={a: 3.0, b: 4.0})]
        [7.0, 12.0]
    """

    def __init__(self) -> None:
        # By what is fetched and fed; the Symbols are kept, so that no other can get the number of one that is gone.
        self._programs: dict[tuple[tuple[int, ...], ...], tuple[Any, Any]] = {}

    def run(self, fetches: Any, feed_dict: Mapping[Symbol, Any] | None = None) -> Any:
        """Compute what is asked for.

        Args:
            fetches: an expression on placeholders, a Variable, or (nested) lists and dicts of them.
            feed_dict: the value of each placeholder that they need.

        Returns:
            NumPy arrays, structured as `fetches`.

        Raises:
            DataError: if a placeholder that is needed has no value.
            ShapeError: for a value of another shape.
        """
        feeds = dict(feed_dict or {})
        values = [_fitting(symbol, value) for symbol, value in feeds.items()]
        wanted = tree.flatten(fetches)
        symbols = [x for x in wanted if isinstance(x, Symbol)]
        found = iter(self._compute(symbols, list(feeds), values) if symbols else ())
        return tree.map_tree(lambda x: next(found) if isinstance(x, Symbol) else _known(x), fetches)

    def _compute(
        self, symbols: list[Symbol], fed: list[Symbol], values: list[np.ndarray]
    ) -> list[np.ndarray]:
        key = tuple(map(id, symbols)), tuple(map(id, fed))
        if key not in self._programs:
            try:
                graph = Graph(fed, symbols)
            except ShapeError as error:
                raise DataError(
                    "Expected a value in feed_dict for every placeholder that is needed. Received: values for "
                    f"{[symbol.name or symbol for symbol in fed]}. {error}"
                ) from None
            self._programs[key] = (graph, function(lambda inputs: graph.run(inputs)))
        _, program = self._programs[key]
        return [to_numpy(y.data) for y in program(values)]

    def close(self) -> None:
        """Forget what was compiled."""
        self._programs.clear()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _fitting(symbol: Any, value: Any) -> np.ndarray:
    if not isinstance(symbol, Symbol):
        raise DataError(f"Expected placeholders as keys of feed_dict. Received: {symbol!r}.")
    array = np.asarray(to_numpy(as_tensor(value).data), symbol.dtype)
    if len(array.shape) != len(symbol.shape) or any(
        n not in (None, m) for n, m in zip(symbol.shape, array.shape, strict=True)
    ):
        raise ShapeError(
            f"Expected a value of shape {symbol.shape} for the placeholder '{symbol.name or symbol}'. "
            f"Received: shape {array.shape}."
        )
    return array


def _known(x: Any) -> np.ndarray:
    if not isinstance(x, (Tensor, Variable)):
        raise DataError(f"Expected expressions on placeholders, or Variables, to fetch. Received: {x!r}.")
    return np.array(to_numpy(x.data))
