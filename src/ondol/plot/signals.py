"""How far a signal comes through many layers, depending on how their weights are first drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol import activations, initializers
from ondol.autograd import no_grad
from ondol.errors import DataError
from ondol.plot import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COMPARED = {
    "normal, std 1": initializers.RandomNormal(stddev=1.0),
    "normal, std 0.01": initializers.RandomNormal(stddev=0.01),
    "Xavier (Glorot)": initializers.GlorotNormal(),
    "He": initializers.HeNormal(),
}


def initializer_signals(
    activation: Any = "tanh",
    compared: Mapping[str, Any] | None = None,
    layers: int = 5,
    units: int = 100,
    samples: int = 1000,
    seed: int = 0,
) -> Figure:
    """Draw histograms of the outputs of each layer of a network that nothing has trained, for several initializers.

    Normal numbers go in. Where a row piles up at the ends, units are saturated and pass no gradient; where it shrinks
    to a line at 0, nothing reaches the layers behind. Xavier suits sigmoid and tanh, He suits ReLU.

    Args:
        activation: the activation of every layer, a name or a function.
        compared: name -> initializer; None for two normal distributions, Xavier's and He's.
        layers, units: depth and width of the network.
        samples: how many samples go through it.
        seed: for samples and weights.

    Returns:
        The matplotlib figure: a row for each initializer, a column for each layer.

    Raises:
        DataError: for nothing to compare.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.initializer_signals("relu", {"He": "he_normal"}, layers=3, samples=100)
        >>> len(figure.axes)
        3

    Reference:
        Glorot, Bengio: "Understanding the difficulty of training deep feedforward neural networks" (2010). He, Zhang,
        Ren, Sun: "Delving deep into rectifiers" (2015).
    """
    chosen = COMPARED if compared is None else dict(compared)
    if not chosen:
        raise DataError("Expected at least one initializer to compare. Received: none.")
    rows = {
        name: _outputs(activation, initializer, layers, units, samples, seed)
        for name, initializer in chosen.items()
    }
    figure = style.new_figure(style.WIDTH * 1.3, 1.45 * len(rows) + 0.3)
    axes = figure.subplots(len(rows), layers, squeeze=False)
    for line, (name, outputs) in zip(axes, rows.items(), strict=True):
        everything = np.concatenate([y.ravel() for y in outputs])
        low, high = np.quantile(everything, [0.001, 0.999])
        edges = np.linspace(low, high if high > low else low + 1e-6, 31)
        for number, (ax, y) in enumerate(zip(line, outputs, strict=True), start=1):
            ax.hist(y.ravel(), bins=edges, color=style.PALETTE[0], density=True)
            style.dress(ax, f"layer {number}", f"std {y.std():.2g}", name if number == 1 else "")
            style.small_title(ax, room=26)
            ax.set_yticks([])
            ax.locator_params(axis="x", nbins=3)
    return style.finish(figure)


def _outputs(
    activation: Any, initializer: Any, layers: int, units: int, samples: int, seed: int
) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    f, draw = activations.get(activation), initializers.get(initializer)
    x = rng.normal(size=(samples, units)).astype("float32")
    outputs = []
    with no_grad():
        for _ in range(layers):
            x = f(x @ np.asarray(draw((units, units)).numpy(), "float32"))
            x = np.asarray(x.numpy() if hasattr(x, "numpy") else x)
            outputs.append(x)
    return outputs
