"""Gradients checked against central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ondol.autograd.tape import enable_grad, gradients
from ondol.autograd.tensor import Tensor, as_array
from ondol.backend.dtypes import is_floating
from ondol.errors import DataError, GradientError


def gradcheck(
    f: Callable, *xs: Any, order: int = 1, epsilon: float = 1e-5, rtol: float = 1e-5, atol: float = 1e-6
) -> bool:
    r"""Compare the gradients of f with central differences in float64, along random directions.

    For a random direction v and random weights u of the result,
    `∇(u·f)(x) · v ≈ (u·f(x + εv) - u·f(x - εv)) / 2ε`.

    Args:
        f: a function of Tensors that returns a Tensor.
        xs: the point, one array for each argument; floats are converted to float64.
        order: 1, or 2 to check the gradient of the gradient as well.
        epsilon: half the distance of the two points.
        rtol, atol: how far the two sides may lie apart.

    Returns:
        True.

    Raises:
        GradientError: naming the argument and both numbers.
        DataError: if no argument holds floats, or f does not return one Tensor.

    Example:
        >>> import ondol as od
        >>> od.gradcheck(od.tanh, [0.3, -1.2], order=2)
        True
    """
    arrays = [as_array(x) for x in xs]
    points = [a.astype("float64") if is_floating(a.dtype) else a for a in arrays]
    rng = np.random.default_rng(0)
    weights: list[np.ndarray] = []

    def weighted(arrays: list[np.ndarray]) -> tuple[Tensor, list[Tensor]]:
        tensors = [Tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
        with enable_grad():
            y = f(*tensors)
            if not isinstance(y, Tensor):
                raise DataError(
                    f"Expected a function that returns one Tensor. Received: {type(y).__name__} {y!r}."
                )
            if not weights:
                weights.append(rng.normal(size=y.shape))
            return (y * weights[0]).sum(), tensors

    def gradient(arrays: list[np.ndarray]) -> list[np.ndarray]:
        y, tensors = weighted(arrays)
        wanted = [t for t in tensors if t.requires_grad]
        return [g.numpy() for g in gradients(y, wanted)]

    where = [i for i, p in enumerate(points) if p.dtype.kind == "f"]
    if not where:
        raise DataError(
            "Expected a float among the arguments, to differentiate by. Received: none. Write 1.0 for 1."
        )
    directions = {i: rng.normal(size=points[i].shape) for i in where}

    def moved(i: int, distance: float) -> list[np.ndarray]:
        return [p + distance * directions[i] if j == i else p for j, p in enumerate(points)]

    exact = gradient(points)
    for i, g in zip(where, exact, strict=True):
        analytic = float((g * directions[i]).sum())
        plus, minus = (float(weighted(moved(i, d))[0].numpy()) for d in (epsilon, -epsilon))
        _compare(i, "gradient", analytic, (plus - minus) / (2 * epsilon), rtol, atol)
    if order == 2:
        y, tensors = weighted(points)
        wanted = [t for t in tensors if t.requires_grad]
        with enable_grad():
            first = gradients(y, wanted, create_graph=True)
            mixes = [rng.normal(size=g.shape) for g in first]
            total = Tensor(np.zeros(()))
            for g, mix in zip(first, mixes, strict=True):
                total = total + (g * mix).sum()
        second = (
            gradients(total, wanted) if total.requires_grad else [Tensor(np.zeros(t.shape)) for t in wanted]
        )

        def mixed(arrays: list[np.ndarray]) -> float:
            return sum(float((g * mix).sum()) for g, mix in zip(gradient(arrays), mixes, strict=True))

        for i, g in zip(where, second, strict=True):
            analytic = float((g.numpy() * directions[i]).sum())
            numeric = (mixed(moved(i, epsilon)) - mixed(moved(i, -epsilon))) / (2 * epsilon)
            _compare(i, "second derivative", analytic, numeric, rtol, atol)
    return True


def _compare(i: int, what: str, analytic: float, numeric: float, rtol: float, atol: float) -> None:
    if not np.isclose(analytic, numeric, rtol=rtol, atol=atol):
        raise GradientError(
            f"The {what} by argument {i} along a random direction is {analytic:.10g} by the rules, "
            f"but {numeric:.10g} by central differences. If the function has a kink near this point "
            "(relu at 0), move the point; otherwise a backward rule is wrong."
        )
