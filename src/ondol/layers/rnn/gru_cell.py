"""GRUCell: one step of a gated recurrent unit."""

from __future__ import annotations

from typing import Any

from ondol import activations, ops
from ondol.layers.rnn.recurrent_cell import RecurrentCell, weighted


class GRUCell(RecurrentCell):
    r"""One step of a gated recurrent unit, which `GRU` makes for all steps of a sequence.

    $z = \sigma(x W_z + b_z + h U_z + c_z)$, how much of the state stays; $r$ likewise, how much of it is seen by
    $g = f(x W_g + b_g + r (h U_g + c_g))$; then $h_t = z h + (1 - z) g$. With reset_after=False (Cho et al. 2014)
    there is no c, and $g = f(x W_g + b_g + (r h) U_g)$.

    Args:
        units: length of the state h, which is the output, too.
        activation: f.
        recurrent_activation: σ.
        use_bias: whether there are b and c.
        kernel_initializer, recurrent_initializer, bias_initializer: how W, U and the biases are first drawn.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on them, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of them after each update.
        dropout: share of the inputs to drop, the same ones at all steps of a sequence.
        recurrent_dropout: share of the state to drop, likewise, on its way into U.
        reset_after: whether r is applied after the product with U.
        seed: an integer for a stream of random numbers of this cell's own; None for the global one.
        implementation: 2 drops the same for all gates, 1 draws other masks for each gate.

    Call arguments:
        inputs: (batch, features), of one step.
        states: [h], (batch, units).

    Weights:
        kernel (features, 3 units) and recurrent_kernel (units, 3 units), with the columns of z, r, g; bias
        (2, 3 units), the rows b and c, or (3 units,) with reset_after=False.

    Returns:
        The output (batch, units), and the next states, [output].

    Example:
        >>> import ondol as od
        >>> cell = od.layers.GRUCell(4)
        >>> h, states = cell(od.ones((2, 3)), cell.get_initial_state(2))
        >>> h.shape
        (2, 4)

    Reference: Cho et al.: "Learning phrase representations using RNN encoder-decoder" (2014).
    """

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        *,
        implementation: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            **kwargs,
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.reset_after = reset_after
        self.set_implementation(implementation)

    def bias_shape(self) -> tuple[int, ...]:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        h = states[0] if isinstance(states, (list, tuple)) else states
        x = self.checked(inputs)
        of_inputs, of_state = self.masks(x, h, training)
        from_x = weighted(x, self.kernel, of_inputs)
        if self.bias is not None:
            from_x = from_x + (self.bias[0] if self.reset_after else self.bias)
        x_z, x_r, x_g = ops.split(from_x, 3, axis=-1)
        gates = self._after if self.reset_after else self._before
        z, g = gates(x_z, x_r, x_g, h, of_state)
        h = z * h + (1 - z) * g
        return h, [h] if isinstance(states, (list, tuple)) else h

    def _after(self, x_z: Any, x_r: Any, x_g: Any, h: Any, masks: Any) -> tuple[Any, Any]:
        from_h = weighted(h, self.recurrent_kernel, masks)
        if self.bias is not None:
            from_h = from_h + self.bias[1]
        h_z, h_r, h_g = ops.split(from_h, 3, axis=-1)
        r = self.recurrent_activation(x_r + h_r)
        return self.recurrent_activation(x_z + h_z), self.activation(x_g + r * h_g)

    def _before(self, x_z: Any, x_r: Any, x_g: Any, h: Any, masks: Any) -> tuple[Any, Any]:
        each = isinstance(masks, list)
        of_gates, of_g = (masks[:2], masks[2]) if each else (masks, masks)
        from_h = weighted(h, self.recurrent_kernel[:, : 2 * self.units], of_gates)
        h_z, h_r = ops.split(from_h, 2, axis=-1)
        r = self.recurrent_activation(x_r + h_r)
        h_g = weighted(r * h, self.recurrent_kernel[:, 2 * self.units :], of_g)
        return self.recurrent_activation(x_z + h_z), self.activation(x_g + h_g)
