"""Which optimizer trains which Variables; see `MultiOptimizer`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from ondol.autograd import Variable
from ondol.errors import SavedFileError


class OptimizerMap(MutableMapping):
    """Optimizers by regular expressions for the whole paths of their Variables ("encoder/.*").

    Args:
        default_optimizer: for Variables of other paths.
        optimizer_map: a dict of expression -> optimizer; `map[expression] = optimizer` adds to it.

    Example:
        >>> import ondol as od
        >>> optimizers = od.optimizers.OptimizerMap(od.optimizers.SGD(), {"dense.*/kernel": od.optimizers.Adam()})
        >>> optimizers["dense_1/kernel"], optimizers["dense_1/bias"]
        (<Adam name=adam>, <SGD name=sgd>)
    """

    def __init__(self, default_optimizer: Any, optimizer_map: Mapping[str, Any] | None = None) -> None:
        self.default_optimizer = _got(default_optimizer)
        self._by_expression: dict[str, Any] = {}
        for expression, optimizer in (optimizer_map or {}).items():
            self[expression] = optimizer

    @property
    def optimizers(self) -> list[Any]:
        """All of them."""
        return [*self._by_expression.values(), self.default_optimizer]

    def __call__(self, variable: Variable) -> Any:
        return self[variable.path]

    def __getitem__(self, path: str) -> Any:
        if path in self._by_expression:
            return self._by_expression[path]
        fitting = [expression for expression in self._by_expression if re.fullmatch(expression, path)]
        if len(fitting) > 1:
            raise ValueError(
                f"Expected one expression for each path. Received: '{path}', which fits {fitting}."
            )
        return self._by_expression[fitting[0]] if fitting else self.default_optimizer

    def __setitem__(self, expression: str, optimizer: Any) -> None:
        if not isinstance(expression, str) or expression in self._by_expression:
            raise ValueError(
                f"Expected a regular expression that is not in the map yet. Received: {expression!r}."
            )
        self._by_expression[expression] = _got(optimizer)

    def __delitem__(self, expression: str) -> None:
        del self._by_expression[expression]

    def __len__(self) -> int:
        return len(self._by_expression)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_expression)

    def get_config(self) -> dict[str, Any]:
        """The optimizers without their slots."""
        return {"default_optimizer": self.default_optimizer, "optimizer_map": self._by_expression}


class OptimizerPairs:
    """Pairs (optimizer, what), of which the first that fits a Variable counts."""

    def __init__(self, pairs: Sequence[Any]) -> None:
        if not pairs or not all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in pairs):
            raise TypeError(
                "Expected pairs (optimizer, what) with a layer, a Variable, a function, a regular expression, a list "
                f"of these, or None. Received: optimizer_map={pairs!r}."
            )
        self.pairs = [(_got(optimizer), what) for optimizer, what in pairs]

    @property
    def optimizers(self) -> list[Any]:
        """All of them."""
        return [optimizer for optimizer, _ in self.pairs]

    def __call__(self, variable: Variable) -> Any:
        for optimizer, what in self.pairs:
            if _fits(variable, what):
                return optimizer
        raise ValueError(
            f"Expected an optimizer for every Variable. Received: none for '{variable.path}'. "
            "Add a pair (optimizer, None) for all the rest."
        )

    def get_config(self) -> dict[str, Any]:
        """The optimizers without their slots, and the paths that they are for."""
        return {"pairs": [[optimizer, _in_words(what)] for optimizer, what in self.pairs]}


def _fits(variable: Variable, what: Any) -> bool:
    if what is None or what is variable:
        return True
    if isinstance(what, (list, tuple)):
        return any(_fits(variable, item) for item in what)
    if isinstance(what, str):
        return re.fullmatch(what, variable.path) is not None
    if isinstance(what, Variable):
        return False
    if hasattr(what, "weights"):
        return any(v is variable for v in what.weights)
    if isinstance(what, Callable):  # type: ignore[arg-type]
        return bool(what(variable))
    raise TypeError(
        "Expected a layer, a Variable, a function, a regular expression, a list of these, or None beside an optimizer. "
        f"Received: {what!r}."
    )


def _in_words(what: Any) -> Any:
    """Which paths are meant, as regular expressions; None for all."""
    if what is None or isinstance(what, str):
        return what
    if isinstance(what, (list, tuple)):
        found = [_in_words(item) for item in what]
        return [name for item in found for name in (item if isinstance(item, list) else [item])]
    if isinstance(what, Variable):
        return re.escape(what.path)
    if hasattr(what, "weights"):
        return [re.escape(v.path) for v in what.weights]
    raise SavedFileError(
        f"Expected layers, Variables or regular expressions in a MultiOptimizer that is saved. Received: {what!r}. "
        "Code is never written into a file: name the paths instead."
    )


def _got(optimizer: Any) -> Any:
    from ondol.optimizers.registry import get

    return get(optimizer)
