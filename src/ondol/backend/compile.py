"""From a Python function of arrays to an XLA program, and arrays to and from the device it runs on."""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ondol.backend.compilations import Compilation, compilations
from ondol.backend.compile_options import Wishes, collected_wishes, known_to_xla
from ondol.backend.freed_memory import give_back_memory
from ondol.backend.home import ondol_home
from ondol.backend.side_by_side import Devices, prepare
from ondol.backend.state import eager_namespace, use_namespace

BYTES_TAKEN_PER_SECOND = 4e9  # measured: new pages of memory, which the system fills with zeros
SECONDS_THAT_LEAVE_MUCH = 0.5  # of compiling, after which it is worth 40 ms to give memory back


@functools.cache
def load_jax() -> Any:
    """Import jax and set it up: a cache of compiled programs on disk that survives the process."""
    import jax

    from ondol.backend.devices import warn_of_unused_gpu

    prepare(jax)
    configured = getattr(jax.config, "jax_compilation_cache_dir", None)
    if configured is None and not os.environ.get("ONDOL_NO_COMPILATION_CACHE"):
        try:
            folder = _cache_folder()
        except OSError as error:
            print(f"ondol: compiled programs are not kept for the next start. {error}", file=sys.stderr)
        else:
            jax.config.update("jax_compilation_cache_dir", str(folder))
            jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
    warn_of_unused_gpu()
    return jax


def _cache_folder() -> Path:
    """The folder of compiled programs, which can be written to."""
    folder = ondol_home() / "compiled"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(
            f"Expected a folder to write to. Received: {folder}. Set ONDOL_HOME to another one."
        )
    return folder


@contextmanager
def tracing(trace: Any = None):
    """Compute with jax.numpy, under NumPy's dtype rules: float64 and int64 exist there too."""
    jax = load_jax()
    from ondol.backend.jax_namespace import jax_namespace

    with jax.enable_x64(True), use_namespace(jax_namespace, trace):
        try:
            yield
        except Exception as error:
            # jax notes on every error how to see its own frames, where a person looks for what to mend.
            notes = getattr(error, "__notes__", [])
            notes[:] = [note for note in notes if "JAX has removed its internal frames" not in note]
            raise


def abstract(f: Callable, *specs: Any) -> Any:
    """The shapes and dtypes that f would return, without computing anything.

    Args:
        f: a function of arrays that returns (nested tuples, lists, dicts of) arrays.
        specs: for each argument an array, or anything with `shape` and `dtype`, nested as f wants it.
    """
    jax = load_jax()
    with tracing():
        return jax.eval_shape(f, *specs)


def spec(shape: Sequence[int], dtype: Any) -> Any:
    """An array of which only shape and dtype are known."""
    return load_jax().ShapeDtypeStruct(tuple(shape), dtype)


def compile(
    name: str,
    f: Callable,
    arguments: Sequence[Any],
    donate: Sequence[int] = (),
    reason: str = "first call",
    options: dict[str, Any] | None = None,
    devices: Devices | None = None,
) -> Callable:
    """Compile f for arguments of these shapes and dtypes; the result takes arrays of the same form.

    Args:
        name: what the compilation log calls it.
        f: a function of arrays (nested in tuples, lists, dicts).
        arguments: arrays or specs, one for each positional argument of f.
        donate: positions of arguments whose memory the program may reuse for its results; those arrays
            are gone after the call.
        reason: why this compilation is needed, for the log.
        options: XLA's options for this program, besides those that its rules ask for.
        devices: those among which the batches are divided in f, None where they are not. The program's arrays are to be
            on all of them; see `Devices.runner`.
    """
    jax = load_jax()
    start = time.perf_counter()
    where = {} if devices is None else {"in_shardings": devices.whole, "out_shardings": devices.whole}
    with tracing(), collected_wishes() as wishes:
        lowered = jax.jit(f, donate_argnums=tuple(donate), **where).lower(*arguments)
        traced = time.perf_counter()
        with _storing(wishes):
            program = lowered.compile(compiler_options={**known_to_xla(wishes.options), **(options or {})})
    done = time.perf_counter()
    if done - traced > SECONDS_THAT_LEAVE_MUCH:
        del lowered
        give_back_memory()
    compilations.add(Compilation(name, reason, traced - start, done - traced))
    return program


def seconds_to_enter(program: Any) -> float:
    """About how long a call of a compiled program takes before its first result.

    On a CPU it takes the memory it works in from the system anew each time, page by page: 40 ms for ResNet-20's 147 MB.
    """
    if load_jax().default_backend() != "cpu":
        return 0.0
    analysis = program.memory_analysis()
    return 0.0 if analysis is None else analysis.temp_size_in_bytes / BYTES_TAKEN_PER_SECOND


@contextmanager
def _storing(wishes: Wishes):
    """Keep what is compiled within out of the cache on disk, if it has to be: jax would fail to write it."""
    config = load_jax().config
    least = config.jax_persistent_cache_min_compile_time_secs
    if not wishes.storable:
        config.update("jax_persistent_cache_min_compile_time_secs", 1e9)
    try:
        yield
    finally:
        config.update("jax_persistent_cache_min_compile_time_secs", least)


def is_traced(array: Any) -> bool:
    """Whether an array stands for one that a program will compute: its value is not known."""
    core = getattr(sys.modules.get("jax"), "core", None)  # None too while another thread imports it
    return core is not None and isinstance(array, core.Tracer)


def to_device(array: Any) -> Any:
    """A copy of an eager array on the compiled backend's device, with its own memory.

    A copy, because jax would otherwise share the memory of an aligned NumPy array, and see later writes.
    """
    jax = load_jax()
    with jax.enable_x64(True):
        return jax.numpy.array(to_numpy(array), copy=True)


def to_numpy(array: Any) -> np.ndarray:
    """Any array as a NumPy array; on the CPU a jax array is viewed without a copy (read-only)."""
    return array.get() if hasattr(array, "get") else np.asarray(array)


def to_eager(array: Any) -> Any:
    """An array of the compiled backend as an array of the eager one."""
    xp = eager_namespace()
    return np.asarray(array) if xp.name == "numpy" else xp.from_dlpack(array)


def wait_for(arrays: Any) -> None:
    """Return when the programs that compute these arrays have finished."""
    load_jax().block_until_ready(arrays)
