"""The eager namespace on an NVIDIA GPU: CuPy with NumPy's additions."""

from __future__ import annotations

from ondol.backend.namespace import Namespace, eager_namespace


def load_cupy_namespace() -> Namespace:
    """CuPy's namespace, or an ImportError / RuntimeError that says what is missing."""
    try:
        import cupy
        import cupyx
        from cupyx.scipy.special import erf, erfinv
    except ImportError as error:
        raise ImportError(
            "The eager backend 'cupy' needs the package CuPy, which could not be imported "
            f"({error}). Install it with `pip install 'ondol[cuda]'`, or keep the backend 'numpy'."
        ) from error
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise RuntimeError(
            f"CuPy is installed, but finds no NVIDIA GPU that it can use ({error}). "
            "Check `nvidia-smi` and that CuPy's CUDA version fits the driver, or keep the backend 'numpy'."
        ) from error
    if count == 0:
        raise RuntimeError("CuPy is installed, but this machine has no NVIDIA GPU. Keep the backend 'numpy'.")

    return eager_namespace("cupy", cupy, cupyx.scatter_add, erf, erfinv)
