"""What the doctor costs: epochs of a convolutional network with and without `diagnose=True`, in turns.

    python benchmarks/diagnosis.py

prints the medians of the time that an epoch takes, and their ratio.
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np

import ondol as od

ROUNDS, EPOCHS, SAMPLES, BATCH = 7, 3, 12_800, 64


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((SAMPLES, 28, 28, 1), dtype="float32")
    y = rng.integers(0, 10, SAMPLES)
    od.random.seed(0)
    model = od.Sequential(
        [
            od.Input((28, 28, 1)),
            od.layers.Conv2D(6, 5, activation="relu"),
            od.layers.MaxPooling2D(),
            od.layers.Conv2D(12, 5, activation="relu"),
            od.layers.MaxPooling2D(),
            od.layers.Flatten(),
            od.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for number in range(ROUNDS + 1):
        for diagnose, found in seconds.items():
            start = time.perf_counter()
            model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0, diagnose=diagnose)
            if number:  # the first round compiles
                found.append((time.perf_counter() - start) / EPOCHS)
    plain, watched = median(seconds[False]), median(seconds[True])
    print(f"an epoch of {SAMPLES // BATCH} steps: {plain:.3f} s, with diagnose=True {watched:.3f} s")
    print(f"with / without: {watched / plain:.3f}")


if __name__ == "__main__":
    main()
