"""SKLearnRegressor: a model that predicts numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin

from ondol.wrappers.base import WrappedModel


class SKLearnRegressor(RegressorMixin, WrappedModel):
    """A model as a scikit-learn regressor: for pipelines, cross-validation and searches.

    Args:
        model: a compiled Model, of which each fit trains a copy with new weights; or a function that is called with
            X=, y= (n, outputs) and `model_kwargs` and returns a compiled Model.
        warm_start: whether another fit goes on with the model of the last one.
        model_kwargs: further arguments of the function.
        fit_kwargs: arguments of `Model.fit`: epochs, batch_size, ...
        random_state: where the random numbers of a fit start: an integer to get the same model each time, or None to go
            on in the global stream.

    After `fit` it has `model_`, `history_` and `n_features_in_`. Pickled, it carries its model as the bytes of a saved
    model.

    Example:
        >>> import numpy as np, ondol as od
        >>> model = od.Sequential([od.layers.Dense(1, input_shape=(1,))])
        >>> model.compile(od.optimizers.SGD(0.1), "mse")
        >>> line = od.wrappers.SKLearnRegressor(model, fit_kwargs={"epochs": 200}, random_state=0)
        >>> x = np.array([[0.0], [1.0], [2.0]])
        >>> line.fit(x, 2 * x[:, 0] + 1).predict([[3.0]]).round(2).tolist()
        [7.0]
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _process_target(self, y: np.ndarray) -> np.ndarray:
        self._y_ndim = y.ndim
        return y.reshape(-1, 1) if y.ndim == 1 else y

    def _validated(self, X: Any, y: Any) -> tuple[Any, Any]:
        X, y = super()._validated(X, y)
        return X, np.asarray(y, "float64")

    def predict(self, X: Any) -> np.ndarray:
        """Numbers (n,) or (n, outputs), as the targets were."""
        y = self._outputs(X)
        return y.reshape(-1) if self._y_ndim == 1 else y
