"""Training, evaluating and predicting on batches that come one by one."""

import numpy as np
import pytest
from numpy_network import NumpyNetwork, X, Y, close, network

import ondol as od

WEIGHT = np.linspace(0, 2, 22)


def pairs():
    for start in range(0, 22, 8):
        yield X[start : start + 8], Y[start : start + 8]


def triples():
    for start in range(0, 22, 8):
        rows = slice(start, start + 8)
        yield X[rows], Y[rows].tolist(), WEIGHT[rows]


def forever():
    while True:
        yield from pairs()


class Anew:
    """An iterable that starts again for each epoch."""

    def __init__(self, batches=pairs):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches())


class Indexed:
    """A data set in the way of Keras' PyDataset: no IndexError at its end."""

    def __init__(self):
        self.visited, self.ends = [], 0

    def __len__(self):
        return 3

    def __getitem__(self, i):
        self.visited.append(i)
        return X[i * 8 : i * 8 + 8], Y[i * 8 : i * 8 + 8]

    def on_epoch_end(self):
        self.ends += 1


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def test_an_iterable_is_started_anew_for_each_epoch(eager):
    model = network(run_eagerly=eager)
    reference = NumpyNetwork(model.get_weights())
    history = model.fit(Anew(), epochs=2, verbose=0)
    close(history.history, reference.fit(X, Y, 8, 2))
    reference.agrees(model)


def test_sample_weights():
    model = network(run_eagerly=True)
    reference = NumpyNetwork(model.get_weights())
    close(model.fit(Anew(triples), epochs=2, verbose=0).history, reference.fit(X, Y, 8, 2, WEIGHT))


def test_a_generator_goes_on():
    model = network()
    reference = NumpyNetwork(model.get_weights())
    history = model.fit(forever(), steps_per_epoch=2, epochs=3, verbose=0)
    orders = [np.arange(16), np.array([*range(16, 22), *range(8)]), np.arange(8, 22)]
    losses = []
    for order in orders:  # batches of 8 and 6, where the data end
        cuts = [order[:6], order[6:]] if order[0] == 16 else [order[:8], order[8:]]
        total = 0.0
        for rows in cuts:
            total += reference.loss(X[rows], Y[rows]) * len(rows)
            reference.step(X[rows], Y[rows])
        losses.append(total / len(order))
    close({"loss": history.history["loss"]}, {"loss": losses})
    reference.agrees(model)


def test_an_indexed_data_set(eager):
    model = network(run_eagerly=eager)
    reference = NumpyNetwork(model.get_weights())
    data = Indexed()
    history = model.fit(data, epochs=2, shuffle=False, verbose=0, validation_data=Indexed())
    assert data.visited == [0, 1, 2] * 2
    assert data.ends == 2
    expected = reference.fit(X, Y, 8, 2)
    assert history.history["loss"] == pytest.approx(expected["loss"], rel=1e-4)
    assert history.history["val_loss"][1] == pytest.approx(reference.loss(X, Y), rel=1e-4)
    assert model.evaluate(Indexed(), verbose=0)[0] == pytest.approx(reference.loss(X, Y), rel=1e-4)
    np.testing.assert_array_equal(model.predict(Indexed()), model.predict(X, batch_size=8))


def test_an_indexed_data_set_is_shuffled_by_batches():
    class Many(Indexed):
        def __len__(self):
            return 30

        def __getitem__(self, i):
            super().__getitem__(0)
            self.visited[-1] = i
            return X[:2], Y[:2]

    def visited(**kwargs):
        od.random.seed(0)
        data = Many()
        network(run_eagerly=True).fit(data, epochs=2, verbose=0, **kwargs)
        return data.visited[:30], data.visited[30:]

    first, second = visited()
    assert sorted(first) == sorted(second) == list(range(30))
    assert first != second
    assert visited() == (first, second)
    assert visited(shuffle=False) == (list(range(30)), list(range(30)))


