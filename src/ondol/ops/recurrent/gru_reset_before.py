"""The gated recurrent unit as it was published: the state is reset before it is multiplied."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.ops.joining import concatenate
from ondol.ops.linear import product
from ondol.ops.recurrent.scans import (
    BackwardScan,
    Scan,
    blocks,
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

    def forward(self, x, u, b, h, *more):
        xp, named = self.xp, self.named(more)
        dropout, n = named.get("dropout"), u.shape[0]

        def step(h, _, write, counts, __, x):
            seen, x = dropped(h, dropout), x + b
            zr = sigmoid(xp, x[:, : 2 * n] + product(xp, seen, u[:, : 2 * n]))
            z, r = blocks(zr, n)
            g = xp.tanh(x[:, 2 * n :] + product(xp, r * seen, u[:, 2 * n :]))
            write(zr, g)
            h = kept(xp, counts, g + z * (h - g), h)
            return h, (h,)

        _, gates, (hs,) = scan(xp, step, h, xp.zeros_like(x), (x,), named)
        return hs, gates


class ResetBefore(Scan):
    r"""z, r = σ(x_z + hₜ₋₁ U_z), σ(x_r + hₜ₋₁ U_r),  g = tanh(x_g + (r hₜ₋₁) U_g),  hₜ = z hₜ₋₁ + (1 - z) g.

    Back from hₜ: dx_g = dhₜ (1 - z) (1 - g²),  ds = dx_g U_gᵀ,  dx_r = ds hₜ₋₁ r (1 - r),
    dx_z = dhₜ (hₜ₋₁ - g) z (1 - z),  dhₜ₋₁ = dhₜ z + ds r + (dx_z, dx_r) U_zrᵀ;
    dU = Σ (hₜ₋₁ᵀ (dx_z, dx_r)ₜ, (r hₜ₋₁)ᵀ dx_g).
    """

    def forward(self, x, u, b, h, hs, gates, *more):
        return hs, hs[-1]

    def backward(self, dhs, dh):
        _, u, _, h, hs, gates, *more = self.inputs
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
        return dx, du, dx.sum((0, 1)), dh, None, None, *dmore

    def dropout_gradient(self, before, r, dx, u):
        n = u.shape[0]
        through_reset = r * (dx[..., 2 * n :] @ u[:, 2 * n :].mT)
        return (before * (dx[..., : 2 * n] @ u[:, : 2 * n].mT + through_reset)).sum(0)


class ResetBeforeGradient(BackwardScan):
    """dx of all steps and dh₀ of `ResetBefore`."""

    def forward(self, dh, u, before, gates, *more):
        xp, named = self.xp, self.named(more)
        dropout, n = named.get("dropout"), u.shape[0]

        def step(dh, _, write, counts, dy, before, gates):
            if dy is not None:
                dh = dh + dy
            z, r, g = gates
            none = xp.zeros((), dh.dtype)
            here = kept(xp, counts, dh, none)
            dg = kept(xp, counts, here * (1 - z) * (1 - g * g), none)
            ds = product(xp, dg, u[:, 2 * n :].T)
            dz = here * (before - g) * z * (1 - z)
            dr = ds * dropped(before, dropout) * r * (1 - r)
            dzr = kept(xp, counts, xp.concatenate([dz, dr], axis=1), none)
            write(dzr, dg)
            dseen = ds * r + product(xp, dzr, u[:, : 2 * n].T)
            return kept(xp, counts, here * z, dh) + dropped(dseen, dropout), ()

        dh, dx, _ = scan(xp, step, dh, xp.zeros_like(gates), (before, (gates, 3)), named, reverse=True)
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
    given = (s.z, s.kernel, s.bias, *s.states)
    hs, h = ResetBefore(*s.named)(*given, *ResetBeforeStates(*s.named)(*given, *more), *more)
    return s.outputs(hs, zero_output_for_mask), s.final(h)
