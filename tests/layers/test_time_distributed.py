"""TimeDistributed: the layer within sees every step of every sample."""

import numpy as np
import pytest

import ondol as od

L = od.layers
RNG = np.random.default_rng(0)
VIDEO = RNG.normal(size=(2, 3, 4, 5, 6)).astype("float32")


@pytest.mark.parametrize(
    "inner",
    [L.Conv2D(7, 3), L.GroupNormalization(2), od.Sequential([L.Conv2D(2, 3), L.Flatten(), L.Dense(3)])],
    ids=lambda layer: type(layer).__name__,
)
def test_each_step_on_its_own(inner):
    layer = L.TimeDistributed(inner)
    y = layer(VIDEO).numpy()
    for t in range(3):
        np.testing.assert_allclose(y[:, t], inner(VIDEO[:, t]).numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(od.function(lambda x: layer(x))(VIDEO).numpy(), y, rtol=1e-5, atol=1e-6)
    assert layer.weights == inner.weights


def test_symbols_with_unknown_batch_and_steps():
    layer = L.TimeDistributed(L.Dense(7))
    assert layer(od.Input((None, 4))).shape == (None, None, 7)
    assert layer.compute_output_shape((None, 3, 4)) == (None, 3, 7)


def test_training_reaches_the_layer_within():
    x = RNG.normal(size=(4, 5, 3)).astype("float32") + 2
    layer = L.TimeDistributed(L.BatchNormalization(momentum=0.0))
    layer(x, training=True)
    np.testing.assert_allclose(layer.layer.moving_mean.numpy(), x.mean((0, 1)), rtol=1e-5)
    dropped = L.TimeDistributed(L.Dropout(0.5, seed=1))(np.ones((4, 5, 30)), training=True).numpy()
    assert len({step.tobytes() for sample in dropped for step in sample}) == 20
    layer.trainable = False
    assert layer.layer.trainable is False


def test_masks_are_handed_on():
    x = RNG.normal(size=(4, 5, 2, 3)).astype("float32")
    mask = RNG.random(size=(4, 5, 2)) < 0.5
    layer = L.TimeDistributed(L.BatchNormalization(momentum=0.0))
    layer(x, training=True, mask=mask)
    np.testing.assert_allclose(layer.layer.moving_mean.numpy(), x[mask].mean(0), rtol=1e-5, atol=1e-6)
    L.TimeDistributed(L.Dense(2))(x, mask=mask[:, :, 0])  # Dense takes none
    with pytest.raises(
        ValueError, match=r"'t' expected a mask.*\(4, 5, ...\). Received: mask.shape=\(4, 2\)"
    ):
        L.TimeDistributed(L.Softmax(), name="t")(x, mask=np.ones((4, 2), bool))


def test_several_inputs():
    a, b = VIDEO[..., 0, 0], VIDEO[..., 0, 1]
    y = L.TimeDistributed(L.Concatenate())([a, b])
    np.testing.assert_array_equal(y.numpy(), np.concatenate([a, b], axis=-1))


def test_saved_with_what_is_within(tmp_path):
    inputs = od.Input((3, 4, 5, 6))
    model = od.Model(inputs, L.TimeDistributed(L.Conv2D(2, 3, activation="relu"))(inputs))
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_array_equal(loaded(VIDEO).numpy(), model(VIDEO).numpy())


def test_too_few_axes():
    with pytest.raises(ValueError, match=r"'t' expected inputs of shape \(batch, steps, ...\).*\(2, 3\)"):
        L.TimeDistributed(L.Dense(2), name="t")(np.ones((2, 3)))
    with pytest.raises(ValueError, match="'t' expected inputs"):
        L.TimeDistributed(L.Dense(2), name="t")(od.Input((3,)))
