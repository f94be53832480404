"""Layers that prepare raw inputs, and layers that change images at random while a model is trained.

Means per channel are subtracted by `Rescaling(1.0, offset=[-123.68, -116.78, -103.94])` where they are known, and by
`Normalization()` after `adapt(images)` where they are not (which also divides by the deviation).
"""
