"""ResNet for CIFAR and wide ResNet: the papers' sizes, and the computation written out with jax."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError, UnknownNameError

A = od.applications


def trainable(model):
    return sum(v.size for v in model.trainable_weights)


def parameters(depth, version, classes=10):
    """Kernels, scales and shifts, counted from the description in the papers."""
    widths, n = (16, 32, 64), (depth - 2) // 6
    total, before = 9 * 3 * 16, 16
    norms = [16] if version == 1 else []  # the channels of each batch normalization
    for width in widths:
        for _ in range(n):
            total += 9 * before * width + 9 * width * width
            norms += [width, width] if version == 1 else [before, width]
            before = width
    norms += [] if version == 1 else [64]
    return total + 2 * sum(norms) + 64 * classes + classes


@pytest.mark.parametrize(
    ("depth", "millions"),
    [(20, 0.27), (32, 0.46), (44, 0.66), pytest.param(110, 1.7, marks=pytest.mark.slow)],
)
def test_sizes_of_table_6(depth, millions):
    model = getattr(A, f"ResNet{depth}")()
    assert round(trainable(model) / 1e6, 2 if depth < 110 else 1) == millions
    assert trainable(model) == parameters(depth, 1)
    with_weights = [x for x in model.layers if isinstance(x, (od.layers.Conv2D, od.layers.Dense))]
    assert len(with_weights) == depth
    assert (model.name, model.output_shape) == (f"resnet{depth}", (None, 10))


def test_sizes_of_others():
    assert trainable(A.ResNet20()) == 269_722
    model = A.ResNet20V2(classes=100, name="mine")
    assert trainable(model) == parameters(20, 2, 100)
    assert model.name == "mine"
    # Projections: kernels 1x1, and two batch normalizations of 32 and 64 channels.
    extra = 16 * 32 + 32 * 64
    assert trainable(A.ResNet20(shortcut="projection")) == 269_722 + extra + 2 * (32 + 64)
    assert trainable(A.ResNet20V2(shortcut="projection")) == parameters(20, 2) + extra


@pytest.mark.parametrize(
    ("depth", "width", "millions"),
    [
        (40, 1, 0.6),
        (16, 4, 2.7),
        *(pytest.param(*s, marks=pytest.mark.slow) for s in ((40, 4, 8.9), (28, 10, 36.5))),
    ],
)
def test_sizes_of_wide_networks(depth, width, millions):
    """Table 4 of the paper."""
    model = A.WideResNet(depth, width)
    assert round(trainable(model) / 1e6, 1) == millions
    convolutions = [x for x in model.layers if isinstance(x, od.layers.Conv2D) and x.kernel_size == (3, 3)]
    assert (
        len(convolutions) == depth - 3
    )  # all but three projections 1x1 and the output, which the paper counts
    assert model.name == f"wide_resnet{depth}_{width}"


# -- the computation


def conv(x, kernel, stride=1):
    """As in TensorFlow's "same"."""
    return jax.lax.conv_general_dilated(
        x, kernel, (stride, stride), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


class Reference:
    """The network in jax, with the weights of a model."""

    def __init__(self, model, shortcut, version):
        self.model, self.shortcut, self.version = model, shortcut, version

    def kernel(self, name):
        return self.model.get_layer(name).kernel.numpy().astype("float64")

    def norm(self, x, name):
        layer = self.model.get_layer(name)
        gamma, beta, mean, variance = (w.numpy().astype("float64") for w in layer.weights)
        return gamma * (x - mean) / np.sqrt(variance + 1e-5) + beta

    def relu_norm(self, x, name):
        return jnp.maximum(self.norm(x, name), 0)

    def short(self, x, y, stride, name):
        if x.shape[-1] == y.shape[-1] and stride == 1:
            return x
        if self.shortcut == "identity":
            x = x[:, ::stride, ::stride]
            return jnp.concatenate([x, jnp.zeros((*x.shape[:3], y.shape[-1] - x.shape[-1]))], axis=-1)
        x = conv(x, self.kernel(f"{name}_shortcut"), stride)
        return self.norm(x, f"{name}_shortcut_norm") if self.version == 1 else x

    def block(self, x, stride, name):
        if self.version == 1:
            y = self.relu_norm(conv(x, self.kernel(f"{name}_conv1"), stride), f"{name}_1_norm")
            y = self.norm(conv(y, self.kernel(f"{name}_conv2")), f"{name}_2_norm")
            return jnp.maximum(y + self.short(x, y, stride, name), 0)
        active = self.relu_norm(x, f"{name}_1_norm")
        y = conv(active, self.kernel(f"{name}_conv1"), stride)
        y = conv(self.relu_norm(y, f"{name}_2_norm"), self.kernel(f"{name}_conv2"))
        resized = stride > 1 or x.shape[-1] != y.shape[-1]
        start = active if self.shortcut == "projection" and resized else x
        return y + self.short(start, y, stride, name)

    def __call__(self, x, blocks):
        x = conv(x, self.kernel("stem_conv"))
        x = self.relu_norm(x, "stem_norm") if self.version == 1 else x
        for stage in (1, 2, 3):
            for number in range(1, blocks + 1):
                x = self.block(x, 2 if stage > 1 and number == 1 else 1, f"stage{stage}_block{number}")
        x = self.relu_norm(x, "final_norm") if self.version == 2 else x
        weights, bias = (w.numpy().astype("float64") for w in self.model.get_layer("output").weights)
        return jax.nn.softmax(x.mean(axis=(1, 2)) @ weights + bias)


NETWORKS = {
    "identity": (lambda: A.ResNetCIFAR(14, (9, 12, 3), 5), "identity", 1, 2),
    "projection": (lambda: A.ResNetCIFAR(8, (8, 8, 1), 5, "projection"), "projection", 1, 1),
    "v2": (lambda: A.ResNetCIFAR(8, (8, 8, 3), 5, version=2), "identity", 2, 1),
    "v2-projection": (lambda: A.ResNetCIFAR(14, (8, 8, 3), 5, "projection", version=2), "projection", 2, 2),
    "wide": (lambda: A.WideResNet(10, 2, 0.3, (8, 8, 3), 5), "projection", 2, 1),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_computation(name):
    build, shortcut, version, blocks = NETWORKS[name]
    model = build()
    rng = np.random.default_rng(0)
    for v in model.weights:
        low, high = (0.5, 1.5) if v.name in ("gamma", "moving_variance") else (-0.3, 0.3)
        v.assign(rng.uniform(low, high, v.shape))
    x = rng.normal(size=(3, *model.input_shape[1:]))
    with jax.enable_x64(True):
        expected = np.asarray(Reference(model, shortcut, version)(jnp.asarray(x), blocks))
    assert np.ptp(expected) > 0.1  # the outputs tell something
    np.testing.assert_allclose(model(x.astype("float32")).numpy(), expected, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(model.predict(x.astype("float32")), expected, rtol=1e-3, atol=1e-5)


# -- as models


@pytest.mark.parametrize("name", ["identity", "v2"])
def test_it_learns_and_is_saved(name, tmp_path):
    """Bright and dark images, and a bar to the left or to the right."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 64)
    shape = (9, 12, 3) if name == "identity" else (8, 8, 3)
    x = rng.normal(size=(64, *shape)).astype("float32") * 0.1
    x[np.arange(64), :, 1 + 5 * y] += 2
    od.random.seed(0)
    model = NETWORKS[name][0]()
    model.compile(
        od.optimizers.SGD(0.05, momentum=0.9), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    history = model.fit(x, y, batch_size=16, epochs=6, verbose=0).history
    assert history["accuracy"][-1] == 1
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    again = od.Model.from_config(json.loads(json.dumps(model.get_config())))
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]


def test_weight_decay_is_half_the_squares_of_the_kernels():
    model = A.ResNetCIFAR(8, weight_decay=0.01)
    model(np.zeros((1, 32, 32, 3), "float32"))
    kernels = [w.numpy().astype("float64") for w in model.weights if w.name == "kernel"]
    assert len(kernels) == 8
    total = sum(float(loss) for loss in model.losses)
    np.testing.assert_allclose(total, 0.005 * sum((w**2).sum() for w in kernels), rtol=1e-5)
    assert A.ResNetCIFAR(8).losses == []


def test_the_summary_names_stages_and_blocks():
    lines = []
    A.ResNet20().summary(print_fn=lines.append)
    text = "\n".join(lines)
    for words in ("stage3_block1_conv1 (Conv2D)", "(None, 8, 8, 64)", "Trainable params: 269,722"):
        assert words in text


def test_named_networks_say_what_they_are():
    assert A.ResNet56V2.__name__ == "ResNet56V2"
    assert "56 layers" in A.ResNet56V2.__doc__


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: A.ResNetCIFAR(21), DataError, "depth=21"),
        (lambda: A.ResNetCIFAR(2), DataError, "depth=2"),
        (lambda: A.ResNet20(input_shape=(32, 32)), ShapeError, "input_shape"),
        (lambda: A.ResNet20(shortcut="conv"), UnknownNameError, "projection"),
        (lambda: A.ResNet20(classes=2.5), DataError, "classes=2.5"),
        (lambda: A.ResNetCIFAR(20, version=3), DataError, "version=3"),
        (lambda: A.ResNet20(weight_decay=-1), DataError, "weight_decay=-1"),
        (lambda: A.WideResNet(27), DataError, "depth=27"),
        (lambda: A.WideResNet(28, 0), DataError, "width=0"),
        (lambda: A.WideResNet(28, 10, dropout=1.0), DataError, "dropout=1.0"),
    ],
)
def test_bad_arguments_are_named(build, error, words):
    with pytest.raises(error, match=words):
        build()
