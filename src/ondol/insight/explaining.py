"""Why a weight moves as it does: the local derivatives between it and the loss, whose product is its gradient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor
from ondol.autograd.flow import Flow, flow_back, jacobian
from ondol.backend.compile import to_numpy
from ondol.errors import DataError
from ondol.graphs.numbers import IN_FULL, short

MOST_NUMBERS = 20_000_000  # in all local derivatives together
MOST_PATHS = 64


@dataclass
class Step:
    """One rule on the way, and its local derivative.

    Attributes:
        op: the rule.
        output, input: what it made, and of what.
        derivative: the derivative of each element of the output (rows) by each of the input (columns).
    """

    op: Op
    output: Tensor
    input: Tensor
    derivative: np.ndarray


@dataclass
class Explanation:
    """The paths from a loss to a weight.

    Attributes:
        name: the weight, with the index of the element if only one is explained.
        paths: for each way from the loss to the weight its steps, the loss first.
        gradient: the gradient that the backward pass finds.
        loss: the loss.
    """

    name: str
    paths: list[list[Step]]
    gradient: np.ndarray
    loss: float

    @property
    def products(self) -> list[np.ndarray]:
        """For each path the product of its derivatives, in the gradient's shape; their sum is the gradient."""
        return [_product(path).reshape(self.gradient.shape) for path in self.paths]

    def __str__(self) -> str:
        lines = [f"loss = {self.loss:.6g}", f"∂loss/∂{self.name} = {short(self.gradient)}", ""]
        for number, (path, product) in enumerate(zip(self.paths, self.products, strict=True), start=1):
            if len(self.paths) > 1:
                lines.append(f"path {number} of {len(self.paths)}:")
            rows = [_row(step) for step in path]
            widths = [max(len(row[i]) for row in rows) for i in range(2)]
            lines += [
                f"  × {what:<{widths[0]}}  {shape:>{widths[1]}}  {numbers}".rstrip()
                for what, shape, numbers in rows
            ]
            lines += [f"  = {short(product)}", ""]
        rules = dict.fromkeys(str(step.op.rule).split("\n")[0] for path in self.paths for step in path)
        return "\n".join([*lines, *rules])

    __repr__ = __str__


def explain(loss: Tensor, variable: Tensor, index: Any = None, verbose: bool = True) -> Explanation:
    """Print the chain of local derivatives that leads from a loss to one weight.

    ∂L/∂w = ∂L/∂a · ∂a/∂z · ... · ∂z/∂w: each factor is the derivative of one rule's output by its input, as a matrix
    with a row for each element of the output and a column for each of the input. Where several ways lead from the
    weight to the loss, the gradient is the sum of their products.

    Args:
        loss: a Tensor of one element.
        variable: a Variable, or another Tensor that requires a gradient, which the loss was made of.
        index: the position of one element, such as (0, 2); None for all of them.
        verbose: whether to print the explanation.

    Returns:
        The Explanation, with the matrices as NumPy arrays.

    Raises:
        DataError: if the loss does not depend on the variable, or the matrices would be too large: take one sample
            then, or give an index.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0, name="w")
        >>> chain = od.explain((w * 2.0 - 1.0) ** 2, w)
        loss = 25
        ∂loss/∂w = 20
        <BLANKLINE>
          × ∂Square/∂Subtract    1 × 1  [[10]]
          × ∂Subtract/∂Multiply  1 × 1  [[1]]
          × ∂Multiply/∂w         1 × 1  [[2]]
          = 20
        <BLANKLINE>
        Square: y = x²;   dx = 2 x dy.
        Subtract: z = x - y;   dx = dz,  dy = -dz.
        Multiply: z = x y;   dx = dz y,  dy = dz x.
    """
    if not isinstance(loss, Tensor) or loss.op is None or loss.size != 1:
        raise DataError(
            f"Expected a loss, a Tensor of one element that remembers how it was computed. Received: {loss!r}."
        )
    flow = flow_back(loss)
    leaves = {x for op in flow.ops for x in op.inputs if x is variable or (x.variable is variable)}
    ways = [list(way) for leaf in leaves for way in _ways(flow, leaf, loss)]
    if not ways:
        raise DataError(
            f"Expected a weight that the loss was made of. Received: {variable!r}, which it was not."
        )
    column = None if index is None else int(np.ravel_multi_index(_position(variable, index), variable.shape))
    _check_size(ways, column, variable)
    paths = [
        [
            Step(op, out, op.inputs[i], jacobian(op, out, i, column if op.inputs[i] in leaves else None))
            for op, out, i in reversed(way)
        ]
        for way in ways
    ]
    whole = np.sum([to_numpy(flow.arrived[leaf].data).astype("float64") for leaf in leaves], axis=0)
    gradient = np.asarray(whole if column is None else whole.ravel()[column])
    name = _name(next(iter(leaves))) + ("" if index is None else f"{list(_position(variable, index))}")
    explanation = Explanation(name, paths, gradient, float(loss))
    if verbose:
        print(explanation)
    return explanation


