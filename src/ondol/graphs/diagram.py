"""Diagram: nodes and the arrows between them, as text and as a picture."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from ondol.errors import DataError
from ondol.utils.files import put_in_place


@dataclass(eq=False)
class Node:
    """A box or circle.

    Args:
        lines: what stands in it; the first line is the title.
        kind: "operation", "value" (nothing computed it), "weight", "layer" or "result".
    """

    lines: list[str]
    kind: str = "operation"


@dataclass(eq=False)
class Edge:
    """An arrow.

    Args:
        source, target: where it begins and ends.
        forward: what goes along it.
        backward: what comes back.
    """

    source: Node
    target: Node
    forward: str = ""
    backward: str = ""


@dataclass
class Diagram:
    """Nodes in the order of the computation, and edges.

    Args:
        nodes, edges: what to draw.
        direction: "right", as formulas are read, or "down", as networks are drawn.
        title: a line over the text.
    """

    nodes: list[Node]
    edges: list[Edge]
    direction: str = "right"
    title: str = ""
    _svg: str | None = field(default=None, repr=False)

    def svg(self) -> str:
        """The picture, as an SVG document."""
        if self._svg is None:
            from ondol.graphs.placing import place
            from ondol.graphs.svg import draw

            self._svg = draw(self, place(self))
        return self._svg

    def save(self, path: str | os.PathLike) -> Path:
        """Write the picture, or the text, into a file.

        Args:
            path: ends in .svg or .txt.

        Returns:
            The path.

        Raises:
            DataError: for another ending.
        """
        path = Path(path)
        if path.suffix not in (".svg", ".txt"):
            raise DataError(f"Expected a path that ends in .svg or .txt. Received: path='{path}'.")
        text = self.svg() if path.suffix == ".svg" else str(self) + "\n"
        put_in_place(path, text.encode())
        return path

    def __str__(self) -> str:
        from ondol.graphs.text import written

        return written(self)

    def __repr__(self) -> str:
        return (
            f"<Diagram of {len(self.nodes)} nodes, {len(self.edges)} edges: print it, or .save('graph.svg')>"
        )

    def _repr_svg_(self) -> str:
        return self.svg()
