"""run_if: code that assigns Variables where a condition holds, eagerly and in a compiled program."""

import pytest

import ondol as od
from ondol.autograd.branch import run_if


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_variables_are_assigned_where_the_condition_holds(compiled):
    a, b, factor = (od.Variable(float(i), trainable=False) for i in (1, 10, 3))

    def body():
        a.assign(a * factor)
        b.assign_add(a)

    def step(x):
        run_if(x.data > 0, body, [a, b, a])
        a.assign_add(0.5)

    run = od.function(step) if compiled else step
    before, seen = od.compilations.count, []
    for x in (1.0, -1.0, 1.0):
        run(od.tensor(x))
        seen.append((float(a), float(b)))
    assert seen == [(3.5, 13.0), (4.0, 13.0), (12.5, 25.0)]
    factor.assign(0.0)  # read by the program, not a constant of it
    run(od.tensor(1.0))
    assert float(a) == 0.5
    assert od.compilations.count == before + compiled


def test_one_branch_within_another():
    a = od.Variable(0.0, trainable=False)

    @od.function
    def step(x):
        def outer():
            a.assign_add(1.0)
            run_if(x.data > 1, lambda: a.assign_add(10.0), [a])

        run_if(x.data > 0, outer, [a])

    seen = []
    for x in (-1.0, 0.5, 2.0):
        step(od.tensor(x))
        seen.append(float(a))
    assert seen == [0.0, 1.0, 12.0]


def test_other_variables_cannot_be_assigned():
    a, b = od.Variable(0.0, name="a"), od.Variable(0.0, name="b")
    step = od.function(lambda x: run_if(x.data > 0, lambda: b.assign_add(1.0), [a]))
    with pytest.raises(od.errors.TraceError, match="also assigns 'b'"):
        step(od.tensor(1.0))
