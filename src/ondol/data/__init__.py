"""Data on its way into a model: standard forms, checks, batches."""

from ondol.data.arrays import ArrayData
from ondol.data.standard import standardize, standardize_inputs
from ondol.data.unpack import pack_x_y_sample_weight, unpack_x_y_sample_weight

__all__ = [
    "ArrayData",
    "pack_x_y_sample_weight",
    "standardize",
    "standardize_inputs",
    "unpack_x_y_sample_weight",
]
