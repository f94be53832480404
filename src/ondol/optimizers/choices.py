"""Which Variables an optimizer treats differently: without weight decay, with a learning rate of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

from ondol.autograd import Variable
from ondol.optimizers import checks
from ondol.optimizers.chosen import Chosen
from ondol.optimizers.state import OptimizerState


class VariableChoices(OptimizerState):
    """The part of an `Optimizer` that tells its Variables apart."""

    _undecayed: Chosen | None = None
    _multiplied: tuple[tuple[float, Chosen], ...] = ()

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        """Let weight decay pass over some Variables, such as biases and the scales of normalizations.

        Args:
            var_list: Variables, or layers for all of theirs.
            var_names: regular expressions that are looked for in names ("bias"), with a slash in paths ("dense/").

        Raises:
            ValueError: once the optimizer was built.

        Example:
            >>> import ondol as od
            >>> w, b = od.Variable(2.0, name="kernel"), od.Variable(2.0, name="bias")
            >>> optimizer = od.optimizers.AdamW(0.5, weight_decay=0.5)
            >>> optimizer.exclude_from_weight_decay(var_names=["bias"])
            >>> optimizer.apply([0.0, 0.0], [w, b])
            >>> float(w), float(b)
            (1.5, 2.0)
        """
        self._before_it_is_built("exclude_from_weight_decay")
        self._undecayed = Chosen(var_list, var_names)

    def multiply_learning_rate(self, multiplier: float, var_list: Any = None, var_names: Any = None) -> None:
        """Let some Variables learn faster or slower than the learning rate says; several calls multiply.

        Args:
            multiplier: factor of the learning rate; 0 to hold them still.
            var_list: Variables, or layers for all of theirs.
            var_names: regular expressions that are looked for in names ("bias"), with a slash in paths ("dense/").

        Raises:
            ValueError: for a negative multiplier, or once the optimizer was built.

        Example:
            >>> import ondol as od
            >>> pretrained, head = od.Variable(1.0), od.Variable(1.0)
            >>> optimizer = od.optimizers.SGD(0.5)
            >>> optimizer.multiply_learning_rate(0.25, [pretrained])
            >>> optimizer.apply([1.0, 1.0], [pretrained, head])
            >>> float(pretrained), float(head)
            (0.875, 0.5)
        """
        self._before_it_is_built("multiply_learning_rate")
        multiplier = checks.number("multiplier", multiplier, 0)
        self._multiplied = (*self._multiplied, (multiplier, Chosen(var_list, var_names)))

    def _before_it_is_built(self, name: str) -> None:
        if self.built:
            raise ValueError(
                f"Expected {name}() before the first step of {self.name}. Received: a call after it. "
                "Make a new optimizer, choose, and then train."
            )

    def decays(self, variable: Variable) -> bool:
        """Whether weight decay is meant for a Variable."""
        return self._undecayed is None or variable not in self._undecayed

    def weight_decay_of(self, variable: Variable) -> float | None:
        """The weight decay of a Variable, None where it is excluded."""
        return self.weight_decay if self.decays(variable) else None

    def learning_rate_multiplier_of(self, variable: Variable) -> float:
        """The factor of the learning rate for a Variable."""
        return math.prod(multiplier for multiplier, chosen in self._multiplied if variable in chosen)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self._undecayed is not None:
            config["excluded_from_weight_decay"] = self._undecayed.get_config()
        if self._multiplied:
            chosen = [{"multiplier": factor, **chosen.get_config()} for factor, chosen in self._multiplied]
            config["learning_rate_multipliers"] = chosen
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Self:
        config = dict(config)
        excluded = config.pop("excluded_from_weight_decay", None)
        multiplied = config.pop("learning_rate_multipliers", ())
        optimizer = super().from_config(config, custom_objects)
        if excluded is not None:
            optimizer._undecayed = Chosen.from_config(excluded)
        optimizer._multiplied = tuple([(c["multiplier"], Chosen.from_config(c)) for c in multiplied])
        return optimizer
