"""ViT: a Transformer that reads an image as a row of patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import initializers, layers, ops
from ondol.applications.arguments import image_shape, positive, share_of_heads
from ondol.errors import ShapeError
from ondol.models import Model

EPSILON = 1e-6  # of the layer normalizations


class ViT(Model):
    r"""A vision Transformer: an image is a sentence of patches, and each patch may look at every other.

        image                                  (batch, height, width, channels)
        patches, d numbers from each           (batch, n, d), n = (height / patch_size) · (width / patch_size)
        class token in front                   (batch, n + 1, d)
        + a learnt vector for each position
        L blocks:
            x + attention(norm(x))             each place looks at all places
            x + dense(gelu(dense(norm(x))))
        norm of the class token, softmax       (batch, classes)

    Where a convolution knows that neighbours belong together, it has to learn so: it wants more data, or more epochs.

    Args:
        input_shape: (height, width, channels), height and width multiples of patch_size.
        patch_size: side of the square patches, in pixels.
        num_layers: L, the number of blocks.
        num_heads: heads of attention in each.
        hidden_dim: d, the width.
        mlp_dim: the width inside the dense layers.
        classes: number of classes.
        dropout: rate of the dropout after the positions, on the weights of attention, and at the end of both branches.
        activation: of the outputs; "softmax" for probabilities, None for logits.

    Shapes:
        images (batch, height, width, channels), with means of about 0, to (batch, classes).

    Raises:
        DataError: for sizes that are no positive numbers, or a width that the heads cannot share.
        ShapeError: for an input_shape that is not that of an image, or that patches do not cover.

    Example:
        >>> import ondol as od
        >>> model = od.applications.ViT((32, 32, 3), patch_size=4, num_layers=2, num_heads=2, hidden_dim=64)
        >>> model(od.zeros((2, 32, 32, 3))).shape
        (2, 10)
        >>> od.insight.attention_weights(model, od.zeros((2, 32, 32, 3)), layer=-1).shape
        (2, 2, 65, 65)

    Reference:
        Dosovitskiy et al.: "An image is worth 16x16 words" (2021).
    """

    def __init__(
        self,
        input_shape: Sequence[int] = (32, 32, 3),
        patch_size: int = 4,
        num_layers: int = 6,
        num_heads: int = 4,
        hidden_dim: int = 128,
        mlp_dim: int = 256,
        classes: int = 10,
        dropout: float = 0.0,
        activation: Any = "softmax",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        share_of_heads(hidden_dim, num_heads)
        height, width, _ = shape = image_shape(input_shape)
        if height % positive("patch_size", patch_size) or width % patch_size:
            raise ShapeError(
                f"Expected height and width of which patch_size is a divisor. Received: input_shape={shape}, "
                f"patch_size={patch_size}."
            )
        self.hidden_dim = hidden_dim
        self.patch_count = (height // patch_size) * (width // patch_size)
        self.patches = layers.Conv2D(hidden_dim, patch_size, strides=patch_size, name="patches")
        self.class_token = self.add_weight((hidden_dim,), "zeros", name="class_token")
        self.positions = self.add_weight(
            (self.patch_count + 1, hidden_dim), initializers.RandomNormal(stddev=0.02), name="positions"
        )
        self.dropout = layers.Dropout(dropout)
        self.blocks = [
            layers.TransformerEncoder(
                positive("mlp_dim", mlp_dim),
                num_heads,
                dropout=dropout,
                activation="gelu",
                layer_norm_epsilon=EPSILON,
                normalize_first=True,
                name=f"block_{i}",
            )
            for i in range(positive("num_layers", num_layers))
        ]
        self.norm = layers.LayerNormalization(epsilon=EPSILON, name="norm")
        self.head = layers.Dense(positive("classes", classes), activation, name="head")
        self.build((None, *shape))

    def call(self, inputs: Any, training: bool = False) -> Any:
        x = self.patches(inputs)  # (batch, height / patch_size, width / patch_size, d)
        x = ops.reshape(x, (x.shape[0], self.patch_count, self.hidden_dim))
        first = ops.broadcast_to(ops.cast(self.class_token, x.dtype), (x.shape[0], 1, self.hidden_dim))
        x = ops.concatenate([first, x], axis=1) + ops.cast(self.positions, x.dtype)
        x = self.dropout(x, training=training)
        for block in self.blocks:
            x = block(x, training=training)
        return self.head(self.norm(x[:, 0]))


def ViTB16(
    input_shape: Sequence[int] = (224, 224, 3), classes: int = 1000, dropout: float = 0.1, **kwargs: Any
) -> ViT:
    """ViT-B/16: the base size of the paper with patches of 16x16 pixels; 86,567,656 parameters for 1000 classes.

    Args:
        input_shape: (height, width, channels).
        classes: number of classes.
        dropout: see `ViT`; 0.1 in the paper's training on ImageNet.
        kwargs: further arguments of `ViT`.

    Example:
        >>> import ondol as od
        >>> model = od.applications.ViTB16((32, 32, 3), num_layers=1, classes=10)  # 12 layers in the paper
        >>> model(od.zeros((1, 32, 32, 3))).shape
        (1, 10)
    """
    sizes = {"patch_size": 16, "num_layers": 12, "num_heads": 12, "hidden_dim": 768, "mlp_dim": 3072}
    return ViT(input_shape, classes=classes, dropout=dropout, **{"name": "vit_b16", **sizes, **kwargs})
