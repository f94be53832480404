"""fit, evaluate and predict on od.data.Dataset, PyDatasets, and on what torch and TensorFlow hand over."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from batches_in_processes import Batches, Shifted
from numpy_network import NumpyNetwork, X, Y, close, network

import ondol as od
from ondol.errors import DataError, NotFiniteError

Dataset = od.data.Dataset


@pytest.fixture(autouse=True)
def nothing_left_behind():
    before = set(threading.enumerate())
    yield
    gc.collect()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)  # after a second Ctrl-C nobody waits for the batch that is being made
        assert not thread.is_alive(), thread
    assert not multiprocessing.active_children()


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


@pytest.fixture
def file(tmp_path):
    np.savez(tmp_path / "xy.npz", x=X, y=Y)
    return str(tmp_path / "xy.npz")


def data_set():
    return Dataset.from_arrays(X, Y).batch(8)


def test_a_data_set_trains_as_its_arrays(eager):
    model = network(run_eagerly=eager)
    reference = NumpyNetwork(model.get_weights())
    history = model.fit(data_set(), epochs=2, verbose=0, validation_data=data_set())
    expected = reference.fit(X, Y, 8, 2)
    close({name: history.history[name] for name in ("loss", "mae")}, expected)
    assert history.history["val_loss"][1] == pytest.approx(reference.loss(X, Y), rel=1e-4)
    reference.agrees(model)
    assert model.evaluate(data_set(), verbose=0)[0] == pytest.approx(reference.loss(X, Y), rel=1e-4)
    np.testing.assert_allclose(model.predict(data_set()), reference.outputs(X)[1], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        model.predict(Dataset.from_arrays(X).batch(8)), reference.outputs(X)[1], rtol=1e-4, atol=1e-5
    )


def test_compiled_and_eager_see_the_same_batches():
    """Shuffled, augmented with od.random, made by threads, and with dropout in the model."""

    def weights(run_eagerly):
        od.random.seed(11)
        model = od.Sequential([od.Input((4,)), od.layers.Dropout(0.5), od.layers.Dense(2)])
        model.compile("sgd", "mse", run_eagerly=run_eagerly)
        data = Dataset.from_arrays(X, Y).shuffle().map(jitter, num_parallel_calls=3).batch(8)
        model.fit(data, epochs=3, verbose=0)
        return model.get_weights()

    def jitter(x, y):
        return x + od.random.normal(x.shape).numpy(), y

    for a, b in zip(weights(False), weights(True), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_generator_that_draws_is_the_same_with_and_without_its_thread():
    def generator():
        for start in range(0, 22, 8):
            yield X[start : start + 8] + od.random.normal((4,)).numpy(), Y[start : start + 8]

    def losses(run_eagerly):
        od.random.seed(2)
        model = network(run_eagerly=run_eagerly)
        return model.fit(Dataset.from_generator(generator), epochs=3, verbose=0).history["loss"]

    first = losses(False)
    assert first == losses(False)
    np.testing.assert_allclose(first, losses(True), rtol=1e-5)


def test_batches_are_made_by_a_thread_only_where_steps_are_compiled(eager):
    made_by = set()

    def batches():
        made_by.add(threading.current_thread())
        yield X, Y

    model = network(run_eagerly=eager)
    model.fit(batches(), verbose=0)
    model.evaluate(batches(), verbose=0)
    model.predict(batches())
    assert (made_by == {threading.main_thread()}) == eager


def test_no_more_batches_are_taken_than_are_used():
    taken = []

    def forever():
        for i in range(1000):
            taken.append(i)
            yield X[:8], Y[:8]

    model, batches = network(), forever()
    model.fit(batches, steps_per_epoch=3, epochs=2, verbose=0)
    assert taken == list(range(6))
    model.evaluate(batches, steps=2, verbose=0)
    model.predict(batches, steps=1)
    assert taken == list(range(9))


def test_two_programs_for_batches_and_a_smaller_last_one():
    model = network()
    before = od.compilations.count
    model.fit(data_set(), epochs=3, verbose=0)
    assert od.compilations.count == before + 2
    model.fit(data_set().repeat(2), verbose=0)
    assert od.compilations.count == before + 2


def test_the_number_of_steps_is_known_where_the_length_is():
    class Steps(od.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.steps = self.params["steps"]

    def steps(data, **kwargs):
        callback = Steps()
        network(run_eagerly=True).fit(data, verbose=0, callbacks=[callback], **kwargs)
        return callback.steps

    assert steps(data_set()) == 3
    assert steps(data_set().filter(lambda x, y: True)) is None
    assert steps(data_set().repeat(), steps_per_epoch=5) == 5


@pytest.mark.parametrize("kwargs", [{}, {"workers": 3}, {"workers": 2, "use_multiprocessing": True}])
def test_a_py_dataset(file, kwargs):
    model = network()
    reference = NumpyNetwork(model.get_weights())
    data = Batches(file, **kwargs)
    history = model.fit(data, epochs=2, shuffle=False, verbose=0)
    close(history.history, reference.fit(X, Y, 8, 2))
    assert data.seen == 2
    assert model.evaluate(Batches(file, **kwargs), verbose=0)[0] == pytest.approx(
        reference.loss(X, Y), rel=1e-4
    )


def test_what_a_py_dataset_changes_at_the_end_of_an_epoch_reaches_its_processes():
    seen = []

    class Watch(od.Model):
        def __init__(self):
            super().__init__()
            self.dense = od.layers.Dense(2)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            seen.append((float(data[0].data[0, 0]), float(data[1].data[0, 0])))
            return {"loss": 0.0}

    model = Watch()
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(Shifted(workers=1, use_multiprocessing=True), epochs=2, shuffle=False, verbose=0)
    assert [x for x, _ in seen] == [0, 1, 2, 3, 100, 101, 102, 103]
    assert len({process for _, process in seen}) == 1
    assert float(np.float32(os.getpid())) not in {process for _, process in seen}


def test_a_py_dataset_without_end():
    class Endless(od.utils.PyDataset):
        num_batches = None
        begun = 0

        def on_epoch_begin(self):
            self.begun += 1

        def __getitem__(self, index):
            return X[:8] + index, Y[:8]

    for workers in (1, 2):
        data = Endless(workers=workers)
        model = network(learning_rate=0.0)
        history = model.fit(data, steps_per_epoch=3, epochs=2, verbose=0)
        reference = NumpyNetwork(model.get_weights())
        mean = np.mean([reference.loss(X[:8] + i, Y[:8]) for i in range(3)])
        assert history.history["loss"] == pytest.approx([mean, mean], rel=1e-5)
        assert data.begun == 2


def test_a_py_dataset_that_lacks_a_method():
    class Half(od.utils.PyDataset):
        pass

    with pytest.raises(NotImplementedError, match=r"Half to have a method __getitem__\(self, index\)"):
        Half()[0]
    with pytest.raises(NotImplementedError, match="Half to have a method __len__"):
        list(Half())


class FakeTensor:
    """A torch tensor, as far as data go: NumPy is asked for only after detach() and cpu()."""

    dtype = "torch.float32"

    def __init__(self, array, steps=()):
        self.array, self.steps, self.shape, self.ndim = array, steps, array.shape, array.ndim

    def detach(self):
        return FakeTensor(self.array, (*self.steps, "detach"))

    def cpu(self):
        return FakeTensor(self.array, (*self.steps, "cpu"))

    def __array__(self, dtype=None, copy=None):
        assert self.steps == ("detach", "cpu")
        return self.array


class FakeLoader:
    """A DataLoader: __iter__ and __len__, and lists of tensors."""

    def __iter__(self):
        return ([FakeTensor(X[i : i + 8]), FakeTensor(Y[i : i + 8])] for i in range(0, 22, 8))

    def __len__(self):
        return 3


class FakeTensorFlow:
    """A tf.data.Dataset: a length that may not be known, and tuples of arrays."""

    def __iter__(self):
        return iter([(X[i : i + 8], Y[i : i + 8]) for i in range(0, 22, 8)])

    def __len__(self):
        raise TypeError("The dataset length is unknown.")


@pytest.mark.parametrize("data", [FakeLoader, FakeTensorFlow])
def test_what_torch_and_tensorflow_hand_over(data):
    model = network()
    reference = NumpyNetwork(model.get_weights())
    history = model.fit(data(), epochs=2, verbose=0, validation_data=data())
    assert history.history["loss"] == pytest.approx(reference.fit(X, Y, 8, 2)["loss"], rel=1e-5)
    np.testing.assert_allclose(model.predict(data()), reference.outputs(X)[1], rtol=1e-4, atol=1e-5)


def test_tables():
    class Table:
        def __init__(self, array):
            self.array = array

        def __len__(self):
            return len(self.array)

        def to_numpy(self):
            return self.array.astype("float64")

    model = network()
    reference = NumpyNetwork(model.get_weights())
    close(
        model.fit(Table(X), Table(Y), batch_size=8, shuffle=False, verbose=0).history, reference.fit(X, Y, 8)
    )


# -- mistakes


def broken_after(n, item):
    for i in range(0, 22, 8):
        yield (X[i : i + 8], Y[i : i + 8]) if i < 8 * n else item


WRONG = {
    "other features": ((X[:8, :3], Y[:8]), DataError, "length 4", "in epoch 1, batch 3"),
    "other targets": ((X[:8], Y[:7]), DataError, r"x\.shape=\(8, 4\), y\.shape=\(7, 2\)", "in epoch 1, batch 3"),
    "NaN": ((np.full((8, 4), np.nan), Y[:8]), DataError, "finite numbers in x", "in epoch 1, batch 3"),
    "no samples": ((X[:0], Y[:0]), DataError, "at least one sample", "in epoch 1, batch 3"),
    "text": ((np.array(["a"]), Y[:1]), DataError, "x to hold numbers", "in epoch 1, batch 3"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_batch_that_cannot_be_right_is_named(case, eager):
    item, error, message, place = WRONG[case]
    model = network(run_eagerly=eager)
    with pytest.raises((error, od.errors.ShapeError), match=message) as caught:
        model.fit(broken_after(2, item), verbose=0)
    assert place in caught.value.__notes__
    with pytest.raises((error, od.errors.ShapeError)) as caught:
        model.evaluate(broken_after(1, item), verbose=0)
    assert "in batch 2 of the evaluation" in caught.value.__notes__


def test_an_error_in_a_generator_is_named(eager):
    def failing():
        yield X[:8], Y[:8]
        raise RuntimeError("the disk is full")

    model = network(run_eagerly=eager)
    for use, place in (
        (lambda: model.fit(failing(), verbose=0), "in epoch 1, batch 2"),
        (lambda: model.evaluate(failing(), verbose=0), "in batch 2 of the evaluation"),
        (lambda: model.predict(failing()), "in batch 2 of the prediction"),
    ):
        with pytest.raises(RuntimeError, match="the disk is full") as caught:
            use()
        assert place in caught.value.__notes__


@pytest.mark.parametrize("kwargs", [{}, {"workers": 2}, {"workers": 2, "use_multiprocessing": True}])
def test_an_error_of_a_worker_is_named(file, kwargs):
    with pytest.raises(OSError, match="no file 2") as caught:
        network().fit(Batches(file, fails_at=2, **kwargs), shuffle=False, verbose=0)
    assert caught.value.__notes__[-2:] == ["in Batches[2]", "in epoch 1, batch 3"]


@pytest.mark.parametrize("kwargs", [{}, {"num_parallel_calls": 2}])
def test_an_error_that_is_kept_keeps_no_thread(kwargs, eager):
    """Labels are looked at by the main thread, in the middle of the others' work."""
    labels = np.arange(220) % 3
    labels[100:] = 7
    data = Dataset.from_arrays(np.tile(X, (10, 1)), labels).map(lambda x, y: (x, y), **kwargs).batch(8)
    model = od.Sequential([od.Input((4,)), od.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=eager)
    with pytest.raises(DataError, match="class numbers from 0 to 2") as caught:
        model.fit(data.prefetch(), verbose=0)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ondol")]
    assert "in epoch 1, batch 13" in caught.value.__notes__


def test_a_loss_that_is_not_finite_is_explained(eager):
    model = network(learning_rate=1e30, run_eagerly=eager)
    with pytest.raises(NotFiniteError, match="in epoch 1, batch"):
        model.fit(data_set().repeat(9), verbose=0)


@pytest.mark.parametrize(
    "empty", [Dataset.range(0), Dataset.from_generator(list), []], ids=["range", "list", "arrays"]
)
def test_an_empty_data_set(empty):
    words = "at least one sample" if empty == [] else "batches for epoch 1. Received: none; it is empty"
    with pytest.raises(DataError, match=words):
        network().fit(empty, *([[]] if empty == [] else []), verbose=0)


def test_a_data_set_that_cannot_be_pickled_is_said():
    class Local(Batches):
        pass

    with pytest.raises(DataError, match="a data set that can be sent to another process"):
        network().fit(Local("", workers=2, use_multiprocessing=True), verbose=0)


# -- Ctrl-C


class Stepped(od.callbacks.Callback):
    """Tells the thread that makes batches when the first step is done."""

    def __init__(self):
        self.done = threading.Event()

    def on_train_batch_end(self, batch, logs=None):
        self.done.set()


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_while_a_batch_is_waited_for(times):
    stepped, release = Stepped(), threading.Event()

    def slow():
        yield X[:8], Y[:8]
        assert stepped.done.wait(10)
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.3)  # the main thread hears of each
        assert release.wait(10)
        yield X[:8], Y[:8]

    timer = threading.Timer(1.5, release.set)
    timer.start()
    model = network()
    if times == 1:
        history = model.fit(slow(), epochs=9, verbose=0, callbacks=[stepped])
        assert history.interrupted
        assert len(history.history["loss"]) == 1
    else:
        with pytest.raises(KeyboardInterrupt):
            model.fit(slow(), epochs=9, verbose=0, callbacks=[stepped])
    timer.join()
    assert np.isfinite(model.get_weights()[0]).all()


def test_ctrl_c_before_the_first_step():
    def slow():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
        yield X[:8], Y[:8]

    history = network().fit(slow(), epochs=9, verbose=0)
    assert history.interrupted
    assert history.history == {}


def test_ctrl_c_ends_worker_processes(file):
    """From a terminal Ctrl-C goes to the whole group of processes, workers included."""
    if not hasattr(os, "killpg"):
        pytest.skip("Windows has no groups of processes to send a signal to")
    command = [sys.executable, str(Path(__file__).with_name("batches_in_processes.py")), file]
    program = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        word, *workers = program.stdout.readline().split()
        assert word == "started"
        workers = [int(pid) for pid in workers]
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate(timeout=60)
    finally:
        program.kill()
        program.wait()
    assert program.returncode == 0, err
    assert "Traceback" not in err
    assert out.splitlines()[-1].startswith("interrupted True 0 ")
    assert workers
    for pid in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
