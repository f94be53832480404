"""BaseGlobalPooling: what the poolings of whole images share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ondol.layers.base import Layer
from ondol.layers.window_checks import check_axes
from ondol.ops.data_format import standardize_data_format


class BaseGlobalPooling(Layer):
    """One number for each channel of an image of `rank` spatial axes. A subclass says which, in `pool`."""

    rank: int

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.keepdims = keepdims

    def build(self, input_shape: Sequence[Any]) -> None:
        check_axes(self, input_shape)

    def call(self, inputs: Any) -> Any:
        check_axes(self, inputs.shape)
        return self.pool(inputs)

    def pool(self, inputs: Any) -> Any:
        """The numbers."""
        raise TypeError(f"{type(self).__name__} must define pool(self, inputs)")

    def _reduce(self, reduction: Callable, inputs: Any) -> Any:
        start = 2 if self.data_format == "channels_first" else 1
        return reduction(inputs, axis=tuple(range(start, start + self.rank)), keepdims=self.keepdims)
