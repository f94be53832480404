"""Keras 3 on the backend that KERAS_BACKEND names, by compile and fit with their defaults.

A single rule is one of Keras' ops with its gradient, compiled by jax.jit or tf.function, as `fit` would.
"""

from __future__ import annotations

from collections.abc import Callable

import keras

import keras_style
import rules_keras
from rules import fingerprint

ENGINE = keras.backend.backend()


def fit(workload, x, y):
    _use_threads(workload)
    return keras_style.fit(keras, workload, x, y)


def predict(workload, x, y):
    _use_threads(workload)
    return keras_style.predict(keras, workload, x, y)


def generate(workload, x, y):
    _use_threads(workload)
    return keras_style.generate(keras, workload)


def _use_threads(workload) -> None:
    if ENGINE == "torch":
        from with_torch import use_threads

        use_threads(workload)


def rule(workload, operands, dy):
    """The function that computes the rule and its gradients so many times, and returns their fingerprint."""
    rule, dtype = workload.rule, workload.precision
    x, *parameters = operands
    kept = "float32" if rule.op == "batch_norm" else dtype  # as mixed precision leaves them
    tensors = [
        keras.ops.convert_to_tensor(x, dtype),
        *[keras.ops.convert_to_tensor(p, kept) for p in parameters],
    ]
    given, wanted = tensors[: rule.first], tensors[rule.first :]
    make = {"jax": _with_jax, "tensorflow": _with_tensorflow}[ENGINE]
    step = make(rules_keras.forward(keras, rule), given, wanted, keras.ops.convert_to_tensor(dy, dtype))

    def calls(count: int) -> float:
        for _ in range(count):
            gradients = step()
        return fingerprint(gradients)

    return calls


def _with_jax(forward: Callable, given: list, wanted: list, dy) -> Callable[[], list]:
    import jax

    @jax.jit
    def step(given, wanted, dy):
        y, pull_back = jax.vjp(lambda *wanted: forward(*given, *wanted), *wanted)
        return y, pull_back(dy)

    return lambda: jax.block_until_ready(step(given, wanted, dy))[1]


def _with_tensorflow(forward: Callable, given: list, wanted: list, dy) -> Callable[[], list]:
    import tensorflow as tf

    @tf.function
    def step(given, wanted, dy):
        with tf.GradientTape() as tape:
            tape.watch(wanted)
            y = forward(*given, *wanted)
        return y, tape.gradient(y, wanted, output_gradients=dy)

    return lambda: step(given, wanted, dy)[1]
