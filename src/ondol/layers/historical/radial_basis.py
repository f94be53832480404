"""RadialBasis: how near an input is to a code for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import initializers, ops
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats, check_axes, check_features, positive_integer


class RadialBasis(Layer):
    r"""$y_k = -\sum_j (x_j - w_{kj})^2$: the nearer an input is to code k, the larger its output.

    These are the outputs of LeNet-5, with their sign changed so that the largest wins. A softmax of them makes
    probabilities, and their cross-entropy $\|x - w_t\|^2 + \log \sum_k e^{-\|x - w_k\|^2}$ is the paper's criterion
    (equation 9, without its constant).

    Args:
        units: number of codes.
        codes_initializer: how the codes are drawn.
        codes: the codes themselves, (units, features); they are then not trained.

    Weights:
        codes (units, features).

    Shapes:
        inputs (batch, features) to outputs (batch, units).

    Example:
        >>> import ondol as od
        >>> od.layers.RadialBasis(2, codes=[[1, 1], [-1, -1]])(od.tensor([[1.0, 0.0]])).tolist()
        [[-1.0, -5.0]]

    Reference: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition (1998).
    """

    def __init__(
        self,
        units: int,
        codes_initializer: Any = "glorot_uniform",
        codes: Sequence[Sequence[float]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = positive_integer("units", units)
        self.codes_initializer = initializers.get(codes_initializer)
        self.given_codes = codes

    def build(self, input_shape: Any) -> None:
        check_axes(self, input_shape)
        given = self.given_codes is not None
        self.codes = self.add_weight(
            (self.units, input_shape[-1]), self.codes_initializer, trainable=not given, name="codes"
        )
        if given:
            self.codes.assign(np.asarray(self.given_codes))

    def call(self, inputs: Any) -> Any:
        x = as_floats(self, inputs)
        check_features(self, x, self.codes.shape[1])
        # Differences, not |x|² - 2 x·w + |w|²: near a code that would subtract two large numbers.
        return -ops.sum(ops.square(ops.expand_dims(x, -2) - self.codes), axis=-1)
