"""Two sets of weights: those that are trained, and those that are used, a mean over the steps.

A mean over many steps lies nearer to the middle of the valley than the last step does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ondol.autograd import Variable
from ondol.backend import namespace
from ondol.optimizers.arrays import hand_back, holds_arrays
from ondol.optimizers.choices import VariableChoices


class WeightAverages(VariableChoices):
    """The part of an `Optimizer` that keeps moving averages of the weights."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.averages: dict[Variable, Variable] = {}

    @property
    def xp(self) -> Any:
        """The array namespace for `step`: NumPy (or CuPy) eagerly, jax.numpy while compiling."""
        return namespace()

    def build(self, variables: Iterable[Variable]) -> None:
        first = not self.built
        super().build(variables)
        if first and self.use_ema:
            slots = self.add_optimizer_variables(self.optimized, "average", "copy")
            self.averages = dict(zip(self.optimized, slots, strict=True))

    def update_averages(self, done: Any) -> None:
        """a ← μ a + (1 - μ) w after the step that follows `done` others; the first a is w itself.

        Reference:
            Polyak, Juditsky: "Acceleration of stochastic approximation by averaging" (1992).
        """
        xp, every = self.xp, self.ema_overwrite_frequency
        momentum = xp.where(done == 0, 0.0, self.ema_momentum)
        for variable, average in self.averages.items():
            w, mu = variable.data, momentum.astype(average.dtype)
            mean = mu * average.data + (1 - mu) * w.astype(average.dtype)
            average.assign_array(mean)
            if every is not None and variable.trainable:
                variable.assign_array(xp.where((done + 1) % every == 0, mean.astype(variable.dtype), w))

    def finalize_variable_values(self, var_list: Any) -> None:
        """Give Variables the values to be used after training: with `use_ema` those of their averages.

        `fit` calls it at its end.

        Args:
            var_list: Variables; or the arrays that `update` changes, as a list or dict.

        Example:
            >>> import ondol as od
            >>> w = od.Variable(0.0)
            >>> sgd = od.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
            >>> for _ in range(2):
            ...     sgd.apply([1.0], [w])
            >>> sgd.finalize_variable_values([w])
            >>> float(w)  # after -1 and -2
            -1.5
        """
        if holds_arrays(var_list):
            self._finalize(self.optimized)
            hand_back(self.optimized, var_list)
        else:
            self._finalize(list(var_list))

    def _finalize(self, variables: list[Variable]) -> None:
        for variable in variables:
            if variable in self.averages:
                variable.assign(self.averages[variable])

    def swap_averages(self) -> None:
        """With `use_ema`: exchange weights and averages; a second call brings them back.

        Example:
            >>> import ondol as od
            >>> w = od.Variable(0.0)
            >>> sgd = od.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
            >>> for _ in range(2):
            ...     sgd.apply([1.0], [w])
            >>> sgd.swap_averages()
            >>> average = float(w)
            >>> sgd.swap_averages()
            >>> average, float(w)
            (-1.5, -2.0)
        """
        if not self.has_averages:
            raise ValueError(
                f"Expected an optimizer that keeps averages. Received: {self.name}, made without use_ema=True."
            )
        for variable, average in self.averages.items():
            w = variable.read()
            variable.assign(average)
            average.assign(w)

    @property
    def has_averages(self) -> bool:
        """Whether moving averages of the weights are kept."""
        return self.use_ema

    @contextmanager
    def training_weights(self) -> Iterator[None]:
        """Within the block weights have the values at which gradients are wanted, after it those to be used.

        Most optimizers know one set of weights, and nothing happens; see `ScheduleFreeAdamW` for one that knows two.
        `fit` and `train_on_batch` do this around each step.
        """
        self.to_training_weights()
        try:
            yield
        finally:
            self.to_evaluation_weights()

    def to_training_weights(self) -> None:
        """Give weights the values at which gradients are wanted."""

    def to_evaluation_weights(self) -> None:
        """Give weights the values that evaluation, prediction and files are to see."""
