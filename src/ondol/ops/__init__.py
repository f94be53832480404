"""The rules: every function of arrays that Ondol can differentiate, by its NumPy (and Keras) name.

One class states each rule, with its formula; the files group them by mathematics. All functions take Tensors,
Variables, arrays, lists and numbers, and return Tensors. Whole numbers become floatx where the result is not
whole, and take the dtype of the floats beside them; Python numbers adapt to the array beside them.
"""

from ondol.ops import image
from ondol.ops import operators as _operators  # binds the operators to Tensor
from ondol.ops.adaptive_pooling import adaptive_average_pool, adaptive_max_pool
from ondol.ops.add_relu import add_relu
from ondol.ops.arithmetic import absolute, add, divide, multiply, negative, reciprocal, sign, subtract
from ondol.ops.attention import (
    attention_of_weights,
    attention_weights,
    dot_product_attention,
    masked_softmax,
    rotary_embedding,
    sinusoidal_positions,
)
from ondol.ops.average_pooling import average_pool
from ondol.ops.axes import flip, moveaxis, roll, swapaxes, transpose
from ondol.ops.batch_norm import batch_normalization, normalize_batch
from ondol.ops.bitwise import bitwise_and, bitwise_not, bitwise_or, bitwise_xor, left_shift, right_shift
from ondol.ops.blocks import slice, slice_update
from ondol.ops.casting import cast, stop_gradient
from ondol.ops.comparison import (
    allclose,
    equal,
    greater,
    greater_equal,
    isclose,
    isfinite,
    isinf,
    isnan,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
)
from ondol.ops.control_flow.branches import cond, switch
from ondol.ops.control_flow.loops import fori_loop, while_loop
from ondol.ops.control_flow.maps import associative_scan, map, vectorized_map
from ondol.ops.control_flow.scan import scan
from ondol.ops.convolution import conv, conv_transpose, depthwise_conv, separable_conv
from ondol.ops.creation import (
    arange,
    eye,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    tri,
    zeros,
    zeros_like,
)
from ondol.ops.cross_entropy import (
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sparse_softmax_cross_entropy,
)
from ondol.ops.ctc import ctc_loss
from ondol.ops.cumulative import cumprod, cumsum, prod
from ondol.ops.diagonals import diag, diagonal, trace, tril, triu
from ondol.ops.einstein import einsum
from ondol.ops.exponential import erf, erfinv, exp, exp2, expm1, log, log1p, log2, log10, logaddexp
from ondol.ops.extremum import all, any, argmax, argmin, max, min
from ondol.ops.gathering import gather, one_hot, segment_sum, take, take_along_axis
from ondol.ops.hyperbolic import arccosh, arcsinh, arctanh, cosh, sinh, tanh
from ondol.ops.indexing import getitem, index_add, index_update
from ondol.ops.joining import concatenate, repeat, split, stack, tile
from ondol.ops.keras_arrays import (
    append,
    array_split,
    diagflat,
    fliplr,
    flipud,
    hsplit,
    hstack,
    identity,
    meshgrid,
    rot90,
    scatter,
    scatter_update,
    unstack,
    vsplit,
    vstack,
)
from ondol.ops.keras_cross_entropy import (
    binary_crossentropy,
    categorical_crossentropy,
    in_top_k,
    sparse_categorical_crossentropy,
)
from ondol.ops.keras_math import (
    cross,
    deg2rad,
    diff,
    divide_no_nan,
    erfc,
    fmod,
    heaviside,
    inner,
    isin,
    isneginf,
    isposinf,
    logaddexp2,
    nan_to_num,
    rad2deg,
    sinc,
    trapezoid,
    vdot,
)
from ondol.ops.keras_names import (
    abs,
    amax,
    amin,
    array,
    bitwise_invert,
    bitwise_left_shift,
    bitwise_right_shift,
    convert_to_numpy,
    convert_to_tensor,
    dtype,
    empty,
    empty_like,
    fabs,
    flatten,
    get_item,
    hard_swish,
    is_tensor,
    ndim,
    shape,
    size,
    swish,
    true_divide,
)
from ondol.ops.keras_statistics import bincount, median, multi_hot, normalize, percentile, ptp, quantile
from ondol.ops.linear import dot, matmul, outer, tensordot
from ondol.ops.local_response import local_response_normalization
from ondol.ops.max_pooling import max_pool
from ondol.ops.mean_variance import moments
from ondol.ops.norms import logsumexp, norm
from ondol.ops.padding import pad
from ondol.ops.patches import fold, unfold
from ondol.ops.piecewise import (
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    soft_shrink,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    squareplus,
    threshold,
)
from ondol.ops.powers import cbrt, hypot, power, rsqrt, sqrt, square
from ondol.ops.rectifier import celu, elu, leaky_relu, relu, relu6, selu
from ondol.ops.recurrent import gru, lstm, simple_rnn
from ondol.ops.reduction import average, count_nonzero, mean, std, sum, sum_to, var
from ondol.ops.rounding import ceil, floor, floor_divide, mod, round, trunc
from ondol.ops.searching import digitize, searchsorted
from ondol.ops.selection import clip, maximum, minimum, nonzero, select, where
from ondol.ops.shapes import broadcast_to, expand_dims, ravel, reshape, squeeze
from ondol.ops.sigmoids import gelu, log_sigmoid, mish, sigmoid, silu, softplus, tanh_shrink
from ondol.ops.softmaxes import glu, log_softmax, softmax, sparsemax
from ondol.ops.sorting import argsort, sort, top_k
from ondol.ops.space_depth import depth_to_space, space_to_depth
from ondol.ops.standardize import (
    group_normalization,
    instance_normalization,
    layer_normalization,
    rms_normalization,
)
from ondol.ops.trigonometric import arccos, arcsin, arctan, arctan2, cos, sin, tan

__all__ = sorted(name for name, value in globals().items() if callable(value) and name[0] != "_")
