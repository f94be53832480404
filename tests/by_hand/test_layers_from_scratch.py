"""Layers as books build them from scratch: made of given arrays, driven by forward and backward."""

import copy

import numpy as np
import pytest
from from_scratch_net import Net, spiral
from scipy import special

import ondol as od

L = od.layers
RNG = np.random.default_rng(0)


def numeric(f, x, h=1e-6):
    """The gradient of f, a number, for each element of x, which is changed in place."""
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        before = x[i]
        x[i] = before + h
        above = f()
        x[i] = before - h
        g[i] = (above - f()) / (2 * h)
        x[i] = before
    return g


def test_the_spiral_in_a_loop_written_by_hand():
    x, t = spiral()
    net = Net(2, 10, 3)
    rng = np.random.default_rng(2)
    for _ in range(300):
        order = rng.permutation(len(x))
        losses = []
        for batch in np.split(order, 10):
            losses.append(net.forward(x[batch], t[batch]))
            net.backward()
            for param, grad in zip(net.params, net.grads, strict=True):
                param -= 1.0 * grad
    assert np.mean(losses) < 0.3


def test_the_gradients_of_a_network_put_together_by_hand():
    x, t = spiral(5)
    net = Net(2, 4, 3)
    net.forward(x, t)
    dx = net.backward()
    found = [g.copy() for g in net.grads]
    for param, grad in zip(net.params, found, strict=True):
        np.testing.assert_allclose(grad, numeric(lambda: float(net.forward(x, t)), param), atol=1e-8)
    np.testing.assert_allclose(dx, numeric(lambda: float(net.forward(x, t)), x), atol=1e-8)


def test_the_arrays_given_are_the_params_and_stay_so():
    w, b = RNG.normal(size=(3, 2)), np.zeros(2)
    layer = L.Affine(w, b)
    assert layer.params[0] is w
    assert layer.params[1] is b
    grads = layer.grads
    x, dy = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 2))
    for _ in range(2):
        np.testing.assert_allclose(layer.forward(x), x @ w + b)
        np.testing.assert_allclose(layer.backward(dy), dy @ w.T)
        np.testing.assert_allclose(grads[0], x.T @ dy)
        np.testing.assert_allclose(grads[1], dy.sum(0))
        assert [id(g) for g in layer.grads] == [id(g) for g in grads]
        w -= 0.1 * grads[0]


def test_two_layers_of_one_array():
    w = RNG.normal(size=(3, 3))
    first, second = L.MatMul(w), L.MatMul(w)
    x = RNG.normal(size=(2, 3))
    w *= 2
    np.testing.assert_allclose(second.forward(first.forward(x)), x @ w @ w)
    assert first.params[0] is second.params[0]
    assert first.grads[0] is not second.grads[0]


def test_an_optimizer_takes_the_lists():
    x, t = spiral(20)
    net = Net(2, 10, 3)
    adam = od.optimizers.Adam(0.05)
    before = float(net.forward(x, t))
    for _ in range(300):
        net.forward(x, t)
        net.backward()
        adam.update(net.params, net.grads)
    assert float(net.forward(x, t)) < 0.5 * before


def test_affine_flattens_images_and_gives_their_gradient_back():
    w = RNG.normal(size=(12, 2))
    layer = L.Affine(w)
    x = RNG.normal(size=(5, 2, 2, 3))
    np.testing.assert_allclose(layer.forward(x), x.reshape(5, 12) @ w)
    dy = RNG.normal(size=(5, 2))
    np.testing.assert_allclose(layer.backward(dy), (dy @ w.T).reshape(5, 2, 2, 3))


@pytest.mark.parametrize("one_hot", [False, True])
def test_softmax_with_loss(one_hot):
    x, labels = RNG.normal(size=(4, 3)), np.array([0, 2, 1, 1])
    t = np.eye(3)[labels] if one_hot else labels
    layer = L.SoftmaxWithLoss(dtype="float64")
    y = special.softmax(x, axis=1)
    np.testing.assert_allclose(layer.forward(x, t), -np.log(y[np.arange(4), labels]).mean())
    np.testing.assert_allclose(layer.backward(), (y - np.eye(3)[labels]) / 4, atol=1e-12)
    np.testing.assert_allclose(layer.backward(10.0), (y - np.eye(3)[labels]) / 0.4, atol=1e-12)
    np.testing.assert_allclose(layer.y, y)


