"""Wide residual networks: fewer blocks with more channels."""

from __future__ import annotations

from collections.abc import Sequence

from ondol import layers
from ondol.applications.arguments import image_shape, positive
from ondol.applications.resnet_cifar import WIDTHS, Blocks
from ondol.errors import DataError
from ondol.models import Model


def WideResNet(
    depth: int = 28,
    width: int = 10,
    dropout: float = 0.0,
    input_shape: Sequence[int] = (32, 32, 3),
    classes: int = 10,
    weight_decay: float = 0.0,
    name: str | None = None,
) -> Model:
    r"""A wide residual network WRN-depth-width of 6n + 4 layers with weights.

        stage                              output of 32x32 images
        convolution 3x3                    32x32x16
        n blocks of two convolutions 3x3   32x32x(16 · width)
        n blocks, the first with stride 2  16x16x(32 · width)
        n blocks, the first with stride 2  8x8x(64 · width)
        mean of each map, softmax          10

        depth-width                40-1   40-2   16-4   40-4   16-8   22-8   28-10
        million trainable weights   0.6    2.2    2.7    8.9   11.0   17.2    36.5

    A block is $y = x + F(x)$, where F is batch normalization, relu, convolution, batch normalization, relu, dropout,
    convolution. Where the channels change, x goes through a convolution 1x1.

    Args:
        depth: number of layers with weights, 6n + 4: 16, 22, 28, 40.
        width: how many times as many channels the stages have as those of a ResNet.
        dropout: rate of the dropout between the convolutions of a block; the paper has 0.3 where it uses one.
        input_shape: (height, width, channels).
        classes: number of classes.
        weight_decay: λ of a penalty $\frac{\lambda}{2} \sum w^2$ on all kernels, added to the loss; 5e-4 in the paper.
        name: name of the model.

    Returns:
        A model, not compiled, for images whose channels have means of about 0. Its outputs are probabilities
        (batch, classes).

    Raises:
        DataError: no such depth, width, dropout or number of classes.
        ShapeError: `input_shape` is not that of an image.

    Example:
        >>> import ondol as od
        >>> model = od.applications.WideResNet(depth=10, width=2, classes=5)
        >>> model.name, model.output_shape
        ('wide_resnet10_2', (None, 5))

    Reference: Zagoruyko and Komodakis, Wide residual networks (2016).
    """
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 10 or depth % 6 != 4:
        raise DataError(
            f"Expected a depth of 6n + 4 layers: 10, 16, 22, 28, 34, 40, ... Received: depth={depth!r}."
        )
    if not 0 <= dropout < 1:
        raise DataError(f"Expected dropout from 0 up to 1 (without 1). Received: dropout={dropout!r}.")
    width = positive("width", width)
    net = Blocks("projection", weight_decay)
    inputs = layers.Input(shape=image_shape(input_shape))
    x = net.convolution(inputs, WIDTHS[0], 1, "stem_conv")
    for stage, channels in enumerate(WIDTHS, start=1):
        for number in range((depth - 4) // 6):
            strides = 2 if stage > 1 and number == 0 else 1
            name_of_block = f"stage{stage}_block{number + 1}"
            x = net.preactivated_block(x, channels * width, strides, name_of_block, dropout)
    x = net.normalized_relu(x, "final")
    return net.classifier(inputs, x, positive("classes", classes), name or f"wide_resnet{depth}_{width}")
