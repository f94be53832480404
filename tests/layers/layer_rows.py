"""A row for each public layer: its inputs, and the output by a formula of its own."""

from __future__ import annotations

import numpy as np
from layer_harness import Row
from rows_attention import ATTENTION
from rows_convolution import CONVOLUTION
from rows_historical import HISTORICAL
from rows_normalization import ROOM as NORMALIZING
from rows_pooling import POOLING
from rows_preprocessing import CATEGORIES, IMAGES
from rows_recurrent import RECURRENT
from rows_residual import RESIDUAL
from scipy import special

import ondol as od

L = od.layers
INTEGERS = np.array([[0, 3, 1], [4, 4, 2]])


@od.utils.register_serializable("LayerTests")
def squares_plus(x, shift=0.0):
    return x * x + shift


def by_sample(f):
    """f(x, z) of each sample of two inputs."""
    return lambda x, w: np.stack([f(a, b) for a, b in zip(*x, strict=True)])


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def cosine(x, z):
    return (x * z).sum() / np.sqrt((x * x).sum() * (z * z).sum())


def softplus(x):
    return np.logaddexp(0, x)


def pieces(x, w, units, n):
    """Maxout one unit and one piece at a time."""
    z = np.einsum("bi,ij->bj", x, w[0]) + w[1]
    return np.stack([np.stack([z[:, u * n + k] for k in range(n)]).max(axis=0) for u in range(units)], axis=1)


CORE = [
    Row(L.InputLayer, (2, 3), lambda x, w: x, (3,), {"shape": (3,), "name": "given"}),
    Row(L.Dense, (4, 3), lambda x, w: np.einsum("bi,io->bo", x, w[0]) + w[1], (5,), {"units": 5}),
    Row(
        L.Dense,
        (2, 4, 3),
        lambda x, w: np.tanh(np.einsum("bti,io->bto", x, w[0])),
        (4, 2),
        {"units": 2, "activation": "tanh", "use_bias": False, "kernel_regularizer": "l2"},
        "of-a-sequence",
    ),
    Row(
        L.Dense,
        np.array([[1, 200], [3, 4]], "int16"),
        lambda x, w: special.softmax(x.astype(float) @ w[0] + w[1], axis=-1),
        (3,),
        {"units": 3, "activation": od.activations.softmax, "kernel_initializer": od.initializers.Zeros()},
        "of-integers",
    ),
    Row(L.Maxout, (4, 3), lambda x, w: pieces(x, w, 2, 3), (2,), {"units": 2, "pieces": 3}),
    Row(L.Embedding, INTEGERS, lambda x, w: np.eye(5)[x] @ w[0], (3, 2), {"input_dim": 5, "output_dim": 2}),
    Row(
        L.Lambda,
        (2, 3),
        lambda x, w: x**2 + 1.5,
        (3,),
        {"function": squares_plus, "arguments": {"shift": 1.5}},
    ),
    Row(L.Identity, (2, 3), lambda x, w: x, (3,)),
]

