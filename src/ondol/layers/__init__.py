"""Layers: the parts that networks are put together from, grouped as Keras groups them."""

from ondol.layers.activation.activation import Activation, Exponential, Linear
from ondol.layers.activation.elu import CELU, ELU, SELU
from ondol.layers.activation.prelu import PReLU
from ondol.layers.activation.relu import LeakyReLU, ReLU, ReLU6
from ondol.layers.activation.sigmoid import HardSigmoid, Sigmoid, Softsign, Tanh
from ondol.layers.activation.smooth import GELU, HardSwish, Mish, SiLU, Softplus, Swish
from ondol.layers.activation.softmax import LogSoftmax, Softmax
from ondol.layers.attention.additive_attention import AdditiveAttention
from ondol.layers.attention.attention import Attention
from ondol.layers.attention.cached_multi_head_attention import CachedMultiHeadAttention
from ondol.layers.attention.grouped_query_attention import GroupQueryAttention
from ondol.layers.attention.multi_head_attention import MultiHeadAttention
from ondol.layers.base import Layer
from ondol.layers.convolution.conv1d import Conv1D
from ondol.layers.convolution.conv1d_transpose import Conv1DTranspose
from ondol.layers.convolution.conv2d import Conv2D
from ondol.layers.convolution.conv2d_transpose import Conv2DTranspose
from ondol.layers.convolution.conv3d import Conv3D
from ondol.layers.convolution.conv3d_transpose import Conv3DTranspose
from ondol.layers.convolution.depthwise_conv1d import DepthwiseConv1D
from ondol.layers.convolution.depthwise_conv2d import DepthwiseConv2D
from ondol.layers.convolution.separable_conv1d import SeparableConv1D
from ondol.layers.convolution.separable_conv2d import SeparableConv2D
from ondol.layers.core.dense import Dense
from ondol.layers.core.einsum_dense import EinsumDense
from ondol.layers.core.embedding import Embedding
from ondol.layers.core.identity import Identity
from ondol.layers.core.input import Input, InputLayer
from ondol.layers.core.lambda_ import Lambda
from ondol.layers.core.masking import Masking
from ondol.layers.core.maxout import Maxout
from ondol.layers.core.reversible_embedding import ReversibleEmbedding
from ondol.layers.from_scratch.affine import Affine
from ondol.layers.from_scratch.matmul import MatMul
from ondol.layers.from_scratch.nodes import AddNode, BranchNode, MulNode, RepeatNode, SumNode
from ondol.layers.from_scratch.with_loss import SigmoidWithLoss, SoftmaxWithLoss
from ondol.layers.historical.partial_conv2d import PartialConv2D
from ondol.layers.historical.radial_basis import RadialBasis
from ondol.layers.historical.subsampling2d import Subsampling2D
from ondol.layers.merging.add_relu import AddReLU
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
from ondol.layers.normalization.batch_normalization import BatchNormalization
from ondol.layers.normalization.group_normalization import GroupNormalization
from ondol.layers.normalization.instance_normalization import InstanceNormalization
from ondol.layers.normalization.layer_normalization import LayerNormalization
from ondol.layers.normalization.local_response_normalization import LocalResponseNormalization
from ondol.layers.normalization.rms_normalization import RMSNormalization
from ondol.layers.normalization.spectral_normalization import SpectralNormalization
from ondol.layers.normalization.unit_normalization import UnitNormalization
from ondol.layers.pooling.adaptive_average_pooling import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
)
from ondol.layers.pooling.adaptive_max_pooling import (
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
)
from ondol.layers.pooling.average_pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
)
from ondol.layers.pooling.global_average_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
)
from ondol.layers.pooling.global_max_pooling import (
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from ondol.layers.pooling.max_pooling import (
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from ondol.layers.preprocessing.category_encoding import CategoryEncoding
from ondol.layers.preprocessing.center_crop import CenterCrop
from ondol.layers.preprocessing.discretization import Discretization
from ondol.layers.preprocessing.hashed_crossing import HashedCrossing
from ondol.layers.preprocessing.hashing import Hashing
from ondol.layers.preprocessing.integer_lookup import IntegerLookup
from ondol.layers.preprocessing.mixing import CutMix, MixUp
from ondol.layers.preprocessing.normalization import Normalization
from ondol.layers.preprocessing.rand_augment import RandAugment
from ondol.layers.preprocessing.random_brightness import RandomBrightness
from ondol.layers.preprocessing.random_color_jitter import RandomColorJitter
from ondol.layers.preprocessing.random_contrast import RandomContrast
from ondol.layers.preprocessing.random_crop import RandomCrop
from ondol.layers.preprocessing.random_erasing import RandomErasing
from ondol.layers.preprocessing.random_flip import RandomFlip
from ondol.layers.preprocessing.random_gaussian_blur import RandomGaussianBlur
from ondol.layers.preprocessing.random_grayscale import RandomGrayscale
from ondol.layers.preprocessing.random_hue import RandomHue
from ondol.layers.preprocessing.random_pca_color import RandomPCAColor
from ondol.layers.preprocessing.random_perspective import RandomPerspective
from ondol.layers.preprocessing.random_rotation import RandomRotation
from ondol.layers.preprocessing.random_saturation import RandomSaturation
from ondol.layers.preprocessing.random_shear import RandomShear
from ondol.layers.preprocessing.random_translation import RandomTranslation
from ondol.layers.preprocessing.random_zoom import RandomZoom
from ondol.layers.preprocessing.rescaling import Rescaling
from ondol.layers.preprocessing.resizing import Resizing
from ondol.layers.preprocessing.string_lookup import StringLookup
from ondol.layers.preprocessing.text_vectorization import TextVectorization
from ondol.layers.registry import deserialize, serialize
from ondol.layers.regularization.activity_regularization import ActivityRegularization
from ondol.layers.regularization.alpha_dropout import AlphaDropout
from ondol.layers.regularization.dropout import Dropout
from ondol.layers.regularization.gaussian import GaussianDropout, GaussianNoise
from ondol.layers.regularization.spatial_dropout import SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from ondol.layers.reshaping.cropping import Cropping1D, Cropping2D, Cropping3D
from ondol.layers.reshaping.flatten import Flatten
from ondol.layers.reshaping.permute import Permute
from ondol.layers.reshaping.repeat_vector import RepeatVector
from ondol.layers.reshaping.reshape import Reshape
from ondol.layers.reshaping.up_sampling import UpSampling1D, UpSampling2D, UpSampling3D
from ondol.layers.reshaping.zero_padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D
from ondol.layers.rnn.bidirectional import Bidirectional
from ondol.layers.rnn.conv_lstm1d import ConvLSTM1D
from ondol.layers.rnn.conv_lstm2d import ConvLSTM2D
from ondol.layers.rnn.conv_lstm3d import ConvLSTM3D
from ondol.layers.rnn.gru import GRU
from ondol.layers.rnn.gru_cell import GRUCell
from ondol.layers.rnn.lstm import LSTM
from ondol.layers.rnn.lstm_cell import LSTMCell
from ondol.layers.rnn.rnn import RNN
from ondol.layers.rnn.simple_rnn import SimpleRNN
from ondol.layers.rnn.simple_rnn_cell import SimpleRNNCell
from ondol.layers.rnn.stacked_rnn_cells import StackedRNNCells
from ondol.layers.transformer.positions import PositionEmbedding, RotaryEmbedding, SinePositionEncoding
from ondol.layers.transformer.token_embeddings import PositionalEmbedding, TokenAndPositionEmbedding
from ondol.layers.transformer.transformer_decoder import TransformerDecoder
from ondol.layers.transformer.transformer_encoder import TransformerEncoder
from ondol.layers.wrappers.time_distributed import TimeDistributed
from ondol.layers.wrappers.wrapper import Wrapper

# Keras' long names
GroupedQueryAttention = GroupQueryAttention
Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D

__all__ = [
    # the base, and where data enter
    "Layer",
    "Input",
    "InputLayer",
    # of given arrays, and single nodes, as in books that build everything from scratch
    "AddNode",
    "Affine",
    "BranchNode",
    "MatMul",
    "MulNode",
    "RepeatNode",
    "SigmoidWithLoss",
    "SoftmaxWithLoss",
    "SumNode",
    # core
    "Dense",
    "Maxout",
    "EinsumDense",
    "Embedding",
    "ReversibleEmbedding",
    "Lambda",
    "Identity",
    "Masking",
    # recurrent
    "SimpleRNN",
    "LSTM",
    "GRU",
    "RNN",
    "SimpleRNNCell",
    "LSTMCell",
    "GRUCell",
    "StackedRNNCells",
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    # convolutions
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "Convolution1D",
    "Convolution2D",
    "Convolution3D",
    "Convolution1DTranspose",
    "Convolution2DTranspose",
    "Convolution3DTranspose",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    # pooling
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
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
    "AddReLU",
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
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    # normalization
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "InstanceNormalization",
    "RMSNormalization",
    "UnitNormalization",
    "LocalResponseNormalization",
    "SpectralNormalization",
    # attention
    "Attention",
    "AdditiveAttention",
    "MultiHeadAttention",
    "GroupQueryAttention",
    "GroupedQueryAttention",
    "CachedMultiHeadAttention",
    # Transformers
    "TransformerEncoder",
    "TransformerDecoder",
    "TokenAndPositionEmbedding",
    "PositionalEmbedding",
    "PositionEmbedding",
    "SinePositionEncoding",
    "RotaryEmbedding",
    # around other layers
    "Wrapper",
    "TimeDistributed",
    # regularization and preprocessing
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "ActivityRegularization",
    "Rescaling",
    "Normalization",
    # categories and text
    "Discretization",
    "CategoryEncoding",
    "IntegerLookup",
    "StringLookup",
    "TextVectorization",
    "Hashing",
    "HashedCrossing",
    # images
    "Resizing",
    "CenterCrop",
    "RandomFlip",
    "RandomCrop",
    "RandomTranslation",
    "RandomRotation",
    "RandomZoom",
    "RandomShear",
    "RandomPerspective",
    "RandomBrightness",
    "RandomContrast",
    "RandomSaturation",
    "RandomHue",
    "RandomGrayscale",
    "RandomColorJitter",
    "RandomPCAColor",
    "RandomGaussianBlur",
    "RandomErasing",
    "RandAugment",
    "MixUp",
    "CutMix",
    # of famous networks
    "Subsampling2D",
    "PartialConv2D",
    "RadialBasis",
    # configurations
    "serialize",
    "deserialize",
]
