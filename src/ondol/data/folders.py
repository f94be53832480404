"""Files in a folder of classes, one folder each: found, labelled and split as Keras does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ondol.data.checks import few
from ondol.data.node import positive
from ondol.data.passes import checked_seed
from ondol.errors import DataError


@dataclass
class Files:
    """Paths, a class number for each (None for no labels), and the classes' names."""

    paths: list[str]
    labels: np.ndarray | None
    class_names: list[str] | None

    def part(self, rows: slice) -> Files:
        return Files(self.paths[rows], None if self.labels is None else self.labels[rows], self.class_names)

    def without(self, paths: set[str]) -> Files:
        """All but these files."""
        kept = [i for i, path in enumerate(self.paths) if path not in paths]
        labels = None if self.labels is None else self.labels[kept]
        return Files([self.paths[i] for i in kept], labels, self.class_names)


@dataclass(frozen=True)
class FolderArguments:
    """The arguments that all functions with Keras' `..._from_directory` share, checked."""

    directory: Any
    labels: Any
    label_mode: str | None
    class_names: Sequence[str] | None
    batch_size: int | None
    shuffle: bool
    seed: int | None
    validation_split: float | None
    subset: str | None
    follow_links: bool
    verbose: bool

    def __post_init__(self) -> None:
        if self.label_mode not in ("int", "categorical", "binary", None):
            raise DataError(
                "Expected label_mode to be 'int', 'categorical', 'binary' or None. "
                f"Received: label_mode={self.label_mode!r}."
            )
        if not (self.labels is None or self.labels == "inferred" or isinstance(self.labels, (list, tuple))):
            raise DataError(
                "Expected labels to be 'inferred' (from the folders' names), None, or a list of class numbers, one "
                f"for each file. Received: labels={self.labels!r}."
            )
        if self.class_names is not None and self.labels != "inferred":
            raise DataError(
                f"Expected class_names only with labels='inferred'. Received: class_names={self.class_names!r}, "
                f"labels={self.labels!r}."
            )
        if self.batch_size is not None:
            positive("batch_size", self.batch_size)
        checked_seed(self.seed)
        self._check_split()

    def _check_split(self) -> None:
        split, subset = self.validation_split, self.subset
        if subset not in ("training", "validation", "both", None):
            raise DataError(
                f"Expected subset to be 'training', 'validation', 'both' or None. Received: subset={subset!r}."
            )
        if bool(split) != bool(subset):
            raise DataError(
                f"Expected validation_split and subset together. Received: validation_split={split!r}, "
                f"subset={subset!r}."
            )
        if split and not 0 < split < 1:
            raise DataError(f"Expected 0 < validation_split < 1. Received: validation_split={split!r}.")
        if split and self.shuffle and self.seed is None and subset != "both":
            raise DataError(
                "Expected a seed for a validation_split of shuffled files: with another order in each call, the two "
                "parts would share files. Received: seed=None. Pass seed= the same number in both calls, or "
                "subset='both'."
            )

    def find(self, formats: tuple[str, ...]) -> Files:
        """The files of these formats, in Keras' order: sorted, then shuffled by the seed."""
        folder = Path(self.directory)
        if not folder.is_dir():
            raise DataError(
                f"Expected a folder with files. Received: {folder}, which is not there or no folder."
            )
        labelled = self.labels is not None and self.label_mode is not None
        if labelled and self.labels == "inferred":
            names = self._folders(folder)
            found = [
                (path, i) for i, name in enumerate(names) for path in self._listed(folder / name, formats)
            ]
            paths = [path for path, _ in found]
            files = Files(paths, np.array([i for _, i in found], "int32"), names)
            there = {i for _, i in found}
            empty = [name for i, name in enumerate(names) if i not in there]
            if paths and empty:
                raise DataError(
                    f"Expected files ({', '.join(formats)}) in the folder of every class. Received: none in "
                    f"{few(empty)}. Remove empty folders, or choose the classes with class_names=."
                )
        else:
            files = Files(self._listed(folder, formats), None, None)
            if labelled:
                files = self._given_labels(files)
        if not files.paths:
            raise DataError(f"Expected files ({', '.join(formats)}) in {folder}. Received: none.")
        if self.label_mode == "binary" and files.class_names is not None and len(files.class_names) != 2:
            raise DataError(
                f"Expected two classes for label_mode='binary'. Received: {len(files.class_names)}, "
                f"{few(files.class_names)}."
            )
        if self.verbose:
            classes = "" if files.class_names is None else f" belonging to {len(files.class_names)} classes"
            print(f"Found {len(files.paths)} files{classes}.")
        return files

    def _folders(self, folder: Path) -> list[str]:
        there = sorted(
            path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
        )
        if not there:
            raise DataError(
                f"Expected a folder for each class in {folder}. Received: none. Put the files of each class into a "
                "folder of its own, or pass labels=None."
            )
        if self.class_names is None:
            return there
        missing = sorted(set(self.class_names) - set(there))
        if missing:
            raise DataError(
                f"Expected class_names that are folders in {folder}: {few(there)}. Received: {few(missing)}."
            )
        return list(self.class_names)

    def _listed(self, folder: Path, formats: tuple[str, ...]) -> list[str]:
        walk = sorted(os.walk(folder, followlinks=self.follow_links), key=lambda entry: entry[0])
        return [
            os.path.join(root, name)
            for root, _, names in walk
            for name in sorted(names)
            if name.lower().endswith(formats)
        ]

    def _given_labels(self, files: Files) -> Files:
        if len(self.labels) != len(files.paths):
            raise DataError(
                f"Expected a label for each of the {len(files.paths)} files. Received: {len(self.labels)} labels."
            )
        labels = np.asarray(self.labels)
        if labels.dtype.kind not in "iu" or (labels.size and labels.min() < 0):
            raise DataError(
                f"Expected class numbers 0, 1, ... as labels. Received: labels={few(self.labels)}."
            )
        # Sparse numbers are no class numbers of a one-hot row: there are as many classes as the largest one says.
        return Files(
            files.paths, labels.astype("int32"), [str(i) for i in range(int(labels.max(initial=-1)) + 1)]
        )
