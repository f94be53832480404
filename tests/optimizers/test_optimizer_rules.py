"""Twenty steps of each optimizer against its paper's algorithm (Keras' defaults), written here in NumPy."""

import numpy as np
import pytest

import ondol as od

RATE = 2.0**-6  # exact in float32, so that float64 runs can be compared to the last digits
rng = np.random.default_rng(3)
STARTS = [rng.normal(size=(4, 3)), rng.normal(size=3), np.array(0.5)]
GRADS = [[rng.normal(size=w.shape) * 3 for w in STARTS] for _ in range(20)]


def sgd(lr, momentum=0.0, nesterov=False):
    def rule(w, g, t, s):
        if not momentum:
            return w - lr * g
        s["m"] = momentum * s.get("m", 0) - lr * g
        return w + momentum * s["m"] - lr * g if nesterov else w + s["m"]

    return rule


def adagrad(lr, start=0.1, eps=1e-7):
    def rule(w, g, t, s):
        s["a"] = s.get("a", start) + g**2
        return w - lr * g / np.sqrt(s["a"] + eps)

    return rule


def adadelta(lr, rho=0.95, eps=1e-7):
    def rule(w, g, t, s):
        s["g2"] = rho * s.get("g2", 0) + (1 - rho) * g**2
        delta = -np.sqrt(s.get("d2", 0) + eps) / np.sqrt(s["g2"] + eps) * g
        s["d2"] = rho * s.get("d2", 0) + (1 - rho) * delta**2
        return w + lr * delta

    return rule


def rmsprop(lr, rho=0.9, momentum=0.0, eps=1e-7, centered=False):
    def rule(w, g, t, s):
        s["v"] = rho * s.get("v", 0) + (1 - rho) * g**2
        s["a"] = rho * s.get("a", 0) + (1 - rho) * g
        step = lr * g / np.sqrt(s["v"] - (s["a"] ** 2 if centered else 0) + eps)
        s["m"] = momentum * s.get("m", 0) + step
        return w - s["m"]

    return rule


def adam(lr, b1=0.9, b2=0.999, eps=1e-7, amsgrad=False, decay=0.0):
    def rule(w, g, t, s):
        w = w - lr * decay * w
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        s["max"] = np.maximum(s.get("max", 0), s["v"])
        alpha = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
        return w - alpha * s["m"] / (np.sqrt(s["max"] if amsgrad else s["v"]) + eps)

    return rule


def adamax(lr, b1=0.9, b2=0.999, eps=1e-7):
    def rule(w, g, t, s):
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["u"] = np.maximum(b2 * s.get("u", 0), np.abs(g))
        return w - lr / (1 - b1**t) * s["m"] / (s["u"] + eps)

    return rule


def nadam(lr, b1=0.9, b2=0.999, eps=1e-7):
    def rule(w, g, t, s):
        mu = [b1 * (1 - 0.5 * 0.96**i) for i in range(1, t + 2)]
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        m = mu[t] * s["m"] / (1 - np.prod(mu)) + (1 - mu[t - 1]) * g / (1 - np.prod(mu[:t]))
        return w - lr * m / (np.sqrt(s["v"] / (1 - b2**t)) + eps)

    return rule


def lion(lr, b1=0.9, b2=0.99):
    def rule(w, g, t, s):
        m = s.get("m", 0 * g)
        s["m"] = b2 * m + (1 - b2) * g
        return w - lr * np.sign(b1 * m + (1 - b1) * g)

    return rule


def lamb(lr, b1=0.9, b2=0.999, eps=1e-7):
    def rule(w, g, t, s):
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        r = s["m"] / (1 - b1**t) / (np.sqrt(s["v"] / (1 - b2**t)) + eps)
        return w - lr * np.sqrt(np.sum(w**2)) / np.sqrt(np.sum(r**2)) * r

    return rule


