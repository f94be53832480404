"""Muon: momentum whose matrices are made orthogonal, so that no direction dominates a step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ondol.autograd import Variable
from ondol.optimizers.adam import one_minus_power
from ondol.optimizers.base import Optimizer
from ondol.optimizers.checks import count


class Muon(Optimizer):
    r"""Momentum, orthogonalized; for matrices in hidden layers, and AdamW for all other Variables.

    m ← μ m + g, u = orthogonal(g + μ m), w ← w - η · 0.2 √max(rows, columns) · u. Orthogonal means that all singular
    values are pulled close to 1: X ← g / ‖g‖, then some times X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X.

    AdamW trains what is not a matrix, embeddings, and what you name in `exclude_layers`: name the output layer there.

    Args:
        learning_rate: η, a number or a schedule.
        adam_beta_1, adam_beta_2: β₁ and β₂ of [0, 1) of AdamW.
        adam_weight_decay: weight decay of AdamW's Variables.
        epsilon: ε of AdamW.
        weight_decay: weight decay of Muon's Variables.
        exclude_layers: regular expressions that are looked for in paths ("logits").
        exclude_embeddings: whether AdamW trains what has "embedding" in its path.
        muon_a, muon_b, muon_c: a, b, c.
        adam_lr_ratio: factor of the learning rate for AdamW.
        momentum: μ of [0, 1].
        ns_steps: how many times.
        nesterov: whether u is made of g + μ m (else of m).
        rms_rate: the 0.2; None for w ← w - η u.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable([[3.0, 0.0], [0.0, 3.0]])
        >>> muon = od.optimizers.Muon(1.0, weight_decay=None, rms_rate=None)
        >>> muon.apply([od.tensor([[9.0, 0.0], [0.0, 0.1]])], [w])
        >>> print(w.numpy().round(1))  # the small direction moves about as far as the large one
        [[2.3 0. ]
         [0.  2.2]]

    Reference:
        Jordan et al.: "Muon: an optimizer for hidden layers in neural networks" (2024); √max and 0.2: Liu et al.: "Muon
        is scalable for LLM training" (2025).
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.775,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.adam_beta_1 = self.checked("adam_beta_1", adam_beta_1, 0, 1, below=True)
        self.adam_beta_2 = self.checked("adam_beta_2", adam_beta_2, 0, 1, below=True)
        self.adam_weight_decay = (
            None if adam_weight_decay is None else self.checked("adam_weight_decay", adam_weight_decay, 0)
        )
        self.epsilon = self.checked("epsilon", epsilon, 0)
        self.exclude_layers = list(exclude_layers or [])
        self.exclude_embeddings = exclude_embeddings
        self.muon_a, self.muon_b, self.muon_c = muon_a, muon_b, muon_c
        self.adam_lr_ratio = self.checked("adam_lr_ratio", adam_lr_ratio, 0)
        self.momentum = self.checked("momentum", momentum, 0, 1)
        self.ns_steps = count("ns_steps", ns_steps, 0)
        self.nesterov = nesterov
        self.rms_rate = None if rms_rate is None else self.checked("rms_rate", rms_rate, 0)

    def trains_with_adam(self, variable: Variable) -> bool:
        """Whether AdamW trains the Variable."""
        path = variable.path
        embedding = self.exclude_embeddings and "embedding" in path.lower()
        named = any(re.search(name, path) for name in self.exclude_layers)
        return len(variable.shape) != 2 or embedding or named

    def slots_for(self, variable: Variable) -> tuple[str | None, ...]:
        return ("momentum", "velocity" if self.trains_with_adam(variable) else None)

    def weight_decay_of(self, variable: Variable) -> float | None:
        if self.trains_with_adam(variable):
            return self.adam_weight_decay if self.decays(variable) else None
        return super().weight_decay_of(variable)

    def prepare(self, lr: Any, t: Any) -> Any:
        xp = self.xp
        left_1 = one_minus_power(xp, self.adam_beta_1, t)
        return lr, self.adam_lr_ratio * lr * xp.sqrt(one_minus_power(xp, self.adam_beta_2, t)) / left_1

    def step(self, w: Any, g: Any, lr: Any, t: Any, m: Any, v: Any) -> tuple[Any, ...]:
        if v is not None:
            return self._adam_step(w, g, lr[1], m, v)
        m = self.momentum * m + g
        u = self.orthogonal(g + self.momentum * m if self.nesterov else m)
        scale = 1.0 if self.rms_rate is None else self.rms_rate * max(w.shape) ** 0.5
        return w - lr[0] * scale * u, m, None

    def orthogonal(self, x: Any) -> Any:
        """About the nearest matrix whose rows (or columns) are orthonormal, by Newton-Schulz iterations."""
        xp = self.xp
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x  # the products are then of the smaller size
        x = x / (xp.sqrt(xp.sum(x * x)) + 1e-7)
        for _ in range(self.ns_steps):
            square = x @ x.T
            x = self.muon_a * x + (self.muon_b * square + self.muon_c * square @ square) @ x
        return x.T if tall else x

    def _adam_step(self, w: Any, g: Any, lr: Any, m: Any, v: Any) -> tuple[Any, ...]:
        m = m + (1 - self.adam_beta_1) * (g - m)
        v = v + (1 - self.adam_beta_2) * (g * g - v)
        return w - lr * m / (self.xp.sqrt(v) + self.epsilon), m, v

    def get_config(self) -> dict[str, Any]:
        own = {
            "adam_beta_1": self.adam_beta_1,
            "adam_beta_2": self.adam_beta_2,
            "adam_weight_decay": self.adam_weight_decay,
            "epsilon": self.epsilon,
            "exclude_layers": self.exclude_layers,
            "exclude_embeddings": self.exclude_embeddings,
            "muon_a": self.muon_a,
            "muon_b": self.muon_b,
            "muon_c": self.muon_c,
            "adam_lr_ratio": self.adam_lr_ratio,
            "momentum": self.momentum,
            "ns_steps": self.ns_steps,
            "nesterov": self.nesterov,
            "rms_rate": self.rms_rate,
        }
        return {**super().get_config(), **own}
