"""BaseConv: filters that look at all channels (of their group)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import constraints, initializers, ops, regularizers
from ondol.errors import DataError, ShapeError
from ondol.layers.checks import positive_integer
from ondol.layers.convolution.base import BaseConvolution
from ondol.layers.window_checks import check_strides_and_dilation


class BaseConv(BaseConvolution):
    """A convolution of any rank; kernel (*kernel_size, channels / groups, filters)."""

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: int | Sequence[int],
        groups: int = 1,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        kernel_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rank, kernel_size, **kwargs)
        self.filters = positive_integer("filters", filters)
        self.groups = positive_integer("groups", groups)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        check_strides_and_dilation(self.strides, self.dilation_rate)
        if self.filters % self.groups:
            raise DataError(
                "Expected filters that the groups can share out evenly. "
                f"Received: filters={filters}, groups={groups}. Use filters that are a multiple of the groups."
            )

    def build(self, input_shape: Any) -> None:
        self.note_channels(input_shape)
        if self.channels % self.groups:
            raise ShapeError(
                f"Layer '{self.name}' expected channels that its {self.groups} groups can share out evenly. "
                f"Received: inputs.shape={tuple(input_shape)}, {self.channels} channels "
                f"(data_format='{self.data_format}'). Use a number of groups that divides the channels."
            )
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, self.channels // self.groups, self.filters),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.make_bias(self.filters)

    def convolve(self, x: Any) -> Any:
        return ops.conv(x, self.kernel, **self.window_arguments())
