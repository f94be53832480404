"""Other ways back through ReLU than its derivative: deconvolution, and guided backpropagation.

On its way back a gradient passes what was positive on the way there. A deconvolutional network passes what is positive
on its way back, whatever was there; guided backpropagation passes what is both. All other rules stay as they are: a
convolution goes back by its transposed kernel, a max pooling to the places where its maxima were (the "switches").
"""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.autograd.flow import BackwardRule, flow_back
from ondol.errors import DataError
from ondol.ops.add_relu import AddRelu
from ondol.ops.rectifier import Relu, relu


def _positive(op: Op, dy: Tensor) -> tuple[Tensor, ...]:
    """dx = max(dy, 0)."""
    return (relu(dy),) * len(op.inputs)


def _positive_both_ways(op: Op, dy: Tensor) -> tuple[Tensor, ...]:
    """dx = max(dy, 0) where y > 0, else 0."""
    return (relu(dy) * (op.output > 0),) * len(op.inputs)


DECONVOLUTION: dict[type[Op], BackwardRule] = {Relu: _positive, AddRelu: _positive}
GUIDED: dict[type[Op], BackwardRule] = {Relu: _positive_both_ways, AddRelu: _positive_both_ways}


def back_through_relus(score: Tensor, x: Tensor, rules: dict[type[Op], BackwardRule]) -> Any:
    """What comes back from a score to the image x when ReLUs pass it by these rules, a raw array.

    Raises:
        DataError: without ReLUs, where it would be the gradient.
    """
    flow = flow_back(score, instead=rules)
    if not any(type(op) in rules for op in flow.ops):
        raise DataError(
            "Expected a model with ReLU activations for methods 'deconvolution' and 'guided', which differ from "
            "'gradient' in how they go back through them. Received: a model without. Draw methods=['gradient']."
        )
    return flow.arrived[x].data
