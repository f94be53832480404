"""BaseAdaptivePooling: what the poolings to a wanted size share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.layers.base import Layer
from ondol.layers.window_checks import check_axes
from ondol.ops.data_format import spatial_tuple, standardize_data_format


class BaseAdaptivePooling(Layer):
    """So many windows on each of `rank` spatial axes. A subclass says what becomes of them, in `pool`."""

    rank: int

    def __init__(
        self, output_size: int | Sequence[int], data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.output_size = spatial_tuple(output_size, self.rank, "output_size")
        self.data_format = standardize_data_format(data_format)

    def build(self, input_shape: Sequence[Any]) -> None:
        check_axes(self, input_shape)

    def call(self, inputs: Any) -> Any:
        check_axes(self, inputs.shape)
        return self.pool(inputs)

    def pool(self, inputs: Any) -> Any:
        """The numbers."""
        raise TypeError(f"{type(self).__name__} must define pool(self, inputs)")
