"""od.explain: the local derivatives whose product is the gradient."""

import numpy as np
import pytest

import ondol as od

L = od.layers


def three_layers():
    od.utils.set_random_seed(0)
    model = od.Sequential(
        [
            od.Input((4,), dtype="float64"),
            L.Dense(5, activation="tanh", dtype="float64"),
            L.Dense(4, activation="sigmoid", dtype="float64"),
            L.Dense(3, dtype="float64"),
        ]
    )
    x, y = np.random.default_rng(0).normal(size=(2, 4)), np.array([0, 2])
    loss = od.losses.SparseCategoricalCrossentropy(from_logits=True)(y, model(x))
    return model, loss


@pytest.mark.parametrize("number", range(6))
def test_the_product_is_the_gradient_of_each_weight_of_three_layers(number):
    model, loss = three_layers()
    weight = model.trainable_weights[number]
    explanation = od.explain(loss, weight, verbose=False)
    expected = od.gradients(loss, weight).numpy()
    np.testing.assert_allclose(sum(explanation.products), expected, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(explanation.gradient, expected)


def test_the_derivatives_of_one_weight(capsys):
    model, loss = three_layers()
    kernel = model.layers[0].kernel
    explanation = od.explain(loss, kernel, index=(1, -1))
    expected = od.gradients(loss, kernel).numpy()[1, 4]
    np.testing.assert_allclose(sum(explanation.products), expected, rtol=1e-6)
    names = [type(step.op).__name__ for step in explanation.paths[0]]
    assert names[-2:] == ["Add", "MatMul"]
    assert names.count("MatMul") == 3
    # Of z = x W the last factor: x[:, 1] in the column of unit 4, 0 elsewhere.
    x = np.random.default_rng(0).normal(size=(2, 4))
    last = np.zeros((2, 5))
    last[:, 4] = x[:, 1]
    np.testing.assert_allclose(explanation.paths[0][-1].derivative, last.reshape(10, 1))
    text = capsys.readouterr().out
    assert text.startswith(f"loss = {float(loss):.6g}\n∂loss/∂{kernel.path}[1, 4] = {expected:.4g}\n")
    assert "× ∂MatMul/∂" + kernel.path in text


def test_every_way_counts():
    w = od.Variable(3.0, name="w")
    explanation = od.explain(w * w + 5.0 * w, w, verbose=False)
    assert sorted(float(p) for p in explanation.products) == [3, 3, 5]
    assert float(explanation.gradient) == 11


def test_where_an_input_was_broadcast():
    b = od.Variable([1.0, 2.0], name="b")
    x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "float32")
    explanation = od.explain(((x + b) ** 2).sum(), b, verbose=False)
    np.testing.assert_allclose(sum(explanation.products), 2 * x.sum(0) + 6 * np.array([1.0, 2.0]), rtol=1e-6)


def test_a_convolution():
    layer = L.Conv2D(2, 2)
    x = np.random.default_rng(0).normal(size=(1, 3, 3, 1)).astype("float32")
    loss = (layer(x) ** 2).sum()
    explanation = od.explain(loss, layer.kernel, verbose=False)
    np.testing.assert_allclose(sum(explanation.products), od.gradients(loss, layer.kernel).numpy(), rtol=1e-5)


def test_mistakes_are_told():
    w, other = od.Variable(2.0, name="w"), od.Variable(1.0, name="other")
    with pytest.raises(od.errors.DataError, match="which it was not"):
        od.explain(w * 2.0, other)
    with pytest.raises(od.errors.DataError, match="one element"):
        od.explain(od.Variable([1.0, 2.0]) * 2.0, w)
    with pytest.raises(od.errors.DataError, match=r"index=\(3,\)"):
        v = od.Variable([1.0, 2.0])
        od.explain((v * v).sum(), v, index=3)
    large = od.Variable(np.ones((100, 100), "float32"))
    with pytest.raises(od.errors.DataError, match="single sample"):
        od.explain((np.ones((100, 100), "float32") @ large @ large).sum(), large)
    many = od.Variable(1.0)
    y = many
    for _ in range(7):
        y = y * y
    with pytest.raises(od.errors.DataError, match="ways"):
        od.explain(y, many)


def test_a_rule_says_its_formula_and_its_place():
    rule = (od.Variable(2.0) * 3.0).op.rule
    assert rule.formula == "z = x y;   dx = dz y,  dy = dz x.".replace("   ", " ").replace("  ", " ")
    assert rule.file.name == "arithmetic.py"
    lines = rule.file.read_text(encoding="utf-8").splitlines()
    assert lines[rule.line - 1] == "class Multiply(Op):"
    assert str(rule) == f"Multiply: {rule.formula}\n    {rule.file}, line {rule.line}"
