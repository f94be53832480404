"""Objects as JSON and back, by name; and the registries that losses, metrics, ... are kept in."""

import json

import numpy as np
import pytest

import ondol as od
from ondol.utils.registry import Registry
from ondol.utils.serialization import deserialize, find_object, serialize


class Shift:
    def __init__(self, by=1.0, then=None):
        self.by, self.then = by, then

    def get_config(self):
        return {"by": self.by, "then": self.then}


@od.utils.register_serializable("Tests")
class Registered(Shift):
    pass


@od.utils.register_keras_serializable("Tests", name="halve")
def half(x):
    return x / 2


def double(x):
    return x * 2


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, None),
        ([1, 2.5, "a", True], [1, 2.5, "a", True]),
        ({"k": (1, 2)}, {"k": [1, 2]}),
        (np.float32(0.5), 0.5),
        (np.dtype("int32"), "int32"),
        (Shift(2.0), {"class_name": "Shift", "config": {"by": 2.0, "then": None}}),
        (Registered(), {"class_name": "Tests>Registered", "config": {"by": 1.0, "then": None}}),
        (half, {"class_name": "function", "config": "Tests>halve"}),
    ],
)
def test_serialize(value, form):
    assert json.loads(json.dumps(serialize(value))) == form


def test_arrays_come_back_with_their_dtype():
    array = np.array([[1, 2], [3, 4]], "int16")
    back = deserialize(json.loads(json.dumps(serialize(array))), {})
    np.testing.assert_array_equal(back, array)
    assert back.dtype == "int16"


def test_deserialize():
    assert deserialize(serialize(Shift(3.0)), {"Shift": Shift}).by == 3.0
    assert type(deserialize(serialize(Registered(4.0)), {})) is Registered
    assert deserialize(serialize(half), {}) is half
    assert deserialize(serialize(Shift(5.0)), {}, custom_objects={"Shift": Registered}).by == 5.0
    assert deserialize("plain", {}) == "plain"
    assert find_object("Elsewhere>Shift", {}, {"Shift": Shift}) is Shift


def test_what_nobody_registered_is_not_made():
    with pytest.raises(od.errors.UnknownNameError, match="class='Shift'") as caught:
        deserialize(serialize(Shift()), {})
    assert "custom_objects" in caught.value.__notes__[0]
    with pytest.raises(od.errors.SavedFileError, match=r"Code is never written.*register_serializable"):
        serialize(lambda x: x)


SHIFTS = Registry("shift", classes=[Shift], functions=[double], aliases={"move": Shift})


def test_registries():
    assert all(type(SHIFTS.get(name)) is Shift for name in ("Shift", "shift", "SHIFT", "move", Shift))
    assert SHIFTS.get("double") is double
    assert SHIFTS.get({"class_name": "Shift", "config": {"by": 7}}).by == 7
    assert SHIFTS.get(None) is None
    own = lambda x: x  # noqa: E731
    assert SHIFTS.get(own) is own
    assert SHIFTS.serialize(double) == "double"
    assert SHIFTS.deserialize("double") is double
    assert SHIFTS.deserialize(SHIFTS.serialize(Registered(2.0))).by == 2.0
    assert SHIFTS.get("Tests>Registered").by == 1.0


def test_registries_name_what_they_do_not_know():
    with pytest.raises(od.errors.UnknownNameError, match=r"shift='shfit'\. Did you mean 'shift'"):
        SHIFTS.get("shfit")
    with pytest.raises(
        TypeError, match=r"Expected a shift: a name.*shift=3 of type int.*Names: double, move, shift"
    ):
        SHIFTS.get(3)
    with pytest.raises(TypeError, match="Expected an order"):
        Registry("order").get(3)
