"""Sequences, step by step: how far back the gradient reaches, and what the units of a recurrent layer hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import DataError
from ondol.insight import gradient_over_time as norms_over_time
from ondol.insight import hidden_states as states_of
from ondol.plot import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_LABELS = 60  # steps that are named one by one


def gradient_over_time(model: Any, x: Any, y: Any, layer: str | None = None) -> Figure:
    """Draw how long the gradient of the loss is at each step of the inputs, on a logarithmic scale.

    A line that falls towards the left is a network that forgets: what stood far back hardly moves its weights. Nothing
    is trained.

    Args:
        model: a compiled model; or a dictionary of names and such models, to compare them.
        x, y: a batch.
        layer: name of the layer whose inputs are looked at; None for the first that takes a sequence of vectors.

    Returns:
        The matplotlib figure.

    Example:
        >>> import ondol as od
        >>> def network(layer):
        ...     model = od.Sequential([od.Input((30, 2)), layer(16), od.layers.Dense(1)])
        ...     model.compile("sgd", "mse")
        ...     return model
        >>> models = {"SimpleRNN": network(od.layers.SimpleRNN), "LSTM": network(od.layers.LSTM)}
        >>> figure = od.plot.gradient_over_time(models, od.random.normal((8, 30, 2)), od.ones((8, 1)))
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['SimpleRNN', 'LSTM']

    Reference:
        Hochreiter, Schmidhuber: "Long short-term memory" (1997).
    """
    models = dict(model) if isinstance(model, Mapping) else {"": model}
    if not models:
        raise DataError("Expected a model, or a dictionary of models. Received: an empty one.")
    figure = style.new_figure(style.WIDTH, 3.4)
    ax = figure.subplots()
    for number, (name, each) in enumerate(models.items()):
        norms = norms_over_time(each, x, y, layer)
        steps = np.flatnonzero(norms)  # a logarithm of 0 cannot be drawn
        ax.plot(steps, norms[steps], color=style.color(number), linewidth=1.8, label=name or None)
    ax.set_yscale("log")
    style.dress(ax, "gradient of the loss at each step", "step", "length, mean over the batch", grid=True)
    if "" not in models:
        ax.legend(frameon=False, fontsize=style.SIZE["small"])
    return style.finish(figure)


def hidden_states(
    model: Any, x: Any, labels: Sequence[str] | None = None, layer: str | None = None, sample: int = 0
) -> Figure:
    """Draw what each unit of a recurrent layer holds after each step of one sequence: blue below 0, red above.

    Args:
        model: a model with a recurrent layer.
        x: a batch of what it takes.
        labels: names of the steps (characters, words); None for their numbers.
        layer: name of the recurrent layer; None for the first one.
        sample: which sequence of the batch.

    Returns:
        The matplotlib figure. Units whose states are alike stand next to each other.

    Raises:
        DataError: for labels that are not one for each step, or no such sample.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.Input((5, 2)), od.layers.LSTM(12), od.layers.Dense(1)])
        >>> figure = od.plot.hidden_states(model, od.random.normal((1, 5, 2)), labels=list("hello"))
        >>> [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
        ['h', 'e', 'l', 'l', 'o']

    Reference:
        Karpathy, Johnson, Fei-Fei: "Visualizing and understanding recurrent networks" (2015).
    """
    states = states_of(model, x, layer)
    if not -len(states) <= sample < len(states):
        raise DataError(f"Expected a sample below {len(states)}. Received: sample={sample}.")
    traces = states[sample].T.astype("float64")  # (units, steps)
    if labels is not None and len(labels) != traces.shape[1]:
        raise DataError(
            f"Expected a label for each of {traces.shape[1]} steps. Received: {len(labels)} labels."
        )
    traces = traces[_alike_together(traces)]
    units, steps = traces.shape
    figure = style.new_figure(
        min(14.0, max(style.WIDTH, 0.17 * steps + 1.4)), min(7.0, max(2.4, 0.08 * units + 1.4))
    )
    ax = figure.subplots()
    largest = max(1e-9, float(np.abs(traces).max()))
    image = ax.imshow(
        traces, cmap="RdBu_r", vmin=-largest, vmax=largest, aspect="auto", interpolation="nearest"
    )
    style.dress(ax, "state of each unit after each step", "step" if labels is None else "", "unit")
    ax.set_yticks([])
    if labels is not None and steps <= MOST_LABELS:
        ax.set_xticks(range(steps), [_visible(label) for label in labels], fontsize=style.SIZE["small"])
    figure.colorbar(image, ax=ax, fraction=0.03, pad=0.01)
    return style.finish(figure)


def _visible(label: str) -> str:
    """A label with blanks and line breaks as signs."""
    return label.replace("\n", "↵").replace(" ", "␣")


def _alike_together(traces: np.ndarray) -> list[int]:
    """An order of the rows in which each follows the one that it is most like."""
    unit = traces - traces.mean(axis=1, keepdims=True)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    alike = unit @ unit.T
    order, left = [0], set(range(1, len(traces)))
    while left:
        nearest = max(left, key=lambda row: alike[order[-1], row])
        order.append(nearest)
        left.remove(nearest)
    return order
