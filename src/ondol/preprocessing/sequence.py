"""Sequences; see `od.utils`."""

from ondol.utils.sequences import pad_sequences

__all__ = ["pad_sequences"]
