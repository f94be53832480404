"""Rows of the recurrent layers: one sample and one step at a time, in NumPy."""

from __future__ import annotations

import numpy as np
from layer_harness import Row
from scipy import signal, special

import ondol as od

L = od.layers
sigmoid = special.expit


def simple_step(f=np.tanh):
    def step(x, states, w):
        h = f(x @ w[0] + states[0] @ w[1] + (w[2] if len(w) > 2 else 0))
        return h, [h]

    return step


def lstm_step(peephole=False, f=np.tanh, s=sigmoid):
    def step(x, states, w):
        h, c = states
        i, o_f, g, o = np.split(x @ w[0] + h @ w[1] + w[2], 4)
        p = w[3:] if peephole else [0, 0, 0]
        memory = s(o_f + p[1] * c) * c + s(i + p[0] * c) * f(g)
        h = s(o + p[2] * memory) * f(memory)
        return h, [h, memory]

    return step


def gru_step(x, states, w):
    """The bias of the candidate is within r: reset_after."""
    (h,) = states
    a, b = x @ w[0] + w[2][0], h @ w[1] + w[2][1]
    (z_x, r_x, g_x), (z_h, r_h, g_h) = np.split(a, 3), np.split(b, 3)
    z, r = sigmoid(z_x + z_h), sigmoid(r_x + r_h)
    h = z * h + (1 - z) * np.tanh(g_x + r * g_h)
    return h, [h]


def gru_before_step(x, states, w):
    (h,) = states
    n = len(h)
    (z_x, r_x, g_x), u = np.split(x @ w[0] + w[2], 3), w[1]
    z, r = sigmoid(z_x + h @ u[:, :n]), sigmoid(r_x + h @ u[:, n : 2 * n])
    h = z * h + (1 - z) * np.tanh(g_x + (r * h) @ u[:, 2 * n :])
    return h, [h]


def sequence(step, sizes, all_steps=False, backwards=False, which=None):
    """The outputs of a step function, sample by sample."""

    def formula(x, w):
        w = w if which is None else w[which]
        outputs = []
        for sample in x:
            states, ys = [np.zeros(size) for size in sizes], []
            for now in sample[::-1] if backwards else sample:
                y, states = step(now, states, w)
                ys.append(y)
            outputs.append(ys if all_steps else ys[-1])
        return np.array(outputs)

    return formula


def both_ways(step, sizes, parts):
    """The outputs of both directions beside each other, step by step."""
    forward = sequence(step, sizes, True, which=slice(0, parts))
    backward = sequence(step, sizes, True, True, slice(parts, None))
    return lambda x, w: np.concatenate([forward(x, w), backward(x, w)[:, ::-1]], axis=-1)


def stacked(x, states, w):
    """An LSTM cell of 3 units below a GRU cell of 2."""
    h, lower = lstm_step()(x, states[:2], w[:3])
    y, upper = gru_step(h, states[2:], w[3:])
    return y, [*lower, *upper]


def convolved(x, kernel, mode):
    """x (*lengths, channels) with kernel (*window, channels, filters), whose windows are not mirrored."""
    columns = []
    for filter_ in np.moveaxis(kernel, -1, 0):
        parts = [
            signal.correlate(x[..., c], filter_[..., c], mode="same" if mode == "same" else "valid")
            for c in range(x.shape[-1])
        ]
        columns.append(np.sum(parts, axis=0))
    return np.stack(columns, axis=-1)


def conv_step(mode):
    def step(x, states, w):
        h, c = states
        z = convolved(x, w[0], mode) + convolved(h, w[1], "same") + w[2]
        i, forget, g, o = np.split(z, 4, axis=-1)
        c = sigmoid(forget) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        return h, [h, c]

    return step


