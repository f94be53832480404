"""Rules of one's own: Op and custom_op, eager, compiled and differentiated twice; gradcheck, which checks them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ondol as od


class Power(od.Op):
    """y = xⁿ,   dx = n xⁿ⁻¹ dy."""

    def __init__(self, n):
        self.n = n

    def forward(self, x):
        return x**self.n

    def backward(self, dy):
        (x,) = self.inputs
        return self.n * Power(self.n - 1)(x) * dy


class SinCos(od.Op):
    """s = sin x, c = cos x;   dx = c ds - s dc."""

    def forward(self, x):
        return self.xp.sin(x), self.xp.cos(x)

    def backward(self, ds, dc):
        s, c = self.output if None not in self.output else (od.sin(self.inputs[0]), od.cos(self.inputs[0]))
        return c * ds - s * dc


class Scale(od.Op):
    """z = a x for broadcasting a;   dx = a dz, da = x dz; counts how often the latter is computed."""

    broadcasts = True
    computed = 0

    def forward(self, a, x):
        return a * x

    def backward(self, dz):
        a, x = self.inputs
        Scale.computed += self.needs(1)
        return x * dz, a * dz if self.needs(1) else None


def backward_of_swish(op, dy):
    s = op.output / op.inputs[0]
    return dy * (s + op.output * (1 - s))


swish = od.custom_op(lambda xp, x: x / (1 + xp.exp(-x)), backward_of_swish)


@pytest.mark.parametrize(
    "op", [lambda x: Power(5)(x), lambda x: od.add(*SinCos()(x)), lambda x: SinCos()(x)[1], swish]
)
def test_own_rules(op):
    x = np.array([0.4, -1.2, 2.0])
    assert od.gradcheck(op, x, order=2)
    both = lambda x: (op(x), od.grad(lambda x: od.grad(lambda x: op(x).sum())(x).sum())(x))  # noqa: E731
    for eager, compiled in zip(both(od.tensor(x)), od.function(both)(x), strict=True):
        assert_allclose(compiled.numpy(), eager.numpy(), rtol=1e-12)


def test_values_of_own_rules():
    assert Power(3)([1, 2]).tolist() == [1, 8]
    s, c = SinCos()(0.5)
    assert (s.item(), c.item()) == (pytest.approx(np.sin(0.5)), pytest.approx(np.cos(0.5)))
    assert_allclose(swish([1.0]).numpy(), 1 / (1 + np.exp(-1)), rtol=1e-6)
    assert repr(Power(3)) == "Power(n=3)"


def test_broadcasting_and_needs():
    a, x = od.tensor(2.0, requires_grad=True), np.ones((2, 3), "float32")
    Scale.computed = 0
    (g,) = od.gradients(Scale()(a, x).sum(), [a])
    assert (g.shape, g.item(), Scale.computed) == ((), 6.0, 0)
    row = od.tensor([1.0, 2.0, 3.0], requires_grad=True)
    assert od.gradients(Scale()(x, row).sum(), row).tolist() == [2.0, 2.0, 2.0]
    assert Scale.computed == 1


class Half(od.Op):
    """A rule with a hole."""

    def forward(self, x):
        return x


class TooMany(Half):
    def backward(self, dy):
        return dy, dy


class WrongShape(Half):
    def backward(self, dy):
        return dy.sum()


class Broken(Half):
    def backward(self, dy):
        return dy.no_such_method()


@pytest.mark.parametrize(
    ("op", "message"),
    [
        (Half, "Half has no backward"),
        (TooMany, "one gradient for each of 1 inputs. Received: 2"),
        (WrongShape, r"input's shape \(2,\).*Received: dx\.shape=\(\)"),
        (Broken, "no_such_method"),
    ],
)
def test_errors_name_the_rule(op, message):
    with pytest.raises(Exception, match=message) as caught:
        op()(od.tensor([1.0, 2.0], requires_grad=True)).sum().backward()
    assert op.__name__ in str(caught.value) + "".join(getattr(caught.value, "__notes__", []))


def test_an_op_must_have_a_forward():
    class Nothing(od.Op):
        pass

    with pytest.raises(TypeError, match="Nothing must define forward"):
        Nothing()(1.0)


# -- gradcheck


WRONG_FIRST = od.custom_op(lambda xp, x: x**3, lambda op, dy: 3.001 * op.inputs[0] ** 2 * dy)
WRONG_SECOND = od.custom_op(lambda xp, x: x**3, lambda op, dy: 3 * op.inputs[0].detach() ** 2 * dy)


def test_gradcheck_finds_a_wrong_gradient():
    with pytest.raises(
        od.errors.GradientError, match=r"gradient by argument 0 .* by the rules, but .* differences"
    ):
        od.gradcheck(WRONG_FIRST, [0.5, 2.0])


def test_gradcheck_finds_a_wrong_second_derivative():
    assert od.gradcheck(WRONG_SECOND, [0.5, 2.0])
    with pytest.raises(od.errors.GradientError, match="second derivative by argument 0"):
        od.gradcheck(WRONG_SECOND, [0.5, 2.0], order=2)


def test_gradcheck_names_the_argument():
    with pytest.raises(od.errors.GradientError, match="by argument 1"):
        od.gradcheck(lambda a, b: a * WRONG_FIRST(b), [1.0], [2.0])


def test_gradcheck_takes_integers_and_constants_along():
    x = np.random.default_rng(0).normal(size=(3, 2))
    assert od.gradcheck(lambda x, i: x[i] * 2, x, np.array([0, 2, 2]), order=2)
    assert od.gradcheck(lambda x: od.sum(x * 0 + 1.0), x)


def test_gradcheck_checks_something():
    with pytest.raises(od.errors.DataError, match=r"float among the arguments.*1\.0 for 1"):
        od.gradcheck(lambda x: x * 2, [1])
    with pytest.raises(od.errors.DataError, match=r"one Tensor.*tuple"):
        od.gradcheck(lambda x: (x, x), [1.0])
    with pytest.raises(od.errors.GradientError):
        od.gradcheck(WRONG_FIRST, od.tensor([2.0], "bfloat16"))


def test_a_missing_gradient_is_found():
    with pytest.raises(od.errors.GradientError, match=r"is 0 by the rules"):
        od.gradcheck(lambda x: od.stop_gradient(x) * 1.0 + 0 * x, [1.0])
