"""`ondol predict`: ask a saved model about pictures or arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from ondol.cli import screen
from ondol.cli.errors import debug_option
from ondol.cli.saved import model_file
from ondol.errors import DataError

if TYPE_CHECKING:
    from ondol.experiments import Experiment

_SMALLEST_FLAT_PICTURE = 16  # pixels; a model of fewer inputs takes features, not pictures


@click.command(short_help="Ask a model about pictures or arrays.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("files", metavar="IMAGE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--top", type=click.IntRange(min=1), default=3, show_default=True, help="Show so many classes.")
@click.option(
    "--invert/--no-invert",
    default=None,
    help="Dark ink on light paper, or light ink on dark.  [default: found out from the edges]",
)
@debug_option
def predict(model: Path, files: tuple[Path, ...], top: int, invert: bool | None) -> None:
    """Ask MODEL, a file that `ondol train` or model.save() wrote, about pictures.

    A picture (PNG, JPEG, ...) is scaled to the size that the model takes. For a model of grey pictures it is turned
    to grey, and inverted if its background is light. An array (.npy) holds one sample, or one per row, and is taken
    as it is: with numbers as in training.
    """
    network = load(model)
    experiment = known_experiment(network)
    failures = 0
    rows: list[list[str]] = []
    answers = Answers(experiment, top)
    for file in files:
        try:
            for name, sample, remark in samples(file, network, experiment, invert):
                rows.append([name, *answers.of(network.predict(sample, verbose=0)[0]), remark])
        except DataError as error:
            failures += 1
            click.echo(f"Error: {error}", err=True)
    if rows:
        columns = max(len(row) for row in rows) - 2
        screen.table(["file", *answers.headers(columns), "taken as"], rows)
    if failures:
        click.get_current_context().exit(1)


def load(path: Path) -> Any:
    """The model of a file, or of the folder that `ondol train` filled."""
    from ondol.generation import CausalLM, Seq2SeqLM
    from ondol.models import load_model

    model = load_model(model_file(path), compile=False)
    if isinstance(model, CausalLM):
        raise DataError(
            f"Expected a model for pictures or arrays. Received: {path}, a language model. Let it write: "
            f"ondol generate {path}"
        )
    if isinstance(model, Seq2SeqLM):
        raise DataError(
            f"Expected a model for pictures or arrays. Received: {path}, which turns one text into another. Ask it: "
            f"ondol translate {path} TEXT"
        )
    model.run_eagerly = True  # a few samples in NumPy are answered before a compiler has started
    for shape in (sample_shape(model), output_shape(model)):
        if not all(isinstance(size, int | None) for size in shape):
            raise DataError(
                "Expected a model of one input and one output of known shape. "
                f"Received: {path} with inputs {sample_shape(model)} and outputs {output_shape(model)}. "
                "Ask it in Python: ondol.models.load_model(path).predict(x)."
            )
    return model


def sample_shape(model: Any) -> tuple[Any, ...]:
    """The shape of one sample; (None, ...) where the model does not know it."""
    return tuple(getattr(model, "input_shape", (None, ...))[1:])


def output_shape(model: Any) -> tuple[Any, ...]:
    """The shape of the outputs for one sample."""
    return tuple(getattr(model, "output_shape", (None, ...))[1:])


def known_experiment(model: Any) -> Experiment | None:
    """The built-in experiment that a model comes from, found by the name that the model carries."""
    from ondol import experiments

    experiment = experiments.EXPERIMENTS.get(model.name)
    outputs = output_shape(model)[-1] if output_shape(model) else None
    fits = experiment is not None and outputs in (1, len(experiment.class_names))
    return experiment if fits else None


def samples(
    file: Path, model: Any, experiment: Experiment | None, invert: bool | None
) -> Iterator[tuple[str, np.ndarray, str]]:
    """What a file holds: the name of each sample, the sample with a batch axis, and how it was taken."""
    shape = sample_shape(model)
    if file.suffix.lower() == ".npy":
        array = read_array(file, shape)
        for number, sample in enumerate(array):
            yield (f"{file}[{number}]" if len(array) > 1 else str(file)), sample[None], "it is"
        return
    from ondol.cli.images import read_colours, read_image

    size = picture_size(shape, experiment)
    if shape[2:] == (3,):
        reading = read_colours(file, size, invert)
    else:
        reading = read_image(file, size, experiment.ink_box if experiment else None, invert)
    yield str(file), (reading.pixels * largest_pixel(model)).reshape(1, *shape), reading.steps


def read_array(file: Path, shape: tuple[int | None, ...]) -> np.ndarray:
    """Samples `(n, *shape)` of an .npy file; nothing in it is ever unpickled."""
    try:
        array = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(
            f"Expected an array as numpy.save() writes it. Received: {file} ({error})."
        ) from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "buif" or not np.isfinite(array).all():
        raise DataError(f"Expected an array of finite numbers. Received: {file}, which holds something else.")
    if _fits(array.shape, shape):
        array = array[None]
    if not _fits(array.shape[1:], shape) or not len(array):
        several = f"(n, {', '.join(map(str, shape))})"
        raise DataError(
            f"Expected an array of shape {shape} for one sample, or {several} for n of them. "
            f"Received: {file} of shape {array.shape}. Save the samples in the form that the model was trained on."
        )
    return array


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(w in (None, s) for s, w in zip(shape, wanted, strict=True))


def picture_size(shape: tuple[int | None, ...], experiment: Experiment | None) -> tuple[int, int]:
    """Height and width of the pictures, grey or in colour, that a model with this input takes."""
    takes_pictures = experiment is None or experiment.kind == "images"
    if takes_pictures and (len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))):
        height, width = shape[:2]
        if height is not None and width is not None:
            return height, width
    pixels = shape[0] if takes_pictures and len(shape) == 1 and shape[0] is not None else 0
    side = math.isqrt(pixels)
    if side * side == pixels >= _SMALLEST_FLAT_PICTURE:
        return side, side
    raise DataError(
        f"Expected a model that takes pictures of one size. Received: a model for inputs of shape {shape}. "
        "Give it its inputs as an array: numpy.save('rows.npy', x)."
    )


def largest_pixel(model: Any) -> float:
    """The number that stands for full ink or light: 1, or what a Rescaling layer in front of the network makes 1."""
    from ondol.layers import Rescaling

    first = model.layers[0] if model.layers else None
    if isinstance(first, Rescaling) and np.ndim(first.scale) == 0 and np.ndim(first.offset) == 0:
        return (1 - first.offset) / first.scale
    return 1.0


class Answers:
    """What a model says, in words: the likeliest classes, or the numbers of a regression."""

    def __init__(self, experiment: Experiment | None, top: int) -> None:
        self.names: Sequence[str] = experiment.class_names if experiment else ()
        self.unit = experiment.unit if experiment else ""
        self.top = top
        self.classes = True

    def of(self, output: np.ndarray) -> list[str]:
        """One text for each of the likeliest classes, or one for all numbers."""
        scores = np.asarray(output, "float64").reshape(-1)
        if len(scores) == 1 and len(self.names) == 2:
            scores = np.array([1 - scores[0], scores[0]])
        self.classes = len(scores) > 1
        if not self.classes:
            return [f"{scores[0]:.4g}" + (f" ({self.unit})" if self.unit else "")]
        probabilities = bool(scores.min() >= 0 and abs(scores.sum() - 1) < 1e-3)
        best = np.argsort(-scores, kind="stable")[: self.top]
        names = [self.names[i] if self.names else str(i) for i in best]
        values = [f"{100 * scores[i]:.1f}%" if probabilities else f"{scores[i]:.4g}" for i in best]
        return [f"{name}  {value}" for name, value in zip(names, values, strict=True)]

    def headers(self, count: int) -> list[str]:
        if not self.classes:
            return ["answer"]
        return ["likeliest", *(f"then {place}" for place in range(2, count + 1))]
