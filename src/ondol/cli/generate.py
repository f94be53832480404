"""`ondol generate`: let a saved language model write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ondol.cli import screen
from ondol.cli.errors import debug_option
from ondol.cli.saved import model_file
from ondol.errors import DataError

if TYPE_CHECKING:
    from ondol.generation import CausalLM, Sampler

TOKENS = 500


@click.command(short_help="Let a language model write.")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--prompt", help="How the text begins.  [default: a line break]")
@click.option(
    "--tokens",
    metavar="N",
    type=click.IntRange(min=1),
    help=f"Write N tokens at most.  [default: {TOKENS}; with --beams what fits the model's context]",
)
@click.option(
    "--temperature",
    metavar="T",
    type=click.FloatRange(min=0, min_open=True),
    help="Below 1 likely tokens get likelier, above 1 unlikely ones.  [default: 1]",
)
@click.option(
    "--top-k", metavar="K", type=click.IntRange(min=1), help="Choose from the K likeliest tokens only."
)
@click.option(
    "--top-p",
    metavar="P",
    type=click.FloatRange(min=0, max=1, min_open=True),
    help="Choose from the likeliest tokens that together have the probability P.",
)
@click.option("--greedy", is_flag=True, help="Always take the likeliest token.")
@click.option(
    "--beams", metavar="N", type=click.IntRange(min=1), help="Search the likeliest text with N beams."
)
@click.option("--seed", metavar="S", type=click.IntRange(min=0), help="The same seed gives the same text.")
@click.option("--stop", metavar="TEXT", help="End before the first TEXT that the model writes.")
@debug_option
def generate(
    model: Path,
    prompt: str | None,
    tokens: int | None,
    temperature: float | None,
    top_k: int | None,
    top_p: float | None,
    greedy: bool,
    beams: int | None,
    seed: int | None,
    stop: str | None,
) -> None:
    """Let MODEL write a text on, and print it as it is written.

    MODEL is a file that model.save() wrote for a language model with a tokenizer, or the folder that `ondol train
    char-lm` filled. Each token is drawn by its probability, unless --greedy or --beams searches the likeliest. Ctrl-C
    ends the text.
    """
    drawing = {"--temperature": temperature, "--top-k": top_k, "--top-p": top_p, "--seed": seed}
    expect_no_contradiction(greedy, beams, drawing)
    if stop == "":
        raise click.UsageError("--stop needs a text of at least one character.")
    network = load(model)
    sampler = sampler_for(temperature, top_k, top_p, greedy, beams, seed)
    first = line_break(network) if prompt is None else checked(prompt, network)
    show(prompt or "", pieces_up_to(stop, written(network, first, tokens, sampler)))


def expect_no_contradiction(greedy: bool, beams: int | None, drawing: dict[str, Any]) -> None:
    """Options that nothing would come of are more likely a mistake than meant so."""
    searching = [name for name, given in (("--greedy", greedy), ("--beams", beams)) if given]
    if len(searching) > 1:
        raise click.UsageError("--greedy and --beams are two ways to choose tokens: give one of them.")
    useless = [name for name, value in drawing.items() if value is not None]
    if searching and useless:
        raise click.UsageError(
            f"{searching[0]} searches for what is likeliest, and draws nothing: leave out {' and '.join(useless)}."
        )


def load(path: Path) -> CausalLM:
    """The language model of a file, or of the folder that `ondol train` filled."""
    from ondol.generation import CausalLM
    from ondol.models import load_model

    file = model_file(path)
    network = load_model(file, compile=False)
    if not isinstance(network, CausalLM):
        raise DataError(
            f"Expected a language model, such as `ondol train char-lm` makes. Received: {file}, the model "
            f"'{network.name}', which writes no text. `ondol predict` asks it."
        )
    if network.tokenizer is None:
        raise DataError(
            f"Expected a language model with its tokenizer. Received: {file}, which has none. Set model.tokenizer "
            "in Python and save the model again, or call model.generate with token ids."
        )
    return network


def sampler_for(
    temperature: float | None,
    top_k: int | None,
    top_p: float | None,
    greedy: bool,
    beams: int | None,
    seed: int | None,
) -> Sampler:
    """How tokens are chosen."""
    from ondol import generation

    if beams is not None:
        return generation.BeamSampler(beams)
    if greedy:
        return generation.GreedySampler()
    temperature = 1.0 if temperature is None else temperature
    if top_p is not None:
        return generation.TopPSampler(top_p, top_k, seed, temperature)
    if top_k is not None:
        return generation.TopKSampler(top_k, seed, temperature)
    return generation.RandomSampler(temperature, seed)


def line_break(network: CausalLM) -> str:
    """What a text begins with if nobody says it."""
    try:
        return checked("\n", network)
    except DataError as error:
        raise click.UsageError("The model knows no line break to begin with: give a --prompt.") from error


def checked(prompt: str, network: CausalLM) -> str:
    """The prompt, if the model can read all of it."""
    from ondol.tokenizers import CharacterTokenizer

    tokenizer: Any = network.tokenizer
    if not prompt:
        raise click.UsageError("--prompt needs a text of at least one character.")
    try:
        ids = tokenizer.encode(prompt)
        unknown = tokenizer.unknown_id is not None and tokenizer.unknown_id in ids
        what = f"{tokenizer.decode(ids)!r} is all that it can read of it"
    except DataError as error:
        unknown, what = True, str(error).rpartition("Received: ")[2].rstrip(".")
    if unknown or not len(ids):
        known = ""
        if isinstance(tokenizer, CharacterTokenizer):
            characters = (c for c in tokenizer.vocabulary if c not in tokenizer.special_tokens.values())
            known = f" It knows these characters: {''.join(characters)!r}."
        raise DataError(
            f"Expected a prompt that the model's tokenizer knows. Received: {prompt!r} ({what}).{known}"
        )
    return prompt


def written(network: CausalLM, prompt: str, tokens: int | None, sampler: Sampler) -> Iterator[str]:
    """What the model writes after the prompt, piece by piece; the text of a search with beams at once."""
    from ondol.generation import BeamSampler

    if not isinstance(sampler, BeamSampler):
        yield from network.stream(prompt, tokens or TOKENS, sampler)
        return
    tokenizer: Any = network.tokenizer
    ids = tokenizer.encode(prompt)
    room = TOKENS if network.context_length is None else max(network.context_length - len(ids), 1)
    whole = network.generate(ids, tokens or min(TOKENS, room), sampler)
    yield tokenizer.decode(whole)[len(tokenizer.decode(ids)) :]


def pieces_up_to(stop: str | None, pieces: Iterable[str]) -> Iterator[str]:
    """The same text, up to the first place where `stop` stands, which may lie across two pieces."""
    if stop is None:
        yield from pieces
        return
    held = ""
    for piece in pieces:
        before, found, _ = (held + piece).partition(stop)
        if found:
            yield before
            return
        safe = max(len(before) - len(stop) + 1, 0)  # what comes after may be the beginning of `stop`
        held = before[safe:]
        yield before[:safe]
    yield held


def show(prompt: str, pieces: Iterator[str]) -> None:
    """Print the prompt with the first piece, so that nothing stands there if nothing comes; then piece by piece."""
    begun = False
    try:
        for piece in pieces:
            if not begun:
                click.secho(prompt, nl=False, bold=screen.is_terminal())
                begun = True
            click.echo(piece, nl=False)  # which flushes
    except KeyboardInterrupt:
        if not begun:
            raise KeyboardInterrupt("Stopped by Ctrl-C before the model wrote anything.") from None
    click.echo()
