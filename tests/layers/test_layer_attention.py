"""Attention, Transformers and their positions beyond the table of rows: two inputs, masks, dropout, caches, errors."""

import json

import numpy as np
import pytest
from rows_attention import attend, heads, norm

import ondol as od
from ondol.errors import DataError, ShapeError

L = od.layers
MASK = np.arange(5) < np.array([[3], [5]])


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def with_weights(layer, *args, **kwargs):
    layer(*args, **kwargs)
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) * 0.5 for w in layer.weights])
    return layer


def wide(layer):
    return [w.astype("float64") for w in layer.get_weights()]


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("scores", [False, True])
@pytest.mark.parametrize(
    ("layer", "group", "gated"),
    [
        (lambda: L.MultiHeadAttention(4, 3), 1, False),
        (lambda: L.MultiHeadAttention(4, 3, value_dim=2, use_gate=True), 1, True),
        (lambda: L.GroupQueryAttention(3, 4, 2), 2, False),
        (lambda: L.GroupQueryAttention(3, 4, 1, use_gate=True), 4, True),
        (lambda: L.CachedMultiHeadAttention(4, 3), 1, False),
    ],
)
def test_heads_are_those_of_the_formula(layer, group, gated, scores, compiled):
    x, z = normal(2, 3, 6), normal(2, 5, 6, seed=1)
    layer = with_weights(layer(), x, z)
    if scores and isinstance(layer, L.CachedMultiHeadAttention):
        return
    options = {"return_attention_scores": True} if scores else {}
    run = (
        od.function(lambda x, z: layer(x, z, **options)) if compiled else lambda x, z: layer(x, z, **options)
    )
    y = run(x, z)
    if scores:
        y, weights = y
        assert weights.shape == (2, 4, 3, 5)
        np.testing.assert_allclose(weights.numpy().sum(-1), 1, rtol=1e-5)
    right = heads(x.astype("float64"), wide(layer), group, gated=gated, value=z.astype("float64"))
    np.testing.assert_allclose(y.numpy(), right, rtol=2e-5, atol=2e-5)


def test_kernels_have_keras_layout_and_order():
    layer = L.MultiHeadAttention(2, 3, value_dim=4, use_gate=True, output_shape=(5, 6))
    assert layer(normal(1, 3, 8), normal(1, 3, 7)).shape == (1, 3, 5, 6)
    assert [(w.path, w.shape) for w in layer.weights] == [
        ("query/kernel", (8, 2, 3)),
        ("query/bias", (2, 3)),
        ("key/kernel", (7, 2, 3)),
        ("key/bias", (2, 3)),
        ("gate/kernel", (8, 2, 4)),
        ("gate/bias", (2, 4)),
        ("value/kernel", (7, 2, 4)),
        ("value/bias", (2, 4)),
        ("attention_output/kernel", (2, 4, 5, 6)),
        ("attention_output/bias", (5, 6)),
    ]


