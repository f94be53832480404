"""What happens along a sequence: what the units of a recurrent layer hold, and how far back the gradient reaches."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Tensor, as_tensor, enable_grad, no_grad
from ondol.autograd.flow import flow_back
from ondol.backend import tree
from ondol.backend.compile import to_numpy
from ondol.backend.dtypes import is_floating
from ondol.errors import DataError, ShapeError, unknown_name
from ondol.layers.base import Layer
from ondol.layers.structure import find
from ondol.layers.watching import watched


def gradient_over_time(model: Any, x: Any, y: Any, layer: str | Layer | None = None) -> np.ndarray:
    r"""How long the gradient of the loss is at each step of the sequences that go into a layer.

    For step t the mean over the batch of $\lVert \partial L / \partial x_t \rVert$. Where the loss looks at the last
    step only, this is how much the network can learn from what stood t steps before: in a simple recurrent network it
    shrinks by a factor with each step, since it passes $W^\top \tanh'$ each time; in an LSTM the gates keep it.

    Args:
        model: a compiled model.
        x, y: a batch.
        layer: the layer whose inputs are looked at, or its name; None for the first that takes sequences of vectors.

    Returns:
        Array (steps,), float64.

    Raises:
        DataError: for a model without such a layer, or whose loss does not depend on it.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.Input((20, 3)), od.layers.SimpleRNN(8), od.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> norms = od.insight.gradient_over_time(model, od.random.normal((4, 20, 3), seed=0), od.ones((4, 1)))
        >>> norms.shape, bool(norms[0] < norms[-1])
        ((20,), True)

    Reference:
        Bengio, Simard, Frasconi: "Learning long-term dependencies with gradient descent is difficult" (1994).
    """
    model._require_compiled("gradient_over_time")
    chosen = _layers(model, layer)
    seen: list[Tensor] = []
    inputs = tree.map_tree(_leaf, x)
    with enable_grad(), watched(chosen, lambda layer, args, y: seen.extend(_sequences(args))):
        loss = model.compute_loss(
            inputs, tree.map_tree(as_tensor, y), model(inputs, training=True), training=True
        )
    arrived = flow_back(loss).arrived
    found = next((t for t in seen if t in arrived), None)
    if found is None:
        raise DataError(
            f"Expected a layer that takes sequences (batch, steps, features) and that the loss depends on. Received: "
            f"{', '.join(each.name for each in chosen) or 'a model without layers'}, with none such among them."
        )
    gradient = to_numpy(arrived[found].data).astype("float64")
    lengths = np.sqrt((gradient**2).reshape(*gradient.shape[:2], -1).sum(-1))
    return lengths.mean(axis=0) * len(lengths)  # the loss is a mean over the batch: of one sample's own loss


def hidden_states(model: Any, x: Any, layer: str | Layer | None = None) -> np.ndarray:
    """What the units of a recurrent layer hold after each step.

    Args:
        model: a model.
        x: a batch of what it takes.
        layer: the recurrent layer, or its name; None for the first one.

    Returns:
        Array (batch, steps, units): the layer's outputs at all steps, whether the model uses all of them or not.

    Raises:
        DataError: for a model without a recurrent layer.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.Input((20, 3)), od.layers.GRU(8), od.layers.Dense(1)])
        >>> od.insight.hidden_states(model, od.ones((4, 20, 3))).shape
        (4, 20, 8)
    """
    from ondol.layers import RNN

    recurrent = [each for each in _layers(model, layer) if isinstance(each, RNN)]
    if not recurrent:
        raise DataError(
            f"Expected a recurrent layer (SimpleRNN, LSTM, GRU, RNN). Received: layer={layer!r} of the model "
            f"'{model.name}', whose layers are {', '.join(each.name for each in _layers(model, None))}."
        )
    chosen = recurrent[0]
    inputs: list[Any] = []
    with no_grad():
        with watched([chosen], lambda layer, args, y: inputs.append(args[0])):
            model(tree.map_tree(as_tensor, x), training=False)
        before = chosen.return_sequences
        chosen.return_sequences = True
        try:
            outputs = chosen(inputs[0], training=False)
        finally:
            chosen.return_sequences = before
    return to_numpy(tree.flatten(outputs)[0].data)


def _layers(model: Any, layer: str | Layer | None) -> list[Layer]:
    """The layers to look at, in the order in which they were made."""
    known = find(model, Layer)
    if layer is None:
        return known
    if isinstance(layer, Layer):
        return [layer]
    named = [each for each in known if each.name == layer]
    if not named:
        raise unknown_name("layer", layer, [each.name for each in known])
    return named


def _leaf(x: Any) -> Tensor:
    """A batch as a Tensor that a gradient can arrive at."""
    x = as_tensor(x)
    if x.ndim == 0:
        raise ShapeError(f"Expected a batch of samples. Received: a number, {x!r}.")
    return Tensor(x.data, requires_grad=is_floating(x.dtype))


def _sequences(args: tuple) -> list[Tensor]:
    return [
        t
        for t in tree.flatten(args)
        if isinstance(t, Tensor) and t.ndim == 3 and t.requires_grad and is_floating(t.dtype)
    ]
