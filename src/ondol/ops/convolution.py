"""Convolution, the rule of networks that see: the same small kernel looks at every place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.backend.convolution.geometry import Geometry
from ondol.errors import ShapeError
from ondol.ops.data_format import (
    from_channels_last,
    output_lengths,
    resolve_padding,
    spatial_tuple,
    to_channels_last,
)
from ondol.ops.elementwise import promote

Padding = str | int | Sequence[Any]
Numbers = int | Sequence[int]


class Convolution(Op):
    r"""y[o, f] = Σ_t Σ_c x[o s + t d - p, c] w[t, c, f];   dx, dw: see the two rules below.

    o runs over the places of the output, t over the taps of the window, s is the stride, d the dilation, p the margin.
    The three rules of this file are linear in both arguments, and each is the gradient of the others.
    """

    def __init__(self, strides, padding, dilation):
        self.strides, self.padding, self.dilation = strides, padding, dilation

    def forward(self, x, w):
        x, w = promote(x, w)
        return self.xp.convolution(x, w, self.geometry(x, w))

    def backward(self, dy):
        x, w = self.inputs
        geometry = self.geometry(x, w)
        dx = dw = None
        if self.needs(0):
            dx = ConvolutionInputGradient(x.shape[1:-1], geometry)(dy, w)
        if self.needs(1):
            dw = ConvolutionKernelGradient(w.shape[:-2], geometry)(x, dy)
        return dx, dw

    def geometry(self, x: Any, w: Any) -> Geometry:
        """How the windows lie on images of this shape; an error if they do not fit."""
        lengths, window = x.shape[1:-1], w.shape[:-2]
        margins = resolve_padding(self.padding, lengths, window, self.strides, self.dilation)
        groups = _groups(x.shape[-1], w.shape[-2], w.shape[-1])
        output_lengths(lengths, window, self.strides, margins, self.dilation, "kernel")
        return Geometry(self.strides, margins, self.dilation, groups)


class ConvolutionInputGradient(Op):
    r"""dx[i, c] = Σ_t Σ_f dy[o, f] w[t, c, f] over all o, t with o s + t d - p = i."""

    def __init__(self, lengths: tuple[int, ...], geometry: Geometry):
        self.lengths, self.geometry = lengths, geometry

    def forward(self, dy, w):
        dy, w = promote(dy, w)
        return self.xp.convolution_input_gradient(dy, w, self.lengths, self.geometry)

    def backward(self, dz):
        dy, w = self.inputs
        ddy = dw = None
        if self.needs(0):
            ddy = _convolution(self.geometry)(dz, w)
        if self.needs(1):
            dw = ConvolutionKernelGradient(w.shape[:-2], self.geometry)(dz, dy)
        return ddy, dw


class ConvolutionKernelGradient(Op):
    r"""dw[t, c, f] = Σ_o x[o s + t d - p, c] dy[o, f], summed over the samples, too."""

    def __init__(self, window: tuple[int, ...], geometry: Geometry):
        self.window, self.geometry = window, geometry

    def forward(self, x, dy):
        x, dy = promote(x, dy)
        return self.xp.convolution_kernel_gradient(x, dy, self.window, self.geometry)

    def backward(self, dk):
        x, dy = self.inputs
        dx = ddy = None
        if self.needs(0):
            dx = ConvolutionInputGradient(x.shape[1:-1], self.geometry)(dy, dk)
        if self.needs(1):
            ddy = _convolution(self.geometry)(x, dk)
        return dx, ddy


class TransposedConvolution(Op):
    r"""y = the gradient that a convolution with this kernel would give its input, x being that of its output.

    Decoders and generators enlarge images with it. dx is the convolution of dy.
    """

    def __init__(self, strides, padding, output_padding, dilation):
        self.strides, self.padding = strides, padding
        self.output_padding, self.dilation = output_padding, dilation

    def forward(self, x, w):
        x, w = promote(x, w)
        geometry, lengths, beyond = self.geometry(x, w)
        y = self.xp.convolution_input_gradient(x, w, lengths, geometry)
        if any(beyond):  # places that no window reaches
            y = self.xp.pad(y, ((0, 0), *[(0, more) for more in beyond], (0, 0)))
        return y

    def backward(self, dy):
        x, w = self.inputs
        geometry, lengths, _ = self.geometry(x, w)
        dy = dy[(slice(None), *[slice(0, n) for n in lengths])]
        dx = dw = None
        if self.needs(0):
            dx = _convolution(geometry)(dy, w)
        if self.needs(1):
            dw = ConvolutionKernelGradient(w.shape[:-2], geometry)(dy, x)
        return dx, dw

    def geometry(self, x: Any, w: Any) -> tuple[Geometry, tuple[int, ...], list[int]]:
        """That of the convolution, the lengths of its input, and how many zeros lie behind them."""
        window = w.shape[:-2]
        if x.shape[-1] != w.shape[-1]:
            raise ShapeError(
                f"Expected inputs with the {w.shape[-1]} channels of the kernel's last axis. "
                f"Received: {x.shape[-1]} channels, kernel.shape={tuple(w.shape)} (window, filters, channels). "
                "Channels come last unless data_format='channels_first'."
            )
        margins = _transposed_margins(self.padding, self.output_padding, window, self.strides, self.dilation)
        cut = tuple((a, max(b, 0)) for a, b in margins)
        axes = zip(x.shape[1:-1], window, self.strides, self.dilation, cut, strict=True)
        lengths = tuple((n - 1) * s + (k - 1) * d + 1 - a - b for n, k, s, d, (a, b) in axes)
        if min(lengths) < 1:
            raise ShapeError(
                f"Expected padding that leaves something of the output. Received: padding={self.padding!r} for a "
                f"kernel of window {window} and strides {self.strides}, which leaves lengths {lengths}."
            )
        return Geometry(self.strides, cut, self.dilation), lengths, [max(-b, 0) for _, b in margins]


def _convolution(geometry: Geometry) -> Convolution:
    return Convolution(geometry.strides, geometry.padding, geometry.dilation)


def conv(
    inputs: Any,
    kernel: Any,
    strides: Numbers = 1,
    padding: Padding = "valid",
    data_format: str | None = None,
    dilation_rate: Numbers = 1,
) -> Tensor:
    """Convolution over one, two or three spatial axes.

    (It is what deep learning calls so: the kernel is not mirrored.)

    Args:
        inputs: array (samples, *lengths, channels), or (samples, channels, *lengths) for "channels_first".
        kernel: array (*window, channels / groups, filters); with fewer channels than the inputs have, the channels
            are cut into groups, and each group has its own share of the filters.
        strides: how far the window moves at each step.
        padding: "valid" (the window stays inside), "same" (zeros around, so that stride 1 keeps the lengths), a number
            of zeros, or pairs (before, after) for each spatial axis.
        data_format: "channels_last" (default) or "channels_first".
        dilation_rate: distance of neighbouring taps of the window.

    Returns:
        Array (samples, *lengths', filters), lengths' = (length + margins - (window - 1) dilation - 1) // stride + 1.

    Raises:
        ShapeError: if the channels do not fit the kernel, or the window does not fit into the image.

    Example:
        >>> import ondol as od
        >>> x = od.ops.reshape(od.ops.arange(5.0), (1, 5, 1))
        >>> od.ops.conv(x, od.ops.reshape([1.0, 0.0, -1.0], (3, 1, 1))).reshape((3,))
        Tensor([-2. -2. -2.], dtype=float32)

    Reference:
        LeCun et al.: "Gradient-based learning applied to document recognition" (1998).
    """
    inputs, kernel = _operands(inputs, kernel)
    rank = inputs.ndim - 2
    rule = Convolution(
        spatial_tuple(strides, rank, "strides"), padding, spatial_tuple(dilation_rate, rank, "dilation_rate")
    )
    return from_channels_last(rule(to_channels_last(inputs, data_format), kernel), data_format)


def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Numbers = 1,
    padding: Padding = "valid",
    data_format: str | None = None,
    dilation_rate: Numbers = 1,
) -> Tensor:
    """Convolution of every channel by itself.

    Args:
        inputs: array (samples, *lengths, channels).
        kernel: array (*window, channels, multiplier): so many filters for each channel.
        strides, padding, data_format, dilation_rate: as for `conv`.

    Returns:
        Array (samples, *lengths', channels * multiplier).

    Example:
        >>> import ondol as od
        >>> x = od.ops.reshape(od.ops.arange(6.0), (1, 3, 2))
        >>> od.ops.depthwise_conv(x, [[[1.0], [10.0]], [[1.0], [10.0]]]).reshape((2, 2))
        Tensor([[  2.  40.]
                [  6.  80.]], dtype=float32)
    """
    kernel = as_tensor(kernel)
    *window, channels, multiplier = kernel.shape
    return conv(
        inputs,
        kernel.reshape((*window, 1, channels * multiplier)),
        strides,
        padding,
        data_format,
        dilation_rate,
    )


def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Numbers = 1,
    padding: Padding = "valid",
    data_format: str | None = None,
    dilation_rate: Numbers = 1,
) -> Tensor:
    """Every channel by itself, then a matrix that mixes the channels at each place.

    Args:
        inputs: array (samples, *lengths, channels).
        depthwise_kernel: array (*window, channels, multiplier).
        pointwise_kernel: array (1, ..., 1, channels * multiplier, filters).
        strides, padding, data_format, dilation_rate: as for `conv`.

    Returns:
        Array (samples, *lengths', filters).

    Example:
        >>> import ondol as od
        >>> x, depthwise, pointwise = od.ops.ones((1, 5, 2)), od.ops.ones((3, 2, 1)), od.ops.ones((1, 2, 4))
        >>> od.ops.separable_conv(x, depthwise, pointwise).shape
        (1, 3, 4)

    Reference:
        Chollet: "Xception: deep learning with depthwise separable convolutions" (2017).
    """
    y = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(y, pointwise_kernel, data_format=data_format)


def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Numbers = 1,
    padding: Padding = "valid",
    output_padding: Numbers | None = None,
    data_format: str | None = None,
    dilation_rate: Numbers = 1,
) -> Tensor:
    """Transposed convolution: the gradient of `conv` for its input, used to enlarge images.

    Args:
        inputs: array (samples, *lengths, channels), or channels first.
        kernel: array (*window, filters, channels).
        strides: how far apart the windows lie in the output.
        padding: "valid", "same" (lengths times strides), or zeros that the convolution would have had.
        output_padding: how much longer the output is than it must be, less than the strides; None for the choice
            of `padding`.
        data_format: "channels_last" (default) or "channels_first".
        dilation_rate: distance of neighbouring taps of the window.

    Returns:
        Array (samples, *lengths', filters).

    Example:
        >>> import ondol as od
        >>> od.ops.conv_transpose([[[1.0], [2.0]]], [[[1.0]], [[10.0]]], strides=2).reshape((4,))
        Tensor([ 1. 10.  2. 20.], dtype=float32)

    Reference:
        Zeiler et al.: "Deconvolutional networks" (2010).
    """
    inputs, kernel = _operands(inputs, kernel)
    rank = inputs.ndim - 2
    rule = TransposedConvolution(
        spatial_tuple(strides, rank, "strides"),
        padding,
        None if output_padding is None else spatial_tuple(output_padding, rank, "output_padding", 0),
        spatial_tuple(dilation_rate, rank, "dilation_rate"),
    )
    return from_channels_last(rule(to_channels_last(inputs, data_format), kernel), data_format)


def _transposed_margins(
    padding: Padding,
    output_padding: tuple[int, ...] | None,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    dilation: tuple[int, ...],
) -> list[tuple[int, int]]:
    """How much of the full output is cut off before and behind, on each axis; a negative number adds zeros.

    The rules of Keras: "valid" keeps everything, and at least the stride; "same" gives lengths times strides, or with
    an output_padding (n - 1) stride + window % 2 + output_padding.
    """
    rank = len(window)
    extra: Sequence[int | None] = output_padding or [None] * rank
    reach = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    name = padding.lower() if isinstance(padding, str) else None
    if name not in ("valid", "same"):
        pairs = resolve_padding(padding, (1,) * rank, window, strides, dilation)
        return [(a, b - (more or 0)) for (a, b), more in zip(pairs, extra, strict=True)]
    margins = []
    for k, s, more in zip(reach, strides, extra, strict=True):
        if name == "valid":
            margins.append((0, -(max(s - k, 0) if more is None else more)))
            continue
        kept = s + k - 2 if more is None else k + k % 2 - 2 + more
        before = min(kept - kept // 2, k - 1)
        margins.append((k - 1 - before, k - 1 - (kept - before)))
    return margins


def _operands(inputs: Any, kernel: Any) -> tuple[Tensor, Tensor]:
    """Both as Tensors, with axes that can belong together."""
    inputs, kernel = as_tensor(inputs), as_tensor(kernel)
    if not 3 <= inputs.ndim <= 5:
        raise ShapeError(
            "Expected inputs (samples, lengths of 1 to 3 spatial axes, channels). "
            f"Received: inputs.shape={inputs.shape}. Add the axis that is missing, such as x[..., None] for "
            "images without channels."
        )
    if kernel.ndim != inputs.ndim:
        raise ShapeError(
            f"Expected a kernel with {inputs.ndim} axes for inputs with {inputs.ndim}. "
            f"Received: kernel.shape={kernel.shape}, inputs.shape={inputs.shape}."
        )
    return inputs, kernel


def _groups(channels: int | None, of_kernel: int, filters: int) -> int:
    """Into how many groups the channels are cut."""
    if channels is None or channels % of_kernel or filters % max(1, channels // of_kernel):
        raise ShapeError(
            f"Expected inputs of {of_kernel} channels, or of a multiple of them that divides the {filters} filters "
            f"(groups). Received: {channels} channels. Channels come last unless data_format='channels_first'."
        )
    return channels // of_kernel
