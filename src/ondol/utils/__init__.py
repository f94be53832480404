"""Helpers with Keras' names."""

import importlib
from typing import TYPE_CHECKING, Any

from ondol.backend.dtypes import standardize_dtype
from ondol.utils.arrays import normalize, to_categorical
from ondol.utils.images import array_to_img, img_to_array, load_img, save_img
from ondol.utils.naming import clear_session
from ondol.utils.py_dataset import PyDataset
from ondol.utils.seeding import set_random_seed
from ondol.utils.sequences import pad_sequences
from ondol.utils.serialization import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    register_serializable,
)
from ondol.utils.splitting import split_dataset

if TYPE_CHECKING:
    from ondol.data.image_folder import image_dataset_from_directory
    from ondol.data.text_folder import text_dataset_from_directory
    from ondol.data.timeseries import timeseries_dataset_from_array
    from ondol.data.unpack import pack_x_y_sample_weight, unpack_x_y_sample_weight
    from ondol.datasets.get_file import get_file

# Keras has them here; they are made of what lies floors above, and opened at the first look.
_ABOVE = {
    "get_file": "ondol.datasets.get_file",
    "image_dataset_from_directory": "ondol.data.image_folder",
    "pack_x_y_sample_weight": "ondol.data.unpack",
    "text_dataset_from_directory": "ondol.data.text_folder",
    "timeseries_dataset_from_array": "ondol.data.timeseries",
    "unpack_x_y_sample_weight": "ondol.data.unpack",
}

Sequence = PyDataset  # Keras' older name


def __getattr__(name: str) -> Any:
    if name in _ABOVE:
        return getattr(importlib.import_module(_ABOVE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    # arrays
    "normalize",
    "pad_sequences",
    "split_dataset",
    "to_categorical",
    # images
    "array_to_img",
    "img_to_array",
    "load_img",
    "save_img",
    # files and data sets
    "get_file",
    "image_dataset_from_directory",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "PyDataset",
    "Sequence",
    # classes of one's own
    "CustomObjectScope",
    "custom_object_scope",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_keras_serializable",
    "register_serializable",
    # the rest
    "clear_session",
    "pack_x_y_sample_weight",
    "set_random_seed",
    "standardize_dtype",
    "unpack_x_y_sample_weight",
]
