"""Keras' older place for helpers that are in `od.utils`, so that programs that look here find them."""

from ondol.preprocessing import image, sequence

__all__ = ["image", "sequence"]
