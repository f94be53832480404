"""MixUp and CutMix: images made of two, with labels made of two."""

from __future__ import annotations

from typing import Any

from ondol import ops, random
from ondol.autograd import Tensor
from ondol.errors import DataError, ShapeError
from ondol.layers.checks import as_floats
from ondol.layers.preprocessing.beta_numbers import beta
from ondol.layers.preprocessing.image_layer import Factor, ImageLayer, factor_range
from ondol.layers.preprocessing.random_boxes import box_mask


class MixingLayer(ImageLayer):
    """Base of layers that mix each image with another of its batch, and the labels in the same shares."""

    def _images(self, images: Any) -> Tensor:
        images = super()._images(images)
        if images.ndim != 4:
            raise ShapeError(
                f"Layer '{self.name}' expected a batch of images, as it mixes them with one another. "
                f"Received: images.shape={images.shape}, a single image. Stack several along a first axis."
            )
        return images

    def transform_labels(self, labels: Tensor, transformation: Any) -> Tensor:
        others, share = transformation[:2]
        if labels.ndim == 1 and labels.dtype.kind in "iu":
            raise DataError(
                f"Layer '{self.name}' expected labels that can be mixed, one-hot rows (batch, classes). "
                f"Received: labels.dtype={labels.dtype}, labels.shape={labels.shape}, numbers of classes. "
                "Pass od.ops.one_hot(labels, num_classes), and train with categorical_crossentropy."
            )
        labels = as_floats(self, labels)
        share = share.reshape((-1,) + (1,) * (labels.ndim - 1))
        mixed = labels * share + ops.take(labels, others, axis=0) * (1.0 - share)
        return mixed.astype(labels.dtype)


class MixUp(MixingLayer):
    r"""Blends each image with another one of the batch, and their labels alike, while training.

    x = λ x₁ + (1 - λ) x₂, y = λ y₁ + (1 - λ) y₂, with λ of Beta(α, α) for each image.

    Call it on {"images": ..., "labels": ...} with one-hot labels; on images alone it mixes just these. In `fit` the
    labels pass through a model's `train_step`:

    >>> import ondol as od
    >>> class Mixed(od.Sequential):
    ...     def train_step(self, data):
    ...         x, y = data
    ...         mixed = self.mix({"images": x, "labels": y}, training=True)
    ...         return super().train_step((mixed["images"], mixed["labels"]))
    >>> model = Mixed([od.layers.Flatten(), od.layers.Dense(10, activation="softmax")])
    >>> model.mix = od.layers.MixUp(alpha=0.2, seed=0)

    Args:
        alpha: α; the larger, the more even the shares.
        data_format: "channels_last" (None) or "channels_first".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for an alpha that is not positive, or labels that are numbers of classes.
        ShapeError: for a single image.

    Example:
        >>> layer = od.layers.MixUp(alpha=1.0, seed=0)
        >>> mixed = layer({"images": od.ops.ones((4, 8, 8, 3)), "labels": od.ops.eye(4)}, training=True)
        >>> [round(v, 5) for v in mixed["labels"].sum(axis=1).tolist()]
        [1.0, 1.0, 1.0, 1.0]

    Reference: Zhang et al., "mixup: Beyond empirical risk minimization" (2017).
    """

    def __init__(
        self, alpha: float = 0.2, data_format: str | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        if not isinstance(alpha, (int, float)) or alpha <= 0:
            raise DataError(f"Expected alpha as a positive number. Received: alpha={alpha!r}.")
        self.alpha = alpha

    def get_random_transformation(self, images: Tensor) -> tuple[Tensor, Tensor]:
        n = images.shape[0]
        return random.permutation(n, self.generator), beta(n, self.alpha, self.generator)

    def transform_images(self, images: Tensor, transformation: Any) -> Tensor:
        others, share = transformation
        share = share[:, None, None, None]
        return images * share + ops.take(images, others, axis=0) * (1.0 - share)


class CutMix(MixingLayer):
    r"""Pastes a rectangle of another image of the batch into each, while training.

    The labels are mixed in the shares that the two images have of the pixels; the rectangle takes 1 - λ of the image,
    λ of Beta(α, α). Call it on {"images": ..., "labels": ...} with one-hot labels; in `fit`, see `MixUp`.

    Args:
        factor: the range that α is drawn from, for each batch; one number f stands for (0, f).
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError: for a factor outside 0 ... 1, or labels that are numbers of classes.
        ShapeError: for a single image.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.CutMix((1.0, 1.0), seed=0)
        >>> images = od.ops.arange(4.0).reshape((4, 1, 1, 1)) * od.ops.ones((8, 8, 1))
        >>> mixed = layer({"images": images, "labels": od.ops.arange(4.0)[:, None]}, training=True)
        >>> bool((abs(mixed["images"].mean(axis=(1, 2)) - mixed["labels"]) < 1e-5).all())
        True

    Reference: Yun et al., "CutMix: Regularization strategy to train strong classifiers" (2019).
    """

    def __init__(
        self, factor: Factor = 1.0, seed: int | None = None, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1, alone="up to")

    def get_random_transformation(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        n = images.shape[0]
        alpha = random.uniform((1,), *self.factor, "float32", self.generator) + 1e-6
        side = ops.sqrt(1.0 - beta(n, alpha, self.generator)).reshape((n, 1, 1, 1))
        mask = box_mask(images, side, side, self.uniform(images), self.uniform(images))
        share = 1.0 - mask.astype("float32").mean(
            axis=(1, 2, 3)
        )  # of whole pixels, which the rectangle is made of
        return random.permutation(n, self.generator), share, mask

    def transform_images(self, images: Tensor, transformation: Any) -> Tensor:
        others, _, mask = transformation
        return ops.where(mask, ops.take(images, others, axis=0), images)
