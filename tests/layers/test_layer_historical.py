"""Layers of famous networks: given codes, equal blocks, and bad tables."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import ShapeError


def test_given_codes_are_not_trained():
    layer = od.layers.RadialBasis(2, codes=np.array([[1, 1], [-1, 0]]))
    assert layer([[0.0, 0.0]]).tolist() == [[-2.0, -1.0]]
    assert layer.trainable_weights == []
    assert layer.codes.tolist() == [[1.0, 1.0], [-1.0, 0.0]]


def test_a_table_of_equal_blocks_is_a_convolution_in_groups():
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 4)).astype("float32")
    partial = od.layers.PartialConv2D([(0, 1), (0, 1), (2, 3), (2, 3)], 3)
    grouped = od.layers.Conv2D(4, 3, groups=2)
    y = partial(x)
    grouped(x)
    kernel, bias = partial.get_weights()  # (3, 3, connections), two a filter
    grouped.set_weights([kernel.reshape(3, 3, 4, 2).swapaxes(2, 3), bias])
    np.testing.assert_allclose(grouped(x).numpy(), y.numpy(), atol=1e-6)


@pytest.mark.parametrize("connections", [[], [(0,), ()], [(0, 0)], [(-1,)]])
def test_tables_that_cannot_be(connections):
    with pytest.raises(ShapeError, match="connections="):
        od.layers.PartialConv2D(connections, 3)


def test_a_table_for_more_channels_than_there_are():
    with pytest.raises(ShapeError, match=r"more than 3 channels.*\(1, 5, 5, 3\)"):
        od.layers.PartialConv2D([(0, 3)], 3, name="C3")(np.ones((1, 5, 5, 3), "float32"))
