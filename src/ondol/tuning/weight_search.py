"""Training without gradients: try weights, and keep what is better. The measure of what gradients save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ondol.autograd import Function, as_tensor, no_grad
from ondol.backend import tree
from ondol.data import ArrayData
from ondol.errors import DataError
from ondol.layers.checks import positive_integer
from ondol.models.text_data import encoded


@dataclass
class WeightSearch:
    """What a search for weights found; the model has the best ones.

    Attributes:
        losses: the lowest loss so far, at the start and after each try (or round).
        evaluations: how many losses had been computed by then. A step of gradient descent costs about three.
        steps: the size of the steps in each round of `step_weight_search`.
    """

    losses: list[float] = field(default_factory=list)
    evaluations: list[int] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)

    @property
    def loss(self) -> float:
        """The lowest loss."""
        return self.losses[-1]

    def __repr__(self) -> str:
        return f"<WeightSearch: loss {self.losses[0]:.4g} → {self.loss:.4g} in {self.evaluations[-1]} evaluations>"


def random_weight_search(
    model: Any,
    x: Any,
    y: Any,
    tries: int = 1000,
    scale: float = 1.0,
    around: bool = False,
    seed: int = 0,
) -> WeightSearch:
    r"""Draw all weights at random, again and again, and keep the best: $w = s z$, $z \sim N(0, 1)$.

    With `around`, each try is $w = w_{best} + s z$: a walk that only goes down.

    Args:
        model: a compiled model; its weights are where the search starts. Its optimizer is not used.
        x, y: all data, which every try is judged by.
        tries: how many.
        scale: s, the standard deviation.
        around: whether to draw around the best weights so far.
        seed: where the random numbers start.

    Returns:
        A WeightSearch: `.losses` after each try.

    Raises:
        DataError: for a model without a loss, or data that do not fit it.

    Example:
        >>> import numpy as np, ondol as od
        >>> model = od.Sequential([od.Input((1,)), od.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> x = np.linspace(-1, 1, 9)[:, None]
        >>> found = od.tuning.random_weight_search(model, x, 2 * x + 1, tries=500, scale=0.2, around=True)
        >>> found.loss < 0.01
        True
    """
    positive_integer("tries", tries)
    loss_of, weights = _judge(model, x, y)
    rng = np.random.default_rng(seed)
    best = [w.numpy().copy() for w in weights]
    search = WeightSearch([loss_of(best)], [1])
    for i in range(tries):
        drawn = [(scale * rng.standard_normal(w.shape)).astype(w.dtype) for w in best]
        tried = [w + d for w, d in zip(best, drawn, strict=True)] if around else drawn
        loss = loss_of(tried)
        if loss < search.loss:
            best = tried
        search.losses.append(min(loss, search.loss))
        search.evaluations.append(i + 2)
    _assign(weights, best)
    return search


def step_weight_search(
    model: Any,
    x: Any,
    y: Any,
    step: float = 0.5,
    rounds: int = 100,
    shrink: float = 0.5,
    min_step: float = 1e-4,
) -> WeightSearch:
    r"""Change one weight after the other by $\pm h$, and keep each change that lowers the loss.

    A round tries every weight once; where no change helped, h becomes smaller. It needs no derivative, only two losses
    for each weight: for n weights a round costs up to 2n losses, where a gradient costs about two.

    Args:
        model: a compiled model; its weights are where the search starts. Its optimizer is not used.
        x, y: all data, which every change is judged by.
        step: h at first.
        rounds: how many at most.
        shrink: what h is multiplied by after a round without improvement.
        min_step: the search ends where h is smaller.

    Returns:
        A WeightSearch: `.losses` and `.steps` after each round.

    Raises:
        DataError: for a model without a loss, data that do not fit it, or numbers that make no search.

    Example:
        >>> import numpy as np, ondol as od
        >>> model = od.Sequential([od.Input((1,)), od.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> x = np.linspace(-1, 1, 9)[:, None]
        >>> od.tuning.step_weight_search(model, x, 2 * x + 1).loss < 1e-6
        True

    Reference:
        Hooke, Jeeves: "Direct search" solution of numerical and statistical problems (1961).
    """
    positive_integer("rounds", rounds)
    if not (step > 0 and 0 < shrink < 1 and min_step > 0):
        raise DataError(
            "Expected step and min_step above 0, and shrink between 0 and 1. "
            f"Received: step={step}, min_step={min_step}, shrink={shrink}."
        )
    loss_of, weights = _judge(model, x, y)
    best = [w.numpy().copy() for w in weights]
    loss, count = loss_of(best), 1
    search = WeightSearch([loss], [count], [step])
    for _ in range(rounds):
        before = loss
        for w in best:
            flat = w.reshape(-1)  # a view
            for j in range(flat.size):
                old = flat[j]
                for change in (step, -step):
                    flat[j] = old + change
                    tried = loss_of(best)
                    count += 1
                    if tried < loss:
                        loss = tried
                        break
                    flat[j] = old
        if loss == before:
            step *= shrink
        search.losses.append(loss)
        search.evaluations.append(count)
        search.steps.append(step)
        if step < min_step:
            break
    _assign(weights, best)
    return search


def _judge(model: Any, x: Any, y: Any) -> tuple[Callable[[list[np.ndarray]], float], list[Any]]:
    """The loss as a function of the trainable weights, and these; infinity where it is not finite."""
    model._require_compiled("a search for weights")
    data = ArrayData(encoded(model, x), y)
    model._check_targets(data, "test_step")
    weights = model.trainable_weights
    inputs, targets = (tree.map_tree(as_tensor, part) for part in (data.x, data.y))

    def loss(x: Any, y: Any) -> Any:
        return model.compute_loss(x, y, model(x, training=False), training=False)

    run = Function(loss, f"loss of '{model.name}'")

    def loss_of(arrays: Sequence[np.ndarray]) -> float:
        _assign(weights, arrays)
        with no_grad(), np.errstate(all="ignore"):
            found = float(run(inputs, targets))
        return found if np.isfinite(found) else np.inf

    return loss_of, weights


def _assign(weights: list[Any], arrays: Sequence[np.ndarray]) -> None:
    for weight, array in zip(weights, arrays, strict=True):
        weight.assign(array.copy())
