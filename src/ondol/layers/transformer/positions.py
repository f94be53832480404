"""Layers that tell a Transformer where each step stands."""

from __future__ import annotations

from typing import Any

from ondol import initializers, ops
from ondol.autograd import Tensor
from ondol.errors import ShapeError
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats, in_dtype, positive_integer


class SinePositionEncoding(Layer):
    r"""$y_{t,2i} = \sin(t / L^{2i/d})$, $y_{t,2i+1} = \cos(t / L^{2i/d})$: what to add to step t of inputs of length d.

    Args:
        max_wavelength: L; 2π L steps are the longest wave.

    Call arguments:
        inputs: (batch, time, features), of which only the shape matters.
        start_index: position of the first step, a number or a Tensor.

    Returns:
        The encoding alone, in the shape of the inputs.

    Example:
        >>> import ondol as od
        >>> od.layers.SinePositionEncoding()(od.zeros((1, 2, 2))).numpy().round(2).tolist()
        [[[0.0, 1.0], [0.8399999737739563, 0.5400000214576721]]]

    Reference:
        Vaswani et al.: "Attention is all you need" (2017).
    """

    supports_masking = True

    def __init__(self, max_wavelength: float = 10000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_wavelength = max_wavelength

    def call(self, inputs: Any, start_index: Any = 0) -> Any:
        time, dim = inputs.shape[-2:]
        waves = ops.sinusoidal_positions(time, dim, start_index, self.max_wavelength, self.compute_dtype)
        return ops.broadcast_to(waves, inputs.shape)


class PositionEmbedding(Layer):
    r"""$y_t = E_t$: a learnt vector for each position, to be added to the inputs.

    Args:
        sequence_length: number of positions.
        initializer: how the vectors are first drawn.

    Weights:
        embeddings (sequence_length, features).

    Call arguments:
        inputs: (batch, time, features), of which only the shape matters.
        start_index: position of the first step, a number or a Tensor.
        positions: whole numbers (time,) or (batch, time), instead of start_index, start_index + 1, ...

    Returns:
        The vectors alone, in the shape of the inputs.

    Raises:
        ShapeError: for inputs of more steps than there are positions.

    Example:
        >>> import ondol as od
        >>> od.layers.PositionEmbedding(10)(od.zeros((2, 5, 8))).shape
        (2, 5, 8)

    Reference:
        Gehring et al. (2017); Devlin et al.: "BERT" (2018).
    """

    supports_masking = True

    def __init__(self, sequence_length: int, initializer: Any = "glorot_uniform", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sequence_length = positive_integer("sequence_length", sequence_length)
        self.initializer = initializers.get(initializer)

    def build(self, inputs_shape: Any) -> None:
        self.position_embeddings = self.add_weight(
            shape=(self.sequence_length, inputs_shape[-1]), name="embeddings", initializer=self.initializer
        )

    def call(self, inputs: Any, start_index: Any = 0, positions: Any = None) -> Any:
        time, dim = inputs.shape[-2:]
        if positions is not None:
            rows = ops.take(self.position_embeddings, ops.cast(positions, "int32"), axis=0)
        else:
            last = time if isinstance(start_index, Tensor) else start_index + time
            if last > self.sequence_length:
                raise ShapeError(
                    f"Layer '{self.name}' expected at most {self.sequence_length} positions, its sequence_length. "
                    f"Received: inputs.shape={inputs.shape}, start_index={start_index}. Cut the sequences, or make a "
                    "layer for longer ones."
                )
            rows = ops.slice(self.position_embeddings, (start_index, 0), (time, dim))
        return ops.broadcast_to(in_dtype(rows, self.compute_dtype), inputs.shape)


class RotaryEmbedding(Layer):
    r"""Queries or keys with each pair of features $(i, i + d/2)$ turned by $t / L^{2i/d}$ at step t.

    Args:
        max_wavelength: L; 2π L steps are the longest wave.
        scaling_factor: by which positions are divided.
        sequence_axis, feature_axis: the axes of steps and features.

    Call arguments:
        inputs: (batch, time, ..., features), an even number of them.
        start_index: position of the first step, a number or a Tensor.
        positions: (time,), instead of start_index, start_index + 1, ...

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[1.0, 0.0], [1.0, 0.0]]])
        >>> od.layers.RotaryEmbedding()(x).numpy().round(2).tolist()
        [[[1.0, 0.0], [0.5400000214576721, 0.8399999737739563]]]

    Reference:
        Su et al.: "RoFormer: enhanced Transformer with rotary position embedding" (2021).
    """

    supports_masking = True

    def __init__(
        self,
        max_wavelength: float = 10000,
        scaling_factor: float = 1.0,
        sequence_axis: int = 1,
        feature_axis: int = -1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_wavelength = max_wavelength
        self.scaling_factor = scaling_factor
        self.sequence_axis = sequence_axis
        self.feature_axis = feature_axis

    def call(self, inputs: Any, start_index: Any = 0, positions: Any = None) -> Any:
        axes = (self.sequence_axis, self.feature_axis)
        x = ops.moveaxis(as_floats(self, inputs), axes, (1, -1))
        y = ops.rotary_embedding(x, start_index, positions, self.max_wavelength, self.scaling_factor)
        return ops.moveaxis(y, (1, -1), axes)
