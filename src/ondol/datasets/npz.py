"""Arrays from an `.npz` file, checked before anybody trains on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ondol.errors import DataError, SavedFileError

Layout = Mapping[str, tuple[int | str, ...]]

_NUMERIC = "buif"  # NumPy's kinds: booleans, unsigned and signed integers, floating point


def load_arrays(path: Path, layout: Layout) -> dict[str, np.ndarray]:
    """Read the numeric arrays that `layout` names; other arrays in the file are left alone.

    Args:
        path: an `.npz` file. Nothing in it is ever unpickled.
        layout: name of each array -> its shape. A size may be a letter or word: equal words are equal sizes.

    Returns:
        The arrays by name.

    Raises:
        SavedFileError: the file is damaged, or is no `.npz` file.
        DataError: an array is missing, is not numeric, or has another shape.

    Example:
        >>> import pathlib, tempfile
        >>> import numpy as np
        >>> from ondol.datasets.npz import load_arrays
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "set.npz"
        ...     np.savez(path, x=np.zeros((5, 2)), y=np.ones(5))
        ...     arrays = load_arrays(path, {"x": ("n", 2), "y": ("n",)})
        >>> arrays["x"].shape
        (5, 2)
    """
    arrays = _read(path, layout)
    sizes: dict[int | str, int] = {}  # the size that each word of the layout turned out to mean
    for name, expected in layout.items():
        array = arrays[name]
        for size, received in zip(expected, array.shape, strict=False):
            if isinstance(size, str):
                sizes.setdefault(size, received)
        wanted = tuple(sizes.get(size, size) for size in expected)
        if array.shape != wanted or array.dtype.kind not in _NUMERIC:
            raise DataError(
                f"Expected array {name!r} of {path} to hold numbers of shape {wanted}. Received: "
                f"shape={array.shape}, dtype={array.dtype}. "
                "Put the right file there, or remove it to download it again."
            )
    return arrays


def _read(path: Path, layout: Layout) -> dict[str, np.ndarray]:
    import zipfile
    import zlib

    damaged = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError)
    try:
        # Opened here, because np.load leaves the file open when it is damaged.
        with open(path, "rb") as file:
            content = np.load(file, allow_pickle=False)
            if isinstance(content, np.ndarray):
                raise ValueError("it holds one array without a name")
            missing = [name for name in layout if name not in content.files]
            if not missing:
                return {name: content[name] for name in layout}
    except damaged as error:
        raise SavedFileError(
            f"Expected a readable .npz file with the arrays {', '.join(layout)}. Received: {path} ({error}). "
            "Remove the file, and it will be downloaded again."
        ) from error
    raise DataError(
        f"Expected the arrays {', '.join(layout)} in {path}. "
        f"Received: {', '.join(content.files) or 'no array'}. "
        "Put the right file there, or remove it to download it again."
    )
