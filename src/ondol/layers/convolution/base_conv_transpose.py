"""BaseConvTranspose: a convolution run backwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import constraints, initializers, ops, regularizers
from ondol.errors import DataError
from ondol.layers.checks import positive_integer
from ondol.layers.convolution.base import BaseConvolution
from ondol.layers.window_checks import check_channels, check_strides_and_dilation
from ondol.ops.data_format import spatial_tuple


class BaseConvTranspose(BaseConvolution):
    """A transposed convolution of any rank; kernel (*kernel_size, filters, channels)."""

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: int | Sequence[int],
        output_padding: int | Sequence[int] | None = None,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        kernel_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rank, kernel_size, **kwargs)
        self.filters = positive_integer("filters", filters)
        self.output_padding = (
            None if output_padding is None else spatial_tuple(output_padding, rank, "output_padding", least=0)
        )
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        check_strides_and_dilation(self.strides, self.dilation_rate)
        if self.output_padding and any(
            p >= s for p, s in zip(self.output_padding, self.strides, strict=True)
        ):
            raise DataError(
                "Expected an output_padding smaller than the strides, on each axis. "
                f"Received: output_padding={self.output_padding}, strides={self.strides}. "
                "Leave it out to have the usual output shape."
            )

    def build(self, input_shape: Any) -> None:
        self.note_channels(input_shape)
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, self.filters, self.channels),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.make_bias(self.filters)

    def check_inputs(self, shape: Sequence[Any]) -> None:
        check_channels(self, shape, self.channels)  # every image is large enough

    def convolve(self, x: Any) -> Any:
        return ops.conv_transpose(
            x, self.kernel, output_padding=self.output_padding, **self.window_arguments()
        )
