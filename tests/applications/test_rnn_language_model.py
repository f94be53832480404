"""RNNLanguageModel against the formulas of its cells in NumPy; its states as a cache, its file, its text."""

import itertools

import numpy as np
import pytest
from scipy.special import expit

import ondol as od
from ondol.errors import DataError, UnknownNameError

KINDS = list(itertools.product(("lstm", "gru", "simple_rnn"), (False, True)))
IDS = np.array([[3, 1, 4, 1, 5, 9, 2, 6], [10, 0, 7, 7, 8, 2, 1, 0]])


def small(cell="lstm", tie_weights=False, **more):
    od.random.seed(0)
    return od.applications.RNNLanguageModel(
        11, hidden_dim=6, num_layers=2, cell=cell, tie_weights=tie_weights, **more
    )


def with_large_weights(model):
    """So that all parts of the formulas matter."""
    model(IDS)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0.0, 0.8, w.shape) for w in model.get_weights()])
    return model


def lstm(a, h, c, u):
    i, f, g, o = np.split(a + h @ u, 4)
    c = expit(f) * c + expit(i) * np.tanh(g)
    return expit(o) * np.tanh(c), c


def gru(a, h, u, b):
    (az, ar, ag), (hz, hr, hg) = np.split(a, 3), np.split(h @ u + b, 3)
    z, r = expit(az + hz), expit(ar + hr)
    return z * h + (1 - z) * np.tanh(ag + r * hg)


def by_hand(model, cell, tie_weights, ids):
    """The scores of one text, in float64; the weights in the order in which `get_weights` has them."""
    embeddings, *rest = (w.astype("float64") for w in model.get_weights())
    x = embeddings[ids]
    for _ in range(2):
        (w, u, b), rest = rest[:3], rest[3:]
        h = c = np.zeros(6)
        steps = []
        for a in x @ w + (b[0] if cell == "gru" else b):
            if cell == "lstm":
                h, c = lstm(a, h, c, u)
            else:
                h = gru(a, h, u, b[1]) if cell == "gru" else np.tanh(a + h @ u)
            steps.append(h)
        x = np.array(steps)
    return x @ embeddings.T if tie_weights else x @ rest[0] + rest[1]


@pytest.mark.parametrize(("cell", "tie_weights"), KINDS)
def test_values(cell, tie_weights):
    model = with_large_weights(small(cell, tie_weights))
    y = model(IDS).numpy()
    for i in range(2):
        np.testing.assert_allclose(y[i], by_hand(model, cell, tie_weights, IDS[i]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("pieces", [[8], [1] * 8, [3, 1, 4]], ids=str)
@pytest.mark.parametrize(("cell", "tie_weights"), KINDS)
def test_the_states_give_the_scores_of_the_whole_text(cell, tie_weights, pieces):
    model = with_large_weights(small(cell, tie_weights))
    cache, place, found = model.make_cache(2, 12), 0, []
    for n in pieces:
        scores, cache = model.call_with_cache(od.tensor(IDS[:, place : place + n]), cache, od.tensor(place))
        found.append(scores.numpy())
        place += n
    np.testing.assert_allclose(np.concatenate(found, 1), model(IDS).numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("eagerly", [True, False])
@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
def test_what_it_writes_is_what_reading_everything_anew_would_write(cell, eagerly):
    model, ids = with_large_weights(small(cell)), IDS[0].tolist() * 5  # a prompt longer than one piece
    written = list(ids)
    for _ in range(20):
        written.append(int(model(np.array([written])).numpy()[0, -1].argmax()))
    od.config.run_eagerly(eagerly)
    try:
        assert model.generate(ids, 20, "greedy").tolist() == written
    finally:
        od.config.run_eagerly(False)


def test_parameters():
    counts = {"lstm": 4 * (6 + 6 + 1), "gru": 3 * (6 + 6 + 2), "simple_rnn": 6 + 6 + 1}
    for cell, tie_weights in KINDS:
        model = small(cell, tie_weights)
        model(IDS)
        assert model.count_params() == 11 * 6 + 2 * 6 * counts[cell] + (0 if tie_weights else 7 * 11)


def test_dropout_while_training_only():
    model = with_large_weights(small())
    dropping = small(dropout=0.5)
    dropping(IDS)
    dropping.set_weights(model.get_weights())
    np.testing.assert_allclose(dropping(IDS), model(IDS), rtol=1e-5, atol=1e-6)
    assert (dropping(IDS, training=True).numpy() != dropping(IDS).numpy()).mean() > 0.9


@pytest.mark.parametrize(("cell", "tie_weights"), KINDS)
def test_training_learns_a_pattern_that_needs_a_memory(cell, tie_weights):
    """0 0 1 1 0 0 1 1 ..., from any place on: what follows depends on the token before the last."""
    od.random.seed(0)
    model = od.applications.RNNLanguageModel(3, hidden_dim=16, cell=cell, tie_weights=tie_weights)
    ids = np.array([np.roll(np.tile([0, 0, 1, 1], 4), k)[:14] for k in range(4)] * 4)
    model.compile(od.optimizers.Adam(0.05), od.losses.SparseCategoricalCrossentropy(from_logits=True))
    loss = model.fit(ids[:, :-1], ids[:, 1:], epochs=300, verbose=0).history["loss"][-1]
    least = np.log(2) / 13  # nobody knows what follows the first token
    assert least - 1e-4 < loss < least + 0.01
    assert model.generate([0, 0], 8, "greedy").tolist() == [0, 0, 1, 1, 0, 0, 1, 1, 0, 0]


@pytest.mark.parametrize(("cell", "tie_weights"), KINDS)
def test_text_in_and_out_and_the_file_holds_the_tokenizer(tmp_path, cell, tie_weights):
    tokenizer = od.tokenizers.CharacterTokenizer().train("abc 온돌\n")
    od.random.seed(0)
    model = od.applications.RNNLanguageModel(
        tokenizer.vocabulary_size, 8, cell=cell, tie_weights=tie_weights, tokenizer=tokenizer
    )
    text = model.generate("온돌", 20, "greedy")
    assert "온돌" + "".join(model.stream("온돌", 20, "greedy")) == text
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    assert loaded.tokenizer.vocabulary == tokenizer.vocabulary
    assert loaded.generate("온돌", 20, "greedy") == text
    together = loaded.generate(["a", "bc"], 5, "greedy")
    assert together == [loaded.generate("a", 6, "greedy"), loaded.generate("bc", 5, "greedy")]


def test_beams_keep_the_states_of_their_own_texts():
    """With as many beams as there are texts, the best of all is found."""
    model = with_large_weights(small())
    best = model.generate([3], 2, od.generation.BeamSampler(num_beams=11))

    def score(text):
        z = model(np.array([text])).numpy()[0].astype("float64")
        log_p = z - np.log(np.exp(z).sum(-1, keepdims=True))
        return log_p[0, text[1]] + log_p[1, text[2]]

    texts = [[3, a, b] for a in range(11) for b in range(11)]
    assert best.tolist() == max(texts, key=score)


def test_errors():
    with pytest.raises(UnknownNameError, match="'ltsm'.*Did you mean 'lstm'"):
        od.applications.RNNLanguageModel(5, cell="ltsm")
    with pytest.raises(DataError, match="`hidden_dim` of at least 1"):
        od.applications.RNNLanguageModel(5, hidden_dim=0)
    with pytest.raises(DataError, match="ids from 0 to 11"):
        small().generate([0, 11])
