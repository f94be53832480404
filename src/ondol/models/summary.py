"""summary(): the layers of a model in a table."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from ondol.utils import html

HEAD = ("Layer (type)", "Output Shape", "Param #")


def print_summary(model: Any, line_length: int | None = None, print_fn: Callable[[str], Any] = print) -> None:
    """Print each layer's name, class, output shape, number of parameters, and the sums."""
    if not model.built:
        raise ValueError(
            f"Expected a model that knows its shapes. Received: '{model.name}', which is not built yet. "
            "Give it an input shape (od.Input(shape=...) first), or call it once on data."
        )
    table = [HEAD, *_rows(model)]
    widths = [max(len(row[i]) for row in table) + 2 for i in range(3)]
    if line_length is not None:
        widths[0] = max(widths[0], line_length - widths[1] - widths[2])
    lines = [f'Model: "{model.name}"']
    rule = "─" * sum(widths)
    for i, (name, shape, count) in enumerate(table):
        lines += [rule] if i < 2 else []
        lines.append(f"{name:<{widths[0]}}{shape:<{widths[1]}}{count:>{widths[2]}}")
    lines.append(rule)
    for line in [*lines, *_sums(model)]:
        print_fn(line)


def summary_html(model: Any) -> str:
    """The same for notebooks."""
    if not model.built:
        return f"<div>Model: {escape(model.name)}, which is not built yet</div>"
    sums = "".join(f"<div>{line}</div>" for line in _sums(model))
    return html.table(HEAD, _rows(model), f'Model: "{model.name}"', numbers_from=2) + sums


def _rows(model: Any) -> list[tuple[str, str, str]]:
    return [
        (f"{layer.name} ({type(layer).__name__})", _shape(layer._output_shape), f"{layer.count_params():,}")
        for layer in model.layers
    ]


def _sums(model: Any) -> list[str]:
    trainable = sum(v.size for v in model.trainable_weights)
    total = model.count_params()
    size = sum(v.size * v.dtype.itemsize for v in model.weights)
    return [
        f"Total params: {total:,} ({_bytes(size)})",
        f"Trainable params: {trainable:,}",
        f"Non-trainable params: {total - trainable:,}",
    ]


def _shape(shape: Any) -> str:
    if shape is None:
        return "?"
    if isinstance(shape, list):
        return ", ".join(map(_shape, shape))
    return str(tuple(shape)) if isinstance(shape, tuple) else str(shape)


def _bytes(n: float) -> str:
    for unit in ("B", "KB", "MB"):
        if n < 1024:
            return f"{n:.2f} {unit}" if unit != "B" else f"{n} B"
        n /= 1024
    return f"{n:.2f} GB"
