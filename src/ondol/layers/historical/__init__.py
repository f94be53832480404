"""Layers of famous networks that later ones do without."""
