"""Rows of the rules' table: recurrent networks, against plain loops over the steps."""

import numpy as np
from op_harness import Draw, given, uniform
from op_rows import add
from scipy.special import expit as sigmoid

B, T, F, H = 3, 4, 2, 3
SHORT = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1]], bool)  # padding behind, before, and between
DROPOUT = np.array([[2.0, 0, 2], [0, 2, 2], [1, 1, 0]])
some = uniform(-0.9, 0.9)


def loop(x, states, cell, mask=None, go_backwards=False, zero_output_for_mask=False):
    """Outputs and last states, one sample after the other."""
    every, lasts = [], []
    for n in range(len(x)):
        now = [state[n] for state in states]
        output, outputs = np.zeros_like(states[0][n]), []
        for t in reversed(range(x.shape[1])) if go_backwards else range(x.shape[1]):
            if mask is None or mask[n, t]:
                now = cell(n, x[n, t], *now)
                output = now[0]
                outputs.append(output)
            else:
                outputs.append(np.zeros_like(output) if zero_output_for_mask else output)
        every.append(outputs)
        lasts.append(now)
    return np.array(every), *[np.array(column) for column in zip(*lasts, strict=True)]


def scales(recurrent_mask):
    return np.ones((B, H)) if recurrent_mask is None else recurrent_mask


def simple_rnn(x, w, u, b, h, activation="tanh", recurrent_mask=None, **options):
    phi = np.tanh if activation == "tanh" else lambda a: a * (a > 0)
    drop, b = scales(recurrent_mask), 0 if b is None else b
    return loop(x, [h], lambda n, x, h: [phi(x @ w + b + (h * drop[n]) @ u)], **options)


def lstm(x, w, u, b, h, c, recurrent_mask=None, **options):
    drop, b = scales(recurrent_mask), 0 if b is None else b

    def cell(n, x, h, c):
        i, f, g, o = np.split(x @ w + b + (h * drop[n]) @ u, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return [sigmoid(o) * np.tanh(c), c]

    return loop(x, [h, c], cell, **options)


def gru(x, w, u, b, h, reset_after=True, recurrent_mask=None, **options):
    drop = scales(recurrent_mask)
    b = np.zeros((2, 3 * H)) if b is None else b if reset_after else np.stack([b, np.zeros_like(b)])

    def cell(n, x, h):
        seen = h * drop[n]
        xz, xr, xg = np.split(x @ w + b[0], 3)
        uz, ur, ug = np.split(u, 3, axis=1)
        bz, br, bg = np.split(b[1], 3)
        z, r = sigmoid(xz + seen @ uz + bz), sigmoid(xr + seen @ ur + br)
        g = np.tanh(xg + (r * (seen @ ug + bg) if reset_after else (r * seen) @ ug))
        return [z * h + (1 - z) * g]

    return loop(x, [h], cell, **options)


def rows(name, reference, gates, states, bias, variants):
    """One row with each set of options."""
    from ondol import ops

    shapes = [(B, T, F), (F, gates * H), (H, gates * H), bias, *[(B, H)] * states]
    for options in variants:
        options = dict(options)
        with_bias = options.pop("bias", True)
        function, inputs = getattr(ops, name), [some] * len(shapes)
        these = list(shapes)
        drawn: list[Draw] = list(inputs)
        dropout = options.pop("dropout", False)
        if dropout:
            drawn, these = [*drawn, given(DROPOUT)], [*these, (B, H)]

        def call(f, *arrays, options=options, with_bias=with_bias, dropout=dropout):
            arrays = list(arrays)
            more = {"recurrent_mask": arrays.pop()} if dropout else {}
            if not with_bias:
                arrays[3] = None
            return f(*arrays, **more, **options)

        note = ",".join(
            [k if v is True else f"{k}={'...' if k == 'mask' else v}" for k, v in options.items()]
        )
        note += ",no bias" * (not with_bias) + ",dropout" * dropout
        add(
            name,
            lambda *arrays, call=call: call(reference, *arrays),
            drawn,
            [tuple(these)],
            function=lambda *arrays, call=call, function=function: call(function, *arrays),
            note=note,
            second=False,
        )


masked = {"mask": SHORT}
everything = {"mask": SHORT, "go_backwards": True, "dropout": True}
common = [{}, {"bias": False}, {"go_backwards": True}, {"dropout": True}, masked, everything]
zeros_there = [{**masked, "zero_output_for_mask": True}]
rows(
    "simple_rnn",
    simple_rnn,
    1,
    1,
    (H,),
    [*common, *zeros_there, {"activation": "relu"}, {**everything, "activation": "relu"}],
)
rows("lstm", lstm, 4, 2, (4 * H,), [*common, *zeros_there])
rows("gru", gru, 3, 1, (2, 3 * H), [*common, *zeros_there])
rows("gru", gru, 3, 1, (3 * H,), [{**options, "reset_after": False} for options in common])
