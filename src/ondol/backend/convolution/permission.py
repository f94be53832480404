"""Whether compiled convolutions may call oneDNN. (Apart from `onednn`, which imports jax.)"""

from __future__ import annotations

import os

_allowed: list[bool] = []  # what the program said last


def allow(on: bool) -> None:
    """Use the library where it works, or never."""
    _allowed[:] = [bool(on)]


def is_allowed() -> bool:
    """What the program said, else what the environment says."""
    return _allowed[0] if _allowed else os.environ.get("ONDOL_ONEDNN", "1") != "0"
