"""LAMB: Adam's direction, with steps in proportion to the weights, for very large batches."""

from __future__ import annotations

from typing import Any

from ondol.optimizers.adam import one_minus_power
from ondol.optimizers.base import Optimizer


class Lamb(Optimizer):
    r"""Adam's direction r, taken as long as the weights are: w ← w - η (‖w‖ / ‖r‖) r.

    $r = \hat m / (\sqrt{\hat v} + \epsilon)$ with Adam's means, $\hat m = m / (1 - \beta_1^t)$ and
    $\hat v = v / (1 - \beta_2^t)$. Where w or r is 0, r counts as it is. Each Variable has its own ratio.

    Weight decay shrinks w before, as in all optimizers here and in Keras; the paper adds λ w to r. The paper's authors
    leave biases and normalizations out of decay and ratio: `exclude_from_weight_decay(var_names=["bias"])`, and a
    `MultiOptimizer` with Adam for them.

    Args:
        learning_rate: η, a number or a schedule.
        beta_1, beta_2: β₁ and β₂ of [0, 1), how long the means remember.
        epsilon: ε.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable([3.0, 4.0])  # of length 5
        >>> od.optimizers.Lamb(0.1).apply([od.tensor([2.0, 0.0])], [w])
        >>> w.numpy().round(4).tolist()
        [2.5, 4.0]

    Reference:
        You et al.: "Large batch optimization for deep learning: training BERT in 76 minutes" (2020).
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

    def prepare(self, lr: Any, t: Any) -> Any:
        return lr, one_minus_power(self.xp, self.beta_1, t), one_minus_power(self.xp, self.beta_2, t)

    def step(self, w: Any, g: Any, lr: Any, t: Any, m: Any, v: Any) -> tuple[Any, ...]:
        xp = self.xp
        rate, left_1, left_2 = lr
        m = m + (1 - self.beta_1) * (g - m)
        v = v + (1 - self.beta_2) * (g * g - v)
        r = (m / left_1) / (xp.sqrt(v / left_2) + self.epsilon)
        w_length, r_length = xp.sqrt(xp.sum(w * w)), xp.sqrt(xp.sum(r * r))
        usual = (w_length > 0) & (r_length > 0)
        ratio = xp.where(usual, w_length / xp.where(usual, r_length, 1), 1).astype(w.dtype)
        return w - rate * ratio * r, m, v

    def get_config(self) -> dict[str, Any]:
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
