"""ViT against its formulas in NumPy; files, training, and digits that it reads."""

import numpy as np
import pytest
from scipy.special import erf, softmax

import ondol as od
from ondol.errors import DataError, ShapeError

SIZES = {"patch_size": 2, "num_layers": 2, "num_heads": 2, "hidden_dim": 8, "mlp_dim": 12, "classes": 3}
X = np.random.default_rng(1).normal(size=(2, 4, 6, 3)).astype("float32")


@pytest.fixture
def model():
    model = od.applications.ViT((4, 6, 3), **SIZES)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0.0, 0.5, w.shape) for w in model.get_weights()])
    return model


def named(layer):
    return {v.name: v.numpy().astype("float64") for v in layer.weights}


def norm(x, layer):
    w = named(layer)
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-6) * w["gamma"] + w["beta"]


def dense(x, layer):
    w = named(layer)
    return x @ w["kernel"] + w["bias"]


def attention(x, layer):
    q, k, v = (
        np.einsum("sd,dhk->hsk", x, named(part)["kernel"]) + named(part)["bias"][:, None]
        for part in (layer.query_dense, layer.key_dense, layer.value_dense)
    )
    weights = softmax(q @ k.transpose(0, 2, 1) / 2.0, axis=-1)
    out = named(layer.output_dense)
    return np.einsum("hsk,hkd->sd", weights @ v, out["kernel"]) + out["bias"], weights


def by_hand(model, image):
    """Probabilities for one image from the paper's formulas, in float64, and the weights of the last attention."""
    w = named(model.patches)
    patches = [image[i : i + 2, j : j + 2].reshape(-1) for i in (0, 2) for j in (0, 2, 4)]
    x = np.array(patches) @ w["kernel"].reshape(12, 8) + w["bias"]
    x = np.concatenate([model.class_token.numpy()[None], x]) + model.positions.numpy()
    for block in model.blocks:
        y, weights = attention(norm(x, block._self_attention_layer_norm), block._self_attention_layer)
        x = x + y
        h = dense(norm(x, block._feedforward_layer_norm), block._feedforward_intermediate_dense)
        x = x + dense(0.5 * h * (1 + erf(h / np.sqrt(2))), block._feedforward_output_dense)
    return softmax(dense(norm(x, model.norm)[0], model.head)), weights


def test_values(model):
    expected = np.stack([by_hand(model, image)[0] for image in X])
    np.testing.assert_allclose(model(X), expected, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-3, atol=1e-5)


def test_weights_of_attention(model):
    expected = np.stack([by_hand(model, image)[1] for image in X])
    weights = od.insight.attention_weights(model, X, layer=-1)
    np.testing.assert_allclose(weights, expected, rtol=1e-3, atol=1e-5)


def parameters(pixels, channels, patch, blocks, width, inside, classes):
    places = pixels // patch**2 + 1
    embedding = patch**2 * channels * width + width + width + places * width
    block = 4 * (width**2 + width) + 2 * width * inside + inside + width + 4 * width
    return embedding + blocks * block + 2 * width + width * classes + classes


def test_parameters_as_in_the_paper(model):
    assert parameters(224 * 224, 3, 16, 12, 768, 3072, 1000) == 86_567_656
    assert model.count_params() == parameters(24, 3, 2, 2, 8, 12, 3)
    # The sizes of ViTB16, with one of its twelve equal blocks.
    base = od.applications.ViTB16((32, 32, 3), classes=10, num_layers=1)
    assert base.count_params() == parameters(32 * 32, 3, 16, 1, 768, 3072, 10)


def test_the_order_of_patches_counts_by_their_positions_only(model):
    other = np.concatenate([X[:, :, 4:], X[:, :, :4]], axis=2)  # two columns of patches change places
    assert np.abs(model(other).numpy() - model(X).numpy()).max() > 1e-3
    model.positions.assign(np.zeros(model.positions.shape))
    np.testing.assert_allclose(model(other), model(X), rtol=1e-3, atol=1e-6)


def test_saving_and_logits(model, tmp_path):
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_array_equal(loaded(X), model(X))
    logits = od.applications.ViT((4, 6, 3), **SIZES, activation=None)
    logits.set_weights(model.get_weights())
    np.testing.assert_allclose(softmax(logits(X).numpy(), -1), model(X), rtol=1e-4, atol=1e-6)


def test_training_lowers_the_loss():
    od.random.seed(0)
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 48)
    x = rng.normal(0, 0.3, (48, 4, 6, 3)).astype("float32")
    x[np.arange(48), 1, 2 * y] += 2.0  # a bright spot in one of three patches
    model = od.applications.ViT((4, 6, 3), **SIZES, dropout=0.1)
    model.compile(od.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=60, verbose=0).history
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert model.evaluate(x, y, verbose=0)[1] > 0.95


@pytest.mark.slow
def test_digits_are_read():
    (x_train, y_train), (x_test, y_test) = od.datasets.digits.load_data()
    scaled = [(x.reshape(-1, 8, 8, 1).astype("float32") / x_train.max() - 0.3) for x in (x_train, x_test)]
    od.random.seed(0)
    model = od.applications.ViT(
        (8, 8, 1), 2, num_layers=4, num_heads=4, hidden_dim=64, mlp_dim=128, dropout=0.1
    )
    model.compile(od.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(scaled[0], y_train, batch_size=64, epochs=30, verbose=0)
    assert model.evaluate(scaled[1], y_test, verbose=0)[1] >= 0.95


def test_errors(model):
    with pytest.raises(ShapeError, match="patch_size is a divisor.*patch_size=3"):
        od.applications.ViT((8, 9, 1), patch_size=3)
    with pytest.raises(ShapeError, match="input_shape=.height, width, channels."):
        od.applications.ViT((8, 8))
    with pytest.raises(DataError, match="hidden_dim=10, num_heads=4"):
        od.applications.ViT(hidden_dim=10)
    with pytest.raises(DataError, match="`classes`"):
        od.applications.ViT(classes=0)
    with pytest.raises(ShapeError, match=r"\(2, 6, 6, 3\)|4, 6"):
        model(np.zeros((2, 6, 6, 3), "float32"))
