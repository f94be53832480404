"""Which lowering of a convolution compiled code uses: decided here for each shape and platform.

On a CPU jax's own lowering trains a convolutional network 2 to 4 times slower than PyTorch; the forms chosen here
were the fastest of those measured (benchmarks/README.md). Elsewhere the plain one is what the vendor's library wants.
"""

from __future__ import annotations

from typing import Any

import jax

from ondol.backend.compile_options import want_option
from ondol.backend.convolution import onednn, plain, rewritten
from ondol.backend.convolution.eager import is_depthwise
from ondol.backend.convolution.geometry import Geometry

OPTIONS = {
    # XLA's small library for the CPU is slower than its other one for convolutions, and faster for the rest.
    "xla_cpu_experimental_ynn_fusion_type": (
        "LIBRARY_FUSION_TYPE_DOT,LIBRARY_FUSION_TYPE_REDUCE,LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT"
    ),
    # One convolution keeps all cores busy, so that nothing is won by several at once, and an eighth of the memory lost.
    "xla_cpu_scheduler_type": "CPU_SCHEDULER_TYPE_MEMORY_OPTIMIZED",
    # The loops between convolutions run as fast; compiling them takes 50 MB of 500 and a tenth of the time less.
    "xla_backend_optimization_level": "1",
}

# From how many channels on the library's form of the gradient for the kernel is faster than XLA's.
CHANNELS_FOR_ONEDNN = 3


def convolution(x: Any, w: Any, geometry: Geometry) -> Any:
    if not _on_cpu():
        return plain.convolution(x, w, geometry)
    if geometry.is_pointwise(w.shape[:-2]):
        return rewritten.pointwise(x, w, geometry)
    return _convolve(x, w, geometry)


def input_gradient(dy: Any, w: Any, lengths: tuple[int, ...], geometry: Geometry) -> Any:
    if not _on_cpu() or 0 in dy.shape:
        return plain.input_gradient(dy, w, lengths, geometry)
    if geometry.is_pointwise(w.shape[:-2]):
        return rewritten.pointwise_input_gradient(dy, w, lengths, geometry)
    if set(geometry.strides) == {1}:
        return rewritten.input_gradient_by_turning(_convolve, dy, w, lengths, geometry)
    if set(geometry.dilation) == {1}:
        return rewritten.input_gradient_by_phases(_convolve, dy, w, lengths, geometry)
    return rewritten.input_gradient_by_spreading(_convolve, dy, w, lengths, geometry)


def kernel_gradient(x: Any, dy: Any, window: tuple[int, ...], geometry: Geometry) -> Any:
    if not _on_cpu() or 0 in x.shape or 0 in dy.shape:
        return plain.kernel_gradient(x, dy, window, geometry)
    if geometry.is_pointwise(window):
        return rewritten.pointwise_kernel_gradient(x, dy, window, geometry)
    if geometry.groups == x.shape[-1] > 1:
        return rewritten.depthwise_kernel_gradient(x, dy, window, geometry)
    plainly_laid = geometry.rank == 2 and geometry.groups == 1 and set(geometry.dilation) == {1}
    if plainly_laid and x.shape[-1] >= CHANNELS_FOR_ONEDNN and onednn.knows(x, geometry) and onednn.is_used():
        return onednn.kernel_gradient(x, dy, window, geometry)
    return plain.kernel_gradient(x, dy, window, geometry)


def _convolve(x: Any, w: Any, geometry: Geometry) -> Any:
    if is_depthwise(w, geometry):
        return rewritten.depthwise(x, w, geometry)
    if onednn.knows(x, geometry) and onednn.is_used():
        return onednn.convolution(x, w, geometry)
    return plain.convolution(x, w, geometry)


def _on_cpu() -> bool:
    if jax.default_backend() != "cpu":
        return False
    for option in OPTIONS.items():
        want_option(*option)
    return True
