"""Byte-pair encoding against a slow one written here, worked examples, and Hugging Face's where it is installed."""

import importlib
import importlib.metadata
import json
import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ondol.errors import DataError, SavedFileError
from ondol.tokenizers import BytePairTokenizer, Tokenizer
from ondol.tokenizers.byte_alphabet import ALPHABET, BYTE_OF, printable
from ondol.tokenizers.merges import apply_merges, learn_merges
from ondol.tokenizers.pattern import words_in

TEXT = """It's 2 o'clock; we'll see, they've gone.\n\n  온돌은 따뜻하다. 따뜻한 방바닥, 따뜻한 차.
日本語も 대한민국 naïve café Ⅷ ½ ² 🔥🔥👨‍👩‍👧 \t  tabs\x1c\x85\u3000wide\n"""


def slow_merges(words, most, first):
    """Counts everything anew for each merge."""
    words, merges = dict(words), []
    while len(merges) < most:
        counts = Counter()
        for word, n in words.items():
            for pair in pairwise(word):
                counts[pair] += n
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < 2:
            break
        new = first + len(merges)
        merges.append(best)
        words = {slow_merge(word, best, new): n for word, n in words.items()}
    return merges


def slow_merge(word, pair, new):
    result = []
    for token in word:
        result.append(token)
        # a token that this very pass has made is no part of the next pair: new is larger than all in `pair`
        if tuple(result[-2:]) == pair and len(result) > 1:
            result[-2:] = [new]
    return tuple(result)


words = st.dictionaries(
    st.lists(st.integers(0, 3), min_size=1, max_size=12).map(tuple), st.integers(1, 5), max_size=8
)


@settings(max_examples=300)
@given(words, st.integers(0, 12))
def test_merges_are_those_of_the_slow_way(words, most):
    assert learn_merges(words, most, first=4) == slow_merges(words, most, 4)


@settings(max_examples=300)
@given(words, st.lists(st.integers(0, 3), max_size=30))
def test_merges_are_applied_in_their_order(words, tokens):
    merges = slow_merges(words, 12, 4)
    expected = tuple(tokens)
    for i, pair in enumerate(merges):
        expected = slow_merge(expected, pair, 4 + i)
    ranks = {pair: (i, 4 + i) for i, pair in enumerate(merges)}
    assert tuple(apply_merges(list(tokens), ranks)) == expected


def test_the_example_of_the_paper():
    """Sennrich et al. (2016), algorithm 1: their words, with a space in front in place of their sign for the end."""
    tokenizer = BytePairTokenizer(padding_token=None)
    tokenizer.train([" low"] * 5 + [" lowest"] * 2 + [" newer"] * 6 + [" wider"] * 3, vocabulary_size=256 + 4)
    # e r occurs 9 times. Then l o, o w and Ġ l 7 each, of which l has the smallest number; of Ġ lo and lo w it is Ġ.
    assert tokenizer.merges == [("e", "r"), ("l", "o"), ("Ġ", "lo"), ("Ġlo", "w")]
    assert [tokenizer.id_to_token(i) for i in tokenizer.encode(" lower")] == ["Ġlow", "er"]


def test_a_long_word_takes_no_square_of_time():
    tokenizer = BytePairTokenizer().train("abababab" * 4)
    assert tokenizer.decode(tokenizer.encode("ab" * 100_000)) == "ab" * 100_000


def test_the_alphabet_is_that_of_gpt2():
    assert len(ALPHABET) == len(set(ALPHABET)) == 256
    assert ALPHABET[:2] == ["!", '"']  # tokens 0 and 1 of GPT-2
    assert printable(" \n\t온".encode()) == "ĠĊĉìĺ¨"
    assert BYTE_OF["Ń"] == 0xAD
    assert all(character.isprintable() and not character.isspace() for character in ALPHABET)


def test_text_is_cut_as_gpt2_cuts_it():
    assert words_in()("I'm here,  you've 10 cats...\n\n  Yes!") == [
        "I", "'m", " here", ",", " ", " you", "'ve", " 10", " cats", "...", "\n\n ", " Yes", "!",
    ]  # fmt: skip
    assert words_in()("값½Ⅷ日a_b") == ["값", "½Ⅷ", "日a", "_", "b"]
    assert words_in()("a\x1cb\u3000\u3000c") == ["a", "\x1c", "b", "\u3000", "\u3000", "c"]


@given(st.text())
def test_the_words_are_the_text(text):
    assert "".join(words_in()(text)) == text


TRAINED = BytePairTokenizer(start_token="[START]").train(TEXT)


@settings(max_examples=300)
@given(st.text())
def test_every_text_comes_back(text):
    ids = TRAINED.encode(text)
    assert TRAINED.decode(ids) == text
    decoder = TRAINED.stream()
    pieces = [decoder.add(int(i)) for i in ids]
    assert "".join(pieces) == text
    assert decoder.end() == ""


def test_a_character_cut_in_two():
    plain = BytePairTokenizer().train("aa", vocabulary_size=257)
    ids = plain.encode("온돌")
    assert len(ids) == 6
    decoder = plain.stream()
    assert [decoder.add(i) for i in ids[:4]] == ["", "", "온", ""]
    assert decoder.end() == "�"
    assert plain.decode(ids[1:]) == "��돌"  # two bytes that begin no character


def test_names_of_special_tokens_in_a_text_are_text():
    ids = TRAINED.encode("[START] [PAD]")
    assert not {TRAINED.start_id, TRAINED.padding_id} & set(ids.tolist())
    assert TRAINED.decode(ids) == "[START] [PAD]"
    assert (
        TRAINED.decode([TRAINED.start_id, *ids, 0], skip_special_tokens=False) == "[START][START] [PAD][PAD]"
    )


