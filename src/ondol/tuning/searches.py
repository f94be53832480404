"""Random search, grid search, and search step by step."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from ondol.layers.checks import positive_integer
from ondol.tuning.parameters import Parameter, restored
from ondol.tuning.results import Results, Trial
from ondol.tuning.study import Build, Study


def random_search(
    build: Build,
    x: Any = None,
    y: Any = None,
    trials: int = 10,
    objective: str = "val_loss",
    direction: str | None = None,
    seed: int = 0,
    path: Any = None,
    verbose: int = 1,
    **fit_arguments: Any,
) -> Results:
    """Draw the hyperparameters at random, again and again.

    With the same number of trials it sees more values of each single hyperparameter than a grid does, and only few of
    them matter much.

    Args:
        build: a function of a `HyperParameters` that returns a compiled model; or a score, for x=None.
        x, y: data, as for `Model.fit`.
        trials: how many.
        objective: what `fit` measures: "val_loss", "val_accuracy", "loss", ...; the best epoch counts.
        direction: "min" or "max"; None to tell it from the name.
        seed: where the random numbers start, those of each trial's weights and samples, too.
        path: a file with a line of JSON for each trial: the same search, called again, goes on after the last one.
        verbose: 1 for a line for each trial.
        **fit_arguments: of `Model.fit`: epochs, batch_size, validation_split, validation_data, ...

    Returns:
        Results: print them for a table; `.best`, `.best_hyperparameters`, `.trials`. Ctrl-C ends the search early and
        keeps the trials that were made.

    Raises:
        DataError: for an objective that is not measured, or a build function that returns something else.
        SavedFileError: for a path that holds another search.

    Example:
        >>> import ondol as od
        >>> def build(hp):
        ...     return (hp.float("x", -4.0, 4.0) - 1) ** 2
        >>> results = od.tuning.random_search(build, trials=200, verbose=0)
        >>> bool(abs(results.best.values["x"] - 1) < 0.2)
        True

    Reference:
        Bergstra, Bengio: "Random search for hyper-parameter optimization" (2012).
    """
    positive_integer("trials", trials)
    study = Study("random_search", build, x, y, objective, direction, seed, path, verbose, fit_arguments)
    with study.stoppable():
        for _ in range(trials):
            study.trial(pick=lambda parameter, rng: parameter.draw(rng))
    return study.results()


def grid_search(
    build: Build,
    x: Any = None,
    y: Any = None,
    points: int = 3,
    objective: str = "val_loss",
    direction: str | None = None,
    seed: int = 0,
    path: Any = None,
    verbose: int = 1,
    **fit_arguments: Any,
) -> Results:
    """Try all combinations; a hyperparameter that is asked for only sometimes is varied only then.

    Args:
        build, x, y, objective, direction, seed, path, verbose, **fit_arguments: as for `random_search`.
        points: how many values of a range without a step, its ends included.

    Returns:
        Results, as `random_search`.

    Example:
        >>> import ondol as od
        >>> def build(hp):
        ...     return abs(hp.int("a", 0, 2) - hp.choice("b", [1, 5]))
        >>> results = od.tuning.grid_search(build, verbose=0)
        >>> len(results), results.best.values
        (6, {'a': 1, 'b': 1})
    """
    positive_integer("points", points)
    study = Study(
        "grid_search", build, x, y, objective, direction, seed, path, verbose, fit_arguments, points=points
    )
    with study.stoppable():
        values: dict[str, Any] | None = {}
        while values is not None:
            trial = study.trial(values, lambda parameter, _: parameter.grid(points)[0])
            values = _next_on_grid(trial, points)
    return study.results()


def _next_on_grid(trial: Trial, points: int) -> dict[str, Any] | None:
    """As a counter counts: the last wheel that can turn does, and those after it start anew."""
    names = list(trial.values)
    for i, name in reversed(list(enumerate(names))):
        grid = restored(trial.space[name]).grid(points)
        place = grid.index(trial.values[name]) + 1
        if place < len(grid):
            return {**{n: trial.values[n] for n in names[:i]}, name: grid[place]}
    return None


def step_search(
    build: Build,
    x: Any = None,
    y: Any = None,
    trials: int = 50,
    objective: str = "val_loss",
    direction: str | None = None,
    start: dict[str, Any] | None = None,
    seed: int = 0,
    path: Any = None,
    verbose: int = 1,
    **fit_arguments: Any,
) -> Results:
    """Change one hyperparameter at a time by a step, and keep what is better, until no step is.

    It starts from the defaults (the middle of ranges, the first of choices). A number moves by its `step`, or by a
    tenth of its range; after a step that helped, another one in the same direction is tried. What it finds may be
    the best of its surroundings only, and steps that help only together it never makes.

    Args:
        build, x, y, objective, direction, seed, path, verbose, **fit_arguments: as for `random_search`.
        trials: how many at most.
        start: hyperparameters to start from, by name.

    Returns:
        Results, as `random_search`.

    Example:
        >>> import ondol as od
        >>> def build(hp):
        ...     return (hp.int("a", 0, 20) - 4) ** 2 + (hp.int("b", 0, 20) - 16) ** 2
        >>> od.tuning.step_search(build, verbose=0).best.values
        {'a': 4, 'b': 16}
    """
    positive_integer("trials", trials)
    study = Study(
        "step_search",
        build,
        x,
        y,
        objective,
        direction,
        seed,
        path,
        verbose,
        fit_arguments,
        start=start or {},
    )
    with study.stoppable():
        best, tried = study.trial(start), set()
        tried.add(_key(best.values))
        stuck: set[str] = set()  # hyperparameters of which no step helps
        names: Iterator[str] = itertools.cycle(list(best.values))
        while len(study.trials) < trials and not stuck >= set(best.values):
            name = next(names)
            moved = _moved(study, best, name, tried, trials)
            if moved is best:
                stuck.add(name)
            else:
                best, stuck = moved, {name}
                names = itertools.cycle(_rotated(list(best.values), name))
    return study.results()


def _moved(study: Study, best: Trial, name: str, tried: set[Any], trials: int) -> Trial:
    """The best trial after steps of one hyperparameter, as far as they help."""
    parameter: Parameter = restored(best.space[name])
    origin = best.values[name]
    for value in parameter.neighbours(origin):
        ahead: Any = value
        while ahead is not None and len(study.trials) < trials:
            values = {**best.values, name: ahead}
            if _key(values) in tried:
                break
            tried.add(_key(values))
            trial = study.trial(values)
            if not study.better(trial, best):
                break
            behind, best = best.values[name], trial
            onward = [v for v in parameter.neighbours(ahead) if v != behind]
            ahead = onward[0] if len(onward) == 1 else None
        if best.values[name] != origin:
            break
    return best


def _key(values: dict[str, Any]) -> Any:
    return tuple(sorted((name, repr(value)) for name, value in values.items()))


def _rotated(names: list[str], last: str) -> list[str]:
    """The names, in a circle, from the one after `last` on."""
    i = names.index(last) + 1
    return names[i:] + names[:i]
