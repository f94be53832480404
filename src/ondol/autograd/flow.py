"""The backward pass with everything kept: which gradient each Op sent to each of its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


@dataclass
class Flow:
    """The Ops behind a result, first recorded first, and what came back through them.

    Attributes:
        ops: the Ops.
        arrived: for each Tensor the whole gradient that reached it.
        sent: for an Op and the number of an input, the part of that input's gradient that came from there.
    """

    ops: list[Op]
    arrived: dict[Tensor, Tensor]
    sent: dict[tuple[Op, int], Tensor]


def flow_back(y: Tensor, grad: Any = None) -> Flow:
    """Go backwards from a result, and keep each gradient on the way.

    Args:
        y: the result.
        grad: the gradient for it, if it has more than one element; None for ones.

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
            found = _run_backward(
                op, outputs[op], {out: arrived[out] for out in outputs[op] if out in arrived}
            )
            for i, (x, g) in enumerate(zip(op.inputs, found, strict=False)):
                if g is not None and x.requires_grad:
                    sent[op, i] = _fit(op, g, x)
                    _add(arrived, x, sent[op, i])
    return Flow(ops[::-1], arrived, sent)
