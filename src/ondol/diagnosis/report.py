"""Diagnosis: the findings, in words and with the numbers that led there."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from ondol.diagnosis.findings import Finding
from ondol.diagnosis.measurement import LayerNumbers, Measurement
from ondol.utils import html

HEAD = ("layer", "mean", "std", "dead or flat", "|gradient|", "|gradient| / |weight|", "|update| / |weight|")
WIDTH = 100


class Diagnosis:
    """What the doctor found. It prints itself, and shows itself in notebooks.

    Attributes:
        findings: what is wrong, causes before their effects; empty for a healthy training.
        measurements: the looks at the model that were taken, the last one last.
        subject: what was looked at.
    """

    def __init__(
        self, findings: Sequence[Finding], measurements: Sequence[Measurement], subject: str
    ) -> None:
        self.findings, self.measurements, self.subject = list(findings), list(measurements), subject

    @property
    def healthy(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def names(self) -> list[str]:
        """The names of the findings."""
        return [finding.name for finding in self.findings]

    def __getitem__(self, name: str) -> Finding:
        for finding in self.findings:
            if finding.name == name:
                return finding
        raise KeyError(f"Expected one of the findings {self.names}. Received: {name!r}.")

    def __str__(self) -> str:
        if self.healthy:
            return f"Diagnosis of {self.subject}: nothing found. {self._course()}"
        count = "1 finding" if len(self.findings) == 1 else f"{len(self.findings)} findings"
        lines = [f"Diagnosis of {self.subject}: {count}"]
        for number, finding in enumerate(self.findings, start=1):
            lines += ["", f"{number}. {finding.name}"]
            for word, text in (("seen", finding.seen), ("means", finding.means), ("do", finding.remedy)):
                lines += textwrap.wrap(text, WIDTH, initial_indent=f"   {word:<6}", subsequent_indent=" " * 9)
        return "\n".join(lines)

    __repr__ = __str__

    def table(self) -> str:
        """A line for each layer, of the last measurement."""
        rows = [HEAD, *self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
        lines = [
            "  ".join(
                [row[0].ljust(widths[0])]
                + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            ).rstrip()
            for row in rows
        ]
        return "\n".join([lines[0], "─" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])

    def _repr_html_(self) -> str:
        found = [[f.name, f.seen, f.means, f.remedy] for f in self.findings]
        count = "nothing found" if self.healthy else ""
        head = html.table(
            ["finding", "seen", "means", "do"] if found else [],
            found,
            f"Diagnosis of {self.subject}: {count or ''}".rstrip(": "),
            numbers_from=9,
        )
        return f"{head}\n{html.table(HEAD, self._rows(), self._course())}"

    def _course(self) -> str:
        first, last = self.measurements[0], self.measurements[-1]
        if first is last:
            return f"The loss of a batch is {last.loss:.4g}."
        return f"The loss of a batch went from {first.loss:.4g} to {last.loss:.4g}."

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                f"{layer.name} ({layer.type})",
                _number(layer.mean),
                _number(layer.std),
                _share(layer),
                _number(layer.gradient),
                _number(layer.gradient_ratio),
                _number(layer.update_ratio),
            )
            for layer in self.measurements[-1].layers
        ]


def _share(layer: LayerNumbers) -> str:
    if layer.dead is not None:
        return f"{100 * layer.dead:.0f}% dead"
    return "" if layer.saturated is None else f"{100 * layer.saturated:.0f}% flat"


def _number(x: float | None) -> str:
    return "" if x is None or x != x else f"{x:.3g}"
