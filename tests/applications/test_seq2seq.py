"""Seq2Seq and AttentionSeq2Seq: against their formulas in NumPy, and what holds for every model that translates."""

import numpy as np
import pytest
from scipy.special import expit, log_softmax, softmax

import ondol as od
from ondol.errors import DataError, SavedFileError, ShapeError, UnknownNameError
from ondol.generation import BeamSampler

START, END, WORDS = 5, 6, 7  # target tokens 1, ..., 4 are words
SOURCES = [
    [3, 1, 4, 1, 5, 8, 2, 6],
    [2, 7],
    [7, 7, 7, 1, 3],
    [8],
    [4, 3, 2, 1, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1],
]
TOKENS = {"start_id": START, "end_id": END}
PLAIN = {"hidden_dim": 6, "embedding_dim": 4, **TOKENS}
SMALL = {"max_sequence_length": 64, "num_layers": 2, "num_heads": 2, "hidden_dim": 8, "dropout": 0.0}
KINDS = {
    "plain": ("Seq2Seq", {}),
    "reversed and peeking": ("Seq2Seq", {"reverse_source": True, "peeky": True}),
    "two layers of GRU": ("Seq2Seq", {"cell": "gru", "num_layers": 2, "bidirectional": True}),
    "dot": ("AttentionSeq2Seq", {"reverse_source": True}),
    "general": ("AttentionSeq2Seq", {"score": "general", "cell": "gru"}),
    "additive": ("AttentionSeq2Seq", {"score": "additive", "bidirectional": True, "num_layers": 2}),
    "transformer": ("TransformerSeq2Seq", SMALL),
    "transformer, the paper's form": ("TransformerSeq2Seq", {**SMALL, "normalize_first": False}),
}


def made(kind, **more):
    cls, options = KINDS[kind]
    od.random.seed(0)
    first = TOKENS if cls == "TransformerSeq2Seq" else PLAIN
    model = getattr(od.applications, cls)(9, WORDS, **{**first, **options, **more})
    model([np.array([[1, 2]]), np.array([[START]])])
    rng = np.random.default_rng(0)
    # Biases stay as they are, so that what is written depends on the source.
    model.set_weights([w if w.ndim == 1 else rng.normal(0.0, 1.2, w.shape) for w in model.get_weights()])
    return model


@pytest.fixture(params=KINDS)
def model(request):
    return made(request.param)


@pytest.fixture
def eagerly():
    od.config.run_eagerly(True)
    yield
    od.config.run_eagerly(False)


def padded(rows):
    return np.stack([np.pad(row, (0, max(map(len, rows)) - len(row))) for row in rows])


# -- formulas


def lstm(x, h, c, kernel, recurrent, bias):
    """All outputs, and the last c."""
    outputs = []
    for step in x:
        i, f, g, o = np.split(step @ kernel + h @ recurrent + bias, 4)
        c = expit(f) * c + expit(i) * np.tanh(g)
        h = expit(o) * np.tanh(c)
        outputs.append(h)
    return np.array(outputs), c


def weights_of(layer):
    return [w.numpy().astype("float64") for w in layer.weights]


def dense(x, layer):
    kernel, *bias = weights_of(layer)
    return x @ kernel + sum(bias)


def coded(model, source, target, peeky=False):
    """Outputs of encoder (in the order of the source) and decoder for one sample, both of one layer of LSTM."""
    zeros = np.zeros(6)
    read = model.encoder.embedding.embeddings.numpy()[source[::-1]]
    values, c = lstm(read, zeros, zeros, *weights_of(model.encoder.recurrent[0]))
    seen = model.decoder.embedding.embeddings.numpy()[target]
    if peeky:
        seen = np.concatenate([np.tile(values[-1], (len(target), 1)), seen], -1)
    h, _ = lstm(seen, values[-1], c, *weights_of(model.decoder.recurrent[0]))
    return values[::-1], h


TARGET = np.array([START, 2, 4, 1])


