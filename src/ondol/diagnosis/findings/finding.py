"""Finding: one thing that is wrong, how it shows, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What the doctor says.

    Attributes:
        name: such as "vanishing gradients".
        seen: the numbers that led there.
        means: what they mean.
        remedy: what to try first.
        layers: the layers where it shows.
    """

    name: str
    seen: str
    means: str
    remedy: str
    layers: tuple[str, ...] = ()


def quoted(names: tuple[str, ...], most: int = 4) -> str:
    """Names of layers for a sentence."""
    shown = ", ".join(f"'{name}'" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
