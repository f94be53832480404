"""The backward pass with everything kept: which gradient each Op sent to each of its inputs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.autograd.op import Op
from ondol.autograd.tape import (
    _add,
    _first_gradient,
    _fit,
    _mark_needed,
    _recorded,
    _recording,
    _run_backward,
)
from ondol.autograd.tensor import Tensor
from ondol.backend.compile import to_numpy

BackwardRule = Callable[
    ..., Any
]  # rule(op, dy), with one dy for each output, as Op.backward is of self and dy


@dataclass
class Flow:
    """The Ops behind a result, first recorded first, and what came back through them.

    Attributes:
        ops: the Ops.
        arrived: for each Tensor the whole gradient that reached it.
        sent: for an Op and the number of an input, the part of that input's gradient that came from there.
        outputs: the outputs of each Op that were used.
    """

    ops: list[Op]
    arrived: dict[Tensor, Tensor]
    sent: dict[tuple[Op, int], Tensor]
    outputs: dict[Op, list[Tensor]]


def flow_back(y: Tensor, grad: Any = None, instead: Mapping[type[Op], BackwardRule] | None = None) -> Flow:
    """Go backwards from a result, and keep each gradient on the way.

    Args:
        y: the result.
        grad: the gradient for it, if it has more than one element; None for 1.
        instead: classes of Ops, and the rule by which to go back through each instead of its own.

    Raises:
        ShapeError: if y has more than one element and no grad is given.
    """
    ops, outputs = _recorded([y])
    _mark_needed(ops, None)
    arrived: dict[Tensor, Tensor] = {y: _first_gradient(y, grad)}
    sent: dict[tuple[Op, int], Tensor] = {}
    with _recording(False):
        for op in ops:
            # What an Op has passed on is taken out of the dictionary that it is given.
            with _other_rule(op, instead or {}):
                found = _run_backward(
                    op, outputs[op], {out: arrived[out] for out in outputs[op] if out in arrived}
                )
            for i, (x, g) in enumerate(zip(op.inputs, found, strict=False)):
                if g is not None and x.requires_grad:
                    sent[op, i] = _fit(op, g, x)
                    _add(arrived, x, sent[op, i])
    return Flow(ops[::-1], arrived, sent, outputs)


@contextmanager
def _other_rule(op: Op, rules: Mapping[type[Op], BackwardRule]) -> Iterator[None]:
    rule = rules.get(type(op))
    if rule is not None:
        vars(op)["backward"] = functools.partial(rule, op)
    try:
        yield
    finally:
        vars(op).pop("backward", None)


def jacobian(op: Op, output: Tensor, i: int, column: int | None = None) -> np.ndarray:
    """The derivatives of each element of an Op's output by each element of one of its inputs.

    Args:
        op: an Op that was recorded.
        output: one of its outputs.
        i: the number of the input.
        column: the only element of the input to look at, None for all.

    Returns:
        An array (output.size, input's size), or (output.size, 1) for one column.
    """
    op.needed = tuple([j == i for j in range(len(op.inputs))])
    rows = []
    with _recording(False):
        for row in range(output.size):
            seed = np.zeros(output.size, output.dtype)
            seed[row] = 1
            found = _run_backward(op, [output], {output: Tensor(seed.reshape(output.shape))})
            g = found[i] if found else None
            flat = (
                np.zeros(op.inputs[i].size) if g is None else to_numpy(_fit(op, g, op.inputs[i]).data).ravel()
            )
            rows.append(flat if column is None else flat[column : column + 1])
    return np.stack(rows)
