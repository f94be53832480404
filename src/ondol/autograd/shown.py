"""A Tensor as notebooks show it: its numbers, or of many a summary, and the rule that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.backend.compile import is_traced, to_numpy
from ondol.utils import html

if TYPE_CHECKING:
    from ondol.autograd.tensor import Tensor

MOST_ROWS, MOST_COLUMNS = 20, 10  # of a table with all numbers
FIRST = 6  # numbers of a summary


def as_html(x: Tensor) -> str | None:
    """The table; None, for which notebooks show the text, where there is no value yet."""
    if is_traced(x.data):
        return None
    array = to_numpy(x.data if hasattr(x.data, "dtype") else np.asarray(x.data, x.dtype))
    caption = _caption(x)
    rows = np.atleast_2d(array)
    if array.size and array.ndim <= 2 and rows.shape[0] <= MOST_ROWS and rows.shape[1] <= MOST_COLUMNS:
        return html.table([], [[_number(v) for v in row] for row in rows], caption, numbers_from=0)
    return html.table([], _summary(array), caption)


def _caption(x: Tensor) -> str:
    path = getattr(x, "path", None) or x.name
    parts = [f"{type(x).__name__} {path}" if path else type(x).__name__, f"shape {x.shape}", str(x.dtype)]
    if x.op is not None:
        parts.append(f"made by {type(x.op).__name__}: {x.op.rule.formula}")
    elif x.requires_grad:
        parts.append("requires a gradient")
    return ", ".join(parts)


def _summary(array: np.ndarray) -> list[list[str]]:
    if not array.size:
        return [["elements", "0"]]
    wide = array.astype("float64")
    finite = wide[np.isfinite(wide)]
    rows = [["elements", str(array.size)]]
    if finite.size:
        measures = {"min": finite.min(), "mean": finite.mean(), "max": finite.max()}
        rows += [[name, _number(value)] for name, value in measures.items()]
    if finite.size < array.size:
        rows.append(["NaN or infinite", str(array.size - finite.size)])
    first = [_number(v) for v in array.ravel()[:FIRST]]
    return [*rows, ["first", ", ".join(first) + (", ..." if array.size > FIRST else "")]]


def _number(value: Any) -> str:
    return str(value) if np.asarray(value).dtype.kind in "biu" else f"{float(value):.5g}"
