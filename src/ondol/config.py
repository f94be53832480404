"""Switches for the whole library: `od.config`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ondol.backend import dtypes, side_by_side
from ondol.backend.convolution.permission import allow
from ondol.backend.numpy_namespace import numpy_namespace
from ondol.backend.state import eager_namespace, set_eager_namespace
from ondol.errors import unknown_name

if TYPE_CHECKING:
    from ondol.dtype_policies import DTypePolicy


class Config:
    """What holds for the whole program.

    Example:
        >>> import ondol as od
        >>> od.config.run_eagerly(True)   # step through everything on NumPy
        >>> od.config.runs_eagerly()
        True
        >>> od.config.run_eagerly(False)
    """

    def __init__(self) -> None:
        self._run_eagerly = False

    def run_eagerly(self, on: bool = True) -> None:
        """Run functions and training step by step in Python instead of compiling them."""
        self._run_eagerly = bool(on)

    def runs_eagerly(self) -> bool:
        return self._run_eagerly

    def floatx(self) -> str:
        """The dtype that new floats get."""
        return dtypes.floatx()

    def set_floatx(self, dtype: str) -> None:
        """Choose the dtype that new floats get: "float16", "bfloat16", "float32" or "float64"."""
        dtypes.set_floatx(dtype)

    def dtype_policy(self) -> DTypePolicy:
        """The dtype policy of layers that are made without `dtype=`."""
        from ondol import dtype_policies

        return dtype_policies.dtype_policy()

    def set_dtype_policy(self, policy: Any) -> None:
        """Choose the dtype policy of layers (and models) that are made from now on.

        Args:
            policy: "mixed_bfloat16", "mixed_float16", a float dtype, or a DTypePolicy; None for that of
                `floatx()`, as it was at first.

        Example:
            >>> import ondol as od
            >>> od.config.set_dtype_policy("mixed_bfloat16")
            >>> od.layers.Dense(2).compute_dtype
            'bfloat16'
            >>> od.config.set_dtype_policy(None)
        """
        from ondol import dtype_policies

        dtype_policies.set_dtype_policy(policy)

    def eager_backend(self) -> str:
        """The arrays of eager code: "numpy" or "cupy"."""
        return eager_namespace().name

    def set_eager_backend(self, name: str) -> None:
        """Choose the arrays of eager code: "numpy", or "cupy" on a machine with an NVIDIA GPU.

        Raises:
            ImportError: if CuPy is missing.
            RuntimeError: if CuPy finds no GPU.
        """
        if name == "numpy":
            set_eager_namespace(numpy_namespace)
        elif name == "cupy":
            from ondol.backend.cupy_namespace import load_cupy_namespace

            set_eager_namespace(load_cupy_namespace())
        else:
            raise unknown_name("eager backend", name, ("numpy", "cupy"))

    def set_onednn(self, on: bool) -> None:
        """Whether compiled convolutions may call oneDNN, where it is there and works; programs made before stay.

        The environment variable ONDOL_ONEDNN=0 says no for a whole process. `ondol info` shows what is used.
        """
        allow(on)

    def set_side_by_side(self, on: bool) -> None:
        """Whether `fit` divides batches among a processor's cores where that is faster; programs made before stay.

        It is for sequences: loops over their steps, and attention. The environment variable ONDOL_SIDE_BY_SIDE=0
        says no for a whole process, and then jax sees the processor as one device.
        """
        side_by_side.allow(on)


config = Config()
