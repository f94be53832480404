"""MultiOptimizer: several optimizers, each for its part of a model."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import SavedFileError

opt = od.optimizers
rng = np.random.default_rng(0)
X = rng.normal(size=(32, 4)).astype("float32")
Y = rng.normal(size=(32, 1)).astype("float32")


def network():
    od.random.seed(0)
    return od.Sequential(
        [od.Input((4,)), od.layers.Dense(3, "tanh", name="base"), od.layers.Dense(1, name="head")]
    )


def parts():
    return opt.Adam(0.05, weight_decay=0.1), opt.SGD(
        opt.schedules.ExponentialDecay(0.1, 5, 0.5), momentum=0.9
    )


def by_hand(steps):
    """The same two optimizers in a loop that knows which weights are whose."""
    model, (first, second) = network(), parts()
    base, head = model.get_layer("base").weights, model.get_layer("head").weights
    loss_function = od.losses.MeanSquaredError()
    for i in range(steps):
        rows = slice(i % 4 * 8, i % 4 * 8 + 8)
        loss = loss_function(Y[rows], model(X[rows], training=True))
        grads = od.gradients(loss, base + head)
        first.apply(grads[:2], base)
        second.apply(grads[2:], head)
    return model.get_weights()


FORMS = {
    "layers": lambda m, a, b: [(a, m.get_layer("base")), (b, m.get_layer("head"))],
    "the rest": lambda m, a, b: [(a, [m.get_layer("base")]), (b, None)],
    "variables": lambda m, a, b: [(b, m.get_layer("head").weights), (a, None)],
    "predicates": lambda m, a, b: [(b, lambda v: "head" in v.path), (a, lambda v: True)],
    "expressions": lambda m, a, b: [(b, "head/.*"), (a, [".*/kernel", ".*/bias"])],
    "map": lambda m, a, b: opt.OptimizerMap(a, {"head/.*": b}),
    "map of paths": lambda m, a, b: opt.OptimizerMap(b, {"base/kernel": a, "base/bias": a}),
    "function": lambda m, a, b: lambda v: b if v.path.startswith("head") else a,
}


@pytest.mark.parametrize(
    ("form", "eager"), [*[(form, False) for form in FORMS], ("layers", True), ("function", True)]
)
def test_each_part_has_its_optimizer(form, eager):
    model = network()
    optimizer = opt.MultiOptimizer(FORMS[form](model, *parts()))
    model.compile(optimizer, "mse", run_eagerly=eager)
    model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), by_hand(8), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    assert int(optimizer.iterations) == 8
    assert len(optimizer.optimizers) == 2
    assert [v.path for v in optimizer.optimized] == ["base/kernel", "base/bias", "head/kernel", "head/bias"]


@pytest.mark.parametrize("form", ["layers", "variables", "expressions", "map"])
def test_training_goes_on_from_a_file(form, tmp_path):
    model = network()
    model.compile(opt.MultiOptimizer(FORMS[form](model, *parts())), "mse")
    model.fit(X, Y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    model.save(tmp_path / "model.ondol")
    other = od.models.load_model(tmp_path / "model.ondol")
    assert [type(o) for o in other.optimizer.optimizers] == [type(o) for o in model.optimizer.optimizers]
    for m in (model, other):
        m.fit(X, Y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert other.optimizer.get_config() == model.optimizer.get_config()


def test_choices_reach_all_parts():
    a, b = od.Variable(1.0, name="a"), od.Variable(1.0, name="b")
    multi = opt.MultiOptimizer([(opt.SGD(0.5, weight_decay=0.5), a), (opt.SGD(0.5, weight_decay=0.5), b)])
    multi.exclude_from_weight_decay(var_names=["b"])
    multi.multiply_learning_rate(0.5, var_names=["a"])
    multi.apply([0.0, 1.0], [a, b])
    assert (float(a), float(b)) == (0.875, 0.5)


def test_a_function_cannot_be_saved():
    with pytest.raises(SavedFileError, match="name the paths instead"):
        opt.MultiOptimizer([("sgd", lambda v: True)]).get_config()


def test_custom_optimizers_inside_are_found(tmp_path):
    class Half(opt.SGD):
        pass

    model = network()
    model.compile(opt.MultiOptimizer([(Half(0.5), None)]), "mse")
    model.save(tmp_path / "model.ondol")
    other = od.models.load_model(tmp_path / "model.ondol", custom_objects={"Half": Half})
    assert type(other.optimizer.optimizers[0]) is Half


def test_a_schedule_given_to_one_part_compiles_again_once():
    model = network()
    multi = opt.MultiOptimizer([(opt.SGD(0.1), model.get_layer("base")), (opt.Adam(0.1), None)])
    model.compile(multi, "mse")
    model.fit(X, Y, verbose=0)
    before = od.compilations.count
    multi.optimizers[0].learning_rate = 0.2
    model.fit(X, Y, verbose=0)
    assert od.compilations.count == before
    multi.optimizers[1].learning_rate = opt.schedules.CosineDecay(0.1, 10)
    model.fit(X, Y, epochs=2, verbose=0)
    assert od.compilations.count == before + 1
    assert "adam is another schedule (CosineDecay) now" in od.compilations.log[-1].reason


def test_loss_scaling():
    for optimizer in (
        opt.MultiOptimizer([(opt.SGD(0.5), None)], loss_scale_factor=8.0),
        opt.LossScaleOptimizer(opt.MultiOptimizer([(opt.SGD(0.5), None)]), initial_scale=8.0),
    ):
        w = od.Variable(3.0)
        optimizer.minimize(lambda w=w: 2.0 * w)
        assert float(optimizer.scale_loss(1.0)) == 8.0
        assert float(w) == 2.0


def test_some_gradients_only():
    a, b = od.Variable(1.0, name="a"), od.Variable(1.0, name="b")
    first, second = opt.SGD(0.5), opt.SGD(0.25)
    multi = opt.MultiOptimizer([(first, a), (second, b)])
    multi.build([a, b])
    multi.apply([None, 1.0])
    assert (float(a), float(b), int(first.iterations), int(second.iterations)) == (1.0, 0.75, 0, 1)


def test_the_learning_rate_is_asked_of_the_parts():
    multi = opt.MultiOptimizer([("sgd", None)])
    with pytest.raises(AttributeError, match=r"multi.optimizers\[0\].learning_rate"):
        multi.learning_rate  # noqa: B018
    with pytest.raises(AttributeError, match=r"multi.optimizers\[0\].learning_rate"):
        multi.learning_rate = 0.1


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: opt.MultiOptimizer(0.1), TypeError, "optimizer_map=0.1"),
        (lambda: opt.MultiOptimizer([]), TypeError, "Expected pairs"),
        (lambda: opt.MultiOptimizer([opt.SGD()]), TypeError, "Expected pairs"),
        (lambda: opt.MultiOptimizer([("sdg", None)]), ValueError, "Did you mean 'sgd'"),
        (
            lambda: opt.MultiOptimizer([(opt.LossScaleOptimizer("sgd"), None)]),
            TypeError,
            "without loss scaling",
        ),
        (lambda: opt.MultiOptimizer([(opt.SGD(loss_scale_factor=2.0), None)]), ValueError, "factor=2.0"),
        (lambda: opt.MultiOptimizer([("sgd", None)], loss_scale_factor=0.0), ValueError, "above 0"),
        (lambda: opt.LossScaleOptimizer(opt.SGD(loss_scale_factor=2.0)), ValueError, "factor=2.0"),
        (lambda: opt.MultiOptimizer(lambda v: "sgd").build([od.Variable(0.0)]), TypeError, "'sgd'"),
        (lambda: opt.MultiOptimizer([("sgd", 3)]).build([od.Variable(0.0)]), TypeError, "Received: 3"),
        (
            lambda: opt.MultiOptimizer([("sgd", "dense/.*")]).build([od.Variable(0.0, name="w")]),
            ValueError,
            "none for 'w'. Add a pair",
        ),
        (
            lambda: opt.MultiOptimizer(opt.OptimizerMap("sgd", {"w.*": "adam", ".*w": "sgd"})).build(
                [od.Variable(0.0, name="w")]
            ),
            ValueError,
            "'w', which fits",
        ),
        (
            lambda: opt.MultiOptimizer(lambda v: opt.SGD()).multiply_learning_rate(0.5),
            ValueError,
            r"multiply_learning_rate\(\) of the optimizers that your function returns",
        ),
        (lambda: opt.OptimizerMap("sgd", {3: "adam"}), ValueError, "Received: 3"),
    ],
)
def test_wrong_arguments_of_multi_optimizers(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_map_is_a_mapping():
    optimizers = opt.OptimizerMap("sgd", {"a/.*": "adam"})
    optimizers["b"] = opt.Lion()
    assert list(optimizers) == ["a/.*", "b"]
    assert len(optimizers) == 2
    assert isinstance(optimizers["a/kernel"], opt.Adam)
    del optimizers["b"]
    assert isinstance(optimizers["b"], opt.SGD)
    with pytest.raises(ValueError, match="not in the map yet"):
        optimizers["a/.*"] = opt.SGD()
