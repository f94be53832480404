"""Recurrent layers: cells that make one step, and layers that make all steps of a sequence."""