@pytest.mark.parametrize("axes", [(1,), (2,), None])
def test_attention_over_other_axes_is_attention_over_rows_of_them(axes):
    x = normal(2, 3, 4, 6)
    layer = with_weights(L.MultiHeadAttention(2, 3, attention_axes=axes), x, x)
    y, weights = layer(x, x, return_attention_scores=True)
    rows = {(1,): x.swapaxes(1, 2).reshape(8, 3, 6), (2,): x.reshape(6, 4, 6), None: x.reshape(2, 12, 6)}[
        axes
    ]
    right = heads(rows.astype("float64"), wide(layer))
    right = right.reshape(2, 4, 3, 6).swapaxes(1, 2) if axes == (1,) else right.reshape(x.shape)
    np.testing.assert_allclose(y.numpy(), right, rtol=2e-5, atol=2e-5)
    assert weights.shape == {(1,): (2, 4, 2, 3, 3), (2,): (2, 3, 2, 4, 4), None: (2, 2, 3, 4, 3, 4)}[axes]
    mask = np.ones((2, 3, 3) if axes == (1,) else (2, 4, 4), bool) if axes else np.ones((2, 3, 4, 3, 4), bool)
    np.testing.assert_allclose(layer(x, x, attention_mask=mask).numpy(), y.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "layer",
    [
        L.MultiHeadAttention(2, 3),
        L.GroupQueryAttention(3, 4, 2),
        L.TransformerEncoder(8, 2),
        L.TransformerDecoder(8, 2, normalize_first=True),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_what_is_padded_changes_nothing(layer):
    """The mask that an Embedding makes goes through: other numbers at padded steps, the same results at the others."""
    x, other = normal(2, 5, 6), normal(2, 5, 6, seed=3)
    two = (lambda a: (a, a)) if "Attention" in type(layer).__name__ else lambda a: (a,)
    layer = with_weights(layer, *two(x))

    def masked(a):
        t = od.tensor(a)
        t._keras_mask = od.tensor(MASK)
        return layer(*two(t))

    y = masked(x)
    np.testing.assert_array_equal(y._keras_mask.numpy(), MASK)
    z = masked(np.where(MASK[:, :, None], x, other))
    np.testing.assert_allclose(z.numpy()[MASK], y.numpy()[MASK], rtol=1e-5, atol=1e-6)
    alone = layer(*two(x[:1, :3])).numpy()
    np.testing.assert_allclose(y.numpy()[:1, :3], alone, rtol=1e-4, atol=1e-5)


def test_masks_and_windows_of_multi_head_attention():
    x = normal(2, 5, 6)
    layer = with_weights(L.MultiHeadAttention(2, 3, sliding_window=2), x, x)
    place = np.arange(5)
    band = (abs(place[:, None] - place) < 2) & (place[:, None] >= place)
    right = heads(x.astype("float64"), wide(layer), mask=band)
    np.testing.assert_allclose(layer(x, x, use_causal_mask=True).numpy(), right, rtol=2e-5, atol=2e-5)
    plain = L.MultiHeadAttention(2, 3)
    plain = with_weights(plain, x, x)
    np.testing.assert_allclose(
        plain(x, x, value_mask=MASK, attention_mask=band[None].repeat(2, 0)).numpy()[1],
        right[1],
        rtol=2e-5,
        atol=2e-5,
    )
    nowhere = plain(x, x, attention_mask=np.zeros((2, 5, 5), bool)).numpy()
    np.testing.assert_allclose(nowhere, np.zeros_like(nowhere) + plain.get_weights()[-1], rtol=1e-6)


def test_masks_of_attention():
    q, v = normal(2, 5, 4), normal(2, 5, 4, seed=1)
    values = MASK[::-1]
    y, weights = L.Attention()(
        [q, v], mask=[MASK, values], return_attention_scores=True, use_causal_mask=True
    )
    seen = values[:, None] & np.tri(5, dtype=bool)
    right = attend(q.astype("float64"), v.astype("float64"), v.astype("float64"), seen)
    np.testing.assert_allclose(y.numpy(), right * MASK[:, :, None], rtol=1e-5, atol=1e-6)
    assert (weights.numpy()[~seen] == 0).all()
    with pytest.raises(ShapeError, match=r"\[x, x\]"):
        L.Attention()(q)
    with pytest.raises(ShapeError, match="query_mask"):
        L.Attention()([q, v], mask=MASK)
    with pytest.raises(DataError, match="score_mode"):
        L.Attention(score_mode="sum")


@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.MultiHeadAttention(2, 3, dropout=0.4),
        lambda: L.GroupQueryAttention(3, 4, 2, dropout=0.4),
        lambda: L.TransformerEncoder(8, 2, dropout=0.4),
        lambda: L.TransformerDecoder(8, 2, dropout=0.4),
    ],
)
def test_dropout_is_the_same_eagerly_and_compiled(layer):
    x = normal(2, 5, 6)
    two = (x, x) if "Attention" in type(layer()).__name__ else (x,)
    layer = with_weights(layer(), *two)

    def run(*inputs):
        y = layer(*inputs, training=True)
        return [y, *od.gradients((y * y).sum(), layer.trainable_weights)]

    od.random.seed(3)
    eager = run(*two)
    od.random.seed(3)
    compiled = od.function(run)(*two)
    for a, b in zip(eager, compiled, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-4, atol=2e-5)
    assert np.abs(eager[0].numpy() - layer(*two).numpy()).max() > 0.01


