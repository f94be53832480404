"""SKLearnTransformer: a model whose outputs are features."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.utils.validation import validate_data

from ondol.wrappers.base import WrappedModel


class SKLearnTransformer(TransformerMixin, WrappedModel):
    """A model as a scikit-learn transformer: what it gives are features for the next step of a pipeline.

    Args:
        model, warm_start, model_kwargs, fit_kwargs, random_state: as for `SKLearnRegressor`. Without y the model is
            trained to give its inputs back, as autoencoders are.

    Example:
        >>> import numpy as np, ondol as od
        >>> model = od.Sequential([od.layers.Dense(2, input_shape=(2,))])
        >>> model.compile("adam", "mse")
        >>> od.wrappers.SKLearnTransformer(model).fit_transform(np.eye(2)).shape
        (2, 2)
    """

    def fit(self, X: Any, y: Any = None, **fit_kwargs: Any) -> Any:
        """Train, towards y or towards X itself; see `SKLearnRegressor.fit`."""
        return super().fit(X, y, **fit_kwargs)

    def _validated(self, X: Any, y: Any) -> tuple[Any, Any]:
        if y is None:
            X = validate_data(self, X, allow_nd=True)
            return X, X
        X, y = super()._validated(X, y)
        return X, y.reshape(-1, 1) if y.ndim == 1 else y

    def transform(self, X: Any) -> np.ndarray:
        """The model's outputs."""
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        tags.target_tags.multi_output = True
        return tags
