"""Convolution and its two gradients, for eager and for compiled code.

`eager` computes on NumPy; `compiled` chooses for each shape and platform between the forms in `plain` (what jax
promises), `rewritten` (other formulations of it) and `onednn` (a library inside jaxlib, probed before use).
"""