ACTIVATIONS = [
    Row(L.Activation, (3, 4), lambda x, w: np.tanh(x), (4,), {"activation": "tanh"}),
    Row(
        L.Activation,
        (3, 4),
        lambda x, w: special.expit(x),
        (4,),
        {"activation": od.activations.sigmoid},
        "function",
    ),
    Row(L.Linear, (3, 4), lambda x, w: x, (4,)),
    Row(L.Exponential, (3, 4), lambda x, w: np.exp(x), (4,)),
    Row(L.ReLU, (3, 4), lambda x, w: np.maximum(x, 0), (4,)),
    Row(
        L.ReLU,
        (30, 4),
        lambda x, w: np.select([x > 2, x > 0.5], [2, x], 0.1 * (x - 0.5)),
        (4,),
        {"max_value": 2.0, "negative_slope": 0.1, "threshold": 0.5},
        "all-arguments",
    ),
    Row(L.ReLU6, np.linspace(-9, 9, 12).reshape(3, 4), lambda x, w: np.clip(x, 0, 6), (4,)),
    Row(L.LeakyReLU, (3, 4), lambda x, w: np.where(x > 0, x, 0.3 * x), (4,)),
    Row(L.LeakyReLU, (3, 4), lambda x, w: np.where(x > 0, x, 0.1 * x), (4,), {"alpha": 0.1}, "keras-2"),
    Row(L.PReLU, (3, 4), lambda x, w: np.where(x > 0, x, w[0] * x), (4,)),
    Row(
        L.PReLU,
        (2, 3, 4, 5),
        lambda x, w: np.where(x > 0, x, w[0].reshape(1, 1, 1, 5) * x),
        (3, 4, 5),
        {"shared_axes": [1, 2]},
        "shared",
    ),
    Row(L.ELU, (3, 4), lambda x, w: elu(x), (4,)),
    Row(L.SELU, (3, 4), lambda x, w: 1.0507009873554805 * elu(x, 1.6732632423543772), (4,)),
    Row(L.CELU, (3, 4), lambda x, w: np.where(x > 0, x, 2 * np.expm1(x / 2)), (4,), {"alpha": 2.0}),
    Row(L.Sigmoid, (3, 4), lambda x, w: special.expit(x), (4,)),
    Row(L.HardSigmoid, (3, 4), lambda x, w: np.clip(x / 6 + 0.5, 0, 1), (4,)),
    Row(L.Tanh, (3, 4), lambda x, w: np.tanh(x), (4,)),
    Row(L.Softsign, (3, 4), lambda x, w: x / (1 + np.abs(x)), (4,)),
    Row(L.GELU, (3, 4), lambda x, w: x * special.ndtr(x), (4,)),
    Row(
        L.GELU,
        (3, 4),
        lambda x, w: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
        (4,),
        {"approximate": True},
        "approximate",
    ),
    Row(L.SiLU, (3, 4), lambda x, w: x * special.expit(x), (4,)),
    Row(L.HardSwish, (3, 4), lambda x, w: x * np.clip(x / 6 + 0.5, 0, 1), (4,)),
    Row(L.Mish, (3, 4), lambda x, w: x * np.tanh(softplus(x)), (4,)),
    Row(L.Softplus, (3, 4), lambda x, w: softplus(x), (4,)),
    Row(L.Softmax, (3, 4), lambda x, w: special.softmax(x, axis=-1), (4,)),
    Row(L.Softmax, (3, 4, 2), lambda x, w: special.softmax(x, axis=1), (4, 2), {"axis": 1}, "axis-1"),
    Row(
        L.Softmax,
        (3, 4, 2),
        lambda x, w: special.softmax(x, axis=(1, 2)),
        (4, 2),
        {"axis": (1, 2)},
        "two-axes",
    ),
    Row(L.LogSoftmax, (3, 4), lambda x, w: special.log_softmax(x, axis=-1), (4,)),
]

MERGING = [
    Row(L.Add, [(2, 3), (2, 3), (2, 3)], lambda x, w: np.sum(x, axis=0), (3,)),
    Row(L.Add, [(2, 4, 3), (2, 3)], lambda x, w: x[0] + x[1][:, None, :], (4, 3), note="of-unlike-ranks"),
    Row(
        L.Add,
        [(2, 4, 3), (2, 4, 1)],
        lambda x, w: x[0] + np.repeat(x[1], 3, axis=2),
        (4, 3),
        note="broadcasting",
    ),
    Row(L.Subtract, [(2, 3), (2, 3)], lambda x, w: x[0] - x[1], (3,)),
    Row(L.Multiply, [(2, 3), (2, 3), (2, 3)], lambda x, w: np.prod(x, axis=0), (3,)),
    Row(L.Average, [(2, 3), (2, 3), (2, 3)], lambda x, w: np.mean(x, axis=0), (3,)),
    Row(L.Maximum, [(2, 3), (2, 3), (2, 3)], lambda x, w: np.max(x, axis=0), (3,)),
    Row(L.Minimum, [(2, 3), (2, 3), (2, 3)], lambda x, w: np.min(x, axis=0), (3,)),
    Row(L.Concatenate, [(2, 3), (2, 1), (2, 2)], lambda x, w: np.hstack(x), (6,)),
    Row(L.Concatenate, [(2, 3, 4), (2, 1, 4)], lambda x, w: np.hstack(x), (4, 4), {"axis": 1}, "axis-1"),
    Row(L.Dot, [(2, 3), (2, 3)], by_sample(lambda x, z: [x @ z]), (1,), {"axes": 1}),
    Row(
        L.Dot,
        [(2, 3), (2, 3)],
        by_sample(lambda x, z: [cosine(x, z)]),
        (1,),
        {"axes": -1, "normalize": True},
        "cosine",
    ),
    Row(L.Dot, [(2, 4, 3), (2, 5, 3)], by_sample(lambda x, z: x @ z.T), (4, 5), {"axes": 2}, "of-sequences"),
    Row(L.Dot, [(2, 4, 3), (2, 3)], by_sample(lambda x, z: x @ z), (4,), {"axes": (2, 1)}, "of-unlike-ranks"),
    Row(
        L.Dot,
        [(2, 3, 4), (2, 5, 3)],
        by_sample(lambda x, z: x.T @ z.T),
        (4, 5),
        {"axes": (1, -1)},
        "of-unlike-axes",
    ),
]

