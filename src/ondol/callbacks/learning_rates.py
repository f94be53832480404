"""The learning rates that a callback may read and change: one, or one of each inner optimizer."""

from __future__ import annotations

from typing import Any


def optimizers_by_log(optimizer: Any) -> dict[str, Any]:
    """The optimizers that have a learning rate, by the name that it has in the logs."""
    if hasattr(optimizer, "optimizers"):
        return {f"learning_rate_{inner.name}": inner for inner in optimizer.optimizers}
    return {"learning_rate": optimizer}


def rates(model: Any) -> dict[str, float]:
    """The learning rates now, by the names that they have in the logs."""
    return {
        name: float(optimizer.learning_rate) for name, optimizer in optimizers_by_log(model.optimizer).items()
    }


def expect_numbers(callback: Any) -> None:
    """Refuse a learning rate that follows a schedule: setting it would end the schedule without a word."""
    for optimizer in optimizers_by_log(callback.model.optimizer).values():
        rate = getattr(optimizer, "inner_optimizer", optimizer)
        if getattr(rate, "_schedule", None) is not None:
            raise ValueError(
                f"Expected an optimizer whose learning rate is a number, for {type(callback).__name__} to change it. "
                f"Received: {optimizer.name} with the schedule {type(rate._schedule).__name__}. Use one of the two: "
                "optimizer.learning_rate = 0.01 sets a number."
            )
