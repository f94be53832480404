"""Variables: state with a name."""

import copy
import pickle

import numpy as np
import pytest

import ondol as od


def test_a_variable_is_a_tensor():
    v = od.Variable([1, 2.5], name="v")
    assert isinstance(v, od.Tensor)
    assert (v.name, v.path, v.shape, v.dtype, v.trainable) == ("v", "v", (2,), "float32", True)
    assert (v * 2 + [1.0, 1.0]).tolist() == [3.0, 6.0]
    assert (v[1].item(), v.sum().item(), len(v), v.value.tolist()) == (2.5, 3.5, 2, [1.0, 2.5])
    assert repr(v) == "Variable(v: [1.  2.5], dtype=float32)"
    assert od.Variable([1.0], dtype="float64").dtype == "float64"
    assert {v: 1}[v] == 1


def test_integers_are_not_trainable():
    v = od.Variable([1, 2])
    assert not v.trainable
    v.trainable = True
    assert not v.requires_grad


def test_assignment():
    v = od.Variable([1.0, 2.0])
    assert v.assign([3, 4]) is v
    assert v.assign_add(1.0).tolist() == [4.0, 5.0]
    assert v.assign_sub(od.tensor([1.0, 2.0])).tolist() == [3.0, 3.0]
    assert v.assign(np.array([0.1, 0.2])).dtype == "float32"


@pytest.mark.parametrize("change", ["assign", "assign_add", "assign_sub"])
def test_assignment_of_another_shape(change):
    v = od.Variable(np.zeros((2, 3)), name="kernel")
    with pytest.raises(
        od.errors.ShapeError, match=r"shape \(2, 3\) for the Variable 'kernel'.*value.shape=\(4, 2, 3\)"
    ):
        getattr(v, change)(np.zeros((4, 2, 3)))
    with pytest.raises(AttributeError, match=r"use \.assign\(value\)"):
        v.data = np.ones((2, 3))
    with pytest.raises(TypeError, match=r"od\.index_update"):
        v[0] = 1.0


@pytest.mark.parametrize("assigned", [lambda a: a, lambda a: od.reshape(a, (4,)), lambda a: a[::1]])
def test_a_variable_keeps_its_value_to_itself(assigned):
    array = np.ones(4, "float32")
    v = od.Variable(array)
    v.assign(assigned(array))
    array[:] = 5
    assert v.tolist() == [1.0] * 4
    outside = v.numpy()
    outside[:] = 7
    assert v.tolist() == [1.0] * 4
    assert od.function(lambda: v * 1)().tolist() == [1.0] * 4


def test_an_earlier_reading_keeps_the_earlier_value():
    v = od.Variable([1.0])
    before, array, kept = v.value, v.numpy(), v * 1
    v.assign([2.0])
    assert (before.tolist(), array.tolist(), kept.tolist()) == ([1.0], [1.0], [1.0])


def test_copies():
    v = od.Variable([1.0], name="w", trainable=False)
    v.path = "layer/w"
    for w in (copy.copy(v), copy.deepcopy(v)):
        w.assign([5.0])
        assert (v.tolist(), w.name, w.path, w.trainable) == ([1.0], "w", "layer/w", False)
    with pytest.raises(TypeError, match=r"cannot be pickled.*variable\.numpy"):
        pickle.dumps(v)


def test_freezing():
    v = od.Variable([1.0])
    v.trainable = False
    assert not (v * 2).requires_grad
    v.trainable = True
    assert (v * 2).requires_grad


def test_gradient_of_every_reading():
    """A Variable stands for all values it had: the gradients of all its uses are summed."""
    v = od.Variable(3.0)
    y = v * v  # 2·3
    v.assign(10.0)
    y = y + v * v  # 2·10
    assert od.gradients(y, v).item() == 26.0
    y.backward()
    assert v.grad.item() == 26.0
    v.zero_grad()
    assert v.grad is None
