"""Helpers with Keras' names."""

from ondol.utils.serialization import get_registered_name, register_serializable

__all__ = ["get_registered_name", "register_serializable"]
