"""Metric: a number about predictions that is gathered batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import initializers
from ondol.autograd import Variable, no_grad, outside_trace
from ondol.backend.dtypes import floatx, numpy_dtype, standardize_dtype
from ondol.utils.naming import to_snake_case


class Metric:
    """Base of all metrics. What they gather lives in Variables, so they compile along with the training step.

    A subclass makes its Variables in `__init__` and defines `update_state` and `result`, with Tensor
    operations only.

    Args:
        dtype: dtype of the Variables; None for floatx, but at least float32.
        name: what it is called in the history.

    Example:
        >>> import ondol as od
        >>> class Largest(od.metrics.Metric):
        ...     def __init__(self, **kwargs):
        ...         super().__init__(**kwargs)
        ...         self.largest = self.add_variable((), name="largest")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.largest.assign(od.ops.maximum(self.largest, od.ops.max(y_pred)))
        ...     def result(self):
        ...         return self.largest
        >>> metric = Largest()
        >>> metric.update_state(None, od.tensor([1.0, 3.0])); metric.update_state(None, od.tensor([2.0]))
        >>> float(metric.result())
        3.0
    """

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or to_snake_case(type(self).__name__)
        self.dtype = standardize_dtype(dtype or ("float64" if floatx() == "float64" else "float32"))
        self._variables: list[Variable] = []

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        name: str | None = None,
    ) -> Variable:
        """A Variable for what is gathered; `reset_state` sets it back to zero.

        Args:
            shape: its shape, `()` for a number.
            initializer: its first value (see `ondol.initializers`).
            dtype: None for the metric's.
            name: its name.
        """
        with outside_trace():
            value = initializers.first_value(initializer, shape, numpy_dtype(dtype or self.dtype))
        variable = Variable(value, name or "variable", trainable=False, autocast=False)
        variable.path = f"{self.name}/{variable.name}"
        self._variables.append(variable)
        return variable

    add_weight = add_variable

    @property
    def variables(self) -> list[Variable]:
        """All Variables: its own, then those of metrics inside it."""
        inside = [metric for value in vars(self).values() for metric in _metrics_in(value)]
        return [*self._variables, *(v for metric in inside for v in metric.variables)]

    @property
    def expects_probabilities(self) -> bool:
        """Whether logits in place of probabilities give a wrong value."""
        return False

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Take in a batch: update_state(y_true, y_pred, sample_weight=None)."""
        raise TypeError(
            f"{type(self).__name__} must define update_state(self, y_true, y_pred, sample_weight=None)"
        )

    def result(self) -> Any:
        """The value for all batches since `reset_state`, a Tensor."""
        raise TypeError(f"{type(self).__name__} must define result(self)")

    def check_data(self, y_true: np.ndarray, output_shape: tuple[int | None, ...]) -> None:
        """Look at all targets before training, so that a mistake is named where it was made.

        Args:
            y_true: the targets as a NumPy array.
            output_shape: shape of the model's output; axes may be None.

        Raises:
            DataError: for targets that cannot be right for this metric, with the remedy.
        """

    def reset_state(self) -> None:
        """Forget all batches."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take in a batch and give the value so far."""
        with no_grad():
            self.update_state(*args, **kwargs)
            return self.result()

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this metric again."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        """The metric that `get_config` described."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def _metrics_in(value: Any) -> list[Metric]:
    if isinstance(value, Metric):
        return [value]
    if isinstance(value, (list, tuple)):
        return [metric for item in value for metric in _metrics_in(item)]
    if isinstance(value, dict):
        return [metric for item in value.values() for metric in _metrics_in(item)]
    return []