def _ways(flow: Flow, start: Tensor, loss: Tensor) -> Iterator[list[tuple[Op, Tensor, int]]]:
    """Every way from a Tensor to the loss, as Op, output and number of the input; at most MOST_PATHS of them."""
    readers: dict[Tensor, list[tuple[Op, int]]] = defaultdict(list)
    for op in flow.ops:
        for i, x in enumerate(op.inputs):
            readers[x].append((op, i))
    stack: list[tuple[Tensor, list[tuple[Op, Tensor, int]]]] = [(start, [])]
    found = 0
    while stack:
        x, way = stack.pop()
        if x is loss:
            found += 1
            if found > MOST_PATHS:
                raise DataError(
                    f"Expected at most {MOST_PATHS} ways from the weight to the loss. Received: more, because what is "
                    "computed from it is used many times (as over the steps of a recurrent network). Take fewer steps."
                )
            yield way
            continue
        for op, i in reversed(readers[x]):
            if (op, i) in flow.sent:
                stack.extend((out, [*way, (op, out, i)]) for out in flow.outputs[op])


def _check_size(ways: list[list[tuple[Op, Tensor, int]]], column: int | None, variable: Tensor) -> None:
    numbers = sum(
        out.size * (1 if column is not None and n == 0 else op.inputs[i].size)
        for way in ways
        for n, (op, out, i) in enumerate(way)
    )
    if numbers > MOST_NUMBERS:
        raise DataError(
            f"Expected local derivatives of at most {MOST_NUMBERS:,} numbers. Received: {numbers:,}. Explain the loss "
            "of a single sample"
            + ("." if column is not None else ", or one element of the weight: index=(0, 0).")
        )


def _position(variable: Tensor, index: Any) -> tuple[int, ...]:
    index = tuple(index) if isinstance(index, (tuple, list)) else (index,)
    shape = variable.shape
    if len(index) != len(shape) or any(not -n <= i < n for i, n in zip(index, shape, strict=False)):
        raise DataError(f"Expected the index of one element of shape {shape}. Received: index={index}.")
    return tuple(i % n for i, n in zip(index, shape, strict=True))


def _product(path: list[Step]) -> np.ndarray:
    product = np.ones((1, 1))
    for step in path:
        product = product @ step.derivative.astype("float64")
    return product


def _row(step: Step) -> tuple[str, str, str]:
    what = f"∂{type(step.op).__name__}/∂{_name(step.input)}"
    rows, columns = step.derivative.shape
    numbers = short(step.derivative)
    return (
        what,
        f"{rows} × {columns}",
        numbers if step.derivative.size <= IN_FULL else numbers.split("), ")[1],
    )


def _name(x: Tensor) -> str:
    return type(x.op).__name__ if x.op is not None else x.name or "input"
