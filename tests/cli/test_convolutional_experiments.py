"""The convolutional experiments: their networks, their data, and a few steps of their trainings."""

import io

import numpy as np
import pytest
from PIL import Image

import ondol as od
from ondol import experiments
from ondol.errors import DataError

RNG = np.random.default_rng(0)


def split(*shape, classes=10, labels=()):
    x = RNG.integers(0, 256, (80, *shape)).astype("uint8")
    y = RNG.integers(0, classes, (80, *labels)).astype("uint8")
    return (x[:60], y[:60]), (x[60:], y[60:])


DATA = {
    "cnn-mnist": split(28, 28),
    "lenet-mnist": split(28, 28),
    "resnet20-cifar10": split(32, 32, 3, labels=(1,)),
}


@pytest.mark.parametrize(("name", "layers"), [("cnn-mnist", 9), ("lenet-mnist", 6), ("resnet20-cifar10", 6)])
def test_it_trains_and_leaves_files(ondol, monkeypatch, tmp_path, name, layers):
    experiment = experiments.get(name)
    monkeypatch.setitem(vars(experiment), "load", lambda: DATA[name])
    result = ondol("train", name, "--epochs", 1, "--batch-size", 30, "--eager", "--out", "out")
    assert result.exit_code == 0, result.output
    model = od.models.load_model(tmp_path / "out" / "model.ondol")
    assert model.name == name
    assert len(model.layers) == layers
    assert {p.name for p in (tmp_path / "out").iterdir()} >= {
        "learning_curves.png",
        "confusion.png",
        "mistakes.png",
    }
    form = DATA[name][1][0].shape[1:]
    assert model.output_shape == (None, 10)
    assert model.input_shape == (None, *form)
    Image.fromarray(DATA[name][1][0][0]).save(tmp_path / "image.png")
    asked = ondol("predict", "out", "image.png")
    assert asked.exit_code == 0, asked.output
    p = np.sort(model(DATA[name][1][0][:1].astype("float32")).numpy()[0])[::-1]
    words = asked.stdout.splitlines()[1]
    if form == (32, 32, 3):  # the very pixels arrive
        assert f"{100 * p[0]:.1f}%" in words
        assert any(kind in words for kind in experiment.class_names)


def test_the_learning_rate_falls_to_a_part_of_itself_over_the_whole_training(monkeypatch):
    made = []
    experiment = experiments.get("resnet20-cifar10")

    def schedule(rate, steps):
        made.append((rate, steps))
        return experiment.schedule(rate, steps)

    small = experiments.Experiment(
        **{
            **vars(experiment),
            "schedule": schedule,
            "build": lambda x: od.Sequential(
                [od.Input((32, 32, 3)), od.layers.Flatten(), od.layers.Dense(10)]
            ),
            "loss": od.losses.SparseCategoricalCrossentropy(from_logits=True),
            "optimizer": lambda rate: od.optimizers.SGD(rate),
        }
    )
    data = tuple((x / 255, y) for x, y in DATA["resnet20-cifar10"])
    result = experiments.train(small, epochs=3, batch_size=20, learning_rate=1e-9, seed=0, data=data)
    # 60 images, 5% of them for validation, in batches of 20.
    assert made == [(1e-9, 9)]
    rate = result.model.optimizer.learning_rate
    np.testing.assert_allclose(float(np.asarray(rate)), 1e-9 * 0.01, rtol=1e-4)


def jpeg_sample():
    file = io.BytesIO()
    Image.new("RGB", (32, 32), "blue").save(file, "JPEG")
    content = np.frombuffer(file.getvalue(), "uint8")
    part = {"jpeg": content, "offset": np.array([0, len(content)]), "label": np.array([8], "uint8")}
    return {f"{name}_{key}": value for name in ("train", "test") for key, value in part.items()}


def test_the_sample_serves_where_the_whole_set_is_not_at_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("ONDOL_DATASETS", str(tmp_path))
    monkeypatch.setattr(od.datasets.cifar10, "URL", "http://127.0.0.1:9/cifar")
    monkeypatch.setenv("no_proxy", "*")
    load = experiments.get("resnet20-cifar10").load
    with pytest.raises(DataError, match="http://127.0.0.1:9/cifar"):
        load()
    np.savez(tmp_path / "cifar10_sample.npz", **jpeg_sample())
    (x, y), _ = load()
    assert (x.shape, y.tolist()) == ((1, 32, 32, 3), [[8]])
    whole = {"x_train": np.zeros((2, 32, 32, 3), "uint8"), "y_train": np.zeros((2, 1), "uint8")}
    np.savez(tmp_path / "cifar10.npz", x_test=x, y_test=y, **whole)
    assert load()[0][0].shape == (2, 32, 32, 3)


def test_residual_networks_get_flips_and_shifts_only_while_training():
    model = experiments.get("resnet20-cifar10").build(np.zeros((1, 32, 32, 3)))
    x = DATA["resnet20-cifar10"][0][0][:4].astype("float32")
    inner = [layer for layer in model.layers if not isinstance(layer, od.Model)]

    def front(training):
        y = od.tensor(x)
        for layer in inner:
            y = layer(y, training=training)
        return y.numpy()

    mean, deviation = np.array([0.4914, 0.4822, 0.4465]), np.array([0.2470, 0.2435, 0.2616])
    still = front(False)
    np.testing.assert_allclose(still, (x / 255 - mean) / deviation, atol=1e-5)
    od.random.seed(0)
    moved = front(True)
    assert moved.shape == x.shape
    assert np.abs(moved - still).max() > 0.1
    # Every moved image is a window of its own one, or of its mirror image, with zeros around.
    for image, original in zip(moved, still, strict=True):
        wide = [np.pad(o, ((4, 4), (4, 4), (0, 0))) for o in (original, original[:, ::-1])]
        windows = [w[i : i + 32, j : j + 32] for w in wide for i in range(9) for j in range(9)]
        assert min(np.abs(image - window).max() for window in windows) < 1e-5
