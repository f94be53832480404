"""Bidirectional: both directions, merged."""

import json

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError

L = od.layers
rng = np.random.default_rng(0)
X = rng.normal(size=(4, 5, 3)).astype("float32")
MERGED = {
    "concat": lambda a, b: np.concatenate([a, b], axis=-1),
    "sum": np.add,
    "mul": np.multiply,
    "ave": lambda a, b: (a + b) / 2,
}


@pytest.mark.parametrize("mode", MERGED)
@pytest.mark.parametrize("sequences", [False, True])
def test_merge_modes(mode, sequences):
    both = L.Bidirectional(L.GRU(4, return_sequences=sequences), merge_mode=mode)
    y = both(X).numpy()
    forward, backward = both.forward_layer(X).numpy(), both.backward_layer(X).numpy()
    np.testing.assert_allclose(
        y, MERGED[mode](forward, backward[:, ::-1] if sequences else backward), rtol=1e-6
    )
    alone = L.GRU(4, return_sequences=sequences)  # the backward layer is one for the reversed sequence
    alone(X)
    alone.set_weights(both.backward_layer.get_weights())
    np.testing.assert_allclose(alone(X[:, ::-1]).numpy(), backward, rtol=1e-5, atol=1e-6)


def test_without_merging_and_with_states():
    both = L.Bidirectional(L.LSTM(4, return_sequences=True, return_state=True), merge_mode=None)
    y, z, *states = both(X)
    assert [s.shape for s in states] == [(4, 4)] * 4
    np.testing.assert_allclose(y[:, -1].numpy(), states[0].numpy(), rtol=1e-6)
    np.testing.assert_allclose(z[:, 0].numpy(), states[2].numpy(), rtol=1e-6)
    merged = L.Bidirectional(L.LSTM(4, return_state=True))
    output, *states = merged(X, initial_state=[od.ones((4, 4))] * 4)
    wanted = [
        part(X, initial_state=[od.ones((4, 4))] * 2)[1].numpy()
        for part in (merged.forward_layer, merged.backward_layer)
    ]
    np.testing.assert_allclose(output.numpy(), np.concatenate(wanted, -1), rtol=1e-6)
    with pytest.raises(DataError, match="Received: 3 states"):
        merged(X, initial_state=[od.ones((4, 4))] * 3)


def test_a_backward_layer_of_ones_own():
    both = L.Bidirectional(L.LSTM(4), backward_layer=L.GRU(2, go_backwards=True))
    assert both(X).shape == (4, 6)
    other = L.deserialize(json.loads(json.dumps(L.serialize(both))))
    other(X)
    other.set_weights(both.get_weights())
    np.testing.assert_array_equal(other(X).numpy(), both(X).numpy())
    with pytest.raises(DataError, match="two directions"):
        L.Bidirectional(L.LSTM(4), backward_layer=L.LSTM(4))
    with pytest.raises(DataError, match="same return_sequences"):
        L.Bidirectional(L.LSTM(4), backward_layer=L.LSTM(4, go_backwards=True, return_sequences=True))
    with pytest.raises(DataError, match="merge_mode='max'"):
        L.Bidirectional(L.LSTM(4), merge_mode="max")
    with pytest.raises(TypeError, match="recurrent layer"):
        L.Bidirectional(L.Dense(4))


def test_first_weights_and_states():
    first = L.Bidirectional(L.SimpleRNN(2))
    first(X)
    second = L.Bidirectional(L.SimpleRNN(2), weights=first.get_weights())
    np.testing.assert_array_equal(second(X).numpy(), first(X).numpy())
    stateful = L.Bidirectional(L.LSTM(2, stateful=True))
    assert stateful.states is None
    a = stateful(X).numpy()
    assert len(stateful.states) == 4
    assert not np.allclose(stateful(X).numpy(), a)
    stateful.reset_states()
    np.testing.assert_allclose(stateful(X).numpy(), a, rtol=1e-6)
    with pytest.raises(AttributeError, match="stateful=True"):
        first.reset_state()
