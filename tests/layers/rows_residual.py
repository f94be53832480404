"""Rows of the layers' table: the end of a residual block."""

import numpy as np
from layer_harness import Row

import ondol as od

RESIDUAL = [
    Row(od.layers.AddReLU, [(3, 4), (3, 4)], lambda x, w: np.maximum(x[0] + x[1], 0), (4,)),
    Row(
        od.layers.AddReLU,
        [(3, 2, 4), (3, 4)],
        lambda x, w: np.maximum(x[0] + x[1][:, None], 0),
        (2, 4),
        note="broadcast",
    ),
]
