"""BatchNormalization: whose statistics it uses, how the moving ones move, and what it does to hard inputs."""

import numpy as np
import pytest

import ondol as od

L = od.layers
RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def seeded():
    od.random.seed(0)


def batches(n, shape=(6, 4, 3), mean=3.0, deviation=2.0):
    return [(RNG.normal(size=shape) * deviation + mean).astype("float32") for _ in range(n)]


def moved(xs, axes, momentum):
    """Moving mean and (biased) variance after these batches."""
    mean, variance = 0.0, 1.0
    for x in xs:
        x = x.astype("float64")
        mean = momentum * mean + (1 - momentum) * x.mean(axes)
        variance = momentum * variance + (1 - momentum) * x.var(axes)
    return mean, variance


@pytest.fixture(params=[False, True], ids=["eager", "compiled"])
def run(request):
    """How to call a layer while training."""

    def prepare(layer):
        def call(x, **options):
            return layer(x, training=True, **options)

        return od.function(call) if request.param else call

    return prepare


@pytest.mark.parametrize(("axis", "axes"), [(-1, (0, 1)), (1, (0, 2))])
def test_moving_statistics_after_some_batches(run, axis, axes):
    xs = batches(5)
    layer = L.BatchNormalization(axis=axis, momentum=0.8)
    train = run(layer)
    for x in xs:
        y = train(x)
    mean, variance = moved(xs, axes, 0.8)
    np.testing.assert_allclose(layer.moving_mean.numpy(), mean, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), variance, rtol=1e-5)
    x = xs[-1].astype("float64")
    shape = [-1 if a == axis % 3 else 1 for a in range(3)]
    expected = (x - x.mean(axes).reshape(shape)) / np.sqrt(x.var(axes).reshape(shape) + 1e-3)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-4, atol=1e-5)
    after = layer(xs[0]).numpy()
    expected = (xs[0] - mean.reshape(shape)) / np.sqrt(variance.reshape(shape) + 1e-3)
    np.testing.assert_allclose(after, expected, rtol=1e-4, atol=1e-5)


def test_inference_leaves_the_statistics_alone():
    layer = L.BatchNormalization()
    for x in batches(3):
        layer(x)
        layer(x, training=False)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), 0)
    np.testing.assert_array_equal(layer.moving_variance.numpy(), 1)


def test_weights_are_in_the_order_of_keras():
    layer = L.BatchNormalization()
    layer(batches(1)[0])
    assert [w.name for w in layer.weights] == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert [w.name for w in layer.trainable_weights] == ["gamma", "beta"]
    assert {w.shape for w in layer.weights} == {(3,)}


def test_evaluating_shapes_moves_nothing():
    """Placeholders, compute_output_shape, and the building of a model try `call` on abstract values."""
    layer = L.BatchNormalization(momentum=0.5)
    assert layer.compute_output_shape((None, 4, 3)) == (None, 4, 3)
    symbol = od.Input((4, 3))
    layer(symbol, training=True)
    assert layer.moving_mean.tolist() == [0.0] * 3
    assert layer.moving_variance.tolist() == [1.0] * 3


def test_no_gradient_flows_through_the_moving_statistics(run):
    """The gradient of a second batch is that of a layer which never saw the first."""
    first, second = batches(2)
    w = RNG.normal(size=second.shape).astype("float32")
    used, fresh = L.BatchNormalization(), L.BatchNormalization()
    run(used)(first)

    def slope(layer):
        x = od.tensor(second, requires_grad=True)
        y = layer(x, training=True)
        return od.gradients((y * w).sum(), x).numpy()

    np.testing.assert_allclose(slope(used), slope(fresh), rtol=1e-6)
    assert not used.moving_mean.requires_grad


def test_gradients_are_those_of_the_whole_formula():
    """Central differences in float64, through mean and variance, first and second derivatives."""
    layer = L.BatchNormalization(dtype="float64")
    x = RNG.normal(size=(5, 3)) + 2
    layer(x)
    layer.set_weights([RNG.normal(size=3), RNG.normal(size=3), np.zeros(3), np.ones(3)])
    w = RNG.normal(size=(5, 3))
    assert od.gradcheck(lambda x: (layer(x, training=True) ** 2 * w).sum(), x, order=2)


