"""Where a convolutional network looks: which pixels its answer depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.autograd import Tensor, enable_grad, gradients, no_grad, tensor
from ondol.errors import DataError, UnknownNameError
from ondol.layers import Layer
from ondol.layers.structure import find
from ondol.layers.watching import watched
from ondol.plot import style
from ondol.plot.calls import channels_first, chosen_layers, input_shape_of
from ondol.plot.deconvolution import DECONVOLUTION, GUIDED, back_through_relus
from ondol.plot.images import draw_image, limits_of, picture_of, sample_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLES = {
    "gradient": "gradient",
    "deconvolution": "deconvolution",
    "guided": "guided",
    "occlusion": "occlusion",
    "grad_cam": "Grad-CAM",
}


def saliency(
    model: Any,
    image: Any,
    target: int | None = None,
    methods: str | Sequence[str] = ("gradient", "occlusion", "grad_cam"),
    layer: Any = None,
    patch: int | None = None,
    class_names: Sequence[Any] | None = None,
) -> Figure:
    """Draw which parts of an image the score of a class depends on, in up to five ways.

    * `gradient`: how much the score changes with each pixel, |∂score/∂pixel|, the largest of its channels.
    * `deconvolution`: the same, but on its way back a ReLU passes what is positive there, dx = max(dy, 0): the patterns
      that would raise the score, drawn with the switches of the poolings that this image set.
    * `guided`: both at once, dx = max(dy, 0) where y > 0: of these patterns what the image has.
    * `occlusion`: how much the score falls when a patch of the image is covered with its mean.
    * `grad_cam`: the maps of the last convolution, each weighted by the mean of its gradient; what is below 0, and so
      speaks for other classes, is left out.

    Args:
        model: a model of one image that gives a score, or a probability, for each class.
        image: one sample, in the numbers that the model takes; its batch axis may be there or not.
        target: the class whose score is explained; None for the one that the model sees.
        methods: which of them to draw, a name or a list.
        layer: for grad_cam: the layer whose maps are taken, or its name; None for the last convolution.
        patch: the side of what is covered in occlusion, in pixels; None for a fifth of the image.
        class_names: names of the classes.

    Returns:
        The matplotlib figure: the image, then a map over the image for each method.

    Raises:
        ShapeError: `image` does not fit the model.
        DataError: no convolution for grad_cam, no ReLU for deconvolution and guided, a target that is no class, or a
            layer of another model.
        UnknownNameError: for another method or layer.

    Example:
        >>> import numpy as np, ondol as od
        >>> model = od.Sequential([od.Input((8, 8, 1)), od.layers.Conv2D(4, 3)])
        >>> model.add(od.layers.Flatten()); model.add(od.layers.Dense(2))
        >>> figure = od.plot.saliency(model, np.ones((8, 8)))
        >>> [axes.get_title(loc="left") for axes in figure.axes[1:]]
        ['gradient', 'occlusion', 'Grad-CAM']

    Reference:
        Simonyan, Vedaldi, Zisserman: "Deep inside convolutional networks" (2013); Zeiler, Fergus: "Visualizing and
        understanding convolutional networks" (2014), for deconvolution and occlusion; Springenberg, Dosovitskiy, Brox,
        Riedmiller: "Striving for simplicity: the all convolutional net" (2015), for guided; Selvaraju et al.:
        "Grad-CAM" (2016).
    """
    methods = [methods] if isinstance(methods, str) else list(methods)
    unknown = [method for method in methods if method not in TITLES]
    if unknown:
        raise UnknownNameError(f"Expected methods among {', '.join(TITLES)}. Received: {unknown}.")
    sample = sample_of(image, input_shape_of(model)).astype("float32")
    first = channels_first(model)
    with no_grad():
        output = np.asarray(model(sample, training=False).numpy(), "float64")[0].ravel()
    if target is None:
        target = int(output.argmax())
    if not 0 <= target < len(output):
        raise DataError(f"Expected a class from 0 to {len(output) - 1} as target. Received: target={target}.")
    maps = {}
    for method in methods:
        if method in _WAYS_BACK:
            maps[method] = _gradient(model, sample, target, first, _WAYS_BACK[method])
        elif method == "occlusion":
            maps[method] = _occlusion(model, sample, target, first, patch)
        else:
            maps[method] = _grad_cam(model, sample, target, layer, first)
    picture = picture_of(sample, first)
    figure = style.new_figure(1.75 * (1 + len(maps)), 2.2)
    axes = figure.subplots(1, 1 + len(maps), squeeze=False)[0]
    name = str(target) if class_names is None else str(class_names[target])
    draw_image(axes[0], picture, limits_of(sample))
    words = f"seen: {name} ({output[target]:.3g})"
    size = style.SIZE["text"] * min(1, 22 / style.columns(words))  # up to the next title
    axes[0].set_title(words, fontsize=size, loc="left", color=style.INK)
    for ax, (method, heat) in zip(axes[1:], maps.items(), strict=True):
        draw_image(ax, picture.mean(axis=-1) if picture.ndim == 3 else picture, limits_of(sample))
        ax.images[-1].set_alpha(0.4)  # pale, for black lets no colour through
        share = heat / (float(heat.max()) or 1)
        rows, columns = picture.shape[:2]
        edges = (-0.5, columns - 0.5, rows - 0.5, -0.5)  # maps may be smaller than the image
        ax.imshow(share, cmap="YlOrRd", vmin=0, vmax=1, alpha=0.85 * share, extent=edges)
        ax.set_title(TITLES[method], fontsize=style.SIZE["text"], loc="left", color=style.INK)
    return style.finish(figure)


def _score(y: Tensor, target: int) -> Tensor:
    """The score of a class; before softmax and sigmoid, behind which everything is flat once the model is sure."""
    scores = y if y.logits is None else y.logits
    return scores.reshape((scores.shape[0], -1))[:, target]


_WAYS_BACK: dict[str, Any] = {"gradient": None, "deconvolution": DECONVOLUTION, "guided": GUIDED}


def _gradient(model: Any, sample: np.ndarray, target: int, first: bool, rules: Any) -> np.ndarray:
    x = tensor(sample, requires_grad=True)
    with enable_grad():
        score = _score(model(x, training=False), target).sum()
    g = gradients(score, x).numpy() if rules is None else back_through_relus(score, x, rules)
    return np.abs(g[0]).max(axis=0 if first else -1)


def _occlusion(model: Any, sample: np.ndarray, target: int, first: bool, patch: int | None) -> np.ndarray:
    """For each pixel the mean fall of the score over all patches that cover it."""
    image = np.moveaxis(sample[0], 0, -1) if first else sample[0]
    rows, columns = image.shape[:2]
    side = patch or max(1, round(min(rows, columns) / 5))
    stride = max(1, side // 2)
    corners = [(i, j) for i in range(0, rows, stride) for j in range(0, columns, stride)]
    covered = np.repeat(image[None], len(corners), axis=0)
    for one, (i, j) in zip(covered, corners, strict=True):
        one[i : i + side, j : j + side] = image.mean(axis=(0, 1))
    batch = np.moveaxis(covered, -1, 1) if first else covered
    with no_grad():
        whole = float(_score(model(sample, training=False), target).numpy()[0])
        falls = whole - np.asarray(_score(model(batch, training=False), target).numpy(), "float64")
    total, times = np.zeros((rows, columns)), np.zeros((rows, columns))
    for fall, (i, j) in zip(falls, corners, strict=True):
        total[i : i + side, j : j + side] += fall
        times[i : i + side, j : j + side] += 1
    return np.maximum(total / times, 0)


def _grad_cam(model: Any, sample: np.ndarray, target: int, layer: Any, first: bool) -> np.ndarray:
    chosen = _layer_of_maps(model, layer)
    outputs: list[Tensor] = []
    x = tensor(sample, requires_grad=True)  # so that the maps are recorded in a frozen model, too
    with enable_grad(), watched([chosen], lambda layer, inputs, y: outputs.append(y)):
        score = _score(model(x, training=False), target).sum()
    maps = outputs[-1]
    if maps.ndim != 4:
        raise DataError(
            f"Expected a layer that puts out maps. Received: '{chosen.name}', outputs {maps.shape}."
        )
    values, slopes = maps.numpy()[0], gradients(score, maps).numpy()[0]
    space = (1, 2) if first else (0, 1)
    weights = slopes.mean(axis=space, keepdims=True)
    return np.maximum((weights * values).sum(axis=0 if first else -1), 0)


def _layer_of_maps(model: Any, layer: Any) -> Layer:
    if layer is not None:
        return chosen_layers(model, layer)[0]
    convolutions = [each for each in find(model, Layer) if hasattr(each, "kernel_size")]
    if not convolutions:
        raise DataError(
            f"Expected a model with convolutions for Grad-CAM. Received: '{model.name}', which has none."
        )
    return convolutions[-1]
