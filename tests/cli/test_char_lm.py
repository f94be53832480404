"""The language model of characters: its training, its files, and what it reaches."""

import signal

import numpy as np
import pytest
from PIL import Image
from scipy.special import log_softmax

import ondol as od
from ondol import experiments
from ondol.experiments import char_lm

TEXT = "ROMEO:\nBut, soft! what light through yonder window breaks?\n\nJULIET:\nAy me!\n\n" * 20
FILES = {"model.ondol", "learning_curves.png", "sample.txt"}


def surprise(model, tokenizer, text):
    """The mean of -ln p over the text, in windows of 64 characters that do not overlap."""
    ids = tokenizer.encode(text)
    count = (len(ids) - 1) // 64
    x, y = ids[: 64 * count].reshape(count, 64), ids[1 : 64 * count + 1].reshape(count, 64)
    log_p = log_softmax(np.asarray(model.predict(x, batch_size=128, verbose=0), "float64"), axis=-1)
    return -np.take_along_axis(log_p, y[..., None], -1).mean()


@pytest.fixture
def small(monkeypatch):
    """The experiment with a short text, a narrow network and few steps."""
    experiment = experiments.get("char-lm")
    monkeypatch.setattr(od.datasets.tiny_shakespeare, "load_data", lambda: (TEXT, TEXT[37:500]))

    def build(x_train):
        tokenizer = char_lm.characters()
        return od.applications.GPT(
            tokenizer.vocabulary_size, 64, 1, 2, 8, tokenizer=tokenizer, name="char-lm"
        )

    monkeypatch.setitem(vars(experiment), "build", build)
    monkeypatch.setitem(vars(experiment), "steps_per_epoch", 3)
    return experiment


def test_it_leaves_model_curves_and_a_text(ondol, small, tmp_path):
    result = ondol("train", "char-lm", "--epochs", 2)
    assert result.exit_code == 0, result.output
    folder = tmp_path / "ondol-char-lm"
    assert {path.name for path in folder.iterdir()} == FILES
    with Image.open(folder / "learning_curves.png") as image:
        assert image.width > 400
    model = od.models.load_model(folder / "model.ondol")
    loss = surprise(model, model.tokenizer, TEXT[37:500])
    assert f"test loss {loss:.2f} nats per character (perplexity {np.exp(loss):.1f})" in result.stdout
    windows = (len(TEXT) - 65) // 32 + 1
    assert f"{windows} windows of 64 characters to train on, 7 others for the test" in result.stdout
    assert "2 epochs of 3 steps, batches of 12, learning rate 0.003" in result.stdout
    assert f"validation {np.exp(loss):.3f}" in result.stdout.splitlines()[4]
    assert "ondol generate ondol-char-lm --prompt ROMEO:" in result.stdout
    text = (folder / "sample.txt").read_text(encoding="utf-8")
    assert text == model.generate("ROMEO:", 1000, od.generation.RandomSampler(0.8, seed=0)) + "\n"
    written = ondol("generate", "ondol-char-lm", "--prompt", "ROMEO:", "--seed", 0, "--tokens", 20)
    assert written.stdout == model.generate("ROMEO:", 20, od.generation.RandomSampler(seed=0)) + "\n"


def test_ctrl_c_keeps_what_was_learnt(ondol, small, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "ondol.cli.progress.TrainingProgress.on_epoch_end", lambda *_: signal.raise_signal(signal.SIGINT)
    )
    result = ondol("train", "char-lm", "--epochs", 500)
    assert result.exit_code == 0, result.output
    assert "Stopped by Ctrl-C in epoch 1 of 500." in result.stdout
    assert {path.name for path in (tmp_path / "ondol-char-lm").iterdir()} == FILES


def test_the_rate_rises_then_falls(small):
    schedule = small.schedule(0.003, 2000)
    rates = [float(schedule(step)) for step in (0, 50, 100, 1050, 2000)]
    np.testing.assert_allclose(
        rates, [0.0, 0.0015, 0.003, (0.003 + 0.0001) / 2, 0.0001], rtol=1e-5, atol=1e-9
    )


def test_matrices_alone_decay(small):
    model = small.build(None)
    model(np.zeros((1, 4), int))
    model.set_weights([np.ones(w.shape) for w in model.weights])
    weights = model.trainable_weights
    small.optimizer(0.5).apply([np.zeros(w.shape, "float32") for w in weights], weights)
    for weight in weights:
        expected = 1 - 0.5 * 0.1 if weight.ndim == 2 else 1.0
        np.testing.assert_allclose(weight.numpy(), expected, rtol=1e-6)


def test_the_network_is_that_of_nanogpt_s_readme(shared_datasets):
    shared_datasets("tinyshakespeare.txt")
    (x, y), (x_test, _) = experiments.get("char-lm").load()
    assert len(x) >= 2000 * 12  # no window is seen twice
    assert (x.shape[1:], y.shape, x_test.shape) == ((64,), x.shape, ((111540 - 1) // 64, 64))
    model = experiments.get("char-lm").build(x)
    model(x[:1])
    assert model.count_params() == 65 * 128 + 64 * 128 + 4 * (12 * 128**2 + 13 * 128) + 2 * 128


@pytest.mark.slow
def test_shakespeare_is_learnt(ondol, shared_datasets, tmp_path):
    """nanoGPT's README has 1.88 for these sizes."""
    shared_datasets("tinyshakespeare.txt")
    result = ondol("train", "char-lm", "--out", "out")
    assert result.exit_code == 0, result.output
    model = od.models.load_model(tmp_path / "out" / "model.ondol")
    _, validation = od.datasets.tiny_shakespeare.load_data()
    assert model.optimizer.iterations == 2000
    assert surprise(model, model.tokenizer, validation) <= 1.88
