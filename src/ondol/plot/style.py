"""How all pictures look: colours, sizes, fonts. Nothing here changes matplotlib's global settings."""

from __future__ import annotations

import functools
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008): told apart by people with any kind of colour blindness; black is left out because lines
# and letters use it. The last two are Paul Tol's wine and olive, so that ten digits have ten colours.
PALETTE = (
    "#0072B2",  # blue
    "#D55E00",  # vermillion
    "#009E73",  # bluish green
    "#CC79A7",  # reddish purple
    "#E69F00",  # orange
    "#56B4E9",  # sky blue
    "#F0E442",  # yellow
    "#882255",  # wine
    "#999933",  # olive
    "#555555",  # grey
)
MARKERS = "os^DvPXp<>"  # a second way to tell classes apart, for black-and-white print
RIGHT, WRONG = PALETTE[0], PALETTE[1]

INK = "#1A1A1A"  # letters, boundaries
SOFT = "#6B6B6B"  # remarks, tick labels, axis lines
GRID = "#E4E4E4"

SIZE = {"title": 10.5, "label": 9.5, "text": 9.0, "small": 8.0}  # points
WIDTH = 7.0  # inches: the text width of a printed page
DPI = 150  # 1050 pixels wide

_KOREAN_FONTS = (
    "Pretendard",
    "Noto Sans KR",
    "Noto Sans CJK KR",
    "NanumGothic",
    "NanumBarunGothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "Malgun Gothic",
    "UnDotum",
    "Baekmuk Gulim",
)


@functools.cache
def fonts() -> tuple[str, ...]:
    """The font of all letters, and an installed Korean one for what it lacks; looked up once."""
    from matplotlib.font_manager import fontManager

    known = {font.name for font in fontManager.ttflist}
    korean = next((name for name in _KOREAN_FONTS if name in known), None) or _newly_installed()
    return ("DejaVu Sans", korean) if korean else ("DejaVu Sans",)


def _newly_installed() -> str | None:
    """A Korean font that matplotlib does not know yet: it lists the fonts once, when it is first used."""
    from matplotlib.font_manager import findSystemFonts, fontManager, get_font

    def plain(name: str) -> str:
        return name.lower().replace(" ", "").replace("-", "").removesuffix("regular")

    files = {plain(Path(path).stem): path for path in findSystemFonts()}
    for name in _KOREAN_FONTS:
        path = files.get(plain(name))
        if path is not None and get_font(path).family_name == name:
            fontManager.addfont(path)
            return name
    return None


def color(index: int) -> str:
    """The colour of class `index`; after ten they repeat."""
    return PALETTE[index % len(PALETTE)]


def marker(index: int) -> str:
    """The marker of class `index`; after ten they repeat."""
    return MARKERS[index % len(MARKERS)]


def columns(text: str) -> int:
    """How wide a text is, in columns of a typewriter: Korean letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def new_figure(width: float = WIDTH, height: float = 3.2, layout: str = "constrained") -> Figure:
    """An empty figure of this size in inches, made without pyplot, so that nothing global keeps it alive.

    The layout "compressed" suits axes of fixed proportions, "none" is for axes placed by hand.
    """
    from ondol.plot.picture import Picture  # which imports matplotlib, as this module must not

    size = (width, height)
    return Picture(figsize=size, dpi=DPI, layout=layout, facecolor="white")  # type: ignore[arg-type]


def dress(ax: Axes, title: str = "", xlabel: str = "", ylabel: str = "", grid: bool = False) -> None:
    """Labels, quiet axis lines and, if asked for, a grid behind the data."""
    ax.set_facecolor("white")
    ax.set_title(title, fontsize=SIZE["title"], color=INK, loc="left")
    ax.set_xlabel(xlabel, fontsize=SIZE["label"], color=INK)
    ax.set_ylabel(ylabel, fontsize=SIZE["label"], color=INK)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(SOFT)
        spine.set_linewidth(0.8)
    ax.tick_params(which="both", labelsize=SIZE["small"], colors=SOFT, width=0.8, labelfontfamily=fonts())
    ax.set_axisbelow(True)
    if grid:
        ax.grid(color=GRID, linewidth=0.8)


def small_title(ax: Axes, room: int) -> None:
    """The title again, in small letters: small enough for so many columns of a typewriter."""
    text = ax.get_title(loc="left")
    size = SIZE["small"] * min(1, room / max(1, columns(text)))
    ax.set_title(text, loc="left", fontsize=size, color=INK)


def remark(ax: Axes, text: str) -> None:
    """A small grey line above the axes, under their title."""
    ax.set_title(ax.get_title(loc="left"), loc="left", fontsize=SIZE["title"], color=INK, pad=17)
    ax.annotate(
        text, (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points",
        fontsize=SIZE["small"], color=SOFT, ha="left", va="bottom",
    )  # fmt: skip


def heading(figure: Figure, text: str) -> None:
    """A line (or two) at the upper left corner of a figure whose axes are placed by hand."""
    top = 1 - 0.08 / figure.get_figheight()
    figure.suptitle(text, x=0.01, y=top, ha="left", va="top", fontsize=SIZE["title"], color=INK)


def finish(figure: Figure) -> Figure:
    """The last step of every picture: all its letters in our fonts."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_fontfamily(fonts())
    return figure
