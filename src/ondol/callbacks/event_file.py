"""The files that TensorBoard reads: numbers, histograms, pictures and a graph, each with its step."""

from __future__ import annotations

import io
import itertools
import os
import platform
import time
from pathlib import Path
from typing import IO, Any

import numpy as np

from ondol.errors import SavedFileError

BUCKETS = 30
_numbers = itertools.count()  # files of one program differ in these


def tensorboard_parts() -> Any:
    """TensorBoard's own writer of records and forms of events.

    Raises:
        ImportError: if the package is not installed.
    """
    try:
        from tensorboard.compat.proto import event_pb2, graph_pb2, summary_pb2
        from tensorboard.summary.writer.record_writer import RecordWriter
    except ImportError as error:
        raise ImportError(
            "Expected the package tensorboard, which writes and shows these files. Received: none. "
            'Install it with pip install "ondol[tensorboard]".'
        ) from error
    return RecordWriter, event_pb2, graph_pb2, summary_pb2


class EventFile:
    """One file, made at the first thing that is written.

    Args:
        folder: where it is; TensorBoard calls the folder a run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records: Any = None
        self._file: IO[bytes] | None = None
        self._record_writer, self._events, self._graphs, self._summaries = tensorboard_parts()
        self.begin()

    def begin(self) -> None:
        """Take another name, for another training. The first part of it is TensorBoard's."""
        self.close()
        place = f"{int(time.time()):010d}.{platform.node()}.{os.getpid()}.{next(_numbers)}"
        self.path = self.folder / f"events.out.tfevents.{place}"

    @property
    def size(self) -> int:
        """Bytes written so far."""
        self.flush()
        return self.path.stat().st_size if self.path.exists() else 0

    def scalar(self, tag: str, value: float, step: int) -> None:
        self._write(step, tag=tag, simple_value=value)

    def histogram(self, tag: str, values: np.ndarray, step: int) -> None:
        """How the finite ones of the values are spread."""
        values = values[np.isfinite(values)].astype("float64").reshape(-1)
        if not values.size:
            return
        counts, edges = np.histogram(values, BUCKETS)
        self._write(
            step,
            tag=tag,
            histo=self._summaries.HistogramProto(
                min=values.min(),
                max=values.max(),
                num=values.size,
                sum=values.sum(),
                sum_squares=(values**2).sum(),
                bucket_limit=edges[1:].tolist(),
                bucket=counts.tolist(),
            ),
        )

    def image(self, tag: str, pixels: np.ndarray, step: int) -> None:
        """A picture, (height, width) or (height, width, 3) of uint8."""
        from PIL import Image

        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG")
        height, width = pixels.shape[:2]
        image = self._summaries.Summary.Image(
            height=height,
            width=width,
            colorspace=1 if pixels.ndim == 2 else 3,
            encoded_image_string=buffer.getvalue(),
        )
        self._write(step, tag=tag, image=image)

    def graph(self, nodes: list[tuple[str, str, list[str]]]) -> None:
        """A graph, as (name, what it does, names of what it takes)."""
        graph = self._graphs.GraphDef()
        for name, operation, inputs in nodes:
            graph.node.add(name=name, op=operation, input=inputs)
        self._record(self._events.Event(wall_time=time.time(), graph_def=graph.SerializeToString()))

    def flush(self) -> None:
        if self._records is not None:
            self._records.flush()

    def close(self) -> None:
        if self._records is not None:
            self._records.close()
            self._records = self._file = None

    # -- for trainings that go on later

    def position(self) -> list[Any]:
        """The file's name, and how long it is now, on the disk itself."""
        size = self.size
        if self._file is not None:
            os.fsync(self._file.fileno())
        return [self.path.name, size]

    def go_to(self, position: list[Any]) -> None:
        """Go on there; what the file holds beyond is of steps that are made again."""
        self.close()
        name, size = position
        self.path = self.folder / name
        if self.size < size:
            raise SavedFileError(
                f"Expected the file of the training that goes on, of {size} bytes or more. Received: {self.path} of "
                f"{self.size} bytes. Put it back, or delete the checkpoints to start anew."
            )
        if self.path.exists():
            os.truncate(self.path, size)

    # -- records

    def _write(self, step: int, **value: Any) -> None:
        event = self._events.Event(wall_time=time.time(), step=step)
        event.summary.value.add(**value)
        self._record(event)

    def _record(self, event: Any) -> None:
        if self._records is None:
            empty = not self.size
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = open(self.path, "ab")  # noqa: SIM115 - `close` closes it
            self._records = self._record_writer(self._file)
            if empty:
                version = self._events.Event(wall_time=time.time(), file_version="brain.Event:2")
                self._records.write(version.SerializeToString())
        self._records.write(event.SerializeToString())
