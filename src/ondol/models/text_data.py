"""Text on its way into a model: turned into numbers before anything is compiled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ondol.data.indexed import count_of, is_indexed


def encoded(model: Any, x: Any) -> Any:
    """What `fit` and its kin were given as x, with text as numbers: arrays at once, batches as they come."""
    from ondol.training.stream import is_stream

    if not is_stream(x):
        return model.encode_text(x)
    if not model.takes_text:
        return x
    if hasattr(x, "__next__"):
        return map(_EncodedBatches(model, x).encoded, x)
    if is_indexed(x):
        return _IndexedBatches(model, x)
    return _CountedBatches(model, x) if hasattr(x, "__len__") else _EncodedBatches(model, x)


def encoded_pair(model: Any, data: Any) -> Any:
    """The same for (x, y, ...), or an iterable of batches."""
    if isinstance(data, (tuple, list)) and data:
        return (model.encode_text(data[0]), *data[1:])
    return data if data is None or hasattr(data, "x") else encoded(model, data)


class _Batches:
    def __init__(self, model: Any, batches: Any) -> None:
        self.model, self.batches = model, batches

    def encoded(self, batch: Any) -> Any:
        if isinstance(batch, (tuple, list)) and batch:
            return (self.model.encode_text(batch[0]), *batch[1:])
        return self.model.encode_text(batch)


class _EncodedBatches(_Batches):
    """Batches that can be started anew."""

    def __iter__(self) -> Iterator[Any]:
        return map(self.encoded, self.batches)


class _CountedBatches(_EncodedBatches):
    """Batches that can be started anew, of a known number."""

    def __len__(self) -> int:
        return len(self.batches)


class _IndexedBatches(_Batches):
    """Batches by their number, made by the workers that the data set asks for."""

    @property
    def num_batches(self) -> int | None:
        return count_of(self.batches)

    def __getattr__(self, name: str) -> Any:
        if name in ("workers", "use_multiprocessing", "max_queue_size", "on_epoch_begin", "on_epoch_end"):
            return getattr(self.batches, name)
        raise AttributeError(name)

    def __getitem__(self, i: int) -> Any:
        return self.encoded(self.batches[i])