RESHAPING = [
    Row(L.Flatten, (2, 3, 4), lambda x, w: np.stack([sample.ravel() for sample in x]), (12,)),
    Row(L.Flatten, (5,), lambda x, w: x[:, None], (1,), note="of-numbers"),
    Row(
        L.Flatten,
        (2, 3, 4, 5),
        lambda x, w: np.stack([np.dstack(list(sample)).ravel() for sample in x]),
        (60,),
        {"data_format": "channels_first"},
        "channels-first",
    ),
    Row(
        L.Reshape,
        (2, 12),
        lambda x, w: np.stack([s.reshape(3, 4) for s in x]),
        (3, 4),
        {"target_shape": (3, 4)},
    ),
    Row(
        L.Reshape,
        (2, 3, 4),
        lambda x, w: np.stack([s.reshape(6, 2) for s in x]),
        (6, 2),
        {"target_shape": (-1, 2)},
        "-1",
    ),
    Row(L.Permute, (2, 3, 4, 5), lambda x, w: np.einsum("nabc->ncab", x), (5, 3, 4), {"dims": (3, 1, 2)}),
    Row(L.RepeatVector, (2, 3), lambda x, w: np.stack([x, x, x, x], axis=1), (4, 3), {"n": 4}),
]

OTHERS = [
    Row(L.Dropout, (4, 3), lambda x, w: x, (3,), {"rate": 0.5, "seed": 1}),
    Row(L.Rescaling, (2, 3), lambda x, w: x * 2 - 1, (3,), {"scale": 2.0, "offset": -1}),
    Row(
        L.Rescaling,
        np.arange(12, dtype="uint8").reshape(2, 2, 3),
        lambda x, w: x * np.array([1.0, 0.5, 0.25]) + np.array([1.0, 2.0, 3.0]),
        (2, 3),
        {"scale": np.array([1.0, 0.5, 0.25]), "offset": [1.0, 2.0, 3.0]},
        "of-channels",
    ),
    Row(L.Normalization, (4, 3), lambda x, w: (x - w[0]) / np.sqrt(w[1]), (3,)),
    Row(
        L.Normalization,
        (4, 3, 2),
        lambda x, w: x * np.sqrt(w[1].reshape(3, 1)) + w[0].reshape(3, 1),
        (3, 2),
        {"axis": 1, "invert": True},
        "inverse",
    ),
    Row(
        L.Normalization,
        np.array([[1, 2], [3, 4]]),
        lambda x, w: (x - np.array([1.0, 2.0])) / np.array([2.0, 3.0]),
        (2,),
        {"mean": [1.0, 2.0], "variance": (4.0, 9.0)},
        "given",
    ),
    Row(
        L.Normalization,
        (4, 3),
        lambda x, w: (x - 1) / 2,
        (3,),
        {"axis": None, "mean": 1, "variance": 4.0},
        "one-mean",
    ),
]

ROWS = [
    *CORE,
    *ACTIVATIONS,
    *MERGING,
    *RESHAPING,
    *OTHERS,
    *NORMALIZING,
    *CONVOLUTION,
    *POOLING,
    *RESIDUAL,
    *RECURRENT,
    *ATTENTION,
    *HISTORICAL,
    *IMAGES,
    *CATEGORIES,
]
