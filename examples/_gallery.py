"""What the programs of this folder share, so that each can be about its one idea.

Every program takes two options: `--fast` for a few steps instead of a whole training (the tests run it so),
and `--out FOLDER` for where its picture goes.
"""

import argparse
import sys
from pathlib import Path

from cycler import cycler

from ondol.plot import style

_parser = argparse.ArgumentParser(
    description="A page of Ondol's gallery: see the first lines of the program."
)
_parser.add_argument("--fast", action="store_true", help="a few steps only")
_parser.add_argument("--out", type=Path, default=Path("pictures"), help="folder of the picture")


def steps(number):
    """So many steps or epochs; a fiftieth of them with --fast."""
    return max(2, number // 50) if _parser.parse_args().fast else number


def canvas(columns=1, rows=1, height=3.2):
    """A figure and its axes; lines drawn into them differ in colour and in dashes."""
    figure = style.new_figure(style.WIDTH if columns > 1 else 5.4, height * rows)
    axes = figure.subplots(rows, columns)
    for ax in figure.axes:
        ax.set_prop_cycle(cycler(color=style.PALETTE[:8]) + cycler(linestyle=["-", "--", "-.", ":"] * 2))
    return figure, axes


def label(ax, title="", xlabel="", ylabel="", **legend):
    """Title, names of the axes and, if the lines have labels, a legend."""
    style.dress(ax, title, xlabel, ylabel, grid=True)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(fontsize=style.SIZE["small"], handlelength=2.6, **{"frameon": False, **legend})


def save(drawing):
    """Write a figure, or a diagram of od.graph, under the name of the running program."""
    folder = _parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(sys.argv[0]).with_suffix(".png" if hasattr(drawing, "savefig") else ".svg").name
    if path.suffix == ".png":
        style.finish(drawing).savefig(path)
    else:
        drawing.save(path)
    print("picture:", path)
