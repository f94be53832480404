"""A person's mistakes are answered in one line; tracebacks are for `--debug`."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import click

from ondol.errors import OndolError

INTERRUPTED = 130  # the exit code of programs that Ctrl-C ended


def _remember_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.find_root().meta["debug"] = value or ctx.find_root().meta.get("debug", False)


def debug_option(command: Callable) -> Callable:
    """Add `--debug`, which may stand before or after the name of the command."""
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_remember_debug,
        help="Show the traceback of an error.",
    )(command)


class FriendlyGroup(click.Group):
    """Errors go to stderr in one line. Exit codes: 2 for bad usage, 1 for failures, 130 for Ctrl-C."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt as interrupt:
            click.echo(str(interrupt) or "Stopped by Ctrl-C; nothing was saved.", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            if ctx.meta.get("debug") or _reader_is_gone(error):
                raise
            raise click.ClickException(describe(error)) from error


def describe(error: Exception) -> str:
    """One paragraph about an error: Ondol's own text, or what kind of fault an unexpected one is."""
    notes = " ".join(getattr(error, "__notes__", ()))
    if isinstance(error, OndolError | OSError | ImportError):
        return f"{error} {notes}".strip()
    kind = type(error).__name__
    return (
        f"{kind}: {error}\nThis looks like a fault of Ondol. The same command with --debug shows where it is."
    )


def _reader_is_gone(error: Exception) -> bool:
    """As in `ondol list | head -1`; click ends quietly then."""
    return isinstance(error, OSError) and error.errno == errno.EPIPE
