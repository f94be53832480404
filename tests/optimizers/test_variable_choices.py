"""Variables that an optimizer treats differently: without weight decay, with a learning rate of their own."""

import numpy as np
import pytest

import ondol as od

opt = od.optimizers


def variables():
    """Kernel and bias of two layers, all 1."""
    found = []
    for layer in ("dense", "dense_1"):
        for name in ("kernel", "bias"):
            v = od.Variable(1.0, name=name)
            v.path = f"{layer}/{name}"
            found.append(v)
    return found


def stepped(optimizer, given, g=0.0, compiled=False):
    optimizer.build(given)
    step = lambda: optimizer.apply([g] * len(given), given)  # noqa: E731
    (od.function(step) if compiled else step)()
    return [float(v) for v in given]


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize(
    ("choose", "expected"),
    [
        (lambda vs: {"var_names": ["bias"]}, [0.75, 1, 0.75, 1]),
        (lambda vs: {"var_names": ["bias", "kern"]}, [1, 1, 1, 1]),
        (lambda vs: {"var_names": ["dense_1"]}, [0.75, 0.75, 0.75, 0.75]),  # a name, not a path
        (lambda vs: {"var_names": ["dense_1/"]}, [0.75, 0.75, 1, 1]),
        (lambda vs: {"var_list": [vs[0], vs[3]]}, [1, 0.75, 0.75, 1]),
        (lambda vs: {"var_list": vs[0]}, [1, 0.75, 0.75, 0.75]),
        (lambda vs: {"var_list": [vs[0]], "var_names": ["bias"]}, [1, 1, 0.75, 1]),
    ],
)
def test_weight_decay_passes_over_what_is_excluded(choose, expected, compiled):
    given = variables()
    optimizer = opt.Adam(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(**choose(given))
    assert stepped(optimizer, given, compiled=compiled) == expected


def test_layers_may_be_chosen_before_they_have_weights():
    base, head = od.layers.Dense(1, kernel_initializer="ones"), od.layers.Dense(1, kernel_initializer="ones")
    optimizer = opt.SGD(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay([base])
    optimizer.multiply_learning_rate(0.5, head)
    model = od.Sequential([base, head])
    model.compile(optimizer, "mse", loss_weights=[0.0])
    model.fit([[1.0]], [[1.0]], verbose=0)
    assert (float(base.kernel), float(head.kernel)) == (1.0, 1 - 0.5 * 0.5 * 0.5)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_learning_rates_of_their_own(compiled):
    given = variables()
    optimizer = opt.SGD(opt.schedules.PiecewiseConstantDecay([0], [0.5, 0.25]))
    optimizer.multiply_learning_rate(0.5, var_names=["bias"])
    optimizer.multiply_learning_rate(0.25, var_names=["dense_1/"])
    optimizer.multiply_learning_rate(0.0, [given[0]])
    assert stepped(optimizer, given, 1.0, compiled) == [1, 0.75, 0.875, 0.9375]
    assert stepped(optimizer, given, 1.0, compiled) == [1, 0.625, 0.8125, 0.90625]


def test_adam_with_multipliers_is_adam_at_several_rates():
    rng = np.random.default_rng(0)
    starts, grads = rng.normal(size=(3, 4)), rng.normal(size=(10, 3, 4))
    together = [od.Variable(w) for w in starts]
    optimizer = opt.Adam(0.125, weight_decay=0.5)
    optimizer.multiply_learning_rate(0.5, [together[0]])
    optimizer.multiply_learning_rate(2.0, [together[2]])
    for g in grads:
        optimizer.apply(list(g), together)
    for i, rate in enumerate((0.0625, 0.125, 0.25)):
        alone, adam = od.Variable(starts[i]), opt.Adam(rate, weight_decay=0.5)
        for g in grads:
            adam.apply([g[i]], [alone])
        np.testing.assert_allclose(together[i].numpy(), alone.numpy(), rtol=1e-12)


def test_choices_are_part_of_the_configuration():
    given = variables()
    optimizer = opt.AdamW(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay([given[2]], ["bias"])
    optimizer.multiply_learning_rate(0.25, var_names=["dense_1/"])
    again = opt.deserialize(opt.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()
    fresh = variables()
    assert stepped(again, fresh) == stepped(optimizer, given) == [0.75, 1, 1, 1]


def test_choices_go_into_the_file(tmp_path):
    model = od.Sequential([od.Input((2,)), od.layers.Dense(2), od.layers.Dense(1)])
    optimizer = opt.LossScaleOptimizer(opt.Adam(0.1, weight_decay=0.5))
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.multiply_learning_rate(0.5, model.layers[-1])
    model.compile(optimizer, "mse")
    x, y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model.ondol")
    other = od.models.load_model(tmp_path / "model.ondol")
    for m in (model, other):
        m.fit(x, y, epochs=3, verbose=0)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_muon_trains_with_adam_what_it_should():
    shapes = {
        "dense/kernel": (2, 3),
        "dense/bias": (3,),
        "embedding/table": (5, 2),
        "conv/kernel": (3, 3, 1, 2),
    }
    given = {path: od.Variable(np.ones(shape, "float32")) for path, shape in shapes.items()}
    given["logits/kernel"] = od.Variable(np.ones((3, 2), "float32"))
    for path, v in given.items():
        v.path = path
    for options, expected in (
        ({"exclude_layers": ["logits"]}, ["dense/kernel"]),
        ({"exclude_embeddings": False}, ["dense/kernel", "embedding/table", "logits/kernel"]),
    ):
        optimizer = opt.Muon(**options)
        optimizer.build(given.values())
        found = [p for p, v in given.items() if optimizer.slots_of([v])[0][1] is None]
        assert found == expected


def test_muon_makes_all_singular_values_alike():
    x = np.random.default_rng(0).normal(size=(6, 4)) * [30.0, 10.0, 3.0, 1.0]
    for matrix in (x, x.T):
        u = opt.Muon().orthogonal(matrix)
        values = np.linalg.svd(u, compute_uv=False)
        assert values.min() > 0.3
        assert values.max() < 1.3
        left, _, right = np.linalg.svd(matrix, full_matrices=False)
        assert np.sum(u * (left @ right)) / np.linalg.norm(u) / 2 > 0.95  # the angle to U Vᵀ


@pytest.mark.parametrize(
    ("choose", "error", "message"),
    [
        (lambda o: o.exclude_from_weight_decay(var_names="bias"), TypeError, r"Write \['bias'\]"),
        (lambda o: o.exclude_from_weight_decay(["bias"]), TypeError, "Names go into var_names"),
        (lambda o: o.multiply_learning_rate(-1.0, var_names=["bias"]), ValueError, "multiplier=-1.0"),
        (
            lambda o: (o.build(variables()), o.exclude_from_weight_decay(var_names=["bias"])),
            ValueError,
            r"exclude_from_weight_decay\(\) before the first step",
        ),
        (
            lambda o: (o.build(variables()), o.multiply_learning_rate(0.5)),
            ValueError,
            r"multiply_learning_rate\(\) before the first step",
        ),
    ],
)
def test_wrong_choices(choose, error, message):
    with pytest.raises(error, match=message):
        choose(opt.SGD(0.1))
