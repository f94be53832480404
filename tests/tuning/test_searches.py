"""Searches: what they try, what they keep, and how they go on after an end that nobody planned."""

import itertools
import json

import numpy as np
import pytest

import ondol as od
from ondol.tuning import HyperParameters, grid_search, random_search, step_search, successive_halving

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 3)).astype("float32")
Y = (X @ [[1.0], [-2.0], [0.5]]).astype("float32")


@pytest.fixture(autouse=True)
def eagerly():
    od.config.run_eagerly(True)


def network(hp):
    model = od.Sequential([od.Input((3,)), od.layers.Dense(1)])
    model.compile(od.optimizers.SGD(hp.float("rate", 1e-3, 1e-1, log=True)), "mse", metrics=["mae"])
    return model


def bowl(hp):
    return (hp.float("x", -4.0, 4.0) - 1) ** 2 + (hp.int("n", 0, 9) - 7) ** 2


# -- random


def test_random_search_trains_and_judges():
    results = random_search(network, X, Y, trials=4, epochs=3, validation_split=0.25, verbose=0, seed=5)
    assert [t.number for t in results.trials] == [0, 1, 2, 3]
    assert len({t.seed for t in results.trials}) == 4
    for trial in results.trials:  # the same training by hand
        od.random.seed(trial.seed)
        history = network(HyperParameters(trial.values)).fit(X, Y, epochs=3, validation_split=0.25, verbose=0)
        assert trial.history == history.history
        assert trial.score == min(history.history["val_loss"])
    assert results.best.score == min(t.score for t in results.trials)
    assert [t.score for t in results.ranked] == sorted(t.score for t in results.trials)
    assert results.best_hyperparameters.float("rate", 1e-3, 1e-1, log=True) == results.best.values["rate"]


def test_more_may_be_better():
    results = random_search(lambda hp: hp.float("x", 0.0, 1.0), trials=9, verbose=0, direction="max")
    assert results.best.score == max(t.score for t in results.trials)
    by_name = random_search(lambda hp: hp.float("x", 0.0, 1.0), trials=9, verbose=0, objective="val_accuracy")
    assert by_name.best.score == results.best.score


def test_a_search_repeats_itself_and_another_seed_does_not():
    first, again, other = (random_search(bowl, trials=5, verbose=0, seed=s) for s in (1, 1, 2))
    assert [t.values for t in first.trials] == [t.values for t in again.trials]
    assert first.trials[0].values != other.trials[0].values


def test_trainings_that_blow_up_come_last():
    def build(hp):
        model = od.Sequential([od.Input((3,)), od.layers.Dense(1)])
        model.compile(od.optimizers.SGD(hp.choice("rate", [1e30, 0.01])), "mse")
        return model

    results = grid_search(build, X, Y, objective="loss", epochs=4, verbose=0)
    assert results.best.values == {"rate": 0.01}
    assert results.ranked[-1].score is None
    assert "finite" in results.ranked[-1].error
    failed = random_search(lambda hp: float("nan"), trials=2, verbose=0)
    with pytest.raises(ValueError, match="came to its end. Received: none of 2"):
        failed.best  # noqa: B018
    assert "2 trials" in repr(failed)


# -- grid


def test_grid_search_tries_all():
    results = grid_search(lambda hp: hp.int("a", 0, 2) + hp.choice("b", [10, 20]), verbose=0)
    assert [t.values for t in results.trials] == [
        {"a": a, "b": b} for a, b in itertools.product([0, 1, 2], [10, 20])
    ]


def test_a_grid_with_branches():
    def build(hp):
        if hp.boolean("deep"):
            return hp.int("depth", 2, 3) + hp.float("rate", 0.0, 1.0)
        return hp.float("rate", 0.0, 1.0)

    tried = [t.values for t in grid_search(build, points=2, verbose=0).trials]
    shallow = [{"deep": False, "rate": r} for r in (0.0, 1.0)]
    deep = [{"deep": True, "depth": d, "rate": r} for d, r in itertools.product((2, 3), (0.0, 1.0))]
    assert tried == shallow + deep


