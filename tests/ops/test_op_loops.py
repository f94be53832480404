"""Loops and branches: results by Python's own loops, gradients by central differences, eagerly and compiled."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError, TraceError


def both(f):
    """f as it is, and compiled."""
    return [f, od.function(f)]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def tensors(rng, *shapes):
    return [od.tensor(rng.normal(size=shape), requires_grad=True) for shape in shapes]


def assert_gradients(f, xs, tolerance=1e-6):
    """The gradients of f(*xs), a number, for all xs against central differences, eagerly and compiled."""

    def gradients(*args):
        return od.gradients(f(*args), list(xs_of(args)))

    def xs_of(args):
        return [a if x is a else x for x, a in zip(xs, args, strict=True)]

    step = 1e-6
    wanted = []
    for i, x in enumerate(xs):
        array, slopes = x.numpy().copy(), np.zeros(x.shape)
        for place in np.ndindex(x.shape):
            ends = []
            for sign in (1, -1):
                moved = array.copy()
                moved[place] += sign * step
                if isinstance(x, od.Variable):
                    x.assign(moved)
                    ends.append(float(f(*xs)))
                    x.assign(array)
                else:
                    ends.append(float(f(*[od.tensor(moved) if j == i else y for j, y in enumerate(xs)])))
            slopes[place] = (ends[0] - ends[1]) / (2 * step)
        wanted.append(slopes)
    arguments = [x for x in xs if not isinstance(x, od.Variable)]
    variables = [x for x in xs if isinstance(x, od.Variable)]

    def run(*args):
        return od.gradients(f(*args, *variables), [*args, *variables])

    for found in (run(*arguments), od.function(run)(*arguments)):
        for g, right in zip(found, wanted, strict=True):
            np.testing.assert_allclose(g.numpy(), right, rtol=tolerance, atol=tolerance)


# -- scan


def test_scan_carries_structures_and_stacks_outputs(rng):
    x = rng.normal(size=(4, 3))

    def f(carry, now):
        total, (n, d) = carry["total"] + now["x"].sum(), carry["rest"]
        return {"rest": [n + 1, d], "total": total}, (total * 2, None, now["x"][0])

    def run(x):
        return od.ops.scan(f, {"total": od.tensor(0.0, "float64"), "rest": (0, 1)}, {"x": x})

    for way in both(run):
        carry, (doubled, nothing, firsts) = way(od.tensor(x))
        np.testing.assert_allclose(float(carry["total"]), x.sum())
        assert int(carry["rest"][0]) == 4
        assert type(carry["rest"]) is tuple
        assert nothing is None
        np.testing.assert_allclose(doubled.numpy(), 2 * np.cumsum(x.sum(1)))
        np.testing.assert_array_equal(firsts.numpy(), x[:, 0])


def test_scan_backwards_and_without_xs():
    for way in both(lambda x: od.ops.scan(lambda c, now: (c * 2 + now, c), 0, x, reverse=True)):
        last, ys = way(od.tensor([1, 2, 3]))
        assert int(last) == (3 * 2 + 2) * 2 + 1
        assert ys.tolist() == [8, 3, 0]
    for way in both(lambda x: od.ops.scan(lambda c, now: (c * x, now), 1.0, length=5, unroll=2)):
        power, ys = way(od.tensor(2.0))
        assert float(power) == 32.0
        assert ys is None


def rnn(h0, x, w, scale):
    """A loss of a small network; `w` and `scale` are used from outside the step."""
    k = scale * 2.0

    def step(carry, now):
        h, count = carry
        h = od.tanh(h @ w + now * k)
        return (h, count + 1), (h * h).sum(axis=-1)

    (h, count), ys = od.ops.scan(step, (h0, 0), x)
    return (ys * ys).sum() + (h * od.cast(count, h.dtype)).sum()


def test_gradients_of_scan_reach_all_that_a_step_uses(rng):
    h0, x, scale = tensors(rng, (2, 3), (4, 2, 3), ())
    w = od.Variable(rng.normal(size=(3, 3)), dtype="float64")
    assert_gradients(lambda h0, x, scale, w: rnn(h0, x, w, scale), [h0, x, scale, w])


def test_gradients_of_a_scan_from_the_end(rng):
    h0, x = tensors(rng, (2, 3), (4, 2, 3))
    w = od.Variable(rng.normal(size=(3, 3)), dtype="float64")

    def loss(h0, x, w):
        h, ys = od.ops.scan(lambda h, now: (od.tanh(h @ w + now), h[0]), h0, x, reverse=True, unroll=True)
        return (ys**2).sum() + (h**3).sum()

    assert_gradients(loss, [h0, x, w])


def test_second_derivatives_of_scan(rng):
    h0, x, scale = tensors(rng, (2, 3), (3, 2, 3), ())
    w = od.Variable(rng.normal(size=(3, 3)), dtype="float64")

    def penalty(h0, x, scale, w):
        found = od.gradients(rnn(h0, x, w, scale), [h0, x, scale, w], create_graph=True)
        return sum((g * g).sum() for g in found)

    def second(h0, x, scale):
        return od.gradients(penalty(h0, x, scale, w), [h0, x, scale, w])

    eager, compiled = second(h0, x, scale), od.function(second)(h0, x, scale)
    for a, b in zip(eager, compiled, strict=True):
        np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=1e-9)
    moved = []
    for sign in (1, -1):
        shifted = od.tensor(float(scale) + sign * 1e-5, "float64", requires_grad=True)
        moved.append(float(penalty(h0, x, shifted, w)))
    np.testing.assert_allclose(float(compiled[2]), (moved[0] - moved[1]) / 2e-5, rtol=1e-5)


def test_scans_within_scans(rng):
    (x,) = tensors(rng, (3, 2))
    w = od.Variable(0.7, dtype="float64")

    def inner(c, now):
        return od.ops.scan(lambda d, e: (d * w + e, None), c, now)[0], None

    assert_gradients(lambda x, w: od.ops.scan(inner, od.tensor(1.0, "float64"), x)[0], [x, w])


def test_gradient_through_a_compiled_scan_from_outside(rng):
    h0, x, scale = tensors(rng, (2, 3), (4, 2, 3), ())
    w = od.Variable(rng.normal(size=(3, 3)), dtype="float64")
    eager = od.gradients(rnn(h0, x, w, scale), [h0, x, scale, w])
    loss = od.function(lambda h0, x, scale: rnn(h0, x, w, scale))(h0, x, scale)
    for a, b in zip(eager, od.gradients(loss, [h0, x, scale, w]), strict=True):
        np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=1e-9)


def test_random_numbers_and_assigned_variables_in_a_scan(rng):
    """Eagerly and compiled the same numbers; the backward pass sees those of its own step."""
    (x,) = tensors(rng, (5, 8))
    mean = od.Variable(np.zeros(8), trainable=False, dtype="float64")

    def step(c, now):
        mask = od.random.bernoulli((8,), 0.5, dtype="float64")
        mean.assign(0.5 * mean + 0.5 * now)
        return c + now * mask + mean * now, None

    def run(x):
        c = od.ops.scan(step, od.zeros(8, dtype="float64"), x)[0]
        return c, od.gradients((c * c).sum(), x), od.random.uniform((2,))

    results = []
    for way in both(run):
        od.random.seed(3)
        mean.assign(np.zeros(8))
        results.append([t.numpy() for t in way(x)] + [mean.numpy()])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-6)
    held = np.zeros(8)
    for row in x.numpy():
        held = 0.5 * held + 0.5 * row
    np.testing.assert_allclose(mean.numpy(), held)


def test_a_program_is_no_larger_for_more_steps(rng):
    import jax

    from ondol.autograd import Trace

    w = od.Variable(rng.normal(size=(3, 3)), dtype="float64")

    def gradient(x):
        with Trace({w: w.numpy()}).active():
            leaf = od.Tensor(x, True)
            y = od.ops.scan(
                lambda h, now: (od.tanh(h @ w + now), None), od.zeros((2, 3), dtype="float64"), leaf
            )[0]
            return od.gradients(y.sum(), leaf).data

    sizes = []
    for steps in (3, 300):
        with jax.enable_x64(True):
            jaxpr = jax.make_jaxpr(gradient)(np.zeros((steps, 2, 3)))
        sizes.append(len(str(jaxpr).splitlines()))
    assert sizes[0] == sizes[1]


def test_errors_of_scan():
    w = od.Variable(1.0)

    def assigning(c, _):
        w.assign(c)
        return c, None

    def run(f, init=0.0, **kwargs):
        return od.ops.scan(f, init, **kwargs)

    for run_scan in both(run):
        with pytest.raises(ShapeError, match="same shape and dtype each time, float32\\[\\]"):
            run_scan(lambda c, _: (c + od.ones(2), None), length=2)
        with pytest.raises(ShapeError, match="dtype each time, int32"):
            run_scan(lambda c, _: (c * 0.5, None), 1, length=2)
        with pytest.raises(ShapeError, match="structured as"):
            run_scan(lambda c, _: ([c, c], None), length=2)
        with pytest.raises(ShapeError, match="returns \\(carry, y\\)"):
            run_scan(lambda c, _: c, length=2)
        with pytest.raises(DataError, match="length="):
            run_scan(lambda c, _: (c, None))
        with pytest.raises(DataError, match="at least one step"):
            run_scan(lambda c, _: (c, None), length=0)
    with pytest.raises(ShapeError, match="as many steps"):
        od.ops.scan(lambda c, _: (c, None), 0.0, [od.ones(2), od.ones(3)])
    with pytest.raises(DataError, match="unroll"):
        od.ops.scan(lambda c, _: (c, None), 0.0, length=2, unroll=0)
    with pytest.raises(TypeError, match="f\\(carry, x\\)"):
        od.ops.scan(3, 0.0, length=2)
    with pytest.raises(TraceError, match="not trainable"):
        od.function(lambda: od.ops.scan(assigning, 0.0, length=2))()


# -- the others


def test_fori_loop(rng):
    (x,) = tensors(rng, (3,))
    assert_gradients(lambda x: od.ops.fori_loop(1, 4, lambda i, v: v * x + od.cast(i, v.dtype), x).sum(), [x])
    for way in both(lambda n: od.ops.fori_loop(0, n, lambda i, s: s + i, 0)):
        assert int(way(od.tensor(10))) == 45
    assert od.ops.fori_loop(3, 3, lambda i, s: s + i, 7).tolist() == 7


def test_while_loop(rng):
    def halve(x):
        return od.ops.while_loop(lambda n, x: x.sum() > 1.0, lambda n, x: (n + 1, x / 2), (0, x))

    for way in both(halve):
        n, x = way(od.tensor([4.0, 5.0]))
        assert int(n) == 4
        assert x.tolist() == [0.25, 0.3125]
    for way in both(lambda x: od.ops.while_loop(lambda x: x < 100, lambda x: x * 2, x, maximum_iterations=3)):
        assert int(way(od.tensor(1))) == 8
        assert int(way(od.tensor(60))) == 120


def test_gradient_of_while_loop(rng):
    (x,) = tensors(rng, (3,))

    def bounded(x):
        return od.ops.while_loop(
            lambda y: (y * y).sum() < 50.0, lambda y: y * 1.5 + x, x, maximum_iterations=20
        ).sum()

    assert_gradients(bounded, [x])

    def unbounded(x):
        return od.gradients(od.ops.while_loop(lambda y: y.sum() < 50.0, lambda y: y * y + 1.5, x).sum(), x)

    assert unbounded(x).shape == (3,)
    with pytest.raises(TraceError, match="maximum_iterations="):
        od.function(unbounded)(x)
    with pytest.raises(ShapeError, match="one truth value"):
        od.ops.while_loop(lambda y: y < 50.0, lambda y: y, x)

    def drawing(x):
        return od.ops.while_loop(lambda x: od.random.uniform(()) < 0.5, lambda x: x + 1, x)

    assert int(drawing(od.tensor(0))) >= 0
    with pytest.raises(TraceError, match="draws no random number"):
        od.function(drawing)(od.tensor(0))


@pytest.mark.parametrize("index", [-1, 0, 1, 5])
def test_switch(rng, index):
    x, y = tensors(rng, (3,), (3,))
    w = od.Variable(rng.normal(size=3), dtype="float64")
    branches = [lambda a, b: a * b * w, lambda a, b: a * a - y]
    arrays = [x.numpy() * y.numpy() * w.numpy(), x.numpy() ** 2 - y.numpy()]
    for way in both(lambda i: od.ops.switch(i, branches, x, y)):
        np.testing.assert_allclose(way(od.tensor(index)).numpy(), arrays[min(max(index, 0), 1)])
    i = od.tensor(index)
    assert_gradients(
        lambda x, y, w: od.ops.switch(
            i, [lambda a, b: (a * b * w).sum(), lambda a, b: (a * a - b).sum()], x, y
        ),
        [x, y, w],
    )


def test_cond_assigns_only_where_it_goes():
    seen = od.Variable(0.0, trainable=False)

    def big(x):
        seen.assign_add(1.0)
        return x * 2

    for way in both(lambda x: od.ops.cond(x > 1, lambda: big(x), lambda: x)):
        seen.assign(0.0)
        assert [float(way(od.tensor(v))) for v in (0.5, 3.0, 4.0)] == [0.5, 6.0, 8.0]
        assert float(seen) == 2.0
    with pytest.raises(ShapeError, match="od.where"):
        od.ops.cond(od.tensor([True, False]), lambda: 1, lambda: 2)
    with pytest.raises(ShapeError, match="each branch"):
        od.function(lambda x: od.ops.cond(x > 1, lambda: x, lambda: od.ones(2)))(od.tensor(1.0))


def test_map(rng):
    (x,) = tensors(rng, (3, 2))
    assert_gradients(lambda x: (od.ops.map(lambda row: row * row.sum(), x) ** 2).sum(), [x])
    for function in (od.ops.map, od.ops.vectorized_map):
        for way in both(lambda a, b: function(lambda p: p[0] @ p[1], [a, b])):  # noqa: B023
            a, b = rng.normal(size=(4, 2, 3)), rng.normal(size=(4, 3))
            np.testing.assert_allclose(way(od.tensor(a), od.tensor(b)).numpy(), np.einsum("nij,nj->ni", a, b))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 8])
@pytest.mark.parametrize("reverse", [False, True])
def test_associative_scan(rng, n, reverse):
    matrices = rng.normal(size=(2, n, 2, 2))
    wanted = [matrices[:, n - 1 if reverse else 0]]
    for i in range(n - 2, -1, -1) if reverse else range(1, n):
        wanted.append(wanted[-1] @ matrices[:, i])
    wanted = np.stack(wanted[::-1] if reverse else wanted, axis=1)
    for way in both(lambda x: od.ops.associative_scan(od.matmul, x, reverse=reverse, axis=1)):
        np.testing.assert_allclose(way(od.tensor(matrices)).numpy(), wanted)


def test_gradient_of_associative_scan(rng):
    (x,) = tensors(rng, (5,))
    assert_gradients(lambda x: (od.ops.associative_scan(od.multiply, x) ** 2).sum(), [x])
    with pytest.raises(ShapeError, match="one length"):
        od.ops.associative_scan(lambda a, b: a, [od.ones(3), od.ones(2)])


def test_loops_in_a_functional_model(rng):
    x = od.Input((None, 3))
    total, means = od.ops.scan(
        lambda c, now: (c + now, (c + now).mean(-1)), x[:, 0] * 0.0, od.ops.swapaxes(x, 0, 1)
    )
    assert total.shape == (None, 3)
    assert means.shape == (None, None)
    model = od.Model(x, [total, means])
    data = rng.normal(size=(2, 5, 3)).astype("float32")
    found, of_steps = model.predict(data, verbose=0, batch_size=2)
    np.testing.assert_allclose(found, data.sum(1), rtol=1e-5, atol=1e-6)
    assert of_steps.shape == (5, 2)
