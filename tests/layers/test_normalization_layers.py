"""What the rows of the normalizing layers do not show: hard inputs, wrong inputs, training."""

import numpy as np
import pytest

import ondol as od

L = od.layers
RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(2, 4, 5, 6)).astype("float32")


@pytest.fixture(autouse=True)
def seeded():
    od.random.seed(0)


@pytest.fixture(params=[lambda f: f, od.function], ids=["eager", "compiled"])
def run(request):
    return request.param


@pytest.mark.parametrize(
    ("layer", "axes"),
    [
        (lambda **k: L.LayerNormalization(axis=(1, 2, 3), **k), (1, 2, 3)),
        (lambda **k: L.GroupNormalization(1, **k), (1, 2, 3)),
        (L.InstanceNormalization, (1, 2)),
    ],
    ids=["layer", "group", "instance"],
)
def test_a_large_offset_costs_no_digits(run, layer, axes):
    x = (RNG.normal(size=(4, 32, 32, 8)) + 1e4).astype("float32")
    exact = x.astype("float64")
    expected = (exact - exact.mean(axes, keepdims=True)) / np.sqrt(exact.var(axes, keepdims=True) + 1e-3)
    np.testing.assert_allclose(run(layer())(x).numpy(), expected, atol=5e-3)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize(
    "make",
    [
        L.LayerNormalization,
        lambda **k: L.GroupNormalization(2, **k),
        L.InstanceNormalization,
        L.RMSNormalization,
        L.UnitNormalization,
        L.LocalResponseNormalization,
    ],
    ids=["layer", "group", "instance", "rms", "unit", "local"],
)
def test_huge_and_constant_inputs_stay_finite(run, make, dtype):
    x = np.where(RNG.random(size=(3, 4, 4, 6)) < 0.5, -1e4, 1e4).astype("float32")
    x[0], x[1] = 1e4, 0.0
    layer = make(dtype=dtype)
    y = run(layer)(x)
    assert y.dtype == layer.compute_dtype
    assert np.isfinite(y.astype("float32").numpy()).all()
    if not isinstance(layer, L.LocalResponseNormalization):
        np.testing.assert_allclose(y[1].astype("float32").numpy(), 0)


@pytest.mark.parametrize(
    "make",
    [
        L.BatchNormalization,
        L.LayerNormalization,
        lambda **k: L.GroupNormalization(2, **k),
        L.RMSNormalization,
        L.LocalResponseNormalization,
    ],
    ids=["batch", "layer", "group", "rms", "local"],
)
def test_training_lowers_the_loss(make):
    x = RNG.normal(size=(64, 6)).astype("float32") * 5 + 3
    y = np.sin(x[:, :1])
    model = od.Sequential([od.Input((6,)), L.Dense(12, activation="relu"), make(), L.Dense(1)])
    model.compile(od.optimizers.Adam(0.01), "mse")
    losses = model.fit(x, y, batch_size=16, epochs=15, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]


# -- relations that hold by definition


def test_groups_between_layer_and_instance_normalization():
    whole = L.LayerNormalization(axis=(1, 2, 3), center=False, scale=False)(IMAGES)
    one = L.GroupNormalization(1, center=False, scale=False)(IMAGES)
    np.testing.assert_allclose(one.numpy(), whole.numpy(), rtol=1e-5, atol=1e-6)
    each = L.GroupNormalization(6)(IMAGES).numpy()
    np.testing.assert_array_equal(L.GroupNormalization(-1)(IMAGES).numpy(), each)
    np.testing.assert_array_equal(L.InstanceNormalization()(IMAGES).numpy(), each)


def test_local_response_by_radius_and_by_size():
    """PyTorch's LocalResponseNorm(5, alpha=0.5, k=1) divides alpha by 5."""
    by_size = L.LocalResponseNormalization(size=5, alpha=0.5, k=1.0)(IMAGES)
    by_radius = L.LocalResponseNormalization(depth_radius=2, alpha=0.1, k=1.0)(IMAGES)
    np.testing.assert_allclose(by_size.numpy(), by_radius.numpy(), rtol=1e-6)