# -- steps


def test_step_search_goes_downhill():
    def build(hp):
        a, b = hp.int("a", 0, 20), hp.float("b", 0.0, 2.0, step=0.5)
        return abs(a - 2) + (b - 1.5) ** 2 + {"x": 1, "y": 0, "z": 2}[hp.choice("c", ["x", "y", "z"])]

    results = step_search(build, verbose=0)
    assert results.best.values == {"a": 2, "b": 1.5, "c": "y"}
    assert results.trials[0].values == {"a": 10, "b": 1.0, "c": "x"}
    for one, other in itertools.pairwise(results.trials[:4]):  # one at a time
        assert sum(one.values[n] != other.values[n] for n in "abc") <= 2
    tried = [tuple(t.values.values()) for t in results.trials]
    assert len(set(tried)) == len(tried)


def test_step_search_stops_where_no_step_helps():
    results = step_search(bowl, start={"n": 7}, verbose=0, trials=100)
    assert results.best.values["n"] == 7
    assert abs(results.best.values["x"] - 1) <= 0.4  # half a step, a tenth of the range
    assert len(results) < 20
    assert len(step_search(bowl, verbose=0, trials=3)) == 3


# -- halving


def test_halving_keeps_the_best_and_goes_on():
    results = successive_halving(
        network, X, Y, trials=9, min_epochs=1, max_epochs=9, factor=3, objective="loss", verbose=0
    )
    assert sorted((t.epochs for t in results.trials), reverse=True) == [9, 3, 3] + [1] * 6
    first = {t.number: t.history["loss"][0] for t in results.trials}
    kept = {t.number for t in results.trials if t.epochs > 1}
    assert kept == set(sorted(first, key=first.get)[:3])
    second = {t.number: min(t.history["loss"][1:3]) for t in results.trials if t.epochs > 1}
    assert results.best.number == min(second, key=second.get)
    assert len(results.best.history["loss"]) == 9
    assert results.best.score == min(results.best.history["loss"][3:])


def interrupted_after(n, build):
    calls = itertools.count()

    def stopping(hp):
        if next(calls) == n:
            raise KeyboardInterrupt
        return build(hp)

    return stopping


def test_halving_goes_on_from_its_file(tmp_path):
    arguments = {"trials": 4, "max_epochs": 4, "factor": 2, "objective": "loss", "verbose": 0}
    whole = successive_halving(network, X, Y, **arguments)
    path = tmp_path / "search.jsonl"
    assert successive_halving(interrupted_after(2, network), X, Y, path=path, **arguments).interrupted
    whole_path = tmp_path / "whole.jsonl"
    successive_halving(network, X, Y, path=whole_path, **arguments)
    for lines in (
        3,
        6,
    ):  # in the first round, and in the second: then the models are trained again from the start
        path.write_text("".join(whole_path.read_text().splitlines(keepends=True)[:lines]))
        again = successive_halving(network, X, Y, path=path, **arguments)
        assert [(t.number, t.score, t.history) for t in again.trials] == [
            (t.number, t.score, t.history) for t in whole.trials
        ]


# -- files, and ends that nobody planned


SEARCHES = [
    lambda build, path: random_search(build, trials=6, verbose=0, path=path),
    lambda build, path: grid_search(build, verbose=0, path=path, points=2),
    lambda build, path: step_search(build, verbose=0, path=path, trials=12),
]


