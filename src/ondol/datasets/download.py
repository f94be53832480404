"""One file from the network: resumed where it broke off, verified, and only then given its name."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ondol.datasets.lock import one_at_a_time
from ondol.errors import DataError

_CHUNK = 1 << 16  # bytes
_TIMEOUT = 30.0  # seconds without a byte
_NAMES = {"sha256": "SHA-256", "md5": "MD5"}
_DIGITS_OF_MD5 = 32


def download(url: str, sha256: str | None, path: Path) -> None:
    """Download `url` to `path`, which appears only when it is whole and has the right checksum.

    The bytes gather in `<path>.part`. A later call goes on from there (HTTP Range), or begins again where the
    server cannot do that. Two programs that want the same file download it once.

    Args:
        url: an http or https address.
        sha256: the SHA-256 of the file, in hexadecimal; or its MD5 (32 digits), where no other is published; None to
            believe whatever comes, which is then never resumed.
        path: where the file shall be; its folder is created.

    Raises:
        DataError: no network, an answer other than success, a broken transfer, another checksum, or no
            place to write. The message names the address and `path`, where the file may be put by hand.
    """
    part = path.with_name(path.name + ".part")
    lock = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(lock):
            if not path.is_file():
                _complete(part, url, sha256)
                _put_in_place(part, path)
    except _NetworkError as error:
        kept = part.stat().st_size if part.exists() else 0
        again = f"The {kept} bytes so far are kept, and the next try goes on from there. " if kept else ""
        raise DataError(
            f"Expected to download {url}. Received: {error}. {again}"
            f"Try again, or get the file in another way and put it at {path}"
        ) from error
    except OSError as error:
        raise DataError(
            f"Expected to be able to write {path}. Received: {error}. Make room there, or set "
            "ONDOL_DATASETS to a folder that you can write to."
        ) from error


class _NetworkError(Exception):
    """The network's fault, kept apart from the disk's: both come as OSError."""


@contextmanager
def _network() -> Iterator[None]:
    from http.client import HTTPException

    try:
        yield
    except (OSError, HTTPException) as error:
        raise _NetworkError(str(error) or type(error).__name__) from error


def _complete(part: Path, url: str, sha256: str | None) -> None:
    """Download what `part` lacks, and verify it."""
    if sha256 is None:
        part.unlink(missing_ok=True)
        _transfer(url, part)
        return
    algorithm = "md5" if len(sha256) == _DIGITS_OF_MD5 else "sha256"
    if _checksum(part, algorithm) == sha256:
        return
    resumed = _transfer(url, part)
    if resumed and _checksum(part, algorithm) != sha256:
        # The first half came from another version of the file, or was damaged.
        part.unlink()
        _transfer(url, part)
    received = _checksum(part, algorithm)
    if received != sha256:
        size = part.stat().st_size
        part.unlink()
        raise _NetworkError(
            f"{size} bytes, now removed, with the {_NAMES[algorithm]} {received} where {sha256} was expected"
        )


def _transfer(url: str, part: Path) -> bool:
    """Append what `part` lacks; true where it went on from bytes that were there before."""
    start = part.stat().st_size if part.exists() else 0
    with _network():
        response = _request(url, start)
    with response:
        partial_content = response.status == 206
        if not partial_content:
            start = 0  # the server ignored the range and sends everything
        length = response.headers.get("Content-Length")
        total = start + int(length) if length else None
        received = start
        with open(part, "ab" if start else "wb") as file, _progress(url, start, total) as advance:
            while chunk := _read(response):
                file.write(chunk)
                received += len(chunk)
                advance(len(chunk))
    if total is not None and received < total:
        raise _NetworkError(f"a transfer that ended after {received} of {total} bytes")
    return start > 0


def _request(url: str, start: int) -> Any:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    headers = {"User-Agent": "ondol"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        return urlopen(Request(url, headers=headers), timeout=_TIMEOUT)
    except HTTPError as error:
        error.close()
        range_not_satisfiable = error.code == 416
        if start and range_not_satisfiable:
            return _request(url, 0)
        raise


def _read(response: Any) -> bytes:
    with _network():
        return response.read(_CHUNK)


def _checksum(path: Path, algorithm: str) -> str | None:
    import hashlib

    if not path.exists():
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _put_in_place(part: Path, path: Path) -> None:
    """Rename `part`, after its bytes have reached the disk: a power cut leaves a whole file or none."""
    with open(part, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(part, path)


@contextmanager
def _progress(url: str, start: int, total: int | None) -> Iterator[Callable[[int], None]]:
    """Yield a function to call with each number of bytes: a bar on a terminal, else one plain line."""
    if sys.stderr is None or not sys.stderr.isatty():
        print(f"Downloading {url}", file=sys.stderr)
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.progress import TransferSpeedColumn as Speed

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        Speed(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(url.rsplit("/", 1)[-1], total=total, completed=start)
        yield lambda count: bar.advance(task, count)
