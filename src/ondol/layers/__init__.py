"""Layers: the parts that networks are put together from, grouped as Keras groups them."""

from ondol.layers.activation.activation import Activation, Exponential, Linear
from ondol.layers.activation.elu import CELU, ELU, SELU
from ondol.layers.activation.prelu import PReLU
from ondol.layers.activation.relu import LeakyReLU, ReLU, ReLU6
from ondol.layers.activation.sigmoid import HardSigmoid, Sigmoid, Softsign, Tanh
from ondol.layers.activation.smooth import GELU, HardSwish, Mish, SiLU, Softplus, Swish
from ondol.layers.activation.softmax import LogSoftmax, Softmax
from ondol.layers.base import Layer
from ondol.layers.core.dense import Dense
from ondol.layers.core.embedding import Embedding
from ondol.layers.core.identity import Identity
from ondol.layers.core.input import Input, InputLayer
from ondol.layers.core.lambda_ import Lambda
from ondol.layers.core.maxout import Maxout
from ondol.layers.merging.concatenate import Concatenate, concatenate
from ondol.layers.merging.dot import Dot, dot
from ondol.layers.merging.elementwise import (
    Add,
    Average,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    maximum,
    minimum,
    multiply,
    subtract,
)
from ondol.layers.preprocessing.normalization import Normalization
from ondol.layers.preprocessing.rescaling import Rescaling
from ondol.layers.registry import deserialize, serialize
from ondol.layers.regularization.dropout import Dropout
from ondol.layers.reshaping.flatten import Flatten
from ondol.layers.reshaping.permute import Permute
from ondol.layers.reshaping.repeat_vector import RepeatVector
from ondol.layers.reshaping.reshape import Reshape

__all__ = [
    # the base, and where data enter
    "Layer",
    "Input",
    "InputLayer",
    # core
    "Dense",
    "Maxout",
    "Embedding",
    "Lambda",
    "Identity",
    # activations
    "Activation",
    "ReLU",
    "LeakyReLU",
    "PReLU",
    "ELU",
    "Softmax",
    "LogSoftmax",
    "Sigmoid",
    "Tanh",
    "ReLU6",
    "SELU",
    "CELU",
    "GELU",
    "SiLU",
    "Swish",
    "HardSwish",
    "Mish",
    "Softplus",
    "Softsign",
    "HardSigmoid",
    "Exponential",
    "Linear",
    # several inputs
    "Add",
    "Subtract",
    "Multiply",
    "Average",
    "Maximum",
    "Minimum",
    "Concatenate",
    "Dot",
    "add",
    "subtract",
    "multiply",
    "average",
    "maximum",
    "minimum",
    "concatenate",
    "dot",
    # shapes
    "Flatten",
    "Reshape",
    "Permute",
    "RepeatVector",
    # regularization and preprocessing
    "Dropout",
    "Rescaling",
    "Normalization",
    # configurations
    "serialize",
    "deserialize",
]
