"""What a hyperparameter may be: drawn at random, laid out on a grid, or moved by a step."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ondol.errors import DataError


@dataclass(frozen=True)
class Choice:
    """One of some values."""

    values: tuple[Any, ...]

    @property
    def default(self) -> Any:
        return self.values[0]

    def draw(self, rng: np.random.Generator) -> Any:
        return self.values[int(rng.integers(len(self.values)))]

    def grid(self, points: int) -> list[Any]:
        return list(self.values)

    def neighbours(self, value: Any) -> list[Any]:
        """The values beside it if they are numbers in order; else all others."""
        others = [v for v in self.values if v != value]
        in_order = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in self.values)
        if not in_order or list(self.values) != sorted(self.values):
            return others
        i = self.values.index(value)
        return list(self.values[max(i - 1, 0) : i] + self.values[i + 1 : i + 2])


@dataclass(frozen=True)
class Number:
    """A number of a range, both ends included."""

    low: float
    high: float
    step: float | None  # a factor if log
    log: bool
    whole: bool

    @property
    def default(self) -> Any:
        """The middle."""
        middle = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        return self._on_grid(middle)

    def draw(self, rng: np.random.Generator) -> Any:
        if self.step is not None:
            ladder = self._ladder()
            return ladder[int(rng.integers(len(ladder)))]
        if self.whole and not self.log:
            return int(rng.integers(int(self.low), int(self.high) + 1))
        share = rng.random()
        if self.log:
            return self._kind(self.low * (self.high / self.low) ** share)
        return self._kind(self.low + (self.high - self.low) * share)

    def grid(self, points: int) -> list[Any]:
        if self.step is not None:
            return self._ladder()
        if self.whole and not self.log and self.high - self.low < points:
            return list(range(int(self.low), int(self.high) + 1))
        spaced = np.geomspace if self.log else np.linspace
        return list(dict.fromkeys(self._kind(float(v)) for v in spaced(self.low, self.high, points)))

    def neighbours(self, value: Any) -> list[Any]:
        """A step down and one up; without a step, a tenth of the range."""
        if self.log:
            factor = self.step or (self.high / self.low) ** 0.1
            moved = [value / factor, value * factor]
        else:
            step = self.step or (self.high - self.low) / 10
            moved = [value - step, value + step]
        if self.whole:  # at least by 1
            moved = [min(round(moved[0]), value - 1), max(round(moved[1]), value + 1)]
        slack = 1e-9 * (self.high - self.low)
        return [self._kind(v) for v in moved if self.low - slack <= v <= self.high + slack]

    def _ladder(self) -> list[Any]:
        """All values that are whole steps from the lowest."""
        step = self.step or 1.0
        if self.log:
            n = math.floor(math.log(self.high / self.low) / math.log(step) + 1e-9)
            values = [self.low * step**i for i in range(n + 1)]
        else:
            values = [
                self.low + step * i for i in range(math.floor((self.high - self.low) / step + 1e-9) + 1)
            ]
        return list(dict.fromkeys(map(self._kind, values)))

    def _on_grid(self, value: float) -> Any:
        if self.step is None:
            return self._kind(value)
        return min(self._ladder(), key=lambda v: abs(v - value))

    def _kind(self, value: float) -> Any:
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else float(value)


Parameter = Choice | Number


def number(name: str, low: Any, high: Any, step: Any, log: bool, whole: bool) -> Number:
    """A checked range.

    Raises:
        DataError: for anything that is none.
    """
    kinds = (int, np.integer) if whole else (int, float, np.number)
    given = [low, high, *([] if step is None else [step])]
    if not all(isinstance(v, kinds) and not isinstance(v, bool) and math.isfinite(v) for v in given):
        raise DataError(
            f"Expected {'whole ' if whole else ''}numbers for '{name}'. Received: {low!r}, {high!r}, step={step!r}."
        )
    if low > high or (log and low <= 0):
        raise DataError(
            f"Expected low ≤ high for '{name}'{', both above 0 with log=True' if log else ''}. Received: {low}, {high}."
        )
    if step is not None and step <= (1 if log else 0):
        raise DataError(
            f"Expected step above {1 if log else 0} for '{name}'{', a factor' if log else ''}. Received: step={step}."
        )
    return Number(low, high, step, bool(log), whole)


def described(parameter: Parameter) -> dict[str, Any]:
    """JSON data for a parameter."""
    return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(parameter).items()}


def restored(form: dict[str, Any]) -> Parameter:
    """The parameter that `described` wrote down."""
    return Choice(tuple(form["values"])) if "values" in form else Number(**form)
