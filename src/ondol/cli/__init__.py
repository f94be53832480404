"""The command `ondol`: train, try and inspect networks without writing a program.

`ondol list`, `ondol train digits`, `ondol predict MODEL IMAGE...`, `ondol generate MODEL`, `ondol info`; each has
`--help`.
"""

from __future__ import annotations

import click

from ondol.cli import generate, info, listing, predict, train
from ondol.cli.errors import FriendlyGroup, debug_option


@click.group(cls=FriendlyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ondol", message="%(prog)s %(version)s")
@debug_option
def cli() -> None:
    """Ondol: deep learning you can see through.

    \b
    Begin with:
      ondol train digits
    """


for command in (train.train, predict.predict, generate.generate, listing.list_experiments, info.info):
    cli.add_command(command)


def main() -> None:
    """The entry point of the command `ondol`."""
    cli()
