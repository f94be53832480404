"""Bars that move while an epoch lasts: on a terminal, and in a notebook."""

from __future__ import annotations

import sys
from typing import Any

from ondol.utils import html

WIDTH = 24  # letters of the bar


class TerminalBar:
    """A line that rich draws again and again, and takes away when it rests."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._task: Any = None

    def show(self, title: str, done: int, total: int, logs: str) -> None:
        if self._progress is None:
            self._start(title, total)
        self._progress.update(self._task, completed=done, total=total, description=title, logs=logs)

    def rest(self) -> None:
        """Make room for a line of text."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    close = rest

    def _start(self, title: str, total: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=WIDTH),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[logs]}"),
            transient=True,
        )
        self._task = self._progress.add_task(title, total=total, logs="")
        self._progress.start()


class NotebookBar:
    """One output of the cell, above the lines of the epochs, whose content changes; at the end it is empty.

    It needs nothing but IPython's display: widgets are often not installed, and are not saved with a notebook.
    """

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, title: str, done: int, total: int, logs: str) -> None:
        filled = WIDTH * done // total
        bar = "━" * filled + " " * (WIDTH - filled)
        text = f"{title}  {bar}  {done}/{total}  {logs}"
        self._display(text, html.progress(title, done, total, logs))

    def rest(self) -> None: ...

    def close(self) -> None:
        if self._handle is not None:
            self._display("", "")
            self._handle = None

    def _display(self, text: str, html: str) -> None:
        forms = {"text/plain": text, "text/html": html}
        if self._handle is None:
            from IPython.display import display

            self._handle = display(forms, raw=True, display_id=True)
        else:
            self._handle.update(forms, raw=True)


def bar_for_output() -> TerminalBar | NotebookBar | None:
    """The bar that suits the place where output goes; None for files and pipes."""
    if sys.stdout.isatty():
        return TerminalBar()
    return NotebookBar() if in_notebook() else None


def in_notebook() -> bool:
    """Whether this runs in a kernel of Jupyter, which has loaded IPython long before."""
    get_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_shell() if get_shell is not None else None
    return any(kind.__name__ == "ZMQInteractiveShell" for kind in type(shell).__mro__)
