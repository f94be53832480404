"""Every optimizer, schedule, loss, metric, application, dtype policy and kind of model: read again, it computes the
same, and its next training step is the same to the last bit."""

import numpy as np
import pytest

import ondol as od
from ondol.models import load_model

L, optimizers = od.layers, od.optimizers
RNG = np.random.default_rng(3)
X = RNG.normal(size=(6, 4)).astype("float32")
LABELS = np.array([0, 1, 1, 0, 1, 0])
ONE_HOT = np.eye(2, dtype="float32")[LABELS]


@pytest.fixture(autouse=True)
def eager():
    od.config.run_eagerly(True)
    od.random.seed(5)


def same(model, path, x, y, steps=2):
    """Train, save, load; then both predict the same, and train on the same."""
    for _ in range(steps):
        model.train_on_batch(x, y)
    model.save(path)
    at_once = od.random.global_generator().state.numpy()
    other = load_model(path)
    np.testing.assert_array_equal(
        od.random.global_generator().state.numpy(), at_once
    )  # loading draws nothing
    for a, b in zip(_arrays(model.predict(x)), _arrays(other.predict(x)), strict=True):
        np.testing.assert_array_equal(a, b)
    model.reset_metrics()
    other.reset_metrics()
    od.random.seed(9)
    first = model.train_on_batch(x, y, return_dict=True)
    od.random.seed(9)
    second = other.train_on_batch(x, y, return_dict=True)
    assert list(first) == list(second)
    for metric, value in first.items():
        np.testing.assert_array_equal(second[metric], value)
    for a, b in zip(_state(model), _state(other), strict=True):
        np.testing.assert_array_equal(a, b)
    return other


def _arrays(y):
    return list(y.values()) if isinstance(y, dict) else y if isinstance(y, list) else [y]


def _state(model):
    return [v.numpy() for v in (*model.variables, *model.optimizer.variables)]


def network(units=2, activation="softmax", **kwargs):
    return od.Sequential(
        [od.Input((4,)), L.Dense(3, "tanh"), L.Dropout(0.3), L.Dense(units, activation)], **kwargs
    )


# -- optimizers and schedules

