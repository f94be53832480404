"""Folders of image files: found, split and decoded; what is broken is said by name."""

import warnings

import numpy as np
import pytest
from PIL import Image

import ondol as od
from ondol.data.image_files import what_is_wrong
from ondol.errors import DataError, UnknownNameError

load = od.utils.image_dataset_from_directory
QUIET = {"verbose": False, "image_size": (6, 8)}
rng = np.random.default_rng(0)
COLOURS = {"cat": (200, 30, 90), "dog": (10, 250, 60), "owl": (0, 0, 0)}


def picture(colour, size=(8, 6)):
    return Image.new("RGB", size, colour)


@pytest.fixture
def folder(tmp_path):
    """Three classes of 4, 3 and 3 images of one colour, in all formats, one in a folder further down."""
    for name, colour in COLOURS.items():
        (tmp_path / name / "more").mkdir(parents=True)
        picture(colour).save(tmp_path / name / "a.png")
        picture(colour).save(tmp_path / name / "b.BMP")
        picture(colour).save(tmp_path / name / "more" / "c.jpeg", quality=95, subsampling=0)
    picture(COLOURS["cat"]).save(
        tmp_path / "cat" / "d.gif", save_all=True, append_images=[picture((9, 9, 9))]
    )
    (tmp_path / "cat" / "notes.txt").write_text("no image")
    (tmp_path / ".hidden").mkdir()
    return tmp_path


def test_images_and_labels(folder):
    data = load(folder, shuffle=False, batch_size=4, **QUIET)
    assert data.class_names == ["cat", "dog", "owl"]
    assert [p.removeprefix(f"{folder}/") for p in data.file_paths[:5]] == [
        "cat/a.png", "cat/b.BMP", "cat/d.gif", "cat/more/c.jpeg", "dog/a.png",
    ]  # fmt: skip
    assert len(data) == 3
    batches = list(data)
    assert [x.shape for x, _ in batches] == [(4, 6, 8, 3), (4, 6, 8, 3), (2, 6, 8, 3)]
    x, y = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    assert (x.dtype, y.dtype) == (np.float32, np.int32)
    assert y.tolist() == [0] * 4 + [1] * 3 + [2] * 3
    expected = np.array(list(COLOURS.values()))[y]
    assert np.abs(x - expected[:, None, None]).max() <= 3  # JPEG comes near, the others exactly
    exact = [i for i, path in enumerate(data.file_paths) if not path.endswith("jpeg")]
    np.testing.assert_array_equal(x[exact], np.broadcast_to(expected[exact][:, None, None], (7, 6, 8, 3)))


def test_forms_of_labels(folder):
    y = np.repeat([0, 1, 2], [4, 3, 3])
    one_hot = np.concatenate([y for _, y in load(folder, label_mode="categorical", shuffle=False, **QUIET)])
    np.testing.assert_array_equal(one_hot, np.eye(3)[y])
    _, two = next(iter(load(folder, label_mode="binary", class_names=["owl", "cat"], shuffle=False, **QUIET)))
    assert (two.dtype, two.shape, two[:, 0].tolist()) == (np.float32, (7, 1), [0.0] * 3 + [1.0] * 4)
    for arguments in ({"labels": None}, {"label_mode": None}):
        data = load(folder, shuffle=False, **arguments, **QUIET)
        assert next(iter(data)).shape == (10, 6, 8, 3)
        assert data.class_names is None
    given = [5, 0, 1, 2, 3, 4, 0, 1, 2, 3]
    _, y = next(iter(load(folder, labels=given, shuffle=False, **QUIET)))
    assert y.tolist() == given


def test_colours_and_axes(folder):
    grey = next(iter(load(folder, color_mode="grayscale", shuffle=False, **QUIET)))[0]
    assert grey.shape == (10, 6, 8, 1)
    luma = 0.299 * 200 + 0.587 * 30 + 0.114 * 90  # ITU-R 601
    assert abs(grey[0, 0, 0, 0] - luma) <= 1
    clear = next(iter(load(folder, color_mode="rgba", shuffle=False, **QUIET)))[0]
    assert clear.shape[-1] == 4
    assert (clear[..., 3] == 255).all()
    first = load(folder, shuffle=False, batch_size=None, data_format="channels_first", **QUIET)
    assert next(iter(first))[0].shape == (3, 6, 8)
    assert len(first) == 10


