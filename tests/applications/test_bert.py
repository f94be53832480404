"""BERT against its formulas in NumPy; padding, masked-token training, fine-tuning, files."""

import numpy as np
import pytest
from scipy.special import erf, softmax

import ondol as od
from ondol.errors import DataError, ShapeError

IDS = np.array([[1, 4, 9, 7, 2, 0, 0], [1, 5, 6, 8, 10, 3, 2]])
SEGMENTS = np.array([[0, 0, 1, 1, 1, 0, 0], [0, 0, 0, 1, 1, 1, 1]])
HEADS = (slice(0, 4), slice(4, 8))


def small(**more):
    od.random.seed(0)
    return od.applications.BERT(11, 2, 2, 8, 16, **{"dropout": 0.0, "max_sequence_length": 12, **more})


def with_large_weights(model):
    model(IDS)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0.0, 0.5, w.shape) for w in model.get_weights()])
    return model


@pytest.fixture
def model():
    return with_large_weights(small())


def named(layer):
    return {v.name: v.numpy().astype("float64") for v in layer.weights}


def dense(x, layer):
    w = named(layer)
    return x @ w["kernel"] + w["bias"]


def norm(x, layer):
    w = named(layer)
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-12) * w["gamma"] + w["beta"]


def gelu(x):
    return 0.5 * x * (1 + erf(x / np.sqrt(2)))


def attention(x, layer, counts):
    """All heads of one text, and their weights; `counts` says which tokens are no padding."""

    def projected(part):
        w = named(part)
        return np.einsum("sd,dhk->hsk", x, w["kernel"]) + w["bias"][:, None]

    q, k, v = (projected(part) for part in (layer.query_dense, layer.key_dense, layer.value_dense))
    weights = softmax(np.where(counts, q @ k.transpose(0, 2, 1) / 2.0, -np.inf), axis=-1)
    out = named(layer.output_dense)
    return np.einsum("hsk,hkd->sd", weights @ v, out["kernel"]) + out["bias"], weights


def by_hand(model, ids, segments):
    """The vectors of one text from the paper's formulas, in float64, and the weights of the last attention."""
    x = named(model.tokens)["embeddings"][ids] + named(model.positions)["embeddings"][: len(ids)]
    x = norm(x + named(model.segments)["embeddings"][segments], model.norm)
    for block in model.blocks:
        y, weights = attention(x, block._self_attention_layer, ids != 0)
        x = norm(x + y, block._self_attention_layer_norm)
        y = dense(gelu(dense(x, block._feedforward_intermediate_dense)), block._feedforward_output_dense)
        x = norm(x + y, block._feedforward_layer_norm)
    return x, np.tanh(dense(x[0], model.pooler)), weights


def test_values(model):
    y = model({"token_ids": IDS, "segment_ids": SEGMENTS})
    for i in range(2):
        sequence, pooled, _ = by_hand(model, IDS[i], SEGMENTS[i])
        counts = IDS[i] != 0
        np.testing.assert_allclose(y["sequence_output"].numpy()[i, counts], sequence[counts], 1e-4, 1e-4)
        np.testing.assert_allclose(y["pooled_output"].numpy()[i], pooled, 1e-4, 1e-4)


def test_eager_and_compiled_agree(model):
    compiled = model.predict(IDS, verbose=0)
    eager = model(IDS)
    for name in ("sequence_output", "pooled_output"):
        np.testing.assert_allclose(compiled[name], eager[name], rtol=1e-4, atol=1e-5)


