"""BasePooling: what the poolings by windows share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.errors import ShapeError
from ondol.layers.base import Layer
from ondol.layers.window_checks import about_format, by, check_axes, spatial, standardize_padding
from ondol.ops.data_format import spatial_tuple, standardize_data_format


class BasePooling(Layer):
    """One number for each window of `rank` spatial axes and each channel. A subclass says which, in `pool`."""

    rank: int

    def __init__(
        self,
        pool_size: int | Sequence[int],
        strides: int | Sequence[int] | None,
        padding: Any,
        data_format: str | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = spatial_tuple(pool_size, self.rank, "pool_size")
        self.strides = self.pool_size if strides is None else spatial_tuple(strides, self.rank, "strides")
        self.padding = standardize_padding(padding, self.rank, ("valid", "same"))
        self.data_format = standardize_data_format(data_format)

    def build(self, input_shape: Sequence[Any]) -> None:
        self._check(input_shape)

    def call(self, inputs: Any) -> Any:
        self._check(inputs.shape)
        return self.pool(inputs)

    def pool(self, inputs: Any) -> Any:
        """The numbers."""
        raise TypeError(f"{type(self).__name__} must define pool(self, inputs)")

    def _check(self, shape: Sequence[Any]) -> None:
        """Refuse inputs of other axes, and images that no window fits on; unknown lengths are left for later."""
        check_axes(self, shape)
        if self.padding == "same":
            return
        lengths = spatial(self, shape)
        margins = ((0, 0),) * self.rank if isinstance(self.padding, str) else self.padding
        axes = zip(lengths, margins, self.pool_size, strict=True)
        if all(n is None or n + a + b >= k for n, (a, b), k in axes):
            return
        raise ShapeError(
            f"Layer '{self.name}' expected inputs at least as large as its window, pool_size={self.pool_size}. "
            f"Received: inputs.shape={tuple(shape)}, which is {by(lengths)} (data_format='{self.data_format}')."
            f"{about_format(self, shape)} Otherwise use a smaller window, padding='same', larger inputs, or fewer "
            "layers before this one: every 'valid' convolution and every pooling makes an image smaller."
        )
