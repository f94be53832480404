"""Layers that give their inputs a common size: by batch, by sample, by group of channels."""
