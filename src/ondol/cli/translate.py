"""`ondol translate`: ask a saved model that turns one text into another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ondol.cli import screen
from ondol.cli.errors import debug_option
from ondol.cli.saved import model_file
from ondol.errors import DataError


@click.command(short_help="Ask a model that turns one text into another.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@click.option(
    "--beams", type=click.IntRange(min=1), help="Search with so many beams for the likeliest answer."
)
@click.option(
    "--max-length",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Write at most so many tokens.",
)
@click.option(
    "--attention",
    metavar="PICTURE.png",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw where the model looks while it answers the first text.",
)
@debug_option
def translate(
    model: Path, texts: tuple[str, ...], beams: int | None, max_length: int, attention: Path | None
) -> None:
    """Ask MODEL, a file that `ondol train` or model.save() wrote, about texts; one line for each answer."""
    from ondol import config
    from ondol.generation import BeamSampler

    network = load(model)
    before = config.runs_eagerly()
    config.run_eagerly(True)  # a few texts in NumPy are answered before a compiler has started
    try:
        answers = network.translate(list(texts), max_length, BeamSampler(beams) if beams else "greedy")
        if attention is not None:
            draw(network, texts[0], max_length, attention)
    finally:
        config.run_eagerly(before)
    if len(texts) == 1:
        screen.say(answers[0])
    else:
        screen.table(["text", "answer"], list(zip(texts, answers, strict=True)))


def load(path: Path) -> Any:
    """The model of a file, or of the folder that `ondol train` filled."""
    from ondol.generation import Seq2SeqLM
    from ondol.models import load_model

    model = load_model(model_file(path), compile=False)
    if not isinstance(model, Seq2SeqLM) or None in (model.input_tokenizer, model.output_tokenizer):
        raise DataError(
            "Expected a model that turns text into text, such as Seq2Seq with tokenizers for both sides. "
            f"Received: {path}, which holds {type(model).__name__}. `ondol train date-translation` makes one."
        )
    return model


def draw(model: Any, text: str, max_length: int, path: Path) -> None:
    """The attention map of one text, as a picture."""
    from ondol import plot

    answer, weights = model.translate(text, max_length, return_attention=True)
    names = [
        [tokenizer.id_to_token(number) for number in tokenizer.encode(words)]
        for tokenizer, words in ((model.input_tokenizer, text), (model.output_tokenizer, answer))
    ]
    plot.attention_map(weights, names[0], names[1] or [""], f"{text} → {answer}").savefig(path)
