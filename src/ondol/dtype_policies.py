"""Dtype policies: in which dtype layers compute, and in which they keep their weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ondol.backend.dtypes import FLOATS, floatx
from ondol.errors import unknown_name
from ondol.utils import serialization

# Mixed: matrices and images are multiplied in half precision, while weights, which change by less than half
# precision can tell, stay in float32.
MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
NAMES = (*FLOATS, *MIXED)

_chosen: dict[str, DTypePolicy | None] = {"policy": None}


class DTypePolicy:
    """A pair of dtypes: the one that a layer computes in, and the one of its weights.

    A float dtype's name means both. "mixed_float16" and "mixed_bfloat16" compute in half precision with
    weights in float32: the layer casts its inputs and, while it computes, its weights; gradients and updates
    of the weights are in float32. Losses and metrics always compute in float32 or better.

    float16 is precise (11 binary digits) but ends at 65504, and gradients may become too small for it: `compile`
    therefore scales the loss (see `optimizers.LossScaleOptimizer`). bfloat16 has the range of float32 and 8 binary
    digits; it needs no scaling.

    Args:
        name: "float16", "bfloat16", "float32", "float64", "mixed_float16" or "mixed_bfloat16"; None for
            `config.dtype_policy()`.

    Raises:
        UnknownNameError: for another name.

    Example:
        >>> import ondol as od
        >>> policy = od.dtype_policies.DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
        >>> layer = od.layers.Dense(2, dtype=policy)
        >>> layer([[1.0, 2.0, 3.0]]).dtype.name, layer.kernel.dtype.name
        ('bfloat16', 'float32')

    Reference:
        Micikevicius et al.: "Mixed precision training" (2018).
    """

    quantization_mode = None  # Keras asks for it

    def __init__(self, name: str | None = None) -> None:
        name = dtype_policy().name if name is None else name
        if name not in NAMES:
            raise unknown_name("dtype policy", name, NAMES)
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    @property
    def compute_dtype(self) -> str:
        """The dtype that layers cast their inputs to, and compute in."""
        return MIXED.get(self._name, self._name)

    @property
    def variable_dtype(self) -> str:
        """The dtype of weights."""
        return "float32" if self._name in MIXED else self._name

    def get_config(self) -> dict[str, Any]:
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> DTypePolicy:
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and self._name == other._name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are made without `dtype=`; see `config.dtype_policy`."""
    return _chosen["policy"] or DTypePolicy(floatx())


def set_dtype_policy(policy: Any) -> None:
    """Choose it; see `config.set_dtype_policy`."""
    _chosen["policy"] = None if policy is None else get(policy)


def get(identifier: Any) -> DTypePolicy:
    """The policy for a name, a dtype, a configuration, or the policy itself; None for `config.dtype_policy()`.

    Example:
        >>> import ondol as od
        >>> od.dtype_policies.get("mixed_float16")
        <DTypePolicy "mixed_float16">
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    return DTypePolicy(identifier if isinstance(identifier, str) else _name_of(identifier))


def _name_of(dtype: Any) -> str:
    """The name of NumPy's float16, ml_dtypes' bfloat16, or of a dtype of these types."""
    return str(getattr(dtype, "name", getattr(dtype, "__name__", dtype)))


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """The JSON form of a policy."""
    return serialization.serialize(dtype_policy)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> DTypePolicy:
    """The policy that `serialize` described."""
    return serialization.deserialize(config, {"DTypePolicy": DTypePolicy}, custom_objects, "dtype policy")
