"""What the estimators share: a model that is made anew for each fit."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ondol import random
from ondol.errors import DataError
from ondol.models import Model, load_model
from ondol.optimizers.base import Optimizer


class WrappedModel(BaseEstimator):
    """Base of the estimators.

    Args:
        model: a compiled Model, of which each fit trains a copy with new weights; or a function that is called with
            X=, y= and `model_kwargs` and returns a compiled Model.
        warm_start: whether another fit goes on with the model of the last one.
        model_kwargs: further arguments of the function.
        fit_kwargs: arguments of `Model.fit`: epochs, batch_size, ...
        random_state: where the random numbers of a fit start: an integer to get the same model each time, or None to go
            on in the global stream.
    """

    model_: Model

    def __init__(
        self,
        model: Model | Callable[..., Model],
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
        random_state: Any = None,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = self.random_state is None
        return tags

    # -- to be overridden

    def _process_target(self, y: Any) -> Any:
        """The targets as the function that makes the model sees them."""
        return y

    def _targets_for(self, model: Model, y: Any) -> Any:
        """The same in the form that the model's loss wants."""
        return y

    # -- fit

    def fit(self, X: Any, y: Any, **fit_kwargs: Any) -> Any:
        """Train.

        Args:
            X: samples (n, features), or with more axes (images).
            y: targets (n,) or (n, outputs).
            **fit_kwargs: arguments of `Model.fit`, which come before those of the constructor. Samples of
                sample_weight 0 are left out.

        Returns:
            The estimator, with `model_`, `history_` (losses and metrics of each epoch) and `n_features_in_`.

        Raises:
            DataError: if the function returns no compiled model.
        """
        X, y = self._validated(X, y)
        arguments = {**(self.fit_kwargs or {}), **fit_kwargs}
        if arguments.get("sample_weight") is not None:
            weights = _check_sample_weight(arguments["sample_weight"], X)
            X, y, arguments["sample_weight"] = (part[weights != 0] for part in (X, y, weights))
        y = self._process_target(y)
        with _seeded(self.random_state):
            model = self.model_ if self.warm_start and hasattr(self, "model_") else self._new_model(X, y)
            history = model.fit(X, self._targets_for(model, y), **{"verbose": 0, **arguments})
        self.model_ = model
        self.history_ = history.history
        return self

    def _validated(self, X: Any, y: Any) -> tuple[Any, Any]:
        X, y = validate_data(self, X, y, allow_nd=True, multi_output=True)
        type_of_target(y, raise_unknown=True)
        return X, y

    def _new_model(self, X: Any, y: Any) -> Model:
        if isinstance(self.model, Model):
            return _fresh(self.model)
        model = self.model(X=X, y=y, **(self.model_kwargs or {}))
        if not isinstance(model, Model) or not model.compiled:
            raise DataError(
                "Expected model= to be a compiled Model, or a function that returns one. "
                f"Received: {model!r}. Call model.compile(optimizer, loss) in it."
            )
        return model

    def _outputs(self, X: Any) -> np.ndarray:
        """The model's outputs, in float64, as scikit-learn's own estimators compute."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, allow_nd=True)
        return np.asarray(self.model_.predict(X, verbose=0), "float64")

    # -- pickle: a model travels as the bytes of its file, and nothing of it is ever unpickled

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return {k: _Saved(v) if isinstance(v, Model) else v for k, v in state.items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({k: v.model() if isinstance(v, _Saved) else v for k, v in state.items()})


class _Saved:
    """The bytes of a saved model."""

    def __init__(self, model: Model) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.ondol"
            model.save(path)
            self.content = path.read_bytes()

    def model(self) -> Model:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.ondol"
            path.write_bytes(self.content)
            return load_model(path)


def _fresh(model: Model) -> Model:
    """A model of the same structure with new weights, compiled in the same way."""
    if not model.compiled:
        raise DataError(
            f"Expected a compiled model. Received: '{model.name}', which is not. Call model.compile(optimizer, loss)."
        )
    arguments = copy.deepcopy({k: v for k, v in model._compile_arguments.items() if k != "optimizer"})
    optimizer = model._compile_arguments["optimizer"]
    if isinstance(optimizer, Optimizer):
        optimizer = type(optimizer).from_config(optimizer.get_config())
    new = type(model).from_config(model.get_config())
    new.compile(optimizer, **arguments)
    return new


@contextmanager
def _seeded(random_state: Any) -> Iterator[None]:
    """Random numbers from a start of their own; afterwards the global stream goes on where it was."""
    if random_state is None:
        yield
        return
    state = random.global_generator().state
    before = state.numpy().copy()
    random.seed(int(check_random_state(random_state).randint(2**31 - 1)))
    try:
        yield
    finally:
        state.assign(before)
