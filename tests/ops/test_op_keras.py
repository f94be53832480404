"""Keras' names: aliases, questions about Tensors, and the use of remembered logits."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

import ondol as od
from ondol import ops


def test_aliases_are_the_same_rules() -> None:
    pairs = {
        "abs": "absolute",
        "amax": "max",
        "amin": "min",
        "true_divide": "divide",
        "swish": "silu",
        "hard_swish": "hard_silu",
        "get_item": "getitem",
    }
    for alias, name in pairs.items():
        assert getattr(ops, alias) is getattr(ops, name)


def test_questions_about_tensors() -> None:
    x = od.zeros((2, 3))
    assert ops.shape(x) == (2, 3)
    assert ops.shape(np.zeros((4,))) == (4,)
    assert ops.ndim(x) == 2
    assert ops.size(x) == 6
    assert ops.dtype(x) == "float32"
    assert ops.dtype(od.zeros(1, "bfloat16")) == "bfloat16"
    assert ops.is_tensor(od.Variable(1.0))
    assert not ops.is_tensor(np.zeros(1))


def test_conversions() -> None:
    v = od.Variable([1.0, 2.0])
    assert type(ops.convert_to_tensor(v)) is od.Tensor
    assert ops.convert_to_tensor([1, 2]).dtype == "int32"
    assert ops.convert_to_tensor([1, 2], "float16").dtype == "float16"
    x = od.tensor([1.0])
    assert ops.convert_to_tensor(x, "float32") is x
    array = ops.convert_to_numpy(v)
    assert type(array) is np.ndarray
    assert_array_equal(array, [1.0, 2.0])
    assert ops.cast(v, "int32").dtype == "int32"


def test_gradients_flow_through_float_casts_only() -> None:
    x = od.tensor([1.5], requires_grad=True)
    assert ops.cast(x, "float64").requires_grad
    assert not ops.cast(x, "int32").requires_grad
    dx = od.gradients(ops.cast(x, "float64") * 3, x)
    assert dx.dtype == "float32"
    assert dx.tolist() == [3.0]


def test_probabilities_remember_their_logits() -> None:
    z = od.tensor([[-200.0, 0.0, 200.0]])
    p = ops.softmax(z)
    assert p.logits is z
    assert_allclose(ops.categorical_crossentropy([[1.0, 0.0, 0.0]], p).numpy(), [400.0])
    assert_allclose(ops.sparse_categorical_crossentropy([0], p).numpy(), [400.0])
    assert_allclose(
        ops.binary_crossentropy([[1.0, 0.0, 0.0]], ops.sigmoid(z)).numpy(), [[200.0, np.log(2), 200.0]]
    )
    assert ops.softmax(z, 0).logits is None
    assert (p * 1).logits is None


def test_signatures_are_keras() -> None:
    """Names, order and defaults of arguments are those of keras.ops 3.15, for every name that both have."""
    differences = {}
    for name, signature in json.loads((Path(__file__).parent / "keras_signatures.json").read_text()).items():
        wanted = ast.parse(f"def f{signature}: pass").body[0].args
        parameters = [
            p
            for p in inspect.signature(getattr(ops, name)).parameters.values()
            if p.kind == p.POSITIONAL_OR_KEYWORD
        ]
        parameters = parameters[: len(wanted.args)]
        defaults = [p.default for p in parameters if p.default is not p.empty]
        same = [p.name for p in parameters] == [a.arg for a in wanted.args]
        if not same or defaults != [ast.literal_eval(d) for d in wanted.defaults]:
            differences[name] = signature
    assert set(differences) == {"clip"}  # whose bounds may be left out here
