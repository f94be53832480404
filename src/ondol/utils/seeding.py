"""One seed for every source of random numbers that a program may use."""

from __future__ import annotations

import random

import numpy as np


def set_random_seed(seed: int) -> None:
    """Start Python's, NumPy's and Ondol's random numbers from this seed: the program then repeats itself.

    Example:
        >>> import numpy as np, ondol as od
        >>> od.utils.set_random_seed(7); a = od.random.normal((2,)), np.random.rand()
        >>> od.utils.set_random_seed(7); b = od.random.normal((2,)), np.random.rand()
        >>> bool((a[0] == b[0]).all()), a[1] == b[1]
        (True, True)
    """
    from ondol.random import seed as seed_ondol

    seed_ondol(seed)
    random.seed(int(seed))
    np.random.seed(int(seed) % 2**32)  # all that NumPy takes