ARGUMENTS = {
    "MultiOptimizer": lambda: optimizers.MultiOptimizer(
        [
            (optimizers.SGD(0.1, momentum=0.9), ".*kernel"),
            (optimizers.Adam(optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)), None),
        ]
    ),
    "LossScaleOptimizer": lambda: optimizers.LossScaleOptimizer(
        optimizers.Adam(0.01), initial_scale=8.0, dynamic_growth_steps=2
    ),
}
OPTIMIZERS = {name: ARGUMENTS.get(name, cls) for name, cls in optimizers.registry.registry.classes.items()}
OPTIMIZERS |= {
    "with averages": lambda: optimizers.Adam(0.01, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2),
    "with averages alone": lambda: optimizers.SGD(0.1, use_ema=True),
    "accumulating": lambda: optimizers.SGD(0.1, momentum=0.9, gradient_accumulation_steps=2),
    "nesterov, clipped": lambda: optimizers.SGD(
        0.1, momentum=0.9, nesterov=True, global_clipnorm=0.1, weight_decay=0.01
    ),
    "amsgrad": lambda: optimizers.Adam(0.01, amsgrad=True),
    "centered": lambda: optimizers.RMSprop(0.01, centered=True, momentum=0.5),
    "around averages": lambda: optimizers.LossScaleOptimizer(optimizers.SGD(0.1, use_ema=True)),
    "decaying": lambda: optimizers.SGD(0.1, decay=0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("steps", [0, 3])
def test_every_optimizer(tmp_path, name, steps):
    model = network()
    model.compile(OPTIMIZERS[name](), "categorical_crossentropy")
    other = same(model, tmp_path / "m", X, ONE_HOT, steps)
    assert type(other.optimizer) is type(model.optimizer)
    assert [v.name for v in other.optimizer.variables] == [v.name for v in model.optimizer.variables]


@pytest.mark.parametrize(
    "name", ["Adam", "ScheduleFreeAdamW", "with averages", "MultiOptimizer", "LossScaleOptimizer"]
)
def test_compiled_as_well(tmp_path, name):
    od.config.run_eagerly(False)
    model = network()
    model.compile(OPTIMIZERS[name](), "categorical_crossentropy", metrics=["accuracy"])
    same(model, tmp_path / "m", X, ONE_HOT)


@pytest.mark.parametrize("name", ["ScheduleFreeAdamW", "with averages", "with averages alone"])
def test_after_fit_which_leaves_other_weights_than_it_trains(tmp_path, name):
    model = network()
    model.compile(OPTIMIZERS[name](), "categorical_crossentropy")
    model.fit(X, ONE_HOT, epochs=3, batch_size=3, verbose=0)
    same(model, tmp_path / "m", X, ONE_HOT, steps=0)


SCHEDULES = {
    "ExponentialDecay": (0.1, 2, 0.5),
    "PiecewiseConstantDecay": ([1, 3], [0.1, 0.01, 0.001]),
    "PolynomialDecay": (0.1, 5),
    "InverseTimeDecay": (0.1, 2, 0.5),
    "CosineDecay": (0.1, 5),
    "CosineDecayRestarts": (0.1, 5),
}


@pytest.mark.parametrize(
    "name", [n for n in optimizers.schedules.__all__ if n[0].isupper() and n != "LearningRateSchedule"]
)
def test_every_schedule(tmp_path, name):
    cls = getattr(optimizers.schedules, name)
    try:
        schedule = cls(*SCHEDULES.get(name, ()))
    except TypeError:
        schedule = cls(0.1, 10)
    model = network()
    model.compile(optimizers.SGD(schedule, momentum=0.5), "mse")
    other = same(model, tmp_path / "m", X, ONE_HOT)
    assert type(other.optimizer._schedule) is cls


# -- losses and metrics

LOSSES = [n for n in od.losses.__all__ if n[0].isupper() and n not in ("Loss", "LossFunctionWrapper")]


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss(tmp_path, name):
    cls = getattr(od.losses, name)
    model, y = network(), LABELS if cls.integer_targets else ONE_HOT
    if cls is od.losses.CTC:
        model = od.Sequential([od.Input((4,)), L.Dense(12), L.Reshape((4, 3))])
        y = np.array([[1, 2], [2, 2], [1, 0], [0, 0], [2, 1], [1, 1]])
    model.compile("sgd", cls(name="mine"))
    other = same(model, tmp_path / "m", X, y)
    assert type(other._compile_arguments["loss"]) is cls
    assert other._compile_arguments["loss"].get_config() == model._compile_arguments["loss"].get_config()


def test_every_loss_by_name(tmp_path):
    for name in od.losses.registry.registry.functions:
        if name == "ctc":
            continue
        model = network()
        model.compile("sgd", name)
        y = LABELS if od.losses.resolve(name).integer_targets else ONE_HOT
        assert same(model, tmp_path / "m", X, y, steps=1)._compile_arguments["loss"] == name


M = od.metrics
METRICS = {
    "MeanMetricWrapper": lambda: M.MeanMetricWrapper(od.losses.huber),
    "SensitivityAtSpecificity": lambda: M.SensitivityAtSpecificity(0.5),
    "SpecificityAtSensitivity": lambda: M.SpecificityAtSensitivity(0.5),
    "PrecisionAtRecall": lambda: M.PrecisionAtRecall(0.5),
    "RecallAtPrecision": lambda: M.RecallAtPrecision(0.5),
    "IoU": lambda: M.IoU(2, [1]),
    "MeanIoU": lambda: M.MeanIoU(2),
    "OneHotIoU": lambda: M.OneHotIoU(2, [0]),
    "OneHotMeanIoU": lambda: M.OneHotMeanIoU(2),
    "BinaryIoU": lambda: M.BinaryIoU([0, 1], 0.5),
}
OF_LABELS = ("IoU", "MeanIoU")


@pytest.mark.parametrize("name", [n for n in M.registry.registry.classes if n not in ("Mean", "Sum")])
def test_every_metric(tmp_path, name):
    metric = METRICS.get(name, getattr(M, name))()
    if name.startswith("Sparse") or name == "Perplexity" or name in OF_LABELS:
        model, y = network(2), LABELS
        if name in OF_LABELS:
            model, y = network(1, "sigmoid"), LABELS[:, None]
    else:
        model, y = network(2), ONE_HOT
    model.compile("sgd", "mse" if len(y.shape) == 2 else "sparse_categorical_crossentropy", metrics=[metric])
    other = same(model, tmp_path / "m", X, y)
    (again,) = other._compile_arguments["metrics"]
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()


# -- kinds of models


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64", "float16", "bfloat16"])
def test_every_dtype_policy(tmp_path, policy):
    model = od.Sequential(
        [
            od.Input((4,)),
            L.Dense(3, dtype=policy),
            L.BatchNormalization(dtype=policy),
            L.Dense(2, dtype=policy),
        ]
    )
    model.compile("adam", "mse")
    other = same(model, tmp_path / "m", X, ONE_HOT)
    assert [w.dtype for w in other.weights] == [w.dtype for w in model.weights]
    assert [layer.dtype_policy.name for layer in other.layers] == [policy] * 3


@pytest.mark.parametrize("name", ["LeNet5", "LeNet5_1998", "ResNet20", "ResNet20V2", "WideResNet"])
def test_applications(tmp_path, name):
    make = getattr(od.applications, name)
    image = (28, 28, 1) if name.startswith("LeNet") else (16, 16, 3)
    model = make(10, 1, input_shape=image, classes=4) if name == "WideResNet" else make(input_shape=image)
    classes = model.output_shape[-1]
    model.compile(optimizers.SGD(0.01, momentum=0.9), "mse")
    x = RNG.normal(size=(2, *image)).astype("float32")
    same(model, tmp_path / "m", x, RNG.normal(size=(2, classes)).astype("float32"), steps=1)


def test_several_inputs_and_outputs_shared_layers_and_models_within(tmp_path):
    a, b = od.Input((4,), name="a"), od.Input((4,), name="b")
    shared = od.Sequential([od.Input((4,)), L.Dense(3, "relu"), L.BatchNormalization()], name="shared")
    x = L.Concatenate()([shared(a), shared(b), od.sigmoid(a) * 2.0])
    model = od.Model({"a": a, "b": b}, {"p": L.Dense(1, name="p")(x), "q": L.Dense(2, name="q")(shared(b))})
    model.compile(
        optimizers.Adam(0.01),
        {"p": "mse", "q": od.losses.Huber(0.5)},
        loss_weights={"p": 0.3, "q": 1.0},
        metrics={"p": ["mae"], "q": [M.RootMeanSquaredError()]},
        weighted_metrics={"p": ["mse"]},
    )
    other = same(model, tmp_path / "m", {"a": X, "b": X[::-1].copy()}, {"p": X[:, :1], "q": ONE_HOT})
    assert len(other.weights) == len(model.weights)


def test_layers_that_prepare_data(tmp_path):
    images = RNG.uniform(0, 255, (4, 8, 8, 3)).astype("float32")
    normalization = L.Normalization()
    normalization.adapt(images)
    random = [L.RandomFlip(), L.RandomRotation(0.1, seed=3), L.RandomContrast(0.2), L.RandomZoom(0.1)]
    model = od.Sequential([od.Input((8, 8, 3)), normalization, *random, L.Flatten(), L.Dense(2)])
    model.compile("sgd", "mse")
    same(model, tmp_path / "m", images, RNG.normal(size=(4, 2)).astype("float32"))


def test_layers_made_of_given_arrays(tmp_path):
    w, b = RNG.normal(size=(4, 3)).astype("float32"), np.zeros(3, "float32")
    model = od.Sequential([od.Input((4,)), L.Affine(w, b), L.Sigmoid(), L.Dense(2)])
    model.compile("sgd", "mse")
    same(model, tmp_path / "m", X, ONE_HOT)


@od.utils.register_serializable("SavingEverything")
class Block(L.Layer):
    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.inner = [L.Dense(units, activation), L.Dropout(0.2)]

    def call(self, x, training=False):
        for layer in self.inner:
            x = layer(x, training=training)
        self.add_loss(0.01 * od.sum(x * x))
        return x


@od.utils.register_keras_serializable(package="SavingEverything", name="Net2")
class Net(od.Model):
    def __init__(self, width, depth=2, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [Block(width, "relu", name=f"block_{i}") for i in range(depth)]
        self.out = {"main": L.Dense(2)}

    def call(self, x, training=False):
        for block in self.blocks:
            x = block(x, training=training)
        return self.out["main"](x)


def test_a_class_of_ones_own_with_layers_in_lists_and_dicts(tmp_path):
    model = Net(3, depth=3, name="net")
    model.compile("adam", "mse")
    other = same(model, tmp_path / "m", X, ONE_HOT)
    assert type(other) is Net
    assert od.utils.get_registered_name(Net) == "SavingEverything>Net2"