def test_sigmoid_with_loss():
    x, t = RNG.normal(size=(4, 2)), np.array([[0, 1], [1, 1], [0, 0], [1, 0]])
    layer = L.SigmoidWithLoss(dtype="float64")
    y = special.expit(x)
    expected = -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum() / 4
    np.testing.assert_allclose(layer.forward(x, t), expected)
    np.testing.assert_allclose(layer.backward(), (y - t) / 4)
    np.testing.assert_allclose(layer.y, y)


def test_the_apple_with_its_tax():
    """2 apples of 100 and 3 oranges of 150, with 10% tax: what each price and number does to the sum."""
    apples, oranges, fruit, tax = L.MulNode(), L.MulNode(), L.AddNode(), L.MulNode()
    total = tax.forward(fruit.forward(apples.forward(100.0, 2.0), oranges.forward(150.0, 3.0)), 1.1)
    assert float(total) == pytest.approx(715)
    dfruit, dtax = tax.backward(1.0)
    dapples, doranges = fruit.backward(dfruit)
    dprice, dnumber = apples.backward(dapples)
    dprice_orange, dnumber_orange = oranges.backward(doranges)
    found = [dprice, dnumber, dprice_orange, dnumber_orange, dtax]
    np.testing.assert_allclose(found, [2.2, 110, 3.3, 165, 650], rtol=1e-6)


def test_nodes_that_share_and_collect():
    branch = L.BranchNode(3)
    x = RNG.normal(size=(2, 3)).astype("float32")
    for y in branch.forward(x):
        np.testing.assert_array_equal(y, x)
    np.testing.assert_allclose(branch.backward(x, 10 * x, 100 * x), 111 * x, rtol=1e-6)
    repeat = L.RepeatNode(4)
    np.testing.assert_array_equal(repeat.forward(x[:1]), np.repeat(x[:1], 4, axis=0))
    dy = RNG.normal(size=(4, 3)).astype("float32")
    np.testing.assert_allclose(repeat.backward(dy), dy.sum(0, keepdims=True), rtol=1e-5)
    total = L.SumNode(axis=1)
    np.testing.assert_allclose(total.forward(x), x.sum(1, keepdims=True), rtol=1e-5)
    np.testing.assert_array_equal(total.backward(x[:, :1]), np.repeat(x[:, :1], 3, axis=1))


def test_what_is_returned_can_be_written_into():
    layer = L.ReLU()
    y = layer.forward([1.0, -1.0])
    y[:] = -5
    np.testing.assert_array_equal(layer.backward([1.0, 1.0]), [1, 0])


def test_a_sum_of_its_inputs_gets_a_list_as_its_call_does():
    layer = L.Add()
    a, b = np.ones((2, 2)), np.full((2, 2), 3.0)
    np.testing.assert_array_equal(layer.forward([a, b]), a + b)
    da, db = layer.backward(2 * a)
    np.testing.assert_array_equal(da, 2 * a)
    np.testing.assert_array_equal(db, 2 * a)


def test_whole_numbers_have_no_gradient():
    layer = L.Embedding(4, 2)
    layer.forward(np.array([0, 2, 2]))
    assert layer.backward(np.ones((3, 2))) is None
    np.testing.assert_array_equal(layer.grads[0], [[1, 1], [0, 0], [2, 2], [0, 0]])


def test_dropout_drops_in_forward_unless_it_is_told_otherwise():
    layer = L.Dropout(0.5, seed=0)
    x = np.ones((100,), "float32")
    y = layer.forward(x)
    assert set(np.unique(y)) == {0.0, 2.0}
    np.testing.assert_array_equal(layer.backward(x), y)
    np.testing.assert_array_equal(layer.forward(x, training=False), x)


