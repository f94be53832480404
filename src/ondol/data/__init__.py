"""Data on its way into a model: standard forms, checks, batches, and Dataset, which makes them."""

from ondol.data.arrays import ArrayData
from ondol.data.dataset import Dataset
from ondol.data.mask_tokens import mask_tokens
from ondol.data.series_windows import series_windows
from ondol.data.standard import standardize, standardize_inputs
from ondol.data.token_windows import random_token_windows, token_windows
from ondol.data.unpack import pack_x_y_sample_weight, unpack_x_y_sample_weight
from ondol.data.workers import AUTOTUNE

__all__ = [
    "AUTOTUNE",
    "ArrayData",
    "Dataset",
    "mask_tokens",
    "pack_x_y_sample_weight",
    "random_token_windows",
    "series_windows",
    "standardize",
    "standardize_inputs",
    "token_windows",
    "unpack_x_y_sample_weight",
]
