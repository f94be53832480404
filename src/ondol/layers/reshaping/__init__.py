"""Layers that arrange the same numbers in another shape."""
