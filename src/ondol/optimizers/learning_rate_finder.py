"""The learning-rate range test: at which rates a model learns, and from which on its loss blows up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import DataError, NotFiniteError
from ondol.optimizers.base import Optimizer
from ondol.optimizers.loss_scale import LossScaleOptimizer
from ondol.optimizers.range_curve import LearningRateCurve, running_mean
from ondol.optimizers.schedules import LearningRateSchedule

CHUNK = 20  # steps between two looks at the loss: few calls of the program, and few steps too many
DIVERGED = 4.0  # times the lowest smoothed loss


@dataclass(frozen=True)  # equal for equal numbers, so that a test that is made again finds its program
class _Rising(LearningRateSchedule):
    """lowest · factorᵏ at the k-th step from now on."""

    lowest: float
    factor: float
    start: int

    def __call__(self, step: Any) -> Tensor:
        return self.lowest * ops.power(self.factor, ops.cast(step - self.start, "float32"))


def learning_rate_finder(
    model: Any,
    x: Any,
    y: Any = None,
    batch_size: int | None = None,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
    smoothing: float = 0.9,
    class_weight: dict[int, float] | None = None,
    sample_weight: Any = None,
) -> LearningRateCurve:
    r"""Train for some steps while the learning rate rises from very small to very large, and watch the loss.

    Step k = 0, ..., n - 1 has the rate $\eta_k = \eta_{low} (\eta_{high} / \eta_{low})^{k / (n - 1)}$. The test ends
    early where the smoothed loss is four times its lowest value, or a loss is no longer finite.

    Afterwards everything is as it was: weights, the optimizer's state and learning rate, metrics, random state. A model
    that was not built yet is built, with the weights that `fit` would have given it.

    Args:
        model: a compiled model, whose optimizer has a number as learning rate.
        x, y, batch_size, class_weight, sample_weight: as for `fit`.
        lowest, highest: the first and the last rate.
        steps: how many rates are tried, a step for each.
        smoothing: β of the running mean $s_k = \sum_j β^{k-j} L_j / \sum_j β^{k-j}$ of the losses, from 0 to below 1.

    Returns:
        A LearningRateCurve: `.learning_rates`, `.losses`, `.smoothed`, `.suggestion`; `od.plot.learning_rate_finder`
        draws it.

    Raises:
        ValueError: for bounds, steps or smoothing that make no test; a model that is not compiled (NotCompiledError).
        DataError: for an optimizer with a schedule, or a `train_step` that does not make one step a batch.
        NotFiniteError: if the loss is not finite from the start.

    Example:
        >>> import numpy as np, ondol as od
        >>> od.random.seed(0)
        >>> x = np.random.default_rng(0).normal(size=(64, 3))
        >>> model = od.Sequential([od.Input((3,)), od.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> found = od.optimizers.learning_rate_finder(model, x, x.sum(axis=1), lowest=1e-4)
        >>> 1e-3 < found.suggestion < found.minimum < 10
        True
        >>> model.compile(od.optimizers.SGD(found.suggestion), "mse")

    Reference:
        Smith: "Cyclical learning rates for training neural networks" (2015).
    """
    optimizer = _checked(model, lowest, highest, steps, smoothing)
    given = {"batch_size": batch_size, "class_weight": class_weight, "sample_weight": sample_weight}
    kept = {name: vars(model).get(name) for name in ("history", "stop_training")}
    rate = optimizer.learning_rate.numpy()
    start = int(optimizer.iterations)
    factor = (highest / lowest) ** (1 / (steps - 1))
    optimizer.learning_rate = _Rising(lowest, factor, start)
    before: list[tuple[Any, Any]] = []
    metrics: list[Any] = []
    try:
        # No epoch: this only checks the data and makes what training needs, weights and slots among it.
        model.fit(x, y, **given, epochs=0, steps_per_epoch=1, shuffle=False, verbose=0)
        before, metrics = [(v, v.read()) for v in model.state_variables], model.metrics
        losses = _losses(model, x, y, given, steps, smoothing)
    finally:
        optimizer.learning_rate = rate
        for v, leaf in before:
            v.assign_array(leaf.data)
        for metric in model.metrics:
            if metric not in metrics:  # made by the first step
                metric.reset_state()
        for name, value in kept.items():
            setattr(model, name, value)
    return LearningRateCurve(lowest * factor ** np.arange(len(losses)), np.array(losses), smoothing)


def _losses(model: Any, x: Any, y: Any, given: dict[str, Any], steps: int, smoothing: float) -> list[float]:
    """The loss of each step. An epoch of one step each: fit puts many into one call, and notes the loss of each."""
    # Steps that loss scaling leaves out do not count, and so have to be seen one by one.
    skips = isinstance(model.optimizer, LossScaleOptimizer)
    losses: list[float] = []
    while len(losses) < steps:
        made = int(model.optimizer.iterations)
        count = 1 if skips else min(CHUNK, steps - len(losses))
        try:
            history = model.fit(x, y, **given, epochs=count, steps_per_epoch=1, verbose=0)
        except NotFiniteError:
            losses += model.history.history.get("loss", [])
            if len(losses) < 3:
                raise
            break
        found = history.history["loss"]
        made = int(model.optimizer.iterations) - made
        if made != len(found) and not skips:
            raise DataError(
                "Expected a train_step that makes one step of model.optimizer with each batch. "
                f"Received: {made} steps with {len(found)} batches. Change the learning rate by hand instead."
            )
        losses += found if made else []
        if _diverged(losses, smoothing) or history.interrupted:
            break
    return losses[: _diverged(losses, smoothing) or None]


def _diverged(losses: list[float], smoothing: float) -> int:
    """How many losses there are up to the one where the smoothed loss has risen too far; 0 if it has not."""
    smoothed = running_mean(np.array(losses), smoothing)
    best = np.minimum.accumulate(smoothed)
    far = np.flatnonzero(smoothed > best + (DIVERGED - 1) * abs(best))
    return int(far[0]) + 1 if far.size else 0


def _checked(model: Any, lowest: float, highest: float, steps: int, smoothing: float) -> Any:
    if not 0 < lowest < highest < math.inf:
        raise ValueError(
            "Expected learning rates 0 < lowest < highest. "
            f"Received: lowest={lowest!r}, highest={highest!r}. The default is from 1e-6 to 10."
        )
    if not isinstance(steps, int) or steps < 3:
        raise ValueError(f"Expected a whole number of steps, at least 3. Received: steps={steps!r}.")
    if not 0 <= smoothing < 1:
        raise ValueError(f"Expected smoothing from 0 to below 1. Received: smoothing={smoothing!r}.")
    if not hasattr(model, "_require_compiled"):
        raise TypeError(f"Expected a Model. Received: model={model!r}.")
    model._require_compiled("learning_rate_finder")
    optimizer: Optimizer = model.optimizer
    inner = optimizer.inner_optimizer if isinstance(optimizer, LossScaleOptimizer) else optimizer
    if inner._schedule is not None or inner.decay:
        received = type(inner._schedule).__name__ if inner._schedule is not None else f"decay={inner.decay}"
        raise DataError(
            "Expected an optimizer with a number as learning rate, which the test lets rise. "
            f"Received: {inner.name} with {received}. Do compile the model with a number, "
            "model.compile(od.optimizers.SGD(0.01), ...), find the rate, and compile it with a schedule from there."
        )
    return optimizer
