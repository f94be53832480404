"""The dataset cache: where downloaded files are looked for and kept.

A new data set needs its address, its checksum and a reader of its format:

    path = fetch("name.npz", URL, SHA256)
    arrays = load_arrays(path, LAYOUT)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ondol.backend.home import ondol_home
from ondol.datasets.download import download
from ondol.errors import DataError


def fetch(name: str, url: str, sha256: str) -> Path:
    """The path of a file in the dataset cache, downloaded from `url` if it is not there.

    `ONDOL_DATASETS` is looked through first, then `datasets/` in the Ondol home. A file found there is not
    compared with the checksum, so that people may put their own there; what is downloaded always is.

    Args:
        name: name of the file in the cache, or an absolute path.
        url: its public address.
        sha256: the SHA-256 of the file, in hexadecimal.

    Returns:
        The path of the whole file.

    Raises:
        DataError: it cannot be downloaded or kept; the message names the address and the place for the file.
    """
    path = find(name)
    if path is None:
        path = download_place(name)
        download(url, sha256, path)
    return path


def find(name: str) -> Path | None:
    """The path of a file that is in the dataset cache already, else None."""
    paths = (folder / Path(name).expanduser() for folder in _folders())
    return next((path for path in paths if path.is_file()), None)


def download_place(name: str) -> Path:
    """Where a file that is not in the dataset cache yet belongs."""
    return _download_folder() / Path(name).expanduser()


def _chosen_folder() -> Path | None:
    chosen = os.environ.get("ONDOL_DATASETS")
    return Path(chosen).expanduser().absolute() if chosen else None


def _folders() -> Iterator[Path]:
    chosen = _chosen_folder()
    if chosen:
        yield chosen
    yield ondol_home() / "datasets"


def _download_folder() -> Path:
    chosen = _chosen_folder()
    if chosen is None:
        return ondol_home() / "datasets"
    try:
        chosen.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"Expected the environment variable ONDOL_DATASETS to name a folder. Received: {error}. "
            "Set it to a folder that you can write to, or unset it to use the Ondol home."
        ) from error
    # A folder of data that several people share is often read-only: what it lacks goes to the Ondol home.
    return chosen if os.access(chosen, os.W_OK) else ondol_home() / "datasets"
