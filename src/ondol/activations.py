"""Activation functions by name. The rules, with their gradients, are in `ondol.ops`; most are those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.ops import (
    celu,
    elu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    mish,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)
from ondol.utils.registry import Registry

swish = silu
hard_swish = hard_silu


def linear(x: Any) -> Any:
    """x itself.

    Example:
        >>> import ondol as od
        >>> od.activations.linear(od.tensor([-1.0, 2.0])).tolist()
        [-1.0, 2.0]
    """
    return x


def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Tensor:
    r"""$\max(x, 0)$; in full: x above a threshold, negative_slope (x - threshold) below, at most max_value.

    Args:
        x: array of any shape.
        negative_slope: slope below the threshold.
        max_value: upper bound, None for none.
        threshold: where the line begins.

    Returns:
        Array of x's shape.

    Example:
        >>> import ondol as od
        >>> od.activations.relu([-2.0, 0.5, 3.0]).tolist()
        [0.0, 0.5, 3.0]
        >>> od.activations.relu([-2.0, 0.5, 3.0], negative_slope=0.5, max_value=1.0).tolist()
        [-1.0, 0.5, 1.0]

    Reference: Nair, Hinton: "Rectified linear units improve restricted Boltzmann machines" (2010).
    """
    if not negative_slope and max_value is None and not threshold:
        return ops.relu(x)
    x = as_tensor(x)
    y = ops.where(x > threshold, x, negative_slope * (x - threshold))
    return y if max_value is None else ops.minimum(y, max_value)


def gelu(x: Any, approximate: bool = False) -> Tensor:
    """x Φ(x), with Φ the cumulative normal distribution.

    Args:
        x: array of any shape.
        approximate: whether a tanh replaces the error function (`ops.gelu` does so by default, as in Keras).

    Example:
        >>> import ondol as od
        >>> print(od.activations.gelu([-1.0, 1.0]).numpy().round(4))
        [-0.1587  0.8413]

    Reference: Hendrycks, Gimpel: "Gaussian error linear units" (2016).
    """
    return ops.gelu(x, approximate=approximate)


def lecun_tanh(x: Any) -> Tensor:
    r"""$1.7159 \tanh(2x/3)$: of 1 about 1, of -1 about -1, where its curvature is largest.

    Targets of ±1 are then reached before the curve is flat.

    Example:
        >>> import ondol as od
        >>> print(od.activations.lecun_tanh([-1.0, 0.0, 1.0, 9.0]).numpy().round(4))
        [-1.      0.      1.      1.7159]

    Reference: LeCun, "Generalization and network design strategies" (1989); used throughout LeNet-5 (1998).
    """
    return 1.7159 * ops.tanh(ops.multiply(x, 2 / 3))


def exponential(x: Any) -> Tensor:
    """exp(x).

    Example:
        >>> import ondol as od
        >>> print(od.activations.exponential([0.0, 1.0]).numpy().round(4))
        [1.     2.7183]
    """
    return ops.exp(x)


registry = Registry(
    "activation",
    functions=(
        linear,
        relu,
        relu6,
        leaky_relu,
        elu,
        selu,
        celu,
        gelu,
        silu,
        mish,
        softplus,
        softsign,
        squareplus,
        sigmoid,
        log_sigmoid,
        hard_sigmoid,
        hard_silu,
        sparse_sigmoid,
        tanh,
        hard_tanh,
        tanh_shrink,
        soft_shrink,
        hard_shrink,
        threshold,
        sparse_plus,
        lecun_tanh,
        exponential,
        softmax,
        log_softmax,
        sparsemax,
        glu,
    ),
    aliases={"swish": silu, "hard_swish": hard_silu},
)


def get(identifier: Any) -> Callable:
    """The activation function for a name, a config, or the function itself; `linear` for None.

    Raises:
        UnknownNameError: for a name that is not known, with the nearest ones.

    Example:
        >>> import ondol as od
        >>> od.activations.get("swish") is od.activations.silu
        True
    """
    return linear if identifier is None else registry.get(identifier)


def serialize(activation: Callable) -> Any:
    """The name of one of these functions; for an object its JSON form.

    Example:
        >>> import ondol as od
        >>> od.activations.serialize(od.activations.relu)
        'relu'
    """
    return registry.serialize(activation)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Callable:
    """The activation that `serialize` described."""
    return registry.deserialize(config, custom_objects)
