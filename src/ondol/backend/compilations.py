"""The log of compilations: what was compiled, why, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Compilation:
    """One compiled program."""

    name: str  # the function, e.g. "train_epoch of 'sequential'"
    reason: str  # why it was needed: "first call", or what differs from the program before
    trace_seconds: float  # running the Python code once with abstract values
    compile_seconds: float  # XLA's work, or reading the result from the cache on disk

    @property
    def seconds(self) -> float:
        return self.trace_seconds + self.compile_seconds

    def __str__(self) -> str:
        return f"{self.name}: {self.seconds:.2f} s ({self.reason})"


class Compilations:
    """Every program compiled since the start, newest last. Print it to see why something compiled again.

    Example:
        >>> import ondol as od
        >>> before = od.compilations.count
        >>> double = od.function(lambda x: x + x)
        >>> y = double(od.tensor([1.0])); y = double(od.tensor([2.0]))
        >>> od.compilations.count - before
        1
    """

    def __init__(self) -> None:
        self.log: list[Compilation] = []

    @property
    def count(self) -> int:
        return len(self.log)

    def add(self, compilation: Compilation) -> None:
        self.log.append(compilation)

    def clear(self) -> None:
        self.log.clear()

    def __str__(self) -> str:
        return "\n".join(map(str, self.log)) or "nothing has been compiled yet"

    __repr__ = __str__


compilations = Compilations()
