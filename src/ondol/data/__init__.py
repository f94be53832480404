"""Data on its way into a model: standard forms, checks, batches, and Dataset, which makes them."""

from ondol.data.arrays import ArrayData
from ondol.data.dataset import Dataset
from ondol.data.standard import standardize, standardize_inputs
from ondol.data.unpack import pack_x_y_sample_weight, unpack_x_y_sample_weight
from ondol.data.workers import AUTOTUNE

__all__ = [
    "AUTOTUNE",
    "ArrayData",
    "Dataset",
    "pack_x_y_sample_weight",
    "standardize",
    "standardize_inputs",
    "unpack_x_y_sample_weight",
]
