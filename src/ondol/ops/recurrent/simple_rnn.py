"""The simple recurrent network: its state is its output, and goes back in."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.errors import unknown_name
from ondol.ops.linear import product
from ondol.ops.recurrent.scans import (
    BackwardScan,
    Scan,
    dropped,
    kept,
    scan,
    states_before,
    weight_gradient,
)
from ondol.ops.recurrent.sequences import sequence

ACTIVATIONS = ("tanh", "relu")


class SimpleRNNStates(Scan):
    r"""hₜ = φ(zₜ + hₜ₋₁ U + b), the states of all steps; `SimpleRNN` has the gradient."""

    differentiable = False

    def __init__(self, activation, *names):
        super().__init__(*names)
        self.activation = activation

    def forward(self, z, u, b, h, *more):
        xp, named = self.xp, self.named(more)
        dropout = named.get("dropout")

        def step(h, z, write, counts, _):
            a = z + product(xp, dropped(h, dropout), u) + b
            a = xp.tanh(a) if self.activation == "tanh" else xp.maximum(a, 0)
            return write(kept(xp, counts, a, h)), ()

        return scan(xp, step, h, z, (), named)[1]


class SimpleRNN(Scan):
    r"""hₜ = φ(zₜ + hₜ₋₁ U + b);   dzₜ = φ' (dhₜ + dzₜ₊₁ Uᵀ),  dU = Σ hₜ₋₁ᵀ dzₜ,  db = Σ dzₜ,  dh₀ = dz₁ Uᵀ."""

    def __init__(self, activation, *names):
        super().__init__(*names)
        self.activation = activation

    def forward(self, z, u, b, h, hs, *more):
        return hs, hs[-1]

    def backward(self, dhs, dh):
        _, u, _, first, hs, *more = self.inputs
        named = self.named(more)
        if self.output is None or self.output[0] is not None:
            named = {**named, "dhs": dhs}
        dz, dfirst = SimpleRNNGradient(self.activation, *named)(dh, u, hs, *named.values())
        before = states_before(first, hs)
        du = weight_gradient(dropped(before, named.get("dropout")), dz) if self.needs(1) else None
        dmore = [(before * (dz @ u.mT)).sum(0) if name == "dropout" else None for name in self.names]
        return dz, du, dz.sum((0, 1)), dfirst, None, *dmore


class SimpleRNNGradient(BackwardScan):
    """dz of all steps and dh₀ of `SimpleRNN`."""

    def __init__(self, activation, *names):
        super().__init__(*names)
        self.activation = activation

    def forward(self, dh, u, hs, *more):
        xp, named = self.xp, self.named(more)
        dropout = named.get("dropout")

        def step(dh, _, write, counts, dy, h):
            if dy is not None:
                dh = dh + dy
            slope, none = (
                1 - h * h if self.activation == "tanh" else (h > 0).astype(h.dtype),
                xp.zeros((), h.dtype),
            )
            dz = write(kept(xp, counts, dh * slope, none))
            return kept(xp, counts, none, dh) + dropped(product(xp, dz, u.T), dropout), ()

        dh, dz, _ = scan(xp, step, dh, xp.zeros_like(hs), (hs,), named, reverse=True)
        return dz, dh


def simple_rnn(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    initial_state: Any,
    mask: Any = None,
    go_backwards: bool = False,
    activation: str = "tanh",
    zero_output_for_mask: bool = False,
    recurrent_mask: Any = None,
) -> tuple[Tensor, Tensor]:
    """The simple recurrent network, hₜ = φ(xₜ W + b + hₜ₋₁ U).

    Differentiable once: the gradient has no gradient itself.

    Args:
        inputs: x, (batch, steps, features).
        kernel: W, (features, units).
        recurrent_kernel: U, (units, units).
        bias: b, (units,), or None.
        initial_state: h₀, (batch, units).
        mask: truth values (batch, steps). At a masked step the state stays.
        go_backwards: whether to begin with the last step; the outputs come in the order computed.
        activation: φ, "tanh" or "relu".
        zero_output_for_mask: the output of a masked step is 0, not the previous output.
        recurrent_mask: (batch, units), multiplies the state before U does: dropout, scaled already.

    Returns:
        The outputs (batch, steps, units), those of masked steps at the beginning 0; and the last state h.

    Raises:
        ShapeError: if the shapes do not fit.

    Example:
        >>> import ondol as od
        >>> x = od.ones((1, 3, 1))  # three ones, which the state adds up
        >>> outputs, h = od.ops.simple_rnn(x, [[1.0]], [[1.0]], None, [[0.0]], activation="relu")
        >>> outputs[0, :, 0], h
        (Tensor([1. 2. 3.], dtype=float32), Tensor([[3.]], dtype=float32))

    Reference: Elman: "Finding structure in time" (1990).
    """
    if activation not in ACTIVATIONS:
        raise unknown_name("activation", activation, ACTIVATIONS)
    s = sequence(
        "simple_rnn",
        1,
        inputs,
        kernel,
        recurrent_kernel,
        bias,
        (initial_state,),
        mask,
        recurrent_mask,
        go_backwards,
    )
    more = s.named.values()
    hs = SimpleRNNStates(activation, *s.named)(s.z, s.kernel, s.bias, *s.states, *more)
    hs, h = SimpleRNN(activation, *s.named)(s.z, s.kernel, s.bias, *s.states, hs, *more)
    return s.outputs(hs, zero_output_for_mask), s.final(h)
