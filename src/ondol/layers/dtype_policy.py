"""Which dtype a layer computes in, and which its weights have."""

from __future__ import annotations

from typing import Any

from ondol.backend.dtypes import FLOATS, floatx
from ondol.errors import unknown_name


class DTypePolicy:
    """A pair of dtypes, by name: "float32" means both.

    Args:
        name: "float16", "bfloat16", "float32" or "float64".
    """

    def __init__(self, name: str) -> None:
        if name not in FLOATS:
            raise unknown_name("dtype policy", name, FLOATS)
        self.name = self.compute_dtype = self.variable_dtype = name

    @classmethod
    def get(cls, dtype: Any) -> DTypePolicy:
        """A policy from its name, a dtype, another policy, or None for floatx."""
        if isinstance(dtype, DTypePolicy):
            return dtype
        if dtype is None:
            return cls(floatx())
        return cls(dtype if isinstance(dtype, str) else getattr(dtype, "name", str(dtype)))

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}
