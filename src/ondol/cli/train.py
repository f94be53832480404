"""`ondol train`: data, network, training, test, files."""

from __future__ import annotations

import math
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ondol.cli import screen
from ondol.cli.errors import debug_option

if TYPE_CHECKING:
    from ondol.experiments import Experiment, Result


class ExperimentName(click.ParamType):
    """The name of a built-in experiment."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from ondol import experiments
        from ondol.errors import UnknownNameError

        if not isinstance(value, str):
            return value
        try:
            return experiments.get(value)
        except UnknownNameError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        from ondol import experiments

        known = experiments.EXPERIMENTS.values()
        return [CompletionItem(e.name, help=e.summary) for e in known if e.name.startswith(incomplete)]


@click.command(short_help="Train a built-in experiment.")
@click.argument("experiment", metavar="[NAME]", type=ExperimentName(), default="digits")
@click.option("--epochs", type=click.IntRange(min=1), help="Go through the data so many times.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Samples per step.")
@click.option("--learning-rate", type=click.FloatRange(min=0, min_open=True), help="Size of the steps.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Start of all random numbers: the same seed gives the same network.",
)
@click.option("--eager", is_flag=True, help="Run step by step in NumPy instead of one compiled program.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the model and the pictures.  [default: ondol-NAME]",
)
@click.option("--quiet", "-q", is_flag=True, help="Print the result only.")
@debug_option
def train(
    experiment: Experiment,
    epochs: int | None,
    batch_size: int | None,
    learning_rate: float | None,
    seed: int,
    eager: bool,
    out: Path | None,
    quiet: bool,
) -> None:
    """Train a built-in experiment (`ondol list` shows them), digits by default.

    Test it on data that it has not seen, save the model, draw its learning curves and its mistakes; a language model
    writes a text. Epochs, batch size and learning rate are the experiment's own where they are not given. Ctrl-C ends
    the training early and keeps what was learnt.
    """
    from ondol.cli.progress import TrainingProgress
    from ondol.cli.stopping import Stopping
    from ondol.experiments.report import write_files
    from ondol.experiments.training import train as run

    folder = out or Path(f"ondol-{experiment.name}")
    data: Any = experiment.load()
    epochs = epochs or experiment.epochs
    batch_size = batch_size or experiment.batch_size
    learning_rate = learning_rate or experiment.learning_rate
    with writable(folder), Stopping() as stopping:
        if not quiet:
            screen.say(f"{experiment.name}: {experiment.summary}", style="bold")
            how = "eagerly in NumPy" if eager else "compiled"
            length = f" of {experiment.steps_per_epoch} steps" if experiment.steps_per_epoch else ""
            epochs_are = f"{epochs} epoch{'s' if epochs > 1 else ''}{length}"
            steps = (
                f"{epochs_are}, batches of {batch_size}, learning rate {learning_rate:g}, seed {seed}, {how}"
            )
            screen.facts([("data", describe_data(experiment, data)), ("training", steps)])
        result = run(
            experiment,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            seed=seed,
            eagerly=eager,
            data=data,
            callbacks=[stopping] if quiet else [stopping, TrainingProgress()],
        )
        if result.history.interrupted:
            trained = len(result.history.epoch)
            screen.say(
                f"Stopped by Ctrl-C in epoch {trained} of {epochs}. What was learnt so far is kept.", "yellow"
            )
        screen.say(describe_test(result), style="bold green")
        files = list(write_files(result, folder))
    if quiet:
        return
    screen.say(f"training took {describe_seconds(result.seconds)}")
    screen.say()
    screen.facts([(str(path), description) for path, description in files])
    screen.say()
    screen.facts(how_to_use(result, files[0][0]))


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Find out before the training, not after it, whether the folder can be written to; leave no empty one behind."""
    was_there = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(
            f"Expected a folder for the results that can be written to. Received: {folder} "
            f"({error.strerror or error}). Choose another one with --out."
        ) from error
    try:
        yield
    finally:
        if not was_there:
            with suppress(OSError):  # it holds files, as it should
                folder.rmdir()


def describe_data(experiment: Experiment, data: Any) -> str:
    """How many samples are for learning, for watching the learning, and for the test."""
    (x_train, _), (x_test, _) = data
    count, noun = len(x_train), experiment.samples
    if experiment.tests_on_training_data:
        return f"{count} {noun} to train on; there are no others, so the test asks for the same"
    if experiment.tests_while_training:
        return f"{count:,} {noun} to train on, {len(x_test):,} others for the test, which is also made after each epoch"
    held = count - int(count * (1 - experiment.validation_split))
    aside = f"{held:,} for validation, " if held else ""
    return f"{count - held:,} {noun} to train on, {aside}{len(x_test):,} for the test"


def describe_test(result: Result) -> str:
    """The result on the test data, with the numbers that it stands for."""
    count, noun = len(result.x_test), result.experiment.samples
    same = " (those of the training)" if result.experiment.tests_on_training_data else ""
    if result.experiment.kind == "translation":
        right = round(result.accuracy * count)
        return f"test exact match {100 * result.accuracy:.1f}%: {right:,} of {count:,} {noun} right, written by itself"
    if "accuracy" in result.metrics:
        right = round(result.accuracy * count)
        return f"test accuracy {100 * result.accuracy:.1f}%: {right:,} of {count:,} {noun} right{same}"
    if result.experiment.kind == "text":
        loss, unit = result.metrics["loss"], result.experiment.unit
        return f"test loss {loss:.2f} {unit} (perplexity {math.exp(loss):.1f})"
    if result.experiment.kind == "forecast":
        return describe_forecast(result)
    name = str(result.experiment.metrics[0])
    unit = f" ({result.experiment.unit})" if result.experiment.unit else ""
    return f"test {name.replace('_', ' ')} {result.metrics[name]:.3g}{unit} on {count:,} {noun}{same}"


def describe_forecast(result: Result) -> str:
    """The mean error beside those of forecasts that need no training."""
    from ondol.experiments.sine_forecast import mean_errors

    errors = mean_errors(result)
    others = ", ".join(f"{name} {error:.3g}" for name, error in errors.items() if name != "network")
    count, noun = len(result.x_test), result.experiment.samples
    return (
        f"test mean absolute error {errors['network']:.3g} on {count:,} {noun} (without a network: {others})"
    )


def describe_seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"


def how_to_use(result: Result, model: Path) -> list[tuple[str, str]]:
    """What to type next, in the shell and in Python."""
    if result.experiment.kind == "translation":
        example = result.x_test[0]
        return [
            ("use it:", f"ondol translate {shlex.quote(str(model))} {shlex.quote(example)}"),
            ("in Python:", f"ondol.models.load_model({model.as_posix()!r}).translate({example!r})"),
        ]
    if result.experiment.kind == "text":
        prompt = result.experiment.prompt
        return [
            (
                "let it write:",
                f"ondol generate {shlex.quote(str(model.parent))} --prompt {shlex.quote(prompt)}",
            ),
            ("in Python:", f"ondol.models.load_model({model.as_posix()!r}).generate({prompt!r}, 500)"),
        ]
    if result.experiment.kind == "forecast":
        loaded = f"ondol.models.load_model({model.as_posix()!r})"
        return [("in Python:", f"{loaded}.forecast(series, steps=100)")]
    file = "IMAGE.png" if result.experiment.kind == "images" else "ROWS.npy"
    return [
        ("use it:", f"ondol predict {shlex.quote(str(model))} {file}"),
        ("in Python:", f"ondol.models.load_model({model.as_posix()!r}).predict(x)"),
    ]