def test_dropout_is_applied_to_the_weights_after_they_were_returned():
    x = normal(1, 6, 4)
    layer = with_weights(L.MultiHeadAttention(2, 3, dropout=0.5), x, x)
    od.random.seed(5)
    y, weights = layer(x, x, training=True, return_attention_scores=True)
    od.random.seed(5)
    np.testing.assert_allclose(layer(x, x, training=True).numpy(), y.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(weights.numpy().sum(-1), 1, rtol=1e-5)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("crossed", [False, True])
def test_step_by_step_with_a_cache_gives_what_the_whole_sequence_gives(crossed, compiled):
    x, e = normal(2, 6, 8), normal(2, 4, 8, seed=1)
    others = (e,) if crossed else ()
    layer = with_weights(L.TransformerDecoder(12, 2), x, *others)
    whole = layer(x, *others).numpy()

    def step(x, i, caches):
        crossing = {"cross_attention_cache": caches[1]} if crossed else {}
        y, *caches = layer(
            x, *others, self_attention_cache=caches[0], self_attention_cache_update_index=i, **crossing
        )
        return y, caches

    caches = [od.ops.zeros((2, 2, 6, 2, 4)), od.ops.zeros((2, 2, 4, 2, 4))][: 1 + crossed]
    if crossed:  # the encoder's keys and values are computed once
        caches[1] = layer(
            x[:, :1],
            e,
            self_attention_cache=caches[0],
            self_attention_cache_update_index=0,
            cross_attention_cache=caches[1],
            cross_attention_cache_update_index=0,
        )[2]
    run = od.function(step) if compiled else step
    first, caches = run(od.tensor(x[:, :2]), od.tensor(0), caches)  # two at once, then one after the other
    found = [first.numpy()]
    for i in range(2, 6):
        y, caches = run(od.tensor(x[:, i : i + 1]), od.tensor(i), caches)
        found.append(y.numpy())
    np.testing.assert_allclose(np.concatenate(found, axis=1), whole, rtol=1e-4, atol=1e-5)


def test_decoder_with_an_encoder_is_attention_to_it():
    x, e = normal(2, 3, 4).astype("float64"), normal(2, 5, 4, seed=1).astype("float64")
    layer = with_weights(L.TransformerDecoder(6, 2, dtype="float64"), x, e)
    w = layer.get_weights()
    z = norm(x + heads(x, w[:8], mask=np.tri(3, dtype=bool)), *w[8:10])
    u = norm(z + heads(z, w[10:18], value=e), *w[18:20])
    right = norm(u + np.maximum(u @ w[20] + w[21], 0) @ w[22] + w[23], *w[24:26])
    np.testing.assert_allclose(layer(x, e).numpy(), right, rtol=1e-10)


def test_errors_of_decoders_and_caches():
    x = normal(1, 3, 4)
    alone = L.TransformerDecoder(6, 2)
    alone(x)
    with pytest.raises(DataError, match="no encoder_sequence"):
        alone(x, x)
    crossed = L.TransformerDecoder(6, 2)
    crossed(x, x)
    with pytest.raises(DataError, match="an encoder_sequence"):
        crossed(x)
    with pytest.raises(DataError, match="both caches"):
        crossed(x, x, self_attention_cache=od.ops.zeros((1, 2, 3, 2, 2)), self_attention_cache_update_index=0)
    with pytest.raises(DataError, match="cache"):
        L.CachedMultiHeadAttention(2, 2)(x, x, cache_update_index=0)
    with pytest.raises(DataError, match="features as heads"):
        L.TransformerEncoder(6, 8)(x)
    with pytest.raises(DataError, match="flash_attention"):
        L.MultiHeadAttention(2, 2, dropout=0.1, flash_attention=True)
    with pytest.raises(DataError, match="multiple"):
        L.GroupQueryAttention(2, 4, 3)
    with pytest.raises(ShapeError, match="attention_axes"):
        L.MultiHeadAttention(2, 2, attention_axes=(2,))(x, x)
    with pytest.raises(ShapeError, match="positions"):
        L.PositionEmbedding(2)(x)


@pytest.mark.parametrize(
    ("equation", "output_shape", "bias_axes", "word"),
    [
        ("ab,bc", 3, None, "equation"),
        ("ab,cd->ad", 3, None, "each letter"),
        ("abc,cd->abd", 3, None, "output_shape"),
        ("abc,cd->abd", (7, 3), None, "one length"),
        ("abc,cd->abd", (None, 3), "x", "bias_axes"),
    ],
)
def test_equations_that_do_not_fit(equation, output_shape, bias_axes, word):
    with pytest.raises(ShapeError, match=word):
        L.EinsumDense(equation, output_shape, bias_axes=bias_axes)(normal(2, 4, 5))


def test_inputs_that_do_not_fit_the_kernel():
    layer = L.EinsumDense("abc,cd->abd", (None, 3))
    layer(normal(2, 4, 5))
    with pytest.raises(ShapeError, match="when it was built"):
        layer(normal(2, 4, 6))


def test_tied_embeddings_give_scores_and_learn_from_both_ends():
    layer = L.ReversibleEmbedding(5, 3, mask_zero=True, logit_soft_cap=2.0)
    tokens = np.array([[1, 4, 0]])
    y = layer(tokens)
    scores = layer(y, reverse=True)
    (matrix,) = layer.get_weights()
    np.testing.assert_allclose(
        scores.numpy(), 2 * np.tanh(matrix[tokens] @ matrix.T / 2), rtol=1e-5, atol=1e-7
    )
    assert scores._keras_mask.tolist() == y._keras_mask.tolist() == [[True, True, False]]
    other = L.ReversibleEmbedding(5, 3, tie_weights=False)
    other(normal(1, 2, 3), reverse=True)
    assert [w.shape for w in other.weights] == [(5, 3), (3, 5)]


def test_embeddings_mask_zeros():
    tokens = np.array([[3, 1, 0], [2, 0, 0]])
    for layer in (
        L.Embedding(5, 2, mask_zero=True),
        L.TokenAndPositionEmbedding(5, 4, 2, mask_zero=True),
        L.PositionalEmbedding(4, 5, 2),
    ):
        assert layer(tokens)._keras_mask.tolist() == (tokens != 0).tolist()
    assert L.Embedding(5, 2)(tokens)._keras_mask is None


def test_positions_begin_where_they_are_told_to():
    x = normal(1, 2, 4)
    learnt = L.PositionEmbedding(6)
    learnt(x)
    (table,) = learnt.get_weights()
    at = od.function(lambda i: (learnt(x, start_index=i), L.SinePositionEncoding()(x, start_index=i)))
    for i in (0, 3):
        found, sines = at(od.tensor(i))
        np.testing.assert_array_equal(found.numpy()[0], table[i : i + 2])
        np.testing.assert_allclose(sines.numpy()[0, :, 0], np.sin([i, i + 1]), rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(learnt(x, start_index=i).numpy(), found.numpy())
    np.testing.assert_array_equal(learnt(x, positions=[[5, 0]]).numpy()[0], table[[5, 0]])


def test_configurations_make_the_same_layers():
    x = normal(2, 3, 6)
    for layer in (
        L.MultiHeadAttention(2, 3, value_dim=4, attention_axes=[1], kernel_regularizer="l2", use_gate=True),
        L.GroupQueryAttention(3, 4, 2, use_bias=False, sliding_window=2),
        L.CachedMultiHeadAttention(2, 3),
    ):
        y = layer(x, x)
        other = L.deserialize(json.loads(json.dumps(L.serialize(layer))))
        other(x, x)
        other.set_weights(layer.get_weights())
        np.testing.assert_array_equal(other(x, x).numpy(), y.numpy())


def test_a_model_of_masked_tokens_trains_and_is_saved(tmp_path):
    tokens = np.array([[1, 2, 3, 0], [4, 5, 0, 0], [3, 1, 2, 6], [2, 2, 0, 0]])
    inputs = od.Input((4,), dtype="int32")
    x = L.TokenAndPositionEmbedding(7, 4, 8, mask_zero=True)(inputs)
    x = L.TransformerDecoder(16, 2, dropout=0.1)(L.TransformerEncoder(16, 2)(x))
    x = L.Add()([x, L.MultiHeadAttention(2, 4)(x, x)])
    model = od.Model(inputs, L.Dense(7)(x))
    model.compile("adam", od.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(tokens, tokens, epochs=30, batch_size=2, verbose=0).history["loss"]
    assert history[-1] < 0.7 * history[0]
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_allclose(loaded.predict(tokens), model.predict(tokens), rtol=1e-5, atol=1e-6)
