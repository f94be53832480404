"""RemoteMonitor: the logs of each epoch, sent to a server."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.callbacks.base import Callback

if TYPE_CHECKING:
    from urllib.request import Request

SECONDS = 10.0  # that a server may take to answer


class RemoteMonitor(Callback):
    """Sends each epoch's logs to a server, as a POST request.

    Args:
        root, path: together the address, which begins with http:// or https://.
        field: the field of the form that holds the logs as JSON, where `send_as_json` is False.
        headers: more headers of the request.
        send_as_json: whether the request is JSON itself, instead of a form.

    Raises:
        ValueError: for another kind of address.

    A server that does not answer is warned of; the training goes on.

    Example:
        >>> import ondol as od
        >>> monitor = od.callbacks.RemoteMonitor("http://localhost:9000", send_as_json=True)
        >>> monitor.request(0, {"loss": 0.5}).data
        b'{"epoch": 0, "loss": 0.5}'
    """

    only_logs = True

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        self.root, self.path, self.field = root, path, field
        self.headers, self.send_as_json = dict(headers or {}), send_as_json
        if not root.startswith(("http://", "https://")):
            raise ValueError(f"Expected root to begin with http:// or https://. Received: root={root!r}.")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        from urllib.request import urlopen

        try:
            urlopen(self.request(epoch, logs or {}), timeout=SECONDS).close()
        except OSError as error:  # URLError is one
            warnings.warn(f"No answer from {self.root + self.path} ({error}).", stacklevel=2)

    def request(self, epoch: int, logs: dict[str, Any]) -> Request:
        """What is sent after an epoch."""
        from urllib.parse import urlencode
        from urllib.request import Request

        text = json.dumps(
            {"epoch": epoch, **{name: np.asarray(value).tolist() for name, value in logs.items()}}
        )
        if self.send_as_json:
            data, kind = text, "application/json"
        else:
            data, kind = urlencode({self.field: text}), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, **self.headers}
        return Request(self.root + self.path, data.encode(), headers, method="POST")
