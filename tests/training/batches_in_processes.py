"""A PyDataset that worker processes import, and a program that Ctrl-C ends."""

import os
import sys
import time

import numpy as np

import ondol as od


class Batches(od.utils.PyDataset):
    """Batch i of X and Y, from a file of arrays."""

    def __init__(self, path, fails_at=None, seconds=0.0, **kwargs):
        super().__init__(**kwargs)
        self.path, self.fails_at, self.seconds, self.seen = path, fails_at, seconds, 0

    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index == self.fails_at:
            raise OSError(f"no file {index}")
        time.sleep(self.seconds)
        arrays = np.load(self.path)
        rows = slice(8 * index, 8 * index + 8)
        return arrays["x"][rows], arrays["y"][rows]

    def on_epoch_end(self):
        self.seen += 1


class Shifted(od.utils.PyDataset):
    """Batches that say which epoch and which process made them."""

    epoch = 0

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return np.full((2, 4), index + 100 * self.epoch), np.full((2, 2), os.getpid())

    def on_epoch_end(self):
        self.epoch += 1


def main(path):
    """Train until Ctrl-C, and say what is left."""
    import multiprocessing
    import threading

    model = od.Sequential([od.Input((4,)), od.layers.Dense(2)])
    model.compile("sgd", "mse")

    class Started(od.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                print("started", *[p.pid for p in multiprocessing.active_children()], flush=True)

    data = Batches(path, seconds=0.01, workers=2, use_multiprocessing=True)
    history = model.fit(data, epochs=10**6, verbose=0, callbacks=[Started()])
    print(
        "interrupted", history.interrupted, len(multiprocessing.active_children()), threading.active_count()
    )


if __name__ == "__main__":
    main(sys.argv[1])
