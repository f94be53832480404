"""The same arrays for every contender: x float32, y integer labels."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from workloads import Workload


def make(workload: Workload) -> tuple[np.ndarray, np.ndarray]:
    """x (samples, inputs) float32 and y (samples,) int32 for the workload's network."""
    if workload.layers[0] == 2:
        return spiral(workload.samples)
    file = mnist_file()
    if file is None:
        rng = np.random.default_rng(0)
        x = rng.random((workload.samples, workload.layers[0]), dtype="float32")
        return x, rng.integers(0, workload.layers[-1], workload.samples, dtype="int32")
    with np.load(file) as mnist:
        x = mnist["x_train"][: workload.samples].reshape(-1, 784).astype("float32")
        y = mnist["y_train"][: workload.samples].astype("int32")
    x /= 255  # in place: no second copy counts as peak memory
    return x, y


def mnist_file() -> Path | None:
    """`mnist.npz` in the folder ONDOL_DATASETS, if it is there."""
    folder = os.environ.get("ONDOL_DATASETS")
    file = Path(folder) / "mnist.npz" if folder else None
    return file if file and file.is_file() else None


def spiral(samples: int, arms: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Points on interleaved spiral arms, with a little noise in the angle."""
    rng = np.random.default_rng(0)
    label = np.arange(samples) % arms
    radius = np.arange(samples) / samples
    angle = 4 * (radius + label) + rng.normal(0, 0.2, samples)
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return x.astype("float32"), label.astype("int32")
