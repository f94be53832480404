"""Layers that keep a network from learning its data by heart."""
