"""The eager namespace on an NVIDIA GPU: CuPy with the same additions as `numpy_namespace`."""

from __future__ import annotations

from typing import Any

from ondol.backend import numpy_namespace as on_numpy
from ondol.backend.numpy_namespace import Namespace


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

    def index_update(x: Any, index: Any, values: Any) -> Any:
        y = cupy.array(x)
        y[index] = values
        return y

    def index_add(x: Any, index: Any, values: Any) -> Any:
        y = cupy.array(x)
        cupyx.scatter_add(y, index, values)
        return y

    def segment_sum(values: Any, ids: Any, n: int) -> Any:
        return index_add(cupy.zeros((n, *values.shape[1:]), values.dtype), ids, values)

    def one_hot(indices: Any, n: int, dtype: Any) -> Any:
        return (cupy.asarray(indices)[..., None] == cupy.arange(n)).astype(dtype)

    def scan(step: Any, carry: Any, xs: Any, reverse: bool = False) -> tuple[Any, Any]:
        leaves = xs if isinstance(xs, tuple) else (xs,)
        order = range(len(leaves[0]))
        ys = []
        for i in reversed(order) if reverse else order:
            carry, y = step(carry, tuple(leaf[i] for leaf in leaves) if isinstance(xs, tuple) else xs[i])
            ys.append(y)
        if reverse:
            ys.reverse()
        if ys and isinstance(ys[0], tuple):
            return carry, tuple(cupy.stack(column) for column in zip(*ys, strict=True))
        return carry, cupy.stack(ys) if ys and ys[0] is not None else None

    return Namespace(
        "cupy",
        cupy,
        {
            "erf": erf,
            "erfinv": erfinv,
            "index_update": index_update,
            "index_add": index_add,
            "one_hot": one_hot,
            "segment_sum": segment_sum,
            "scan": scan,
            "fori": on_numpy.fori,
            "while_loop": on_numpy.while_loop,
            "cond": on_numpy.cond,
            "dynamic_slice": on_numpy.dynamic_slice,
            "take_rows": on_numpy.take_rows,
        },
    )
