"""Data sets of the files in a folder: split, shuffled, read and batched."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.data.dataset import Dataset
from ondol.data.folders import Files, FolderArguments
from ondol.data.passes import drawn_key
from ondol.errors import DataError


def split(arguments: FolderArguments, files: Files) -> list[Files]:
    """The part that was asked for; both parts for subset='both'."""
    if arguments.shuffle and (arguments.validation_split or arguments.seed is not None):
        seed = arguments.seed
        if seed is None:
            seed = int(np.random.SeedSequence(drawn_key()).generate_state(1)[0])
        order = np.arange(len(files.paths))
        np.random.RandomState(seed % 2**32).shuffle(order)
        labels = None if files.labels is None else files.labels[order]
        files = Files([files.paths[i] for i in order], labels, files.class_names)
    if not arguments.validation_split:
        return [files]
    held_out = int(arguments.validation_split * len(files.paths))
    cut = len(files.paths) - held_out
    if not held_out or not cut:
        raise DataError(
            f"Expected a validation_split that leaves some of the {len(files.paths)} files on both sides. "
            f"Received: validation_split={arguments.validation_split!r}."
        )
    parts = {"training": files.part(slice(0, cut)), "validation": files.part(slice(cut, None))}
    chosen = ["training", "validation"] if arguments.subset == "both" else [str(arguments.subset)]
    if arguments.verbose:
        for name in chosen:
            print(f"Using {len(parts[name].paths)} files for {name}.")
    return [parts[name] for name in chosen]


def data_set(arguments: FolderArguments, files: Files, read: Any, shuffle: bool, workers: int) -> Dataset:
    """Batches of what read(path) makes of each file, with its label."""
    if files.labels is None:
        data = Dataset.from_arrays(np.array(files.paths))
    else:
        data = Dataset.from_arrays(np.array(files.paths), _encoded(files, arguments.label_mode))
    if shuffle:
        data = data.shuffle(seed=arguments.seed)
    data = data.map(read, num_parallel_calls=workers)
    if arguments.batch_size is not None:
        data = data.batch(arguments.batch_size)
    data = data.prefetch()
    data.class_names, data.file_paths = files.class_names, files.paths
    return data


def data_sets(arguments: FolderArguments, files: Files, read: Any, workers: int) -> Any:
    """The data set that was asked for; a list of two for subset='both'. A validation set keeps its order."""
    parts = split(arguments, files)
    if arguments.subset == "both":
        learned, held_out = parts
        return [
            data_set(arguments, learned, read, arguments.shuffle, workers),
            data_set(arguments, held_out, read, False, workers),
        ]
    return data_set(arguments, parts[0], read, arguments.shuffle, workers)


def _encoded(files: Files, label_mode: str | None) -> np.ndarray:
    assert files.labels is not None
    assert files.class_names is not None
    if label_mode == "categorical":
        return np.eye(len(files.class_names), dtype="float32")[files.labels]
    if label_mode == "binary":
        return files.labels.astype("float32")[:, None]
    return files.labels
