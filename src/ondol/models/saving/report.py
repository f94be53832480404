"""What became of the weights in a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

SHOWN = 20


class Skipped(NamedTuple):
    """A weight whose shape in the file is another one."""

    name: str
    shape: tuple[int, ...]
    shape_in_file: tuple[int, ...]


@dataclass(frozen=True)
class LoadReport:
    """What `load_weights` did; `print` it. Weights are named by their position, "layers/0/kernel".

    Args:
        path: the file.
        loaded: weights that have the file's values now.
        skipped: weights of another shape in the file, with both shapes; they are as they were.
        missing: weights that the file does not have; they are as they were.
        unused: what the file has and the model has not.

    Example:
        >>> from ondol.models.saving import LoadReport, Skipped
        >>> print(LoadReport("a.ondol", ["layers/0/bias"], [Skipped("layers/0/kernel", (4, 5), (4, 3))]))
        1 of 2 weights loaded from a.ondol
        skipped: layers/0/kernel (4, 5), in the file (4, 3)
    """

    path: Any
    loaded: list[str]
    skipped: list[Skipped] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every weight was loaded, and nothing is left in the file."""
        return not (self.skipped or self.missing or self.unused)

    def __str__(self) -> str:
        total = len(self.loaded) + len(self.skipped) + len(self.missing)
        other = [f"skipped: {s.name} {s.shape}, in the file {s.shape_in_file}" for s in self.skipped]
        other += [f"missing in the file: {name}" for name in self.missing]
        other += [f"in the file only: {name}" for name in self.unused]
        if len(other) > SHOWN:
            other[SHOWN - 1 :] = [f"and {len(other) - SHOWN + 1} more"]
        return "\n".join([f"{len(self.loaded)} of {total} weights loaded from {self.path}", *other])

    __repr__ = __str__
