"""SKLearnClassifier: a model that tells classes apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, softmax
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from ondol.errors import DataError
from ondol.losses import Loss
from ondol.models import Model
from ondol.utils import to_categorical
from ondol.wrappers.base import WrappedModel


class SKLearnClassifier(ClassifierMixin, WrappedModel):
    """A model as a scikit-learn classifier: for pipelines, cross-validation and searches.

    The labels may be anything, text too. The model gets one-hot rows; class numbers if its loss is a sparse one; and
    0 and 1 if it has one output, for two classes.

    Args:
        model: a compiled Model, of which each fit trains a copy with new weights; or a function that is called with
            X=, y= (one-hot rows) and `model_kwargs` and returns a compiled Model.
        warm_start: whether another fit goes on with the model of the last one.
        model_kwargs: further arguments of the function.
        fit_kwargs: arguments of `Model.fit`: epochs, batch_size, ...
        random_state: where the random numbers of a fit start: an integer to get the same model each time, or None to go
            on in the global stream.

    After `fit` it has `classes_`, `model_`, `history_` and `n_features_in_`. Pickled, it carries its model as the bytes
    of a saved model.

    Example:
        >>> import numpy as np, ondol as od
        >>> def network(X, y, units=8):
        ...     model = od.Sequential([od.Input(X.shape[1:]), od.layers.Dense(units, activation="tanh")])
        ...     model.add(od.layers.Dense(y.shape[1], activation="softmax"))
        ...     model.compile(od.optimizers.Adam(0.1), "categorical_crossentropy")
        ...     return model
        >>> xor = od.wrappers.SKLearnClassifier(network, fit_kwargs={"epochs": 100}, random_state=0)
        >>> x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> xor.fit(x, ["same", "other", "other", "same"]).predict(x).tolist()
        ['same', 'other', 'other', 'same']
    """

    def _validated(self, X: Any, y: Any) -> tuple[Any, Any]:
        X, y = super()._validated(X, y)
        check_classification_targets(y)
        return X, column_or_1d(y, warn=True)

    def _process_target(self, y: np.ndarray) -> np.ndarray:
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(
                "Expected labels of two classes or more, of samples with a sample_weight above 0. "
                f"Received: one class, {self.classes_.tolist()}."
            )
        return to_categorical(numbers, len(self.classes_))

    def _targets_for(self, model: Model, y: np.ndarray) -> np.ndarray:
        loss = model._compile_arguments["loss"]
        name = loss.name if isinstance(loss, Loss) else getattr(loss, "__name__", loss)
        if "sparse" in str(name).lower():
            return y.argmax(1)
        width = model.compute_output_shape((None, *self._sample_shape))[-1]
        if width == 1 and len(self.classes_) > 2:
            raise DataError(
                f"Expected an output for each of the {len(self.classes_)} classes. Received: a model of one output."
            )
        return y.argmax(1)[:, None] if width == 1 else y

    def fit(self, X: Any, y: Any, **fit_kwargs: Any) -> Any:
        """Train; see `SKLearnRegressor.fit`. y holds labels (n,)."""
        return super().fit(X, y, **fit_kwargs)

    def _new_model(self, X: Any, y: Any) -> Model:
        self._sample_shape = X.shape[1:]
        return super()._new_model(X, y)

    def predict(self, X: Any) -> np.ndarray:
        """The most probable label of each sample (n,)."""
        scores = self.decision_function(X)
        return self.classes_[(scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class (n, classes), in the order of `classes_`."""
        y = self._outputs(X)
        if self._gives_logits():
            y = expit(y) if y.shape[1] == 1 else softmax(y, axis=1)
        if y.shape[1] == 1:
            y = np.concatenate([1 - y, y], axis=1)
        return y / y.sum(axis=1, keepdims=True)

    def decision_function(self, X: Any) -> np.ndarray:
        """The model's outputs (n, classes); for two classes (n,), positive for the second."""
        y = self._outputs(X)
        if y.shape[1] == 1:
            return y[:, 0] - (0.0 if self._gives_logits() else 0.5)
        return y[:, 1] - y[:, 0] if y.shape[1] == 2 else y

    def _gives_logits(self) -> bool:
        return bool(getattr(self.model_._compile_arguments["loss"], "from_logits", False))
