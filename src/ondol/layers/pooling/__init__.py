"""Layers that make images smaller: the largest or the mean of each window."""
