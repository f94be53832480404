"""Models as scikit-learn's estimators: all of its own checks, and what people do with estimators."""

import pickle
import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import ondol as od
from ondol import layers as L
from ondol.wrappers import Classifier, Regressor, SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]


def network(X, y, activation=None, loss="mse", units=10):
    model = od.Sequential([od.Input(X.shape[1:]), L.Dense(units, activation="relu")])
    model.add(L.Dense(y.shape[1], activation=activation))
    model.compile(od.optimizers.Adam(0.02), loss)
    return model


def classifier(**more):
    kwargs = {"activation": "softmax", "loss": "categorical_crossentropy"}
    return SKLearnClassifier(network, model_kwargs=kwargs, fit_kwargs={"epochs": 20}, random_state=0, **more)


@pytest.fixture
def eagerly():
    """Hundreds of tiny trainings, each of which would be another program."""
    od.config.run_eagerly(True)


CHECKS = parametrize_with_checks(
    [
        classifier(),
        SKLearnRegressor(network, fit_kwargs={"epochs": 60}, random_state=0),
        SKLearnTransformer(network, fit_kwargs={"epochs": 2}, random_state=0),
    ]
).mark


def without_addresses(value):
    """The name that scikit-learn gives a check, the same in every process."""
    return re.sub(" at 0x[0-9a-f]+|at0x[0-9a-f]+", "", CHECKS.kwargs["ids"](value))


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize(*CHECKS.args, ids=without_addresses)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


# -- with scikit-learn's tools


def test_pipeline_and_cross_validation():
    od.config.run_eagerly(True)
    scores = cross_val_score(make_pipeline(StandardScaler(), classifier()), X, NAMES, cv=3)
    assert scores.min() > 0.85


def test_grid_search_compiled():
    search = GridSearchCV(
        classifier(),
        {
            "model_kwargs": [
                {"activation": "softmax", "loss": "categorical_crossentropy", "units": n} for n in (1, 20)
            ]
        },
        cv=2,
    )
    search.fit(X[::3], NAMES[::3])
    assert search.best_params_["model_kwargs"]["units"] == 20
    assert search.best_estimator_.model_.layers[0].units == 20
    assert search.score(X, NAMES) > 0.8


def test_what_is_fitted():
    fitted = classifier().fit(X, NAMES, epochs=3)
    assert fitted.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert len(fitted.history_["loss"]) == 3
    assert fitted.n_features_in_ == 4
    proba = fitted.predict_proba(X)
    assert proba.dtype == "float64"
    np.testing.assert_allclose(proba.sum(1), 1, rtol=1e-12)
    np.testing.assert_allclose(proba, fitted.model_.predict(X, verbose=0), rtol=1e-5)
    assert (fitted.predict(X) == fitted.classes_[proba.argmax(1)]).all()


def test_pickle_and_clone():
    fitted = classifier().fit(X, NAMES)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))
    assert again.history_ == fitted.history_
    assert b"ondol.layers" not in pickle.dumps(fitted)  # the model is in there as bytes of its own format
    other = clone(fitted)
    assert not hasattr(other, "model_")
    np.testing.assert_array_equal(other.fit(X, NAMES).predict_proba(X), fitted.predict_proba(X))


# -- models instead of functions, and their losses


def compiled_model(width, activation, loss):
    model = od.Sequential([od.Input((4,)), L.Dense(width, activation=activation)])
    model.compile(od.optimizers.Adam(0.05), loss)
    return model


