"""The next elements, made by a thread while the ones before are worked with."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

_LOOK = 0.1  # seconds between two looks at whether anybody still wants the elements


def ahead(items: Iterator[Any], size: int, given_up: Callable[[], bool] = lambda: False) -> Iterator[Any]:
    """The same elements, up to `size` of them made in advance by a thread.

    The thread ends with the generator that is returned: when it is used up, closed or forgotten. An error in
    `items` is raised where its element would have come.

    Args:
        items: an iterator, which belongs to the thread from now on and is closed by it.
        size: elements in advance.
        given_up: asked while waiting; the elements end where it says yes.
    """
    made: queue.Queue[tuple[str, Any]] = queue.Queue(size)
    stop = threading.Event()
    thread = threading.Thread(target=_fill, args=(items, made, stop), name="ondol-ahead", daemon=True)
    del items  # it is the thread's alone, and goes with it
    try:
        thread.start()
        while not given_up():
            with contextlib.suppress(queue.Empty):
                kind, item = made.get(timeout=_LOOK)
                if kind == "end":
                    return
                if kind == "error":
                    raise item
                yield item
                del item
    finally:
        stop.set()
        if thread is not threading.current_thread():  # where the garbage collector happens to run
            thread.join()


def _fill(items: Iterator[Any], made: queue.Queue, stop: threading.Event) -> None:
    def put(kind: str, item: Any) -> bool:
        while not stop.is_set():
            with contextlib.suppress(queue.Full):
                made.put((kind, item), timeout=_LOOK)
                return True
        return False

    try:
        with contextlib.closing(items):  # type: ignore[type-var]
            for item in items:
                if not put("item", item):
                    return
        put("end", None)
    except BaseException as error:
        put("error", error)
