"""Truth tables of logic gates: the smallest data sets there are."""

from __future__ import annotations

import numpy as np

from ondol.errors import unknown_name

_INPUTS = [[0, 0], [0, 1], [1, 0], [1, 1]]
_OUTPUTS = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "xor": [0, 1, 1, 0], "nand": [1, 1, 1, 0]}


def truth_table(name: str, bipolar: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The four rows of a logic gate's truth table.

    One straight line separates the outputs of `and`, `or` and `nand`; none separates those of `xor`, which
    therefore needs a hidden layer.

    Args:
        name: "and", "or", "xor" or "nand".
        bipolar: write false as -1 instead of 0, in inputs and outputs: the form that suits tanh.

    Returns:
        `(x, y)`: inputs `(4, 2)` and outputs `(4, 1)`, float32.

    Raises:
        UnknownNameError: there is no gate of this name here.

    Example:
        >>> from ondol.datasets import truth_table
        >>> x, y = truth_table("xor")
        >>> x.tolist()
        [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
        >>> y.ravel().tolist()
        [0.0, 1.0, 1.0, 0.0]

    Reference:
        Minsky and Papert, Perceptrons (1969), on what one layer cannot compute.
    """
    gate = str(name).lower()
    if gate not in _OUTPUTS:
        raise unknown_name("logic gate", name, list(_OUTPUTS))
    x = np.array(_INPUTS, "float32")  # (4, 2)
    y = np.array(_OUTPUTS[gate], "float32").reshape(4, 1)
    return (2 * x - 1, 2 * y - 1) if bipolar else (x, y)


logic_gate = truth_table
