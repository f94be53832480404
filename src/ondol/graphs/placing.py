"""Where the nodes of a diagram stand: in ranks along its direction, ordered so that few arrows cross.

Sugiyama, Tagawa, Toda: "Methods for visual understanding of hierarchical system structures" (1981), in short:
ranks by the longest way, long arrows cut by points that stand in for nodes, order by the mean place of neighbours,
places as near to the neighbours as the order allows.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from ondol.graphs.diagram import Diagram, Edge, Node

# Pixels.
LETTER, BOLD = 7.0, 8.0  # widths of a letter
LINE = 16.0  # height of a line of text
SIGN = 22.0  # radius of the circle around a sign
MARGIN = 14.0
SPACE = 18.0  # between neighbours in a rank
LANE = 2 * LINE + 6  # what an arrow says needs: a line above and one below
BEND = 24.0  # along the direction, from a node to where the text of its arrow begins
SWEEPS = 12

Point = tuple[float, float]


@dataclass
class Placement:
    """Centres and sizes of nodes, the bends of arrows, and the size of the whole, in pixels."""

    centres: dict[Node, Point]
    sizes: dict[Node, Point]
    paths: dict[Edge, list[Point]]
    width: float
    height: float


@dataclass(eq=False)
class _Spot:
    """A node, or a point through which a long arrow passes, in its rank."""

    node: Node | None
    extent: float  # across the direction
    place: float = 0.0
    before: list[_Spot] = field(default_factory=list)
    after: list[_Spot] = field(default_factory=list)


def size_of(node: Node) -> Point:
    """Width and height that a node's text needs."""
    if node.kind == "operation" and len(node.lines) > 1:  # a circle with a sign
        return 2 * SIGN, 2 * SIGN
    title = BOLD if len(node.lines) > 1 else LETTER
    width = max(len(line) * (LETTER if i else title) for i, line in enumerate(node.lines))
    return width + 18, len(node.lines) * LINE + 12


def place(diagram: Diagram) -> Placement:
    """Find a place for every node and a way for every arrow."""
    sizes = {node: size_of(node) for node in diagram.nodes}
    along, across = (0, 1) if diagram.direction == "right" else (1, 0)
    rank = _ranks(diagram)
    leaving: dict[Node, list[Edge]] = defaultdict(list)
    for edge in diagram.edges:
        leaving[edge.source].append(edge)
    lane = LANE if along == 0 and any(edge.forward or edge.backward for edge in diagram.edges) else 0.0
    extents = {node: max(size[across], len(leaving[node]) * lane) for node, size in sizes.items()}
    ranks, ways = _spots(diagram, rank, extents)
    _order(ranks)
    _spread(ranks)
    middles, depths = _middles(diagram, rank, sizes, along)
    low = min(spot.place - spot.extent / 2 for spots in ranks for spot in spots)
    at: dict[_Spot, Point] = {}
    for middle, spots in zip(middles, ranks, strict=True):
        for spot in spots:
            place = spot.place - low + MARGIN
            at[spot] = (middle, place) if along == 0 else (place, middle)
    centres = {spot.node: point for spot, point in at.items() if spot.node is not None}
    paths = {}
    for edges in leaving.values():
        edges = sorted(edges, key=lambda edge: at[ways[edge][1]][across])
        for i, edge in enumerate(edges):
            start, *between, end = ways[edge]
            points = [at[start], at[end]]
            points[1:1] = [
                _moved(at[spot], along, side * depths[number] / 2)  # straight past the boxes of a rank
                for number, spot in enumerate(between, start=rank[edge.source] + 1)
                for side in (-1, 1)
            ]
            points[0] = _moved(points[0], along, sizes[edge.source][along] / 2)
            points[-1] = _moved(points[-1], along, -sizes[edge.target][along] / 2)
            if lane:  # a straight piece, on which its text stands
                x, y = points[0][0], points[0][1] + (i - (len(edges) - 1) / 2) * lane
                bend = BEND if len(edges) > 1 else 2.0
                points[1:1] = [(x + bend, y), (x + bend + _text_width(edge), y)]
            paths[edge] = points
    deep = middles[-1] + depths[-1] / 2 + MARGIN
    wide = max(spot.place + spot.extent / 2 for spots in ranks for spot in spots) - low + 2 * MARGIN
    return Placement(centres, sizes, paths, *((deep, wide) if along == 0 else (wide, deep)))


def _ranks(diagram: Diagram) -> dict[Node, int]:
    """How many arrows the longest way to each node has; what has none before it stands beside its first reader."""
    rank = dict.fromkeys(diagram.nodes, 0)
    targets: dict[Node, list[Node]] = defaultdict(list)
    sources = {edge.target for edge in diagram.edges}
    for edge in diagram.edges:
        targets[edge.source].append(edge.target)
    for node in diagram.nodes:  # in the order of the computation
        for target in targets[node]:
            rank[target] = max(rank[target], rank[node] + 1)
    for node in diagram.nodes:
        if node not in sources and targets[node]:
            rank[node] = min(rank[target] for target in targets[node]) - 1
    return rank


