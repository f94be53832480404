"""Layers that make one Tensor of several."""
