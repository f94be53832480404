"""Mistakes in whole data sets, found before any work is done with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.errors import DataError


def named(name: str, part: Any) -> list[tuple[str, Any]]:
    """The arrays in a structure, with names as they would be written: x[0], y['out']."""
    if isinstance(part, dict):
        return [found for key, item in part.items() for found in named(f"{name}[{key!r}]", item)]
    if isinstance(part, list):
        return [found for i, item in enumerate(part) for found in named(f"{name}[{i}]", item)]
    return [] if part is None else [(name, part)]


def few(items: list[Any]) -> str:
    """The first of them, as text."""
    shown = [str(item) for item in items[:4]]
    return ", ".join(shown) + (f", ... ({len(items)} in all)" if len(items) > 4 else "")


def check_lengths(arrays: list[tuple[str, Any]], x: Any) -> None:
    """As many rows in each, and at least one.

    Args:
        arrays: what `named` returned, for x and what goes with it.
        x: the inputs.
    """
    lengths = {len(leaf) for _, leaf in arrays}
    if len(lengths) > 1:
        shapes = few([f"{name}.shape={leaf.shape}" for name, leaf in arrays])
        raise DataError(
            "Expected as many targets (and weights) as samples: equal lengths along the first axis. "
            f"Received: {shapes}. {_length_remedy(arrays, x)}"
        )
    for name, leaf in arrays:
        if leaf.size == 0:
            raise DataError(
                f"Expected at least one sample, of at least one number. Received: {name}.shape={leaf.shape}, which is "
                "empty. Look at how it was loaded or filtered."
            )


def check_finite(arrays: list[tuple[str, Any]]) -> None:
    """No NaN and no infinities."""
    for name, leaf in arrays:
        if leaf.dtype.kind != "f":
            continue
        with np.errstate(invalid="ignore"):
            # NaN and infinities show in them, and no temporary array is made.
            extremes = leaf.min(), leaf.max()
        if not np.all(np.isfinite(extremes)):
            bad = ~np.isfinite(leaf)
            where = tuple(int(i) for i in np.argwhere(bad)[0])
            raise DataError(
                f"Expected finite numbers in {name}. Received: {int(bad.sum())} that are NaN or infinite, "
                f"the first {name}[{', '.join(map(str, where))}]={leaf[where]}. Remove those samples or fill the gaps "
                "(np.nan_to_num, or the mean of the column) before training."
            )


def _length_remedy(arrays: list[tuple[str, Any]], x: Any) -> str:
    if isinstance(x, list) and len(x) > 1 and len({getattr(a, "shape", None) for a in x}) == 1:
        return "A list of arrays means several inputs: for samples in a list, pass np.stack(x)."
    if len(arrays[-1][1]) == 1:
        return "A single sample needs a batch axis, x[None]."
    return "Take the same samples for all of them."
