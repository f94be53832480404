"""od.breakpoint_on: stopping inside a rule."""

import io
import pdb

import numpy as np
import pytest

import ondol as od


class Noting:
    """Instead of a debugger: notes what it was asked to run."""

    runs = []

    def runcall(self, function, *args, **kwargs):
        self.runs.append((function.__qualname__, args))
        return function(*args, **kwargs)


@pytest.fixture(autouse=True)
def _nothing_noted():
    Noting.runs = []


X = od.Variable([1.0, -2.0], name="x")


def multiply():
    return type((X * X).op)


def test_a_person_stops_inside_the_rule():
    """pdb itself, reading commands from a text: the arrays of the rule are at hand."""
    out = io.StringIO()

    def debugger():
        return pdb.Pdb(
            stdin=io.StringIO("p x.tolist()\nreturn\ncontinue\n"), stdout=out, nosigint=True, readrc=False
        )

    with od.breakpoint_on(multiply(), debugger=debugger):
        y = X * 3.0
    assert y.tolist() == [3.0, -6.0]
    assert "arithmetic.py" in out.getvalue()
    assert "[1.0, -2.0]" in out.getvalue()


def test_forward_and_backward_of_an_op():
    with od.breakpoint_on(multiply(), debugger=Noting) as point:
        y = (X * X).sum()
        assert point.hits == 1
    with od.breakpoint_on(multiply(), when="backward", debugger=Noting):
        g = od.gradients(y, X)
    assert [name for name, _ in Noting.runs] == ["Multiply.forward", "Multiply.backward"]
    assert g.tolist() == [2.0, -4.0]
    X * X
    od.gradients(y, X)
    assert len(Noting.runs) == 2  # removed


def test_one_layer_and_a_class_of_layers():
    first, second = od.layers.Dense(2), od.layers.Dense(2)
    with od.breakpoint_on(first, debugger=Noting) as point:
        first(np.ones((1, 2)))
        second(np.ones((1, 2)))
        assert point.hits == 1
    with od.breakpoint_on(od.layers.Dense, debugger=Noting) as point:
        first(np.ones((1, 2)))
        second(np.ones((1, 2)))
        assert point.hits == 2
    first(np.ones((1, 2)))
    assert point.hits == 2


def test_only_where_a_nan_arises():
    log = type(od.ops.log(od.Variable(1.0)).op)
    with np.errstate(all="ignore"), od.breakpoint_on(log, when="nan", debugger=Noting) as point:
        od.ops.log(od.Variable([1.0, 2.0]))
        assert point.hits == 0
        y = od.ops.log(X)
        assert point.hits == 1
        od.ops.log(y)  # it went in already
        assert point.hits == 1
    assert Noting.runs[0][0].endswith(".forward")


def test_programs_are_compiled_without_stopping():
    with od.breakpoint_on(multiply(), debugger=Noting) as point:
        assert od.function(lambda x: x * 2.0)(np.ones(2, "float32")).tolist() == [2.0, 2.0]
        assert point.hits == 0


def test_mistakes_are_told():
    with pytest.raises(ValueError, match="when='later'"):
        od.breakpoint_on(od.layers.Dense, when="later")
    with pytest.raises(ValueError, match="an Op for when='backward'"):
        od.breakpoint_on(od.layers.Dense, when="backward")
    with pytest.raises(TypeError, match="Received: 3"):
        od.breakpoint_on(3)