def test_merged_longer_texts_have_fewer_tokens():
    text = TEXT * 20
    sizes = [len(BytePairTokenizer().train(text, size).encode(text)) for size in (257, 280, 320)]
    assert sizes[0] == len(text.encode())
    assert sizes[0] > sizes[1] > sizes[2]


def test_half_a_character_has_no_bytes():
    with pytest.raises(DataError, match="can be written as UTF-8"):
        TRAINED.encode("a\udc00")
    with pytest.raises(DataError, match="room for 256 bytes"):
        BytePairTokenizer().train(TEXT, vocabulary_size=256)


# -- Hugging Face's files


def file_of(tokenizer, end="<|endoftext|>", **changes):
    """What Hugging Face's library writes for GPT-2, with our tokens."""
    tokens = [*tokenizer.vocabulary, end]
    model = {
        "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
        "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
        "vocab": {token: i for i, token in enumerate(tokens)},
        "merges": [list(pair) for pair in tokenizer.merges],
    }  # fmt: skip
    cut = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    content = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": len(tokens) - 1, "content": end, "special": True}],
        "normalizer": None, "pre_tokenizer": cut, "post_processor": None, "decoder": cut, "model": model,
    }  # fmt: skip
    for name, value in changes.items():
        (model if name in model else content)[name] = value
    return content


@pytest.fixture
def plain():
    return BytePairTokenizer(padding_token=None).train(TEXT)


GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
IN_TWO = {
    "type": "Sequence",
    "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": GPT2}, "behavior": "Isolated", "invert": False},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
    ],
}


@pytest.mark.parametrize("form", ["now", "before 2024", "cut in two steps"])
def test_a_file_of_hugging_face(tmp_path, plain, form):
    changes = {
        "now": {},
        "before 2024": {"merges": [" ".join(pair) for pair in plain.merges]},
        "cut in two steps": {"pre_tokenizer": IN_TWO},
    }[form]
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(file_of(plain, **changes)), encoding="utf-8")
    found = BytePairTokenizer.from_huggingface(path, end_token="<|endoftext|>")
    assert found.vocabulary_size == plain.vocabulary_size + 1
    assert found.end_id == plain.vocabulary_size
    assert found.encode(TEXT).tolist() == plain.encode(TEXT).tolist()
    assert found.decode(found.encode("온돌", add_end=True)) == "온돌"
    assert found.decode([found.end_id], skip_special_tokens=False) == "<|endoftext|>"
    unnamed = BytePairTokenizer.from_huggingface(path)
    assert unnamed.end_id is None
    assert unnamed.decode([found.end_id]) == ""
    unnamed.save(tmp_path / "ours.json")
    assert Tokenizer.load(tmp_path / "ours.json").decode([found.end_id]) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"normalizer": {"type": "NFC"}}, "a normalizer"),
        ({"ignore_merges": True}, "ignore_merges=true"),
        ({"byte_fallback": True}, "byte_fallback=true"),
        ({"end_of_word_suffix": "</w>"}, "end_of_word_suffix='</w>'"),
        ({"pre_tokenizer": {"type": "Whitespace"}}, "pre_tokenizer="),
        ({"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": True}}, "pre_tokenizer="),
        ({"pre_tokenizer": None}, "pre_tokenizer=None"),
        ({"model": {"type": "WordPiece", "vocab": {}}}, "a model of type WordPiece"),
        ({"model": 3}, "a model of type None"),
        ({"merges": [["Ġ", "not there"]]}, "KeyError"),
        ({"vocab": {"a": 0, "b": 2}}, "are not 0, 1, 2"),
        ({"vocab": {"a": "0"}}, "TypeError"),
        ({"added_tokens": [{"id": 0}]}, "KeyError"),
    ],
)
def test_files_of_other_kinds(tmp_path, plain, changes, words):
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(file_of(plain, **changes)), encoding="utf-8")
    with pytest.raises(SavedFileError, match=re.escape(words)):
        BytePairTokenizer.from_huggingface(path)


def test_special_tokens_that_the_file_does_not_have(tmp_path, plain):
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(file_of(plain)), encoding="utf-8")
    with pytest.raises(SavedFileError, match=r"Received: '<pad>'. .* are \['<\|endoftext\|>'\]"):
        BytePairTokenizer.from_huggingface(path, padding_token="<pad>")
    with pytest.raises(SavedFileError, match="from_huggingface reads a tokenizer.json"):
        Tokenizer.load(path)


# -- Hugging Face's library


@pytest.fixture
def library():
    # Not by importing it: without the package that name is the folder of these tests.
    try:
        importlib.metadata.version("tokenizers")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("compares with the package tokenizers, which is not installed")
    return importlib.import_module("tokenizers")


def test_the_library_learns_the_same(library, tmp_path):
    learner = library.Tokenizer(library.models.BPE())
    learner.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = library.trainers.BpeTrainer(
        vocab_size=380,
        min_frequency=2,
        initial_alphabet=ALPHABET,
        special_tokens=["[PAD]"],
        show_progress=False,
    )
    learner.train_from_iterator([TEXT], trainer)
    ours = BytePairTokenizer().train(TEXT, vocabulary_size=380)
    assert ours.vocabulary == sorted(learner.get_vocab(), key=learner.get_vocab().__getitem__)
    for text in (TEXT, "새로운 글 new text 123\r\n x", "".join(map(chr, range(0x3000)))):
        assert ours.encode(text).tolist() == learner.encode(text).ids
    learner.save(str(tmp_path / "tokenizer.json"))
    read = BytePairTokenizer.from_huggingface(tmp_path / "tokenizer.json", padding_token="[PAD]")
    assert read.vocabulary == ours.vocabulary
    assert read.encode(TEXT).tolist() == ours.encode(TEXT).tolist()
