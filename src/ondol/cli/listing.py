"""`ondol list`: the experiments that can be trained."""

from __future__ import annotations

import click

from ondol.cli import screen
from ondol.cli.errors import debug_option


@click.command("list")
@debug_option
def list_experiments() -> None:
    """Show the built-in experiments."""
    from ondol import experiments

    rows = []
    for experiment in experiments.EXPERIMENTS.values():
        source = "downloaded once" if experiment.download else "no network needed"
        rows.append((experiment.name, experiment.summary, source))
    screen.table(("name", "what the network learns", "data"), rows)
    screen.say("Train one:  ondol train NAME")