def test_a_compiled_training_writes_into_the_arrays():
    x, y = RNG.normal(size=(32, 3)).astype("float32"), np.zeros((32, 1), "float32")
    model = od.Sequential([L.Dense(1)])
    model.forward(x)
    (kernel, bias), before = model.params, model.params[0].copy()
    model.compile(od.optimizers.SGD(0.1), "mse")
    model.fit(x, y, verbose=0)
    assert np.abs(kernel - before).max() > 0
    np.testing.assert_array_equal(kernel, model.get_weights()[0])
    kernel[...], bias[...] = 0, 0
    np.testing.assert_array_equal(model.get_weights()[0], np.zeros((3, 1)))
    model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(kernel, np.zeros((3, 1)))  # they were the best weights for zeros, and seen


@pytest.mark.parametrize(
    "layer",
    [L.Affine(np.ones((3, 2)), np.zeros(2)), L.Affine(np.ones((3, 2), "float32")), L.MatMul(np.ones((3, 2)))],
    ids=["affine", "no-bias", "matmul"],
)
def test_configuration_and_file(layer, tmp_path):
    model = od.Sequential([od.Input((3,), dtype=layer.dtype), layer])
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    assert type(loaded.layers[0]) is type(layer)
    for found, expected in zip(loaded.get_weights(), model.get_weights(), strict=True):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "layer", [L.BranchNode(3), L.RepeatNode(2), L.SumNode(1), L.AddNode(), L.SoftmaxWithLoss()]
)
def test_configuration_of_nodes(layer):
    other = L.deserialize(L.serialize(layer))
    assert type(other) is type(layer)
    assert other.get_config() == layer.get_config()


MISTAKES = [
    (lambda: L.Affine(np.ones(3)), "matrix W"),
    (lambda: L.Affine(np.ones((3, 2)), np.ones(3)), r"b\.shape=\(3,\)"),
    (lambda: L.Affine(np.ones((3, 2))).forward(np.ones((1, 4))), "3 features"),
    (lambda: L.MatMul(np.array(["a"])), "array of numbers"),
    (lambda: L.MatMul(np.ones(3)), "matrix W"),
    (lambda: L.SoftmaxWithLoss().forward(np.ones((2, 3)), np.ones(3, int)), r"t\.shape=\(3,\)"),
    (lambda: L.SoftmaxWithLoss().forward(np.ones((2, 3)), np.array([0, 3])), "3"),
    (lambda: L.SigmoidWithLoss().forward(np.ones(2), np.ones(3)), r"t\.shape=\(3,\)"),
    (lambda: L.Dense(2).backward(np.ones((1, 2))), r"layer\.forward\(x\) before"),
    (lambda: L.SoftmaxWithLoss().y, "before y is read"),
    (lambda: L.RepeatNode(0), "n"),
]


@pytest.mark.parametrize(("wrong", "message"), MISTAKES)
def test_mistakes_are_told(wrong, message):
    with pytest.raises((ValueError, TypeError), match=message):
        wrong()


def test_gradients_that_do_not_fit_the_outputs():
    layer = L.Dense(2)
    layer.forward(np.ones((3, 4)))
    with pytest.raises(od.errors.ShapeError, match=r"\(3, 2\)"):
        layer.backward(np.ones((2, 2)))
    branch = L.BranchNode()
    branch.forward(1.0)
    with pytest.raises(od.errors.DataError, match="2 outputs"):
        branch.backward(1.0)


def test_forward_within_a_compiled_function_is_told():
    layer = L.Dense(2)
    with pytest.raises(od.errors.TraceError, match="layer\\(x\\)"):
        od.function(lambda x: layer.forward(x))(np.ones((1, 2)))


def test_a_copied_layer_has_had_no_forward():
    layer = L.Dense(2)
    layer.forward(np.ones((1, 3)))
    other = copy.deepcopy(layer)
    with pytest.raises(od.errors.DataError, match="before"):
        other.backward(np.ones((1, 2)))
    other.params[0][...] = 0
    assert np.abs(layer.params[0]).max() > 0
