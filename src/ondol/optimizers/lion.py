"""Lion: every weight moves by the same amount, in the direction that momentum and gradient agree on."""

from __future__ import annotations

from typing import Any

from ondol.optimizers.base import Optimizer


class Lion(Optimizer):
    r"""w ← w - η sign(β₁ m + (1 - β₁) g), then m ← β₂ m + (1 - β₂) g.

    Its steps are longer than Adam's, so η is to be 3 to 10 times smaller, and weight_decay as much larger.

    Args:
        learning_rate: η, a number or a schedule.
        beta_1: β₁ of (0, 1], the share of the momentum in the direction.
        beta_2: β₂ of [0, 1], how long the momentum remembers.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable([3.0, -3.0])
        >>> od.optimizers.Lion(0.5).apply([od.tensor([2.0, -0.01])], [w])
        >>> w.tolist()
        [2.5, -2.5]

    Reference:
        Chen et al.: "Symbolic discovery of optimization algorithms" (2023).
    """

    slots = ("momentum",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
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
        self.beta_1 = self.checked("beta_1", beta_1, 0, 1, above=True)
        self.beta_2 = self.checked("beta_2", beta_2, 0, 1)

    def step(self, w: Any, g: Any, lr: Any, t: Any, m: Any) -> tuple[Any, ...]:
        direction = self.xp.sign(self.beta_1 * m + (1 - self.beta_1) * g)
        return w - lr * direction, self.beta_2 * m + (1 - self.beta_2) * g

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2}
