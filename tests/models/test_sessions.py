"""The old style: placeholders and sessions."""

import numpy as np
import pytest

import ondol as od


def test_an_expression_with_values_put_in():
    x, y, z = (od.placeholder(name=name) for name in "xyz")
    total = (x + y) * z
    with od.Session() as session:
        found = session.run({"total": total, "sum": x + y}, feed_dict={x: 1.0, y: 2.0, z: 4.0})
    assert {name: float(value) for name, value in found.items()} == {"total": 12.0, "sum": 3.0}


def test_a_network_with_variables_of_which_the_value_now_counts():
    x = od.placeholder((None, 3), name="x")
    w = od.Variable(np.ones((3, 2), "float32"), name="w")
    y = od.ops.tanh(x @ w)
    values = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    session = od.Session()
    np.testing.assert_allclose(session.run(y, {x: values}), np.tanh(values @ np.ones((3, 2))), rtol=1e-5)
    w.assign(np.zeros((3, 2)))
    np.testing.assert_array_equal(session.run(y, {x: values}), np.zeros((5, 2)))
    np.testing.assert_array_equal(session.run(w), np.zeros((3, 2)))


def test_each_part_is_compiled_once():
    x = od.placeholder((2,))
    y = x * 2.0
    session = od.Session()
    session.run(y, {x: [1.0, 2.0]})
    before = od.compilations.count
    for _ in range(3):
        np.testing.assert_array_equal(session.run(y, {x: [3.0, 4.0]}), [6, 8])
    assert od.compilations.count == before


def test_layers_on_placeholders():
    x = od.placeholder((None, 4))
    layer = od.layers.Dense(2)
    y = layer(x)
    values = np.ones((3, 4), "float32")
    np.testing.assert_allclose(od.Session().run(y, {x: values}), layer(values).numpy(), rtol=1e-6)


def test_mistakes_are_told():
    x, y = od.placeholder(name="x"), od.placeholder((None, 2), name="y")
    session = od.Session()
    with pytest.raises(od.errors.DataError, match="every placeholder"):
        session.run(x + 1.0)
    with pytest.raises(od.errors.ShapeError, match=r"\(None, 2\) for the placeholder 'y'"):
        session.run(y * 2.0, {y: [[1.0, 2.0, 3.0]]})
    with pytest.raises(od.errors.DataError, match="keys of feed_dict"):
        session.run(x * 2.0, {"x": 1.0})
    with pytest.raises(od.errors.DataError, match="to fetch"):
        session.run("x", {x: 1.0})
