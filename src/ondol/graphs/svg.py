"""A placed diagram as an SVG document, which browsers, notebooks and editors show."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from ondol.graphs.placing import LINE, SIGN, Placement, Point

if TYPE_CHECKING:
    from ondol.graphs.diagram import Diagram, Edge, Node

INK, SOFT, FORWARD, BACKWARD = "#1A1A1A", "#6B6B6B", "#0072B2", "#D55E00"
# What a node is filled with and surrounded by; told apart in black-and-white print by form and border, too.
LOOKS = {
    "operation": ("#FFFFFF", INK),
    "layer": ("#F4F6F8", "#5A6B7B"),
    "weight": ("#E8F2FA", FORWARD),
    "value": ("#FFFFFF", "#BBBBBB"),
    "result": ("#FFFFFF", "#BBBBBB"),
}
FONT = "'DejaVu Sans', 'Noto Sans KR', 'NanumGothic', 'Apple SD Gothic Neo', 'Malgun Gothic', sans-serif"


def draw(diagram: Diagram, placement: Placement) -> str:
    """The document, white behind, so that it can be read on a dark page, too."""
    width, height = placement.width, placement.height
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{FONT}" font-size="12">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0,0.5 L8,4 L0,7.5 z" fill="{SOFT}"/></marker></defs>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>',
    ]
    parts += [_arrow(edge, placement.paths[edge], diagram.direction) for edge in diagram.edges]
    parts += [_box(node, placement.centres[node], placement.sizes[node]) for node in diagram.nodes]
    return "\n".join([*parts, "</svg>"])


def _box(node: Node, centre: Point, size: Point) -> str:
    (x, y), (width, height) = centre, size
    fill, border = LOOKS[node.kind]
    if node.kind == "operation" and len(node.lines) > 1:
        sign, name = node.lines
        return (
            f'<g><circle cx="{x:.1f}" cy="{y:.1f}" r="{SIGN:.0f}" fill="{fill}" stroke="{border}"/>'
            f'<text x="{x:.1f}" y="{y + 7:.1f}" font-size="21" text-anchor="middle" fill="{INK}">{escape(sign)}</text>'
            f"<title>{escape(name)}</title></g>"
        )
    dash = ' stroke-dasharray="4 3"' if node.kind in ("value", "result") else ""
    radius = height / 2 if node.kind in ("value", "weight", "result") and len(node.lines) == 1 else 5
    top = y - (len(node.lines) - 1) * LINE / 2 + 4
    texts = []
    for i, line in enumerate(node.lines):
        look = (
            f'fill="{SOFT}"'
            if i
            else f'fill="{INK}"' + (' font-weight="bold"' if len(node.lines) > 1 else "")
        )
        texts.append(
            f'<text x="{x:.1f}" y="{top + i * LINE:.1f}" text-anchor="middle" {look}>{escape(line)}</text>'
        )
    return (
        f'<g><rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{radius:.1f}" fill="{fill}" stroke="{border}"{dash}/>{"".join(texts)}</g>'
    )


def _arrow(edge: Edge, points: list[Point], direction: str) -> str:
    """A smooth line through the points; on its first piece what goes forward, and beside it what comes back."""
    path = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if direction == "right":
            middle = (x0 + x1) / 2
            path += f" C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f}"
        else:
            middle = (y0 + y1) / 2
            path += f" C{x0:.1f},{middle:.1f} {x1:.1f},{middle:.1f} {x1:.1f},{y1:.1f}"
    line = f'<path d="{path}" fill="none" stroke="{SOFT}" stroke-width="1.2" marker-end="url(#tip)"/>'
    return line + _labels(edge, points, direction)


def _labels(edge: Edge, points: list[Point], direction: str) -> str:
    """On the straight piece of an arrow to the right, beside the beginning of one that goes down."""
    texts = []
    right = direction == "right"
    anchor = "middle" if right else "start"
    (x0, y0), (x1, y1) = points[1:3] if right and len(points) > 3 else points[:2]
    x, y = ((x0 + x1) / 2, (y0 + y1) / 2) if right else (x0 + 8, y0 + 12)
    for text, color, dy in ((edge.forward, FORWARD, -5 if right else 0), (edge.backward, BACKWARD, 14)):
        if text:
            texts.append(
                f'<text x="{x:.1f}" y="{y + dy:.1f}" text-anchor="{anchor}" font-size="11" '
                f'fill="{color}" stroke="white" stroke-width="3" paint-order="stroke">{escape(text)}</text>'
            )
    return "".join(texts)
