"""Masks travel from layer to layer, and masked steps count neither in layers nor in losses and metrics."""

import numpy as np
import pytest

import ondol as od
from ondol.layers.masks import mask_of

LENGTHS = [2, 3, 1]
MASK = np.arange(4) < np.array(LENGTHS)[:, None]  # (3, 4)


class FromZeros(od.layers.Layer):
    """Masks the steps whose features are all 0."""

    def compute_mask(self, inputs, previous_mask=None):
        return od.any(inputs != 0.0, axis=-1)

    def call(self, inputs):
        return inputs * 1.0


class Spy(od.layers.Layer):
    supports_masking = True

    def call(self, inputs, mask=None):
        self.seen = mask
        return inputs + 1.0


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(3, 4, 2)).astype("float32") * MASK[:, :, None]


@pytest.mark.parametrize(
    "layer",
    [
        od.layers.Dense(3),
        od.layers.Dropout(0.5),
        od.layers.LayerNormalization(),
        od.layers.BatchNormalization(),
        od.layers.Activation("tanh"),
        od.layers.ReLU(),
        od.layers.Softmax(),
        od.layers.Rescaling(2.0),
        od.layers.TimeDistributed(od.layers.Dense(2)),
        od.layers.SpatialDropout1D(0.2),
        od.layers.Identity(),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_that_leave_the_steps_alone_hand_the_mask_on(layer, x):
    y = layer(FromZeros()(x), training=True)
    np.testing.assert_array_equal(mask_of(y), MASK)


def test_a_layer_gets_the_mask_of_its_input_or_the_one_that_is_given(x):
    spy = Spy()
    assert mask_of(spy(x)) is None
    assert spy.seen is None
    spy(FromZeros()(x))
    np.testing.assert_array_equal(spy.seen, MASK)
    y = spy(FromZeros()(x), mask=od.tensor(~MASK))
    np.testing.assert_array_equal(spy.seen, ~MASK)
    assert mask_of(y) is spy.seen


def test_each_of_several_inputs_has_a_mask_argument(x):
    class Two(od.layers.Layer):
        supports_masking = True

        def call(self, query, value, query_mask=None, value_mask=None):
            self.seen = query_mask, value_mask
            return query + value

    two = Two()
    y = two(od.tensor(x), FromZeros()(x))
    assert two.seen[0] is None
    np.testing.assert_array_equal(two.seen[1], MASK)
    assert mask_of(y) is None  # the mask of the first input is handed on
    y = two(FromZeros()(x), value=FromZeros()(x))
    np.testing.assert_array_equal(mask_of(y), MASK)


def test_masks_survive_another_dtype(x):
    masked = FromZeros()(x)
    y = od.layers.Dense(2, dtype="float64")(masked)
    assert y.dtype == "float64"
    np.testing.assert_array_equal(mask_of(y), MASK)


def test_a_layer_that_does_not_know_masks_warns_and_ends_them(x):
    with pytest.warns(UserWarning, match=r"Layer 'flatten.*' \(Flatten\) was given an input with a mask"):
        y = od.layers.Flatten()(FromZeros()(x))
    assert mask_of(y) is None


def test_merging(x):
    first, second = FromZeros()(x), FromZeros()(x[::-1].copy())
    either, both = MASK | MASK[::-1], MASK & MASK[::-1]
    np.testing.assert_array_equal(mask_of(od.layers.Add()([first, second])), either)
    assert mask_of(od.layers.Add()([first, od.tensor(x)])) is None
    np.testing.assert_array_equal(mask_of(od.layers.Concatenate()([first, second])), both)
    one_unmasked = mask_of(od.layers.Concatenate(axis=1)([first, od.tensor(x)]))
    np.testing.assert_array_equal(one_unmasked, np.concatenate([MASK, np.ones_like(MASK)], axis=1))
    assert mask_of(od.layers.Dot(axes=(2, 2))([first, second])) is None


def test_pooling_and_softmax_leave_masked_steps_out(x):
    pooled = od.layers.GlobalAveragePooling1D()(FromZeros()(x))
    np.testing.assert_allclose(pooled, x.sum(1) / np.array(LENGTHS)[:, None], rtol=1e-6)
    assert mask_of(pooled) is None
    y = od.layers.Softmax()(FromZeros()(x)).numpy()
    np.testing.assert_allclose(y.sum(-1), MASK, rtol=1e-6)


def test_lambda_makes_its_own_mask(x):
    assert mask_of(od.layers.Lambda(lambda x: x[:, ::2])(FromZeros()(x))) is None
    halved = od.layers.Lambda(lambda x: x[:, ::2], mask=lambda x, mask: mask[:, ::2])
    np.testing.assert_array_equal(mask_of(halved(FromZeros()(x))), MASK[:, ::2])


def make_model():
    inputs = od.Input((4, 2))
    model = od.Model(inputs, od.layers.Dense(1)(od.layers.Dense(3, activation="tanh")(FromZeros()(inputs))))
    model.compile(od.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return model


@pytest.mark.parametrize("eagerly", [True, False], ids=["eager", "compiled"])
def test_loss_metrics_and_training_do_not_see_masked_steps(x, eagerly):
    """The steps that count, as samples without a time axis, train the same weights."""
    y = np.random.default_rng(1).normal(size=(3, 4, 1)).astype("float32")
    od.random.seed(0)
    model = make_model()
    model.run_eagerly = eagerly
    plain = od.Sequential([od.Input((2,)), od.layers.Dense(3, activation="tanh"), od.layers.Dense(1)])
    plain.compile(od.optimizers.SGD(0.1), "mse", metrics=["mae"])
    plain.set_weights(model.get_weights())
    np.testing.assert_allclose(
        model.evaluate(x, y, verbose=0), plain.evaluate(x[MASK], y[MASK], verbose=0), rtol=1e-5
    )
    y_elsewhere = np.where(MASK[:, :, None], y, 1e6)  # what masked steps should be does not matter
    model.fit(x, y_elsewhere, batch_size=3, epochs=3, verbose=0)
    plain.fit(x[MASK], y[MASK], batch_size=6, epochs=3, verbose=0)
    for a, b in zip(model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_masks_and_sample_weights_together():
    values = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "float32")
    predictions = od.tensor(values[..., None])
    predictions._keras_mask = od.tensor([[True, True, False], [True, False, False]])
    targets, weight = np.zeros((2, 3, 1), "float32"), np.array([1.0, 3.0], "float32")
    loss = od.losses.MeanAbsoluteError()(targets, predictions, sample_weight=weight)
    assert float(loss) == pytest.approx((1 + 2 + 3 * 4) / 3)  # the mean over three steps
    metric = od.metrics.MeanAbsoluteError()
    metric.update_state(targets, predictions, sample_weight=weight)
    assert float(metric.result()) == pytest.approx((1 + 2 + 3 * 4) / 5)


def test_a_mask_joins_the_labels_that_a_loss_ignores():
    scores = np.log(np.array([[[0.5, 0.5], [0.25, 0.75], [0.1, 0.9]]], "float32"))
    predictions = od.tensor(scores)
    predictions._keras_mask = od.tensor([[True, True, False]])
    loss = od.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    assert float(loss([[-1, 1, 1]], predictions)) == pytest.approx(-np.log(0.75), rel=1e-5)
