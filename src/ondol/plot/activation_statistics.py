"""What comes out of each layer while a network learns: mean and standard deviation, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.autograd import Tensor, no_grad
from ondol.backend import tree
from ondol.callbacks import Callback
from ondol.data import standardize_inputs
from ondol.errors import DataError
from ondol.layers import Layer
from ondol.layers.watching import watched
from ondol.models import Model
from ondol.plot import style
from ondol.plot.calls import chosen_layers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE_STYLES = ("-", "--", ":", "-.")  # the second ten layers have the colours of the first


class ActivationStatistics(Callback):
    """A callback that measures each layer's output on the same samples before the first epoch and after every one.

    Deviations that go to 0 from layer to layer are a signal that dies out; means at the ends of a sigmoid or tanh with
    no deviation are units that are saturated; jumps from epoch to epoch are steps that are too large. The samples go
    through as in `predict`: dropout is off, and batch normalization uses its running statistics.

    Args:
        x: inputs for the model, some hundred samples.
        layers: the layers to measure, or their names; None for all layers of the model that are not models themselves.

    Attributes:
        epochs: the epochs so far; 0 is before the first.
        means, deviations: name of the layer -> one number for each of `epochs`, over samples and units. A layer that is
            called again appears again, as "name (2)".

    Example:
        >>> import ondol as od
        >>> x, y = od.datasets.truth_table("xor")
        >>> model = od.Sequential([od.Input((2,)), od.layers.Dense(4, "tanh", name="hidden"), od.layers.Dense(1)])
        >>> model.compile("adam", "mse")
        >>> statistics = od.plot.ActivationStatistics(x)
        >>> history = model.fit(x, y, epochs=3, verbose=0, callbacks=[statistics])
        >>> statistics.epochs, len(statistics.means["hidden"])
        ([0, 1, 2, 3], 4)
        >>> [axes.get_title(loc="left") for axes in statistics.figure().axes]
        ['mean', 'standard deviation']

    Reference:
        Glorot, Bengio: "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """

    def __init__(self, x: Any, layers: Any = None) -> None:
        self.x = tree.map_tree(Tensor, standardize_inputs(x))
        self.layers = layers
        self._forget()

    def _forget(self) -> None:
        self.epochs: list[int] = []
        self.means: dict[str, list[float]] = {}
        self.deviations: dict[str, list[float]] = {}

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._forget()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        if not self.epochs:
            self._measure(epoch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._measure(epoch + 1)

    def _measure(self, epoch: int) -> None:
        seen: dict[str, int] = {}

        def note(layer: Layer, _: Any, output: Any) -> None:
            seen[layer.name] = seen.get(layer.name, 0) + 1
            name = layer.name if seen[layer.name] == 1 else f"{layer.name} ({seen[layer.name]})"
            parts = [np.asarray(y.numpy(), "float64").ravel() for y in tree.flatten(output)]
            values = np.concatenate(parts)
            self.means.setdefault(name, []).append(float(values.mean()))
            self.deviations.setdefault(name, []).append(float(values.std()))

        layers = _layers(self.model) if self.layers is None else chosen_layers(self.model, self.layers)
        with no_grad(), watched(layers, note):
            self.model(self.x, training=False)
        self.epochs.append(epoch)

    def figure(self, title: str | None = None) -> Figure:
        """Draw a line for each layer over the epochs: the means on the left, the standard deviations on the right.

        Args:
            title: a line over the picture.

        Raises:
            DataError: before a training.
        """
        if not self.epochs:
            raise DataError(
                "Expected a training to draw. Received: no epoch yet. "
                "Pass it on: model.fit(..., callbacks=[statistics])."
            )
        figure = style.new_figure(style.WIDTH * 1.2, 3.0 + (0.3 if title else 0))
        left, right = figure.subplots(1, 2)
        _draw(left, "mean", self.epochs, self.means)
        _draw(right, "standard deviation", self.epochs, self.deviations)
        right.set_ylim(bottom=0)
        handles, names = left.get_legend_handles_labels()
        figure.legend(handles, names, loc="outside right center", fontsize=style.SIZE["small"], frameon=False)
        if title:
            figure.suptitle(title, fontsize=style.SIZE["title"] + 1, color=style.INK)
        return style.finish(figure)


def _layers(model: Model) -> list[Layer]:
    """The layers of a model; in place of a model within it, that one's."""
    return [
        each for layer in model.layers for each in (_layers(layer) if isinstance(layer, Model) else [layer])
    ]


def _draw(ax: Axes, title: str, epochs: Sequence[int], lines: dict[str, list[float]]) -> None:
    from matplotlib.ticker import MaxNLocator

    for number, (name, values) in enumerate(lines.items()):
        look = LINE_STYLES[number // len(style.PALETTE) % len(LINE_STYLES)]
        marker = "o" if len(epochs) < 10 else ""
        ax.plot(epochs, values, look, color=style.color(number), marker=marker, markersize=3.5, label=name)
    style.dress(ax, title, "epoch", grid=True)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
