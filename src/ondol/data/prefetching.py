"""Elements made in advance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ondol.data.ahead import ahead
from ondol.data.joining import OnSource
from ondol.data.passes import Pass


@dataclass(frozen=True)
class Prefetch(OnSource):
    """The next elements, made by a thread."""

    size: int

    def open(self, p: Pass) -> Iterator[Any]:
        return ahead(self.source.open(p), self.size)

    def count(self) -> float | None:
        return self.source.count()
