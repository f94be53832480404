"""Tables and bars as notebooks show them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

CELL = "padding: 2px 10px; border: none;"
HEAD = CELL + " border-bottom: 1px solid #999; text-align: left;"


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "", numbers_from: int = 1
) -> str:
    """A table without any style sheet.

    Args:
        head: what stands over the columns; empty for no such line.
        rows: the cells, as text.
        caption: a line above.
        numbers_from: from this column on cells are set to the right, in letters of one width.

    Example:
        >>> table([], [["a", "1"]], numbers_from=9).count("<td")
        2
    """
    lines = [f"<div>{escape(caption)}</div>"] if caption else []
    lines.append('<table style="border-collapse: collapse;">')
    if head:
        lines.append("<tr>" + "".join(f'<th style="{HEAD}">{escape(cell)}</th>' for cell in head) + "</tr>")
    for row in rows:
        cells = []
        for i, cell in enumerate(row):
            look = (
                " text-align: right; font-family: monospace;" if i >= numbers_from else " text-align: left;"
            )
            cells.append(f'<td style="{CELL}{look}">{escape(cell)}</td>')
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return "\n".join([*lines, "</table>"])


def progress(title: str, done: int, total: int, remark: str = "") -> str:
    """A line with a bar.

    Example:
        >>> "value='3' max='8'" in progress("Epoch 1", 3, 8)
        True
    """
    bar = f"<progress value='{done}' max='{total}' style='vertical-align: middle;'></progress>"
    return (
        f'<div style="font-family: monospace; white-space: pre;">{escape(title)}  {bar}  '
        f"{done}/{total}  {escape(remark)}</div>"
    )
