"""Sunspots: their monthly mean number since 1749, which rises and falls in about eleven years; downloaded once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ondol.datasets.cache import download_place, find
from ondol.datasets.download import download
from ondol.datasets.text_lines import read_text
from ondol.errors import SavedFileError

URL = "https://www.sidc.be/SILSO/INFO/snmtotcsv.php"
LARGEST = 1000  # far above the 399 of May 1778, the highest so far


def load_data(path: str = "SN_m_tot_V2.0.csv") -> tuple[np.ndarray, np.ndarray]:
    """Load the monthly mean total sunspot number (version 2.0), downloading it the first time (100 kB).

    The file grows each month, so it has no checksum: its format is checked, the months, and the range of the numbers.
    Remove it from the dataset cache to get a newer one.

    Args:
        path: name of the file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. A file that is there is used as it is.

    Returns:
        `(months, numbers)`: `(n,)` datetime64[M], one after the other, and `(n,)` float32.

    Raises:
        DataError: the file cannot be downloaded.
        SavedFileError: the file is damaged, or something else.

    Example:
        >>> from ondol.datasets import sunspots
        >>> months, numbers = sunspots.load_data()  # doctest: +SKIP
        >>> months[0], float(numbers[0])  # doctest: +SKIP
        (np.datetime64('1749-01'), 96.7)

    Reference:
        SILSO, World Data Center, Royal Observatory of Belgium, Brussels: Sunspot number and long-term solar
        observations, https://www.sidc.be/SILSO (CC BY-NC 4.0).
    """
    file = find(path)
    if file is not None:
        return _read(file)
    file = download_place(path)
    download(URL, None, file)
    try:
        return _read(file)
    except SavedFileError:  # a page that says what is wrong today, for one; it must not stay for a file
        file.unlink(missing_ok=True)
        raise


def _read(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """year; month; year with fraction; mean number; deviation; observations; 1 if definitive."""
    lines = read_text(file).splitlines()
    try:
        rows = [line.split(";") for line in lines if line.strip()]
        if any(len(row) != 7 for row in rows):
            raise ValueError("a line without 7 fields")
        months = np.array([f"{int(row[0]):04}-{int(row[1]):02}" for row in rows], "datetime64[M]")
        numbers = np.array([float(row[3]) for row in rows], "float32")
        if (np.diff(months).astype(int) != 1).any():
            raise ValueError("months that do not follow each other")
        if not ((numbers >= 0) & (numbers < LARGEST)).all():
            raise ValueError(f"a number that is not from 0 to {LARGEST}")
    except ValueError as error:
        raise SavedFileError(
            f"Expected the monthly sunspot numbers of SILSO, lines of 7 fields with semicolons. Received: {file} "
            f"({error}); it begins with {lines[0]!r:.60}. Get SN_m_tot_V2.0.csv from {URL} and put it there."
        ) from error
    return months, numbers
