"""Saved models, as a person names them."""

from __future__ import annotations

from pathlib import Path


def model_file(path: Path) -> Path:
    """The file itself, or that in the folder that `ondol train` filled."""
    from ondol.experiments.report import MODEL

    return path / MODEL if path.is_dir() else path
