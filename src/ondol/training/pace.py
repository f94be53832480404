"""How many steps run between two looks outside: at the progress bar, and whether Ctrl-C was pressed."""

from __future__ import annotations

# Short enough for a smooth progress bar, or, where nobody looks, for Ctrl-C to be answered soon.
SECONDS_WATCHED = 0.1
SECONDS_UNWATCHED = 1.0
SECONDS_OF_EPOCHS = 0.25  # of short epochs that share one call

WORK_PER_ENTRY = 50  # a call works at least so many times longer than it takes to begin
FIRST_STEPS = 8  # while it is not known how long a step takes


class Pace:
    """How long a step takes, learned on the way.

    Args:
        entry: the seconds that a call needs before its first step.
    """

    def __init__(self, entry: float = 0.0) -> None:
        self.entry = entry
        self.seconds: float | None = None  # of one step

    def note(self, steps: int, seconds: float) -> None:
        """Learn from a call that ran so many steps in this time."""
        self.seconds = max(seconds - self.entry, seconds / 2) / max(1, steps)

    def steps(self, left: int, watched: bool) -> int:
        """How many of the steps that are left the next call runs; a small rest is taken along."""
        if self.seconds is None:
            return min(FIRST_STEPS, left)
        between_looks = max(SECONDS_WATCHED if watched else SECONDS_UNWATCHED, WORK_PER_ENTRY * self.entry)
        steps = max(1, int(between_looks / self.seconds))
        return left if left <= 1.5 * steps else steps

    def epochs(self, steps: int) -> int:
        """How many epochs of so many steps to run in one call."""
        return 1 if self.seconds is None else max(1, int(SECONDS_OF_EPOCHS / (self.seconds * steps)))
