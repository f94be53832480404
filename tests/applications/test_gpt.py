"""GPT against its formulas in NumPy; its cache, its file, its text."""

import numpy as np
import pytest
from scipy.special import erf, softmax

import ondol as od
from ondol.errors import DataError, SavedFileError, ShapeError


def small(**more):
    od.random.seed(0)
    return od.applications.GPT(11, 12, num_layers=2, num_heads=2, hidden_dim=8, **more)


def by_hand(model, ids):
    """The scores of one text, from the paper's formulas, in float64."""
    w = named_weights(model)
    x = w["tokens/embeddings"][ids] + w["positions/embeddings"][: len(ids)]

    def norm(x, name):
        mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) / np.sqrt(variance + 1e-5) * w[f"{name}/gamma"] + w[f"{name}/beta"]

    def dense(x, name):
        return x @ w[f"{name}/kernel"] + w[f"{name}/bias"]

    causal = np.tril(np.ones((len(ids), len(ids)), bool))
    for i in range(2):
        q, k, v = np.split(dense(norm(x, f"block_{i}/norm_1"), f"block_{i}/query_key_value"), 3, axis=-1)
        heads = []
        for part in (slice(0, 4), slice(4, 8)):
            z = np.where(causal, q[:, part] @ k[:, part].T / 2.0, -np.inf)
            heads.append(softmax(z, axis=-1) @ v[:, part])
        x = x + dense(np.concatenate(heads, -1), f"block_{i}/attention_output")
        h = dense(norm(x, f"block_{i}/norm_2"), f"block_{i}/intermediate")
        h = 0.5 * h * (1 + erf(h / np.sqrt(2)))
        x = x + dense(h, f"block_{i}/output")
    return norm(x, "norm") @ w["tokens/embeddings"].T


def named_weights(model):
    found = {}
    for layer in (model.tokens, model.positions, model.norm):
        found |= {f"{layer.name}/{v.name}": v.numpy().astype("float64") for v in layer.weights}
    for block in model.blocks:
        parts = (block.norm_1, block.query_key_value, block.attention_output)
        for layer in (*parts, block.norm_2, block.intermediate, block.output_dense):
            path = f"{block.name}/{layer.name}"
            found |= {f"{path}/{v.name}": v.numpy().astype("float64") for v in layer.weights}
    return found


IDS = np.array([[3, 1, 4, 1, 5, 9, 2, 6], [10, 0, 7, 7, 8, 2, 1, 0]])


@pytest.fixture
def model():
    model = small()
    model(IDS)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0.0, 0.5, w.shape) for w in model.get_weights()])
    return model


def test_values(model):
    y = model(IDS).numpy()
    for i in range(2):
        np.testing.assert_allclose(y[i], by_hand(model, IDS[i]), rtol=1e-4, atol=1e-4)


def test_what_comes_later_changes_nothing(model):
    other = IDS.copy()
    other[:, 5:] = 0
    np.testing.assert_allclose(model(other).numpy()[:, :5], model(IDS).numpy()[:, :5], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("pieces", [[8], [1] * 8, [3, 1, 4]], ids=str)
def test_the_cache_gives_the_scores_of_the_whole_text(model, pieces):
    cache, place, found = model.make_cache(2, 12), 0, []
    for n in pieces:
        scores, cache = model.call_with_cache(od.tensor(IDS[:, place : place + n]), cache, od.tensor(place))
        found.append(scores.numpy())
        place += n
    np.testing.assert_allclose(np.concatenate(found, 1), model(IDS).numpy(), rtol=1e-4, atol=1e-5)


def test_parameters_as_in_the_paper():
    """GPT-2's smallest model has 124,439,808, counted with shared embeddings."""
    vocabulary, context, width, blocks = 50257, 1024, 768, 12
    per_block = 4 * width + (3 * width**2 + 3 * width) + (width**2 + width) + (8 * width**2 + 5 * width)
    assert vocabulary * width + context * width + blocks * per_block + 2 * width == 124_439_808
    model = small()
    model(IDS)
    assert model.count_params() == 11 * 8 + 12 * 8 + 2 * (4 * 8 + 12 * 64 + 9 * 8) + 2 * 8


def test_dropout_while_training_only(model):
    dropping = small(dropout=0.5)
    dropping(IDS)
    dropping.set_weights(model.get_weights())
    np.testing.assert_allclose(dropping(IDS), model(IDS), rtol=1e-5, atol=1e-6)
    assert (dropping(IDS, training=True).numpy() != dropping(IDS).numpy()).mean() > 0.9


def test_training_learns_a_pattern():
    model = small()
    ids = np.arange(13) % 3 + np.zeros((32, 1), int)
    model.compile(od.optimizers.Adam(0.01), od.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(ids[:, :-1], ids[:, 1:], epochs=150, verbose=0)
    assert history.history["loss"][-1] < 0.02
    assert model.generate([0, 1], 8, "greedy").tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]


def test_text_in_and_out_and_the_file_holds_the_tokenizer(tmp_path):
    tokenizer = od.tokenizers.CharacterTokenizer().train("abc 온돌\n")
    od.random.seed(0)
    model = od.applications.GPT(tokenizer.vocabulary_size, 12, 1, 2, 8, tokenizer=tokenizer)
    text = model.generate("온돌", 20, "greedy")
    assert text.startswith("온돌")
    assert "온돌" + "".join(model.stream("온돌", 20, "greedy")) == text
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    assert loaded.tokenizer.vocabulary == tokenizer.vocabulary
    assert loaded.generate("온돌", 20, "greedy") == text
    assert loaded.generate(["a", "bc"], 5, "greedy") == [
        loaded.generate("a", 6, "greedy"),
        loaded.generate("bc", 5, "greedy"),
    ]


def test_errors():
    with pytest.raises(DataError, match=r"hidden_dim=10, num_heads=4"):
        od.applications.GPT(5, 8, 1, 4, 10)
    with pytest.raises(DataError, match="`vocabulary_size` of at least 1"):
        od.applications.GPT(0)
    model = small()
    with pytest.raises(ShapeError, match="at most 12 tokens, its max_sequence_length. Received: 13"):
        model(np.zeros((1, 13), int))
    with pytest.raises(TypeError, match="Expected a tokenizer"):
        model.tokenizer = "abc"
    with pytest.raises(SavedFileError, match="description of a tokenizer"):
        od.applications.GPT.from_config({**model.get_config(), "tokenizer": {"kind": "no such"}})
