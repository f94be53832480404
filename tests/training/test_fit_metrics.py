"""Metrics while fitting: values for each class, results asked for at the end, mistakes found before a step."""

from contextlib import nullcontext

import numpy as np
import pytest
from sklearn import metrics as sk

import ondol as od

L = od.layers
rng = np.random.default_rng(5)
X = rng.normal(size=(50, 4)).astype("float32")
LABELS = rng.integers(0, 3, 50)
ONE_HOT = np.eye(3, dtype="float32")[LABELS]


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def classifier(metrics, eager=True, optimizer="sgd"):
    od.random.seed(1)
    model = od.Sequential([od.Input((4,)), L.Dense(3, activation="softmax")])
    model.compile(optimizer, "categorical_crossentropy", metrics=metrics, run_eagerly=eager)
    return model


def test_values_for_each_class(eager, capsys):
    model = classifier([od.metrics.F1Score(), od.metrics.Recall(thresholds=[0.3, 0.5])], eager)
    history = model.fit(X, ONE_HOT, batch_size=16, epochs=2, validation_data=(X, ONE_HOT), verbose=2)
    assert [np.shape(v) for v in history.history["f1_score"]] == [(3,), (3,)]
    assert "f1_score 0." in capsys.readouterr().out  # the mean of the three
    p = model.predict(X)
    f1 = sk.f1_score(LABELS, p.argmax(-1), average=None)
    np.testing.assert_allclose(history.history["val_f1_score"][-1], f1, rtol=1e-5)
    values = model.evaluate(X, ONE_HOT, verbose=0, return_dict=True)
    np.testing.assert_allclose(values["f1_score"], f1, rtol=1e-5)
    recalls = [sk.recall_score(ONE_HOT, p > t, average="micro") for t in (0.3, 0.5)]
    np.testing.assert_allclose(values["recall"], recalls, rtol=1e-5)
    mean = f"{np.mean(history.history['f1_score'][-1]):.4g}"
    assert mean in history._repr_html_()
    assert f"'f1_score': {round(float(np.mean(history.history['f1_score'][-1])), 4)}" in repr(history)
    assert [axes.get_title(loc="left") for axes in od.plot.learning_curves(history).figure.axes][
        1
    ] == "f1 score"
    logs = model.test_on_batch(X, ONE_HOT, return_dict=True)
    assert logs["recall"].shape == (2,)


def test_batches_from_a_generator():
    model = classifier([od.metrics.F1Score()])
    batches = [(X[:25], ONE_HOT[:25]), (X[25:], ONE_HOT[25:])]
    history = model.fit((batch for batch in batches), epochs=1, verbose=0)
    assert history.history["f1_score"][0].shape == (3,)
    values = model.evaluate((batch for batch in batches), verbose=0, return_dict=True)
    np.testing.assert_allclose(
        values["f1_score"], sk.f1_score(LABELS, model.predict(X).argmax(-1), average=None)
    )


def test_compiled_and_eager_training_give_the_same_logs():
    def metrics():
        return [
            "accuracy",
            od.metrics.AUC(),
            od.metrics.Precision(),
            od.metrics.F1Score("macro"),
            od.metrics.R2Score(),
        ]

    histories = [
        classifier(metrics(), run)
        .fit(X, ONE_HOT, batch_size=16, epochs=3, validation_split=0.2, verbose=0)
        .history
        for run in (True, False)
    ]
    assert list(histories[0]) == list(histories[1])
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-4, atol=1e-6, err_msg=name)


class LastBatch(od.metrics.Metric):
    """A metric that keeps more than Variables: it must be asked within the step."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.value = od.mean(y_pred[:, 0])

    def result(self):
        return self.value


def test_a_metric_of_ones_own_may_keep_what_it_likes(eager):
    model = classifier([LastBatch(name="last")], eager, od.optimizers.SGD(0.0))
    history = model.fit(X, ONE_HOT, batch_size=16, shuffle=False, verbose=0).history
    assert history["last"][0] == pytest.approx(model.predict(X)[48:, 0].mean(), rel=1e-5)


def test_targets_that_a_metric_cannot_take_are_found_before_a_step(eager):
    model = od.Sequential([od.Input((4,)), L.Dense(3, activation="softmax")])
    model.compile(
        "sgd",
        "sparse_categorical_crossentropy",
        metrics=["accuracy", od.metrics.Precision()],
        run_eagerly=eager,
    )
    weights = model.get_weights()
    with pytest.raises(
        od.errors.DataError, match=r"one-hot rows of 3 classes as targets of precision.*to_categorical"
    ):
        model.fit(X, LABELS, verbose=0)
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


LOGITS = [
    (["accuracy"], "accuracy"),
    ([od.metrics.BinaryAccuracy(threshold=0.0)], None),
    ([od.metrics.AUC()], "auc"),
    ([od.metrics.AUC(from_logits=True)], None),
    ([od.metrics.Precision()], "precision"),
    ([od.metrics.Precision(thresholds=0)], None),
    ([od.metrics.BinaryIoU()], "binary_io_u"),
    ([od.metrics.F1Score(threshold=0.5)], "f1_score"),
]


@pytest.mark.parametrize(("metrics", "named"), LOGITS)
def test_logits_in_place_of_probabilities_are_named(metrics, named):
    model = od.Sequential([od.Input((4,)), L.Dense(1)])
    model.compile(loss=od.losses.BinaryCrossentropy(from_logits=True), metrics=metrics, run_eagerly=True)
    expected = (
        nullcontext()
        if named is None
        else pytest.warns(UserWarning, match=f"The metric '{named}' expects probabilities")
    )
    with expected:
        model.evaluate(X, ONE_HOT[:, :1], verbose=0)


def test_masked_steps_do_not_count(eager):
    """Sequences of different lengths: a weight of 0 for each step after the end, in loss and metrics."""
    x, y = rng.normal(size=(8, 5, 3)).astype("float32"), rng.integers(0, 2, (8, 5, 1)).astype("float32")
    mask = (np.arange(5) < rng.integers(1, 6, 8)[:, None]).astype("float32")
    model = od.Sequential([od.Input((5, 3)), L.Dense(1, activation="sigmoid")])
    metrics = [od.metrics.BinaryAccuracy(), od.metrics.AUC(), od.metrics.Recall(), od.metrics.BinaryIoU()]
    model.compile("sgd", "binary_crossentropy", weighted_metrics=metrics, run_eagerly=eager)
    values = model.evaluate(x, y, sample_weight=mask, verbose=0, return_dict=True)
    kept = mask.astype(bool)
    true, p = y[kept][:, 0], model.predict(x)[kept][:, 0]
    assert values["loss"] == pytest.approx(sk.log_loss(true, p) * kept.mean(), rel=1e-5)
    assert values["binary_accuracy"] == pytest.approx(sk.accuracy_score(true, p > 0.5), rel=1e-5)
    assert values["recall"] == pytest.approx(sk.recall_score(true, p > 0.5), rel=1e-5)
    assert values["auc"] == pytest.approx(sk.roc_auc_score(true, p), abs=0.01)
    assert values["binary_io_u"] == pytest.approx(sk.jaccard_score(true, p >= 0.5, average="macro"), rel=1e-5)
