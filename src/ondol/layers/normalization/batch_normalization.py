"""BatchNormalization: each channel with the same mean and variance, whatever the layers before do."""

from __future__ import annotations

from typing import Any

from ondol import initializers, ops
from ondol.autograd import Variable, no_grad
from ondol.errors import DataError, ShapeError
from ondol.layers.checks import as_floats, check_axes
from ondol.layers.normalization.affine import AffineNormalization, axes_in, check_lengths


class BatchNormalization(AffineNormalization):
    r"""$y = \gamma\,(x - \mu) / \sqrt{\sigma^2 + \varepsilon} + \beta$ for each channel.

    While training, μ and σ² are those of the batch, over all axes but that of the channels, and the moving statistics
    follow them: m ← momentum · m + (1 - momentum) · μ, and so for σ² (the biased one, divided by n). Otherwise
    the moving statistics stand for μ and σ². So `evaluate` on the training data differs from the loss that `fit`
    shows, above all in the first epochs: with momentum 0.99 the moving statistics need some 300 batches to arrive.

    A layer with `trainable = False` is frozen as a whole: it uses the moving statistics in training, too, and
    leaves them alone.

    Args:
        axis: the axis of the channels: -1, or 1 for channels first.
        momentum: how much of the moving statistics stays at each batch, of [0, 1].
        epsilon: keeps the root away from 0.
        center, scale: whether there are β and γ.
        beta_initializer, gamma_initializer: how β and γ are first drawn.
        moving_mean_initializer, moving_variance_initializer: the first moving statistics.
        beta_regularizer, gamma_regularizer: penalties on β and γ, added to the loss.
        beta_constraint, gamma_constraint: projections of β and γ after each update.
        synchronized: accepted for Keras: one program sees the whole batch, on however many devices.

    Call arguments:
        inputs: array (batch, ..., channels), or with the channels where `axis` says.
        training: whether to use and follow the batch's statistics.
        mask: where False, an element does not count in the statistics; of the inputs' shape without the axis of
            the channels, or one that broadcasts to it.

    Weights:
        gamma and beta (channels,), then moving_mean and moving_variance (channels,), which are not trainable.

    Raises:
        ShapeError: for inputs without that axis, or with another number of channels than the first ones had.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.BatchNormalization(momentum=0.5, epsilon=0.0)
        >>> layer([[1.0], [5.0]], training=True).tolist()
        [[-1.0], [1.0]]
        >>> layer.moving_mean.tolist(), layer.moving_variance.tolist()
        ([1.5], [2.5])

    Reference:
        Ioffe, Szegedy: "Batch normalization" (2015).
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
            **kwargs,
        )
        if not 0 <= momentum <= 1:
            raise DataError(f"Expected a momentum between 0 and 1. Received: momentum={momentum}.")
        self.axis = int(axis)
        self.momentum = float(momentum)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.synchronized = synchronized

    def build(self, input_shape: Any) -> None:
        check_axes(self, input_shape)
        (channels,) = axes_in(self, self.axis, input_shape)
        shape = (input_shape[channels],)
        self.add_gamma_and_beta(shape)
        self.moving_mean, self.moving_variance = [
            self.add_weight(shape=shape, name=name, initializer=first, trainable=False, autocast=False)
            for name, first in (
                ("moving_mean", self.moving_mean_initializer),
                ("moving_variance", self.moving_variance_initializer),
            )
        ]

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        x = as_floats(self, inputs)
        check_lengths(self, self.axis, x, self.moving_mean.shape)
        affine = self.axis, self.beta, self.gamma, self.epsilon
        if not (training and self.trainable):
            return ops.batch_normalization(x, self.moving_mean, self.moving_variance, *affine)
        if mask is None:
            y, mean, variance = ops.normalize_batch(x, *affine)
        else:
            mean, variance = self._masked_moments(x, mask)
            y = ops.batch_normalization(x, mean, variance, *affine)
        with no_grad():
            self._follow(self.moving_mean, mean)
            self._follow(self.moving_variance, variance)
        return y

    def _follow(self, moving: Variable, now: Any) -> None:
        moving.assign(ops.cast(moving, now.dtype) * self.momentum + now * (1.0 - self.momentum))

    def _masked_moments(self, x: Any, mask: Any) -> tuple[Any, Any]:
        """Mean and variance over the elements that count."""
        channels = self.axis % x.ndim
        axes = tuple(a for a in range(x.ndim) if a != channels)
        if mask.ndim != x.ndim - 1:
            raise ShapeError(
                f"Layer '{self.name}' expected a mask of the inputs' shape without the axis {channels} of the "
                f"channels. Received: mask.shape={mask.shape}, inputs.shape={x.shape}."
            )
        counts = ops.broadcast_to(ops.expand_dims(ops.cast(mask, "bool"), channels), x.shape)
        x = ops.cast(x, "float32") if x.dtype.itemsize == 2 else x
        n = ops.maximum(ops.sum(ops.cast(counts, x.dtype), axes, keepdims=True), 1.0)
        mean = ops.sum(ops.where(counts, x, 0.0), axes, keepdims=True) / n
        centred = ops.where(counts, x - mean, 0.0)
        return ops.squeeze(mean, axes), ops.sum(centred * centred / n, axes)
