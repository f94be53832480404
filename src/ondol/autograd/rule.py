"""Rule: what an Op says of itself, and where its code stands."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """The formula of an Op, and the place where forward and backward can be read.

    Attributes:
        name: the class.
        formula: the first paragraph of its docstring.
        file, line: where the class begins; None for one that was typed into a console.
    """

    name: str
    formula: str
    file: Path | None
    line: int | None

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.file else "defined in a console"
        return f"{self.name}: {self.formula}\n    {where}"


def rule_of(cls: type) -> Rule:
    """The rule of an Op's class."""
    paragraph = (inspect.getdoc(cls) or "no formula is written down").split("\n\n")[0]
    formula = " ".join(paragraph.split())
    try:
        file, line = inspect.getsourcefile(cls), inspect.getsourcelines(cls)[1]
    except (OSError, TypeError):
        return Rule(cls.__name__, formula, None, None)
    return Rule(cls.__name__, formula, Path(file) if file else None, line)
