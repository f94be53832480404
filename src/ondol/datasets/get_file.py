"""get_file: any file from the network, kept in the Ondol home."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from ondol.backend.home import ondol_home
from ondol.datasets.download import download
from ondol.errors import DataError, unknown_name

ALGORITHMS = ("auto", "sha256", "md5")
FORMATS = ("auto", "zip", "tar", None)


def get_file(
    fname: str | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: Any = None,
    force_download: bool = False,
) -> str:
    """Download a file unless it is there already, and return its path.

    Args:
        fname: its name in the cache; None for the last part of the address.
        origin: its address.
        untar: the same as extract.
        md5_hash: the same as file_hash, in MD5.
        file_hash: what the file must have, in hexadecimal; a file in the cache that has another one is downloaded
            again. Give one: without it a damaged file is not noticed.
        cache_subdir: folder within the cache.
        hash_algorithm: "sha256" or "md5"; "auto" to tell from the length.
        extract: whether to unpack a zip or tar archive, beside it, into `<name>_extracted`.
        archive_format: "auto", "zip" or "tar".
        cache_dir: the cache; None for the Ondol home.
        force_download: whether to download a file that is there.

    Returns:
        The path of the file, or of the folder with what it held.

    Raises:
        DataError: for a missing address, a download that fails, another checksum, or a file that is no archive.

    Example:
        >>> import ondol as od
        >>> od.utils.get_file("words.txt")
        Traceback (most recent call last):
            ...
        ondol.errors.DataError: Expected origin=, the address of the file. Received: origin=None.
    """
    if not origin:
        raise DataError("Expected origin=, the address of the file. Received: origin=None.")
    for argument, value, known in (
        ("hash_algorithm", hash_algorithm, ALGORITHMS),
        ("archive_format", archive_format, FORMATS),
    ):
        if value not in known:
            raise unknown_name(argument, value, map(str, known))
    wanted = (file_hash or md5_hash or "").lower() or None
    name = fname or origin.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise DataError(f"Expected the name of a file within the cache. Received: fname={name!r}.")
    path = Path(cache_dir or ondol_home()).expanduser() / cache_subdir / name
    algorithm = _algorithm(hash_algorithm, wanted)
    if path.is_file() and (force_download or (wanted and _checksum(path, algorithm) != wanted)):
        path.unlink()
    if not path.is_file():
        download(origin, wanted if algorithm == "sha256" else None, path)
        if wanted and _checksum(path, algorithm) != wanted:
            received = _checksum(path, algorithm)
            path.unlink()
            raise DataError(
                f"Expected a file with the {algorithm} {wanted}. Received: {origin}, now removed, with {received}."
            )
    return str(_extracted(path, archive_format) if extract or untar else path)


def _algorithm(name: str, wanted: str | None) -> str:
    if name != "auto":
        return name
    return "md5" if wanted and len(wanted) == 32 else "sha256"


def _checksum(path: Path, algorithm: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _extracted(path: Path, archive_format: str | None) -> Path:
    """Unpacked beside the archive: whole, or not there."""
    target = path.with_name(path.name + "_extracted")
    if target.is_dir():
        return target
    part = path.with_name(path.name + ".part_extracted")
    shutil.rmtree(part, ignore_errors=True)
    try:
        if archive_format in ("auto", "zip") and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                archive.extractall(part)
        elif archive_format in ("auto", "tar") and tarfile.is_tarfile(path):
            with tarfile.open(path) as archive:
                archive.extractall(part, filter="data")  # nothing outside the folder
        else:
            raise DataError(f"Expected a zip or tar archive. Received: {path}, which is none.")
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        shutil.rmtree(part, ignore_errors=True)
        raise DataError(f"Expected an archive that is whole. Received: {path} ({error}).") from error
    part.rename(target)
    return target
