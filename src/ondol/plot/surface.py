"""A loss as a landscape, and the paths of optimizers on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol import optimizers
from ondol.autograd import Variable, tensor
from ondol.errors import DataError
from ondol.plot import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SURFACES: dict[str, tuple[Callable, tuple[float, float], tuple[float, float, float, float]]] = {
    # f(x, y), where to start, and what to show: left, right, bottom, top
    "ravine": (lambda x, y: x**2 / 20 + y**2, (-7.0, 2.0), (-8, 8, -3, 3)),
    "plateau": (
        lambda x, y: 1 - 0.9 / (1 + (x**2 + y**2) / 4) + 0.0005 * (x**2 + y**2),
        (-6.0, 4.0),
        (-8, 8, -6, 6),
    ),
    "valley": (lambda x, y: (1 - x) ** 2 + 10 * (y - x**2) ** 2, (-1.5, 2.0), (-2.2, 2.2, -1, 3.2)),
    "saddle": (lambda x, y: (x**2 - y**2) / 4 + y**4 / 40, (-3.5, 0.02), (-4, 4, -4, 4)),
}


def loss_surface(
    f: str | Callable = "ravine",
    compared: Mapping[str, Any] | None = None,
    start: tuple[float, float] | None = None,
    steps: int = 40,
    limits: Sequence[float] | None = None,
    three_d: bool = False,
) -> Figure:
    """Draw a function of two numbers, and how optimizers go down on it from one start.

    Args:
        f: "ravine", "plateau", "valley" (Rosenbrock's), "saddle", or a function f(x, y) of two Tensors.
        compared: name -> optimizer; None for SGD, momentum, AdaGrad, RMSprop and Adam.
        start: where all of them start; needed for a function of yours.
        steps: how many steps each makes.
        limits: left, right, bottom and top of what is shown; needed for a function of yours.
        three_d: as a landscape instead of contour lines.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: for an unknown surface, or a function without start and limits.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.loss_surface("ravine", {"SGD": od.optimizers.SGD(0.9)}, steps=5)
        >>> len(figure.axes[0].lines[0].get_xdata())
        6
    """
    if isinstance(f, str):
        if f not in SURFACES:
            raise DataError(
                f"Expected one of {', '.join(map(repr, SURFACES))}, or a function. Received: f={f!r}."
            )
        f, known_start, known_limits = SURFACES[f]
        start, limits = start or known_start, limits or known_limits
    if start is None or limits is None:
        raise DataError(
            "Expected start=(x, y) and limits=(left, right, bottom, top) for a function of your own."
        )
    paths = {name: _path(f, optimizer, start, steps) for name, optimizer in (compared or _common()).items()}
    left, right, bottom, top = limits
    across, down = np.linspace(left, right, 161), np.linspace(bottom, top, 121)
    x, y = np.meshgrid(across, down)
    z = f(tensor(x), tensor(y)).numpy()
    figure = style.new_figure(style.WIDTH * 0.9, 4.2)
    ax = figure.add_subplot(projection="3d" if three_d else None)
    if three_d:
        ax.plot_surface(x, y, z, cmap="Greys", alpha=0.55, linewidth=0)  # type: ignore[attr-defined]
    else:
        levels = np.quantile(z, np.linspace(0, 1, 16)[1:-1])
        ax.contour(x, y, z, levels=np.unique(levels), colors=style.SOFT, linewidths=0.6)
    for (name, (px, py, pz)), color, marker in zip(
        paths.items(), style.PALETTE * 2, style.MARKERS * 2, strict=False
    ):
        line = (px, py, pz) if three_d else (px, py)
        ax.plot(*line, color=color, marker=marker, markersize=3.2, linewidth=1.3, label=name)
    style.dress(ax, "", "x", "y")
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.legend(
        fontsize=style.SIZE["small"], facecolor="white", edgecolor="none", framealpha=0.9, loc="upper right"
    )
    return style.finish(figure)


def _common() -> dict[str, Any]:
    return {
        "SGD": optimizers.SGD(0.9),
        "momentum": optimizers.SGD(0.1, momentum=0.9),
        "AdaGrad": optimizers.Adagrad(1.5),
        "RMSprop": optimizers.RMSprop(0.3),
        "Adam": optimizers.Adam(0.3),
    }


def _path(f: Callable, optimizer: Any, start: tuple[float, float], steps: int) -> tuple[np.ndarray, ...]:
    """The places that an optimizer visits, and the loss there; up to where it leaves all bounds."""
    x, y = (
        Variable(float(start[0]), name="x", dtype="float64"),
        Variable(float(start[1]), name="y", dtype="float64"),
    )
    visited = []
    for _ in range(steps + 1):
        visited.append((float(x), float(y), float(f(x, y))))
        if not np.isfinite(visited[-1]).all() or abs(visited[-1][2]) > 1e12:
            break
        optimizer.minimize(lambda: f(x, y), [x, y])
    return tuple(np.array(visited).T)