def adafactor(lr, power=-0.8, eps1=1e-30, eps2=1e-3, d=1.0, relative=True):
    def rule(w, g, t, s):
        beta = 1 - t**power
        squares = g**2 + eps1
        if w.ndim == 2:  # the paper's Algorithm 4: sums over rows and columns, and their outer product
            s["R"] = beta * s.get("R", 0) + (1 - beta) * squares.sum(1)
            s["C"] = beta * s.get("C", 0) + (1 - beta) * squares.sum(0)
            v = np.outer(s["R"], s["C"]) / s["R"].sum()
        else:
            v = s["V"] = beta * s.get("V", 0) + (1 - beta) * squares
        u = g / np.sqrt(v)
        u = u / max(1, np.sqrt(np.mean(u**2)) / d)
        rho = min(lr, t**-0.5) if relative else lr
        return w - max(eps2, np.sqrt(np.mean(w**2))) * rho * u

    return rule


def ftrl(lr, start=0.1, l1=0.0, l2=0.0, shrinkage=0.0, beta=0.0):
    """Algorithm 1 of the paper; λ₂ counts twice, as in TensorFlow's form."""

    def rule(w, g, t, s):
        n = s.get("n", start)
        s["n"] = n + g**2
        sigma = (np.sqrt(s["n"]) - np.sqrt(n)) / lr
        s["z"] = s.get("z", 0) + g + 2 * shrinkage * w - sigma * w
        z = s["z"]
        moved = -(z - np.sign(z) * l1) / ((beta + np.sqrt(s["n"])) / lr + 2 * l2)
        return np.where(np.abs(z) <= l1, 0, moved)

    return rule


def muon(lr, mu=0.95, nesterov=True, rms=0.2, steps=5, decay=0.004, adam_decay=0.004, ratio=1.0):
    def rule(w, g, t, s):
        if w.ndim != 2:
            return adam(lr * ratio, decay=adam_decay / ratio)(w, g, t, s)
        w = w - lr * decay * w
        s["m"] = mu * s.get("m", 0) + g
        x = g + mu * s["m"] if nesterov else s["m"]
        x = x / (np.linalg.norm(x) + 1e-7)
        for _ in range(steps):
            a = x @ x.T
            x = 3.4445 * x - 4.775 * a @ x + 2.0315 * a @ a @ x
        return w - lr * (1 if rms is None else rms * np.sqrt(max(w.shape))) * x

    return rule


def schedule_free(lr, b1=0.9, b2=0.999, eps=1e-8, warmup=0, decay=0.0):
    """The paper's Algorithm 1 with z and x apart; the gradients are those at y, which is returned."""

    def rule(y, g, t, s):
        z, x = s.get("z", y), s.get("x", y)
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        rate = lr * (min(1, t / warmup) if warmup else 1)
        s["sum"] = s.get("sum", 0) + rate**2
        z = z - rate * g / (np.sqrt(s["v"] / (1 - b2**t)) + eps) - rate * decay * y
        c = rate**2 / s["sum"]
        s["z"], s["x"] = z, (1 - c) * x + c * z
        return (1 - b1) * z + b1 * s["x"]

    return rule


