"""Cells by themselves, cells of one's own, and the layout of the weights."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError, TraceError

L = od.layers
rng = np.random.default_rng(0)
X = rng.normal(size=(4, 5, 3)).astype("float32")


@pytest.mark.parametrize(
    ("layer", "cell"),
    [
        (L.SimpleRNN(2), L.SimpleRNNCell(2)),
        (L.LSTM(2), L.LSTMCell(2)),
        (L.LSTM(2, peephole=True), L.LSTMCell(2, peephole=True)),
        (L.GRU(2), L.GRUCell(2)),
        (L.GRU(2, reset_after=False), L.GRUCell(2, reset_after=False)),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_is_its_cell_at_each_step(layer, cell):
    y = layer(X)
    states = cell.get_initial_state(4)
    cell(X[:, 0], states)
    cell.set_weights(layer.get_weights())
    for t in range(5):
        output, states = cell(X[:, t], states)
    np.testing.assert_allclose(output.numpy(), y.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(L.RNN(cell)(X).numpy(), y.numpy(), rtol=1e-5, atol=1e-6)
    assert type(L.deserialize(L.serialize(cell))) is type(cell)


@pytest.mark.parametrize(
    ("layer", "shapes"),
    [
        (L.SimpleRNN(2), {"kernel": (3, 2), "recurrent_kernel": (2, 2), "bias": (2,)}),
        (L.SimpleRNN(2, use_bias=False), {"kernel": (3, 2), "recurrent_kernel": (2, 2)}),
        (L.LSTM(2), {"kernel": (3, 8), "recurrent_kernel": (2, 8), "bias": (8,)}),
        (L.GRU(2), {"kernel": (3, 6), "recurrent_kernel": (2, 6), "bias": (2, 6)}),
        (L.GRU(2, reset_after=False), {"kernel": (3, 6), "recurrent_kernel": (2, 6), "bias": (6,)}),
        (
            L.LSTM(2, peephole=True),
            {"kernel": (3, 8), "recurrent_kernel": (2, 8), "bias": (8,)}
            | {f"peephole_{gate}": (2,) for gate in "ifo"},
        ),
    ],
    ids=lambda x: type(x).__name__,
)
def test_weights_have_the_layout_of_keras(layer, shapes):
    layer(X)
    assert {w.name: w.shape for w in layer.weights} == shapes
    assert layer.weights[0].path == f"{layer.name}/{layer.cell.name}/kernel"


def test_the_layouts_of_the_others():
    both = L.Bidirectional(L.LSTM(2, name="memory"))
    both(X)
    assert [w.path.split("/", 1)[0] for w in both.weights] == ["forward_memory"] * 3 + ["backward_memory"] * 3
    convolutional = L.ConvLSTM2D(2, (3, 2))
    convolutional(rng.normal(size=(1, 2, 5, 5, 4)))
    assert [w.shape for w in convolutional.weights] == [(3, 2, 4, 8), (3, 2, 2, 8), (8,)]


def test_the_forget_gate_begins_open():
    layer = L.LSTM(2)
    layer(X)
    assert layer.get_weights()[2].tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    layer = L.LSTM(2, unit_forget_bias=False, bias_initializer="ones")
    layer(X)
    assert layer.get_weights()[2].tolist() == [1] * 8
    u = L.GRU(4)
    u(X)
    np.testing.assert_allclose(u.get_weights()[1] @ u.get_weights()[1].T, np.eye(4), atol=1e-6)  # orthogonal


@od.utils.register_serializable("RecurrentTests")
class MinimalRNNCell(L.Layer):
    """The cell of Keras' guide."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
        )

    def call(self, inputs, states):
        prev_output = states[0]
        h = od.ops.matmul(inputs, self.kernel)
        output = h + od.ops.matmul(prev_output, self.recurrent_kernel)
        return output, [output]


def test_a_cell_of_ones_own_is_trained_and_saved(tmp_path):
    results = []
    for eager in (True, False):
        od.random.seed(0)
        model = od.Sequential(
            [od.Input((None, 3)), L.RNN([MinimalRNNCell(4), MinimalRNNCell(2)]), L.Dense(1)]
        )
        model.compile(od.optimizers.SGD(0.1), "mse", run_eagerly=eager)
        model.fit(X, X[:, 0, :1], epochs=5, batch_size=2, shuffle=False, verbose=0)
        results.append(model.get_weights())
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-6)
    model.save(tmp_path / "model.ondol")
    np.testing.assert_array_equal(od.models.load_model(tmp_path / "model.ondol")(X).numpy(), model(X).numpy())


def test_a_cell_that_is_no_layer():
    class Sum:
        state_size = 3

        def call(self, inputs, states):
            return inputs + states[0], inputs + states[0]

    np.testing.assert_allclose(L.RNN(Sum())(X).numpy(), X.sum(1), rtol=1e-5)


