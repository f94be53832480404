"""`ondol train` and `ondol list`."""

import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import ondol as od
from ondol import experiments

FILES = {
    "digits": {"model.ondol", "learning_curves.png", "confusion.png", "mistakes.png"},
    "iris": {"model.ondol", "learning_curves.png", "confusion.png"},
    "sine-forecast": {"model.ondol", "learning_curves.png", "forecast.png"},
    "xor": {"model.ondol", "learning_curves.png", "decision_boundary.png"},
}


def test_list_names_every_experiment(ondol):
    result = ondol("list")
    assert result.exit_code == 0
    names = [line.split()[0] for line in result.stdout.splitlines()[1:-1]]
    assert names == list(experiments.EXPERIMENTS)
    assert {
        "digits",
        "mnist",
        "iris",
        "wine",
        "breast-cancer",
        "boston",
        "spiral",
        "moons",
        "circles",
    } <= set(names)


@pytest.mark.parametrize("name", FILES)
def test_a_training_leaves_model_and_pictures(ondol, tmp_path, name):
    result = ondol("train", name, "--epochs", 2)
    assert result.exit_code == 0, result.output
    folder = tmp_path / f"ondol-{name}"
    assert {path.name for path in folder.iterdir()} == FILES[name]
    for path in folder.glob("*.png"):
        with Image.open(path) as image:
            assert image.width > 400
    assert "\x1b" not in result.output  # no escape codes where there is no terminal
    for path in FILES[name]:
        assert f"ondol-{name}/{path}" in result.stdout
    use = "forecast(series" if name == "sine-forecast" else f"ondol predict ondol-{name}/model.ondol"
    assert use in result.stdout


def test_the_numbers_on_the_screen_are_those_of_the_saved_model(ondol, tmp_path):
    result = ondol("train", "digits", "--epochs", 3, "--out", "here")
    (x_train, _), (x_test, y_test) = od.datasets.digits.load_data()
    answers = od.models.load_model(tmp_path / "here" / "model.ondol").predict(x_test).argmax(axis=1)
    right = int((answers == y_test).sum())
    assert f"test accuracy {100 * right / 359:.1f}%: {right} of 359 images right" in result.stdout
    assert f"{len(x_train) - 144:,} images to train on, 144 for validation, 359 for the test" in result.stdout


def test_options_reach_the_training(ondol, tmp_path):
    def weights(*options):
        assert ondol("train", "iris", "--epochs", 1, "--quiet", "--out", "out", *options).exit_code == 0
        return od.models.load_model(tmp_path / "out" / "model.ondol").get_weights()

    first = weights("--eager")
    for array, again in zip(first, weights("--eager"), strict=True):
        np.testing.assert_array_equal(array, again)  # the same seed
    for array, compiled in zip(first, weights(), strict=True):
        np.testing.assert_allclose(array, compiled, rtol=1e-4, atol=1e-6)
    for changed in (("--seed", 1), ("--batch-size", 7), ("--learning-rate", 0.5)):
        assert np.abs(first[0] - weights("--eager", *changed)[0]).max() > 1e-4


def test_quiet_prints_the_result_only(ondol):
    result = ondol("train", "or", "--quiet")
    assert result.stdout == "test accuracy 100.0%: 4 of 4 rows right (those of the training)\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("digts",), "Did you mean 'digits'"),
        (("digits", "--epochs", "0"), "--epochs"),
        (("digits", "--batch-size", "many"), "--batch-size"),
        (("digits", "--learning-rate", "0"), "--learning-rate"),
        (("digits", "--out", __file__), "--out"),
    ],
)
def test_bad_usage_exits_with_2(ondol, arguments, words):
    result = ondol("train", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_a_loss_that_explodes_is_explained_and_leaves_no_empty_folder(ondol, tmp_path):
    result = ondol("train", "digits", "--learning-rate", "1e30")
    assert result.exit_code == 1
    assert "in epoch 1, batch 2" in result.stderr
    assert not (tmp_path / "ondol-digits").exists()


def test_data_that_cannot_be_downloaded(ondol, monkeypatch):
    monkeypatch.setattr(od.datasets.mnist, "URL", "http://127.0.0.1:9/mnist.npz")
    monkeypatch.setenv("no_proxy", "*")
    result = ondol("train", "mnist")
    assert result.exit_code == 1
    assert "http://127.0.0.1:9/mnist.npz" in result.stderr
    assert "datasets/mnist.npz" in result.stderr.replace("\\", "/")


def test_a_folder_that_cannot_be_written_is_found_before_training(ondol, tmp_path):
    (tmp_path / "file").write_text("")
    result = ondol("train", "xor", "--out", tmp_path / "file" / "folder")
    assert result.exit_code == 1
    assert "--out" in result.stderr
    assert "epoch" not in result.stdout


def test_ctrl_c_keeps_what_was_learnt(tmp_path):
    command = [sys.executable, "-m", "ondol", "train", "xor", "--epochs", "1000000"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        for line in process.stdout:
            if line.lstrip().startswith("epoch"):
                break
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert "Stopped by Ctrl-C in epoch" in stdout
    assert "test accuracy" in stdout
    assert "Traceback" not in stderr
    assert {path.name for path in (tmp_path / "ondol-xor").iterdir()} == FILES["xor"]


def test_ctrl_c_before_the_training_saves_nothing(ondol, tmp_path, monkeypatch):
    build = experiments.get("iris").build

    def interrupted(x_train):
        signal.raise_signal(signal.SIGINT)
        return build(x_train)

    monkeypatch.setitem(vars(experiments.get("iris")), "build", interrupted)
    result = ondol("train", "iris")
    assert result.exit_code == 130
    assert "nothing was saved" in result.stderr
    assert not (tmp_path / "ondol-iris").exists()


def test_ctrl_c_while_data_is_loaded(ondol, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setitem(vars(experiments.get("iris")), "load", interrupted)
    result = ondol("train", "iris")
    assert result.exit_code == 130
    assert result.stderr == "Stopped by Ctrl-C; nothing was saved.\n"
