"""What layers that make their cell themselves show of it."""

from __future__ import annotations

from typing import Any


def of_cell(name: str) -> Any:
    """An attribute of a layer that is its cell's."""
    return property(lambda self: getattr(self.cell, name), doc=f"The cell's `{name}`.")
