"""Loops and branches of functions on Tensors: Python's own eagerly, XLA's while being compiled."""
