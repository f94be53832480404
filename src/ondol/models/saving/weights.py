"""Weights to a file, and from it into a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ondol.autograd import Variable
from ondol.errors import SavedFileError, ShapeError
from ondol.models.saving.files import SavedArrays, opened, write
from ondol.models.saving.report import LoadReport, Skipped
from ondol.models.saving.structure import named_variables
from ondol.utils.array_file import Entry


def save_weights(model: Any, path: Any, overwrite: bool = True, max_shard_size: Any = None) -> None:
    """See Model.save_weights."""
    variables = named_variables(model)
    if not variables:
        raise SavedFileError(
            f"Expected a model with weights. Received: '{model.name}', which is not built yet."
        )
    entries = {f"model/{name}": entry_of(v) for name, v in variables.items()}
    write(Path(path), entries, {}, overwrite, max_shard_size)


def entry_of(variable: Variable) -> Entry:
    """What is written of a Variable."""
    return Entry(variable.shape, variable.dtype.name, variable.numpy)


def load_weights(model: Any, path: Any, skip_mismatch: bool = False) -> LoadReport:
    """See Model.load_weights."""
    with opened(Path(path)) as file:
        return assign(model, file, skip_mismatch, twice=True)


def assign(model: Any, file: SavedArrays, skip_mismatch: bool, twice: bool) -> LoadReport:
    """Assign the weights of a file, one at a time.

    Args:
        model: the model.
        file: where the weights are.
        skip_mismatch: leave out what does not fit.
        twice: read everything once before anything is assigned, so that a damaged file leaves the model as it was.
    """
    variables = named_variables(model)
    report = compared(variables, file)
    if not report.complete and not skip_mismatch:
        raise _mismatch(model, variables, report)
    if twice:
        file.check(f"model/{name}" for name in report.loaded)
    for name in report.loaded:
        variables[name].assign(file.read(f"model/{name}"))
    return report


def compared(variables: dict[str, Variable], file: SavedArrays) -> LoadReport:
    """Which of these weights a file can give values to."""
    shapes = {n.removeprefix("model/"): p.shape for n, p in file.places.items() if n.startswith("model/")}
    there = [name for name in variables if name in shapes]
    return LoadReport(
        file.path,
        [name for name in there if shapes[name] == variables[name].shape],
        [
            Skipped(name, variables[name].shape, shapes[name])
            for name in there
            if shapes[name] != variables[name].shape
        ],
        [name for name in variables if name not in shapes],
        [name for name in shapes if name not in variables],
    )


def _mismatch(model: Any, variables: dict[str, Variable], report: LoadReport) -> ShapeError:
    wrong = [f"{variables[s.name].path} {s.shape} but the file has {s.shape_in_file}" for s in report.skipped]
    wrong += [
        f"{variables[name].path} {variables[name].shape} but the file has nothing" for name in report.missing
    ]
    wrong += [f"nothing for '{name}'" for name in report.unused]
    more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
    hint = " The model has no weights yet: build it first, by calling it on data." if not variables else ""
    return ShapeError(
        f"Expected a file with the weights of the model '{model.name}'. Received: {report.path}; "
        f"the model has {'; '.join(wrong[:5])}{more}.{hint} skip_mismatch=True loads what fits."
    )
