"""`ondol predict`: pictures in every form are read as the model's training data was."""

import numpy as np
import pytest
from PIL import Image

import ondol as od
from ondol import experiments
from ondol.cli.images import read_image

(X_TRAIN, Y_TRAIN), (X_TEST, Y_TEST) = od.datasets.digits.load_data()


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.ondol"
    experiments.train(experiments.get("digits"), epochs=15, seed=0).model.save(path)
    return path


@pytest.fixture
def two(tmp_path):
    """A two of the test set, drawn light on dark, 8x8."""
    image = Image.fromarray((X_TEST[np.flatnonzero(Y_TEST == 2)[0]] * 255).round().astype("uint8"))
    image.save(tmp_path / "two.png")
    return image


def likeliest(result):
    return [line.split()[1] for line in result.stdout.splitlines()[1:]]


def test_one_picture_in_many_forms(ondol, digits, two, tmp_path):
    large = two.resize((240, 240), Image.Resampling.NEAREST)
    paper = Image.new("L", (500, 400), 235)
    paper.paste(large.point(lambda v: 235 - 0.8 * v), (200, 90))
    transparent = Image.new("RGBA", (240, 240), "black")
    transparent.putalpha(large)
    turned = paper.rotate(90, expand=True)
    orientation = turned.getexif()
    orientation[0x0112] = 6  # to be turned back by 90 degrees
    large.save(tmp_path / "large.png")
    paper.convert("RGB").save(tmp_path / "paper.jpg", quality=80)
    transparent.save(tmp_path / "transparent.png")
    turned.save(tmp_path / "turned.jpg", exif=orientation)
    Image.fromarray(np.asarray(large).astype("uint16") * 257).save(tmp_path / "deep.png")
    large.point(lambda v: 255 * (v < 128)).convert("1").save(tmp_path / "black_and_white.png")
    large.convert("P").save(tmp_path / "palette.png")
    files = ["two.png", "large.png", "paper.jpg", "transparent.png", "turned.jpg", "deep.png"]
    files += ["black_and_white.png", "palette.png"]
    result = ondol("predict", digits, *files)
    assert result.exit_code == 0, result.output
    assert likeliest(result) == ["2"] * len(files)
    lines = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert "inverted" not in lines["large.png"]
    assert "light background, inverted, cut to its ink, scaled to 8x8" in lines["paper.jpg"]


def test_the_picture_of_a_test_image_is_that_image(two, tmp_path):
    reading = read_image(tmp_path / "two.png", (8, 8), 1.0, None)
    np.testing.assert_allclose(reading.pixels, X_TEST[np.flatnonzero(Y_TEST == 2)[0]], atol=1 / 255)
    two.point(lambda v: 255 - v).save(tmp_path / "inverted.png")
    inverted = read_image(tmp_path / "inverted.png", (8, 8), 1.0, None)
    np.testing.assert_array_equal(inverted.pixels, reading.pixels)
    assert inverted.steps == "8x8, light background, inverted"


def test_ink_is_centred_by_its_mass_in_the_box_of_the_data_set(tmp_path):
    page = np.full((300, 200), 250, "uint8")
    page[40:140, 30:50] = 10  # a bar, 100 high and 20 wide
    Image.fromarray(page).save(tmp_path / "bar.png")
    ink = read_image(tmp_path / "bar.png", (28, 28), 20 / 28, None).pixels
    rows, columns = np.nonzero(ink > 0.5)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 23, 12, 15)


def test_inversion_can_be_asked_for(ondol, digits, two):
    assert ondol("predict", digits, "two.png", "--no-invert").exit_code == 0
    result = ondol("predict", digits, "two.png", "--invert")
    assert result.exit_code == 1
    assert "one plain colour" in result.stderr


def test_probabilities_are_those_of_the_model(ondol, digits, tmp_path):
    np.save(tmp_path / "rows.npy", X_TEST[:3])
    result = ondol("predict", digits, "rows.npy", "--top", 2)
    expected = od.models.load_model(digits).predict(X_TEST[:3])
    for number, line in enumerate(result.stdout.splitlines()[1:]):
        first, second = np.argsort(-expected[number])[:2]
        assert line.split()[:5] == [
            f"rows.npy[{number}]",
            str(first), f"{100 * expected[number, first]:.1f}%",
            str(second), f"{100 * expected[number, second]:.1f}%",
        ]  # fmt: skip


def test_a_folder_of_a_training_and_class_names(ondol, tmp_path):
    assert ondol("train", "iris", "--quiet").exit_code == 0
    np.save(tmp_path / "flower.npy", np.array([5.0, 3.4, 1.5, 0.2]))  # a setosa, as everybody can see
    result = ondol("predict", "ondol-iris", "flower.npy")
    assert likeliest(result) == ["setosa"]


def test_two_classes_of_one_output(ondol, tmp_path):
    assert ondol("train", "or", "--quiet").exit_code == 0
    np.save(tmp_path / "rows.npy", np.array([[0, 0], [1, 0]], "float32"))
    assert likeliest(ondol("predict", "ondol-or", "rows.npy")) == ["false", "true"]


def test_a_model_of_ones_own(ondol, tmp_path):
    model = od.Sequential(
        [od.Input((4, 4, 1)), od.layers.Rescaling(1 / 255), od.layers.Flatten(), od.layers.Dense(1)]
    )
    model.set_weights([np.ones((16, 1), "float32"), np.zeros(1, "float32")])
    model.save(tmp_path / "sum.ondol")
    picture = np.zeros((4, 4), "uint8")
    picture[1, 1] = 255
    Image.fromarray(picture).save(tmp_path / "dot.png")
    result = ondol("predict", "sum.ondol", "dot.png")
    assert result.stdout.splitlines()[1].split()[:2] == ["dot.png", "1"]  # one pixel of ink, rescaled to 1