@pytest.mark.parametrize("search", SEARCHES, ids=["random", "grid", "step"])
@pytest.mark.parametrize("cut", [False, True])
def test_a_search_goes_on_from_its_file(search, cut, tmp_path):
    path = tmp_path / "search.jsonl"
    whole = search(bowl, None)
    first = search(interrupted_after(3, bowl), path)
    assert first.interrupted
    assert len(first) == 3
    assert "interrupted" in str(first)
    if cut:  # the machine went down while the last line was written
        path.write_bytes(path.read_bytes()[:-20])
    calls = []
    second = search(lambda hp: (calls.append(1), bowl(hp))[1], path)
    assert len(calls) == len(whole) - 3 + cut
    assert [(t.values, t.score) for t in second.trials] == [(t.values, t.score) for t in whole.trials]
    assert len(path.read_text().splitlines()) == 1 + len(whole)
    calls.clear()
    assert search(lambda hp: calls.append(1), path).best.values == whole.best.values
    assert not calls


def test_ctrl_c_within_a_training_ends_the_search(tmp_path):
    class Stops(od.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            import signal

            signal.raise_signal(signal.SIGINT)

    callbacks = []
    results = random_search(
        lambda hp: (callbacks.append(Stops()) if hp.float("rate", 1e-3, 1e-1, log=True) < 0.004 else None, network(hp))[1],
        X, Y, trials=20, objective="loss", epochs=2, callbacks=callbacks, verbose=0,
    )  # fmt: skip
    assert results.interrupted
    assert len(results) < 20
    assert all(t.values["rate"] >= 0.004 for t in results.trials)


def test_files_of_other_searches_are_refused(tmp_path):
    path = tmp_path / "search.jsonl"
    random_search(bowl, trials=2, verbose=0, path=path)
    with pytest.raises(ValueError, match="Choose another path"):
        random_search(bowl, trials=2, verbose=0, path=path, seed=1)
    with pytest.raises(ValueError, match="Choose another path"):
        grid_search(bowl, verbose=0, path=path)
    path.write_text(path.read_text() + "nonsense\n")
    with pytest.raises(ValueError, match="a line of JSON for each trial"):
        random_search(bowl, trials=2, verbose=0, path=path)
    other = tmp_path / "grid.jsonl"
    grid_search(bowl, verbose=0, path=other)
    lines = other.read_text().splitlines()
    changed = json.loads(lines[2])
    changed["values"]["x"] = 99.0
    other.write_text("\n".join([*lines[:2], json.dumps(changed), *lines[3:]]) + "\n")
    with pytest.raises(ValueError, match="have changed since"):
        grid_search(bowl, verbose=0, path=other)


# -- tables


def test_tables(capsys):
    results = random_search(bowl, trials=25)
    assert len(capsys.readouterr().out.splitlines()) == 25
    lines = str(results).splitlines()
    assert lines[0] == "25 trials, the best 20"
    assert lines[1].split() == ["trial", "val_loss", "epochs", "x", "n"]
    assert float(lines[2].split()[1]) == pytest.approx(results.best.score, rel=1e-3)
    assert len(lines) == 22
    html = results._repr_html_()
    assert html.count("<tr>") == 21
    assert "val_loss" in html
    assert repr(results).startswith("<Results of 25 trials")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: random_search(bowl, trials=0), "trials=0"),
        (lambda: random_search(3), "function build"),
        (lambda: random_search(lambda hp: "x", verbose=0), "a model, or a score. Received: 'x'"),
        (
            lambda: random_search(lambda hp: od.Sequential([od.layers.Dense(1)]), X, Y),
            "return a compiled model",
        ),
        (lambda: random_search(network), "Expected data to train"),
        (
            lambda: random_search(network, X, Y),
            "measures: loss, mae. Received: objective='val_loss'. Pass validation",
        ),
        (lambda: random_search(bowl, objective="speed"), "direction='min' or 'max'"),
        (lambda: random_search(bowl, direction="up"), "direction='up'"),
        (lambda: successive_halving(network, X, Y, factor=1), "factor of 2 or more"),
        (lambda: successive_halving(bowl, X, Y), "a model that can be trained"),
        (lambda: grid_search(bowl, points=0), "points=0"),
    ],
)
def test_refused(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
