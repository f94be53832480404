"""Convolutions by oneDNN, a library that jaxlib for x86-64 Linux carries and XLA can be told to call.

Measured at 1.5 to 2.4 times the speed of XLA's own. But jax promises neither that it is there nor what its call looks
like, and a wrong configuration would end the process. So a process of its own tries it first, against the plain
lowering; what it found is remembered for this version of jaxlib. `od.config.set_onednn(False)`, or ONDOL_ONEDNN=0 in
the environment, turns it off.
"""

from __future__ import annotations

import functools
import json
import os
import platform
import subprocess
import sys
from typing import Any

import jax
import numpy as np

from ondol.backend.apart import settled
from ondol.backend.compile_options import forbid_storing
from ondol.backend.convolution.geometry import Geometry
from ondol.backend.convolution.permission import is_allowed
from ondol.backend.home import ondol_home

TARGET = "__onednn$convolution"
PROBE = "from ondol.backend.convolution.onednn_probe import probe; probe()"
SECONDS_TO_PROBE = 120


def is_used() -> bool:
    """Whether compiled convolutions may call the library."""
    return is_allowed() and status() == "used"


@functools.cache
def status() -> str:
    """ "used", or why not; tried once for each version of jaxlib."""
    if not is_possible():
        return "not tried: only jaxlib for Linux on x86-64 carries it, for programs that run on the CPU"
    return remembered() or remember(tried())


def is_possible() -> bool:
    """Whether it is worth trying."""
    on_x86 = sys.platform == "linux" and platform.machine() in ("x86_64", "AMD64")
    return on_x86 and jax.default_backend() == "cpu"


def remembered() -> str | None:
    """What an earlier process found for this version of jaxlib and of the probe."""
    try:
        return json.loads(_record().read_text())["status"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(found: str) -> str:
    try:
        record = _record()
        temporary = record.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({"status": found}))
        temporary.replace(record)
    except OSError:
        pass  # tried again by the next process
    return found


def _record() -> Any:
    import jaxlib

    return ondol_home() / f"onednn-{jaxlib.__version__}-{platform.node()}.json"


def tried() -> str:
    """What a process of its own finds; it may crash."""
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "ONDOL_ONEDNN": "0"}
    try:
        process = subprocess.run(
            [sys.executable, "-c", PROBE],
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_PROBE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"could not be tried: {type(error).__name__}"
    if process.returncode == 0 and process.stdout.strip().endswith("works"):
        return "used"
    lines = (process.stderr.strip() or process.stdout.strip() or "no message").splitlines()
    return f"does not work here (exit status {process.returncode}): {lines[-1][:200]}"


def knows(x: Any, geometry: Geometry) -> bool:
    """Whether the library has a fast kernel for these arrays."""
    return x.dtype in (np.float32, jax.numpy.bfloat16) and geometry.rank <= 2 and 0 not in x.shape


def convolution(x: Any, w: Any, geometry: Geometry) -> Any:
    """The convolution, one- or two-dimensional, of arrays whose channels come last."""
    if geometry.rank == 1:
        flat = Geometry(
            (1, *geometry.strides), ((0, 0), *geometry.padding), (1, *geometry.dilation), geometry.groups
        )
        return convolution(x[:, None], w[None], flat)[:, 0]
    out = geometry.output_lengths(x.shape[1:-1], w.shape[:2])
    return _call(x, w, (2, 3, 0, 1), (x.shape[0], *out, w.shape[-1]), geometry)


def kernel_gradient(x: Any, dy: Any, window: tuple[int, ...], geometry: Geometry) -> Any:
    """The gradient for the kernel as one convolution; two-dimensional, without groups or dilation.

    The images, transposed to (1, H, W * channels, samples), are convolved with dy as a kernel; its taps lie a whole
    pixel, which is `channels` places, apart.
    """
    n, h, wide, channels = x.shape
    s, t = geometry.strides
    oh, ow, filters = dy.shape[1:]
    (top, _), (left, _) = geometry.padding
    bottom = (oh - 1) * s + window[0] - h - top
    right = (ow - 1) * t + window[1] - wide - left
    if h + bottom <= 0 or wide + right <= 0:  # the windows have seen nothing but margins
        return jax.numpy.zeros((*window, channels, filters), x.dtype)
    # Settled, because XLA would compute x, the sums of a normalization included, again for each element it moves.
    images = settled(x).reshape(n, -1).T.reshape(1, h, wide * channels, n)
    if bottom < 0:  # rows that no window has seen
        images, bottom = images[:, :bottom], 0
    if right < 0:
        images, right = images[:, :, : right * channels], 0
    margins = ((top, bottom), (left * channels, right * channels))
    over = Geometry((1, 1), margins, (s, t * channels))
    dw = _call(images, dy, (0, 3, 1, 2), (1, window[0], window[1] * channels, filters), over)
    return dw.reshape(*window, channels, filters)


def _call(x: Any, w: Any, kernel_axes: tuple[int, ...], shape: tuple[int, ...], geometry: Geometry) -> Any:
    """The library's convolution; `kernel_axes` are those of channels, filters, rows and columns in w."""

    def texts(numbers: Any) -> list[str]:
        return [str(number) for number in numbers]

    image = {"dims": "4", "data": {"batch_dim": "0", "feature_dim": "3", "spatial_dims": ["1", "2"]}}
    config = {
        "outer_dimension_partitions": [],
        "onednn_conv_config": {
            "dims": "4",
            "input": image,
            "kernel": {
                "dims": "4",
                "filter": {
                    "input_feature_dim": str(kernel_axes[0]),
                    "output_feature_dim": str(kernel_axes[1]),
                    "spatial_dims": texts(kernel_axes[2:]),
                },
            },
            "output": image,
            "window": {
                "size": [],
                "pad_left": texts(before for before, _ in geometry.padding),
                "pad_right": texts(after for _, after in geometry.padding),
                "strides": texts(geometry.strides),
                "window_dilations": texts(geometry.dilation),
            },
            "feature_groups": str(geometry.groups),
        },
    }
    forbid_storing()
    call = jax.ffi.ffi_call(
        TARGET,
        jax.ShapeDtypeStruct(shape, x.dtype),
        custom_call_api_version=1,
        legacy_backend_config=json.dumps(config),
    )
    return call(x, w)