def test_unit_vectors():
    y = L.UnitNormalization(axis=(1, 2))(IMAGES).numpy()
    np.testing.assert_allclose((y**2).sum((1, 2)), 1, rtol=1e-5)


# -- SpectralNormalization


@pytest.mark.parametrize("inner", [L.Dense(5), L.Conv2D(5, 3)], ids=["dense", "conv"])
def test_spectral_normalization_brings_the_largest_singular_value_to_1(run, inner):
    layer = L.SpectralNormalization(type(inner).from_config(inner.get_config()), power_iterations=30)
    x = IMAGES[:, 0, 0] if isinstance(inner, L.Dense) else IMAGES
    layer(x)
    kernel = RNG.normal(size=layer.kernel.shape).astype("float32") + 1  # one direction stands out
    layer.kernel.assign(kernel)
    y = run(lambda x: layer(x, training=True))(x)
    sigma = np.linalg.svd(kernel.reshape(-1, 5).astype("float64"))[1][0]
    np.testing.assert_allclose(layer.kernel.numpy(), kernel / sigma, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(layer(x).numpy(), y.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(layer.vector_u.numpy()), 1, rtol=1e-5)


def test_spectral_normalization_goes_on_where_it_left_off():
    layer = L.SpectralNormalization(L.Dense(4, use_bias=False))
    x = np.ones((1, 3), "float32")
    for _ in range(40):
        layer(x, training=True)
    np.testing.assert_allclose(np.linalg.svd(layer.kernel.numpy())[1][0], 1, rtol=1e-3)
    assert [w.name for w in layer.weights] == ["kernel", "vector_u"]
    assert [w.name for w in layer.trainable_weights] == ["kernel"]


def test_spectral_normalization_within_fit(tmp_path):
    x = RNG.normal(size=(64, 6)).astype("float32")
    model = od.Sequential(
        [od.Input((6,)), L.SpectralNormalization(L.Dense(8, activation="tanh")), L.Dense(1)]
    )
    model.compile(od.optimizers.Adam(0.001), "mse")
    losses = model.fit(x, x[:, :1], batch_size=16, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert abs(np.linalg.svd(model.layers[0].kernel.numpy())[1][0] - 1) < 0.05
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))
    before = model.get_weights()[0]
    model.layers[0].trainable = False
    model.fit(x, x[:, :1], verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_spectral_normalization_of_zeros_and_of_embeddings():
    zeros = L.SpectralNormalization(L.Dense(2, kernel_initializer="zeros"))
    first = zeros([[1.0, 1.0]], training=True)
    assert first.tolist() == [[0.0, 0.0]]
    assert np.isfinite(zeros.vector_u.numpy()).all()
    embedding = L.SpectralNormalization(L.Embedding(7, 3), power_iterations=50)
    assert embedding(np.array([[1, 2]]), training=True).shape == (1, 2, 3)
    np.testing.assert_allclose(np.linalg.svd(embedding.layer.embeddings.numpy())[1][0], 1, rtol=1e-2)


# -- errors


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: L.BatchNormalization(momentum=1.5), r"between 0 and 1. Received: momentum=1.5"),
        (lambda: L.BatchNormalization(epsilon=-1), r"not negative. Received: epsilon=-1"),
        (lambda: L.GroupNormalization(0), r"-1 for one per channel. Received: groups=0"),
        (lambda: L.GroupNormalization(2.0), r"groups=2.0"),
        (lambda: L.RMSNormalization(epsilon=float("nan")), r"epsilon=nan"),
        (lambda: L.LocalResponseNormalization(depth_radius=-1), r"depth_radius=-1"),
        (lambda: L.LocalResponseNormalization(size=0), r"at least one channel. Received: size=0"),
        (lambda: L.SpectralNormalization(L.Dense(2), power_iterations=0), r"power_iterations=0"),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_only_layers_are_wrapped():
    for wrapper in (L.Wrapper, L.TimeDistributed, L.SpectralNormalization):
        with pytest.raises(TypeError, match=r"a layer to wrap. Received: layer='dense'"):
            wrapper("dense")


