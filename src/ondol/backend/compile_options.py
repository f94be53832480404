"""What a program asks of its compilation while it is traced, since only its rules know what is in it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Wishes:
    """Options of XLA, whether the program can be written to the cache on disk, and `count_multiplications`."""

    options: dict[str, str] = field(default_factory=dict)
    storable: bool = True
    multiplications: int = 0


_wishes: ContextVar[Wishes | None] = ContextVar("ondol_compile_wishes", default=None)


def want_option(name: str, value: str) -> None:
    """Ask for an option of the program that is being traced; without effect elsewhere."""
    wishes = _wishes.get()
    if wishes is not None:
        wishes.options[name] = value


def forbid_storing() -> None:
    """Keep the program that is being traced out of the cache on disk."""
    wishes = _wishes.get()
    if wishes is not None:
        wishes.storable = False


def count_multiplications(count: int) -> None:
    """Say how many the program that is being traced makes in places that XLA does not share well among the cores."""
    wishes = _wishes.get()
    if wishes is not None:
        wishes.multiplications += count


@contextmanager
def collected_wishes() -> Iterator[Wishes]:
    """What the rules that are traced within ask for."""
    wishes = Wishes()
    token = _wishes.set(wishes)
    try:
        yield wishes
    finally:
        _wishes.reset(token)


def known_to_xla(options: dict[str, str]) -> dict[str, str]:
    """Those of the options that this version of XLA has: they come and go, and all of them are about speed only."""
    return {name: value for name, value in options.items() if _is_known(name, value)}


@functools.cache
def _is_known(name: str, value: str) -> bool:
    import jax

    try:
        jax.jit(lambda: 0).lower().compile(compiler_options={name: value})
    except (RuntimeError, ValueError, TypeError):
        return False
    return True
