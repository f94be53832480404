"""Successive halving: many short trainings, few long ones."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from ondol import random
from ondol.errors import DataError
from ondol.layers.checks import positive_integer
from ondol.models import Model
from ondol.tuning.hyperparameters import HyperParameters
from ondol.tuning.parameters import described
from ondol.tuning.results import Results, Trial
from ondol.tuning.study import Build, Study


def successive_halving(
    build: Build,
    x: Any,
    y: Any = None,
    trials: int = 27,
    min_epochs: int = 1,
    max_epochs: int = 27,
    factor: int = 3,
    objective: str = "val_loss",
    direction: str | None = None,
    seed: int = 0,
    path: Any = None,
    verbose: int = 1,
    **fit_arguments: Any,
) -> Results:
    """Train many models for few epochs, the best third of them three times as long, the best third of these ...

    Most bad hyperparameters show early. A model that is kept goes on from where it was. What pays only late (a small
    learning rate, say) may be thrown away.

    Args:
        build, x, y, objective, direction, seed, path, verbose, **fit_arguments: as for `random_search`.
        trials: how many models there are at first, with hyperparameters drawn at random.
        min_epochs: how many epochs they get at first.
        max_epochs: how many epochs the last ones get in all.
        factor: how much longer each round is, and of how many one is kept.

    Returns:
        Results, as `random_search`; of each trial its longest training.

    Example:
        >>> import numpy as np, ondol as od
        >>> x = np.random.default_rng(0).normal(size=(64, 2))
        >>> def build(hp):
        ...     model = od.Sequential([od.Input((2,)), od.layers.Dense(1)])
        ...     model.compile(od.optimizers.SGD(hp.float("rate", 1e-4, 1e-1, log=True)), "mse")
        ...     return model
        >>> found = od.tuning.successive_halving(
        ...     build, x, x.sum(1), trials=4, max_epochs=4, factor=2, objective="loss", verbose=0)
        >>> [t.epochs for t in found.ranked]
        [4, 2, 1, 1]

    Reference:
        Jamieson, Talwalkar: "Non-stochastic best arm identification and hyperparameter optimization" (2016).
    """
    for name, value in (("trials", trials), ("min_epochs", min_epochs), ("max_epochs", max_epochs)):
        positive_integer(name, value)
    if factor < 2 or max_epochs < min_epochs:
        raise DataError(
            "Expected factor of 2 or more, and max_epochs of min_epochs or more. "
            f"Received: factor={factor}, min_epochs={min_epochs}, max_epochs={max_epochs}."
        )
    study = Study(
        "successive_halving", build, x, y, objective, direction, seed, path, verbose, fit_arguments,
        trials=trials, min_epochs=min_epochs, max_epochs=max_epochs, factor=factor,
    )  # fmt: skip
    rounds = _rounds(trials, min_epochs, max_epochs, factor)
    race = _Race(study, [epochs for _, epochs in rounds])
    with study.stoppable():
        for i, (count, _) in enumerate(rounds):
            ranked = list(range(trials)) if i == 0 else race.ranked(i - 1)
            kept = sorted(ranked[:count])
            race.models = {number: race.models[number] for number in kept if number in race.models}
            for number in kept:
                race.run(number, i)
    longest: dict[int, Trial] = {}
    for trial in study.trials:
        longest[trial.number] = trial
    return Results(list(longest.values()), objective, study.direction, study.interrupted)


def _rounds(trials: int, min_epochs: int, max_epochs: int, factor: int) -> list[tuple[int, int]]:
    """How many models there are in each round, and up to which epoch they are trained."""
    rounds = [(trials, min_epochs)]
    while rounds[-1][1] < max_epochs and rounds[-1][0] > 1:
        count, epochs = rounds[-1]
        rounds.append((max(count // factor, 1), min(epochs * factor, max_epochs)))
    return rounds


class _Race:
    """The models that are still in it."""

    def __init__(self, study: Study, epochs: list[int]) -> None:
        self.study, self.epochs = study, epochs
        self.models: dict[int, Model] = {}
        self.found: dict[tuple[int, int], Trial] = {}  # by number and round

    def ranked(self, i: int) -> list[int]:
        """The numbers of the models of a round, the best first."""
        sign = 1 if self.study.direction == "min" else -1
        scored = {number: trial.score for (number, r), trial in self.found.items() if r == i}
        return sorted(scored, key=lambda n: (scored[n] is None, sign * (scored[n] or 0.0), n))

    def run(self, number: int, i: int) -> None:
        """A model's training in a round, or what the file says about it."""
        study = self.study
        place = len(study.trials)
        if place < len(study.log.trials):
            trial = study.log.trials[place]
            study.expect(trial, number, None)
        else:
            trial = self._trained(number, i)
            study.log.append(trial)
        study.keep(trial)
        self.found[number, i] = trial

    def _trained(self, number: int, i: int) -> Trial:
        study, start = self.study, time.perf_counter()
        hp: HyperParameters | None = None
        first = i
        if (
            number not in self.models
        ):  # not begun, or begun in an earlier run of this search: all rounds from the first
            seed = study.seed_of(number)
            rng = np.random.default_rng(seed)
            hp = HyperParameters(pick=lambda parameter: parameter.draw(rng))
            random.seed(seed)
            made = study.made(hp)
            if not isinstance(made, Model):
                raise DataError(
                    f"Expected build(hp) to return a model that can be trained. Received: {made!r}."
                )
            self.models[number], first = made, 0
        for r in range(first, i + 1):
            random.seed(study.seed_of(number, r))
            before = self.epochs[r - 1] if r else 0
            score, epochs, history, error = study.scored(self.models[number], self.epochs[r], before)
        earlier = self.found.get((number, i - 1))
        if hp is not None:
            values, space = hp.values, {name: described(p) for name, p in hp.space.items()}
        else:
            assert earlier is not None
            values, space = earlier.values, earlier.space
        if earlier is not None:
            history = {name: earlier.history.get(name, []) + column for name, column in history.items()}
        seconds = time.perf_counter() - start
        return Trial(number, values, score, epochs, study.seed_of(number), seconds, history, error, space)