@pytest.mark.parametrize(
    ("make", "inputs", "message"),
    [
        (
            lambda: L.GroupNormalization(4, name="g"),
            IMAGES,
            r"'g' expected.*divides the 6 channels. Received: groups=4. Use one of 1, 2, 3, 6, or -1.*axis=",
        ),
        (lambda: L.GroupNormalization(name="g"), IMAGES, r"'g'.*6 channels. Received: groups=32"),
        (
            lambda: L.BatchNormalization(axis=4, name="b"),
            IMAGES,
            r"'b' expected.*axes \(4,\).*\(2, 4, 5, 6\)",
        ),
        (lambda: L.LayerNormalization(axis=(1, 4), name="l"), IMAGES, r"'l' expected.*axes \(1, 4\)"),
        (lambda: L.GroupNormalization(2, axis=-5, name="g"), IMAGES, r"'g' expected.*axes \(-5,\)"),
        (lambda: L.RMSNormalization(axis=4, name="r"), IMAGES, r"'r' expected.*axes \(4,\)"),
        (lambda: L.UnitNormalization(axis=4, name="u"), IMAGES, r"'u' expected.*axes \(4,\)"),
        (lambda: L.LocalResponseNormalization(axis=4, name="n"), IMAGES, r"'n' expected.*axes \(4,\)"),
        (lambda: L.BatchNormalization(name="b"), np.ones(3), r"'b' expected inputs of shape \(batch"),
        (
            lambda: L.SpectralNormalization(L.Flatten(), name="s"),
            IMAGES,
            r"'s' expected a layer with a kernel or embeddings",
        ),
    ],
)
def test_wrong_inputs(make, inputs, message):
    with pytest.raises(ValueError, match=message):
        make()(inputs)


@pytest.mark.parametrize(
    "layer",
    [
        L.BatchNormalization(name="n"),
        L.BatchNormalization(name="n", center=False, scale=False),
        L.LayerNormalization(name="n"),
        L.GroupNormalization(2, name="n"),
        L.RMSNormalization(name="n"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_other_channels_than_before(layer):
    layer(IMAGES)
    with pytest.raises(
        ValueError, match=r"'n' expected.*\(6,\) along axis=-1.*\(2, 4, 5, 8\).*axis=1 for channels"
    ):
        layer(np.ones((2, 4, 5, 8)))


def test_unknown_channels():
    for layer in (L.BatchNormalization(), L.LayerNormalization(), L.GroupNormalization(2)):
        with pytest.raises(ValueError, match=r"known lengths for the weight 'gamma'.*\(None,\)"):
            layer(od.Input((4, None)))


def test_a_mask_of_another_rank():
    with pytest.raises(ValueError, match=r"'b' expected a mask.*without the axis 3.*mask.shape=\(2, 4\)"):
        L.BatchNormalization(name="b")(IMAGES, training=True, mask=np.ones((2, 4)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: od.ops.moments(x, 4), r"moments expected axes from -4 to 3. Received: axis=4"),
        (lambda x: od.ops.normalize_batch(x, 5), r"normalize_batch expected.*axis=5"),
        (lambda x: od.ops.normalize_batch(x, 1, np.ones(6)), r"shape \(4,\).*axis 1.*Received: shape \(6,\)"),
        (lambda x: od.ops.batch_normalization(x, np.ones(4), np.ones(6), -1), r"shape \(6,\).*shape \(4,\)"),
        (lambda x: od.ops.group_normalization(x, 4), r"group_normalization expected.*groups=4"),
        (lambda x: od.ops.local_response_normalization(x, size=1.5), r"size=1.5"),
    ],
)
def test_wrong_calls_of_the_rules(call, message):
    with pytest.raises(ValueError, match=message):
        call(IMAGES)
