"""Switches that the program sets, or else the environment."""

from __future__ import annotations

import os


class Switch:
    """On, unless the program or the environment variable says otherwise; the program's last word counts.

    Args:
        variable: the environment variable, which "0" turns off.
    """

    def __init__(self, variable: str) -> None:
        self.variable = variable
        self.said: bool | None = None

    def set(self, on: bool) -> None:
        """Say it for the program."""
        self.said = bool(on)

    def is_on(self) -> bool:
        """What the program said last, else what the environment says."""
        return os.environ.get(self.variable, "1") != "0" if self.said is None else self.said
