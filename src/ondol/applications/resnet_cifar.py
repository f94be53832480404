"""Residual networks for small images: ResNet-20 to ResNet-110, with the activations after or before the weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import layers, ops, regularizers
from ondol.applications.arguments import image_shape, positive
from ondol.errors import DataError, unknown_name
from ondol.models import Model

WIDTHS = (16, 32, 64)  # channels of the three stages


def ResNetCIFAR(
    depth: int,
    input_shape: Sequence[int] = (32, 32, 3),
    classes: int = 10,
    shortcut: str = "identity",
    version: int = 1,
    weight_decay: float = 0.0,
    name: str | None = None,
) -> Model:
    r"""A residual network of 6n + 2 layers with weights, as He et al. made them for CIFAR-10.

        stage                              output of 32x32 images
        convolution 3x3                    32x32x16
        n blocks of two convolutions 3x3   32x32x16
        n blocks, the first with stride 2  16x16x32
        n blocks, the first with stride 2  8x8x64
        mean of each map, softmax          10

        depth                        20      32      44      56     110
        million trainable weights  0.27    0.46    0.66    0.85    1.73

    A block adds to its input what its two convolutions make of it: $y = \mathrm{relu}(x + F(x))$, where F is
    convolution, batch normalization, relu, convolution, batch normalization. In version 2 batch normalization and
    relu come before each convolution and nothing after the sum, $y = x + F(x)$, so that a signal passes all blocks
    unchanged.

    Args:
        depth: number of layers with weights, 6n + 2: 20, 32, 44, 56, 110.
        input_shape: (height, width, channels).
        classes: number of classes.
        shortcut: how x gets the size of F(x) where a stage begins: "identity" (every second pixel, and channels of
            zeros: no parameters, the papers' choice for CIFAR) or "projection" (a convolution 1x1 with stride 2).
        version: 1 (2015) or 2 (2016).
        weight_decay: λ of a penalty $\frac{\lambda}{2} \sum w^2$ on all kernels, added to the loss; 1e-4 in the papers.
        name: name of the model.

    Returns:
        A model, not compiled, for images whose channels have means of about 0. Its outputs are probabilities
        (batch, classes).

    Raises:
        DataError: no such depth, version or number of classes, or a negative `weight_decay`.
        ShapeError: `input_shape` is not that of an image.
        UnknownNameError: another `shortcut`.

    Example:
        >>> import ondol as od
        >>> model = od.applications.ResNetCIFAR(depth=8, classes=5)
        >>> model.output_shape, len([layer for layer in model.layers if isinstance(layer, od.layers.Conv2D)])
        ((None, 5), 7)

    Reference:
        He, Zhang, Ren and Sun, Deep residual learning for image recognition (2015), section 4.2; Identity mappings in
        deep residual networks (2016).
    """
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 8 or depth % 6 != 2:
        raise DataError(
            f"Expected a depth of 6n + 2 layers: 8, 14, 20, 32, 44, 56, 110, ... Received: depth={depth!r}."
        )
    if version not in (1, 2):
        raise DataError(f"Expected version 1 (2015) or 2 (2016). Received: version={version!r}.")
    net = Blocks(shortcut, weight_decay)
    block = net.block if version == 1 else net.preactivated_block
    inputs = layers.Input(shape=image_shape(input_shape))
    x = net.convolution(inputs, WIDTHS[0], 1, "stem_conv")
    if version == 1:
        x = net.normalized_relu(x, "stem")
    for stage, width in enumerate(WIDTHS, start=1):
        for number in range((depth - 2) // 6):
            strides = 2 if stage > 1 and number == 0 else 1
            x = block(x, width, strides, f"stage{stage}_block{number + 1}")
    if version == 2:
        x = net.normalized_relu(x, "final")
    name = name or f"resnet{depth}" + ("v2" if version == 2 else "")
    return net.classifier(inputs, x, positive("classes", classes), name)


class Blocks:
    """The parts that residual networks for small images are made of; all kernels get the same penalty."""

    def __init__(self, shortcut: str, weight_decay: float) -> None:
        if shortcut not in ("identity", "projection"):
            raise unknown_name("shortcut", shortcut, ("identity", "projection"))
        if not weight_decay >= 0:
            raise DataError(f"Expected weight_decay of at least 0. Received: weight_decay={weight_decay!r}.")
        self.shortcut = shortcut
        self.penalty = regularizers.L2(weight_decay / 2) if weight_decay else None

    def convolution(self, x: Any, filters: int, strides: int, name: str, size: int = 3) -> Any:
        """No bias: the batch normalization that follows would take it out again."""
        return layers.Conv2D(
            filters,
            size,
            strides=strides,
            padding="same",
            use_bias=False,
            kernel_initializer="he_normal",
            kernel_regularizer=self.penalty,
            name=name,
        )(x)

    def normalized(self, x: Any, name: str) -> Any:
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=name)(x)

    def normalized_relu(self, x: Any, name: str) -> Any:
        x = self.normalized(x, f"{name}_norm")
        return layers.ReLU(name=f"{name}_relu")(x)

    def block(self, x: Any, width: int, strides: int, name: str) -> Any:
        """relu(x + F(x))."""
        y = self.convolution(x, width, strides, f"{name}_conv1")
        y = self.normalized_relu(y, f"{name}_1")
        y = self.convolution(y, width, 1, f"{name}_conv2")
        y = self.normalized(y, f"{name}_2_norm")
        if x.shape[-1] != width or strides > 1:
            x = self.resized(x, width, strides, name)
            if self.shortcut == "projection":
                x = self.normalized(x, f"{name}_shortcut_norm")
        return layers.AddReLU(name=name)([x, y])

    def preactivated_block(self, x: Any, width: int, strides: int, name: str, dropout: float = 0.0) -> Any:
        """x + F(x). A projection sees x normalized and rectified, as F does."""
        y = self.normalized_relu(x, f"{name}_1")
        if x.shape[-1] != width or strides > 1:
            x = self.resized(y if self.shortcut == "projection" else x, width, strides, name)
        y = self.convolution(y, width, strides, f"{name}_conv1")
        y = self.normalized_relu(y, f"{name}_2")
        if dropout:
            y = layers.Dropout(dropout, name=f"{name}_dropout")(y)
        y = self.convolution(y, width, 1, f"{name}_conv2")
        return layers.Add(name=name)([x, y])

    def resized(self, x: Any, width: int, strides: int, name: str) -> Any:
        """The shortcut where a stage begins."""
        if self.shortcut == "projection":
            return self.convolution(x, width, strides, f"{name}_shortcut", size=1)
        new = width - x.shape[-1]
        return ops.pad(x[:, ::strides, ::strides, :], ((0, 0), (0, 0), (0, 0), (0, new)))

    def classifier(self, inputs: Any, x: Any, classes: int, name: str) -> Model:
        x = layers.GlobalAveragePooling2D(name="means")(x)
        output = layers.Dense(
            classes,
            activation="softmax",
            kernel_initializer="he_normal",
            kernel_regularizer=self.penalty,
            name="output",
        )
        return Model(inputs, output(x), name=name)


def _named(depth: int, version: int) -> Any:
    def build(
        input_shape: Sequence[int] = (32, 32, 3),
        classes: int = 10,
        shortcut: str = "identity",
        weight_decay: float = 0.0,
        name: str | None = None,
    ) -> Model:
        return ResNetCIFAR(depth, input_shape, classes, shortcut, version, weight_decay, name)

    form = ", its activations before the weights" if version == 2 else ""
    build.__name__ = build.__qualname__ = f"ResNet{depth}" + ("V2" if version == 2 else "")
    build.__doc__ = f"The residual network of {depth} layers for small images{form}; see `ResNetCIFAR`."
    return build


ResNet20, ResNet32, ResNet44, ResNet56, ResNet110 = (_named(d, 1) for d in (20, 32, 44, 56, 110))
ResNet20V2, ResNet32V2, ResNet44V2, ResNet56V2, ResNet110V2 = (_named(d, 2) for d in (20, 32, 44, 56, 110))
