"""One harness for every layer: a Row says what a layer is, the checks below say what must hold for it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import ondol as od
from ondol.backend import tree
from ondol.backend.dtypes import numpy_dtype


@dataclass
class Row:
    """A layer, its arguments, and independent formulas for what it must give.

    `inputs` are shapes (batch axis included) that are filled with normal numbers, or arrays: one, or a list
    of them for a layer that takes a list. `formula(x, weights)` computes the output in NumPy and float64.
    `output_shape` is that of one sample.
    """

    layer: type
    inputs: Any
    formula: Callable[[Any, list[np.ndarray]], np.ndarray]
    output_shape: tuple[int, ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    note: str = ""  # tells rows of one layer apart
    inner: Callable[..., Any] | None = None  # makes the layer within, for layers around others
    inner_name: str = "layer"  # the argument that takes it

    @property
    def id(self) -> str:
        return self.layer.__name__ + (f"-{self.note}" if self.note else "")

    def new(self, **arguments: Any) -> Any:
        """A layer of this row, not built yet; the layer within is given the same dtype."""
        within = {} if self.inner is None else {self.inner_name: self.inner(**arguments)}
        return self.layer(**within, **self.arguments, **arguments)


def data_for(row: Row) -> Any:
    rng = np.random.default_rng(0)

    def fill(x: Any) -> np.ndarray:
        return x if isinstance(x, np.ndarray) else rng.normal(size=x) * 2

    return [fill(x) for x in row.inputs] if isinstance(row.inputs, list) else fill(row.inputs)


def each(f: Callable, x: Any) -> Any:
    return [f(item) for item in x] if isinstance(x, list) else f(x)


def as_dtype(x: Any, dtype: str) -> Any:
    return each(lambda a: a.astype(dtype) if a.dtype.kind == "f" else a, x)


def make(row: Row, x: Any, **arguments: Any) -> Any:
    """The layer, built, with weights that differ from each other (a bias of zeros would hide mistakes)."""
    layer = row.new(**arguments)
    layer(x)
    rng = np.random.default_rng(1)
    layer.set_weights([_drawn(rng, v) for v in layer.weights])
    return layer


def _drawn(rng: Any, variable: Any) -> np.ndarray:
    if variable.name in ("variance", "moving_variance"):
        return rng.uniform(0.5, 2.0, variable.shape)
    if variable.dtype.kind != "f":
        return variable.numpy().copy()
    return rng.normal(size=variable.shape)


def expected(row: Row, x: Any, layer: Any) -> np.ndarray:
    return np.asarray(row.formula(as_dtype(x, "float64"), [w.astype("float64") for w in layer.get_weights()]))


# -- the checks


def check_values(row: Row) -> None:
    x = as_dtype(data_for(row), "float32")
    layer = make(row, x)
    np.testing.assert_allclose(layer(x).numpy(), expected(row, x, layer), rtol=2e-5, atol=2e-6)


def check_shapes(row: Row) -> None:
    """Eager, abstract and symbolic evaluation give the shape that the row states."""
    x = as_dtype(data_for(row), "float32")
    layer = make(row, x)
    batch = (x[0] if isinstance(x, list) else x).shape[0]
    assert layer(x).shape == (batch, *row.output_shape)
    unknown_batch = each(lambda a: (None, *a.shape[1:]), x)
    fresh = row.new()
    assert tuple(fresh.compute_output_shape(unknown_batch)) == (None, *row.output_shape)
    symbols = each(lambda a: od.layers.Input(a.shape[1:], dtype=a.dtype.name), x)
    assert row.new()(symbols).shape == (None, *row.output_shape)


def check_config(row: Row) -> None:
    """Through JSON and back: a layer of the same name that computes the same with the same weights."""
    x = as_dtype(data_for(row), "float32")
    layer = make(row, x)
    other = od.layers.deserialize(json.loads(json.dumps(od.layers.serialize(layer))))
    assert type(other) is type(layer)
    assert (other.name, other.trainable, other.dtype) == (layer.name, layer.trainable, layer.dtype)
    other(x)
    other.set_weights(layer.get_weights())
    np.testing.assert_array_equal(other(x).numpy(), layer(x).numpy())
    assert od.layers.serialize(other) == od.layers.serialize(layer)


def check_compiled(row: Row) -> None:
    x = as_dtype(data_for(row), "float32")
    layer = make(row, x)
    compiled = od.function(lambda inputs: layer(inputs))
    np.testing.assert_allclose(compiled(x).numpy(), layer(x).numpy(), rtol=1e-5, atol=1e-6)


def check_saving(row: Row) -> None:
    """Within a model: the file that is saved gives a model that computes the same, and whose next step is the same."""
    x = as_dtype(data_for(row), "float32")
    symbols = each(lambda a: od.layers.Input(a.shape[1:], dtype=a.dtype.name), x)
    model = od.Model(symbols, make(row, x)(symbols))
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.ondol")
        loaded = od.models.load_model(Path(folder) / "model.ondol")
    np.testing.assert_array_equal(loaded(x).numpy(), model(x).numpy())
    steps = []
    for trained in (model, loaded):
        trained.compile(od.optimizers.SGD(0.01), "mse", run_eagerly=True)
        od.random.seed(4)
        steps.append(trained.train_on_batch(x, np.ones(trained(x).shape, "float32")))
    assert steps[0] == steps[1]
    for a, b in zip(model.variables, loaded.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def check_training(row: Row) -> None:
    """A step of gradient descent lowers a squared loss; the gradients are the same when compiled."""
    x = as_dtype(data_for(row), "float32")
    layer = make(row, x)
    weights = layer.trainable_weights
    if not weights:
        return
    y = layer(x)
    target = y.numpy() + np.random.default_rng(2).normal(size=y.shape).astype("float32")

    def gradients(inputs: Any) -> Any:
        loss = ((layer(inputs) - target) ** 2).mean()
        return loss, od.gradients(loss, weights)

    before, found = gradients(x)
    compiled_loss, compiled = od.function(gradients)(x)
    np.testing.assert_allclose(float(compiled_loss), float(before), rtol=1e-5)
    for g, same in zip(found, compiled, strict=True):
        assert np.abs(g.numpy()).max() > 0
        np.testing.assert_allclose(same.numpy(), g.numpy(), rtol=1e-4, atol=1e-6)
    for weight, g in zip(weights, found, strict=True):
        weight.assign_sub(0.01 * g)
    assert float(gradients(x)[0]) < float(before)


def check_dtypes(row: Row) -> None:
    """The layer computes in its own dtype, whatever the dtype of its inputs."""
    x = data_for(row)
    wide = make(row, as_dtype(x, "float32"), dtype="float64")
    y = wide(x)
    assert y.dtype == "float64"
    assert all(w.dtype == "float64" for w in wide.weights if w.dtype.kind == "f")
    np.testing.assert_allclose(y.numpy(), expected(row, x, wide), rtol=1e-12, atol=1e-12)
    narrow = make(row, x, dtype="float16")(x)
    assert narrow.dtype == "float16"
    assert np.isfinite(narrow.numpy()).all()


def check_mixed_precision(row: Row) -> None:
    """Weights and their gradients in float32, outputs in half precision, all near those of the float32 layer."""
    if row.layer is od.layers.InputLayer:  # its dtype is that of the data
        return
    for dtype, tolerance in (("float16", 4e-3), ("bfloat16", 3e-2)):
        half = numpy_dtype(dtype)
        x = as_dtype(each(lambda a, half=half: _rounded(a, half), data_for(row)), "float32")
        plain, layer = make(row, x), make(row, x, dtype=f"mixed_{dtype}")
        for model in (plain, layer):
            model.set_weights([_rounded(w, half) for w in layer.get_weights()])
        y, gradients = _with_gradients(plain)(x)
        run = _with_gradients(layer)
        for y_half, gradients_half in (run(x), od.function(run)(x)):
            assert y_half.dtype == (half if y.dtype.kind == "f" else y.dtype)
            _assert_near(y_half, y, tolerance)
            for g_half, g in zip(gradients_half, gradients, strict=True):
                assert g_half.dtype == "float32"
                _assert_near(g_half, g, 8 * tolerance)  # where tanh is flat, 1 - y² has hardly a digit left
        if layer._accepts("training"):
            y = layer(x, training=True)
            assert y.dtype.kind != "f" or y.dtype == half
            assert np.isfinite(y.numpy().astype("float32")).all()
        assert all(w.dtype == "float32" for w in layer.weights if w.dtype.kind != "i")


def check_by_hand(row: Row) -> None:
    """forward and backward give, in NumPy arrays, what the call and `od.gradients` through it give."""
    x = as_dtype(data_for(row), "float32")
    layer = make(row, x)
    leaves = each(lambda a: od.tensor(a, requires_grad=a.dtype.kind == "f"), x)
    y = layer(leaves)
    dy = np.random.default_rng(4).normal(size=y.shape).astype(y.dtype)
    np.testing.assert_array_equal(layer.forward(x, training=False), y.numpy())
    dx = layer.backward(dy)
    params, grads = layer.params, layer.grads
    for leaf, found in zip(tree.flatten(leaves), tree.flatten(dx), strict=True):
        if found is not None:
            assert type(found) is np.ndarray
            np.testing.assert_array_equal(found, od.gradients(y, leaf, dy).numpy())
    for weight, param, found in zip(layer.trainable_weights, params, grads, strict=True):
        np.testing.assert_array_equal(param, weight.numpy())
        np.testing.assert_array_equal(found, od.gradients(y, weight, dy).numpy())
        param *= 0.5
    layer.forward(x, training=False)
    layer.backward(2 * dy)
    for weight, param, found in zip(layer.trainable_weights, params, grads, strict=True):
        np.testing.assert_array_equal(param, weight.numpy())
        assert any(found is g for g in layer.grads)
    np.testing.assert_allclose(layer.forward(x, training=False), layer(x).numpy())


def _rounded(a: np.ndarray, dtype: Any) -> np.ndarray:
    """The same floats with as many digits as the dtype has, so that weights and inputs are not to blame."""
    return a.astype(dtype).astype(a.dtype) if a.dtype.kind == "f" else a


def _with_gradients(layer: Any) -> Callable:
    """The layer's output, and the gradients of a weighted sum of it."""

    def run(x: Any) -> Any:
        y = layer(x)
        weights = np.random.default_rng(3).normal(size=y.shape).astype("float32")
        trainable = layer.trainable_weights
        return y, od.gradients((y.astype("float32") * weights).sum(), trainable) if trainable else []

    return run


def _assert_near(x: Any, right: Any, tolerance: float) -> None:
    x, right = x.numpy().astype("float64"), right.numpy()
    scale = max(1.0, float(np.abs(right).max(initial=0)))
    np.testing.assert_allclose(x, right, rtol=tolerance, atol=tolerance * scale)


CHECKS = (
    check_by_hand,
    check_values,
    check_shapes,
    check_config,
    check_saving,
    check_compiled,
    check_training,
    check_dtypes,
    check_mixed_precision,
)
