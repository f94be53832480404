"""The same arrays for every contender: x float32, y integer labels; for a rule its operands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from rules import Rule
from workloads import CLASSES, VOCABULARY, Workload


def make(workload: Workload) -> tuple[Any, np.ndarray]:
    """x (samples, ...) float32 and y (samples,) int32 for the workload's network."""
    if workload.rule:
        return operands(workload.rule)
    if workload.sequence:
        return sequences(workload)
    if workload.layers[:1] == (2,):
        return spiral(workload.samples)
    shape = workload.image or workload.layers[:1]
    file = mnist_file()
    if file is None or np.prod(shape) != 784:
        return patterns(workload.samples, workload.image) if workload.image else noise(workload)
    with np.load(file) as mnist:
        x = mnist["x_train"][: workload.samples].reshape(-1, *shape).astype("float32")
        y = mnist["y_train"][: workload.samples].astype("int32")
    x /= 255  # in place: no second copy counts as peak memory
    return x, y


def mnist_file() -> Path | None:
    """`mnist.npz` in the folder ONDOL_DATASETS, if it is there."""
    folder = os.environ.get("ONDOL_DATASETS")
    file = Path(folder) / "mnist.npz" if folder else None
    return file if file and file.is_file() else None


def noise(workload: Workload) -> tuple[np.ndarray, np.ndarray]:
    """Random numbers, and labels that have nothing to do with them."""
    rng = np.random.default_rng(0)
    x = rng.random((workload.samples, workload.layers[0]), dtype="float32")
    return x, rng.integers(0, workload.layers[-1], workload.samples, dtype="int32")


def sequences(workload: Workload) -> tuple[np.ndarray, np.ndarray]:
    """Noise around the mean of a class; or tokens that go up by a step of their own, and the next ones."""
    rng = np.random.default_rng(0)
    steps, *features = workload.sequence
    if not features:
        first, stride = rng.integers(0, VOCABULARY, (2, workload.samples, 1))
        tokens = ((first + stride * np.arange(steps + 1)) % VOCABULARY).astype("int32")
        return tokens[:, :-1].copy(), tokens[:, 1:].copy()
    y = rng.integers(0, CLASSES, workload.samples, dtype="int32")
    means = rng.normal(size=(CLASSES, 1, *features))
    return (means[y] + rng.normal(size=(workload.samples, steps, *features))).astype("float32"), y


def patterns(samples: int, image: tuple[int, ...], blocks: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Images of a few coloured blocks, which are those of its class, under noise."""
    rng = np.random.default_rng(0)
    rows, columns, channels = image
    colours = rng.random((CLASSES, blocks, blocks, channels), dtype="float32")
    colours = colours.repeat(rows // blocks, axis=1).repeat(columns // blocks, axis=2)
    x = rng.random((samples, *image), dtype="float32")
    y = rng.integers(0, CLASSES, samples, dtype="int32")
    x += colours[y]
    x /= 2
    return x, y


def operands(rule: Rule) -> tuple[list[np.ndarray], np.ndarray]:
    """The rule's operands, and a gradient of its result."""
    rng = np.random.default_rng(0)
    shapes = [rule.image, *rule.parameters]
    return [rng.normal(size=s).astype("float32") for s in shapes], rng.normal(size=rule.output).astype(
        "float32"
    )


def spiral(samples: int, arms: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Points on interleaved spiral arms, with a little noise in the angle."""
    rng = np.random.default_rng(0)
    label = np.arange(samples) % arms
    radius = np.arange(samples) / samples
    angle = 4 * (radius + label) + rng.normal(0, 0.2, samples)
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return x.astype("float32"), label.astype("int32")
