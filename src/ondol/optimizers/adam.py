"""Adam and AdamW: momentum, divided by the recent size of the gradient."""

from __future__ import annotations

import math
from typing import Any

from ondol.optimizers.base import Optimizer


class Adam(Optimizer):
    r"""Running means of g and g², freed of their start at zero.

    m ← m + (1 - β₁) (g - m), v ← v + (1 - β₂) (g² - v), w ← w - α m / (√v + ε), with
    $\alpha = \eta \sqrt{1 - \beta_2^t} / (1 - \beta_1^t)$ in step t (the paper's efficient form, and its ε̂).
    AMSGrad divides by the largest √v so far.

    Args:
        learning_rate: η, a number or a schedule.
        beta_1, beta_2: β₁ and β₂ of [0, 1), how long the means remember.
        epsilon: ε.
        amsgrad: whether v may only grow.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0)
        >>> adam = od.optimizers.Adam(0.1)
        >>> adam.apply([od.tensor(2.0)], [w])
        >>> round(float(w), 4)  # the first step is η long, whatever the gradient
        2.9

    Reference:
        Kingma, Ba: "Adam: a method for stochastic optimization" (2015); Reddi, Kale, Kumar: "On the
        convergence of Adam and beyond" (2018).
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        self.amsgrad = amsgrad
        self.slots = ("momentum", "velocity", "velocity_hat" if amsgrad else None)

    def prepare(self, lr: Any, t: Any) -> Any:
        xp = self.xp
        return lr * xp.sqrt(one_minus_power(xp, self.beta_2, t)) / one_minus_power(xp, self.beta_1, t)

    def step(self, w: Any, g: Any, lr: Any, t: Any, m: Any, v: Any, v_hat: Any) -> tuple[Any, ...]:
        xp = self.xp
        m = m + (1 - self.beta_1) * (g - m)
        v = v + (1 - self.beta_2) * (g * g - v)
        if self.amsgrad:
            v_hat = xp.maximum(v_hat, v)
        root = xp.sqrt(v_hat if self.amsgrad else v)
        return w - lr * m / (root + self.epsilon), m, v, v_hat

    def get_config(self) -> dict[str, Any]:
        own = {
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
        return {**super().get_config(), **own}


class AdamW(Adam):
    """Adam whose weight decay does not pass through the running means: w ← w - η λ w, then Adam's step.

    Args:
        learning_rate: η, a number or a schedule.
        weight_decay: λ.
        beta_1, beta_2, epsilon, amsgrad: see `Adam`.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0)
        >>> od.optimizers.AdamW(0.1, weight_decay=0.5).apply([od.tensor(2.0)], [w])
        >>> round(float(w), 4)  # 3 - 0.1 * 0.5 * 3 - 0.1
        2.75

    Reference:
        Loshchilov, Hutter: "Decoupled weight decay regularization" (2019).
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        if weight_decay is None:
            raise ValueError(
                "Expected weight_decay to be a number. Received: weight_decay=None. Use Adam without it."
            )
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, clipnorm, clipvalue, global_clipnorm,
            use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name,
            **kwargs,
        )  # fmt: skip


def one_minus_power(xp: Any, beta: float, t: Any) -> Any:
    """1 - βᵗ, through expm1: float32 would lose four of its seven digits in 1 - 0.999."""
    return -xp.expm1(t * (math.log(beta) if beta > 0 else -math.inf))