def _spots(
    diagram: Diagram, rank: dict[Node, int], extents: dict[Node, float]
) -> tuple[list[list[_Spot]], dict[Edge, list[_Spot]]]:
    """The spots of each rank, linked to their neighbours, and the spots that each arrow passes."""
    ranks: list[list[_Spot]] = [[] for _ in range(max(rank.values()) + 1)]
    spots = {node: _Spot(node, extents[node]) for node in diagram.nodes}
    for node, spot in spots.items():
        ranks[rank[node]].append(spot)
    ways = {}
    for edge in diagram.edges:
        way = [spots[edge.source]]
        for number in range(rank[edge.source] + 1, rank[edge.target]):
            way.append(_Spot(None, LINE))
            ranks[number].append(way[-1])
        way.append(spots[edge.target])
        for a, b in itertools.pairwise(way):
            a.after.append(b)
            b.before.append(a)
        ways[edge] = way
    return ranks, ways


def _order(ranks: list[list[_Spot]]) -> None:
    """Sort each rank by the mean place of its neighbours, to and fro; keep the order in which fewest arrows cross."""
    best, fewest = [list(spots) for spots in ranks], _crossings(ranks)
    for sweep in range(SWEEPS):
        forwards = sweep % 2 == 0
        for spots in ranks if forwards else ranks[::-1]:
            known = {spot: i for rank in ranks for i, spot in enumerate(rank)}
            mean = {}
            for i, spot in enumerate(spots):
                near = spot.before if forwards else spot.after
                mean[spot] = sum(known[other] for other in near) / len(near) if near else i
            spots.sort(key=mean.__getitem__)
        crossings = _crossings(ranks)
        if crossings < fewest:
            best, fewest = [list(spots) for spots in ranks], crossings
    for spots, order in zip(ranks, best, strict=True):
        spots[:] = order


def _crossings(ranks: list[list[_Spot]]) -> int:
    count = 0
    for upper, lower in itertools.pairwise(ranks):
        number = {spot: i for i, spot in enumerate(lower)}
        ends = [sorted(number[b] for b in spot.after) for spot in upper]
        flat = [end for group in ends for end in group]
        count += sum(a > b for i, a in enumerate(flat) for b in flat[i + 1 :])
    return count


def _spread(ranks: list[list[_Spot]]) -> None:
    """Bring every spot near its neighbours, as far as the order and the sizes in its rank allow."""
    for spots in ranks:
        total = 0.0
        for spot in spots:
            spot.place = total + spot.extent / 2
            total += spot.extent + SPACE
        for spot in spots:
            spot.place -= total / 2
    for sweep in range(2 * SWEEPS):
        last = sweep == 2 * SWEEPS - 1
        for spots in ranks if sweep % 2 == 0 else ranks[::-1]:
            wished = []
            for spot in spots:
                near = spot.before + spot.after if last else (spot.before if sweep % 2 == 0 else spot.after)
                wished.append(sum(s.place for s in near) / len(near) if near else spot.place)
            for spot, found in zip(spots, _apart(wished, [s.extent for s in spots]), strict=True):
                spot.place = found


def _apart(wished: Sequence[float], extents: Sequence[float]) -> list[float]:
    """The places nearest to the wished ones (least squares) that keep the order and leave space between."""
    offsets = [0.0]
    for a, b in itertools.pairwise(extents):
        offsets.append(offsets[-1] + (a + b) / 2 + SPACE)
    blocks: list[list[float]] = []  # mean and length of runs that touch
    for wish, offset in zip(wished, offsets, strict=True):
        blocks.append([wish - offset, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, length = blocks.pop()
            blocks[-1] = [
                (blocks[-1][0] * blocks[-1][1] + mean * length) / (blocks[-1][1] + length),
                blocks[-1][1] + length,
            ]
    means = [mean for mean, length in blocks for _ in range(int(length))]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _middles(
    diagram: Diagram, rank: dict[Node, int], sizes: dict[Node, Point], along: int
) -> tuple[list[float], list[float]]:
    """The middle and the depth of each rank along the direction; between two there is room for what arrows say."""
    count = max(rank.values()) + 1
    extent = [0.0] * count
    gap = [44.0 if along == 0 else 26.0] * count
    for node, number in rank.items():
        extent[number] = max(extent[number], sizes[node][along])
    for edge in diagram.edges:
        text = _text_width(edge) + 2 * BEND
        lines = (bool(edge.forward) + bool(edge.backward)) * LINE + 16
        gap[rank[edge.source]] = max(gap[rank[edge.source]], text if along == 0 else lines)
    middles, edge_of_last = [], MARGIN
    for number in range(count):
        middles.append(edge_of_last + extent[number] / 2)
        edge_of_last += extent[number] + gap[number]
    return middles, extent


def _text_width(edge: Edge) -> float:
    return max(len(edge.forward), len(edge.backward)) * 0.95 * LETTER


def _moved(point: Point, along: int, by: float) -> Point:
    """The point, further along the direction."""
    x, y = point
    return (x + by, y) if along == 0 else (x, y + by)
