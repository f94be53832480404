"""The devices that compiled programs can run on."""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Device:
    """One processor: `kind` is "cpu", "gpu" or "tpu"."""

    kind: str
    index: int
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.index} ({self.name})"


def devices() -> list[Device]:
    """The devices of the compiled backend; the first is the one that is used.

    Example:
        >>> import ondol as od
        >>> od.devices()[0].kind in ("cpu", "gpu", "tpu")
        True
    """
    from ondol.backend.compile import load_jax

    found = load_jax().devices()
    if found[0].platform == "cpu":
        found = found[:1]  # it may stand for several, see `backend.side_by_side`
    return [Device(d.platform, d.id, d.device_kind) for d in found]


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def nvidia_gpus() -> list[str]:
    """Names of the NVIDIA GPUs that the driver sees, whether or not the backend can use them."""
    if (
        sys.platform == "linux"
        and not Path("/proc/driver/nvidia").exists()
        and not Path("/dev/nvidia0").exists()
    ):
        return []  # the usual case costs two look-ups and starts no process
    import shutil
    import subprocess

    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, "--query-gpu=name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in answer.stdout.splitlines() if line.strip()]


@functools.cache
def warn_of_unused_gpu() -> None:
    """Say once, loudly, that a GPU is there but compiled programs will run on the CPU."""
    if os.environ.get("JAX_PLATFORMS") == "cpu":
        return  # chosen on purpose
    names = nvidia_gpus()
    if names and all(device.kind == "cpu" for device in devices()):
        print(
            f"ondol: this machine has an NVIDIA GPU ({names[0]}), but compiled programs will run on the CPU.\n"
            "       The installed jax has no CUDA support: `pip install 'ondol[cuda]'` adds it.\n"
            "       To use the CPU on purpose, set JAX_PLATFORMS=cpu; this message then goes away.",
            file=sys.stderr,
        )
