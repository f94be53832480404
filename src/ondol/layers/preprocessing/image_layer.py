"""What all layers that change images share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import ops, random
from ondol.autograd import Tensor
from ondol.errors import DataError, ShapeError
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats
from ondol.ops.data_format import standardize_data_format
from ondol.ops.image.layout import as_batch
from ondol.ops.image.settling import Settled

Factor = float | Sequence[float]


class ImageLayer(Layer):
    """Base of layers that change each image of a batch by a random decision of its own, while training.

    A subclass draws the decisions in `get_random_transformation(images)` and carries them out in
    `transform_images(images, transformation)`; what it does without training it says in `at_rest(images)`. All see
    floats (batch, height, width, channels): this class brings single images, bytes and channels first into that form
    and back, and takes a dict {"images": ..., "labels": ...} apart.

    Args:
        seed: an integer for a stream of random numbers of the layer's own; None for the global one.
        data_format: "channels_last" (None) or "channels_first".
    """

    def __init__(self, *, seed: int | None = None, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.seed = seed
        self.generator = None if seed is None else random.SeedGenerator(seed)

    # -- to be overridden

    def get_random_transformation(self, images: Tensor) -> Any:
        """Draw what is to be done with each image."""
        return None

    def transform_images(self, images: Tensor, transformation: Any) -> Tensor:
        """Do it."""
        return self.at_rest(images)

    def transform_labels(self, labels: Tensor, transformation: Any) -> Tensor:
        """The labels of the changed images: unchanged, for all but the layers that mix images."""
        return labels

    def at_rest(self, images: Tensor) -> Tensor:
        """What the layer gives when it is not training: the images as they are."""
        return images

    # -- calling

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not isinstance(inputs, dict):
            return self._changed(inputs, None, training)[0]
        unknown = inputs.keys() - {"images", "labels"}
        if unknown or "images" not in inputs:
            raise DataError(
                f"Layer '{self.name}' expected a dict with 'images' and, if there are any, 'labels'. "
                f"Received: {', '.join(map(repr, inputs))}. Boxes and masks are not changed along with the images."
            )
        images, labels = self._changed(inputs["images"], inputs.get("labels"), training)
        return {"images": images} if labels is None else {"images": images, "labels": labels}

    def _changed(self, images: Any, labels: Any, training: bool) -> tuple[Any, Any]:
        images = self._images(images)
        batch, restore = as_batch(images, self.data_format)
        if not training:
            return restore(self.at_rest(batch)), labels
        batch = Settled()(batch)
        transformation = self.get_random_transformation(batch)
        changed = restore(self.transform_images(batch, transformation)).astype(images.dtype)
        if labels is None:
            return changed, None
        labels = ops.convert_to_tensor(labels)
        if images.ndim == 4:
            return changed, self.transform_labels(labels, transformation)
        return changed, self.transform_labels(labels[None], transformation)[0]

    def _images(self, images: Any) -> Tensor:
        images = ops.convert_to_tensor(images)
        if images.ndim not in (3, 4):
            last = (
                "height, width, channels"
                if self.data_format == "channels_last"
                else "channels, height, width"
            )
            raise ShapeError(
                f"Layer '{self.name}' expected images of shape (batch, {last}), or one of ({last}). "
                f"Received: inputs.shape={images.shape}. Grey images need an axis of one channel, x[..., None]; "
                "flat ones a Reshape layer before."
            )
        return as_floats(self, images)

    # -- drawing

    def uniform(self, images: Tensor, low: float = 0.0, high: float = 1.0) -> Tensor:
        """A number of [low, high) for each image, (batch, 1, 1, 1)."""
        return Settled()(random.uniform((images.shape[0], 1, 1, 1), low, high, "float32", self.generator))

    def chosen(self, images: Tensor, probability: float | tuple[float, float]) -> Tensor:
        """Whether each image is to be changed, (batch, 1, 1, 1); of a range, each draws its own probability."""
        if isinstance(probability, tuple):
            return self.uniform(images) < self.uniform(images, *probability)
        return self.uniform(images) < probability


def factor_range(
    name: str, factor: Any, low: float, high: float, alone: str = "both sides"
) -> tuple[float, float]:
    """The range that a factor is drawn from.

    Args:
        name: what the argument is called, for the error.
        factor: two numbers, or one.
        low, high: bounds of both.
        alone: what one number f stands for: "both sides" (-f, f), "up to" (0, f) or "itself" (f, f).

    Raises:
        DataError: for anything else.
    """
    pair = list(factor) if isinstance(factor, (tuple, list)) else [factor]
    if (
        not all(isinstance(f, (int, float)) and not isinstance(f, bool) and low <= f <= high for f in pair)
        or not 1 <= len(pair) <= 2
    ):
        raise DataError(
            f"Expected {name} as a number between {low:g} and {high:g}, or two of them, the range to draw from. "
            f"Received: {name}={factor!r}."
        )
    if len(pair) == 2:
        return float(min(pair)), float(max(pair))
    f = abs(float(pair[0]))
    return {"both sides": (-f, f), "up to": (0.0, f), "itself": (f, f)}[alone]


def sorted_range(value_range: Any) -> tuple[float, float]:
    """The lowest and the highest value of a pixel.

    Raises:
        DataError: for anything but two different numbers.
    """
    pair = list(value_range) if isinstance(value_range, (tuple, list)) else []
    if len(pair) != 2 or not all(isinstance(v, (int, float)) for v in pair) or pair[0] == pair[1]:
        raise DataError(
            "Expected value_range as the lowest and the highest value of a pixel, such as (0, 255) or (0, 1). "
            f"Received: value_range={value_range!r}."
        )
    return float(min(pair)), float(max(pair))
