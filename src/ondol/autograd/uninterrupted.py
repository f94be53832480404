"""Ctrl-C held back for the moment in which it could lose something."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any


def uninterrupted(f: Callable[[], Any]) -> Any:
    """f(); a Ctrl-C that arrives meanwhile takes effect right afterwards.

    A compiled program takes the values of Variables away and returns new ones: an interrupt between the two
    would leave the Variables with neither.
    """
    if threading.current_thread() is not threading.main_thread():
        return f()  # Python interrupts the main thread only
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):
        return f()
    arrived: list[tuple[Any, Any]] = []
    signal.signal(signal.SIGINT, lambda number, frame: arrived.append((number, frame)))
    try:
        return f()
    finally:
        signal.signal(signal.SIGINT, handler)
        if arrived:
            handler(*arrived[0])