@pytest.mark.parametrize(
    ("width", "activation", "loss", "classes"),
    [
        (3, "softmax", "sparse_categorical_crossentropy", 3),
        (3, None, od.losses.SparseCategoricalCrossentropy(from_logits=True), 3),
        (3, None, od.losses.CategoricalCrossentropy(from_logits=True), 3),
        (2, "softmax", "categorical_crossentropy", 2),
        (1, "sigmoid", "binary_crossentropy", 2),
        (1, None, od.losses.BinaryCrossentropy(from_logits=True), 2),
    ],
)
def test_targets_in_the_form_of_the_loss(width, activation, loss, classes):
    od.config.run_eagerly(True)
    x, y = X[: 50 * classes], NAMES[: 50 * classes]
    model = compiled_model(width, activation, loss)
    before = model.get_weights()
    fitted = Classifier(model, fit_kwargs={"epochs": 30, "shuffle": True}, random_state=1).fit(x, y)
    assert fitted.score(x, y) > 0.9
    proba = fitted.predict_proba(x)
    assert proba.shape == (len(x), classes)
    assert (fitted.classes_[proba.argmax(1)] == fitted.predict(x)).all()
    raw = fitted.model_.predict(x, verbose=0).astype("float64")
    if activation is None:
        raw = np.exp(raw) / np.exp(raw).sum(1, keepdims=True) if width > 1 else 1 / (1 + np.exp(-raw))
    np.testing.assert_allclose(proba[:, -1], raw[:, -1], rtol=1e-5)
    for a, b in zip(before, model.get_weights(), strict=True):  # a copy was trained
        np.testing.assert_array_equal(a, b)


def test_regressors_of_one_and_several_outputs():
    od.config.run_eagerly(True)
    weights = np.array([[1.0, -1.0], [0.5, 2.0], [0.0, 1.0], [1.0, 0.0]])
    y = (X - X.mean(0)) @ weights + 3
    both = Regressor(compiled_model(2, None, "mse"), fit_kwargs={"epochs": 150}, random_state=0)
    assert both.fit(X - X.mean(0), y).score(X - X.mean(0), y) > 0.98
    assert both.predict(X).shape == (150, 2)
    one = Regressor(compiled_model(1, None, "mse"), random_state=0).fit(X, y[:, 0])
    assert one.predict(X).shape == (150,)


def test_images():
    od.config.run_eagerly(True)
    images = np.random.default_rng(0).normal(size=(20, 4, 4, 1))
    fitted = Classifier(network_of_images, random_state=0).fit(images, np.arange(20) % 2)
    assert fitted.predict(images).shape == (20,)


def network_of_images(X, y):
    model = od.Sequential([od.Input(X.shape[1:]), L.Flatten(), L.Dense(y.shape[1], activation="softmax")])
    model.compile("sgd", "categorical_crossentropy")
    return model


def test_warm_start_goes_on():
    od.config.run_eagerly(True)
    warm = classifier(warm_start=True).fit(X, NAMES, epochs=10)
    first, model = warm.history_["loss"][-1], warm.model_
    warm.fit(X, NAMES, epochs=10)
    assert warm.model_ is model
    assert warm.history_["loss"][0] < first
    cold = classifier().fit(X, NAMES, epochs=10)
    assert cold.fit(X, NAMES, epochs=10).history_["loss"][-1] == first


def test_samples_of_weight_0_are_left_out():
    od.config.run_eagerly(True)
    weights = (np.arange(150) % 3 > 0).astype(float)
    some = classifier().fit(X[weights > 0], NAMES[weights > 0])
    np.testing.assert_array_equal(
        classifier().fit(X, NAMES, sample_weight=weights).predict_proba(X), some.predict_proba(X)
    )


def test_the_global_stream_is_left_alone():
    od.config.run_eagerly(True)
    od.random.seed(3)
    right = od.random.normal((4,)).tolist()
    od.random.seed(3)
    classifier().fit(X, NAMES, epochs=1)
    assert od.random.normal((4,)).tolist() == right


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Classifier(od.Sequential([L.Dense(3)])).fit(X, Y), "Expected a compiled model"),
        (lambda: Classifier(lambda X, y: None).fit(X, Y), "a function that returns one. Received: None"),
        (
            lambda: Classifier(compiled_model(1, "sigmoid", "mse")).fit(X, Y),
            "an output for each of the 3 classes",
        ),
        (lambda: classifier().fit(X, np.zeros(150)), "two classes or more"),
        (lambda: classifier().predict(X), "not fitted yet"),
        (lambda: classifier().fit(X, X[:, 0]), "continuous"),
    ],
)
def test_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
