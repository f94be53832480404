"""Ondol: fit, which compiles whole epochs; eagerly on NumPy, by a step written by hand; and single rules."""

from __future__ import annotations

from functools import partial

import numpy as np

import keras_style
import networks_keras
import ondol as od
import rules_keras
from rules import fingerprint
from workloads import LEARNING_RATE, VOCABULARY

fit = partial(keras_style.fit, od)
predict = partial(keras_style.predict, od)


def eager(workload, x, y):
    """The function that trains so many epochs, step by step in NumPy, and returns the last batch's loss."""
    model = networks_keras.build(od, workload)
    optimizer = od.optimizers.Adam(learning_rate=LEARNING_RATE)
    loss_fn = od.losses.SparseCategoricalCrossentropy(from_logits=True)
    variables = model.trainable_variables
    rng = np.random.default_rng(0)

    def train(epochs: int) -> float:
        for _ in range(epochs):
            order = rng.permutation(len(x))
            for begin in range(0, len(x), workload.batch):
                batch = order[begin : begin + workload.batch]
                for v in variables:
                    v.grad = None
                loss = loss_fn(y[batch], model(x[batch], training=True))
                loss.backward()
                optimizer.apply([v.grad for v in variables], variables)
        return float(loss)

    return train


def generate(workload, x, y):
    """The function that generates so many tokens, each from all before it, with a cache of keys and values."""
    steps = workload.sequence[0]
    model = od.applications.GPT(VOCABULARY, steps, num_layers=4, num_heads=4, hidden_dim=128)

    def tokens(count: int) -> float:
        for begin in range(0, count, steps):
            text = model.generate([0], max_new_tokens=min(steps, count - begin))
        return float(text[-1])

    return tokens


def rule(workload, operands, dy):
    """The function that computes the rule and its gradients so many times, and returns their fingerprint."""
    rule, dtype = workload.rule, workload.precision
    x, *parameters = operands
    kept = "float32" if rule.op == "batch_norm" else dtype  # as mixed precision leaves them
    # Variables stay on the device where programs run, like the arrays of JAX and TensorFlow.
    image = od.Variable(x, dtype=dtype, trainable=not rule.first)
    variables = [image, *[od.Variable(p, dtype=kept) for p in parameters]]
    wanted = variables[rule.first :]
    seed = od.Variable(dy, dtype=dtype, trainable=False)
    forward = rules_keras.forward(od, rule)

    @od.function
    def step():
        y = forward(*variables)
        return od.ops.stop_gradient(y), od.gradients(y, wanted, seed)

    def calls(count: int) -> float:
        for _ in range(count):
            y, gradients = step()
            y.numpy()  # waits until the program has ended; nothing is copied
        return fingerprint(gradients)

    return calls
