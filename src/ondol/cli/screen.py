"""What the commands print: rich on a terminal, plain lines everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click


def is_terminal() -> bool:
    """Whether a person sees this; a file or another program gets plain text without moving bars."""
    return sys.stdout.isatty()


def console() -> Any:
    from rich.console import Console

    return Console(highlight=False, emoji=False, markup=False)


def say(text: str = "", style: str | None = None) -> None:
    """Print a line; the style is for terminals only. Long lines wrap where the terminal ends."""
    if is_terminal() and style:
        console().print(text, style=style, soft_wrap=True)
    else:
        click.echo(text)


def facts(rows: Sequence[tuple[str, str]]) -> None:
    """Print pairs of a name and what there is to say about it, the texts below each other.

    No line break is put in: a path or a command can be copied whole.
    """
    from rich.cells import cell_len
    from rich.text import Text

    if not is_terminal():
        _plain(rows)
        return
    width = max(cell_len(name) for name, _ in rows)
    for name, text in rows:
        gap = " " * (width - cell_len(name) + 2)
        console().print(Text.assemble((name, "bold"), gap, text), soft_wrap=True)


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: framed on a terminal; elsewhere one line per row, never cut or wrapped."""
    if not is_terminal():
        _plain([headers, *rows])
        return
    from rich import box
    from rich.table import Table

    framed = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for header in headers:
        framed.add_column(header, overflow="fold")
    for row in rows:
        framed.add_row(*row)
    console().print(framed)


def _plain(rows: Sequence[Sequence[str]]) -> None:
    from rich.cells import cell_len  # a Korean letter is two columns wide

    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())