def test_errors_of_cells():
    with pytest.raises(TypeError, match="call\\(inputs, states\\)"):
        L.RNN(3)
    with pytest.raises(TypeError, match="state_size"):
        L.RNN(L.Dense(3))
    with pytest.raises(DataError, match="units"):
        L.LSTM(0)
    with pytest.raises(DataError, match="recurrent_dropout < 1"):
        L.GRU(2, recurrent_dropout=1.5)
    with pytest.raises(DataError, match="implementation"):
        L.GRU(2, implementation=3)
    with pytest.raises(ShapeError, match="od.layers.RNN"):
        L.LSTMCell(2)(X, [od.zeros((4, 2)), od.zeros((4, 2))])

    class Forgetful(MinimalRNNCell):
        def call(self, inputs, states):
            return inputs, []

    for mask in (None, np.ones((4, 5), bool)):
        with pytest.raises(ShapeError, match="1 states. Received: 0"):
            L.RNN(Forgetful(2))(X, mask=mask)
    penalized = L.RNN(MinimalRNNCell(2, activity_regularizer="l2"))
    penalized(X)
    with pytest.raises(TraceError, match="recurrent layer"):
        od.function(lambda x: penalized(x))(X)


# -- dropout


@pytest.mark.parametrize("kind", [L.SimpleRNN, L.LSTM, L.GRU])
def test_dropout_drops_the_same_inputs_at_all_steps(kind):
    """With all weights of the state 0, an output depends on its own step's inputs only."""
    layer = kind(40, dropout=0.5, return_sequences=True, recurrent_initializer="zeros", seed=3)
    x = np.ones((2, 6, 30), "float32")
    y = layer(x, training=True).numpy()
    if kind is L.SimpleRNN:
        np.testing.assert_allclose(y, np.repeat(y[:, :1], 6, axis=1), rtol=1e-6)
        kernel = layer.get_weights()[0]
        masks = np.linalg.lstsq(kernel.T, np.arctanh(y[:, 0]).T, rcond=None)[0]
        np.testing.assert_allclose(np.sort(np.unique(masks.round(3))), [0.0, 2.0], atol=1e-2)
    assert not np.allclose(y, layer(x, training=True).numpy())
    np.testing.assert_array_equal(layer(x).numpy(), layer(x).numpy())


@pytest.mark.parametrize(
    "make",
    [
        lambda **k: L.SimpleRNN(8, **k),
        lambda **k: L.LSTM(8, **k),
        lambda **k: L.GRU(8, **k),
        lambda **k: L.GRU(8, reset_after=False, **k),
        lambda **k: L.LSTM(8, activation="softsign", **k),
        lambda **k: L.LSTM(8, implementation=1, **k),
        lambda **k: L.GRU(8, implementation=1, reset_after=False, **k),
        lambda **k: L.RNN([L.LSTMCell(8, **k), L.GRUCell(6, **k)]),
        lambda **k: L.Bidirectional(L.GRU(8, **k)),
    ],
)
def test_dropout_is_the_same_compiled(make):
    """The same random numbers, forwards and on the way back, by the rule or step by step."""
    layer = make(dropout=0.3, recurrent_dropout=0.4, seed=5)
    layer(X)
    generators = [v for v in layer.variables if v.name == "seed_generator_state"]
    assert generators
    start = [v.numpy() for v in generators]

    def run(x):
        y = layer(x, training=True)
        return y, od.gradients((y * y).sum(), layer.trainable_weights)

    results = []
    for way in (run, od.function(run)):
        for v, value in zip(generators, start, strict=True):
            v.assign(value)
        y, found = way(X)
        results.append([y.numpy(), *(g.numpy() for g in found)])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)
    assert not np.allclose(results[0][0], layer(X).numpy())


def test_a_rule_and_the_cell_drop_the_same():
    """`unroll` takes the way through the cell."""
    one, other = (
        L.LSTM(8, dropout=0.3, recurrent_dropout=0.4, seed=5, unroll=unroll) for unroll in (False, True)
    )
    one(X)
    other(X)
    other.set_weights(one.get_weights())
    np.testing.assert_allclose(
        other(X, training=True).numpy(), one(X, training=True).numpy(), rtol=1e-5, atol=1e-6
    )


def test_a_loop_of_ones_own_over_a_cell_keeps_its_mask():
    cell = L.SimpleRNNCell(4, dropout=0.5, seed=1)
    x = od.ones((2, 30))
    states = cell.get_initial_state(2)
    first, second = (cell(x, states, training=True)[0].numpy() for _ in range(2))
    np.testing.assert_array_equal(first, second)
    cell.reset_dropout_mask()
    assert not np.allclose(cell(x, states, training=True)[0].numpy(), first)
