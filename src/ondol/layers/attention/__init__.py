"""Layers that look at other places of a sequence: attention."""
