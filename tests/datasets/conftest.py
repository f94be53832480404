"""A private dataset cache for every test, and a small web server that can misbehave."""

from __future__ import annotations

import hashlib
import http.server
import os
import threading
from pathlib import Path

import pytest

SHARED = os.environ.get("ONDOL_DATASETS")


@pytest.fixture(autouse=True)
def private_cache(tmp_path, monkeypatch):
    """No test reads or fills the user's own cache, nor asks a proxy for 127.0.0.1."""
    monkeypatch.delenv("ONDOL_DATASETS", raising=False)
    monkeypatch.setenv("ONDOL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "home" / "datasets"


@pytest.fixture
def shared_file(monkeypatch):
    """Make a file of the user's ONDOL_DATASETS visible again, or skip."""

    def use(name: str) -> Path:
        if not SHARED or not (Path(SHARED) / name).is_file():
            pytest.skip(f"ONDOL_DATASETS names no folder with {name}")
        monkeypatch.setenv("ONDOL_DATASETS", SHARED)
        return Path(SHARED) / name

    return use


class Site:
    """What the server gives, how it behaves, and what it was asked."""

    def __init__(self) -> None:
        self.content = hashlib.sha256(b"ondol").digest() * 10_000  # 320 kB
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        self.ignore_range = False
        self.send_length = True
        self.status: int | None = None
        self.stop_after: int | None = None
        self.ranges: list[str | None] = []
        self.url = ""


@pytest.fixture
def site():
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            site.ranges.append(asked)
            if site.status is not None:
                self.send_error(site.status)
                return
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
            if site.ignore_range:
                start = 0
            if asked and start >= len(site.content):
                self.send_error(416)
                return
            body = site.content[start:]
            self.send_response(206 if start else 200)
            if start:
                end = len(site.content) - 1
                self.send_header("Content-Range", f"bytes {start}-{end}/{len(site.content)}")
            if site.send_length:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: site.stop_after])

        def log_message(self, *args: object) -> None:
            """Keep the test's output clean."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}/set.npz"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()
