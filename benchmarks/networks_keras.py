"""The networks by Keras' names, for Keras and for Ondol alike: `keras` is either of them."""

from __future__ import annotations

from functools import partial

from workloads import CLASSES, VOCABULARY, Workload


def build(keras, workload: Workload):
    """The workload's network, new, with the dtype policy that goes with its precision."""
    keras.config.set_dtype_policy("mixed_bfloat16" if workload.precision == "bfloat16" else "float32")
    if workload.sequence:
        return SEQUENCES[workload.network](keras, workload)
    if workload.network:
        return NETWORKS[workload.network](keras, keras.Input(workload.image))
    return dense(keras, workload.layers)


def dense(keras, widths: tuple[int, ...]):
    inputs, *hidden, classes = widths
    return keras.Sequential(
        [
            keras.Input((inputs,)),
            *(keras.layers.Dense(units, activation="relu") for units in hidden),
            keras.layers.Dense(classes),
        ]
    )


def cnn(keras, image, filters: tuple[int, int]):
    """Convolution and pooling twice, then two dense layers: 28 -> 24 -> 12 -> 8 -> 4 rows."""
    layers, x = keras.layers, image
    for count in filters:
        x = layers.Conv2D(count, 5, activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    return keras.Model(image, layers.Dense(CLASSES)(x))


def vgg(keras, image):
    """Five convolutions in three stages, and the mean of what they see."""
    layers, x = keras.layers, image
    for stage in [(64, 64), (128, 128), (256,)]:
        for count in stage:
            x = layers.Conv2D(count, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(CLASSES)(x))


def resnet(keras, image, blocks: int):
    """Three stages of residual blocks (He et al., 2015, section 4.2), 6 blocks + 2 layers deep."""
    layers = keras.layers
    x = layers.ReLU()(_normalized(keras, image, 16))
    for filters in (16, 32, 64):
        for number in range(blocks):
            stride = 2 if filters > 16 and number == 0 else 1
            y = layers.ReLU()(_normalized(keras, x, filters, stride))
            y = _normalized(keras, y, filters)
            x = _add_relu(keras, y, _shortcut(keras, x) if stride > 1 else x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(CLASSES)(x))


def _normalized(keras, x, filters: int, stride: int = 1):
    x = keras.layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    return keras.layers.BatchNormalization()(x)


def _shortcut(keras, x):
    """Every second row and column, and as many channels of zeros (option A of the paper)."""
    channels = x.shape[-1]
    return keras.ops.pad(x[:, ::2, ::2, :], [(0, 0), (0, 0), (0, 0), (channels // 2, channels // 2)])


def _add_relu(keras, x, y):
    """relu(x + y), for which Ondol has a layer."""
    layers = keras.layers
    return layers.AddReLU()([x, y]) if hasattr(layers, "AddReLU") else layers.ReLU()(layers.Add()([x, y]))


def recurrent(keras, workload: Workload):
    """One layer over the steps, and classes from its last state."""
    layer = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[workload.network]
    return keras.Sequential(
        [keras.Input(workload.sequence), layer(workload.units), keras.layers.Dense(CLASSES)]
    )


def transformer(keras, workload: Workload, width: int = 256, heads: int = 4, blocks: int = 2):
    """Blocks that normalize first (GPT-2), on tokens with learnt positions."""
    layers = keras.layers
    tokens = keras.Input(workload.sequence, dtype="int32")
    x = layers.Embedding(VOCABULARY, width)(tokens)
    x = _positions(keras)(x)
    for _ in range(blocks):
        y = layers.LayerNormalization(epsilon=1e-5)(x)
        y = layers.MultiHeadAttention(heads, width // heads)(y, y, use_causal_mask=True)
        x = layers.Add()([x, y])
        y = layers.LayerNormalization(epsilon=1e-5)(x)
        y = layers.Dense(4 * width, activation=_gelu(keras))(y)
        x = layers.Add()([x, layers.Dense(width)(y)])
    return keras.Model(tokens, layers.Dense(VOCABULARY)(x))


def _positions(keras):
    """A layer that adds a learnt vector for each place."""

    class Positions(keras.layers.Layer):
        def build(self, input_shape):
            self.positions = self.add_weight(shape=input_shape[1:], name="positions")

        def call(self, inputs):
            return inputs + self.positions

    return Positions()


def _gelu(keras):
    """GELU by tanh, as GPT-2 has it."""
    return lambda x: keras.activations.gelu(x, approximate=True)


SEQUENCES = {
    "lstm": recurrent,
    "gru": recurrent,
    "transformer": transformer,
    "gpt": partial(transformer, width=128, blocks=4),
}
NETWORKS = {
    "cnn-6-12": partial(cnn, filters=(6, 12)),
    "cnn-32-64": partial(cnn, filters=(32, 64)),
    "vgg-64": vgg,
    "resnet-20": partial(resnet, blocks=3),
}
