"""Logs: names and values of a step. Most values are one number; a metric for each class has several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.backend.compile import to_numpy
from ondol.backend.state import state

Logs = dict[str, Any]


def raw(value: Any) -> Any:
    """The array of a Tensor, or the number itself."""
    return value.data if isinstance(value, Tensor) else value


def in_python(logs: Mapping[str, Any]) -> Logs:
    """The values as Python numbers, several as a NumPy array."""
    return {name: _in_python(to_numpy(raw(value))) for name, value in logs.items()}


def _in_python(value: Any) -> Any:
    array = np.asarray(value)
    return np.array(array, "float32") if array.ndim else float(array)


class LogsForm:
    """Where each value stands in the one row of numbers that a program returns.

    Args:
        logs: names and values, of which only the shapes matter.
    """

    def __init__(self, logs: Mapping[str, Any]) -> None:
        self.shapes = {name: tuple(np.shape(raw(value))) for name, value in logs.items()}
        ends = np.cumsum([prod(shape) for shape in self.shapes.values()], dtype=int).tolist()
        self.size = ends[-1] if ends else 0
        self.places = {
            name: slice(end - prod(shape), end)
            for (name, shape), end in zip(self.shapes.items(), ends, strict=True)
        }

    def pack(self, logs: Mapping[str, Any]) -> Any:
        """All values in one row, traced."""
        xp = state.xp
        parts = [xp.asarray(raw(value), "float32").reshape(-1) for value in logs.values()]
        return xp.concatenate(parts) if parts else xp.zeros((0,), "float32")

    def unpack(self, row: Sequence[float]) -> Logs:
        """The logs that a row stands for."""
        return {
            name: np.asarray(row[place], "float32").reshape(self.shapes[name])
            if self.shapes[name]
            else row[place.start]
            for name, place in self.places.items()
        }
