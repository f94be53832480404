"""States of recurrent layers: given, returned, held from batch to batch."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import ShapeError

L = od.layers
rng = np.random.default_rng(0)
X = rng.normal(size=(4, 6, 3)).astype("float32")
KINDS = {
    "SimpleRNN": L.SimpleRNN,
    "LSTM": L.LSTM,
    "GRU": L.GRU,
    "by-its-cell": lambda n, **k: L.LSTM(n, activation="softsign", **k),
}


@pytest.mark.parametrize("kind", KINDS)
def test_states_go_on_where_a_sequence_was_cut(kind):
    layer = KINDS[kind](5, return_sequences=True, return_state=True)
    whole, *end = layer(X)
    first, *middle = layer(X[:, :2])
    second, *last = layer(X[:, 2:], initial_state=middle)
    np.testing.assert_allclose(
        np.concatenate([first.numpy(), second.numpy()], 1), whole.numpy(), rtol=1e-5, atol=1e-6
    )
    for a, b in zip(last, end, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(end[0].numpy(), whole[:, -1].numpy(), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stateful_layer_holds_its_states(kind):
    layer = KINDS[kind](5, stateful=True)
    plain = KINDS[kind](5)
    layer(X[:, :2])
    assert plain(X).shape == (4, 5)
    plain.set_weights(layer.get_weights())
    np.testing.assert_allclose(layer(X[:, 2:]).numpy(), plain(X).numpy(), rtol=1e-5, atol=1e-6)
    layer.reset_state()
    np.testing.assert_allclose(layer(X).numpy(), plain(X).numpy(), rtol=1e-6)
    layer.reset_states()
    assert all(not v.numpy().any() for v in layer.states)
    layer.reset_state([rng.normal(size=(4, 5)) for _ in layer.states])
    given = [v.numpy() for v in layer.states]
    np.testing.assert_allclose(layer(X).numpy(), plain(X, initial_state=given).numpy(), rtol=1e-5, atol=1e-6)


def test_states_are_no_weights():
    layer = L.LSTM(5, stateful=True)
    layer(X)
    assert [w.name for w in layer.weights] == ["kernel", "recurrent_kernel", "bias"]
    assert len(layer.variables) == 3
    assert [v.shape for v in layer.states] == [(4, 5), (4, 5)]


@pytest.mark.parametrize("batch", [4, None])
def test_a_stateful_model_is_trained_compiled(batch):
    """Batch by batch the states go on, compiled as eagerly; the number of samples is known at the first batch."""
    x = rng.normal(size=(12, 6, 3)).astype("float32")
    y = rng.normal(size=(12, 1)).astype("float32")
    results = []
    for eager in (True, False):
        od.random.seed(1)
        model = od.Sequential([od.Input(batch_shape=(batch, 6, 3)), L.GRU(5, stateful=True), L.Dense(1)])
        model.compile(od.optimizers.SGD(0.1), "mse", run_eagerly=eager)
        model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
        recurrent = model.layers[0]
        results.append([*model.get_weights(), recurrent.states[0].numpy()])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)
    assert np.abs(results[0][-1]).max() > 0.01
    with pytest.raises(ShapeError, match="holds states for 4 samples.*Received: 3 samples"):
        model.predict(x[:3], verbose=0)
    recurrent.reset_state()
    np.testing.assert_allclose(
        model.predict(x[:4], batch_size=4, verbose=0),
        model.layers[1](stateless(recurrent, x[:4])).numpy(),
        rtol=1e-5,
        atol=1e-6,
    )


def stateless(layer, x):
    plain = L.GRU(5)
    plain(x)
    plain.set_weights(layer.get_weights())
    return plain(x)


def test_keras_2_says_the_batch_size_at_the_first_layer():
    model = od.Sequential([L.LSTM(3, stateful=True, batch_input_shape=(4, None, 3)), L.Dense(1)])
    assert model.predict(X, batch_size=4, verbose=0).shape == (4, 1)


def test_errors_of_states():
    layer = L.LSTM(5, stateful=True)
    layer(X)
    with pytest.raises(ShapeError, match="holds states for 4 samples"):
        layer(X[:3])
    with pytest.raises(ShapeError, match="values for the 2 states"):
        layer.reset_state([np.zeros((4, 5))])
    with pytest.raises(ShapeError, match=r"initial states of shapes \[\(4, 5\), \(4, 5\)\]"):
        L.LSTM(5)(X, initial_state=[od.zeros((4, 5))])
    with pytest.raises(ShapeError, match=r"Received: \[\(3, 5\)\]"):
        L.GRU(5)(X, initial_state=od.zeros((3, 5)))
    with pytest.raises(ShapeError, match="expected sequences"):
        L.LSTM(5)(X[0])
    with pytest.raises(ShapeError, match="last axis has length 3"):
        layer(X[..., :2])


def test_an_encoder_hands_its_states_to_a_decoder():
    """A functional model with initial_state as Symbols, which is saved and loaded."""
    source, target = od.Input((None, 3)), od.Input((None, 2))
    _, h, c = L.LSTM(5, return_state=True)(source)
    decoded = L.LSTM(5, return_sequences=True)(target, initial_state=[h, c])
    model = od.Model([source, target], L.Dense(1)(decoded))
    assert model.output.shape == (None, None, 1)
    encoder, decoder, dense = [layer for layer in model.layers if layer.weights]
    z = rng.normal(size=(4, 7, 2)).astype("float32")
    _, *states = encoder(X)
    wanted = dense(decoder(z, initial_state=states)).numpy()
    np.testing.assert_allclose(model.predict([X, z], verbose=0), wanted, rtol=1e-5, atol=1e-6)
    model.compile("adam", "mse")
    losses = model.fit([X, z], z[..., :1], epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_an_encoder_and_decoder_are_saved(tmp_path):
    source = od.Input((None, 3))
    y, h = L.GRU(4, return_sequences=True, return_state=True)(source)
    model = od.Model(source, L.GRU(4)(y, initial_state=h))
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_array_equal(loaded(X).numpy(), model(X).numpy())
