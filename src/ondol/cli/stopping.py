"""Ctrl-C before, during and after the training: `fit` handles the time of the training itself."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

import click

from ondol.callbacks import Callback


class Stopping(Callback):
    """While active, the first Ctrl-C waits for a good moment; a second one stops at once.

    Before the training, while jax is imported and the network is built, that moment is its beginning, where
    nothing has been learnt. After it, there is none: the test is made and the files are written.
    """

    def __init__(self) -> None:
        self.requested = False
        self._before: Any = None

    def __enter__(self) -> Stopping:
        # Only the main thread may set signal handlers; elsewhere Ctrl-C never arrives anyway.
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: Any) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def on_train_begin(self, logs: dict | None = None) -> None:
        if self.requested:
            raise KeyboardInterrupt("Stopped by Ctrl-C before the training began; nothing was saved.")

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        click.echo("\nCtrl-C: finishing what is under way; again to stop at once.", err=True)