def test_mean_and_variance_have_gradients_of_their_own():
    w = RNG.normal(size=3)

    def f(x):
        y, mean, variance = od.ops.normalize_batch(x)
        return (y * y * w).sum() + (mean * mean).sum() + (variance * variance * w).sum()

    assert od.gradcheck(f, RNG.normal(size=(5, 3)), order=2)
    only = od.grad(lambda x: od.ops.normalize_batch(x)[2].sum())
    x = RNG.normal(size=(5, 3)).astype("float32")
    np.testing.assert_allclose(only(x).numpy(), 2 * (x - x.mean(0)) / 5, rtol=1e-5, atol=1e-6)


# -- frozen


def test_a_frozen_layer_uses_the_moving_statistics_in_training(run):
    x = batches(1)[0]
    layer = L.BatchNormalization(trainable=False)
    y = run(layer)(x)
    np.testing.assert_allclose(y.numpy(), x / np.sqrt(1.001), rtol=1e-5)
    assert layer.moving_mean.tolist() == [0.0] * 3
    assert layer.trainable_weights == []


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("eager", [True, False])
def test_frozen_and_thawed_between_trainings(affine, eager):
    x = batches(1, (8, 3))[0]
    layer = L.BatchNormalization(center=affine, scale=affine)
    model = od.Sequential([od.Input((3,)), layer, L.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=eager)

    def moves():
        before = layer.moving_mean.numpy()
        model.fit(x, x[:, :1], verbose=0)
        between = layer.moving_mean.numpy()
        model.train_on_batch(x, x[:, :1])
        found = (before != between).any(), (between != layer.moving_mean.numpy()).any()
        assert found[0] == found[1]
        return bool(found[0])

    assert moves()
    layer.trainable = False
    assert not moves()
    model.trainable = True
    assert moves()


# -- within a model


def network(**arguments):
    return od.Sequential(
        [od.Input((3,)), L.Dense(8), L.BatchNormalization(momentum=0.9), L.Activation("relu"), L.Dense(1)],
        **arguments,
    )


@pytest.mark.parametrize("eager", [True, False], ids=["eager", "compiled"])
def test_fit_moves_the_statistics_and_predict_uses_them(eager):
    x = (RNG.normal(size=(32, 3)) * 3 + 5).astype("float32")
    layer = L.BatchNormalization(momentum=0.7)
    model = od.Sequential([od.Input((3,)), layer])
    model.compile(od.optimizers.SGD(0.0), "mse", run_eagerly=eager)
    model.fit(x, x, batch_size=8, epochs=2, shuffle=False, verbose=0)
    mean, variance = moved([*np.split(x, 4), *np.split(x, 4)], 0, 0.7)
    np.testing.assert_allclose(layer.moving_mean.numpy(), mean, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), variance, rtol=1e-5)
    expected = (x - mean) / np.sqrt(variance + 1e-3)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-5)
    loss = model.evaluate(x, x, verbose=0)
    np.testing.assert_allclose(loss, ((expected - x) ** 2).mean(), rtol=1e-4)
    np.testing.assert_allclose(layer.moving_mean.numpy(), mean, rtol=1e-5)


def test_training_lowers_the_loss_compiled_as_eagerly():
    x = RNG.normal(size=(64, 3)).astype("float32") * [1.0, 100.0, 0.01]
    y = np.sin(x[:, :1]) + x[:, 1:2] / 100

    def losses(eager):
        od.random.seed(1)
        model = network()
        model.compile(od.optimizers.Adam(0.01), "mse", run_eagerly=eager)
        return model.fit(x, y, batch_size=16, epochs=15, verbose=0).history["loss"]

    compiled = losses(False)
    assert compiled[-1] < 0.3 * compiled[0]
    np.testing.assert_allclose(losses(True), compiled, rtol=1e-2)


def test_saving_keeps_the_statistics(tmp_path):
    x = batches(1, (16, 3))[0]
    model = network()
    model.compile("adam", "mse")
    model.fit(x, x[:, :1], epochs=3, verbose=0)
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))
    for a, b in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(loaded.layers[1].moving_mean.numpy()).max() > 0


# -- hard inputs


