"""Everything that a training needs to go on with the same numbers, as arrays and JSON, and back again."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.autograd import Trace, enable_grad
from ondol.backend import tree
from ondol.backend.state import eager_namespace, use_namespace
from ondol.callbacks.base import Callback
from ondol.callbacks.history import History
from ondol.errors import SavedFileError, damage_said
from ondol.training.steps import as_batch

SAMPLES_COMPARED = 64


@dataclass
class Position:
    """How far a training has come: `step` steps of epoch `epoch` (counted from 0) are made, with these logs."""

    epoch: int
    step: int
    logs: dict[str, Any]


def gather(
    model: Any,
    steps_of_epoch: Any,
    history: History,
    callbacks: list[Callback],
    position: Position,
    ended: bool,
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The state of a training as arrays by name, and a header that is JSON.

    Args:
        model: its weights, optimizer slots, metric sums and random states are taken.
        steps_of_epoch: knows where in the data the training is.
        history, callbacks: what they have gathered.
        position: where the training is.
        ended: whether it has come to its end, or was stopped for good.
    """
    variables = model.state_variables
    arrays = {f"state/{i}": np.array(v.numpy()) for i, v in enumerate(variables)}
    header = {
        "variables": [[v.path, list(v.shape), str(v.dtype)] for v in variables],
        "task": steps_of_epoch.task(),
        "data": _packed(steps_of_epoch.position(position.step), "data", arrays),
        "position": [position.epoch, position.step, _packed(position.logs, "logs", arrays)],
        "history": _packed(history.history, "history", arrays),
        "epochs": history.epoch,
        "callbacks": {
            name: _packed(state, name, arrays)
            for name, c in _named(callbacks).items()
            if (state := c.get_state()) is not None
        },
        "ended": ended,
    }
    return arrays, header


def put_back(
    arrays: dict[str, np.ndarray],
    header: dict[str, Any],
    model: Any,
    steps_of_epoch: Any,
    history: History,
    callbacks: list[Callback],
    where: Any,
) -> Position:
    """Bring a training to the state that `gather` took. What belongs to it is checked before anything is changed.

    Raises:
        SavedFileError: for the state of another model, other data, or other callbacks, or a description that makes no
            sense.
    """
    with damage_said(
        f"Expected the state of a training in {where}. Received: a description of one that is damaged",
        "Name another folder with checkpoint=, or delete this one to start anew.",
    ):
        _check_form(header)
        _expect(where, "this training", header["task"], steps_of_epoch.task())
        if len(header["variables"]) != len(model.state_variables):
            steps_of_epoch.make_variables()  # metrics may make theirs at the first step
        variables = model.state_variables
        found = [[list(v.shape), str(v.dtype)] for v in variables]
        _expect(
            where,
            "a model with these weights",
            [[shape, dtype] for _, shape, dtype in header["variables"]],
            found,
        )
        named = _named(callbacks)
        missing = sorted(set(header["callbacks"]) - set(named))
        _expect(where, "callbacks that are there", missing, [])
        for i, v in enumerate(variables):  # first: to go on in a stream is to go on from these random numbers
            v.assign(arrays[f"state/{i}"])
        epoch, step, logs = header["position"]
        position = Position(epoch, step, _unpacked(logs, arrays))
        steps_of_epoch.go_to(_unpacked(header["data"], arrays), step, position.logs)
        history.history, history.epoch = _unpacked(header["history"], arrays), list(header["epochs"])
        for name, state in header["callbacks"].items():
            named[name].set_state(_unpacked(state, arrays))
        return position


def _check_form(header: dict[str, Any]) -> None:
    """Raise a ValueError for what nothing else would find to be wrong."""
    epoch, step, logs = header["position"]
    lists = [header["epochs"], *header["history"].values()]
    if (
        any(type(n) is not int or n < 0 for n in (epoch, step))
        or not isinstance(logs, dict)
        or not all(isinstance(values, list) for values in lists)
        or type(header["ended"]) is not bool
    ):
        raise ValueError("position, history or ended")


def fingerprint(structure: Any) -> list[Any]:
    """Shapes, dtypes, and a checksum of some samples: enough to notice other data."""
    seen: list[Any] = []
    for a in tree.flatten(structure):
        if a is None:
            seen.append(None)
            continue
        rows = np.linspace(0, len(a) - 1, min(len(a), SAMPLES_COMPARED)).astype(int)
        seen.append([list(a.shape), str(a.dtype), zlib.crc32(np.ascontiguousarray(a[rows]).tobytes())])
    return seen


def make_variables(model: Any, batch: Any) -> None:
    """Run a training step that changes nothing: metrics may make their Variables at the first one.

    Args:
        model: the model.
        batch: x, (x, y) or (x, y, sample_weight).
    """
    with np.errstate(all="ignore"), enable_grad(), use_namespace(eager_namespace(), Trace()):
        model._learn(as_batch(batch))


def _expect(where: Any, what: str, saved: Any, now: Any) -> None:
    if saved != now:
        raise SavedFileError(
            f"Expected checkpoints of {what} in {where}. Received: {saved} there, {now} now. Run the program that "
            "wrote them, name another folder with checkpoint=, or delete this one to start anew."
        )


def _named(callbacks: list[Callback]) -> dict[str, Callback]:
    """Callbacks by the name of their class, and a number where there are several."""
    named: dict[str, Callback] = {}
    for c in callbacks:
        number = sum(name.partition(" ")[0] == type(c).__name__ for name in named)
        named[type(c).__name__ + (f" {number + 1}" if number else "")] = c
    return named


_ARRAY = "array at"


def _packed(value: Any, name: str, arrays: dict[str, np.ndarray]) -> Any:
    """JSON in place of nested values; arrays among them go to `arrays`."""
    if isinstance(value, np.ndarray):
        key = f"{name}/{len(arrays)}"
        arrays[key] = value
        return {_ARRAY: key}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {key: _packed(inner, name, arrays) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_packed(inner, name, arrays) for inner in value]
    return value


def _unpacked(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, dict):
        if list(value) == [_ARRAY]:
            return arrays[value[_ARRAY]]
        return {key: _unpacked(inner, arrays) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unpacked(inner, arrays) for inner in value]
    return value
