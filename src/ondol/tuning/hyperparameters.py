"""HyperParameters: what a build function asks for its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ondol.errors import DataError
from ondol.tuning.parameters import Choice, Parameter, number


class HyperParameters:
    """The values of one trial, by name. A build function asks for them, and so says what there is to search.

    Args:
        values: values that are already chosen.
        pick: chooses the others, from what they may be; None for their defaults.

    Example:
        >>> import ondol as od
        >>> hp = od.tuning.HyperParameters({"units": 12})
        >>> hp.int("units", 4, 64), hp.float("rate", 0.0, 1.0), hp.choice("activation", ["relu", "tanh"])
        (12, 0.5, 'relu')
        >>> hp.values
        {'units': 12, 'rate': 0.5, 'activation': 'relu'}
    """

    def __init__(
        self, values: Mapping[str, Any] | None = None, pick: Callable[[Parameter], Any] | None = None
    ) -> None:
        self._given = dict(values or {})
        self._pick = pick
        self.values: dict[str, Any] = {}  # those that were asked for, in that order
        self.space: dict[str, Parameter] = {}  # what each of them may be

    def choice(self, name: str, values: Sequence[Any], default: Any = None) -> Any:
        """One of some values (text, numbers, booleans or None); without anything else, `default` or the first."""
        if not len(values) or any(v is not None and not isinstance(v, (str, int, float)) for v in values):
            raise DataError(
                f"Expected a list of text, numbers or booleans for '{name}'. Received: {list(values)!r}. Let names "
                "stand for other things: {'adam': od.optimizers.Adam(0.1)}[hp.choice(...)]."
            )
        return self._value(name, Choice(tuple(values)), default)

    def boolean(self, name: str, default: bool = False) -> bool:
        """True or False."""
        return self._value(name, Choice((False, True)), default)

    def int(
        self, name: str, low: int, high: int, step: int | None = None, log: bool = False, default: Any = None
    ) -> int:
        """A whole number of low, ..., high.

        Args:
            name: its name.
            low, high: the lowest and the highest.
            step: only low, low + step, ...; with log, low, low · step, ...
            log: whether to draw and lay out ratios evenly instead of differences.
            default: where `step_search` starts; None for the middle.
        """
        return self._value(name, number(name, low, high, step, log, whole=True), default)

    def float(
        self,
        name: str,
        low: float,
        high: float,
        step: float | None = None,
        log: bool = False,
        default: Any = None,
    ) -> float:
        """A number from low to high; arguments as for `int`."""
        return self._value(name, number(name, low, high, step, log, whole=False), default)

    def _value(self, name: str, parameter: Parameter, default: Any) -> Any:
        if self.space.setdefault(name, parameter) != parameter:
            raise DataError(
                f"Expected '{name}' to be the same each time it is asked for. Received: {parameter}, but before "
                f"{self.space[name]}. Give it another name."
            )
        if name not in self.values:
            if name in self._given:
                value = self._given[name]
            elif self._pick is not None:
                value = self._pick(parameter)
            else:
                value = parameter.default if default is None else default
            self.values[name] = value
        return self.values[name]

    def __repr__(self) -> str:
        return f"HyperParameters({self.values})"