def test_padding_changes_nothing(model):
    short = model(IDS[:1, :5])
    longer = model(np.pad(IDS[:1, :5], ((0, 0), (0, 6))))
    np.testing.assert_allclose(longer["pooled_output"], short["pooled_output"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        longer["sequence_output"].numpy()[:, :5], short["sequence_output"], rtol=1e-4, atol=1e-5
    )
    assert longer["sequence_output"]._keras_mask.numpy().sum() == 5


def test_a_mask_that_is_given_counts_in_place_of_the_padding_id(model):
    mask = np.arange(7) < 5
    given = model({"token_ids": np.where(mask, IDS, 7), "padding_mask": np.stack([mask, mask])})
    np.testing.assert_allclose(
        given["pooled_output"].numpy()[0], model(IDS)["pooled_output"][0], rtol=1e-4, atol=1e-5
    )


def parameters(vocabulary, blocks, width, inside, steps, segments):
    """As the paper's layers have them: embeddings and their norm, blocks, pooler."""
    square = width**2 + width
    block = 4 * square + 2 * width * inside + inside + width + 4 * width
    return (vocabulary + steps + segments) * width + 2 * width + blocks * block + square


def test_parameters_as_in_the_paper():
    assert parameters(30522, 12, 768, 3072, 512, 2) == 109_482_240
    assert parameters(30522, 24, 1024, 4096, 512, 2) == 335_141_888
    model = small(num_segments=3)
    model(IDS)
    assert model.count_params() == parameters(11, 2, 8, 16, 12, 3)


def test_scores_of_hidden_tokens():
    model = with_large_weights(od.applications.BertMaskedLM(small()))
    scores = model(IDS).numpy()
    x, _, _ = by_hand(model.backbone, IDS[1], 0 * IDS[1])
    h = norm(gelu(dense(x, model.dense)), model.norm)
    expected = h @ named(model.backbone.tokens)["embeddings"].T + model.bias.numpy()
    np.testing.assert_allclose(scores[1], expected, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(model.predict(IDS, verbose=0), scores, rtol=1e-4, atol=1e-4)


TEXTS = ["the cat sat on the mat", "a dog lay on a rug"] * 16


def tokenizer():
    return od.tokenizers.WordTokenizer(
        start_token="[CLS]", end_token="[SEP]", mask_token="[MASK]"
    ).train(TEXTS)  # fmt: skip


def test_hidden_tokens_are_learnt_and_the_file_holds_all(tmp_path):
    words = tokenizer()
    od.random.seed(0)
    bert = od.applications.BERT(words.vocabulary_size, 1, 2, 16, 32, dropout=0.0, max_sequence_length=10)
    model = od.applications.BertMaskedLM(bert, words)
    loss = od.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight")
    model.compile(od.optimizers.Adam(0.01), loss)
    ids = words.encode_batch(TEXTS, length=10, add_start=True, add_end=True)
    data = od.data.Dataset.from_tensor_slices(ids).shuffle(32, seed=0).batch(16).map(model.mask_tokens)
    history = model.fit(data, epochs=100, verbose=0).history["loss"]
    assert history[0] > 2.0  # ln 14 = 2.6 knows nothing
    assert history[-1] < 0.5
    assert [best[0][0] for best in model.fill_mask("the [MASK] sat on the [MASK]")] == ["cat", "mat"]
    (best,) = model.fill_mask("a dog [MASK] on a rug", top_k=3)
    assert best[0][0] == "lay"
    assert len(best) == 3
    assert best[0][1] > best[1][1] > best[2][1] > 0
    assert sum(p for _, p in best) < 1

    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    assert loaded.tokenizer.vocabulary == words.vocabulary
    assert loaded.fill_mask("a dog [MASK] on a rug", 3) == model.fill_mask("a dog [MASK] on a rug", 3)


def test_masks_among_byte_pairs_take_the_space_before_them():
    pairs = od.tokenizers.BytePairTokenizer(mask_token="[MASK]").train(" ".join(TEXTS), 280)
    model = od.applications.BertMaskedLM(od.applications.BERT(pairs.vocabulary_size, 1, 1, 8, 8), pairs)
    expected = [*pairs.encode("the"), pairs.mask_id, *pairs.encode(" sat")]
    assert model._encoded("the [MASK] sat", pairs).tolist() == expected
    assert len(model.fill_mask("the [MASK] sat")[0]) == 5


def texts_of_two_kinds():
    """Texts with a token 3 somewhere, or without."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(4, 11, (32, 7)), np.tile([0, 1], 16)
    x[np.arange(32), rng.integers(1, 7, 32)] = np.where(y == 1, 3, 4)
    return x, y


def test_fine_tuning_and_then_transfer_learning(tmp_path):
    bert = with_large_weights(small(dropout=0.0))
    model = od.applications.BertClassifier(bert, 2)
    model.compile(od.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    ids, y = texts_of_two_kinds()
    x = {"token_ids": ids, "segment_ids": np.zeros_like(ids)}
    history = model.fit(x, y, epochs=60, verbose=0).history
    assert history["loss"][-1] < 0.1
    assert history["accuracy"][-1] == 1.0
    assert model.predict(x, verbose=0).sum(axis=1) == pytest.approx(np.ones(32), abs=1e-5)

    bert.trainable = False
    before = bert.get_weights()
    other = od.applications.BertClassifier(bert, 2, dropout=0.0)
    other.compile(od.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    other.fit(ids, y, epochs=60, verbose=0)
    assert other.evaluate(ids, y, verbose=0)[1] == 1.0
    for old, new in zip(before, bert.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)

    other.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_allclose(loaded.predict(ids, verbose=0), other.predict(ids, verbose=0), rtol=1e-5)
    assert [w.shape for w in loaded.trainable_weights] == [(8, 2), (2,)]


def test_dropout_while_training_only(model):
    dropping = small(dropout=0.5)
    dropping(IDS)
    dropping.set_weights(model.get_weights())
    expected = model(IDS)["pooled_output"].numpy()
    np.testing.assert_allclose(dropping(IDS)["pooled_output"], expected, rtol=1e-5, atol=1e-6)
    assert (dropping(IDS, training=True)["pooled_output"].numpy() != expected).mean() > 0.9


def test_weights_of_attention(model):
    weights = od.insight.attention_weights(model, IDS, layer="block_1")
    _, _, expected = by_hand(model, IDS[0], 0 * IDS[0])
    np.testing.assert_allclose(weights[0], expected, rtol=1e-3, atol=1e-5)
    assert (weights[0, :, :, 5:] == 0).all()


def test_errors(model):
    with pytest.raises(DataError, match=r"hidden_dim=10, num_heads=4"):
        od.applications.BERT(5, 1, 4, 10)
    with pytest.raises(DataError, match="`num_segments` of at least 1"):
        od.applications.BERT(5, num_segments=0)
    with pytest.raises(ShapeError, match="at most 12 tokens, its max_sequence_length. Received: 13"):
        model(np.ones((1, 13), int))
    with pytest.raises(DataError, match=r"'segment_ids' and 'padding_mask'. Received: .*'ids'"):
        model({"ids": IDS})
    with pytest.raises(TypeError, match="Expected a BERT as backbone"):
        od.applications.BertMaskedLM("bert")
    with pytest.raises(TypeError, match="Expected a BERT as backbone"):
        od.applications.BertClassifier(None, 2)
    with pytest.raises(DataError, match="`classes`"):
        od.applications.BertClassifier(model, 0)
    with pytest.raises(DataError, match="a tokenizer with a mask token"):
        od.applications.BertMaskedLM(model).fill_mask("a [MASK]")
    with pytest.raises(DataError, match=r"Expected a text with '\[MASK\]' in it. Received: 'a cat'"):
        od.applications.BertMaskedLM(small(), tokenizer()).fill_mask("a cat")