def test_evaluate_and_predict():
    model = network()
    reference = NumpyNetwork(model.get_weights())
    values = model.evaluate(pairs(), verbose=0, return_dict=True)
    assert values["loss"] == pytest.approx(reference.loss(X, Y), rel=1e-5)
    assert values["mae"] == pytest.approx(reference.absolute_error(X, Y), rel=1e-5)
    assert model.evaluate(triples(), verbose=0)[0] == pytest.approx(reference.loss(X, Y, WEIGHT), rel=1e-5)
    assert model.evaluate(forever(), steps=2, verbose=0)[0] == pytest.approx(
        reference.loss(X[:16], Y[:16]), rel=1e-5
    )
    np.testing.assert_array_equal(model.predict(pairs()), model.predict(X, batch_size=8))
    np.testing.assert_array_equal(model.predict((x for x, _ in pairs())), model.predict(X, batch_size=8))
    assert model.predict(forever(), steps=2).shape == (16, 2)


def test_class_weight():
    od.config.run_eagerly(True)
    labels = np.arange(22) % 3
    model = od.Sequential([od.Input((4,)), od.layers.Dense(3, activation="softmax")])
    model.compile(od.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    factors = {0: 1.0, 1: 0.25, 2: 4.0}
    data = Anew(lambda: [(X[i : i + 8], labels[i : i + 8]) for i in range(0, 22, 8)])
    streamed = model.fit(data, class_weight=factors, verbose=0).history["loss"]
    whole = model.fit(X, labels, class_weight=factors, verbose=0).history["loss"]
    assert streamed == pytest.approx(whole, rel=1e-5)


def test_one_program_for_batches_of_one_shape():
    model = network()
    model.fit(Anew(), verbose=0)
    before = od.compilations.count
    model.fit(Anew(), epochs=3, verbose=0)
    assert od.compilations.count == before


def test_callbacks_and_stopping():
    class Stop(od.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.last = batch
            self.model.stop_training = batch == 1

    stop = Stop()
    history = network().fit(forever(), steps_per_epoch=100, epochs=5, verbose=0, callbacks=[stop])
    assert stop.last == 1
    assert history.epoch == [0]


def test_a_used_up_generator_is_said():
    with pytest.raises(
        od.errors.DataError, match=r"batches for epoch 2. Received: none; the iterator is used up"
    ):
        network().fit(pairs(), epochs=2, verbose=0)
    model = network()
    spent = pairs()
    model.evaluate(spent, verbose=0)
    with pytest.raises(od.errors.DataError, match="batches to evaluate on. Received: none"):
        model.evaluate(spent, verbose=0)
    with pytest.raises(od.errors.DataError, match="at least one sample to predict for"):
        model.predict(spent)
    with pytest.raises(od.errors.DataError, match="batches to evaluate on"):
        model.fit(X, Y, epochs=2, verbose=0, validation_data=pairs())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": Y}, "Expected y only with arrays. Received: y together with an iterable"),
        ({"sample_weight": WEIGHT}, "Expected sample_weight only with arrays"),
        ({"validation_split": 0.2}, "Expected validation_split only with arrays.*pass validation_data="),
    ],
)
def test_arguments_that_belong_to_arrays(arguments, message):
    with pytest.raises(od.errors.DataError, match=message):
        network().fit(Anew(), verbose=0, **arguments)


def test_a_mistake_in_a_batch_names_its_place():
    labels = np.arange(22) % 3
    labels[20] = 3

    def batches():
        for start in range(0, 22, 8):
            yield X[start : start + 8], labels[start : start + 8]

    model = od.Sequential([od.Input((4,)), od.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = None

    class Keep(od.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            nonlocal before
            before = self.model.get_weights()

    with pytest.raises(od.errors.DataError, match=r"class numbers from 0 to 2.*y\[4\]=3") as caught:
        model.fit(batches(), verbose=0, callbacks=[Keep()])
    assert "in epoch 1, batch 3" in caught.value.__notes__
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match=r"\(x,\), \(x, y\) or \(x, y, sample_weight\)"):
        model.fit(Anew(lambda: [(1, 2, 3, 4)]), verbose=0)
