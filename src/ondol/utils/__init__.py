"""Helpers with Keras' names."""

from ondol.utils.arrays import normalize, to_categorical
from ondol.utils.naming import clear_session
from ondol.utils.seeding import set_random_seed
from ondol.utils.serialization import (
    get_registered_name,
    register_keras_serializable,
    register_serializable,
)

__all__ = [
    "clear_session",
    "get_registered_name",
    "normalize",
    "register_keras_serializable",
    "register_serializable",
    "set_random_seed",
    "to_categorical",
]
