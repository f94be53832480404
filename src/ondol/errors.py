"""The errors that Ondol raises for a person's mistakes: what was expected, what came, how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

LONGEST_NAME = 100  # letters, in messages; a search for what is near to a longer one would take long


class OndolError(Exception):
    """Base of the errors below, so that `except OndolError` catches what Ondol itself found wrong."""


class ShapeError(OndolError, ValueError):
    """Arrays whose shapes do not fit together."""


class DataError(OndolError, ValueError):
    """Training data that cannot be right: labels out of range, NaN, empty, of different lengths."""


class UnknownNameError(OndolError, ValueError):
    """A name ("adam", "relu", ...) that is not known."""


class SavedFileError(OndolError, ValueError):
    """A file that is damaged, incomplete, or not what it should be."""


class NotFiniteError(OndolError, ArithmeticError):
    """A loss that became NaN or infinite."""


class GradientError(OndolError, AssertionError):
    """A gradient that differs from central differences."""


class TraceError(OndolError, TypeError):
    """Python code that asked for a value while only its shape is known (inside `od.function`)."""


def unknown_name(kind: str, name: Any, known: Iterable[str]) -> UnknownNameError:
    """The error for a name that is not known, with the nearest known names.

    Example:
        >>> print(unknown_name("optimizer", "adm", ["adam", "sgd"]))
        Expected a known optimizer. Received: optimizer='adm'. Did you mean 'adam'? Known: adam, sgd.
    """
    known = sorted(known)
    by_small_letters = {k.lower(): k for k in known}
    if len(str(name)) > LONGEST_NAME:
        name = f"{str(name)[:LONGEST_NAME]}..."
    matches = difflib.get_close_matches(str(name).lower(), by_small_letters, n=3, cutoff=0.6)
    near = [by_small_letters[match] for match in matches]
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return UnknownNameError(
        f"Expected a known {kind}. Received: {kind}={name!r}.{hint} Known: {', '.join(known)}."
    )


# What people know from Keras by other names.
INSTEAD = {
    ("ondol.utils", "plot_model"): "model.graph().save('model.svg')",
    ("ondol.utils", "model_to_dot"): "model.graph()",
    ("ondol.utils", "get_source_inputs"): "model.inputs",
    ("ondol.utils", "Progbar"): "the bar of fit(verbose=1), or a callback of your own",
    ("ondol.utils", "is_keras_tensor"): "isinstance(x, od.Symbol)",
    (
        "ondol.utils",
        "FeatureSpace",
    ): "the layers StringLookup, IntegerLookup, Discretization, Hashing, HashedCrossing",
    ("ondol.utils", "serialize_keras_object"): "od.layers.serialize, od.losses.serialize, ...",
    ("ondol.utils", "deserialize_keras_object"): "od.layers.deserialize, od.losses.deserialize, ...",
}


def no_such_name(module: str, name: str, known: Iterable[str]) -> AttributeError:
    """The error for a name that a module does not have (or not yet), with the nearest names that it has.

    Example:
        >>> print(no_such_name("ondol.layers", "Dens", ["Dense", "Dropout"]))
        module 'ondol.layers' has no attribute 'Dens'. Did you mean Dense?
    """
    public = {k.lower(): k for k in known if not k.startswith("_")}
    near = [public[k] for k in difflib.get_close_matches(name.lower(), public, n=3, cutoff=0.6)]
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    if (module, name) in INSTEAD:
        hint = f" Use {INSTEAD[module, name]} instead."
    return AttributeError(f"module {module!r} has no attribute {name!r}.{hint}")


@contextmanager
def damage_said(received: str, remedy: str) -> Iterator[None]:
    """What only a damaged description in a file can cause is said to be that; errors of Ondol's say it themselves.

    Args:
        received: the beginning of the message, up to what went wrong.
        remedy: its end.

    Raises:
        SavedFileError: in place of what a description that makes no sense leads to.
    """
    try:
        yield
    except OndolError:
        raise
    except (
        LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, MemoryError,
    ) as error:  # fmt: skip
        raise SavedFileError(f"{received} ({type(error).__name__}: {str(error)[:500]}). {remedy}") from error
