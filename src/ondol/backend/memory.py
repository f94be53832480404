"""How much memory is free: for programs' data, on this machine and on the device."""

from __future__ import annotations

import os
from pathlib import Path

from ondol.backend.compile import load_jax


def free_bytes() -> int | None:
    """Bytes that new arrays may take, here and on the device that programs run on; None where nobody tells."""
    known = [b for b in (_on_this_machine(), _in_this_container(), _on_the_device()) if b is not None]
    return min(known) if known else None


def _on_this_machine() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        # Where nobody tells what is free: half of what there is.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return None


def _in_this_container() -> int | None:
    folder = Path("/sys/fs/cgroup")
    try:
        return int((folder / "memory.max").read_text()) - int((folder / "memory.current").read_text())
    except (OSError, ValueError):  # none, or "max"
        return None


def _on_the_device() -> int | None:
    stats = load_jax().devices()[0].memory_stats()
    if not stats or "bytes_limit" not in stats:
        return None
    return int(stats["bytes_limit"]) - int(stats.get("bytes_in_use", 0))
