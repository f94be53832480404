"""SpectralNormalization: a layer whose weights cannot stretch any input by more than 1."""

from __future__ import annotations

from typing import Any

from ondol import initializers, ops
from ondol.autograd import no_grad
from ondol.errors import DataError
from ondol.layers.checks import positive_integer
from ondol.layers.wrappers.wrapper import Wrapper


class SpectralNormalization(Wrapper):
    r"""Divides the wrapped layer's kernel W by its largest singular value σ at each training step.

    W is taken as a matrix with its last axis as columns, and σ is found by power iteration, from
    where the last step left off: $v = W u / |W u|$, $u = W^T v / |W^T v|$, $\sigma = v^T W u$. As in Keras, the
    quotient replaces the kernel, so that `predict` and a saved file have the normalized weights.

    Args:
        layer: a layer with a `kernel` (Dense, Conv2D, ...) or `embeddings`.
        power_iterations: how many iterations to make at each step; one is enough while weights move slowly.

    Weights:
        those of the layer, and vector_u (1, columns), which is not trainable.

    Raises:
        DataError: for a layer that has neither, or for no iterations.

    Example:
        >>> import ondol as od
        >>> dense = od.layers.Dense(3, use_bias=False, kernel_initializer="ones")
        >>> layer = od.layers.SpectralNormalization(dense)
        >>> y = layer([[1.0, 2.0, 2.0]], training=True)
        >>> dense.kernel[0].round(3)  # the matrix of nine ones has σ = 3
        Tensor([0.333 0.333 0.333], dtype=float32)

    Reference:
        Miyato et al.: "Spectral normalization for generative adversarial networks" (2018).
    """

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.power_iterations = positive_integer("power_iterations", power_iterations)
        self.autocast = False  # the kernel is measured and replaced with all its digits

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.kernel: Any = getattr(self.layer, "kernel", getattr(self.layer, "embeddings", None))
        if self.kernel is None:
            raise DataError(
                f"Layer '{self.name}' expected a layer with a kernel or embeddings. "
                f"Received: layer={self.layer!r}, which has neither."
            )
        self.vector_u = self.add_weight(
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            name="vector_u",
            dtype=self.kernel.dtype.name,
            autocast=False,
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        if training and self.trainable:
            with no_grad():
                self._normalize()
        if self.layer._accepts("training"):
            return self.layer(inputs, training=training)
        return self.layer(inputs)

    def _normalize(self) -> None:
        matrix = ops.reshape(self.kernel, (-1, self.kernel.shape[-1]))
        u = ops.cast(self.vector_u, matrix.dtype)  # (1, columns)
        for _ in range(self.power_iterations):
            v = ops.normalize(u @ matrix.T)  # (1, rows)
            u = ops.normalize(v @ matrix)
        sigma = v @ matrix @ u.T  # (1, 1)
        found = sigma > 0  # a kernel of zeros stays what it is, and so does u
        self.vector_u.assign(ops.where(found, u, self.vector_u))
        self.kernel.assign(self.kernel / ops.where(found, sigma, 1.0).reshape(()))
