"""The gated recurrent unit: a state of which each step replaces a part."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor, as_tensor
from ondol.errors import ShapeError
from ondol.ops.casting import cast
from ondol.ops.creation import zeros
from ondol.ops.joining import concatenate
from ondol.ops.linear import product
from ondol.ops.recurrent.gru_reset_before import gru_reset_before
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


class GRUStates(Scan):
    r"""The states and gates of all steps, hₜ (z, r, g)ₜ and qₜ of `GRU`, which has the gradient."""

    differentiable = False

    def forward(self, x, u, b, within, h, *more):
        xp, named = self.xp, self.named(more)
        dropout, n = named.get("dropout"), u.shape[0]

        def step(h, _, write, counts, __, x):
            a, x = product(xp, dropped(h, dropout), u), x + b
            zr, q = sigmoid(xp, x[:, : 2 * n] + a[:, : 2 * n]), a[:, 2 * n :] + within
            z, r = blocks(zr, n)
            g = xp.tanh(x[:, 2 * n :] + r * q)
            write(zr, g)
            h = kept(xp, counts, g + z * (h - g), h)
            return h, (h, q)

        _, gates, (hs, qs) = scan(xp, step, h, xp.zeros_like(x), (x,), named)
        return hs, gates, qs


class GRU(Scan):
    r"""z, r = σ(x_z + hₜ₋₁ U_z), σ(x_r + hₜ₋₁ U_r),  q = hₜ₋₁ U_g + b',  g = tanh(x_g + r q),  hₜ = z hₜ₋₁ + (1 - z) g.

    Back from hₜ: dx_g = dhₜ (1 - z) (1 - g²),  dq = dx_g r,  dx_r = dx_g q r (1 - r),  dx_z = dhₜ (hₜ₋₁ - g) z (1 - z),
    dhₜ₋₁ = dhₜ z + (dx_z, dx_r, dq) Uᵀ;  dU = Σ hₜ₋₁ᵀ (dx_z, dx_r, dq)ₜ,  db' = Σ dqₜ.
    """

    def forward(self, x, u, b, within, h, hs, gates, qs, *more):
        return hs, hs[-1]

    def backward(self, dhs, dh):
        _, u, _, _, h, hs, gates, qs, *more = self.inputs
        named = self.named(more)
        if self.output is None or self.output[0] is not None:
            named = {**named, "dhs": dhs}
        before, n = states_before(h, hs), u.shape[0]
        rows, dh = GRUGradient(*named)(dh, u, before, gates, qs, *named.values())
        da, dx = rows[..., : 3 * n], rows[..., n:]
        du = None
        if self.needs(1):
            du = weight_gradient(dropped(before, named.get("dropout")), da)
            du = concatenate([du[:, n:], du[:, :n]], axis=1)
        u = concatenate([u[:, 2 * n :], u[:, : 2 * n]], axis=1)
        dmore = [(before * (da @ u.mT)).sum(0) if name == "dropout" else None for name in self.names]
        return dx, du, dx.sum((0, 1)), rows[..., :n].sum((0, 1)), dh, None, None, None, *dmore


class GRUGradient(BackwardScan):
    """(dq, dx_z, dx_r, dx_g) of all steps and dh₀ of `GRU`: the first three are those of the state's product."""

    def forward(self, dh, u, before, gates, qs, *more):
        xp, named = self.xp, self.named(more)
        dropout, n = named.get("dropout"), u.shape[0]
        u = xp.concatenate([u[:, 2 * n :], u[:, : 2 * n]], axis=1).T

        def step(dh, _, write, counts, dy, before, gates, q):
            if dy is not None:
                dh = dh + dy
            z, r, g = gates
            none = xp.zeros((), dh.dtype)
            here = kept(xp, counts, dh, none)
            dg = here * (1 - z) * (1 - g * g)
            rows = [dg * r, here * (before - g) * z * (1 - z), dg * q * r * (1 - r), dg]
            da = write(*[kept(xp, counts, block, none) for block in rows])[:, : 3 * n]
            dh = kept(xp, counts, here * z, dh) + dropped(product(xp, da, u), dropout)
            return dh, ()

        rows = xp.zeros((*gates.shape[:2], 4 * n), gates.dtype)
        dh, rows, _ = scan(xp, step, dh, rows, (before, (gates, 3), qs), named, reverse=True)
        return rows, dh


def gru(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    initial_state: Any,
    mask: Any = None,
    go_backwards: bool = False,
    reset_after: bool = True,
    zero_output_for_mask: bool = False,
    recurrent_mask: Any = None,
) -> tuple[Tensor, Tensor]:
    """The gated recurrent unit: hₜ = z hₜ₋₁ + (1 - z) g, with gates that see xₜ and hₜ₋₁.

    z, r = σ(xₜ W + b + hₜ₋₁ U), each with columns of its own, and g = tanh(xₜ W + b + r (hₜ₋₁ U + b')), or, with the
    reset before the product, g = tanh(xₜ W + b + (r hₜ₋₁) U); the columns come in the order z, r, g. Differentiable
    once: the gradient has no gradient itself.

    Args:
        inputs: x, (batch, steps, features).
        kernel: W, (features, 3 * units).
        recurrent_kernel: U, (units, 3 * units).
        bias: b and b', (2, 3 * units), if the reset comes after the product; else b, (3 * units,); or None.
        initial_state: h₀, (batch, units).
        mask: truth values (batch, steps). At a masked step the state stays.
        go_backwards: whether to begin with the last step; the outputs come in the order computed.
        reset_after: whether r multiplies the state's product (as in cuDNN), or the state before it (as published).
        zero_output_for_mask: the output of a masked step is 0, not the previous output.
        recurrent_mask: (batch, units), multiplies h before U does: dropout, scaled already.

    Returns:
        The outputs (batch, steps, units), those of masked steps at the beginning 0; and the last state h.

    Raises:
        ShapeError: if the shapes do not fit.

    Example:
        >>> import ondol as od
        >>> x, zeros = od.ones((2, 5, 3)), od.zeros((2, 4))
        >>> outputs, h = od.ops.gru(x, od.ones((3, 12)), od.ones((4, 12)), None, zeros)
        >>> outputs.shape, h.shape
        ((2, 5, 4), (2, 4))

    Reference: Cho et al.: "Learning phrase representations using RNN encoder-decoder" (2014).
    """
    if not reset_after:
        return gru_reset_before(
            inputs,
            kernel,
            recurrent_kernel,
            bias,
            initial_state,
            mask,
            go_backwards,
            zero_output_for_mask,
            recurrent_mask,
        )
    units, within = as_tensor(recurrent_kernel).shape[0], None
    if bias is not None:
        bias = as_tensor(bias)
        if bias.shape != (2, 3 * units):
            raise ShapeError(
                f"gru expected bias of shape {(2, 3 * units)}: one for the inputs, one for the state. "
                f"Received: bias of shape {bias.shape}. Do you want reset_after=False?"
            )
        bias, within = (
            bias[0] + concatenate([bias[1, : 2 * units], zeros(units, bias.dtype)]),
            bias[1, 2 * units :],
        )
    s = sequence(
        "gru", 3, inputs, kernel, recurrent_kernel, bias, (initial_state,), mask, recurrent_mask, go_backwards
    )
    within = zeros(units, s.z.dtype) if within is None else cast(within, s.z.dtype)
    more = s.named.values()
    given = (s.z, s.kernel, s.bias, within, *s.states)
    hs, h = GRU(*s.named)(*given, *GRUStates(*s.named)(*given, *more), *more)
    return s.outputs(hs, zero_output_for_mask), s.final(h)