def test_a_large_offset_costs_no_digits(run):
    """float32 itself rounds numbers near 10,000 to 0.001; the statistics add little to that."""
    x = (RNG.normal(size=(64, 16, 16, 4)) + 1e4).astype("float32")
    exact = x.astype("float64")
    expected = (exact - exact.mean((0, 1, 2))) / np.sqrt(exact.var((0, 1, 2)) + 1e-3)
    layer = L.BatchNormalization(momentum=0.0)
    y = run(layer)(x).numpy()
    np.testing.assert_allclose(y, expected, atol=5e-3)
    np.testing.assert_allclose(layer.moving_mean.numpy(), exact.mean((0, 1, 2)), rtol=5e-7)
    np.testing.assert_allclose(layer.moving_variance.numpy(), exact.var((0, 1, 2)), rtol=3e-5)


def test_gradients_keep_their_digits_under_a_large_offset(run):
    x = (RNG.normal(size=(512, 3)) + 1e4).astype("float32")
    w = RNG.normal(size=x.shape).astype("float32")
    exact, n = x.astype("float64"), len(x)
    centred = exact - exact.mean(0)
    r = 1 / np.sqrt(exact.var(0) + 1e-3)
    expected = r * (w - w.mean(0)) - centred * r**3 * (w * centred).sum(0) / n

    layer = L.BatchNormalization()
    layer(x)

    def slope(x, training):
        leaf = od.Tensor(x.data, requires_grad=True)
        return od.gradients((layer(leaf, training=training) * w).sum(), leaf)

    found = run(slope)(od.tensor(x)).numpy()
    np.testing.assert_allclose(found, expected, atol=2e-3)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "bfloat16"])
def test_huge_inputs_stay_finite(run, dtype):
    x = np.where(RNG.random(size=(40, 3)) < 0.5, -1e4, 1e4)
    x[:, 2] = 1e4  # a channel that never changes
    layer = L.BatchNormalization(dtype=dtype)
    y = run(layer)(x).astype("float32").numpy()
    assert np.isfinite(y).all()
    np.testing.assert_allclose(np.abs(y[:, 0] - y[:, 0].mean()).mean(), 1, rtol=0.1)
    np.testing.assert_allclose(y[:, 2], 0, atol=1e-2)


def test_statistics_of_half_precision_are_computed_in_float32(run):
    """Added up in float16, 4096 numbers near 3 stop at 2048."""
    x = (RNG.normal(size=(4096, 2)) + 3).astype("float16")
    layer = L.BatchNormalization(momentum=0.0, dtype="mixed_float16")
    y = run(layer)(x)
    assert y.dtype == "float16"
    assert layer.moving_mean.dtype == "float32"
    np.testing.assert_allclose(layer.moving_mean.numpy(), x.astype("float64").mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), x.astype("float64").var(0), rtol=1e-4)


def test_a_batch_of_one_gives_beta():
    layer = L.BatchNormalization(beta_initializer="ones")
    assert layer([[5.0, -3.0]], training=True).tolist() == [[1.0, 1.0]]


# -- masks


def test_masked_elements_do_not_count(run):
    x = batches(1, (4, 5, 3))[0]
    mask = RNG.random(size=(4, 5)) < 0.6
    x[~mask] = np.nan
    layer = L.BatchNormalization(momentum=0.0)
    y = run(layer)(x, mask=mask).numpy()
    kept = x[mask].astype("float64")
    np.testing.assert_allclose(layer.moving_mean.numpy(), kept.mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), kept.var(0), rtol=1e-5)
    np.testing.assert_allclose(y[mask], (kept - kept.mean(0)) / np.sqrt(kept.var(0) + 1e-3), atol=1e-5)


def test_a_mask_of_everything_is_no_mask():
    x = batches(1, (4, 5, 3))[0]
    a, b = L.BatchNormalization(axis=1), L.BatchNormalization(axis=1)
    y = a(x, training=True, mask=np.ones((4, 1), bool))
    np.testing.assert_allclose(y.numpy(), b(x, training=True).numpy(), rtol=1e-4, atol=1e-5)
    nothing = a(x, training=True, mask=np.zeros((4, 3), bool))
    assert np.isfinite(nothing.numpy()).all()
