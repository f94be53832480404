"""Truth tables against Python's own logic."""

import numpy as np
import pytest

from ondol.datasets import logic_gate, truth_table
from ondol.errors import UnknownNameError

GATES = {
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "xor": lambda a, b: a != b,
    "nand": lambda a, b: not (a and b),
}


@pytest.mark.parametrize("name", GATES)
def test_each_row(name):
    x, y = truth_table(name)
    assert x.shape == (4, 2)
    assert y.shape == (4, 1)
    assert x.dtype == y.dtype == "float32"
    assert len({tuple(row) for row in x.tolist()}) == 4
    for (a, b), (output,) in zip(x.tolist(), y.tolist(), strict=True):
        assert output == float(GATES[name](bool(a), bool(b)))


@pytest.mark.parametrize("name", GATES)
def test_bipolar(name):
    x, y = truth_table(name)
    bipolar_x, bipolar_y = truth_table(name, bipolar=True)
    np.testing.assert_array_equal(bipolar_x, np.where(x == 1, 1, -1))
    np.testing.assert_array_equal(bipolar_y, np.where(y == 1, 1, -1))
    assert bipolar_x.dtype == bipolar_y.dtype == "float32"


def test_logic_gate_is_the_same_function_and_case_does_not_matter():
    np.testing.assert_array_equal(logic_gate("XOR")[1], truth_table("xor")[1])


def test_every_call_gives_its_own_arrays():
    truth_table("or")[0][:] = 7
    assert truth_table("or")[0].max() == 1


@pytest.mark.parametrize("name", ["xorr", None, []])
def test_unknown_gate(name):
    with pytest.raises(UnknownNameError, match="logic gate"):
        truth_table(name)
