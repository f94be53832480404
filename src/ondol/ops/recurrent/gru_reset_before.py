"""The gated recurrent unit as it was published: the state is reset before it is multiplied."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.ops.joining import concatenate
from ondol.ops.linear import product
from ondol.ops.recurrent.scans import (
    BackwardScan,
    Scan,
    dropped,
    kept,
    scan,
    sigmoid,
    states_before,
    weight_gradient,
)
from ondol.ops.recurrent.sequences import sequence


class ResetBeforeStates(Scan):
    r"""The states and gates of all steps, hₜ and (z, r, g)ₜ of `ResetBefore`, which has the gradient."""

    differentiable = False

    def forward(self, x, u, h, *more):
        xp, named = self.xp, self.named(more)
        dropout, n = named.get("dropout"), u.shape[0]

        def step(h, counts, _, x):
            seen = dropped(h, dropout)
            zr = sigmoid(xp, x[:, : 2 * n] + product(xp, seen, u[:, : 2 * n]))
            z, r = zr[:, :n], zr[:, n:]
            g = xp.tanh(x[:, 2 * n :] + product(xp, r * seen, u[:, 2 * n :]))
            h = kept(xp, counts, g + z * (h - g), h)
            return h, (h, xp.concatenate([z, r, g], axis=1))

        return scan(xp, step, h, (x,), named)[1]


class ResetBefore(Scan):
    r"""z, r = σ(x_z + hₜ₋₁ U_z), σ(x_r + hₜ₋₁ U_r),  g = tanh(x_g + (r hₜ₋₁) U_g),  hₜ = z hₜ₋₁ + (1 - z) g.

    Back from hₜ: dx_g = dhₜ (1 - z) (1 - g²),  ds = dx_g U_gᵀ,  dx_r = ds hₜ₋₁ r (1 - r),
    dx_z = dhₜ (hₜ₋₁ - g) z (1 - z),  dhₜ₋₁ = dhₜ z + ds r + (dx_z, dx_r) U_zrᵀ;
    dU = Σ (hₜ₋₁ᵀ (dx_z, dx_r)ₜ, (r hₜ₋₁)ᵀ dx_g).
    """

    def forward(self, x, u, h, hs, gates, *more):
        return hs, hs[-1]

    def backward(self, dhs, dh):
        _, u, h, hs, gates, *more = self.inputs
        named = self.named(more)
        if self.output is None or self.output[0] is not None:
            named = {**named, "dhs": dhs}
        before, n = states_before(h, hs), u.shape[0]
        dx, dh = ResetBeforeGradient(*named)(dh, u, before, gates, *named.values())
        seen, r = dropped(before, named.get("dropout")), gates[..., n : 2 * n]
        du = None
        if self.needs(1):
            parts = [
                weight_gradient(seen, dx[..., : 2 * n]),
                weight_gradient(r * seen, dx[..., 2 * n :]),
            ]
            du = concatenate(parts, axis=1)
        dmore = [
            self.dropout_gradient(before, r, dx, u) if name == "dropout" else None for name in self.names
        ]
        return dx, du, dh, None, None, *dmore

    def dropout_gradient(self, before, r, dx, u):
        n = u.shape[0]
        through_reset = r * (dx[..., 2 * n :] @ u[:, 2 * n :].mT)
        return (before * (dx[..., : 2 * n] @ u[:, : 2 * n].mT + through_reset)).sum(0)


class ResetBeforeGradient(BackwardScan):
    """dx of all steps and dh₀ of `ResetBefore`."""

    def forward(self, dh, u, before, gates, *more):
        xp, named = self.xp, self.named(more)
        dropout, n = named.get("dropout"), u.shape[0]

        def step(dh, counts, dy, before, gates):
            if dy is not None:
                dh = dh + dy
            z, r, g = [gates[:, k * n : (k + 1) * n] for k in range(3)]
            none = xp.zeros((), dh.dtype)
            here = kept(xp, counts, dh, none)
            dg = here * (1 - z) * (1 - g * g)
            ds = product(xp, dg, u[:, 2 * n :].T)
            dz = here * (before - g) * z * (1 - z)
            dr = ds * dropped(before, dropout) * r * (1 - r)
            dzr = xp.concatenate([dz, dr], axis=1)
            dseen = ds * r + product(xp, dzr, u[:, : 2 * n].T)
            dh = here * z + kept(xp, counts, none, dh) + dropped(dseen, dropout)
            return dh, xp.concatenate([dzr, dg], axis=1)

        dh, dx = scan(xp, step, dh, (before, gates), named, reverse=True)
        return dx, dh


def gru_reset_before(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    initial_state: Any,
    mask: Any,
    go_backwards: bool,
    zero_output_for_mask: bool,
    recurrent_mask: Any,
) -> tuple[Tensor, Tensor]:
    """`gru` with reset_after=False."""
    s = sequence(
        "gru", 3, inputs, kernel, recurrent_kernel, bias, (initial_state,), mask, recurrent_mask, go_backwards
    )
    more = s.named.values()
    hs, gates = ResetBeforeStates(*s.named)(s.z, s.kernel, *s.states, *more)
    hs, h = ResetBefore(*s.named)(s.z, s.kernel, *s.states, hs, gates, *more)
    return s.outputs(hs, zero_output_for_mask), s.final(h)
