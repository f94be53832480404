"""Weights of attention, from outside of the model, beside those that layers give when asked."""

import numpy as np
import pytest
from scipy.special import softmax

import ondol as od
from ondol.errors import DataError, UnknownNameError

L = od.layers
X = np.random.default_rng(0).normal(size=(2, 5, 8)).astype("float32")


def functional():
    x = od.Input((5, 8))
    first = L.MultiHeadAttention(2, 4, name="first")
    second = L.GroupQueryAttention(4, 4, 2, name="second")
    h = first(x, x, use_causal_mask=True)
    model = od.Model(x, [h, second(h, h)])
    return model, first, second


def test_of_layers_in_a_functional_model():
    model, first, second = functional()
    before = model(X)
    _, expected = first(X, X, use_causal_mask=True, return_attention_scores=True)
    found = od.insight.attention_weights(model, X)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert (found[..., 0, 1:] == 0).all()
    h = before[0]
    _, expected = second(h, h, return_attention_scores=True)
    for layer in ("second", 1, -1, second):
        np.testing.assert_allclose(od.insight.attention_weights(model, X, layer), expected, rtol=1e-4)
    for y, again in zip(before, model(X), strict=True):
        np.testing.assert_array_equal(y, again)
    assert not {"call", "_compute_attention"} & set(vars(first))


def test_a_mask_that_travels_with_the_inputs():
    ids = od.Input((4,), dtype="int32")
    x = L.Embedding(6, 8, mask_zero=True)(ids)
    model = od.Model(ids, L.MultiHeadAttention(2, 4)(x, x))
    weights = od.insight.attention_weights(model, np.array([[3, 5, 0, 0], [1, 2, 3, 4]]))
    assert (weights[0, :, :, 2:] == 0).all()
    np.testing.assert_allclose(weights[0, :, :2].sum(-1), 1.0, rtol=1e-5)
    assert (weights[1] > 0).all()


@pytest.mark.parametrize("kind", [L.Attention, L.AdditiveAttention])
def test_of_layers_without_heads(kind):
    x = od.Input((5, 8))
    layer = kind(name="look")
    model = od.Model(x, layer([x, x]))
    weights = od.insight.attention_weights(model, X, "look")
    assert weights.shape == (2, 5, 5)
    np.testing.assert_allclose(weights @ X, model(X), rtol=1e-4, atol=1e-5)


def test_of_blocks_of_transformers():
    x = od.Input((5, 8))
    blocks = [L.TransformerEncoder(16, 2, name=f"block_{i}") for i in range(2)]
    h = blocks[0](x)
    model = od.Model(x, blocks[1](h))
    _, expected = blocks[1](blocks[0](X), return_attention_scores=True)
    np.testing.assert_allclose(od.insight.attention_weights(model, X, "block_1"), expected, rtol=1e-5)
    decoder = L.TransformerDecoder(16, 2, name="decoder")
    model = od.Model(x, decoder(x, x))
    looks_back = od.insight.attention_weights(model, X, 0)
    across = od.insight.attention_weights(model, X, 1)
    assert (np.triu(looks_back[0, 0], 1) == 0).all()
    assert (across > 0).all()


def test_of_gpt():
    od.random.seed(0)
    model = od.applications.GPT(11, 12, num_layers=2, num_heads=2, hidden_dim=8)
    ids = np.array([[3, 1, 4, 1, 5]])
    model(ids)
    block = model.blocks[0]
    x = model.tokens(ids) + model.positions(np.arange(5))
    q, k, _ = np.split(block.query_key_value(block.norm_1(x)).numpy()[0], 3, axis=-1)
    scores = np.stack([q[:, part] @ k[:, part].T / 2.0 for part in (slice(0, 4), slice(4, 8))])
    expected = softmax(np.where(np.tril(np.ones((5, 5), bool)), scores, -np.inf), axis=-1)
    np.testing.assert_allclose(od.insight.attention_weights(model, ids)[0], expected, rtol=1e-4)
    np.testing.assert_allclose(od.insight.attention_weights(model, ids, "block_0")[0], expected, rtol=1e-4)


def test_errors():
    model, first, _ = functional()
    with pytest.raises(UnknownNameError, match="Did you mean 'second'"):
        od.insight.attention_weights(model, X, "secnd")
    with pytest.raises(DataError, match="layer=2 to be one of 2 layers of attention.*first, second"):
        od.insight.attention_weights(model, X, 2)
    plain = od.Sequential([od.Input((3,)), L.Dense(2, name="plain")])
    with pytest.raises(DataError, match="has none"):
        od.insight.attention_weights(plain, np.ones((1, 3), "float32"))
    with pytest.raises(DataError, match="layer 'plain' that has none"):
        od.insight.attention_weights(plain, np.ones((1, 3), "float32"), "plain")
    with pytest.raises(DataError, match="a layer that runs"):
        od.insight.attention_weights(plain, np.ones((1, 3), "float32"), first)
