"""TensorBoard: the training as curves, histograms and pictures in a browser."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from ondol.callbacks.base import Callback
from ondol.callbacks.event_file import EventFile
from ondol.callbacks.learning_rates import rates
from ondol.callbacks.weight_pictures import picture
from ondol.data import ArrayData
from ondol.errors import DataError
from ondol.training.batch_gradients import BatchGradients
from ondol.utils.files import expect_writable
from ondol.utils.logs import one_number

SAMPLES = 128  # that gradients are computed for


class TensorBoard(Callback):
    """Writes what TensorBoard shows: `pip install "ondol[tensorboard]"`, then `tensorboard --logdir logs`.

    The runs "train" and "validation" have the curves "epoch_loss", "epoch_accuracy", ..., and "epoch_learning_rate".
    A training that goes on from a checkpoint goes on with the same files, and no point is there twice.

    Args:
        log_dir: the folder.
        histogram_freq: after every so many epochs, histograms of each weight and of its gradient (of the first samples
            of the data, all the same each time; not for iterables of batches, nor with a train_step of one's own).
            0 for none.
        write_graph: whether to write the graph of the layers, for models that know it (`model.graph()`).
        write_images: whether to write weights as pictures, too, where histograms are written: matrices, and the kernels
            of 2D convolutions beside each other.
        write_steps_per_second: whether to write how many steps a second each epoch made.
        update_freq: "epoch"; or "batch" or a number: after every so many batches the running means "batch_loss", ...
            are written, too. With a number a compiled training still makes so many steps in one go.
        profile_batch, embeddings_freq, embeddings_metadata: Keras' names of what is not there.

    Raises:
        ImportError: if the package tensorboard is not installed.
        DataError: for what is not there.
        SavedFileError: from `fit`, before the training, for a folder that cannot be written to.

    Example:
        >>> import ondol as od
        >>> board = od.callbacks.TensorBoard("logs/first", histogram_freq=5)  # doctest: +SKIP
        >>> model.fit(x, y, epochs=20, validation_split=0.2, callbacks=[board])  # doctest: +SKIP
    """

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Any = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        for name, value in (
            ("profile_batch", profile_batch),
            ("embeddings_freq", embeddings_freq),
            ("embeddings_metadata", embeddings_metadata),
        ):
            if value:
                raise DataError(f"Expected {name}={'None' if 'meta' in name else 0}: Ondol does not write what it asks "
                                f"for. Received: {name}={value!r}.")  # fmt: skip
        self.every = _steps(update_freq)
        self.log_dir, self.histogram_freq = Path(log_dir), histogram_freq
        self.write_graph, self.write_images = write_graph, write_images
        self.write_steps_per_second, self.update_freq = write_steps_per_second, update_freq
        self.train = EventFile(self.log_dir / "train")
        self.validation = EventFile(self.log_dir / "validation")
        self.gradients: BatchGradients | None = None
        self._begin()

    def _begin(self) -> None:
        self.steps, self._epoch, self._done, self._start = 0, -1, 0, 0.0

    def see_data(self, data: ArrayData) -> None:
        if self.histogram_freq and not self.model._has_own("train_step"):
            self.gradients = BatchGradients(self.model, data.part(slice(0, SAMPLES)))

    def on_train_begin(self, logs: dict | None = None) -> None:
        for file in (self.train, self.validation):
            if file is self.train or self.validates:
                expect_writable(file.folder / "events.out.tfevents")
            file.begin()
        self._begin()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._start = time.perf_counter()
        if epoch != self._epoch:  # otherwise a training goes on in the middle of it
            self._epoch, self._done = epoch, 0
        if self.write_graph and not self.train.size:
            self._write_graph()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        values = {name: one_number(value) for name, value in (logs or {}).items()} | rates(self.model)
        if self.write_steps_per_second:
            values["steps_per_second"] = self._done / (time.perf_counter() - self._start)
        for name, value in values.items():
            file = self.validation if name.startswith("val_") else self.train
            file.scalar(f"epoch_{name.removeprefix('val_')}", value, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        for file in (self.train, self.validation):
            file.flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        for file in (self.train, self.validation):
            file.close()

    # -- within an epoch

    def steps_until_due(self, first: int, total: int) -> int | None:
        return None if self.every is None else self.every - self.steps % self.every

    def on_steps(self, done: int, total: int | None, logs: dict[str, Any]) -> None:
        self.steps += done - self._done
        self._done = done
        if self.every is not None and self.steps % self.every == 0:
            for name, value in logs.items():
                self.train.scalar(f"batch_{name}", one_number(value), self.steps)

    # -- layers

    def _write_graph(self) -> None:
        if getattr(self.model, "_graph", None) is None:
            return
        diagram = self.model.graph()
        names = {id(node): node.lines[0].partition(" (")[0] for node in diagram.nodes}
        nodes = []
        for node in diagram.nodes:
            what = node.lines[0].partition(" (")[2].rstrip(")") or (
                "Input" if node.kind == "value" else node.lines[0]
            )
            inputs = [names[id(edge.source)] for edge in diagram.edges if edge.target is node]
            nodes.append((names[id(node)], what, inputs))
        self.train.graph(nodes)

    def _write_weights(self, epoch: int) -> None:
        for weight in self.model.weights:
            array = np.asarray(weight.numpy())
            self.train.histogram(f"{weight.path}/histogram", array, epoch)
            pixels = picture(array.astype("float32")) if self.write_images else None
            if pixels is not None:
                self.train.image(f"{weight.path}/image", pixels, epoch)
        if self.gradients is not None:
            for weight, gradient in zip(self.model.trainable_weights, self.gradients(), strict=True):
                self.train.histogram(f"{weight.path}/gradient", gradient, epoch)

    # -- for trainings that go on later

    def get_state(self) -> dict[str, Any]:
        return {
            "train": self.train.position(),
            "validation": self.validation.position(),
            "steps": [self.steps, self._epoch, self._done],
        }

    def set_state(self, state: Any) -> None:
        self.train.go_to(state["train"])
        self.validation.go_to(state["validation"])
        self.steps, self._epoch, self._done = state["steps"]


def _steps(update_freq: Any) -> int | None:
    """After how many batches numbers are written; None for epochs only."""
    if update_freq == "epoch":
        return None
    if update_freq == "batch":
        return 1
    if isinstance(update_freq, int) and not isinstance(update_freq, bool) and update_freq > 0:
        return update_freq
    raise ValueError(
        f"Expected update_freq to be 'epoch', 'batch' or a number of batches. Received: update_freq={update_freq!r}."
    )
