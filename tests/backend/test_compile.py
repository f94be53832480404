"""Compiling, copying to the device and back, and the cache of compiled programs on disk."""

import os
import stat
import subprocess
import sys
import types

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ondol.backend import compilations, compile, to_device, to_numpy
from ondol.backend.compile import is_traced, to_eager, wait_for
from ondol.backend.compile_options import collected_wishes, known_to_xla, want_option
from ondol.backend.freed_memory import give_back_memory
from ondol.backend.state import state


def test_compile_is_logged():
    x = np.arange(3.0)
    run = compile("cube", lambda x: x**3, (x,), reason="a test")
    assert_array_equal(run(to_device(x)), x**3)
    assert (compilations.log[-1].name, compilations.log[-1].reason) == ("cube", "a test")
    assert str(compilations.log[-1]).startswith("cube: 0.")


def test_options_that_xla_does_not_know_are_left_out():
    x = np.arange(3.0)

    def square(x):
        want_option("xla_of_another_year", "true")
        want_option("xla_cpu_scheduler_type", "CPU_SCHEDULER_TYPE_DEFAULT")
        return x * x

    with collected_wishes() as wishes:
        square(x)
    assert known_to_xla(wishes.options) == {"xla_cpu_scheduler_type": "CPU_SCHEDULER_TYPE_DEFAULT"}
    assert_array_equal(compile("square", square, (x,))(to_device(x)), x * x)


def test_giving_memory_back_leaves_what_is_in_use():
    arrays = [np.full(100, i) for i in range(1000)]
    give_back_memory()
    assert [int(a[0]) for a in arrays] == list(range(1000))


def test_donated_arrays_are_gone():
    run = compile("add", lambda a, b: a + b, (np.ones(3), np.ones(3)), donate=(0,))
    a, b = to_device(np.ones(3)), to_device(np.ones(3))
    run(a, b)
    assert a.is_deleted()
    assert not b.is_deleted()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool", "float16"])
def test_to_device_copies(dtype):
    array = np.ones(4096, dtype)
    there = to_device(array)
    array[:] = 0
    assert there.dtype == dtype
    assert to_numpy(there).all()
    assert to_eager(there).all()
    wait_for([there])


def test_an_error_while_tracing_passes_through():
    def f(x):
        assert is_traced(x)
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        compile("f", f, (np.ones(1),))
    assert (state.xp.name, state.trace) == ("numpy", None)
    assert not is_traced(np.ones(1))


def test_nothing_is_traced_while_another_thread_imports_jax(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", types.ModuleType("jax"))
    assert not is_traced(np.ones(1))


def python(code, **environment):
    """Run code in a fresh Python and return what it printed, and what it said on stderr."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return run.stdout.strip(), run.stderr.strip()


def test_importing_ondol_imports_nothing_heavy():
    heavy = (
        "{'jax', 'jaxlib', 'scipy', 'sklearn', 'matplotlib', 'rich', 'PIL', 'cupy', 'safetensors', 'click'}"
    )
    code = f"import sys, ondol; print(sorted({heavy} & set(sys.modules)))"
    assert python(code) == ("[]", "")


COMPILE = """
import ondol as od
f = od.function(lambda x: od.tanh(x @ x))
print(f(od.eye(3)).sum().item() > 2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_compiled_programs_are_kept_where_only_the_owner_reads(tmp_path):
    home = tmp_path / "new" / "ondol"
    assert python(COMPILE, ONDOL_HOME=str(home)) == ("True", "")
    assert [stat.S_IMODE((home / name).stat().st_mode) for name in (".", "compiled")] == [0o700, 0o700]


def test_a_home_that_cannot_be_made_costs_the_cache_only(tmp_path):
    (tmp_path / "file").write_text("in the way")
    printed, said = python(COMPILE, ONDOL_HOME=str(tmp_path / "file" / "home"))
    assert printed == "True"
    assert said.startswith("ondol: compiled programs are not kept for the next start.")
    assert "ONDOL_HOME" in said
    assert len(said.splitlines()) == 1


def test_a_home_that_cannot_be_written_to(tmp_path, monkeypatch):
    from ondol.backend.compile import _cache_folder

    monkeypatch.setenv("ONDOL_HOME", str(tmp_path))
    assert _cache_folder() == tmp_path / "compiled"
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match=r"folder to write to.*compiled.*ONDOL_HOME"):
        _cache_folder()


def test_no_cache_on_request(tmp_path):
    assert python(COMPILE, ONDOL_HOME=str(tmp_path), ONDOL_NO_COMPILATION_CACHE="1") == ("True", "")
    assert not any(tmp_path.iterdir())
