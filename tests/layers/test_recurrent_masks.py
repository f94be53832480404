"""Padding: what masked steps hold never changes a result, forwards and backwards."""

import numpy as np
import pytest

import ondol as od

L = od.layers
LENGTHS = [5, 2, 3, 1]
MASK = np.arange(5) < np.array(LENGTHS)[:, None]  # (4, 5)
rng = np.random.default_rng(0)
X = rng.normal(size=(4, 5, 3)).astype("float32")


def garbage(value):
    return np.where(MASK[..., None], X, value).astype("float32")


class Plain(L.Layer):
    """A cell whose output is not its state."""

    state_size = 2

    def build(self, input_shape):
        self.kernel = self.add_weight((input_shape[-1], 2), name="kernel")

    def call(self, inputs, states):
        h = states[0] + od.ops.exp(-inputs) @ self.kernel
        return od.ops.concatenate([h, 2 * h], axis=-1), [h]


MAKERS = {
    "SimpleRNN": lambda **k: L.SimpleRNN(4, **k),
    "LSTM": lambda **k: L.LSTM(4, **k),
    "GRU": lambda **k: L.GRU(4, **k),
    "GRU-before": lambda **k: L.GRU(4, reset_after=False, **k),
    "peephole": lambda **k: L.LSTM(4, peephole=True, **k),
    "softsign": lambda **k: L.GRU(4, activation="softsign", **k),
    "stacked": lambda **k: L.RNN([L.LSTMCell(3), L.GRUCell(4)], **k),
    "own-cell": lambda **k: L.RNN(Plain(), **k),
    "bidirectional": lambda **k: L.Bidirectional(L.LSTM(4, **k)),
}


@pytest.mark.parametrize(
    ("name", "backwards"),
    [
        (name, backwards)
        for name in MAKERS
        for backwards in (False, True)
        if name != "bidirectional" or not backwards
    ],
)
def test_padding_changes_nothing(name, backwards):
    """Whatever padding holds, a sample gives what it gives alone, cut to its length; so do the gradients."""
    arguments = {"go_backwards": True} if backwards else {}
    layer = MAKERS[name](**arguments)

    def gradients(x):
        y = layer(x, mask=MASK)
        return y, od.gradients((y * y).sum(), layer.trainable_weights)

    y, found = gradients(garbage(0.0))
    alone = [layer(X[i : i + 1, :n]) for i, n in enumerate(LENGTHS)]
    np.testing.assert_allclose(y.numpy(), np.concatenate([t.numpy() for t in alone]), rtol=1e-5, atol=1e-6)
    by_sample = [od.gradients((t * t).sum(), layer.trainable_weights) for t in alone]
    for i, g in enumerate(found):
        np.testing.assert_allclose(g.numpy(), sum(gs[i].numpy() for gs in by_sample), rtol=1e-4, atol=1e-5)
    for value in (1e30, np.nan):
        for way in (gradients, od.function(gradients)):
            other, others = way(garbage(value))
            np.testing.assert_allclose(other.numpy(), y.numpy(), rtol=1e-5, atol=1e-6)
            for g, h in zip(found, others, strict=True):
                np.testing.assert_allclose(h.numpy(), g.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["LSTM", "own-cell", "stacked"])
def test_outputs_of_masked_steps(name):
    layer = MAKERS[name](return_sequences=True)
    mask = np.array([[False, True, False, True, False]] * 4)
    y = layer(X, mask=mask).numpy()
    np.testing.assert_array_equal(y[:, 0], 0)  # no output before
    np.testing.assert_array_equal(y[:, 2], y[:, 1])
    np.testing.assert_array_equal(y[:, 4], y[:, 3])
    np.testing.assert_allclose(y[:, [1, 3]], layer(X[:, [1, 3]]).numpy(), rtol=1e-6, atol=1e-6)
    zeros = MAKERS[name](return_sequences=True, zero_output_for_mask=True)
    zeros(X)
    zeros.set_weights(layer.get_weights())
    np.testing.assert_allclose(zeros(X, mask=mask).numpy(), y * mask[..., None], rtol=1e-6)


def test_masks_travel_through_recurrent_layers():
    x = od.Input((None,), dtype="int32")
    h = L.Embedding(6, 3)(x)
    model = od.Model(x, L.LSTM(4)(L.Masking(99.0)(h)))
    assert model([[1, 2, 3]]).shape == (1, 4)
    masked = L.Masking()(garbage(0.0))
    first = L.LSTM(4, return_sequences=True)
    np.testing.assert_array_equal(first(masked)._keras_mask.numpy(), MASK)
    assert L.LSTM(4)(masked)._keras_mask is None
    outputs, h, c = L.LSTM(4, return_sequences=True, return_state=True)(masked)
    np.testing.assert_array_equal(outputs._keras_mask.numpy(), MASK)
    assert h._keras_mask is None
    assert c._keras_mask is None
    second = L.GRU(2)
    np.testing.assert_allclose(
        second(first(masked)).numpy(), second(first(X, mask=MASK), mask=MASK).numpy(), rtol=1e-6
    )
    both = L.Bidirectional(L.GRU(2, return_sequences=True))
    np.testing.assert_array_equal(both(masked)._keras_mask.numpy(), MASK)
    # with an initial state the mask of the sequences still counts
    states = [od.ones((4, 4)), od.ones((4, 4))]
    again = L.LSTM(4)
    np.testing.assert_allclose(
        again(masked, initial_state=states).numpy(), again(X, states, MASK).numpy(), rtol=1e-6
    )


def test_masked_steps_do_not_count_in_training():
    """fit on padded sequences moves the weights as the sequences without padding do."""
    model = od.Sequential([od.Input((5, 3)), L.Masking(), L.LSTM(4, return_sequences=True), L.Dense(1)])
    start = model.get_weights()
    y = rng.normal(size=(4, 5, 1)).astype("float32")
    weights = []
    for eager in (True, False):
        model.set_weights(start)
        model.compile(od.optimizers.SGD(0.1), "mse", run_eagerly=eager)
        model.fit(garbage(0.0), y, epochs=2, batch_size=4, verbose=0, shuffle=False)
        weights.append(model.get_weights())
    for a, b in zip(*weights, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-6)


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(od.errors.ShapeError, match=r"\(batch, steps\) = \(4, 5\)"):
        L.LSTM(2)(X, mask=MASK[:, :3])
    np.testing.assert_allclose(
        (layer := L.LSTM(2))(X, mask=MASK[..., None]).numpy(), layer(X, mask=MASK).numpy()
    )
