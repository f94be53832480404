"""Rows of the rules' table: the end of a residual block."""

import numpy as np
from op_harness import uniform
from op_rows import add, numbers

# x + y keeps a distance from 0, where the rule has its corner.
add("add_relu", lambda x, y: np.maximum(x + y, 0), [uniform(-3.0, 3.0, avoid=[0.0]), uniform(-0.015, 0.015)])
add(
    "add_relu",
    lambda x, y: np.maximum(x + y, 0),
    [uniform(-0.015, 0.015), uniform(-3.0, 3.0, avoid=[0.0])],
    note="swapped",
)
add("add_relu", lambda x, y: np.maximum(x + y, 0.0), [numbers, numbers], gradient=False, note="whole numbers")
