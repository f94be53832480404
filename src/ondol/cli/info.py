"""`ondol info`: what is installed, what it runs on, what it keeps on disk."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import click

from ondol.cli import screen
from ondol.cli.errors import debug_option

_LIBRARIES = (
    "jax",
    "jaxlib",
    "numpy",
    "scipy",
    "scikit-learn",
    "matplotlib",
    "pillow",
    "cupy",
)
# Of each data set the files that it is read from; the first is what a download leaves.
_DATA_SETS = (
    ("mnist.npz",),
    ("cifar-10-binary.tar.gz", "cifar10.npz", "cifar10_sample.npz"),
    ("boston_housing.npz",),
    ("tinyshakespeare.txt",),
)


@click.command()
@debug_option
def info() -> None:
    """Show versions, devices, and what is kept on disk."""
    screen.facts([*versions(), *machinery(), *folders()])


def versions() -> Iterator[tuple[str, str]]:
    """Ondol, Python and every library, or that it is missing."""
    from importlib.metadata import PackageNotFoundError, version

    import ondol

    yield "ondol", ondol.__version__
    yield "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            if name != "cupy":  # an extra that most people do without
                yield name, "not installed"


def machinery() -> Iterator[tuple[str, str]]:
    """What eager code and compiled programs run on."""
    import ondol

    yield "eager arrays", ondol.config.eager_backend()
    try:
        yield "devices", ", ".join(map(str, ondol.devices()))
    except (ImportError, OSError, RuntimeError) as error:
        yield "devices", f"none for compiled programs ({error}); --eager works without"
        return
    from ondol.backend.convolution import onednn

    yield "oneDNN convolutions", onednn.status() if onednn.is_allowed() else "switched off"


def folders() -> Iterator[tuple[str, str]]:
    """The folders on disk with their sizes, and the data sets found in them."""
    from ondol.backend.home import ondol_home

    try:
        home = ondol_home()
    except OSError as error:
        yield "Ondol home", str(error)
        return
    yield "Ondol home", f"{home}, {describe_size(home)}"
    yield "compiled programs", describe_cache(home / "compiled")
    chosen = os.environ.get("ONDOL_DATASETS")
    places = [Path(chosen).expanduser().absolute()] if chosen else []
    places.append(home / "datasets")
    for names in _DATA_SETS:
        files = [place / name for name in names for place in places if (place / name).is_file()]
        for found in files:
            yield found.name, f"{found}, {describe_size(found)}"
        if not files:
            yield names[0], "not downloaded yet"


def describe_cache(folder: Path) -> str:
    if os.environ.get("ONDOL_NO_COMPILATION_CACHE"):
        return "not kept (ONDOL_NO_COMPILATION_CACHE is set)"
    programs = [path for path in folder.glob("*") if path.is_file() and not path.name.endswith("-atime")]
    return f"{len(programs)} kept, {describe_size(folder)}"


def describe_size(path: Path) -> str:
    """The size of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    size = float(sum(file.stat().st_size for file in files))
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "bytes" or size >= 10 else f"{size:.1f} {unit}"
