"""text_dataset_from_directory: text files in folders, as batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ondol.data.folder_batches import data_sets
from ondol.data.folders import FolderArguments
from ondol.data.node import positive
from ondol.data.workers import AUTOTUNE
from ondol.errors import DataError


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
    encoding: str = "utf-8",
) -> Any:
    """Batches of texts from a folder that has a folder of `.txt` files for each class. Arguments as in Keras 3.

    Args:
        directory, labels, label_mode, class_names, batch_size, shuffle, seed, validation_split, subset,
            follow_links, verbose: as for `image_dataset_from_directory`.
        max_length: characters of a text to keep, None for all.
        encoding: of the files.

    Returns:
        A Dataset of (texts, labels), or of texts: arrays of strings (batch,). It has `class_names` and
        `file_paths`.

    Raises:
        DataError: for a missing folder or an empty one; and on the way, for a file that is not text.

    Example:
        >>> import pathlib, tempfile
        >>> import ondol as od
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("bad", "good"):
        ...         (pathlib.Path(folder) / name).mkdir()
        ...         _ = (pathlib.Path(folder) / name / "0.txt").write_text(f"a {name} film")
        ...     data = od.utils.text_dataset_from_directory(folder, shuffle=False, verbose=False)
        ...     print(next(iter(data)))
        (array(['a bad film', 'a good film'], dtype='<U11'), array([0, 1], dtype=int32))
    """
    if max_length is not None:
        positive("max_length", max_length)
    arguments = FolderArguments(
        directory, labels, label_mode, class_names, batch_size, shuffle, seed, validation_split, subset,
        follow_links, verbose,
    )  # fmt: skip
    return data_sets(arguments, arguments.find((".txt",)), TextReader(max_length, encoding), AUTOTUNE)


@dataclass(frozen=True)
class TextReader:
    """Makes a string of a text file."""

    max_length: int | None
    encoding: str

    def __call__(self, path: Any, *labels: Any) -> Any:
        try:
            with open(str(path), encoding=self.encoding) as file:
                text = file.read() if self.max_length is None else file.read(self.max_length)
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(
                f"Expected a text file in {self.encoding}. Received: {path} ({error}). Pass encoding=, or remove it."
            ) from error
        return (text, *labels) if labels else text
