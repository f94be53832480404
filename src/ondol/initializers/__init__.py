"""Initializers: the values that weights start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.initializers.constant_initializers import Constant, FromArray, Identity, Ones, Zeros
from ondol.initializers.initializer import Initializer
from ondol.initializers.named_scalings import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
)
from ondol.initializers.random_initializers import Orthogonal, RandomNormal, RandomUniform, TruncatedNormal
from ondol.initializers.variance_scaling import VarianceScaling
from ondol.utils import room
from ondol.utils.registry import Registry

zeros, ones, constant, identity = Zeros, Ones, Constant, Identity  # Keras' other spellings
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, orthogonal = VarianceScaling, Orthogonal
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform = HeNormal, HeUniform
lecun_normal, lecun_uniform = LecunNormal, LecunUniform

registry = Registry(
    "initializer",
    (
        Zeros,
        Ones,
        Constant,
        FromArray,
        Identity,
        RandomNormal,
        RandomUniform,
        TruncatedNormal,
        VarianceScaling,
        GlorotNormal,
        GlorotUniform,
        HeNormal,
        HeUniform,
        LecunNormal,
        LecunUniform,
        Orthogonal,
    ),
    aliases={"zero": Zeros, "one": Ones, "normal": RandomNormal, "uniform": RandomUniform},
)


def get(identifier: Any) -> Any:
    """The initializer for a name, a class, a config, an array of values, or itself; None for None.

    Args:
        identifier: for instance "he_normal", `HeNormal(seed=1)`, a NumPy array or Tensor of the weight's
            shape, or any function of (shape, dtype).

    Raises:
        UnknownNameError: for a name that is not known, with the nearest ones.

    Example:
        >>> import ondol as od
        >>> od.initializers.get("he_normal")
        HeNormal(seed=None, input_axes=None, output_axes=None)
    """
    if isinstance(identifier, (Tensor, np.ndarray, np.generic)):
        return FromArray(identifier)
    return registry.get(identifier)


def first_value(initializer: Any, shape: Sequence[int], dtype: Any, replaced: bool = False) -> Any:
    """What a new Variable holds.

    Args:
        initializer: what `get` takes.
        shape, dtype: the Variable's.
        replaced: whether a file that is being read will give it another value; then it is zeros.

    Raises:
        SavedFileError: while a file is read that has no such array.
    """
    made, shape = get(initializer), tuple(shape)
    if room.is_limited():
        room.take(shape)
        made = zeros() if replaced else made
    return made(shape, dtype)


def serialize(initializer: Any) -> Any:
    """The JSON form of an initializer.

    Example:
        >>> import ondol as od
        >>> od.initializers.serialize(od.initializers.Constant(0.5))
        {'class_name': 'Constant', 'config': {'value': 0.5}}
    """
    return registry.serialize(initializer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The initializer that `serialize` described."""
    return registry.deserialize(config, custom_objects)


__all__ = [
    "Initializer",
    "Zeros",
    "Ones",
    "Constant",
    "Identity",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LecunNormal",
    "LecunUniform",
    "Orthogonal",
    "zeros",
    "ones",
    "constant",
    "identity",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "variance_scaling",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "orthogonal",
    "get",
    "serialize",
    "deserialize",
]
