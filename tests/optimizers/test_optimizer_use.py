"""The ways to use an optimizer: minimize, apply_gradients, update on plain arrays, and rules of one's own."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError


def test_minimize_a_function():
    w, b = od.Variable([1.0, 2.0]), od.Variable(1.0)
    x = od.tensor([[1.0, 0.0], [0.0, 1.0]])

    def loss():
        return ((x @ w + b) ** 2).sum()

    value = od.optimizers.SGD(0.25).minimize(loss, [w, b])
    assert float(value) == 13.0  # (1 + 1)² + (2 + 1)²
    assert w.tolist() == [0.0, 0.5]  # gradients 2 · 2 and 2 · 3
    assert float(b) == -1.5


def test_minimize_finds_the_trainable_variables():
    w, frozen = od.Variable(3.0), od.Variable(2.0, trainable=False)
    optimizer = od.optimizers.SGD(0.5)
    optimizer.minimize(lambda: w * frozen)
    optimizer.minimize(w * 2.0)
    assert float(w) == 1.0
    assert float(frozen) == 2.0
    with pytest.raises(ValueError, match="depends on none"):
        optimizer.minimize(lambda: frozen * 2.0)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_tanh_perceptron_learns_or(compiled):
    """The textbook's first network: mean squared error below 0.03 after 400 full-batch steps."""
    x = od.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = od.tensor([[-1.0], [1.0], [1.0], [1.0]])
    od.random.seed(0)
    w, b = od.Variable(od.random.normal((2, 1))), od.Variable(np.zeros(1, "float32"))
    sgd = od.optimizers.SGD(0.1)

    def step():
        return sgd.minimize(lambda: od.losses.MeanSquaredError()(y, od.tanh(x @ w + b)), [w, b])

    run = od.function(step) if compiled else step
    for _ in range(400):
        loss = run()
    assert float(loss) < 0.03


def test_eager_and_compiled_training_agree():
    x, y = od.random.normal((30, 2), seed=1), od.random.integers((30,), 0, 3, seed=2)
    results = []
    for compiled in (False, True):
        w1 = od.Variable(od.random.normal((2, 10), seed=3))
        w2 = od.Variable(od.random.normal((10, 3), seed=4))
        optimizer = od.optimizers.Adam(0.01)
        loss_function = od.losses.SparseCategoricalCrossentropy()

        def step(w1=w1, w2=w2, optimizer=optimizer, loss_function=loss_function):
            def loss():
                return loss_function(y, od.activations.softmax(od.activations.relu(x @ w1) @ w2))

            return optimizer.minimize(loss, [w1, w2])

        run = od.function(step) if compiled else step
        losses = [float(run()) for _ in range(30)]
        results.append((losses, w1.numpy(), w2.numpy()))
    for eager, compiled in zip(*results, strict=True):
        np.testing.assert_allclose(eager, compiled, rtol=1e-5, atol=1e-6)
    assert results[0][0][-1] < results[0][0][0]


def test_apply_gradients():
    w = od.Variable(1.0)
    optimizer = od.optimizers.SGD(0.5)
    steps = optimizer.apply_gradients(zip([od.tensor(1.0)], [w], strict=True))
    assert float(w) == 0.5
    assert int(steps) == 1


def test_update_takes_dicts():
    params = {"W": np.ones((2, 2)), "b": np.zeros(2)}
    grads = {"b": np.ones(2), "W": np.full((2, 2), 2.0)}
    optimizer = od.optimizers.SGD(0.5, momentum=0.5)
    optimizer.update(params, grads)
    optimizer.update(params, grads)
    np.testing.assert_allclose(params["W"], 1 - 1 - 1.5)
    np.testing.assert_allclose(params["b"], -0.5 - 0.75)
    with pytest.raises(DataError, match=r"none for \['b'\]"):
        optimizer.update(params, {"W": grads["W"]})


def test_update_changes_float32_arrays_and_views_in_place():
    memory = np.ones((3, 2), "float32")
    od.optimizers.Adam(0.1).update([memory[1]], [np.ones(2, "float32")])
    np.testing.assert_allclose(memory, [[1, 1], [0.9, 0.9], [1, 1]], rtol=1e-6)


def test_update_refuses_other_arrays():
    optimizer = od.optimizers.SGD(0.1)
    optimizer.update([np.ones(2)], [np.ones(2)])
    with pytest.raises(ShapeError, match=r"\[float64\(2,\)\]\. Received: \[float64\(3,\)\]"):
        optimizer.update([np.ones(3)], [np.ones(3)])
    with pytest.raises(ShapeError, match="same arrays"):
        optimizer.update([np.ones(2), np.ones(2)], [np.ones(2), np.ones(2)])
    with pytest.raises(DataError, match=r"params\[0\] of dtype=int64"):
        optimizer.update([np.ones(2, "int64")], [np.ones(2)])
    with pytest.raises(DataError, match=r"params\[0\] of list"):
        optimizer.update([[1.0, 2.0]], [np.ones(2)])


@pytest.mark.parametrize("compiled", [False, True])
def test_a_rule_in_keras_style(compiled):
    class Momentum(od.optimizers.Optimizer):
        def __init__(self, learning_rate=0.5, momentum=0.5, **kwargs):
            super().__init__(learning_rate=learning_rate, **kwargs)
            self.momentum = momentum

        def build(self, variables):
            if self.built:
                return
            super().build(variables)
            self.momentums = self.add_optimizer_variables(variables, "momentum")

        def update_step(self, gradient, variable, learning_rate):
            m = self.momentums[self._get_variable_index(variable)]
            self.assign(m, m * self.momentum - gradient * od.ops.cast(learning_rate, variable.dtype))
            self.assign_add(variable, m)

    w = od.Variable(1.0, name="w")
    optimizer = Momentum(weight_decay=0.25)
    optimizer.build([w])

    def step():
        optimizer.apply([od.tensor(1.0)], [w])

    run = od.function(step) if compiled else step
    expected, m = 1.0, 0.0
    for _ in range(3):
        run()
        expected -= 0.5 * 0.25 * expected
        m = 0.5 * m - 0.5
        expected += m
        assert float(w) == pytest.approx(expected)
    assert [v.name for v in optimizer.variables] == ["iteration", "learning_rate", "w_momentum"]
    assert optimizer.get_config()["weight_decay"] == 0.25
    with pytest.raises(od.errors.UnknownNameError, match="Did you mean 'momentum'"):
        Momentum(momentun=0.5)


def test_a_rule_without_a_step_says_what_is_missing():
    class Empty(od.optimizers.Optimizer):
        pass

    with pytest.raises(TypeError, match="Empty must define step"):
        Empty(0.1).apply([1.0], [od.Variable(0.0)])
