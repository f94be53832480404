"""`ondol generate`: what is written is what the model writes in Python, and what cannot be is explained."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

import ondol as od
from ondol.cli.generate import pieces_up_to, show
from ondol.generation import BeamSampler, RandomSampler, TopKSampler, TopPSampler

CHARACTERS = "abc de\n온돌"


def language_model(tokenizer, **more):
    od.random.seed(1)
    model = od.applications.GPT(tokenizer.vocabulary_size, 24, 1, 2, 8, tokenizer=tokenizer, **more)
    model(np.zeros((1, 2), int))
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0.0, 0.6, w.shape) for w in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def model():
    tokenizer = od.tokenizers.CharacterTokenizer(padding_token=None, unknown_token=None).train(CHARACTERS)
    return language_model(tokenizer)


@pytest.fixture
def file(model, tmp_path):
    (tmp_path / "folder").mkdir()
    model.save(tmp_path / "folder" / "model.ondol")
    return tmp_path / "folder" / "model.ondol"


SAMPLERS = {
    "--seed 3": RandomSampler(seed=3),
    "--seed 3 --temperature 0.5": RandomSampler(0.5, seed=3),
    "--seed 3 --temperature 0.5 --top-k 4": TopKSampler(4, seed=3, temperature=0.5),
    "--seed 3 --top-p 0.6": TopPSampler(0.6, seed=3),
    "--seed 3 --top-p 0.9 --top-k 3": TopPSampler(0.9, 3, seed=3),
    "--greedy": "greedy",
}


@pytest.mark.parametrize("options", SAMPLERS)
def test_the_text_is_that_of_the_model_in_python(ondol, model, file, options):
    result = ondol("generate", file, "--prompt", "온돌", "--tokens", 60, *options.split())
    assert result.exit_code == 0, result.output
    assert result.stdout == model.generate("온돌", 60, SAMPLERS[options]) + "\n"


def test_the_samplers_write_different_texts(model):
    """Else the test above would see no difference."""
    assert len({model.generate("온돌", 60, sampler) for sampler in SAMPLERS.values()}) == len(SAMPLERS)


def test_without_a_seed_every_text_is_another(ondol, file):
    texts = {ondol("generate", file, "--tokens", 40).stdout for _ in range(3)}
    assert len(texts) == 3


def test_beams_fill_the_context_and_no_more(ondol, model, file):
    result = ondol("generate", file.parent, "--prompt", "ab", "--beams", 2)
    assert result.stdout == model.generate("ab", 22, BeamSampler(2)) + "\n"
    too_long = ondol("generate", file.parent, "--prompt", "ab", "--beams", 2, "--tokens", 23)
    assert too_long.exit_code == 1
    assert "at most 24 tokens, the model's context" in too_long.stderr


def test_without_a_prompt_a_line_begins(ondol, model, file):
    result = ondol("generate", file.parent, "--seed", 0)
    assert result.stdout == model.generate("\n", 500, RandomSampler(seed=0))[1:] + "\n"


def test_it_ends_before_the_stop_text(ondol, model, file):
    whole = model.generate("온돌", 100, RandomSampler(seed=0))
    stop = whole[40:42]  # of two pieces of 16 tokens
    end = whole.index(stop, 2)
    result = ondol("generate", file, "--prompt", "온돌", "--tokens", 100, "--seed", 0, "--stop", stop)
    assert result.stdout == whole[:end] + "\n"


@pytest.mark.parametrize("stop", ["\n\n", "bca", "x", "aab", None])
def test_a_stop_text_is_found_wherever_pieces_end(stop):
    text = "aaab\n\nbcabca"
    expected = text if stop is None else text.partition(stop)[0]
    for i in range(len(text)):
        for j in range(i, len(text)):
            assert "".join(pieces_up_to(stop, [text[:i], text[i:j], text[j:]])) == expected


def test_each_piece_is_seen_before_the_next_is_made(capsys):
    def pieces():
        assert capsys.readouterr().out == ""
        yield "first"
        assert capsys.readouterr().out == "prompt first"
        yield " second"
        assert capsys.readouterr().out == " second"

    show("prompt ", pieces())
    assert capsys.readouterr().out == "\n"


def test_ctrl_c_ends_the_text(ondol, file, monkeypatch):
    def written(*_):
        yield "begun"
        raise KeyboardInterrupt

    monkeypatch.setattr("ondol.cli.generate.written", written)
    result = ondol("generate", file, "--prompt", "ab ")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "ab begun\n", "")


def test_ctrl_c_before_the_first_piece(ondol, file, monkeypatch):
    def written(*_):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("ondol.cli.generate.written", written)
    result = ondol("generate", file)
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "Stopped by Ctrl-C before the model wrote anything.\n"


def test_words_stand_apart_from_the_prompt(ondol, tmp_path):
    tokenizer = od.tokenizers.WordTokenizer(padding_token=None).train("the cat sat on the mat")
    model = language_model(tokenizer)
    model.save(tmp_path / "words.ondol")
    expected = model.generate("the cat", 6, "greedy")
    assert expected.count(" ") == 7
    for way in (["--greedy"], ["--beams", 1]):
        result = ondol("generate", "words.ondol", "--prompt", "the cat", "--tokens", 6, *way)
        assert result.stdout == expected + "\n"
    unknown = ondol("generate", "words.ondol", "--prompt", "the dog")
    assert unknown.exit_code == 1
    assert "'the dog' ('the [UNK]' is all that it can read of it)." in unknown.stderr
    no_line_break = ondol("generate", "words.ondol")
    assert no_line_break.exit_code == 2
    assert "give a --prompt" in no_line_break.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--greedy", "--temperature", "0.5"], "--greedy searches .* leave out --temperature"),
        (["--beams", "2", "--top-k", "2", "--seed", "1"], "--beams searches .* --top-k and --seed"),
        (["--greedy", "--beams", "2"], "give one of them"),
        (["--prompt", ""], "--prompt needs a text"),
        (["--stop", ""], "--stop needs a text"),
        (["--tokens", "0"], "--tokens"),
        (["--temperature", "0"], "--temperature"),
        (["--top-p", "1.5"], "--top-p"),
    ],
)
def test_bad_usage_exits_with_2(ondol, file, options, words):
    result = ondol("generate", file, *options)
    assert result.exit_code == 2
    assert re.search(words, result.stderr)


def test_a_prompt_of_other_characters(ondol, file):
    result = ondol("generate", file, "--prompt", "ab!")
    assert result.exit_code == 1
    assert "'ab!' ('!'). It knows these characters: '\\n abcde돌온'." in result.stderr


def test_files_that_cannot_write(ondol, model, tmp_path):
    od.Sequential([od.Input((2,)), od.layers.Dense(1)], name="plain").save(tmp_path / "plain.ondol")
    other = od.applications.GPT(5, 8, 1, 1, 4)
    other(np.zeros((1, 2), int))
    other.save(tmp_path / "ids.ondol")
    (tmp_path / "broken.ondol").write_text("no model")
    for name, words in (
        ("plain.ondol", "Expected a language model.*the model 'plain', which writes no text"),
        ("ids.ondol", "Expected a language model with its tokenizer"),
        ("broken.ondol", "broken.ondol"),
        ("missing.ondol", "does not exist"),
    ):
        result = ondol("generate", name)
        assert result.exit_code == 1, name
        assert re.search(words, result.stderr)
        assert "Traceback" not in result.output


def test_predict_points_here(ondol, file):
    result = ondol("predict", file, "image.png")
    assert result.exit_code == 1
    assert f"ondol generate {file}" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_the_prompt_looks_different(model, file):
    import pty

    terminal, inside = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "ondol",
        "generate",
        str(file),
        "--prompt",
        "abc",
        "--greedy",
        "--tokens",
        "20",
    ]
    environment = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside, env=environment) as process:
        os.close(inside)
        found = b""
        while True:
            try:
                found += os.read(terminal, 1024)
            except OSError:  # the other end is closed
                break
    text = found.decode().replace("\r\n", "\n")
    assert process.returncode == 0, text
    assert text == "\x1b[1mabc\x1b[0m" + model.generate("abc", 20, "greedy")[3:] + "\n"