X = (2, 4, 3)
RECURRENT = [
    Row(L.SimpleRNN, X, sequence(simple_step(), [5]), (5,), {"units": 5}),
    Row(
        L.SimpleRNN,
        X,
        sequence(simple_step(lambda z: np.maximum(z, 0)), [5], True, True),
        (4, 5),
        {"units": 5, "activation": "relu", "use_bias": False, "return_sequences": True, "go_backwards": True},
        "relu-backwards",
    ),
    Row(
        L.SimpleRNN,
        X,
        sequence(simple_step(lambda z: z / (1 + np.abs(z))), [5], True),
        (4, 5),
        {"units": 5, "activation": "softsign", "return_sequences": True},
        "by-its-cell",
    ),
    Row(L.LSTM, X, sequence(lstm_step(), [5, 5]), (5,), {"units": 5}),
    Row(
        L.LSTM,
        X,
        sequence(lstm_step(), [5, 5], True, True),
        (4, 5),
        {
            "units": 5,
            "return_sequences": True,
            "go_backwards": True,
            "dropout": 0.2,
            "recurrent_dropout": 0.1,
        },
        "backwards",
    ),
    Row(
        L.LSTM,
        X,
        sequence(lstm_step(peephole=True), [5, 5], True),
        (4, 5),
        {"units": 5, "return_sequences": True, "peephole": True},
        "peephole",
    ),
    Row(
        L.LSTM,
        X,
        sequence(lstm_step(f=lambda z: np.maximum(z, 0), s=lambda z: np.clip(z / 6 + 0.5, 0, 1)), [2, 2]),
        (2,),
        {"units": 2, "activation": "relu", "recurrent_activation": "hard_sigmoid"},
        "by-its-cell",
    ),
    Row(L.LSTM, X, sequence(lstm_step(), [5, 5]), (5,), {"units": 5, "unroll": True}, "unrolled"),
    Row(L.GRU, X, sequence(gru_step, [5]), (5,), {"units": 5}),
    Row(
        L.GRU,
        X,
        sequence(gru_before_step, [5], True),
        (4, 5),
        {"units": 5, "return_sequences": True, "reset_after": False},
        "reset-before",
    ),
    Row(
        L.GRU,
        X,
        sequence(gru_before_step, [5], True, True),
        (4, 5),
        {"units": 5, "return_sequences": True, "reset_after": False, "go_backwards": True, "unroll": True},
        "by-its-cell",
    ),
    Row(
        L.RNN,
        X,
        sequence(stacked, [3, 3, 2], True),
        (4, 2),
        {"return_sequences": True},
        "stacked",
        inner=lambda **kwargs: [L.LSTMCell(3, **kwargs), L.GRUCell(2, **kwargs)],
        inner_name="cell",
    ),
    Row(
        L.Bidirectional,
        X,
        both_ways(lstm_step(), [2, 2], 3),
        (4, 4),
        inner=lambda **kwargs: L.LSTM(2, return_sequences=True, **kwargs),
    ),
    Row(
        L.ConvLSTM1D,
        (2, 3, 6, 2),
        sequence(conv_step("valid"), [(4, 2), (4, 2)], True),
        (3, 4, 2),
        {"filters": 2, "kernel_size": 3, "return_sequences": True},
    ),
    Row(
        L.ConvLSTM2D,
        (2, 3, 5, 4, 2),
        sequence(conv_step("same"), [(5, 4, 2), (5, 4, 2)]),
        (5, 4, 2),
        {"filters": 2, "kernel_size": 3, "padding": "same"},
    ),
    Row(
        L.ConvLSTM3D,
        (1, 2, 3, 3, 3, 1),
        sequence(conv_step("valid"), [(1, 1, 1, 2), (1, 1, 1, 2)]),
        (1, 1, 1, 2),
        {"filters": 2, "kernel_size": 3},
    ),
    Row(
        L.Masking,
        np.array([[[1.0, 2.0], [0.0, 0.0]], [[0.0, 3.0], [4.0, 5.0]]]),
        lambda x, w: x,
        (2, 2),
    ),
    Row(
        L.Masking,
        np.array([[[1.0, 2.0], [7.0, 7.0]], [[7.0, 3.0], [4.0, 5.0]]]),
        lambda x, w: np.array([[[1, 2], [0, 0]], [[7, 3], [4, 5]]]),
        (2, 2),
        {"mask_value": 7.0},
        "of-sevens",
    ),
]
