"""What all optimizers have: arguments, the number of steps made, and a learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, Self

import numpy as np

from ondol.autograd import Tensor, outside_trace
from ondol.autograd.trace import Assumption
from ondol.backend.dtypes import floatx
from ondol.errors import unknown_name
from ondol.optimizers import checks, schedules
from ondol.optimizers.schedules import LearningRateSchedule
from ondol.optimizers.slots import Slots

ARGUMENTS = (
    "learning_rate",
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
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
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        learning_rate = kwargs.pop("lr", learning_rate)
        self.decay = checks.number("decay", kwargs.pop("decay", None) or 0.0, 0)
        for argument in kwargs:
            own = [name for name in self.get_own_arguments() if name not in ARGUMENTS]
            raise unknown_name(f"argument of {type(self).__name__}", argument, [*ARGUMENTS, *own])
        super().__init__(name or type(self).__name__.lower())
        clips = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        given = {key: checks.number(key, value, 0) for key, value in clips.items() if value is not None}
        if len(given) > 1:
            raise ValueError(
                "Expected at most one of clipnorm, clipvalue and global_clipnorm. "
                f"Received: {', '.join(f'{key}={value}' for key, value in given.items())}."
            )
        self.clipnorm, self.clipvalue, self.global_clipnorm = (given.get(key) for key in clips)
        self.weight_decay = _unless_none(checks.number, "weight_decay", weight_decay, 0)
        self.use_ema = bool(use_ema)
        self.ema_momentum = checks.number("ema_momentum", ema_momentum, 0, 1)
        self.ema_overwrite_frequency = _unless_none(
            checks.count, "ema_overwrite_frequency", ema_overwrite_frequency, 1
        )
        self.loss_scale_factor = loss_scale_factor
        if loss_scale_factor is not None:
            self.loss_scale_factor = checks.number("loss_scale_factor", loss_scale_factor, 0, above=True)
        self.gradient_accumulation_steps = _unless_none(
            checks.count, "gradient_accumulation_steps", gradient_accumulation_steps, 2
        )
        self._schedule: LearningRateSchedule | None = None
        self.iterations = self.add_variable((), dtype="int32", name="iteration")
        rate_dtype = "float64" if floatx() == "float64" else "float32"
        self._learning_rate = self.add_variable((), dtype=rate_dtype, name="learning_rate")
        with outside_trace():
            self.learning_rate = learning_rate

    checked = staticmethod(checks.number)

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

    def _same_schedule(self) -> Assumption:
        """For programs: they compute the schedule that there is while they are traced."""
        schedule = self._schedule

        def changed() -> str | None:
            now = self._schedule
            what = "a number" if now is None else f"another schedule ({type(now).__name__})"
            return None if now == schedule else f"the learning rate of {self.name} is {what} now"

        return changed

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
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
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


def _unless_none(check: Callable, name: str, value: Any, low: float) -> Any:
    return None if value is None else check(name, value, low)
