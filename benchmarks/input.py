"""How long training waits for its batches: arrays, data sets that decode on the way, and PyTorch's DataLoader.

    python benchmarks/input.py
    python benchmarks/input.py --peers-python /path/to/python   # where torch is, if not here

A network of convolutions trains on images that are decoded from compressed bytes, which takes about half as long
as a step. Each way of feeding it takes its turns; the medians are printed: the time of an epoch, and the share of
it in which the steps waited for a batch. In PyTorch the step is a sleep as long as Ondol's, so that its DataLoader
has an idle processor to decode on, which is the most it can hope for.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import zlib
from pathlib import Path
from statistics import median

import numpy as np

ROUNDS, BATCH, STEPS, SIDE = 5, 64, 30, 64


class Images:
    """Compressed images; x[i] is decoded, again and again until it takes as long as a JPEG of that share."""

    def __init__(self, turns: int = 1) -> None:
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 40, (BATCH * STEPS, SIDE, SIDE, 3), dtype="uint8")
        self.bytes = [zlib.compress(image.tobytes(), 1) for image in pixels]
        self.labels = rng.integers(0, 10, len(pixels))
        self.turns = turns

    def __len__(self) -> int:
        return len(self.bytes)

    def __getitem__(self, i: int) -> tuple[np.ndarray, np.int64]:
        for _ in range(self.turns):
            content = zlib.decompress(self.bytes[i])
        image = np.frombuffer(content, "uint8").reshape(SIDE, SIDE, 3)
        return image.astype("float32") / 255, self.labels[i]

    def seconds(self) -> float:
        """To decode a batch."""
        start = time.perf_counter()
        for i in range(BATCH):
            self[i]
        return time.perf_counter() - start

    def take(self, seconds: float) -> None:
        """Choose the turns with which a batch takes about so long."""
        self.turns = 1
        once = median(self.seconds() for _ in range(5))
        self.turns = max(1, round(seconds / once))


def network():
    import ondol as od

    od.random.seed(0)
    model = od.Sequential(
        [
            od.Input((SIDE, SIDE, 3)),
            od.layers.Conv2D(16, 3, activation="relu"),
            od.layers.MaxPooling2D(),
            od.layers.Conv2D(32, 3, activation="relu"),
            od.layers.MaxPooling2D(),
            od.layers.Flatten(),
            od.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def run() -> tuple[float, int]:
    """Ondol's ways; the seconds of a step, and how often each image was decoded."""
    import ondol as od
    from ondol.training import stream

    model, images = network(), Images()
    x, y = (np.stack(part) for part in zip(*(images[i] for i in range(len(images))), strict=True))

    waited: list[float] = []

    class Measured(stream.StreamSteps):
        def run(self, *arguments):
            yield from super().run(*arguments)
            waited.append(self.seconds_waited)

    stream.StreamSteps = Measured  # type: ignore[misc]

    def epoch(*data, **kwargs) -> tuple[float, float | None]:
        waited.clear()
        start = time.perf_counter()
        model.fit(*data, batch_size=BATCH, verbose=0, **kwargs)
        return time.perf_counter() - start, waited[0] if waited else None

    whole = od.data.Dataset.from_arrays(x, y).batch(BATCH).cache()
    for _ in range(2):  # compiles, and fills the cache
        epoch(x, y)
        epoch(whole)
    step = median(epoch(whole)[0] for _ in range(3)) / STEPS
    images.take(step / 2)
    print(f"a step: {1000 * step:.1f} ms; decoding a batch: {1000 * images.seconds():.1f} ms", flush=True)
    numbers = od.data.Dataset.range(len(images))
    decoded = numbers.map(images.__getitem__).batch(BATCH)
    ways = {
        "arrays": lambda: epoch(x, y),
        "batches in memory": lambda: epoch(whole),
        "Dataset.map": lambda: epoch(decoded),
        "Dataset.map, 2 threads": lambda: epoch(
            numbers.map(images.__getitem__, num_parallel_calls=2).batch(BATCH)
        ),
        "Dataset.map, decoded before each step": lambda: without_thread(lambda: epoch(decoded)),
    }
    figures: dict[str, list[tuple[float, float | None]]] = {name: [] for name in ways}
    for number in range(ROUNDS + 1):
        for name, way in ways.items():
            figure = way()
            if number:
                figures[name].append(figure)
    for name, found in figures.items():
        seconds = median(s for s, _ in found)
        share = (
            ""
            if found[0][1] is None
            else f", waited {median(w / s for s, w in found if w is not None):.0%} of it"
        )
        print(f"{name:40} an epoch {seconds:.3f} s{share}", flush=True)
    return step, images.turns


def without_thread(way):
    """Batches made when a step asks for them, as before there was a thread."""
    from ondol.training import feed

    before, feed.ahead = feed.ahead, lambda made, *_: made
    try:
        return way()
    finally:
        feed.ahead = before


def torch_loader(step: float, turns: int) -> None:
    """A DataLoader beside steps that sleep."""
    import torch

    torch.set_num_threads(1)
    images = Images(turns)
    for workers in (0, 1, 2):
        loader = torch.utils.data.DataLoader(
            images, BATCH, num_workers=workers, persistent_workers=workers > 0
        )
        shares, times = [], []
        for number in range(ROUNDS + 1):
            waited, start = 0.0, time.perf_counter()
            batches = iter(loader)
            for _ in range(STEPS):
                asked = time.perf_counter()
                next(batches)
                waited += time.perf_counter() - asked
                time.sleep(step)
            if number:
                times.append(time.perf_counter() - start)
                shares.append(waited / times[-1])
        name = f"torch DataLoader, {workers} workers, idle steps"
        print(f"{name:40} an epoch {median(times):.3f} s, waited {median(shares):.0%} of it", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers-python", default=sys.executable, help="the interpreter that has torch")
    parser.add_argument("--torch", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.torch:
        torch_loader(float(arguments.torch[0]), int(arguments.torch[1]))
        return
    step, turns = run()
    if subprocess.run([arguments.peers_python, "-c", "import torch"], stderr=subprocess.DEVNULL).returncode:
        print("torch is not installed there, and left out")
        return
    command = [arguments.peers_python, str(Path(__file__)), "--torch", str(step), str(turns)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