CASES = {
    "SGD": (od.optimizers.SGD(RATE), sgd(RATE)),
    "SGD momentum": (od.optimizers.SGD(RATE, momentum=0.9), sgd(RATE, 0.9)),
    "SGD nesterov": (od.optimizers.SGD(RATE, momentum=0.9, nesterov=True), sgd(RATE, 0.9, True)),
    "Adagrad": (od.optimizers.Adagrad(RATE), adagrad(RATE)),
    "Adagrad from zero": (
        od.optimizers.Adagrad(RATE, initial_accumulator_value=0.0, epsilon=1e-3),
        adagrad(RATE, 0.0, 1e-3),
    ),
    "Adadelta": (od.optimizers.Adadelta(1.0), adadelta(1.0)),
    "RMSprop": (od.optimizers.RMSprop(RATE), rmsprop(RATE)),
    "RMSprop centered": (od.optimizers.RMSprop(RATE, centered=True), rmsprop(RATE, centered=True)),
    "RMSprop momentum": (od.optimizers.RMSprop(RATE, rho=0.8, momentum=0.5), rmsprop(RATE, 0.8, 0.5)),
    "RMSprop all": (
        od.optimizers.RMSprop(RATE, momentum=0.5, centered=True, epsilon=1e-4),
        rmsprop(RATE, 0.9, 0.5, 1e-4, True),
    ),
    "Adam": (od.optimizers.Adam(RATE), adam(RATE)),
    "Adam without momentum": (od.optimizers.Adam(RATE, beta_1=0.0, beta_2=0.9), adam(RATE, 0.0, 0.9)),
    "Adam amsgrad": (od.optimizers.Adam(RATE, amsgrad=True), adam(RATE, amsgrad=True)),
    "AdamW": (od.optimizers.AdamW(RATE), adam(RATE, decay=0.004)),
    "Adamax": (od.optimizers.Adamax(RATE), adamax(RATE)),
    "Adamax all": (od.optimizers.Adamax(RATE, 0.5, 0.75, 0.01), adamax(RATE, 0.5, 0.75, 0.01)),
    "Nadam": (od.optimizers.Nadam(RATE), nadam(RATE)),
    "Nadam all": (od.optimizers.Nadam(RATE, 0.5, 0.75, 0.01), nadam(RATE, 0.5, 0.75, 0.01)),
    "Lion": (od.optimizers.Lion(RATE), lion(RATE)),
    "Lion all": (od.optimizers.Lion(RATE, 0.5, 0.75), lion(RATE, 0.5, 0.75)),
    "Lamb": (od.optimizers.Lamb(RATE), lamb(RATE)),
    "Lamb all": (od.optimizers.Lamb(RATE, 0.5, 0.75, 0.01), lamb(RATE, 0.5, 0.75, 0.01)),
    "Adafactor": (od.optimizers.Adafactor(RATE), adafactor(RATE)),
    "Adafactor falling": (od.optimizers.Adafactor(0.5), adafactor(0.5)),
    "Adafactor all": (
        od.optimizers.Adafactor(RATE, -0.5, 0.01, 0.75, 0.5, relative_step=False),
        adafactor(RATE, -0.5, 0.01, 0.75, 0.5, False),
    ),
    "Ftrl": (od.optimizers.Ftrl(RATE), ftrl(RATE)),
    "Ftrl all": (
        od.optimizers.Ftrl(0.25, -0.5, 0.5, 2.0, 0.25, 0.125, 0.75),
        ftrl(0.25, 0.5, 2.0, 0.25, 0.125, 0.75),
    ),
    "Muon": (od.optimizers.Muon(RATE), muon(RATE)),
    "Muon all": (
        od.optimizers.Muon(
            RATE,
            weight_decay=0.5,
            adam_weight_decay=0.25,
            adam_lr_ratio=0.5,
            momentum=0.5,
            ns_steps=3,
            nesterov=False,
            rms_rate=None,
        ),
        muon(RATE, 0.5, False, None, 3, 0.5, 0.25, 0.5),
    ),
    "ScheduleFreeAdamW": (od.optimizers.ScheduleFreeAdamW(RATE), schedule_free(RATE)),
    "ScheduleFreeAdamW all": (
        od.optimizers.ScheduleFreeAdamW(RATE, 0.75, 0.5, 0.01, warmup_steps=8, weight_decay=0.5),
        schedule_free(RATE, 0.75, 0.5, 0.01, 8, 0.5),
    ),
}


def reference(rule):
    weights, states = [w.copy() for w in STARTS], [{} for _ in STARTS]
    for t, grads in enumerate(GRADS, start=1):
        weights = [rule(w, g, t, s) for w, g, s in zip(weights, grads, states, strict=True)]
    return weights


