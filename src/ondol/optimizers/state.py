"""What all optimizers have: arguments, the number of steps made, and a learning rate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any, Self

import numpy as np

from ondol.autograd import Tensor, outside_trace
from ondol.backend.dtypes import floatx
from ondol.errors import unknown_name
from ondol.optimizers import schedules
from ondol.optimizers.schedules import LearningRateSchedule
from ondol.optimizers.slots import Slots

ARGUMENTS = (
    "learning_rate",
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "name",
    "lr",
    "decay",
)


class OptimizerState(Slots):
    """The arguments and Variables of an optimizer; see `Optimizer`."""

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        learning_rate = kwargs.pop("lr", learning_rate)
        self.decay = self.checked("decay", kwargs.pop("decay", None) or 0.0, 0)
        for argument in kwargs:
            own = [name for name in self.get_own_arguments() if name not in ARGUMENTS]
            raise unknown_name(f"argument of {type(self).__name__}", argument, [*ARGUMENTS, *own])
        super().__init__(name or type(self).__name__.lower())
        clips = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        given = {key: self.checked(key, value, 0) for key, value in clips.items() if value is not None}
        if len(given) > 1:
            raise ValueError(
                "Expected at most one of clipnorm, clipvalue and global_clipnorm. "
                f"Received: {', '.join(f'{key}={value}' for key, value in given.items())}."
            )
        self.clipnorm, self.clipvalue, self.global_clipnorm = (given.get(key) for key in clips)
        self.weight_decay = None if weight_decay is None else self.checked("weight_decay", weight_decay, 0)
        self._schedule: LearningRateSchedule | None = None
        self.iterations = self.add_variable((), dtype="int32", name="iteration")
        rate_dtype = "float64" if floatx() == "float64" else "float32"
        self._learning_rate = self.add_variable((), dtype=rate_dtype, name="learning_rate")
        with outside_trace():
            self.learning_rate = learning_rate

    @staticmethod
    def checked(name: str, value: Any, low: float, high: float = math.inf, below: bool = False) -> float:
        """A number within bounds (`below`: less than the upper one), or a ValueError that says so."""
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not number or not low <= value <= high or (below and value == high):
            bounds = (
                f"of [{low:g}, {high:g}{')' if below else ']'}" if high < math.inf else f"of {low:g} or more"
            )
            raise ValueError(f"Expected {name} to be a number {bounds}. Received: {name}={value!r}.")
        return float(value)

    @classmethod
    def get_own_arguments(cls) -> list[str]:
        """Names of the arguments that the class takes."""
        code = cls.__init__.__code__
        return list(code.co_varnames[1 : code.co_argcount])

    # -- learning rate

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a Variable that can be assigned at any time; with a schedule, its value now."""
        return self._learning_rate if self._schedule is None else self._schedule(self.iterations)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(value, LearningRateSchedule):
            self._schedule = value
            return
        if not isinstance(value, (Tensor, np.ndarray)):
            if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= float(value) < math.inf:
                raise ValueError(
                    "Expected learning_rate to be a number, not negative, or an object of a subclass of "
                    f"optimizers.schedules.LearningRateSchedule. Received: learning_rate={value!r}."
                )
            value = float(value)
        self._schedule = None
        self._learning_rate.assign(value)

    @property
    def lr(self) -> Any:
        """`learning_rate` in Keras 2's spelling."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    # -- saving

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this optimizer again (without its slots)."""
        rate = self._learning_rate.numpy()
        config = {
            "name": self.name,
            # the shortest decimal that gives this float32 again: 0.001, not 0.0010000000474974513
            "learning_rate": float(str(rate))
            if self._schedule is None
            else schedules.serialize(self._schedule),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "clipvalue": self.clipvalue,
            "global_clipnorm": self.global_clipnorm,
        }
        return {**config, "decay": self.decay} if self.decay else config

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Self:
        """The optimizer that `get_config` described."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), Mapping):
            config["learning_rate"] = schedules.deserialize(config["learning_rate"], custom_objects)
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
