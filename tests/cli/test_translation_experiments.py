"""The experiments in which one text becomes another, and `ondol translate`."""

import numpy as np
import pytest
from PIL import Image

import ondol as od
from ondol import experiments
from ondol.experiments import translation


def pairs(make, n):
    questions, answers = make.generate(n)
    held = n - 40
    return (questions[:held], answers[:held]), (questions[held:], answers[held:])


DATA = {
    "addition": pairs(od.datasets.addition, 300),
    "date-translation": pairs(od.datasets.date_formats, 300),
}
FILES = {"addition": set(), "date-translation": {f"attention_{n}.png" for n in (1, 2, 3)}}


@pytest.fixture
def eagerly():
    od.config.run_eagerly(True)
    yield
    od.config.run_eagerly(False)


@pytest.mark.parametrize("name", DATA)
def test_it_trains_leaves_files_and_can_be_asked(ondol, monkeypatch, tmp_path, name, eagerly):
    experiment = experiments.get(name)
    monkeypatch.setitem(vars(experiment), "load", lambda: DATA[name])
    result = ondol("train", name, "--epochs", 1, "--eager", "--out", "out")
    assert result.exit_code == 0, result.output
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {"model.ondol", "learning_curves.png", "mistakes.txt"} | FILES[name]
    for path in (tmp_path / "out").glob("*.png"):
        with Image.open(path) as image:
            assert image.width > 300
    model = od.models.load_model(tmp_path / "out" / "model.ondol")
    assert model.name == name
    questions, answers = DATA[name][1]
    written = model.translate(questions, 2 * max(map(len, answers)))
    right = sum(a == b for a, b in zip(written, answers, strict=True))
    assert f"{right:,} of 40 {experiment.samples} right" in result.stdout
    mistakes = (tmp_path / "out" / "mistakes.txt").read_text().splitlines()
    assert len(mistakes) == 1 + 40 - right
    wrong = next(i for i in range(40) if written[i] != answers[i])
    assert mistakes[1].startswith(questions[wrong])
    assert mistakes[1].endswith(written[wrong])
    asked = ondol("translate", "out", questions[0], "--max-length", 2 * max(map(len, answers)))
    assert asked.stdout == f"{written[0]}\n"
    assert f"ondol translate out/model.ondol {questions[0]}".replace(" ", "") in (
        result.stdout.replace(" ", "").replace("'", "")
    )


@pytest.fixture
def model(tmp_path):
    """A small one with attention, saved as model.ondol."""
    korean = od.tokenizers.CharacterTokenizer().train("온돌 ")
    english = od.tokenizers.CharacterTokenizer(start_token="[START]", end_token="[END]").train("ondl")
    od.random.seed(0)
    sizes = korean.vocabulary_size, english.vocabulary_size
    model = od.applications.AttentionSeq2Seq(
        *sizes, hidden_dim=8, input_tokenizer=korean, output_tokenizer=english
    )
    model.translate("온", 2)
    rng = np.random.default_rng(1)
    model.set_weights([w if w.ndim == 1 else rng.normal(0, 1.2, w.shape) for w in model.get_weights()])
    model.save(tmp_path / "model.ondol")
    return model


def test_several_texts_and_beams(ondol, model):
    texts = ["온돌", "돌 온 돌"]
    answers = model.translate(texts, 7)  # compiled
    result = ondol("translate", "model.ondol", *texts, "--max-length", 7)
    assert result.exit_code == 0, result.output
    rows = [line.split("  ") for line in result.stdout.splitlines()[1:]]
    assert [(row[0], row[-1].strip()) for row in rows] == list(zip(texts, answers, strict=True))
    best = model.translate("온돌", 7, od.generation.BeamSampler(4))
    assert ondol("translate", "model.ondol", "온돌", "--max-length", 7, "--beams", 4).stdout == f"{best}\n"
    assert not od.config.runs_eagerly()


def test_the_attention_map_of_a_text(ondol, model, tmp_path):
    result = ondol("translate", "model.ondol", "온돌", "--max-length", 7, "--attention", "map.png")
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "map.png") as image:
        assert image.width > 200


def test_errors(ondol, model, tmp_path):
    result = ondol("translate", "model.ondol", "")
    assert result.exit_code == 1
    assert "sources of at least one token" in result.stderr
    od.Sequential([od.layers.Dense(1, input_shape=(1,))]).save(tmp_path / "other.ondol")
    result = ondol("translate", "other.ondol", "온돌")
    assert result.exit_code == 1
    assert "which holds Sequential" in result.stderr
    assert ondol("translate", "nothing.ondol", "온돌").exit_code == 1
    result = ondol("predict", "model.ondol", "image.png")
    assert "ondol translate model.ondol TEXT" in result.stderr


def test_a_table_of_mistakes():
    table = translation.mistakes(["1+1", "20+30", "4+4"], ["2", "50", "8"], ["2", "500", "9"])
    assert table == ["asked  right  written", "20+30  50     500", "4+4    8      9"]
    assert translation.mistakes(["1+1"], ["2"], ["2"]) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "file", "least"), [("date-translation", "date.txt", 0.99), ("addition", "addition.txt", 0.9)]
)
def test_exact_matches_on_lines_that_it_has_not_seen(shared_datasets, name, file, least):
    shared_datasets(file)
    experiment = experiments.get(name)
    result = experiments.train(experiment, seed=0)
    assert experiment.epochs <= (10 if name == "date-translation" else 25)
    assert len(result.y_test) == 5000
    assert np.mean([a == b for a, b in zip(result.y_pred, result.y_test, strict=True)]) >= least
    assert result.accuracy >= least
