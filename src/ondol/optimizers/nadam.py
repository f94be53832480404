"""Nadam: Adam with Nesterov's look ahead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ondol.autograd import Variable
from ondol.optimizers.adam import one_minus_power
from ondol.optimizers.base import Optimizer


class Nadam(Optimizer):
    r"""Adam whose momentum already counts the next step.

    m and v are Adam's. Momentum grows: $\mu_t = \beta_1 (1 - 0.96^t / 2)$, with the product
    $\Pi_t = \mu_1 \cdots \mu_t$. Then $\hat m = \mu_{t+1} m / (1 - \Pi_{t+1}) + (1 - \mu_t) g / (1 - \Pi_t)$ and
    $\hat v = v / (1 - \beta_2^t)$ give $w \leftarrow w - \eta \hat m / (\sqrt{\hat v} + \epsilon)$.

    Args:
        learning_rate: η, a number or a schedule.
        beta_1, beta_2: β₁ and β₂ of [0, 1), how long the means remember.
        epsilon: ε.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0)
        >>> od.optimizers.Nadam(0.1).apply([od.tensor(2.0)], [w])
        >>> bool(float(w) < 2.9)  # further than Adam's first step
        True

    Reference:
        Dozat: "Incorporating Nesterov momentum into Adam" (2016).
    """

    slots = ("momentum", "velocity")

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

    def build(self, variables: Iterable[Variable]) -> None:
        first = not self.built
        super().build(variables)
        if first:
            self.product = self.add_variable((), "ones", self.widest_dtype(), "u_product")

    def _momentum(self, t: Any) -> Any:
        return self.beta_1 * (1 - 0.5 * self.xp.power(0.96, t))

    def begin_step(self, lr: Any, t: Any) -> None:
        product = self.product.data
        self.product.assign_array(product * self._momentum(t.astype(product.dtype)))

    def prepare(self, lr: Any, t: Any) -> Any:
        product = self.product.data.astype(lr.dtype)
        now, after = self._momentum(t), self._momentum(t + 1)
        of_m, of_g = lr * after / (1 - product * after), lr * (1 - now) / (1 - product)
        return of_m, of_g, one_minus_power(self.xp, self.beta_2, t)

    def step(self, w: Any, g: Any, lr: Any, t: Any, m: Any, v: Any) -> tuple[Any, ...]:
        of_m, of_g, left = lr
        m = m + (1 - self.beta_1) * (g - m)
        v = v + (1 - self.beta_2) * (g * g - v)
        return w - (of_m * m + of_g * g) / (self.xp.sqrt(v / left) + self.epsilon), m, v

    def get_config(self) -> dict[str, Any]:
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
