"""What load_weights says of a file that fits only in part; custom objects; what is left open, and how much is held."""

import tracemalloc

import numpy as np
import pytest
from safetensors import safe_open

import ondol as od
from ondol.models import load_model
from ondol.models.saving import Skipped

L = od.layers


def stack(*units):
    return od.Sequential([od.Input((4,)), *[L.Dense(n) for n in units]])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.safetensors"


def test_a_report_of_everything(path):
    saved, model = stack(3, 2, 1), stack(3, 9)
    saved.save_weights(path)
    before = model.layers[1].kernel.numpy()
    report = model.load_weights(path, skip_mismatch=True)
    assert sorted(report.loaded) == ["layers/0/bias", "layers/0/kernel"]
    assert sorted(report.skipped) == [
        Skipped("layers/1/bias", (9,), (2,)),
        Skipped("layers/1/kernel", (3, 9), (3, 2)),
    ]
    assert report.missing == []
    assert sorted(report.unused) == ["layers/2/bias", "layers/2/kernel"]
    assert not report.complete
    assert str(report).splitlines()[0] == f"2 of 4 weights loaded from {path}"
    assert "skipped: layers/1/kernel (3, 9), in the file (3, 2)" in str(report)
    assert "in the file only: layers/2/kernel" in repr(report)
    np.testing.assert_array_equal(model.layers[1].kernel.numpy(), before)
    np.testing.assert_array_equal(model.layers[0].kernel.numpy(), saved.layers[0].kernel.numpy())

    larger = stack(3, 2, 1, 5)
    report = larger.load_weights(path, skip_mismatch=True)
    assert (len(report.loaded), sorted(report.missing)) == (6, ["layers/3/bias", "layers/3/kernel"])
    assert "missing in the file: layers/3/bias" in str(report)


def test_a_report_of_a_file_that_fits(path):
    stack(3).save_weights(path)
    report = stack(3).load_weights(path)
    assert report.complete
    assert str(report) == f"2 of 2 weights loaded from {path}"


def test_a_long_report_is_cut(path):
    stack(*[3] * 40).save_weights(path)
    said = str(stack(3).load_weights(path, skip_mismatch=True)).splitlines()
    assert len(said) == 21
    assert said[-1] == "and 59 more"


# -- files


def test_nothing_stays_open_and_other_readers_agree(path):
    model = stack(300, 300)
    model.save_weights(path)
    with safe_open(path, framework="numpy") as file:
        for name in file.keys():  # noqa: SIM118 - no mapping
            layer, weight = name.removeprefix("model/layers/").split("/")
            np.testing.assert_array_equal(
                file.get_tensor(name), getattr(model.layers[int(layer)], weight).numpy()
            )
    model.load_weights(path)
    load = stack(300, 300)
    load.load_weights(path)
    path.write_bytes(b"")  # a file that is still mapped would end the program here
    np.testing.assert_array_equal(load.get_weights()[0], model.get_weights()[0])


def test_every_dtype_as_safetensors_has_it(path):
    from safetensors.numpy import load_file

    from ondol.utils.array_file import CODES, ArrayFile, entry_of, write_arrays

    od.tensor([1.0]).astype("bfloat16")  # NumPy knows it now
    arrays = {name: (np.arange(6).reshape(2, 3) % 2).astype(name) for name in CODES.values()}
    arrays |= {"number": np.float32(3.5).reshape(()), "empty": np.zeros((0, 4), "float32")}
    with path.open("wb") as file:
        write_arrays(file, {name: entry_of(a) for name, a in arrays.items()}, lambda sums: {"a": "b"})
    theirs = load_file(path)
    with ArrayFile(path) as ours:
        assert set(ours.places) == set(theirs) == set(arrays)
        for name, array in arrays.items():
            for found in (ours.read(name), theirs[name]):
                assert (found.dtype, found.shape) == (array.dtype, array.shape)
                np.testing.assert_array_equal(found, array)


def test_saving_and_loading_hold_one_array_at_a_time(path):
    """16 weights of 1 MB: without a second copy of them all."""
    od.config.run_eagerly(True)
    model = od.Sequential([od.Input((500,)), *[L.Dense(500, use_bias=False) for _ in range(16)]])
    model.load_weights(_saved(model, path))  # everything is imported now
    for work, kept in (
        (lambda: model.save_weights(path), 0),
        (lambda: model.save(path), 0),
        (lambda: model.load_weights(path), 16_000_000),  # the new weights; those before were made earlier
    ):
        tracemalloc.start()
        work()
        grown = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert grown < kept + 5_000_000


def _saved(model, path):
    model.save_weights(path)
    return path


# -- objects of one's own, of all kinds


class Ramp(od.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return od.tensor(np.arange(np.prod(shape)).reshape(shape) / 10, dtype=dtype)


class Halving(od.optimizers.schedules.LearningRateSchedule):
    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start * 0.5 ** od.cast(step, "float32")

    def get_config(self):
        return {"start": self.start}


class Quartic(od.regularizers.Regularizer):
    def __call__(self, x):
        return 0.1 * od.sum(x**4)

    def get_config(self):
        return {}


class Fourth(od.losses.Loss):
    def call(self, y_true, y_pred):
        return od.mean((y_true - y_pred) ** 4, axis=-1)


@od.utils.register_serializable("LoadReport")
def bent(x):
    return od.tanh(x) + 0.1 * x


@od.utils.register_serializable("LoadReport")
def off_by(y_true, y_pred):
    return od.mean(od.abs(y_true - y_pred), axis=-1)


OWN = {cls.__name__: cls for cls in (Ramp, Halving, Quartic, Fourth)}


def test_objects_of_every_kind(tmp_path):
    path = tmp_path / "m.ondol"
    x = np.linspace(-1, 1, 12).reshape(3, 4).astype("float32")
    model = od.Sequential(
        [
            od.Input((4,)),
            L.Dense(2, bent, kernel_initializer=Ramp(), kernel_regularizer=Quartic()),
            L.Activation(bent),
        ]
    )
    model.compile(od.optimizers.SGD(Halving(0.1)), Fourth(), metrics=[off_by])
    model.train_on_batch(x, x[:, :2])
    model.save(path)
    loaded = [load_model(path, custom_objects=OWN)]
    with od.utils.custom_object_scope(OWN):
        loaded.append(load_model(path))
    model.reset_metrics()
    expected = model.train_on_batch(x, x[:, :2])
    for other in loaded:
        assert type(other.layers[0].kernel_initializer) is Ramp
        assert other.layers[0].activation is bent
        assert other.train_on_batch(x, x[:, :2]) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", OWN)
def test_what_is_missing_is_named(tmp_path, name):
    path = tmp_path / "m.ondol"
    model = od.Sequential(
        [od.Input((4,)), L.Dense(2, kernel_initializer=Ramp(), kernel_regularizer=Quartic())]
    )
    model.compile(od.optimizers.SGD(Halving(0.1)), Fourth())
    model.save(path)
    with pytest.raises(od.errors.UnknownNameError, match=name) as caught:
        load_model(path, custom_objects={other: cls for other, cls in OWN.items() if other != name})
    assert "register_serializable" in caught.value.__notes__[0]
    assert od.utils.get_custom_objects() == {}


def test_a_function_is_no_class(tmp_path):
    with pytest.raises(od.errors.SavedFileError, match="Expected the name of a class"):
        od.layers.deserialize({"class_name": "LoadReport>bent", "config": {"x": 1}})
    assert od.utils.get_registered_object("LoadReport>bent") is bent
    assert od.utils.get_registered_object("LoadReport>crooked") is None
