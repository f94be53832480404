"""LocalResponseNormalization: what AlexNet had where networks have batch normalization today."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats
from ondol.layers.normalization.affine import axes_in
from ondol.ops.local_response import window


class LocalResponseNormalization(Layer):
    r"""$y_i = x_i / (k + \alpha \sum_{j=i-r}^{i+r} x_j^2)^\beta$, with the sum over neighbouring channels.

    The paper's formula and numbers. TensorFlow calls k `bias`, and its function has other defaults (5, 1, 1, 0.5).
    PyTorch says `size` instead of r, and divides α by it: `size=5, k=1.0` here is `torch.nn.LocalResponseNorm(5)`.

    Args:
        depth_radius: r, how many channels count on each side.
        alpha, beta, k: the numbers of the formula.
        size: PyTorch's way to say it: a window of so many channels (of an even number, the odd one lies
            before), and α is divided by it; depth_radius then has no effect.
        axis: the axis of the channels: -1, or 1 for channels first.

    Raises:
        DataError: for a window that is not a whole number.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.LocalResponseNormalization(depth_radius=1, alpha=1.0, beta=1.0, k=1.0)
        >>> layer([[2.0, 2.0, 1.0, 0.0]]).round(3)
        Tensor([[0.222 0.2   0.167 0.   ]], dtype=float32)

    Reference:
        Krizhevsky, Sutskever, Hinton: "ImageNet classification with deep convolutional neural networks" (2012).
    """

    def __init__(
        self,
        depth_radius: int = 2,
        alpha: float = 1e-4,
        beta: float = 0.75,
        k: float = 2.0,
        size: int | None = None,
        axis: int = -1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        window(depth_radius, size)
        self.depth_radius = depth_radius
        self.alpha = alpha
        self.beta = beta
        self.k = k
        self.size = size
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        x = as_floats(self, inputs)
        axes_in(self, self.axis, x.shape)
        return ops.local_response_normalization(
            x, self.depth_radius, self.k, self.alpha, self.beta, self.axis, self.size
        )
