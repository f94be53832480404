"""Losses, metrics, constraints and regularizers have Keras' names, arguments and defaults."""

import inspect
import json
from pathlib import Path

import pytest

import ondol as od

# Of keras 3.15: for each public name its arguments and their defaults as Python writes them, null for none.
KERAS = json.loads((Path(__file__).parent / "keras_signatures.json").read_text())


@pytest.mark.parametrize("path", KERAS)
def test_arguments_and_defaults_are_those_of_keras(path):
    room, name = path.split(".")
    ours = getattr(getattr(od, room), name)
    parameters = inspect.signature(ours).parameters.values()
    positional = [p for p in parameters if p.kind == p.POSITIONAL_OR_KEYWORD]
    assert [p.name for p in positional] == [
        argument for argument, _ in KERAS[path] if argument not in ("kwargs",)
    ]
    for parameter, (argument, default) in zip(positional, KERAS[path], strict=False):
        if argument == "name" and parameter.default is None and inspect.isclass(ours):
            continue  # the name is made of the class or the function, which the next test looks at
        expected = inspect.Parameter.empty if default is None else default
        assert parameter.default is expected or repr(parameter.default) == expected, argument


NAMED = [path for path, arguments in KERAS.items() if dict(arguments).get("name") not in (None, "None")]


@pytest.mark.parametrize("path", NAMED)
def test_names_of_objects_are_those_of_keras(path):
    room, name = path.split(".")
    made = getattr(getattr(od, room), name)()
    assert repr(made.name) == dict(KERAS[path])["name"]