def test_values_of_a_peeking_decoder():
    model = made("reversed and peeking")
    y = model([padded(SOURCES), np.tile(TARGET, (len(SOURCES), 1))]).numpy()
    for scores, source in zip(y, SOURCES, strict=True):
        values, h = coded(model, source, TARGET, peeky=True)
        both = np.concatenate([np.tile(values[0], (4, 1)), h], -1)  # read from its end, the first is the last
        np.testing.assert_allclose(scores, dense(both, model.scores), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("score", ["dot", "general", "additive"])
def test_values_of_attention(score):
    model = made("dot", score=score)
    y = model([padded(SOURCES), np.tile(TARGET, (len(SOURCES), 1))]).numpy()
    a = model.attention_weights(
        od.tensor(padded(SOURCES)), od.tensor(np.tile(TARGET, (len(SOURCES), 1)))
    ).numpy()
    for scores, found, source in zip(y, a, SOURCES, strict=True):
        values, h = coded(model, source, TARGET)
        if score == "additive":
            (v,) = weights_of(model.attention)
            e = np.tanh(dense(h, model.queries)[:, None] + dense(values, model.keys)) @ v
        else:
            e = h @ (values if score == "dot" else dense(values, model.keys)).T
        weights = softmax(e, -1)
        np.testing.assert_allclose(found[:, : len(source)], weights, rtol=1e-4, atol=1e-5)
        assert (found[:, len(source) :] == 0).all()
        combined = np.tanh(dense(np.concatenate([weights @ values, h], -1), model.combined))
        np.testing.assert_allclose(scores, dense(combined, model.scores), rtol=1e-4, atol=1e-4)


def normed(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)


def attended(layer, x, values, allowed):
    """Multi-head attention with Keras' weights: its output, and its weights."""
    wq, bq, wk, bk, wv, bv, wo, bo = weights_of(layer)
    three = ((x, wq, bq), (values, wk, bk), (values, wv, bv))
    q, k, v = (np.einsum("td,dhk->htk", z, w) + b[:, None] for z, w, b in three)
    p = softmax(np.where(allowed, q @ k.mT / np.sqrt(q.shape[-1]), -np.inf), -1)
    return np.einsum("htk,hkd->td", p @ v, wo) + bo, p


def thought(block, x):
    inner, outer = block._feedforward_intermediate_dense, block._feedforward_output_dense
    return dense(np.maximum(dense(x, inner), 0), outer)


def placed(layer, ids):
    """√d · embedding + waves."""
    t, i = np.arange(len(ids))[:, None], np.arange(4)
    angles = t / 10000 ** (2 * i / 8)
    waves = np.stack([np.sin(angles), np.cos(angles)], -1).reshape(len(ids), 8)
    return np.sqrt(8) * layer.embeddings.numpy()[ids] + waves


def test_values_of_a_transformer():
    model = made("transformer")  # its norms have γ = 1, β = 0
    y = model([padded(SOURCES), np.tile(TARGET, (len(SOURCES), 1))]).numpy()
    a = model.attention_weights(
        od.tensor(padded(SOURCES)), od.tensor(np.tile(TARGET, (len(SOURCES), 1)))
    ).numpy()
    for scores, weights, source in zip(y, a, SOURCES, strict=True):
        e = placed(model.source_tokens, source)
        for block in model.encoder:
            e = e + attended(block._self_attention_layer, normed(e), normed(e), True)[0]
            e = e + thought(block, normed(e))
        e, x = normed(e), placed(model.target_tokens, TARGET)
        for block in model.decoder:
            causal = np.tril(np.ones((4, 4), bool))
            x = x + attended(block._self_attention_layer, normed(x), normed(x), causal)[0]
            z, p = attended(block._cross_attention_layer, normed(x), e, True)
            x = x + z
            x = x + thought(block, normed(x))
        np.testing.assert_allclose(
            scores, normed(x) @ model.target_tokens.embeddings.numpy().T, rtol=1e-3, atol=1e-3
        )
        np.testing.assert_allclose(weights[..., : len(source)], p, rtol=1e-3, atol=1e-4)


def test_loss_and_metrics_leave_padding_out(model):
    x, y = model.teacher_forcing_data(SOURCES, [[1, 2, 3], [], [4], [2, 2], [3]])
    assert x[1].tolist()[:2] == [[START, 1, 2, 3], [START, 0, 0, 0]]
    assert y.tolist()[:2] == [[1, 2, 3, END], [END, 0, 0, 0]]
    loss = od.losses.SparseCategoricalCrossentropy(from_logits=True)
    eagerly = getattr(model, "score", "") != "additive"  # one is compiled
    model.compile("sgd", loss, metrics=["accuracy", "exact_match"], run_eagerly=eagerly)
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    scores, counts = model(x).numpy().astype("float64"), y != 0
    log_p = np.take_along_axis(log_softmax(scores, -1), y[..., None], -1)[..., 0]
    right = scores.argmax(-1) == y
    assert found["loss"] == pytest.approx(-log_p[counts].mean(), rel=1e-4)
    assert found["accuracy"] == pytest.approx(right[counts].mean())
    assert found["exact_match"] == pytest.approx((right | ~counts).all(1).mean())


# -- writing


def likeliest(model, source, count):
    """Written by reading the whole target again for each token."""
    ids = [START]
    for _ in range(count):
        scores = model([np.array([source]), np.array([ids])]).numpy()[0, -1]
        ids.append(int(scores.argmax()))
        if ids[-1] == END:
            return ids[1:-1]
    return ids[1:]


WAYS = [
    (kind, way)
    for kind in KINDS
    for way in ("eager", "compiled")
    if way == "eager" or kind in ("additive", "plain", "transformer")
]


@pytest.mark.parametrize(("kind", "way"), WAYS)
def test_translations_are_those_of_teacher_forcing_whatever_the_padding(kind, way):
    model = made(kind)
    expected = [likeliest(model, source, 12) for source in SOURCES]
    assert len({tuple(row) for row in expected}) > 1
    od.config.run_eagerly(way == "eager")
    try:
        together = model.translate(SOURCES, 12)
        assert [list(row) for row in together] == expected
        in_parts = model.translate(padded(SOURCES), 12, batch_size=2)
        assert [list(row) for row in in_parts] == expected
        assert model.translate(SOURCES[1], 12).tolist() == expected[1]
    finally:
        od.config.run_eagerly(False)


@pytest.mark.parametrize("pieces", [[6], [1] * 6, [2, 1, 3]], ids=str)
def test_the_cache_gives_the_scores_of_teacher_forcing(model, pieces):
    source, target = od.tensor(padded(SOURCES)), np.tile([START, 2, 4, 1, 1, 3], (len(SOURCES), 1))
    whole = model([source, target]).numpy()
    cache, place, found = model.make_cache(model.encode(source), 8), 0, []
    for n in pieces:
        tokens = od.tensor(target[:, place : place + n])
        scores, cache = model.call_with_cache(tokens, cache, od.tensor(place))
        found.append(scores.numpy())
        place += n
    np.testing.assert_allclose(np.concatenate(found, 1), whole, rtol=1e-4, atol=1e-4)


def test_beams_find_the_likeliest_of_all_texts(model, eagerly):
    texts = [(a, b) for a in range(WORDS) for b in range(WORDS) if a != END]
    best = []
    for source in SOURCES[:3]:
        scores = model([np.tile(source, (len(texts), 1)), np.array([[START, a] for a, _ in texts])]).numpy()
        log_p = log_softmax(scores.astype("float64"), -1)
        total = {(END,): log_p[0, 0, END]}
        total |= {(a, b): row[0, a] + row[1, b] for (a, b), row in zip(texts, log_p, strict=True)}
        text = max(total, key=total.get)
        best.append([t for t in text if t != END])
    found = model.translate(SOURCES[:3], 2, BeamSampler(num_beams=WORDS))
    assert [list(row) for row in found] == best
    one = model.translate(SOURCES, 9, BeamSampler(num_beams=1))
    assert [list(row) for row in one] == [list(row) for row in model.translate(SOURCES, 9)]


def test_beams_compiled():
    model = made("additive")
    found = model.translate(SOURCES, 6, "beam")
    od.config.run_eagerly(True)
    try:
        expected = model.translate(SOURCES, 6, "beam")
    finally:
        od.config.run_eagerly(False)
    assert [list(row) for row in found] == [list(row) for row in expected]


def test_nothing_is_compiled_again_for_another_length():
    model = made("dot")
    model.translate(SOURCES[:2], 20)
    before = od.compilations.count
    model.translate(SOURCES[1:3], 7)
    model.translate([[1, 2, 3], [4]], 30)
    assert od.compilations.count == before


def test_random_samplers_have_their_seed(eagerly):
    model = made("dot")
    texts = [
        [list(row) for row in model.translate(SOURCES, 9, od.generation.RandomSampler(seed=seed))]
        for seed in (3, 3, 4)
    ]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("kind", ["dot", "additive", "transformer"])
def test_attention_weights_of_what_was_written(kind, eagerly):
    model = made(kind)
    texts, weights = model.translate(SOURCES, 8, return_attention=True)
    longest = max(map(len, texts))
    assert weights.shape == (len(SOURCES), *([2] if kind == "transformer" else []), longest, 17)
    for source, text, found in zip(SOURCES, texts, weights, strict=True):
        alone, of_alone = model.translate(source, 8, return_attention=True)
        assert alone.tolist() == text.tolist()
        here = found[..., : len(text), : len(source)]
        np.testing.assert_allclose(here, of_alone[..., : len(text), :], atol=1e-5)
        sums = found.sum(-1)
        np.testing.assert_allclose(
            sums, np.broadcast_to(np.arange(longest) < len(text), sums.shape), atol=1e-5
        )
        assert (found[..., len(source) :] == 0).all()


def test_without_padding_zero_is_a_token_like_any_other(eagerly):
    model = made("dot", mask_zero=False, start_id=0, end_id=4)
    sources = np.array([[0, 3, 0], [1, 2, 0]])
    x, y = model.teacher_forcing_data(sources, [[0, 1], [2, 0]])
    assert x[1].tolist() == [[0, 0, 1], [0, 2, 0]]
    assert y.tolist() == [[0, 1, 4], [2, 0, 4]]
    assert model(x)._keras_mask is None
    changed = model([np.array([[1, 2, 1]]), x[1][1:]]).numpy()
    assert np.abs(changed - model(x).numpy()[1:]).max() > 1e-3
    for row, source in zip(model.translate(sources, 5), sources, strict=True):
        assert row.tolist() == model.translate(source, 5).tolist()
    with pytest.raises(DataError, match="mask_zero=False. Received: lengths from 1 to 2"):
        model.translate([[1], [2, 3]])


# -- training, text, files


def test_training_learns_to_turn_a_text_around():
    rng = np.random.default_rng(0)
    sources = [rng.integers(1, 4, n).tolist() for n in rng.integers(1, 4, 320)]
    od.random.seed(0)
    model = od.applications.AttentionSeq2Seq(4, WORDS, **{**PLAIN, "hidden_dim": 24}, score="additive")
    loss = od.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(od.optimizers.Adam(0.02), loss, metrics=["exact_match"])
    history = model.fit(
        *model.teacher_forcing_data(sources, [s[::-1] for s in sources]), epochs=20, verbose=0
    )
    written = model.translate(sources, 6)
    right = np.mean([list(row) == source[::-1] for row, source in zip(written, sources, strict=True)])
    assert right > 0.95
    assert history.history["exact_match"][-1] > 0.9


def tokenizers():
    korean = od.tokenizers.CharacterTokenizer().train("안녕 온돌")
    english = od.tokenizers.CharacterTokenizer(start_token="[START]", end_token="[END]").train("helo ")
    return korean, english


def test_text_in_and_out_and_the_file_holds_both_tokenizers(tmp_path, eagerly):
    korean, english = tokenizers()
    od.random.seed(0)
    model = od.applications.AttentionSeq2Seq(
        korean.vocabulary_size,
        english.vocabulary_size,
        hidden_dim=8,
        input_tokenizer=korean,
        output_tokenizer=english,
    )
    assert (model.start_id, model.end_id) == (english.start_id, english.end_id)
    x, y = model.teacher_forcing_data(["안녕", "온돌 안녕"], ["hello", "ole"])
    assert english.decode_batch(y) == ["hello", "ole"]
    model.compile(od.optimizers.Adam(0.05), od.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(x, y, epochs=60, verbose=0)
    assert model.translate("안녕") == "hello"
    assert model.translate(["온돌 안녕", "안녕"]) == ["ole", "hello"]
    ids = model.translate(korean.encode("안녕"))
    assert english.decode(ids) == "hello"
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    assert loaded.input_tokenizer.vocabulary == korean.vocabulary
    assert loaded.output_tokenizer.vocabulary == english.vocabulary
    text, weights = loaded.translate("온돌 안녕", sampler="beam", return_attention=True)
    assert text == "ole"
    assert weights.shape == (3, 5)
    with pytest.raises(SavedFileError, match="description of a tokenizer"):
        type(model).from_config({**model.get_config(), "input_tokenizer": {"kind": "no such"}})


def test_each_kind_comes_back_from_its_configuration(model):
    again = type(model).from_config(model.get_config())
    again([np.array([[1, 2]]), np.array([[START]])])
    again.set_weights(model.get_weights())
    x = [padded(SOURCES), np.tile(TARGET, (len(SOURCES), 1))]
    np.testing.assert_array_equal(again(x), model(x))


def test_dropout_while_training_only():
    x = [padded(SOURCES), np.tile(TARGET, (len(SOURCES), 1))]
    model, dropping = made("additive"), made("additive", dropout=0.5)
    np.testing.assert_array_equal(dropping(x), model(x))
    assert (dropping(x, training=True).numpy() != model(x).numpy()).mean() > 0.9


def test_errors():
    make = od.applications.AttentionSeq2Seq
    with pytest.raises(DataError, match="`hidden_dim` of at least 1"):
        make(9, WORDS, hidden_dim=0, start_id=START, end_id=END)
    with pytest.raises(DataError, match="start_id to be a token from 1 to 6.*Received: start_id=None"):
        make(9, WORDS)
    with pytest.raises(DataError, match="end_id to be a token from 1 to 6.*Received: end_id=7"):
        make(9, WORDS, start_id=START, end_id=7)
    with pytest.raises(UnknownNameError, match="dot"):
        make(9, WORDS, score="dote", start_id=START, end_id=END)
    with pytest.raises(UnknownNameError, match="gru"):
        make(9, WORDS, cell="grru", start_id=START, end_id=END)
    with pytest.raises(DataError, match="even hidden_dim"):
        make(9, WORDS, hidden_dim=5, bidirectional=True, start_id=START, end_id=END)
    with pytest.raises(TypeError, match="Expected a tokenizer"):
        make(9, WORDS, start_id=START, end_id=END, input_tokenizer="abc")
    with pytest.raises(DataError, match="at most 3 tokens for the source"):
        make(3, WORDS, start_id=START, end_id=END, input_tokenizer=tokenizers()[0])


def test_errors_of_the_transformer(eagerly):
    with pytest.raises(DataError, match="hidden_dim=8, num_heads=3"):
        made("transformer", num_heads=3)
    model = made("transformer")
    with pytest.raises(ShapeError, match="at most 64 tokens, its max_sequence_length. Received: 65"):
        model.translate([1] * 65, 5)
    with pytest.raises(
        DataError, match="at most 63, as the model knows 64 with the start. Received: max_length=64"
    ):
        model.translate([1], 64)
    assert len(model.translate([1], 63, "beam")) <= 63
    short = made(
        "transformer", max_sequence_length=20
    )  # no multiple of the lengths that programs are made for
    short.set_weights(model.get_weights())
    source = [1, 2, 3, 4] * 5
    assert short.translate(source, 19).tolist() == model.translate(source, 19).tolist()


def test_errors_of_translate(eagerly):
    model = made("dot")
    with pytest.raises(DataError, match="at least one source"):
        model.translate([])
    for empty in ([[1], []], [[1, 2], [0, 0]]):
        with pytest.raises(DataError, match="at least one token each. Received: an empty one, number 1"):
            model.translate(empty)
    with pytest.raises(DataError, match=r"of the source from 0 to 8. Received: ids from 0 to 9"):
        model.translate([1, 9])
    with pytest.raises(DataError, match="whole numbers"):
        model.translate([[1.5, 2.0]])
    with pytest.raises(DataError, match="no input_tokenizer. Received: the text 'hello'"):
        model.translate("hello")
    with pytest.raises(DataError, match="max_length of at least 1. Received: max_length=0"):
        model.translate([1], 0)
    with pytest.raises(DataError, match="a model with attention"):
        made("plain").translate([1], 3, return_attention=True)


def test_errors_of_calls_and_data():
    model = made("plain")
    with pytest.raises(ShapeError, match=r"expected \[source, target\]"):
        model(np.array([[1, 2]]))
    with pytest.raises(DataError, match="Received: 2 sources, 1 targets"):
        model.teacher_forcing_data([[1], [2]], [[1]])
    with pytest.raises(DataError, match="of the target from 0 to 6. Received: ids from 0 to 7"):
        model.teacher_forcing_data([[1]], [[7]])
    with pytest.raises(DataError, match="no output_tokenizer"):
        model.teacher_forcing_data([[1]], ["a"])
