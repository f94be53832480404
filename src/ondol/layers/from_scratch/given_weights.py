"""Layers whose weights are given to them as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Variable
from ondol.errors import DataError
from ondol.layers.base import Layer


class GivenWeights(Layer):
    """Base of layers made of arrays; a float array itself becomes an entry of `params`.

    Args:
        given: name -> array; None for a weight that the layer goes without.
    """

    def __init__(self, given: dict[str, Any], **kwargs: Any) -> None:
        arrays = {name: None if array is None else _floats(name, array) for name, array in given.items()}
        first = next(array for array in arrays.values() if array is not None)
        kwargs.setdefault("dtype", first.dtype.name)
        super().__init__(**kwargs)
        for name, array in arrays.items():
            setattr(self, name, None if array is None else self._weight(name, array))
        self._given = tuple(given)
        self.built = True

    def _weight(self, name: str, array: np.ndarray) -> Variable:
        variable = Variable(array, name, dtype=self.variable_dtype)
        variable.path = f"{self.name}/{name}"
        variable.trainable = self._trainable
        if array.dtype == variable.dtype:
            variable.in_place(array)
        return variable

    def get_config(self) -> dict[str, Any]:
        """The shapes of the weights, whose values are not part of a configuration."""
        shapes = {name: getattr(self, name) for name in self._given}
        given = {name: None if weight is None else list(weight.shape) for name, weight in shapes.items()}
        return {"name": self.name, "trainable": self.trainable, "dtype": self.dtype, **given}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A layer of these shapes, filled with zeros until its weights are set."""
        rest = {name: config[name] for name in ("name", "trainable", "dtype") if name in config}
        shapes = {name: shape for name, shape in config.items() if name not in rest}
        zeros: dict[str, Any] = {n: None if s is None else np.zeros(s, "float32") for n, s in shapes.items()}
        return cls(**zeros, **rest)


def _floats(name: str, array: Any) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype.kind in "iub":
        array = array.astype("float32")
    if array.dtype.kind != "f":
        raise DataError(
            f"Expected {name} as an array of numbers. Received: {name} of dtype {array.dtype}, shape {array.shape}."
        )
    return array if array.flags.writeable else array.copy()
