"""Characters, words and byte pairs: numbers worked out by hand, and what goes in comes out."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ondol as od
from ondol.errors import DataError, SavedFileError, UnknownNameError
from ondol.tokenizers import BytePairTokenizer, CharacterTokenizer, Tokenizer, WordTokenizer

KOREAN = "온돌은 방바닥을 데운다. 따뜻하다! 🔥"
ENGLISH = "the cat sat on the mat, and the dog didn't"
KINDS = [CharacterTokenizer, WordTokenizer, BytePairTokenizer]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.kind)
def kind(request):
    return request.param


# -- characters


def test_characters_have_the_numbers_of_nano_gpt():
    """nanoGPT: sorted(set(text)), numbered from 0."""
    tokenizer = CharacterTokenizer(padding_token=None, unknown_token=None).train(KOREAN)
    expected = {c: i for i, c in enumerate(sorted(set(KOREAN)))}
    assert tokenizer.encode(KOREAN).tolist() == [expected[c] for c in KOREAN]
    assert tokenizer.encode("").tolist() == []
    assert tokenizer.encode(KOREAN).dtype == np.int32
    assert tokenizer.padding_id is tokenizer.unknown_id is None
    with pytest.raises(DataError, match="no unknown_token is in use. Received: 'x'"):
        tokenizer.encode("온x")


def test_the_most_frequent_characters_are_kept():
    tokenizer = CharacterTokenizer().train(["aaab", "bbcd"], vocabulary_size=4)
    assert tokenizer.vocabulary == ["[PAD]", "[UNK]", "a", "b"]
    assert tokenizer.encode("abcd\U0010ffff\ud800").tolist() == [2, 3, 1, 1, 1, 1]
    assert tokenizer.decode([2, 1, 3, 0]) == "a[UNK]b"
    assert tokenizer.decode([2, 1, 3, 0], skip_special_tokens=False) == "a[UNK]b[PAD]"


def test_half_a_character_is_not_learned():
    for tokenizer in (CharacterTokenizer(), BytePairTokenizer()):
        with pytest.raises(DataError, match="can be written as UTF-8"):
            tokenizer.train("a\ud800b")


@given(st.text())
def test_characters_come_back(text):
    tokenizer = CharacterTokenizer().train([KOREAN, text])
    assert tokenizer.decode(tokenizer.encode(text)) == text


# -- words


def test_words_have_the_numbers_of_text_vectorization():
    texts = ["The cat sat.", "A dog, a cat, THE bird!", "온돌은 따뜻하다. 온돌은"]
    layer = od.layers.TextVectorization()
    layer.adapt(texts)
    tokenizer = WordTokenizer().train(texts)
    assert tokenizer.vocabulary[2:] == layer.get_vocabulary()[2:]
    new = ["the dog sat; 온돌은 cold", "bird"]
    assert tokenizer.encode_batch(new).tolist() == layer(new).tolist()
    assert tokenizer.layer()(new).tolist() == layer(new).tolist()
    assert tokenizer.layer(output_sequence_length=2)(new).tolist() == layer(new)[:, :2].tolist()


def test_words_and_marks():
    tokenizer = WordTokenizer(start_token="[START]", standardize=None, split="word_or_mark")
    tokenizer.train("You say goodbye, and I say hello.")
    assert tokenizer.vocabulary == [
        "[PAD]", "[UNK]", "[START]", "say", "hello", "goodbye", "and", "You", "I", ".", ",",
    ]  # fmt: skip
    assert tokenizer.decode(tokenizer.encode("I say: hello.", add_start=True)) == "I say [UNK] hello ."
    new = ["I say: hello.", "and You"]
    assert tokenizer.layer()(new).tolist() == tokenizer.encode_batch(new).tolist()


def test_a_layer_with_a_split_of_ours_is_saved_with_its_model(tmp_path):
    tokenizer = WordTokenizer(split="word_or_mark", standardize="lower").train(ENGLISH)
    model = od.Sequential([od.Input((1,), dtype="string"), tokenizer.layer(5), od.layers.Embedding(20, 2)])
    model.save(tmp_path / "model.ondol")
    again = od.models.load_model(tmp_path / "model.ondol")
    x = np.array([["the dog, the cat"]])
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_a_word_of_the_text_that_is_named_as_a_special_token():
    tokenizer = WordTokenizer(unknown_token="<unk>", standardize=None).train("a <unk> a [PAD]")
    assert tokenizer.vocabulary == ["[PAD]", "<unk>", "a"]
    assert tokenizer.encode("a <unk> [PAD]").tolist() == [2, 1, 1]


def test_words_without_an_unknown_token():
    tokenizer = WordTokenizer(unknown_token=None).train("a b")
    with pytest.raises(DataError, match="no unknown_token is in use. Received: 'c'"):
        tokenizer.encode("a c")
    with pytest.raises(DataError, match=r"unknown token with number 1.*unknown_id=None"):
        tokenizer.layer()
    with pytest.raises(UnknownNameError, match="split='letters'"):
        WordTokenizer(split="letters")
    with pytest.raises(UnknownNameError, match="standardize='uper'"):
        WordTokenizer(standardize="uper")


# -- all of them


def test_batches(kind):
    tokenizer = kind(start_token="[START]", end_token="[END]").train(ENGLISH)
    a, b = tokenizer.encode("the cat sat").tolist(), tokenizer.encode("dog").tolist()
    assert (tokenizer.padding_id, tokenizer.start_id, tokenizer.mask_id) == (
        0, tokenizer.vocabulary.index("[START]"), None,
    )  # fmt: skip
    start, end = tokenizer.start_id, tokenizer.end_id
    n = len(a) - len(b)
    assert tokenizer.encode_batch(["the cat sat", "dog"]).tolist() == [a, b + [0] * n]
    assert tokenizer.encode_batch(["the cat sat", "dog"], padding="pre").tolist() == [a, [0] * n + b]
    cut = tokenizer.encode_batch(["the cat sat"], length=4, add_start=True, add_end=True)
    assert cut.tolist() == [[start, *a[:2], end]]
    cut = tokenizer.encode_batch(["the cat sat"], length=2, truncating="pre")
    assert cut.tolist() == [a[-2:]]
    whole = tokenizer.encode_batch(["the cat sat", "dog"], add_start=True, add_end=True)
    assert whole.tolist() == [[start, *a, end], [start, *b, end] + [0] * n]
    assert whole.dtype == np.int32
    assert tokenizer.decode_batch(whole) == ["the cat sat", "dog"]
    assert tokenizer.encode("dog", add_start=True, add_end=True).tolist() == [start, *b, end]
    assert tokenizer.encode_batch([]).shape == (0, 0)


def test_streams(kind):
    tokenizer = kind(start_token="[START]").train([ENGLISH, KOREAN])
    ids = tokenizer.encode(KOREAN, add_start=True)
    decoder = tokenizer.stream()
    pieces = [decoder.add(i) for i in ids]
    assert "".join(pieces) + decoder.end() == tokenizer.decode(ids)
    assert "�" not in "".join(pieces)
    with pytest.raises(DataError, match="the vocabulary's. Received: -1"):
        tokenizer.stream().add(-1)


def test_files_and_iterables_to_train_on(kind, tmp_path):
    (tmp_path / "a.txt").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(KOREAN.encode())
    expected = kind().train([ENGLISH, KOREAN]).vocabulary
    assert kind().train([tmp_path / "a.txt", tmp_path / "b.txt"]).vocabulary == expected
    assert kind().train(text for text in (ENGLISH, KOREAN)).vocabulary == expected
    assert kind().train(od.data.Dataset.from_arrays([ENGLISH, KOREAN])).vocabulary == expected
    assert kind().train("something else").train([ENGLISH, KOREAN]).vocabulary == expected


def test_saved_and_loaded(kind, tmp_path):
    tokenizer = kind(end_token="[END]", mask_token="[마스크]").train([ENGLISH, KOREAN])
    tokenizer.save(tmp_path / "tokenizer.json")
    for again in (Tokenizer.load(tmp_path / "tokenizer.json"), kind.load(tmp_path / "tokenizer.json")):
        assert type(again) is kind
        assert again.vocabulary == tokenizer.vocabulary
        assert again.special_tokens == tokenizer.special_tokens
        text = "the 온돌 다 didn't x"
        assert again.encode(text).tolist() == tokenizer.encode(text).tolist()
        assert again.mask_id == tokenizer.mask_id
    other = KINDS[(KINDS.index(kind) + 1) % 3]
    with pytest.raises(SavedFileError, match=f"a saved {other.__name__}. Received: .*kind='{kind.kind}'"):
        other.load(tmp_path / "tokenizer.json")


def test_damaged_files(kind, tmp_path):
    path = tmp_path / "tokenizer.json"
    kind().train(ENGLISH).save(path)
    whole = path.read_bytes()
    content = json.loads(whole)
    for end in range(0, len(whole) - 1, 97):
        path.write_bytes(whole[:end])
        with pytest.raises(SavedFileError, match="file of a tokenizer"):
            Tokenizer.load(path)
    changes = [
        {"format": "other"}, {"kind": "sentences"}, {"kind": None}, {"config": {"colour": 1}}, {"config": []},
        {"vocabulary": []}, {"vocabulary": ["a", "a"]}, {"vocabulary": [1, 2]}, {"vocabulary": None},
        {"vocabulary": ["a", "b"]},
    ]  # fmt: skip
    if kind is BytePairTokenizer:
        changes += [
            {"state": {}}, {"state": {"merges": [["t"]], "added": []}},
            {"state": {"merges": [["Ġ", "Ġ"]], "added": []}}, {"state": {"merges": [["온", "돌"]], "added": []}},
            {"vocabulary": ["[PAD]", "온", *content["vocabulary"][1:]]},
        ]  # fmt: skip
    if kind is CharacterTokenizer:
        changes += [{"vocabulary": ["[PAD]", "[UNK]", "ab"]}]
    for change in changes:
        path.write_text(json.dumps({**content, **change}), encoding="utf-8")
        with pytest.raises(SavedFileError):
            Tokenizer.load(path)
    for text in ("[]", "1", "[" * 100000):
        path.write_text(text)
        with pytest.raises(SavedFileError):
            Tokenizer.load(path)
    with pytest.raises(SavedFileError, match="No such file"):
        Tokenizer.load(tmp_path / "missing.json")
    with pytest.raises(SavedFileError, match="a file that can be written"):
        kind().train(ENGLISH).save(tmp_path)


def test_mistakes(kind):
    tokenizer = kind()
    with pytest.raises(DataError, match="before training"):
        tokenizer.encode("a")
    with pytest.raises(DataError, match="before training"):
        tokenizer.save("nowhere.json")
    for texts in ("", [], ["", ""]):
        with pytest.raises(DataError, match="Received: nothing in them"):
            tokenizer.train(texts)
    with pytest.raises(DataError, match="Received: texts of type int"):
        tokenizer.train(3)
    with pytest.raises(DataError, match="Received: texts of type bytes"):
        tokenizer.train(b"abc")
    with pytest.raises(DataError, match="element 1 of type int"):
        tokenizer.train(["a", 3])
    with pytest.raises(DataError, match="vocabulary_size"):
        tokenizer.train(ENGLISH, vocabulary_size=1)
    assert tokenizer.vocabulary == []
    tokenizer.train(ENGLISH)
    with pytest.raises(DataError, match="text to be a str. Received: list"):
        tokenizer.encode(["a"])
    with pytest.raises(DataError, match="an iterable of texts. Received: str"):
        tokenizer.encode_batch("abc")
    with pytest.raises(DataError, match="a start token for add_start=True"):
        tokenizer.encode("a", add_start=True)
    with pytest.raises(DataError, match=r"decode_batch takes several rows"):
        tokenizer.decode([[1, 2]])
    with pytest.raises(DataError, match=r"dtype=float64"):
        tokenizer.decode([1.5])
    with pytest.raises(DataError, match=f"Received: {tokenizer.vocabulary_size}"):
        tokenizer.decode([2, tokenizer.vocabulary_size])
    with pytest.raises(DataError, match="a token of the vocabulary. Received: 'qq'"):
        tokenizer.token_to_id("qq")
    with pytest.raises(DataError, match="special tokens that differ"):
        kind(padding_token="x", unknown_token="x")
    with pytest.raises(DataError, match="padding_token=3"):
        kind(padding_token=3)
    short = kind(padding_token=None).train(ENGLISH)
    with pytest.raises(DataError, match="no padding_token is in use"):
        short.encode_batch(["the cat", "the"])
    with pytest.raises(DataError, match="length with room"):
        kind(start_token="[START]").train(ENGLISH).encode_batch(["a"], length=0, add_start=True)


def test_a_special_token_that_is_a_character_of_the_text():
    with pytest.raises(DataError, match="Received: 'a', which is one"):
        CharacterTokenizer(padding_token="a").train("abc")


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "a.txt").write_bytes("온돌".encode("cp949"))
    with pytest.raises(DataError, match=r"text file in UTF-8. Received: .*a\.txt"):
        CharacterTokenizer().train(tmp_path / "a.txt")


@settings(max_examples=200)
@given(st.lists(st.integers(0, 30), max_size=30))
def test_any_numbers_decode_as_the_stream_does(numbers):
    for kind in KINDS:
        tokenizer = kind().train([ENGLISH, KOREAN])
        ids = [n % tokenizer.vocabulary_size for n in numbers]
        decoder = tokenizer.stream()
        assert "".join(map(decoder.add, ids)) + decoder.end() == tokenizer.decode(ids)
