"""LeNet-5, the network that read handwritten digits on cheques: as it was in 1998, and in today's form."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from ondol import initializers, layers
from ondol.applications.arguments import image_shape, positive
from ondol.applications.digit_codes import codes_for
from ondol.models import Model, Sequential

# Which maps of S2 each of the 16 maps of C3 sees (the paper's table I): three neighbours, four neighbours, four in two
# pairs, and all. Different inputs make the maps extract different features.
C3_TABLE = (
    *((n, (n + 1) % 6, (n + 2) % 6) for n in range(6)),
    *((n, (n + 1) % 6, (n + 2) % 6, (n + 3) % 6) for n in range(6)),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)
_SIDE = 32  # pixels: the least that the network takes


def LeNet5_1998(
    input_shape: Sequence[int] = (32, 32, 1),
    classes: int = 10,
    output: str = "rbf",
    name: str = "lenet5_1998",
) -> Model:
    r"""LeNet-5 as in the paper: 60,000 trainable parameters.

        layer                                       output      trainable parameters
        input, from -0.1 (paper) to 1.175 (ink)     32x32x1
        C1  6 filters of 5x5                        28x28x6      156
        S2  sum of 2x2 · coefficient + bias         14x14x6       12
        C3  16 filters of 5x5, each sees 3 to 6     10x10x16    1516
        S4  sum of 2x2 · coefficient + bias         5x5x16        32
        C5  120 filters of 5x5                      120        48120
        F6  84 units                                84         10164
        output  distance to a code for each class   10             0

    Every layer up to F6 squashes its sums by $1.7159 \tanh(2a/3)$. The codes are pictures of the classes in 7x12
    pixels of ±1; for others than ten classes they are drawn at random, as the paper proposes. The outputs are
    probabilities, the softmax of the negative squared distances: with the cross-entropy as the loss, this is the
    paper's criterion (its equation 9, without the constant).

    Args:
        input_shape: (height, width, channels); a margin of zeros makes smaller images 32x32.
        classes: number of classes.
        output: "rbf" as in the paper, or "dense": weights and biases that are trained (850 for ten classes).
        name: name of the model.

    Returns:
        A model for images from 0 (paper) to 1 (ink), not compiled. Its outputs are probabilities (batch, classes).

    Raises:
        ShapeError: `input_shape` is not that of an image.
        DataError: `classes` is no positive number.
        UnknownNameError: another `output`.

    Example:
        >>> import ondol as od
        >>> model = od.applications.LeNet5_1998(input_shape=(28, 28, 1))
        >>> sum(v.size for v in model.trainable_weights)
        60000

    Reference: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition (1998).
    """
    from ondol.errors import unknown_name

    if output not in ("rbf", "dense"):
        raise unknown_name("output", output, ("rbf", "dense"))
    shape, classes = image_shape(input_shape), positive("classes", classes)
    network = Sequential(
        [
            layers.Input(shape=shape),
            *_margin(shape),
            layers.Rescaling(1.275, offset=-0.1, name="input_range"),
            layers.Conv2D(
                6, 5, activation="lecun_tanh", kernel_initializer=_uniform(25 * shape[-1]), name="C1"
            ),
            layers.Subsampling2D(2, coefficient_initializer=_uniform(4), name="S2"),
            layers.PartialConv2D(
                C3_TABLE, 5, activation="lecun_tanh", kernel_initializer=_uniform(25 * 60 / 16), name="C3"
            ),
            layers.Subsampling2D(2, coefficient_initializer=_uniform(4), name="S4"),
            layers.Conv2D(120, 5, activation="lecun_tanh", kernel_initializer=_uniform(25 * 16), name="C5"),
            layers.Flatten(name="flatten"),
            layers.Dense(84, activation="lecun_tanh", kernel_initializer=_uniform(120), name="F6"),
        ],
        name=name,
    )
    if output == "rbf":
        network.add(layers.RadialBasis(classes, codes=codes_for(classes), name="distances"))
        network.add(layers.Softmax(name="probabilities"))
    else:
        network.add(layers.Dense(classes, activation="softmax", name="output"))
    return network


def LeNet5(input_shape: Sequence[int] = (28, 28, 1), classes: int = 10, name: str = "lenet5") -> Model:
    """LeNet-5 in the form that it has in today's textbooks: 61,706 parameters.

        layer                              output      parameters
        C1  6 filters of 5x5, relu         28x28x6        156
        S2  maxima of 2x2                  14x14x6          0
        C3  16 filters of 5x5, relu        10x10x16      2416
        S4  maxima of 2x2                  5x5x16           0
        C5  120 units, relu                120          48120
        F6  84 units, relu                 84           10164
        output  softmax                    10             850

    Rectified units, maxima instead of sums, every filter of C3 sees all maps, and a softmax at the end.

    Args:
        input_shape: (height, width, channels); a margin of zeros makes smaller images 32x32.
        classes: number of classes.
        name: name of the model.

    Returns:
        A model for images of about -1 to 1, not compiled. Its outputs are probabilities (batch, classes).

    Raises:
        ShapeError: `input_shape` is not that of an image.
        DataError: `classes` is no positive number.

    Example:
        >>> import ondol as od
        >>> od.applications.LeNet5().count_params()
        61706

    Reference: after LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition (1998).
    """
    shape, classes = image_shape(input_shape), positive("classes", classes)
    return Sequential(
        [
            layers.Input(shape=shape),
            *_margin(shape),
            layers.Conv2D(6, 5, activation="relu", kernel_initializer="he_normal", name="C1"),
            layers.MaxPooling2D(2, name="S2"),
            layers.Conv2D(16, 5, activation="relu", kernel_initializer="he_normal", name="C3"),
            layers.MaxPooling2D(2, name="S4"),
            layers.Flatten(name="flatten"),
            layers.Dense(120, activation="relu", kernel_initializer="he_normal", name="C5"),
            layers.Dense(84, activation="relu", kernel_initializer="he_normal", name="F6"),
            layers.Dense(classes, activation="softmax", name="output"),
        ],
        name=name,
    )


def _margin(shape: tuple[int, int, int]) -> list[Any]:
    """Zeros around images that are smaller than 32x32, so that the corners of a sign lie inside the windows of C5."""
    missing = [max(_SIDE - length, 0) for length in shape[:2]]
    sides = tuple((n // 2, n - n // 2) for n in missing)
    return [layers.ZeroPadding2D(sides, name="margin")] if any(itertools.chain(*sides)) else []


def _uniform(fan_in: float) -> Any:
    """The paper's first weights: uniform between ±2.4 over the number of inputs of a unit."""
    return initializers.RandomUniform(-2.4 / fan_in, 2.4 / fan_in)
