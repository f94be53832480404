"""Study: a search under way. It makes trials, or takes them from the file of an earlier run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from ondol import random
from ondol.errors import DataError, NotFiniteError, SavedFileError, unknown_name
from ondol.metrics.direction import direction
from ondol.models import Model
from ondol.tuning.hyperparameters import HyperParameters
from ondol.tuning.log import Log
from ondol.tuning.parameters import Parameter, described
from ondol.tuning.results import Results, Trial

Build = Callable[[HyperParameters], Any]


class Study:
    """What all searches share.

    Args:
        kind: the search's name.
        build: makes a compiled model from hyperparameters, or returns the score itself.
        x, y, fit_arguments: for `Model.fit`.
        objective: a name in its History ("val_loss"); the best epoch counts.
        seed: trial k starts its random numbers from (seed, k).
        path: the file of the search, None for none.
        verbose: 1 for a line for each trial.
        options: what else makes it this search and no other.
    """

    def __init__(
        self,
        kind: str,
        build: Build,
        x: Any,
        y: Any,
        objective: str,
        direction: str | None,
        seed: int,
        path: Any,
        verbose: int,
        fit_arguments: Mapping[str, Any],
        **options: Any,
    ) -> None:
        if not callable(build):
            raise TypeError(f"Expected a function build(hp). Received: {build!r}.")
        if direction not in (None, "min", "max"):
            raise unknown_name("direction", direction, ("min", "max"))
        self.build, self.x, self.y = build, x, y
        self.objective, self.direction = objective, direction or _direction_of(objective)
        self.seed, self.verbose = seed, verbose
        self.fit_arguments = {"verbose": 0, **fit_arguments}
        about = {"search": kind, "objective": objective, "direction": self.direction, "seed": seed, **options}
        self.log = Log(path, about)
        self.trials: list[Trial] = []
        self.interrupted = False

    # -- trials

    def trial(
        self, values: Mapping[str, Any] | None = None, pick: Callable[[Parameter, Any], Any] | None = None
    ) -> Trial:
        """The next trial.

        Args:
            values: hyperparameters that are fixed.
            pick: chooses the others from what they may be, with a random generator of the trial's own.
        """
        number = len(self.trials)
        if number < len(self.log.trials):
            trial = self.log.trials[number]
            self.expect(trial, number, values)
            self.keep(trial)
            return trial
        seed = self.seed_of(number)
        rng = np.random.default_rng(seed)
        hp = HyperParameters(values, None if pick is None else lambda parameter: pick(parameter, rng))
        start = time.perf_counter()
        random.seed(seed)
        made = self.made(hp)
        score, epochs, history, error = self.scored(made, self.fit_arguments.get("epochs", 1))
        trial = Trial(number, hp.values, score, epochs, seed, time.perf_counter() - start, history, error)
        trial.space = {name: described(parameter) for name, parameter in hp.space.items()}
        self.log.append(trial)
        self.keep(trial)
        return trial

    def expect(self, trial: Trial, number: int, values: Mapping[str, Any] | None) -> None:
        """Refuse a file whose trials this search would not have made."""
        if trial.number != number or any(trial.values.get(k, v) != v for k, v in (values or {}).items()):
            raise SavedFileError(
                f"Expected trial {number} with {dict(values or {})}. Received: {trial.values} in {self.log.path}: the "
                "build function or the data have changed since. Choose another path, or remove the file."
            )

    def keep(self, trial: Trial) -> None:
        """Take a trial into the results, and print it."""
        self.trials.append(trial)
        if self.verbose:
            score = "failed" if trial.score is None else f"{self.objective} {trial.score:.4g}"
            print(f"trial {trial.number}: {score}  {trial.values}")

    def seed_of(self, *numbers: int) -> int:
        """Where the random numbers of a trial start."""
        return int(np.random.SeedSequence([self.seed, *numbers]).generate_state(1)[0])

    def made(self, hp: HyperParameters) -> Any:
        """What the build function makes of hyperparameters."""
        made = self.build(hp)
        if isinstance(made, Model) and not made.compiled:
            raise DataError(
                "Expected build(hp) to return a compiled model. "
                f"Received: '{made.name}', which is not. Call model.compile(optimizer, loss, ...) in it."
            )
        if not isinstance(made, (Model, int, float, np.number)):
            raise DataError(f"Expected build(hp) to return a model, or a score. Received: {made!r}.")
        return made

    def scored(
        self, made: Any, epochs: int, initial_epoch: int = 0
    ) -> tuple[float | None, int | None, dict[str, list[float]], str | None]:
        """Train a model, and find its score; a number is a score."""
        if not isinstance(made, Model):
            score = float(made)
            return (score, None, {}, None) if np.isfinite(score) else (None, None, {}, f"a score of {score}")
        if self.x is None:
            raise DataError("Expected data to train the models on. Received: x=None. Pass x=, y=.")
        arguments = {**self.fit_arguments, "epochs": epochs, "initial_epoch": initial_epoch}
        try:
            history = made.fit(self.x, self.y, **arguments)
        except NotFiniteError as error:
            return None, epochs, {}, str(error)
        if history.interrupted:
            raise KeyboardInterrupt
        if self.objective not in history.history:
            hint = " Pass validation_data= or validation_split=." if self.objective.startswith("val_") else ""
            raise DataError(
                f"Expected objective= to be something that fit measures: {', '.join(history.history)}. "
                f"Received: objective='{self.objective}'.{hint}"
            )
        values = [float(v) for v in history.history[self.objective] if np.isfinite(v)]
        plain = {name: [float(v) for v in column] for name, column in history.history.items()}
        if not values:
            return None, epochs, plain, f"{self.objective} was never finite"
        return (min if self.direction == "min" else max)(values), epochs, plain, None

    # -- the whole

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        """Ctrl-C ends the search here; what was done before is kept."""
        try:
            yield
        except KeyboardInterrupt:
            self.interrupted = True

    def results(self) -> Results:
        return Results(self.trials, self.objective, self.direction, self.interrupted)

    def better(self, a: Trial, b: Trial) -> bool:
        """Whether a is better than b."""
        if a.score is None or b.score is None:
            return a.score is not None and b.score is None
        return a.score < b.score if self.direction == "min" else a.score > b.score


def _direction_of(objective: str) -> str:
    told = direction(objective)
    if not told:
        raise DataError(
            f"Expected direction='min' or 'max', which the name of the objective does not tell. "
            f"Received: objective='{objective}', direction=None."
        )
    return "max" if told > 0 else "min"
