"""Rows of the layers for images: what they give without training."""

from __future__ import annotations

import numpy as np
from layer_harness import Row
from scipy import ndimage

import ondol as od

L = od.layers
SHAPE = (2, 6, 8, 3)
BYTES = np.random.default_rng(3).integers(0, 256, SHAPE, dtype="uint8")


def same(x, w):
    return x


def halves(x, w):
    """The mean of each 2 x 2 pixels."""
    return np.stack([x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]).mean(axis=0)


def doubled(x, w):
    """Twice as high and wide, along straight lines between the centres of pixels."""
    places = np.meshgrid(
        np.arange(2), (np.arange(12) - 0.5) / 2, (np.arange(16) - 0.5) / 2, np.arange(3), indexing="ij"
    )
    return ndimage.map_coordinates(x, places, order=1, mode="nearest")


UNCHANGED = [
    (L.RandomFlip, {"mode": "horizontal", "seed": 1}),
    (L.RandomTranslation, {"height_factor": 0.2, "width_factor": (0.1, 0.3)}),
    (L.RandomRotation, {"factor": (-0.1, 0.2), "fill_mode": "wrap", "interpolation": "nearest"}),
    (L.RandomZoom, {"height_factor": 0.2, "fill_value": 0.5}),
    (L.RandomShear, {"x_factor": 0.2, "y_factor": 0.1}),
    (L.RandomPerspective, {"factor": 0.5, "scale": 0.3}),
    (L.RandomBrightness, {"factor": 0.2, "value_range": [0, 1]}),
    (L.RandomContrast, {"factor": (0.2, 0.4)}),
    (L.RandomSaturation, {"factor": 0.7}),
    (L.RandomHue, {"factor": 0.7, "seed": 4}),
    (L.RandomGrayscale, {}),
    (L.RandomColorJitter, {"brightness_factor": 0.2, "hue_factor": (0.1, 0.2)}),
    (L.RandomPCAColor, {"stddev": 0.2}),
    (L.RandomGaussianBlur, {"kernel_size": (3, 5)}),
    (L.RandomErasing, {"fill_value": [1.0, 2.0, 3.0]}),
    (L.RandAugment, {"num_ops": 1}),
    (L.MixUp, {}),
    (L.CutMix, {"factor": 0.5}),
]

IMAGES = [
    *[Row(layer, SHAPE, same, SHAPE[1:], arguments) for layer, arguments in UNCHANGED],
    Row(L.RandomFlip, BYTES, same, SHAPE[1:], note="of-bytes"),
    Row(
        L.RandomRotation,
        SHAPE,
        same,
        SHAPE[1:],
        {"factor": 0.1, "data_format": "channels_first"},
        "channels-first",
    ),
    Row(L.RandomCrop, SHAPE, lambda x, w: x[:, 1:5, 2:5], (4, 3, 3), {"height": 4, "width": 3}),
    Row(L.CenterCrop, SHAPE, lambda x, w: x[:, 1:5, 2:5], (4, 3, 3), {"height": 4, "width": 3}),
    Row(
        L.CenterCrop,
        SHAPE,
        lambda x, w: x[..., 3:5, 1:2],
        (6, 2, 1),
        {"height": 2, "width": 1, "data_format": "channels_first"},
        "channels-first",
    ),
    Row(L.Resizing, SHAPE, halves, (3, 4, 3), {"height": 3, "width": 4, "interpolation": "area"}, "area"),
    Row(L.Resizing, SHAPE, doubled, (12, 16, 3), {"height": 12, "width": 16}),
    Row(L.Resizing, BYTES, halves, (3, 4, 3), {"height": 3, "width": 4}, "of-bytes"),
]
