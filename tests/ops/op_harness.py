"""What is checked of every rule, given one row of the table in `specs.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

import ondol as od
from ondol.backend import abstract
from ondol.backend.convolution.permission import is_allowed

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


@dataclass
class Spec:
    """One row: a public function with its options, what it takes, and who knows the right answer."""

    name: str
    function: Callable  # of Tensors (or arrays)
    reference: Callable  # of NumPy arrays: numpy, scipy, jax.nn or a formula
    inputs: Sequence[Draw]  # one for each argument
    shapes: Sequence[tuple[tuple[int, ...], ...]]  # combinations to try, one shape for each argument
    note: str = ""
    gradient: bool = True  # whether a gradient flows
    second: bool = True  # whether the second derivative is checked too
    tolerance: float = 2e-5  # of float32 results against the reference
    eager_only: bool = False
    any_shape: bool = False  # whether hypothesis may draw other shapes too

    def __str__(self) -> str:
        return f"{self.name}-{self.note}" if self.note else self.name

    def draw(self, seed: int, shapes: Sequence[tuple[int, ...]], dtype: str = "float32") -> list[np.ndarray]:
        """Inputs of these shapes; floats in the dtype asked for, whole numbers as they are."""
        rng = np.random.default_rng(seed)
        arrays = [make(rng, shape) for make, shape in zip(self.inputs, shapes, strict=True)]
        return [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays]


# How inputs are drawn


def uniform(low: float, high: float, avoid: Sequence[float] = ()) -> Draw:
    """Numbers between low and high, at a distance from the kinks of the function."""

    def make(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        x = rng.uniform(low, high, shape)
        for kink in avoid:
            x = np.where(np.abs(x - kink) < 0.02, kink + 0.05, x)
        return np.asarray(x)

    return make


def spaced(step: float = 0.13) -> Draw:
    """Numbers of which no two are near each other, in random order: for maxima and sorting."""

    def make(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        n = int(np.prod(shape))
        return step * (rng.permutation(n).reshape(shape) - n / 2 + 0.3)

    return make


def whole(low: int, high: int) -> Draw:
    """Whole numbers from low up to, not including, high."""
    return lambda rng, shape: np.asarray(rng.integers(low, high, shape), "int32")


def truth(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Booleans."""
    return np.asarray(rng.random(shape) < 0.5)


def given(array: Any) -> Draw:
    """Always this array."""
    return lambda rng, shape: np.asarray(array)


# What is checked


def flat(result: Any) -> list[Any]:
    """The arrays of a result that may be several."""
    return list(result) if isinstance(result, (tuple, list)) else [result]


def check_forward(spec: Spec, arrays: Sequence[np.ndarray]) -> None:
    """The result is that of the reference, in float32 for float32, on plain arrays as well as on Tensors."""
    results = flat(spec.function(*[od.tensor(a) for a in arrays]))
    expected = flat(spec.reference(*[a.astype("float64") if a.dtype.kind == "f" else a for a in arrays]))
    assert len(results) == len(expected)
    for y, right in zip(results, expected, strict=True):
        right = np.asarray(right)
        assert isinstance(y, od.Tensor)
        assert y.shape == right.shape
        assert (y.dtype.kind == "f") == (right.dtype.kind == "f"), (y.dtype, right.dtype)
        if y.dtype.kind == "f":
            assert y.dtype == np.float32
        np.testing.assert_allclose(y.numpy(), right, rtol=spec.tolerance, atol=spec.tolerance)


def scalar(spec: Spec, weights: Sequence[np.ndarray]) -> Callable:
    """The function followed by a weighted sum of all its float results."""

    def f(*tensors: Any) -> Any:
        parts = [y for y in flat(spec.function(*tensors)) if y.dtype.kind == "f"]
        return sum((y * w).sum() for y, w in zip(parts, weights, strict=True))

    return f


def weights_for(spec: Spec, arrays: Sequence[np.ndarray], dtype: str) -> list[np.ndarray]:
    rng = np.random.default_rng(7)
    results = flat(spec.function(*[od.tensor(a) for a in arrays]))
    return [rng.normal(size=y.shape).astype(dtype) for y in results if y.dtype.kind == "f"]


def check_gradient(spec: Spec, arrays: Sequence[np.ndarray]) -> None:
    """First and second derivatives are those of central differences in float64."""
    f = scalar(spec, weights_for(spec, arrays, "float64"))
    od.gradcheck(f, *arrays, order=2 if spec.second else 1, epsilon=1e-5, rtol=2e-5, atol=2e-6)


@contextmanager
def differentiable_lowering() -> Iterator[None]:
    """jax.grad knows the convolutions of jax, not those of a library."""
    allowed = is_allowed()
    od.config.set_onednn(False)
    try:
        yield
    finally:
        od.config.set_onednn(allowed)


def check_compiled(spec: Spec, arrays: Sequence[np.ndarray]) -> None:
    """Compiled, results and gradients are what they are eagerly, and those that jax.grad finds.

    jax.grad sees the forward rules alone. One program computes all three: compiling is what costs time.
    """
    weights = weights_for(spec, arrays, "float32")
    wanted = [i for i, a in enumerate(arrays) if a.dtype.kind == "f"] if spec.gradient else []

    def ours(*tensors: Any) -> Any:
        results = flat(spec.function(*tensors))
        if not wanted:
            return results, []
        leaves = [od.Tensor(t.data, requires_grad=i in wanted) for i, t in enumerate(tensors)]
        with od.enable_grad():
            y = scalar(spec, weights)(*leaves)
            return results, od.gradients(y, [leaves[i] for i in wanted])

    def forward(*raw: Any) -> Any:
        with od.no_grad():
            return scalar(spec, weights)(*[od.Tensor(a) for a in raw]).data

    def both(*tensors: Any) -> Any:
        with differentiable_lowering():
            theirs = jax.grad(forward, wanted)(*[t.data for t in tensors]) if wanted else []
        return (*ours(*tensors), [od.Tensor(g) for g in theirs])

    tensors = [od.tensor(a) for a in arrays]
    results, gradients = ours(*tensors)
    compiled, compiled_gradients, from_jax = od.function(both)(*tensors)
    for a, b in zip([*results, *gradients], [*compiled, *compiled_gradients], strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=spec.tolerance, atol=spec.tolerance)
    for a, b in zip(gradients, from_jax, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=5e-5, atol=5e-5)


def check_dtypes(spec: Spec, arrays: Sequence[np.ndarray], dtypes: Sequence[str]) -> None:
    """Of any mixture of dtypes, the result has the same dtype eagerly and traced."""
    arrays = [
        np.ones_like(a, d if a.dtype.kind == "f" else a.dtype) for a, d in zip(arrays, dtypes, strict=False)
    ]
    with np.errstate(all="ignore"):
        eager = [y.dtype for y in flat(spec.function(*[od.tensor(a) for a in arrays]))]

    def forward(*raw: Any) -> Any:
        return [y.data for y in flat(spec.function(*[od.Tensor(a) for a in raw]))]

    traced = [np.dtype(s.dtype) for s in abstract(forward, *arrays)]
    assert eager == traced