def test_colour_pictures(ondol, tmp_path):
    """A model that answers with the mean red, green and blue, from 0 to 1, of the pixels 0 to 255 that it takes."""
    means = od.Sequential(
        [od.Input((4, 6, 3)), od.layers.Rescaling(1 / 255), od.layers.GlobalAveragePooling2D()], name="means"
    )
    means.save(tmp_path / "means.ondol")
    rng = np.random.default_rng(0)
    exact = rng.integers(0, 256, (4, 6, 3)).astype("uint8")
    wide = np.zeros((40, 100, 3), "uint8")
    wide[:, 20:80] = [255, 51, 102]  # the middle of the form 6:4; the black margins are cut off
    Image.fromarray(exact).save(tmp_path / "exact.png")
    Image.fromarray(wide).save(tmp_path / "wide.png")
    Image.fromarray(wide.swapaxes(0, 1)[20:80, :40]).save(tmp_path / "high.png")
    Image.new("L", (12, 8), 51).save(tmp_path / "grey.png")
    Image.fromarray(np.full((8, 12), 51 * 257, "uint16")).save(tmp_path / "deep.png")
    Image.new("RGBA", (6, 4), (0, 0, 255, 0)).save(tmp_path / "clear.png")
    expected = {
        "exact.png": (exact.mean(axis=(0, 1)) / 255, "6x4"),
        "wide.png": ((1, 0.2, 0.4), "100x40, cut to its middle, scaled to 6x4"),
        "high.png": ((1, 0.2, 0.4), "40x60, cut to its middle, scaled to 6x4"),
        "grey.png": ((0.2, 0.2, 0.2), "12x8, scaled to 6x4"),
        "deep.png": ((0.2, 0.2, 0.2), "12x8, scaled to 6x4"),
        "clear.png": ((1, 1, 1), "6x4"),
    }
    result = ondol("predict", "means.ondol", *expected)
    assert result.exit_code == 0, result.output
    for line, (name, (colours, steps)) in zip(result.stdout.splitlines()[1:], expected.items(), strict=True):
        words = line.split(maxsplit=7)
        assert (words[0], words[-1]) == (name, steps)
        found = {int(words[i]): float(words[i + 1].rstrip("%")) for i in (1, 3, 5)}
        percent = 100 if "%" in line else 1
        np.testing.assert_allclose([found[i] / percent for i in range(3)], colours, atol=6e-4)
    inverted = ondol("predict", "means.ondol", "grey.png", "--invert").stdout.splitlines()[1]
    assert inverted.split()[2] == "0.8"
    assert inverted.endswith("inverted")


def test_colour_classes_have_names(ondol, tmp_path):
    model = od.Sequential(
        [od.Input((32, 32, 3)), od.layers.Flatten(), od.layers.Dense(10, activation="softmax")],
        name="resnet20-cifar10",
    )
    weights = np.zeros((3072, 10), "float32")
    weights[:, 8] = 1
    model.set_weights([weights, np.zeros(10)])
    model.save(tmp_path / "model.ondol")
    Image.new("RGB", (64, 48), "white").save(tmp_path / "sea.jpg")
    assert likeliest(ondol("predict", "model.ondol", "sea.jpg")) == ["ship"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("missing.png", "does not exist"),
        ("folder", "a folder"),
        ("text.png", "damaged or of another kind"),
        ("cut.png", "damaged or of another kind"),
        ("blank.png", "one plain colour"),
        ("wrong.npy", "(8, 8)"),
        ("pickle.npy", "numpy.save"),
        ("nan.npy", "finite numbers"),
        ("empty.npy", "(0, 8, 8)"),
    ],
)
def test_bad_files_are_named_and_good_ones_still_answered(ondol, digits, two, tmp_path, file, words):
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "cut.png").write_bytes((tmp_path / "two.png").read_bytes()[:60])
    Image.new("L", (50, 50), 200).save(tmp_path / "blank.png")
    np.save(tmp_path / "wrong.npy", np.zeros((3, 5)))
    np.save(tmp_path / "pickle.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.save(tmp_path / "nan.npy", np.full((8, 8), np.nan))
    np.save(tmp_path / "empty.npy", np.zeros((0, 8, 8)))
    result = ondol("predict", digits, file, "two.png")
    assert result.exit_code == 1
    assert words in result.stderr
    assert file in result.stderr
    assert likeliest(result) == ["2"]


def test_bad_models_are_named(ondol, digits, two, tmp_path):
    (tmp_path / "short.ondol").write_bytes(digits.read_bytes()[:2000])
    (tmp_path / "text.ondol").write_text("no model")
    for model in ("missing.ondol", "short.ondol", "text.ondol", "two.png"):
        result = ondol("predict", model, "two.png")
        assert result.exit_code == 1
        assert model in result.stderr
        assert "Traceback" not in result.output


def test_a_model_that_takes_no_pictures(ondol, two, tmp_path):
    od.Sequential([od.layers.Dense(1, input_shape=(3,))]).save(tmp_path / "rows.ondol")
    result = ondol("predict", "rows.ondol", "two.png")
    assert result.exit_code == 1
    assert "inputs of shape (3,)" in result.stderr
    a, b = od.Input((2,)), od.Input((2,))
    od.Model([a, b], od.layers.Concatenate()([a, b])).save(tmp_path / "two_inputs.ondol")
    result = ondol("predict", "two_inputs.ondol", "two.png")
    assert result.exit_code == 1
    assert "one input and one output" in result.stderr


def test_no_picture_is_bad_usage(ondol, digits):
    assert ondol("predict", digits).exit_code == 2