def fresh(optimizer):
    return type(optimizer).from_config(optimizer.get_config())


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-6)])
def test_twenty_steps_equal_the_paper(name, dtype, tolerance):
    optimizer, rule = CASES[name]
    optimizer = fresh(optimizer)
    variables = [od.Variable(w, dtype=dtype) for w in STARTS]
    for grads in GRADS:
        optimizer.apply([od.tensor(g, dtype=dtype) for g in grads], variables)
    for variable, expected in zip(variables, reference(rule), strict=True):
        assert variable.dtype == dtype
        np.testing.assert_allclose(variable.numpy(), expected, rtol=tolerance, atol=tolerance)
    assert int(optimizer.iterations) == 20
    slots = [slot for kept in optimizer.slots_of(variables) for slot in kept if slot is not None]
    assert all(slot.dtype == dtype for slot in slots)


@pytest.mark.parametrize("name", CASES)
def test_twenty_compiled_steps_equal_the_paper(name):
    optimizer, rule = CASES[name]
    optimizer = fresh(optimizer)
    variables = [od.Variable(w, dtype="float32") for w in STARTS]
    step = od.function(lambda *grads: optimizer.apply(grads, variables))
    before = od.compilations.count
    for grads in GRADS:
        step(*[g.astype("float32") for g in grads])
    assert od.compilations.count == before + 1
    for variable, expected in zip(variables, reference(rule), strict=True):
        np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-6, atol=1e-6)
    assert int(optimizer.iterations) == 20


@pytest.mark.parametrize("name", CASES)
def test_plain_arrays_in_place_equal_the_paper(name):
    optimizer, rule = CASES[name]
    optimizer = fresh(optimizer)
    arrays = [w.copy() for w in STARTS]
    same = list(arrays)
    for grads in GRADS:
        optimizer.update(arrays, grads)
    for a, b, expected in zip(arrays, same, reference(rule), strict=True):
        assert a is b
        np.testing.assert_allclose(a, expected, rtol=1e-12, atol=1e-12)


def test_bias_correction_is_exact_in_float32():
    """1 - 0.999 loses four digits when 0.999 is rounded to float32 first."""
    w = od.Variable(np.zeros(1, "float32"))
    optimizer = od.optimizers.Adam(1.0, beta_1=0.9, beta_2=0.999, epsilon=0.0)
    optimizer.apply([np.array([1e-3], "float32")], [w])
    assert float(w.numpy()[0]) == pytest.approx(-1.0, rel=3e-7)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_weights_keep_their_dtype(dtype):
    for optimizer, _ in CASES.values():
        optimizer = fresh(optimizer)
        w = od.Variable([1.0, -1.0], dtype=dtype)
        optimizer.apply([od.tensor([0.5, 0.5], dtype=dtype)], [w])
        assert str(w.dtype) == dtype
        assert np.isfinite(w.numpy().astype("float32")).all()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_weights_are_stepped_in_float32(dtype):
    """Running means are kept in float32: in half precision, v + 0.001 (g² - v) is v, and a float16 g² soon infinite."""
    g = np.array([300.0, 0.01], "float32")
    half, plain = od.Variable([1.0, -1.0], dtype=dtype), od.Variable([1.0, -1.0])
    g = g.astype(half.dtype)
    one, other = (od.optimizers.Adam(0.1, global_clipnorm=1000.0) for _ in range(2))
    for scale in (1, 0, 0, 0):
        one.apply([g * half.dtype.type(scale)], [half])
        other.apply([g.astype("float32") * scale], [plain])
    for a, b in zip(one.slots_of([half])[0][:2], other.slots_of([plain])[0][:2], strict=True):
        assert a.dtype == "float32"
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    np.testing.assert_allclose(half.numpy().astype("float32"), plain.numpy(), atol=0.02)
