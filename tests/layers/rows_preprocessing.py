"""Rows of the layers for images: what they give without training."""

from __future__ import annotations

import numpy as np
from layer_harness import Row
from scipy import ndimage
from sklearn.utils import murmurhash3_32

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


# -- categories

PAIRS = np.array([[0, 3, 3], [2, 1, -7]], "int32")  # -7 is no category
KNOWN = [3, -7, 0]


def places(x):
    """Position in KNOWN, counted from 1; 0 for others."""
    return np.array([[KNOWN.index(v) + 1 if v in KNOWN else 0 for v in row] for row in x.tolist()])


def bins(values, n, low=0):
    """By scikit-learn's MurmurHash3 of 8 bytes."""
    hashes = [
        murmurhash3_32(int(v).to_bytes(8, "little", signed=True), 0, positive=True) for v in values.ravel()
    ]
    return low + np.array(hashes).reshape(values.shape) % (n - low)


def crossed(a, b):
    words = [
        b"".join(
            murmurhash3_32(int(v).to_bytes(8, "little", signed=True), 0, positive=True).to_bytes(4, "little")
            for v in pair
        )
        for pair in zip(a, b, strict=True)
    ]
    return np.array([murmurhash3_32(word, 0, positive=True) for word in words]) % 5


CATEGORIES = [
    Row(
        L.CategoryEncoding,
        np.array([[0, 3, 3], [2, 1, 1]]),
        lambda x, w: np.eye(4)[x].sum(1),
        (4,),
        {"num_tokens": 4, "output_mode": "count"},
    ),
    Row(
        L.CategoryEncoding,
        np.array([[0], [2]]),
        lambda x, w: np.eye(3)[x[:, 0]],
        (3,),
        {"num_tokens": 3, "output_mode": "one_hot"},
        "one-hot",
    ),
    Row(
        L.Discretization,
        np.array([[-1.5, 1.0, 3.4], [0.0, 3.0, 1.3]]),
        lambda x, w: np.eye(4)[(x[..., None] >= [0.0, 1.0, 2.0]).sum(-1)].max(1),
        (4,),
        {"bin_boundaries": [0.0, 1.0, 2.0], "output_mode": "multi_hot"},
    ),
    Row(
        L.IntegerLookup,
        PAIRS,
        lambda x, w: np.eye(4)[places(x)],
        (3, 4),
        {"vocabulary": KNOWN, "output_mode": "one_hot"},
    ),
    Row(
        L.IntegerLookup,
        PAIRS,
        lambda x, w: np.eye(4)[places(x)].sum(1) * [0.25, 0.5, 0.25, 0.0],
        (4,),
        {"vocabulary": KNOWN, "output_mode": "tf_idf", "idf_weights": [0.5, 0.25, 0.0]},
        "tf-idf",
    ),
    Row(
        L.Hashing,
        PAIRS,
        lambda x, w: np.eye(6)[bins(x, 6)].sum(1),
        (6,),
        {"num_bins": 6, "output_mode": "count"},
    ),
    Row(
        L.Hashing,
        PAIRS,
        lambda x, w: np.eye(6)[np.where(x == 3, 0, bins(x, 6, 1))].max(1),
        (6,),
        {"num_bins": 6, "output_mode": "multi_hot", "mask_value": 3},
        "mask",
    ),
    Row(
        L.HashedCrossing,
        [np.array([[1], [2], [3]]), np.array([[7], [7], [-7]])],
        lambda x, w: np.eye(5)[crossed(x[0][:, 0], x[1][:, 0])],
        (5,),
        {"num_bins": 5, "output_mode": "one_hot"},
    ),
]
