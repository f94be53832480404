"""Adamax: Adam with the largest recent gradient in place of their mean square."""

from __future__ import annotations

from typing import Any

from ondol.optimizers.adam import one_minus_power
from ondol.optimizers.base import Optimizer


class Adamax(Optimizer):
    r"""Adam under the largest norm: m ← m + (1 - β₁) (g - m), u ← max(β₂ u, |g|), w ← w - η m / ((1 - β₁ᵗ) (u + ε)).

    Args:
        learning_rate: η, a number or a schedule.
        beta_1: β₁ of [0, 1), how long the mean remembers.
        beta_2: β₂ of [0, 1), how long a large gradient is remembered.
        epsilon: ε.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0)
        >>> od.optimizers.Adamax(0.5).apply([od.tensor(2.0)], [w])
        >>> round(float(w), 4)  # the first step is η long, whatever the gradient
        2.5

    Reference:
        Kingma, Ba: "Adam: a method for stochastic optimization" (2015), section 7.1.
    """

    slots = ("momentum", "norm")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
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
        self.beta_1 = self.checked("beta_1", beta_1, 0, 1, below=True)
        self.beta_2 = self.checked("beta_2", beta_2, 0, 1, below=True)
        self.epsilon = self.checked("epsilon", epsilon, 0)

    def prepare(self, lr: Any, t: Any) -> Any:
        return lr / one_minus_power(self.xp, self.beta_1, t)

    def step(self, w: Any, g: Any, lr: Any, t: Any, m: Any, u: Any) -> tuple[Any, ...]:
        xp = self.xp
        m = m + (1 - self.beta_1) * (g - m)
        u = xp.maximum(self.beta_2 * u, xp.abs(g))
        return w - lr * m / (u + self.epsilon), m, u

    def get_config(self) -> dict[str, Any]:
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
