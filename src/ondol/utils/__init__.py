"""Helpers with Keras' names."""

import importlib
from typing import TYPE_CHECKING, Any

from ondol.utils.arrays import normalize, to_categorical
from ondol.utils.naming import clear_session
from ondol.utils.py_dataset import PyDataset
from ondol.utils.seeding import set_random_seed
from ondol.utils.serialization import (
    get_registered_name,
    register_keras_serializable,
    register_serializable,
)

if TYPE_CHECKING:
    from ondol.data.image_folder import image_dataset_from_directory
    from ondol.data.text_folder import text_dataset_from_directory
    from ondol.data.timeseries import timeseries_dataset_from_array

# Keras has them here; they are made of what lies floors above, and opened at the first look.
_ABOVE = {
    "image_dataset_from_directory": "ondol.data.image_folder",
    "text_dataset_from_directory": "ondol.data.text_folder",
    "timeseries_dataset_from_array": "ondol.data.timeseries",
}

Sequence = PyDataset  # Keras' older name


def __getattr__(name: str) -> Any:
    if name in _ABOVE:
        return getattr(importlib.import_module(_ABOVE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "PyDataset",
    "Sequence",
    "clear_session",
    "get_registered_name",
    "image_dataset_from_directory",
    "normalize",
    "register_keras_serializable",
    "register_serializable",
    "set_random_seed",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
]
