"""Adagrad: shorter steps for weights that have had large gradients."""

from __future__ import annotations

from typing import Any

from ondol.optimizers.base import Optimizer


class Adagrad(Optimizer):
    r"""a ← a + g², w ← w - η g / √(a + ε).

    Args:
        learning_rate: η, a number or a schedule. The original paper uses 1.0.
        initial_accumulator_value: what a starts from.
        epsilon: ε.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0)
        >>> od.optimizers.Adagrad(0.5, initial_accumulator_value=0.0).apply([od.tensor(2.0)], [w])
        >>> float(w)
        2.5

    Reference:
        Duchi, Hazan, Singer: "Adaptive subgradient methods for online learning and stochastic optimization"
        (2011).
    """

    slots = ("accumulator",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
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
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.initial_accumulator_value = self.checked(
            "initial_accumulator_value", initial_accumulator_value, 0
        )
        self.epsilon = self.checked("epsilon", epsilon, 0)
        self.initial_values = {"accumulator": self.initial_accumulator_value}

    def step(self, w: Any, g: Any, lr: Any, t: Any, a: Any) -> tuple[Any, ...]:
        a = a + g * g
        return w - lr * g / self.xp.sqrt(a + self.epsilon), a

    def get_config(self) -> dict[str, Any]:
        own = {"initial_accumulator_value": self.initial_accumulator_value, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
