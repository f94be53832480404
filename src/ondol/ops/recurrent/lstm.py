"""Long short-term memory: a state that is only added to and forgotten, behind gates."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.ops.linear import product
from ondol.ops.recurrent.scans import (
    BackwardScan,
    Scan,
    blocks,
    dropped,
    kept,
    scan,
    squashed,
    states_before,
    weight_gradient,
)
from ondol.ops.recurrent.sequences import sequence


class LSTMStates(Scan):
    r"""The states and gates of all steps, hₜ, cₜ and (i, f, g, o)ₜ of `LSTM`, which has the gradient."""

    differentiable = False

    def forward(self, z, u, b, h, c, *more):
        xp, named = self.xp, self.named(more)
        dropout, units = named.get("dropout"), u.shape[0]

        def step(carry, z, write, counts, _):
            h, c = carry
            a = z + product(xp, dropped(h, dropout), u) + b
            i, f, g, o = blocks(write(squashed(xp, a, slice(2 * units, 3 * units))), units)
            new = f * c + i * g
            h, c = kept(xp, counts, o * xp.tanh(new), h), kept(xp, counts, new, c)
            return (h, c), (h, c)

        _, gates, (hs, cs) = scan(xp, step, (h, c), z, (), named)
        return hs, cs, gates


class LSTM(Scan):
    r"""a = zₜ + hₜ₋₁ U + b,  i, f, o = σ(aᵢ), σ(a_f), σ(aₒ),  g = tanh(a_g),  cₜ = f cₜ₋₁ + i g,  hₜ = o tanh(cₜ).

    Back from hₜ: dcₜ += dhₜ o (1 - tanh²(cₜ)), and the gradients of a are dcₜ g i (1 - i), dcₜ cₜ₋₁ f (1 - f),
    dcₜ i (1 - g²) and dhₜ tanh(cₜ) o (1 - o); dhₜ₋₁ = da Uᵀ, dcₜ₋₁ = dcₜ f;  dz = da,  dU = Σ hₜ₋₁ᵀ daₜ,  db = Σ daₜ.
    """

    def forward(self, z, u, b, h, c, hs, cs, gates, *more):
        return hs, hs[-1], cs[-1]

    def backward(self, dhs, dh, dc):
        _, u, _, h, c, hs, cs, gates, *more = self.inputs
        named = self.named(more)
        if self.output is None or self.output[0] is not None:
            named = {**named, "dhs": dhs}
        dz, dh, dc = LSTMGradient(*named)(dh, dc, u, c, cs, gates, *named.values())
        before = states_before(h, hs)
        du = weight_gradient(dropped(before, named.get("dropout")), dz) if self.needs(1) else None
        dmore = [(before * (dz @ u.mT)).sum(0) if name == "dropout" else None for name in self.names]
        return dz, du, dz.sum((0, 1)), dh, dc, None, None, None, *dmore


class LSTMGradient(BackwardScan):
    """da of all steps, dh₀ and dc₀ of `LSTM`."""

    def forward(self, dh, dc, u, c, cs, gates, *more):
        xp, named = self.xp, self.named(more)
        dropout = named.get("dropout")
        before = xp.concatenate([c[None], cs[:-1]])

        def step(carry, _, write, counts, dy, c, before, gates):
            dh, dc = carry
            if dy is not None:
                dh = dh + dy
            i, f, g, o = gates
            t, none = xp.tanh(c), xp.zeros((), dh.dtype)
            here = dc + dh * o * (1 - t * t)
            da = [
                here * g * i * (1 - i),
                here * before * f * (1 - f),
                here * i * (1 - g * g),
                dh * t * o * (1 - o),
            ]
            da = write(*[kept(xp, counts, block, none) for block in da])
            dh = kept(xp, counts, none, dh) + dropped(product(xp, da, u.T), dropout)
            return (dh, kept(xp, counts, here * f, dc)), ()

        rows = xp.zeros_like(gates)
        (dh, dc), da, _ = scan(xp, step, (dh, dc), rows, (cs, before, (gates, 4)), named, reverse=True)
        return da, dh, dc


def lstm(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    initial_state_h: Any,
    initial_state_c: Any,
    mask: Any = None,
    go_backwards: bool = False,
    zero_output_for_mask: bool = False,
    recurrent_mask: Any = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Long short-term memory: cₜ = f cₜ₋₁ + i g,  hₜ = o tanh(cₜ), with gates that see xₜ and hₜ₋₁.

    i, f, o = σ(xₜ W + b + hₜ₋₁ U) and g = tanh(xₜ W + b + hₜ₋₁ U), each with columns of its own, in the order
    i, f, g, o. Differentiable once: the gradient has no gradient itself.

    Args:
        inputs: x, (batch, steps, features).
        kernel: W, (features, 4 * units).
        recurrent_kernel: U, (units, 4 * units).
        bias: b, (4 * units,), or None.
        initial_state_h, initial_state_c: h₀ and c₀, (batch, units).
        mask: truth values (batch, steps). At a masked step the states stay.
        go_backwards: whether to begin with the last step; the outputs come in the order computed.
        zero_output_for_mask: the output of a masked step is 0, not the previous output.
        recurrent_mask: (batch, units), multiplies h before U does: dropout, scaled already.

    Returns:
        The outputs (batch, steps, units), those of masked steps at the beginning 0; and the last states h and c.

    Raises:
        ShapeError: if the shapes do not fit.

    Example:
        >>> import ondol as od
        >>> x, zeros = od.ones((2, 5, 3)), od.zeros((2, 4))
        >>> outputs, h, c = od.ops.lstm(x, od.ones((3, 16)), od.ones((4, 16)), None, zeros, zeros)
        >>> outputs.shape, h.shape, c.shape
        ((2, 5, 4), (2, 4), (2, 4))

    Reference: Hochreiter, Schmidhuber: "Long short-term memory" (1997); Gers, Schmidhuber, Cummins: "Learning to
    forget" (2000).
    """
    states = (initial_state_h, initial_state_c)
    s = sequence(
        "lstm", 4, inputs, kernel, recurrent_kernel, bias, states, mask, recurrent_mask, go_backwards
    )
    more = s.named.values()
    hs, cs, gates = LSTMStates(*s.named)(s.z, s.kernel, s.bias, *s.states, *more)
    hs, h, c = LSTM(*s.named)(s.z, s.kernel, s.bias, *s.states, hs, cs, gates, *more)
    return s.outputs(hs, zero_output_for_mask), s.final(h), s.final(c)
