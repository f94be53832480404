"""What the doctor measures: numbers of each layer, and the loss along the step that the optimizer would make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

# The loss is measured after a step this many times as long as the optimizer's: shorter, its own, longer.
STEPS = (0.1, 1.0, 10.0, 100.0)


@dataclass(frozen=True)
class LayerNumbers:
    """A layer on one batch.

    Attributes:
        name, type: the layer.
        activation: the name of its activation, "" for none.
        mean, std: of its output.
        dead: share of its units that gave 0 for every sample; None where that is no bad sign.
        saturated: share of its outputs where the activation is flat; None for activations that have no flat ends.
        gradient: length of the loss' gradient by its output.
        weight: length of its weights, all together; None without any that learn.
        weight_gradient: length of the loss' gradient by them.
        update: length of the step that the optimizer would make with them.
        multiplies: whether it multiplies its input with weights, as Dense and convolutions do.
        fed_probabilities: whether it is a softmax whose input is probabilities already.
        alike: whether all its units have the same weights.
    """

    name: str
    type: str
    activation: str
    mean: float
    std: float
    dead: float | None
    saturated: float | None
    gradient: float
    weight: float | None
    weight_gradient: float | None
    update: float | None
    multiplies: bool
    fed_probabilities: bool
    alike: bool

    @property
    def update_ratio(self) -> float | None:
        """How long the step is beside the weights; None for weights that do not learn or are 0."""
        return self.update / self.weight if self.update is not None and self.weight else None

    @property
    def gradient_ratio(self) -> float | None:
        """How long the gradient is beside the weights."""
        return (
            self.weight_gradient / self.weight if self.weight_gradient is not None and self.weight else None
        )


@dataclass(frozen=True)
class Measurement:
    """One look at a model in training.

    Attributes:
        epoch: how many epochs of training lay behind it.
        loss: the loss of the batch, penalties included.
        penalty: the penalties in it.
        loss_at_rest: the loss of the same batch with dropout off and batch statistics fixed.
        line: for each of `STEPS` the loss of the batch after a step so many times as long as the optimizer's.
        layers: the layers, in the order of their calls.
        input_mean, input_std: of what reaches the first layer that multiplies, for each feature; None without one.
        output: what the model says for the batch, at rest; None for several outputs.
        target: what it should have said.
    """

    epoch: int
    loss: float
    penalty: float
    loss_at_rest: float
    line: dict[float, float]
    layers: tuple[LayerNumbers, ...]
    input_mean: np.ndarray | None
    input_std: np.ndarray | None
    output: np.ndarray | None
    target: Any

    def gain(self, step: float) -> float:
        """How much a step so many times as long as the optimizer's lowers the loss of the batch."""
        return self.loss - self.line[step]

    @property
    def multiplying(self) -> list[LayerNumbers]:
        """The layers that multiply with weights that learn: where gradients are compared."""
        return [layer for layer in self.layers if layer.multiplies and layer.weight is not None]
