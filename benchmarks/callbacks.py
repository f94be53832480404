"""What callbacks cost: epochs without any, with three that work on epochs, and with a changing learning rate, in turns.

    python benchmarks/callbacks.py

prints the medians of the time that an epoch takes, their ratios, and how many programs were compiled after the first
round; for epochs of a convolutional network, of a small network, and of a tiny one, whose epochs share a call of the
program where no callback has to see each one end.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import ondol as od

ROUNDS = 7
C = od.callbacks


def convolutional() -> tuple[Any, Any, Any, dict[str, Any]]:
    rng = np.random.default_rng(0)
    layers = [
        od.Input((28, 28, 1)),
        od.layers.Conv2D(6, 5, activation="relu"),
        od.layers.MaxPooling2D(),
        od.layers.Flatten(),
        od.layers.Dense(10, activation="softmax"),
    ]
    x = rng.random((12_800, 28, 28, 1), dtype="float32")
    return od.Sequential(layers), x, rng.integers(0, 10, len(x)), {"batch_size": 64, "epochs": 3}


def dense(samples: int, epochs: int) -> tuple[Any, Any, Any, dict[str, Any]]:
    rng = np.random.default_rng(0)
    layers = [od.Input((20,)), od.layers.Dense(64, "relu"), od.layers.Dense(10, "softmax")]
    x = rng.random((samples, 20), dtype="float32")
    return od.Sequential(layers), x, rng.integers(0, 10, samples), {"batch_size": 32, "epochs": epochs}


def variants(folder: Path) -> dict[str, Callable[[], list[Any]]]:
    """Callbacks, made anew for each training."""
    log = C.CSVLogger
    return {
        "none": list,
        "CSVLogger": lambda: [log(folder / "log.csv")],
        "EarlyStopping + ModelCheckpoint + CSVLogger": lambda: [
            C.EarlyStopping("loss", patience=99, restore_best_weights=True),
            C.ModelCheckpoint(folder / "best.ondol", "loss", save_best_only=True),
            log(folder / "log.csv"),
        ],
        "LearningRateScheduler": lambda: [C.LearningRateScheduler(lambda epoch, rate: rate * 0.99)],
    }


def main() -> None:
    tasks = {
        "convolutional, 200 steps": convolutional(),
        "dense, 6250 steps": dense(200_000, 3),
        "tiny, 5 steps": dense(150, 200),
    }
    for name, (model, x, y, arguments) in tasks.items():
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        with tempfile.TemporaryDirectory() as folder:
            measure(name, variants(Path(folder)), model, x, y, arguments)


def measure(name: str, made: dict[str, Any], model: Any, x: Any, y: Any, arguments: dict[str, Any]) -> None:
    seconds: dict[str, list[float]] = {variant: [] for variant in made}
    compiled = 0
    for number in range(ROUNDS + 1):
        for variant, callbacks in made.items():
            start = time.perf_counter()
            model.fit(x, y, verbose=0, callbacks=callbacks(), **arguments)
            if number:  # the first round compiles
                seconds[variant].append((time.perf_counter() - start) / arguments["epochs"])
        compiled = compiled or od.compilations.count
    plain = median(seconds["none"])
    print(f"{name}: {od.compilations.count - compiled} programs compiled after the first round")
    for variant, times in seconds.items():
        print(f"  {median(times) * 1000:9.3f} ms an epoch   {median(times) / plain:6.3f}   {variant}")


if __name__ == "__main__":
    main()
