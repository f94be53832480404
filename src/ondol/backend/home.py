"""The Ondol home: the one folder on disk where Ondol keeps what it can make or fetch again."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def ondol_home() -> Path:
    """The folder for downloaded data sets and compiled programs, created on first use.

    It is `ONDOL_HOME` where that is set, else `ondol` in the platform's cache folder: `$XDG_CACHE_HOME` or
    `~/.cache` (Linux), `~/Library/Caches` (macOS), `%LOCALAPPDATA%` (Windows).

    Returns:
        Its absolute path. A folder created here can be read by its owner alone (mode 0700).

    Raises:
        OSError: the folder cannot be created.

    Example:
        >>> from ondol.backend.home import ondol_home
        >>> ondol_home().is_dir()
        True
    """
    try:
        home = _chosen_home()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        raise OSError(
            "Expected a folder that can be created for Ondol's data and compiled programs. "
            f"Received: {error}. Set the environment variable ONDOL_HOME to a folder that you can write to."
        ) from error
    return home


def _chosen_home() -> Path:
    chosen = os.environ.get("ONDOL_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return _user_cache() / "ondol"


def _user_cache() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The XDG specification asks programs to ignore a relative path.
    return chosen if chosen.is_absolute() else Path.home() / ".cache"