def halves(tmp_path, size, left, right):
    """A picture whose left and right half have their own grey."""
    pixels = np.full((size[0], size[1], 3), right, "uint8")
    pixels[:, : size[1] // 2] = left
    (tmp_path / "a").mkdir()
    Image.fromarray(pixels).save(tmp_path / "a" / "0.png")


def one(tmp_path, **kwargs):
    return next(iter(load(tmp_path, verbose=False, batch_size=None, labels=None, **kwargs)))[..., 0]


def test_sizes(tmp_path):
    halves(tmp_path, (10, 40), 0, 200)
    assert one(tmp_path, image_size=(5, 2), interpolation="area").tolist() == [[0.0, 200.0]] * 5
    assert one(tmp_path, image_size=(1, 1), interpolation="area").tolist() == [[100.0]]
    assert set(one(tmp_path, image_size=(20, 80), interpolation="nearest").ravel()) == {0.0, 200.0}
    # Keras: bilinear with the centres of pixels at ½; between the halves lie ¼ and ¾ of the step.
    row = one(tmp_path, image_size=(10, 80))[0]
    assert row[38:42].tolist() == [0.0, 50.0, 150.0, 200.0]
    square = one(tmp_path, image_size=(10, 10), crop_to_aspect_ratio=True)
    assert square[0].tolist() == [0.0] * 5 + [200.0] * 5  # its middle, of 10 pixels
    barred = one(tmp_path, image_size=(40, 40), pad_to_aspect_ratio=True)
    assert (barred[:15] == 0).all()
    assert (barred[25:] == 0).all()
    assert (barred[15:25, 20:] == 200).all()
    assert one(tmp_path, image_size=7).shape == (7, 7)
    # tf.image.resize_with_pad: 70/40 · 10 = 17.5 rows become 17, below int((64 - 17.5) / 2) = 23 black ones.
    rows = one(tmp_path, image_size=(64, 70), pad_to_aspect_ratio=True).any(axis=1)
    assert np.flatnonzero(rows).tolist() == list(range(23, 40))


def test_deep_and_transparent_pictures(tmp_path):
    (tmp_path / "a").mkdir()
    Image.fromarray(np.full((4, 4), 128 * 256, "uint16")).save(tmp_path / "a" / "0.png")
    assert (one(tmp_path, image_size=4) == 128).all()
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 90, 80, 70])
    palette.save(tmp_path / "a" / "0.png", transparency=bytes([0, 128]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (one(tmp_path, image_size=4) == 90).all()


def test_the_order(folder):
    def labels(**kwargs):
        data = load(folder, batch_size=10, **QUIET, **kwargs)
        return [next(iter(data))[1].tolist() for _ in range(2)]

    od.random.seed(1)
    first = labels()
    od.random.seed(1)
    assert labels() == first
    assert sorted(first[0]) == sorted(first[1])
    assert first[0] != first[1]
    assert labels(seed=3) == labels(seed=3)


def test_the_split_is_that_of_keras(folder):
    """Keras shuffles the sorted paths with RandomState(seed) and cuts the last part off."""
    paths = load(folder, shuffle=False, **QUIET).file_paths
    shuffled = list(paths)
    np.random.RandomState(5).shuffle(shuffled)
    split = {"validation_split": 0.35, "seed": 5, **QUIET}
    learned, held_out = load(folder, subset="training", **split), load(folder, subset="validation", **split)
    assert learned.file_paths == shuffled[:7]
    assert held_out.file_paths == shuffled[7:]
    both = load(folder, subset="both", **split)
    assert [part.file_paths for part in both] == [shuffled[:7], shuffled[7:]]
    y = [COLOURS_OF(path) for path in held_out.file_paths]
    unshuffled = np.concatenate([y for _, y in both[1]]).tolist()
    assert unshuffled == y
    plain = load(folder, subset="validation", validation_split=0.35, shuffle=False, **QUIET)
    assert plain.file_paths == paths[7:]
    free = load(folder, subset="both", validation_split=0.35, **QUIET)
    assert sorted(free[0].file_paths + free[1].file_paths) == sorted(paths)


def COLOURS_OF(path):
    return next(i for i, name in enumerate(COLOURS) if f"/{name}/" in path)


def test_what_is_printed(folder, capsys):
    load(folder, subset="both", validation_split=0.2, seed=0, image_size=(6, 8))
    lines = [
        "Found 10 files belonging to 3 classes.",
        "Using 8 files for training.",
        "Using 2 files for validation.",
    ]
    assert capsys.readouterr().out.splitlines() == lines
    load(folder, labels=None)
    assert capsys.readouterr().out == "Found 10 files.\n"


def test_a_model_learns_from_a_folder(folder):
    od.random.seed(0)
    data = load(folder, batch_size=4, seed=1, **QUIET)
    model = od.Sequential([
        od.Input((6, 8, 3)), od.layers.Rescaling(1 / 255), od.layers.Flatten(), od.layers.Dense(3, "softmax"),
    ])  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(data, epochs=60, verbose=0)
    assert model.evaluate(data, verbose=0)[1] == 1.0
    assert (
        model.predict(load(folder, labels=None, shuffle=False, **QUIET)).argmax(1).tolist()
        == [0] * 4 + [1] * 3 + [2] * 3
    )


# -- broken files


def break_some(folder):
    """By name: what is wrong with each."""
    for name in ("e.jpg", "f.png"):
        noise = Image.fromarray(rng.integers(0, 256, (60, 60, 3), dtype="uint8"))
        noise.save(folder / "owl" / name)
        content = (folder / "owl" / name).read_bytes()
        (folder / "owl" / name).write_bytes(content[: len(content) // 2])
    (folder / "dog" / "g.gif").write_bytes(b"")
    (folder / "dog" / "h.png").write_text("<html>not found</html>")
    png = bytearray((folder / "cat" / "a.png").read_bytes())
    png[len(png) // 2] ^= 0xFF
    (folder / "cat" / "i.png").write_bytes(png)
    return ["cat/i.png", "dog/g.gif", "dog/h.png", "owl/e.jpg", "owl/f.png"]


def test_broken_files_are_named_in_one_error(folder):
    names = break_some(folder)
    with pytest.raises(DataError, match=r"Received: 5 of 15 that cannot be read.*on_error='skip'") as caught:
        load(folder, **QUIET)
    for name in names:
        assert f"{folder}/{name} (" in str(caught.value)
    assert "g.gif (empty file)" in str(caught.value)


def test_broken_files_are_left_out_with_a_word(folder, capsys):
    names = break_some(folder)
    data = load(folder, on_error="skip", shuffle=False, batch_size=4, **QUIET)
    said = capsys.readouterr().err
    assert said.startswith("Left out 5 of 15 image files")
    assert all(name in said for name in names)
    assert len(data) == 3
    assert np.concatenate([y for _, y in data]).tolist() == [0] * 4 + [1] * 3 + [2] * 3
    for path in folder.rglob("*.*"):
        if path.is_file() and str(path.relative_to(folder)) not in names:
            path.unlink()
    with pytest.raises(DataError, match="Received: 5, none of which can be read"):
        load(folder, on_error="skip", **QUIET)


def test_a_whole_jpeg_with_something_behind_it_is_no_broken_one(folder):
    path = folder / "cat" / "more" / "c.jpeg"
    path.write_bytes(path.read_bytes() + bytes(200_000))
    assert what_is_wrong(str(path)) is None


def test_a_file_that_breaks_later_is_named(folder):
    data = load(folder, shuffle=False, **QUIET)
    (folder / "dog" / "a.png").write_bytes(b"gone")
    with pytest.raises(DataError, match=r"image file that can be read. Received: .*dog/a\.png"):
        list(data)


def test_a_very_large_image_is_refused(folder, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(DataError, match=r"a\.png \(Image size \(48 pixels\)"):
        load(folder, **QUIET)


WRONG = {
    "missing": (lambda f: load(f / "nowhere"), r"Expected a folder with files. Received: .*nowhere"),
    "a file": (lambda f: load(f / "cat" / "a.png"), "is not there or no folder"),
    "no classes": (lambda f: load(f / "owl" / "more"), "a folder for each class.*Received: none.*labels=None"),
    "no images": (lambda f: load(f / ".hidden", labels=None), r"Expected files \(\.bmp, .*Received: none"),
    "unknown class": (lambda f: load(f, class_names=["cat", "cow"]), "class_names that are folders.*cat, dog, owl.*cow"),
    "names without need": (lambda f: load(f, labels=None, class_names=["cat"]), "class_names only with labels='inferred'"),
    "labels": (lambda f: load(f, labels="guess"), "labels to be 'inferred'"),
    "few labels": (lambda f: load(f, labels=[1, 2]), "label for each of the 10 files. Received: 2"),
    "float labels": (lambda f: load(f, labels=[0.5] * 10), "class numbers 0, 1"),
    "label_mode": (lambda f: load(f, label_mode="float"), "label_mode='float'"),
    "three classes": (lambda f: load(f, label_mode="binary"), "two classes for label_mode='binary'. Received: 3, cat"),
    "batch_size": (lambda f: load(f, batch_size=0), "batch_size to be a positive"),
    "image_size": (lambda f: load(f, image_size=(1, 2, 3)), r"\(height, width\). Received: image_size=\(1, 2, 3\)"),
    "color_mode": (lambda f: load(f, color_mode="gray"), "Did you mean 'grayscale'"),
    "interpolation": (lambda f: load(f, interpolation="linear"), "Did you mean 'bilinear'"),
    "data_format": (lambda f: load(f, data_format="first"), "data_format='first'"),
    "both ratios": (lambda f: load(f, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), "Expected one of crop"),
    "on_error": (lambda f: load(f, on_error="ignore"), "on_error='ignore'"),
    "seed": (lambda f: load(f, seed="x"), "integer as seed"),
    "split alone": (lambda f: load(f, validation_split=0.2), "validation_split and subset together"),
    "subset": (lambda f: load(f, validation_split=0.2, subset="test"), "'both' or None. Received: subset='test'"),
    "split": (lambda f: load(f, validation_split=1.2, subset="both"), "0 < validation_split < 1. Received: .*=1.2"),
    "no seed": (lambda f: load(f, validation_split=0.2, subset="training"), "Expected a seed.*would share files"),
    "tiny split": (lambda f: load(f, validation_split=0.01, subset="both"), "leaves some of the 10 files"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_mistakes(folder, case):
    wrong, message = WRONG[case]
    with pytest.raises((DataError, UnknownNameError), match=message):
        wrong(folder)


def test_an_empty_class(folder):
    (folder / "cow").mkdir()
    with pytest.raises(DataError, match="folder of every class. Received: none in cow"):
        load(folder, **QUIET)
    assert load(folder, class_names=["cat", "dog"], **QUIET).class_names == ["cat", "dog"]
