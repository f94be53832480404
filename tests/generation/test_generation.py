"""Texts written on: the cache, prompts, stop tokens, long texts, streaming."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError
from ondol.generation import CausalLM, GreedySampler, RandomSampler, TopKSampler

VOCABULARY = 7


class Sums(CausalLM):
    """Scores from the sum of the embeddings of all tokens; of the last `context_length` ones, if there is a limit."""

    def __init__(self, context_length=None, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size, self.context_length = VOCABULARY, context_length
        self.embedding = od.layers.Embedding(VOCABULARY, VOCABULARY, embeddings_initializer="orthogonal")

    def call(self, inputs):
        return 3.0 * od.cumsum(self.embedding(inputs), axis=1)

    def make_cache(self, batch_size, max_length):
        return np.zeros((batch_size, VOCABULARY), "float32")

    def call_with_cache(self, token_ids, cache, cache_update_index):
        sums = od.cumsum(self.embedding(token_ids), axis=1) + od.ops.expand_dims(cache, 1)
        return 3.0 * sums, sums[:, -1]


@pytest.fixture(params=["eager", "compiled"], autouse=True)
def way(request):
    od.config.run_eagerly(request.param == "eager")
    yield request.param
    od.config.run_eagerly(False)


@pytest.fixture
def model():
    od.random.seed(1)
    return Sums()


def likeliest(model, ids, count):
    """Written on by reading the whole text again for each token."""
    ids = list(ids)
    for _ in range(count):
        ids.append(int(np.argmax(model(np.array([ids])).numpy()[0, -1])))
    return ids


@pytest.mark.parametrize("length", [1, 3, 40, 70])
def test_the_cache_gives_what_reading_everything_gives(model, length):
    prompt = np.random.default_rng(0).integers(0, VOCABULARY, length)
    written = model.generate(prompt, 25, "greedy")
    assert written.dtype == "int32"
    assert written.tolist() == likeliest(model, prompt, 25)


def test_prompts_of_different_lengths_are_written_on_as_each_alone(model):
    prompts = [[1, 2, 3, 4, 5], [6], [3, 3]]
    together = model.generate(prompts, 8, "greedy")
    for row, prompt in zip(together, prompts, strict=True):
        assert row.tolist() == likeliest(model, prompt, 13 - len(prompt))


def test_a_seed_gives_the_same_text_and_the_shares_are_those_of_the_model(model):
    first = model.generate([1], 50, RandomSampler(seed=3))
    np.testing.assert_array_equal(first, model.generate([1], 50, RandomSampler(seed=3)))
    assert (first != model.generate([1], 50, RandomSampler(seed=4))).any()
    one_more = model.generate(np.ones((4000, 1), int), 1, RandomSampler(seed=0))[:, 1]
    z = model(np.array([[1]])).numpy()[0, 0].astype("float64")
    expected = np.exp(z) / np.exp(z).sum()
    shares = np.bincount(one_more, minlength=VOCABULARY) / 4000
    np.testing.assert_allclose(shares, expected, atol=5 * np.sqrt(0.25 / 4000))


def test_eager_and_compiled_write_the_same_text(model):
    od.config.run_eagerly(True)
    eager = model.generate([2, 4], 30, TopKSampler(3, seed=5))
    od.config.run_eagerly(False)
    np.testing.assert_array_equal(model.generate([2, 4], 30, TopKSampler(3, seed=5)), eager)


def test_a_text_ends_at_a_stop_token(model):
    whole = likeliest(model, [1, 2], 20)
    stop = whole[6]
    first = next(i for i in range(2, len(whole)) if whole[i] == stop)
    assert model.generate([1, 2], 20, "greedy", stop_token_ids=[stop]).tolist() == whole[:first]
    pieces = list(model.stream([1, 2], 20, "greedy", stop_token_ids=[stop]))
    assert np.concatenate([[], *pieces]).tolist() == whole[2:first]


def test_stop_tokens_in_a_prompt_do_not_end_it(model):
    whole = likeliest(model, [1, 2, 1], 5)
    rows = model.generate([[1, 2, 1], [2]], 5, "greedy", stop_token_ids=[1])
    assert rows[0][:3].tolist() == [1, 2, 1]
    first = next((i for i in range(3, 8) if whole[i] == 1), 8)
    assert rows[0].tolist() == whole[:first]


def test_streaming_hands_out_the_same_text_in_pieces(model):
    pieces = list(model.stream([5], 40, "greedy"))
    assert len(pieces) > 1
    assert [5, *np.concatenate(pieces)] == likeliest(model, [5], 40)


def test_gradients_are_recorded_between_two_pieces(model):
    stream = model.stream([5], 40, "greedy")
    next(stream)
    assert (od.Variable(2.0) * 3.0).requires_grad
    stream.close()


def test_a_text_longer_than_the_context_goes_on_with_its_last_half():
    od.random.seed(1)
    model = Sums(context_length=8)
    written = model.generate([1, 2, 3], 20, "greedy").tolist()
    expected, begin = [1, 2, 3], 0
    while len(expected) < 23:
        if len(expected) - 1 - begin >= 8:
            begin = len(expected) - 1 - 4
        expected.append(likeliest(model, expected[begin:], 1)[-1])
    assert written == expected
    longer = np.random.default_rng(0).integers(0, VOCABULARY, 12)
    assert model.generate(longer, 1, "greedy").tolist() == [*longer, likeliest(model, longer[7:], 1)[-1]]


def test_nothing_is_compiled_again_for_another_prompt(model, way):
    if way == "eager":
        pytest.skip("nothing is compiled")
    model.generate(np.ones(40, int), 20, "greedy")
    before = od.compilations.count
    model.generate(np.ones(37, int), 12, "greedy")
    model.generate(np.ones(5, int), 3, "greedy")
    assert od.compilations.count == before


def test_beams_find_the_likeliest_text(model):
    """Against all texts of three tokens."""
    prompt = [1, 4]
    found = model.generate(prompt, 3, od.generation.BeamSampler(num_beams=VOCABULARY**2)).tolist()
    texts = np.stack(np.meshgrid(*[np.arange(VOCABULARY)] * 3, indexing="ij"), -1).reshape(-1, 3)
    whole = np.concatenate([np.tile(prompt, (len(texts), 1)), texts], axis=1)
    z = model(whole[:, :-1]).numpy().astype("float64")[:, 1:]
    log_p = z - np.log(np.exp(z).sum(-1, keepdims=True))
    totals = np.take_along_axis(log_p, texts[..., None], -1).sum((1, 2))
    assert found == whole[np.argmax(totals)].tolist()


def test_one_beam_is_the_greedy_text(model):
    assert model.generate([3], 10, od.generation.BeamSampler(1)).tolist() == likeliest(model, [3], 10)


def test_beams_stop(model):
    whole = likeliest(model, [3], 10)
    stop = whole[4]
    first = whole.index(stop, 1)
    found = model.generate([3], 10, od.generation.BeamSampler(1), stop_token_ids=[stop])
    assert found.tolist() == whole[:first]


def test_wrong_prompts(model):
    with pytest.raises(DataError, match="has no tokenizer"):
        model.generate("text")
    with pytest.raises(DataError, match="at least one token"):
        model.generate([])
    with pytest.raises(DataError, match=r"ids from 0 to 6\. Received: ids from 2 to 7"):
        model.generate([2, 7])
    with pytest.raises(DataError, match="max_new_tokens=0"):
        model.generate([2], 0)
    with pytest.raises(DataError, match="one prompt to stream"):
        next(model.stream([[1], [2]]))
    with pytest.raises(TypeError, match="compares whole texts"):
        next(model.stream([1], sampler="beam"))
    limited = Sums(context_length=4)
    with pytest.raises(DataError, match="at most 4 tokens, the model's context"):
        limited.generate([1, 2], 3, "beam")
    inputs = od.Input((None,), dtype="int32")
    with pytest.raises(TypeError, match="must define make_cache"):
        CausalLM(inputs, od.layers.Embedding(3, 3)(inputs)).generate([1])


def test_greedy_is_the_argmax():
    z = np.random.default_rng(0).normal(size=(5, 9)).astype("float32")
    chosen = GreedySampler().choose(od.tensor(z), od.zeros(5))
    np.testing.assert_array_equal(chosen, z.argmax(-1))
