"""Files that are damaged or not what they should be, and writing that fails half way."""

import json
import os
import struct
import tracemalloc

import numpy as np
import pytest
from safetensors.numpy import save_file
from saved_models import parts, write

import ondol as od
from ondol.errors import SavedFileError
from ondol.models import load_model

L = od.layers
X = np.random.default_rng(0).normal(size=(4, 4)).astype("float32")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A file of a functional model that was trained."""
    a = od.Input((4,))
    model = od.Model(a, L.Dense(1)(L.Dense(3)(a) * 2.0))
    model.compile("adam", "mse")
    model.fit(X, X[:, :1], verbose=0)
    path = tmp_path_factory.mktemp("saved") / "model.ondol"
    model.save(path)
    return path


def changed(saved, path, change):
    """A copy of the file whose description went through a function."""
    header, rest = parts(saved)
    description = json.loads(header["__metadata__"]["header"])
    header["__metadata__"]["header"] = json.dumps(change(description))
    return write(path, header, rest)


@pytest.mark.parametrize("percent", range(0, 100, 10))
def test_truncated(saved, tmp_path, percent):
    content = saved.read_bytes()
    path = tmp_path / "cut.ondol"
    path.write_bytes(content[: len(content) * percent // 100])
    with pytest.raises(SavedFileError, match=r"cut.ondol.*truncated"):
        load_model(path)
    model = od.Sequential([od.Input((4,)), L.Dense(3)])
    with pytest.raises(SavedFileError, match=r"cut.ondol.*truncated"):
        model.load_weights(path)


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"PK\x03\x04" + bytes(200),
        np.random.default_rng(1).bytes(5000),
        struct.pack("<Q", 2**60) + b"{}",
        struct.pack("<Q", 4) + b"{{{{" + bytes(50),
        struct.pack("<Q", 2) + b"[]" + bytes(50),
        bytes(64),
    ],
)
def test_something_else(tmp_path, content):
    path = tmp_path / "other.bin"
    path.write_bytes(content)
    with pytest.raises(SavedFileError, match=r"other.bin"):
        load_model(path)


def test_no_file(tmp_path):
    with pytest.raises(SavedFileError, match="does not exist"):
        load_model(tmp_path / "missing.ondol")
    with pytest.raises(SavedFileError, match="is no file"):
        load_model(tmp_path)


def test_safetensors_of_other_origin(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"w": np.zeros(3, "float32")}, path)
    with pytest.raises(SavedFileError, match="of other origin"):
        load_model(path)


@pytest.mark.parametrize(
    "metadata",
    [
        {"version": "abc"},
        {"checksums": "{}"},
        {"checksums": "[]"},
        {"header_checksum": "00000000"},
        {"version": ""},
        {"header": "{"},
        {"header": ""},
        {"header": "[1, 2]"},
        {"header": "3"},
        {"header": "null"},
        {"header": "[" * 100_000},
    ],
)
def test_garbage_in_the_metadata(saved, tmp_path, metadata):
    header, rest = parts(saved)
    header["__metadata__"].update(metadata)
    with pytest.raises(SavedFileError, match="header"):
        load_model(write(tmp_path / "m.ondol", header, rest, signed="header_checksum" not in metadata))


def test_metadata_missing(saved, tmp_path):
    for name in ("version", "header", "checksums", "header_checksum"):
        header, rest = parts(saved)
        del header["__metadata__"][name]
        with pytest.raises(SavedFileError, match="header is damaged"):
            load_model(write(tmp_path / "m.ondol", header, rest, signed=False))


def test_any_byte_of_the_numbers_changed(saved, tmp_path):
    """Also where the file is still one that can be read: no weight that was not written is taken for one that was."""
    header, rest = parts(saved)
    model = od.models.load_model(saved)
    before = model.get_weights()
    for i in range(0, len(rest), 7):
        path = write(
            tmp_path / "m.ondol", header, rest[:i] + bytes([rest[i] ^ 1]) + rest[i + 1 :], signed=False
        )
        with pytest.raises(SavedFileError, match="numbers of '.*' are not those that were written"):
            load_model(path)
        weight = min(
            (at["data_offsets"][1], n)
            for n, at in header.items()
            if n != "__metadata__" and at["data_offsets"][1] > i
        )
        if weight[1].startswith("model/"):
            with pytest.raises(SavedFileError, match="not those that were written"):
                model.load_weights(path)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_file_of_the_future(saved, tmp_path):
    header, rest = parts(saved)
    header["__metadata__"]["version"] = "99"
    with pytest.raises(SavedFileError, match="of version 99.*Install a newer Ondol"):
        load_model(write(tmp_path / "m.ondol", header, rest))


def _paths(tree, path=()):
    """Every place in nested dicts and lists."""
    if path:
        yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from _paths(value, (*path, key))


def _with(tree, path, value):
    tree = json.loads(json.dumps(tree))
    place = tree
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return tree


DAMAGE = [None, {}, [], "garbage", -1, 10.5, {"class_name": "Dense"}, {"symbol": 99}]


def test_every_place_of_the_description_damaged(saved, tmp_path):
    """Whatever stands where, the answer is a model or an Ondol error: nothing else gets out."""
    description = json.loads(parts(saved)[0]["__metadata__"]["header"])
    path = tmp_path / "m.ondol"
    known = (SavedFileError, od.errors.UnknownNameError, od.errors.ShapeError, od.errors.DataError)
    refused = 0
    for i, place in enumerate(_paths(description)):
        value = DAMAGE[i % len(DAMAGE)]
        changed(saved, path, lambda d, place=place, value=value: _with(d, place, value))
        try:
            load_model(path)
        except known:
            refused += 1
    assert refused > 60


def test_weights_missing_or_of_other_shapes(saved, tmp_path):
    header, rest = parts(saved)
    name = next(n for n in header if n.endswith("kernel") and n.startswith("model/"))
    renamed = {("model/else" if n == name else n): v for n, v in header.items()}
    with pytest.raises(od.errors.ShapeError, match="nothing for 'else'|has nothing"):
        load_model(write(tmp_path / "m.ondol", renamed, rest))
    slots = {n: v for n, v in header.items() if n != "optimizer/1"}
    with pytest.raises(SavedFileError):
        load_model(write(tmp_path / "m.ondol", slots, rest))


def test_nothing_in_a_file_is_executed(saved, tmp_path):
    touched = tmp_path / "touched"
    code = f"__import__('pathlib').Path({str(touched)!r}).touch()"
    forms = [
        {"class_name": "os>system", "config": {"command": f"touch {touched}"}},
        {"class_name": "builtins>eval", "config": {"source": code}},
        {"class_name": "function", "config": "os.system"},
        {"class_name": "__lambda__", "config": {"value": code}},
        {"class_name": "Lambda", "config": {"function": code}},
        {"class_name": "Lambda", "config": {"function": {"class_name": "function", "config": "eval"}}},
    ]
    for form in forms:

        def replace(d, form=form):
            d["model"]["config"]["layers"][0] = form
            return d

        with pytest.raises((SavedFileError, od.errors.UnknownNameError)):
            load_model(changed(saved, tmp_path / "m.ondol", replace))
    for op in ("System", "Popen", "CompiledCall", "_CustomOp"):

        def replace(d, op=op):
            node = next(n for n in d["model"]["config"]["nodes"] if "op" in n)
            node["op"] = {"class_name": op, "config": {"items": {"f": code}}}
            return d

        with pytest.raises(od.errors.UnknownNameError):
            load_model(changed(saved, tmp_path / "m.ondol", replace))
    assert not touched.exists()


ENORMOUS = [
    {"class_name": "Dense", "config": {"units": 10**12}},
    {"class_name": "Dense", "config": {"units": 10**30}},
    {"class_name": "Embedding", "config": {"input_dim": 10**9, "output_dim": 10**4}},
    {"class_name": "RepeatVector", "config": {"n": 10**12}},
    {"class_name": "Resizing", "config": {"height": 10**9, "width": 4}},
    {"class_name": "RandomCrop", "config": {"height": 10**9, "width": 10**9}},
    {"class_name": "AveragePooling2D", "config": {"pool_size": [10**6, 2], "padding": "same"}},
    {"class_name": "LocalResponseNormalization", "config": {"size": 10**9}},
    {
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [{"class_name": "Dense", "config": {"units": 10**12}}]},
    },
]


def refused(saved, path, change):
    """The error's words, and the most that reading took of memory."""
    changed(saved, path, change)
    tracemalloc.start()
    with pytest.raises(SavedFileError) as caught:
        load_model(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000
    return str(caught.value)


@pytest.mark.parametrize("form", ENORMOUS, ids=lambda form: form["class_name"])
def test_enormous_layers_are_refused_before_there_is_memory_for_them(tmp_path, form):
    model = od.Sequential([od.Input((4,)), L.Dense(3), L.Dense(1)])
    model.save(tmp_path / "saved.ondol")

    def replace(d):
        d["model"]["config"]["layers"][0] = {**form, "config": {"name": "x", **form["config"]}}
        return d

    assert "too small" in refused(tmp_path / "saved.ondol", tmp_path / "m.ondol", replace)


def test_a_thousand_layers_that_together_are_enormous(tmp_path):
    model = od.Sequential([od.Input((4,)), L.Dense(3)])
    model.save(tmp_path / "saved.ondol")

    def replace(d):
        many = [{"class_name": "Dense", "config": {"units": 1000, "name": f"d{i}"}} for i in range(1000)]
        d["model"]["config"]["layers"] = many
        return d

    changed(tmp_path / "saved.ondol", tmp_path / "m.ondol", replace)
    with pytest.raises(SavedFileError, match="too small"):
        load_model(tmp_path / "m.ondol")


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("AUC", {"num_thresholds": 10**9}),
        ("PrecisionAtRecall", {"recall": 0.5, "num_thresholds": 10**9}),
        ("MeanIoU", {"num_classes": 10**12}),
        ("MeanIoU", {"num_classes": 10**5}),
    ],
)
def test_enormous_metrics(saved, tmp_path, name, config):
    def replace(d):
        d["compile"]["metrics"] = [{"class_name": name, "config": config}]
        return d

    assert "too small" in refused(saved, tmp_path / "m.ondol", replace)


