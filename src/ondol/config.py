"""Switches for the whole library: `od.config`."""

from __future__ import annotations

from ondol.backend import dtypes
from ondol.backend.numpy_namespace import numpy_namespace
from ondol.backend.state import eager_namespace, set_eager_namespace
from ondol.errors import unknown_name


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


config = Config()
