"""Drawings of what was computed, and of what a model computes.

* `graph(y)`: the Ops behind a result; on request with each value and each gradient
* `model.graph()`: the layers of a model

A Diagram is text when printed, a picture in a notebook, and a file with `diagram.save("graph.svg")`.
"""

from ondol.graphs.diagram import Diagram, Edge, Node
from ondol.graphs.of_tape import graph

__all__ = ["Diagram", "Edge", "Node", "graph"]
