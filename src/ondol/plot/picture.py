"""The figure class of our pictures. It imports matplotlib, so `style.new_figure` imports it late."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.figure import Figure


@contextmanager
def _quiet_about_glyphs() -> Iterator[None]:
    # Without a Korean font, a Korean class name becomes boxes; one warning per letter helps nobody.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


class Picture(Figure):
    """A matplotlib Figure that a notebook shows although pyplot does not know it."""

    def draw(self, renderer: Any) -> None:
        with _quiet_about_glyphs():
            super().draw(renderer)

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        with _quiet_about_glyphs():
            super().savefig(*args, **kwargs)

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png")
        return file.getvalue()