def test_arrays_of_other_things_than_numbers_and_text(saved, tmp_path):
    for dtype in ("S1000000000", "object", "V999999999", "M8[s]", "3000000f4", "complex128"):

        def replace(d, dtype=dtype):
            d["model"]["config"]["name"] = {
                "class_name": "array",
                "config": {"value": [1, 2], "dtype": dtype},
            }
            d["model"]["config"]["layers"][0]["config"]["name"] = d["model"]["config"]["name"]
            return d

        refused(saved, tmp_path / "m.ondol", replace)


def test_deep_descriptions(saved, tmp_path):
    for depth in (100, 900, 5000):
        header, rest = parts(saved)
        text = header["__metadata__"]["header"]
        start = '{"class_name": "Sequential", "config": {"name": "s", "layers": ['
        inner = json.dumps(json.loads(text)["model"])
        header["__metadata__"]["header"] = '{"model": ' + start * depth + inner + "]}}" * depth + "}"
        with pytest.raises(od.errors.OndolError):
            load_model(write(tmp_path / "m.ondol", header, rest))


def test_a_very_long_name_of_a_class_is_answered_at_once(saved, tmp_path):
    def replace(d):
        d["model"]["config"]["layers"][0]["class_name"] = "x" * 1_000_000
        return d

    with pytest.raises(od.errors.UnknownNameError) as caught:
        load_model(changed(saved, tmp_path / "m.ondol", replace))
    assert len(str(caught.value)) < 20_000


# -- writing


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod"])
def test_writing_that_fails_leaves_the_old_file(tmp_path, monkeypatch, call):
    path = tmp_path / "model.ondol"
    model = od.Sequential([od.Input((4,)), L.Dense(3)])
    model.save(path)
    before = path.read_bytes()

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    other = od.Sequential([od.Input((4,)), L.Dense(7)])
    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(OSError, match="No space left"):
            other.save(path)
        with pytest.raises(OSError, match="No space left"):
            other.save_weights(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.ondol"]
    assert load_model(path).count_params() == 15
