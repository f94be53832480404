"""A diagram as lines of text: each node with a number, by which others refer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ondol.graphs.diagram import Diagram


def written(diagram: Diagram) -> str:
    """One line for each arrow: the node it leaves, where it goes, what goes forward along it, and what comes back."""
    numbers = {node: i for i, node in enumerate(diagram.nodes, start=1)}
    rows = []
    for node in diagram.nodes:
        inputs = ", ".join(str(numbers[e.source]) for e in diagram.edges if e.target is node)
        if node.kind == "operation":  # signs have their name in the last line
            name, details = f"{node.lines[-1]}({inputs})", ""
        else:
            name, details = node.lines[0], ", ".join(node.lines[1:])
        first = [str(numbers[node]), name, details]
        for edge in [e for e in diagram.edges if e.source is node]:
            back = f"← {edge.backward}" if edge.backward else ""
            rows.append([*first, f"→ {numbers[edge.target]}", edge.forward, back])
            first = ["", "", ""]
        if first[0]:  # nothing leaves it
            rows.append([*first, "", "", ""])
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    gaps = ["  ", "    ", *["   "] * len(columns)]
    widths = [max(map(len, column)) + len(gap) for column, gap in zip(columns, gaps, strict=False)]
    lines = [
        "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in zip(*columns, strict=True)
    ]
    return "\n".join(([diagram.title] if diagram.title else []) + lines)
