"""How the gradient comes back through a network: whether it vanishes or explodes on its way to the first layers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.backend import tree
from ondol.errors import DataError
from ondol.plot import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = ("gradient at each layer's output", "gradient at each layer's weights")
LINES = {"length": "-", "mean |g|": ":"}


def gradient_flow(model: Any, x: Any, y: Any, sample_weight: Any = None) -> Figure:
    """Draw how long the gradient of the loss is where it arrives: at each layer's output, and at its weights.

    The first layer is on top, so a gradient comes up from the loss below; the scale is logarithmic. A line that runs
    to the left on its way up is a gradient that vanishes, one to the right a gradient that explodes. Beside its length
    √Σg² stands the mean of |g|, which does not grow with the number of units or weights. Nothing is trained.

    Args:
        model: a compiled model; or a dictionary of names and such models, to compare them layer by layer.
        x, y, sample_weight: a batch, as for `model.trace`.

    Returns:
        The matplotlib figure. Where gradients are 0, nothing is drawn.

    Raises:
        DataError: for no model, or for models to compare that have different numbers of layers.
        ValueError: for a model that is not compiled (NotCompiledError).

    Example:
        >>> import ondol as od
        >>> def deep(activation):
        ...     layers = [od.layers.Dense(20, activation, "he_normal") for _ in range(8)]
        ...     model = od.Sequential([od.Input((4,)), *layers, od.layers.Dense(1)])
        ...     model.compile("sgd", "mse")
        ...     return model
        >>> models = {"sigmoid": deep("sigmoid"), "ReLU, He": deep("relu")}
        >>> figure = od.plot.gradient_flow(models, od.random.normal((32, 4)), od.ops.ones((32, 1)))
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ["gradient at each layer's output", "gradient at each layer's weights"]

    Reference:
        Bengio, Simard, Frasconi: "Learning long-term dependencies with gradient descent is difficult" (1994); Glorot,
        Bengio: "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """
    models = dict(model) if isinstance(model, Mapping) else {"": model}
    traces = {name: list(each.trace(x, y, sample_weight).layers.values()) for name, each in models.items()}
    names = _rows(traces)
    figure = style.new_figure(style.WIDTH * 1.2, max(2.6, 0.24 * len(names) + 1.5))
    figure.get_layout_engine().set(wspace=0.06)  # type: ignore[union-attr, call-arg] # between the ends of their scales
    axes = figure.subplots(1, 2, sharey=True)
    for ax, panel in zip(axes, PANELS, strict=True):
        drawn = []
        for number, (name, layers) in enumerate(traces.items()):
            arrived = [_at_output(layer) if panel is PANELS[0] else _at_weights(layer) for layer in layers]
            drawn += _draw(ax, arrived, style.color(number), name)
        style.dress(ax, panel, grid=True)
        if drawn:
            ax.set_xscale("log")  # from one whole power of ten to another
            low, high = math.log10(min(drawn)), math.log10(max(drawn))
            ax.set_xlim(10 ** math.floor(low - 0.1), 10 ** math.ceil(high + 0.1))
    axes[0].set_yticks(range(len(names)), names)
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    handles, words = axes[0].get_legend_handles_labels()
    figure.legend(
        handles,
        words,
        loc="outside lower center",
        ncols=max(2, len(models)),
        fontsize=style.SIZE["small"],
        frameon=False,
    )
    return style.finish(figure)


def _rows(traces: Mapping[str, Sequence[Any]]) -> list[str]:
    """A name for each layer: its own where all models agree."""
    lengths = {len(layers) for layers in traces.values()}
    if len(lengths) != 1 or lengths == {0}:
        received = ", ".join(f"{name or 'model'}: {len(layers)}" for name, layers in traces.items())
        raise DataError(
            "Expected a model with layers, or several with as many layers each. "
            f"Received: {received or 'no model'}. Draw each in a figure of its own."
        )
    layers_at = list(zip(*traces.values(), strict=True))
    return [
        same[0].name if len({layer.name for layer in same}) == 1 else f"layer {number}"
        for number, same in enumerate(layers_at, start=1)
    ]


def _at_output(layer: Any) -> list[np.ndarray]:
    return [np.asarray(g, "float64") for g in tree.flatten(layer.output_gradient) if g is not None]


def _at_weights(layer: Any) -> list[np.ndarray]:
    return [np.asarray(p.gradient, "float64") for p in layer.parameters.values()]


def _draw(ax: Axes, arrived: list[list[np.ndarray]], color: str, name: str) -> list[float]:
    """Two lines down the layers: lengths, and means of |g|; layers without a gradient are passed over."""
    flat = [(row, np.concatenate([g.ravel() for g in parts])) for row, parts in enumerate(arrived) if parts]
    flat = [(row, g) for row, g in flat if g.any()]
    rows = [row for row, _ in flat]
    values = {
        "length": [float(np.linalg.norm(g)) for _, g in flat],
        "mean |g|": [float(np.abs(g).mean()) for _, g in flat],
    }
    for kind, line in values.items():
        label = f"{name}: {kind}" if name else kind
        ax.plot(line, rows, LINES[kind], color=color, marker="o", markersize=3.5, linewidth=1.5, label=label)
    return [v for line in values.values() for v in line]
