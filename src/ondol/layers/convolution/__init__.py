"""Layers that slide one small window of weights over all places of a sequence, an image or a volume."""
