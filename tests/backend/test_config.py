"""Switches, dtypes and devices."""

import stat
import sys

import ml_dtypes
import numpy as np
import pytest

import ondol as od
from ondol.backend import is_floating, standardize_dtype
from ondol.backend.dtypes import numpy_dtype


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_floatx(dtype):
    assert od.config.floatx() == "float32"
    od.config.set_floatx(dtype)
    assert od.config.floatx() == standardize_dtype(None) == standardize_dtype(float) == dtype
    assert od.tensor([1.0]).dtype.name == od.zeros(2).dtype.name == od.random.normal((1,)).dtype.name == dtype


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: od.config.set_floatx("float23"), r"float dtype='float23'\. Did you mean .*'float32'"),
        (lambda: od.config.set_floatx("int32"), "float dtype='int32'"),
        (lambda: od.config.set_eager_backend("cuppy"), "eager backend='cuppy'. Did you mean 'cupy'.*numpy"),
        (lambda: od.zeros(1, "int31"), "dtype='int31'. Did you mean .*'int32'"),
    ],
)
def test_unknown_names(call, message):
    with pytest.raises(od.errors.UnknownNameError, match=message):
        call()
    assert (od.config.floatx(), od.config.eager_backend()) == ("float32", "numpy")


def test_run_eagerly():
    seen = []
    f = od.function(lambda x: seen.append(type(x.data)) or x)
    assert not od.config.runs_eagerly()
    od.config.run_eagerly()
    f(od.tensor(1.0))
    assert seen == [np.ndarray]
    od.config.run_eagerly(False)
    f(od.tensor(1.0))
    assert seen[1] is not np.ndarray


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("float32", "float32"),
        (np.float32, "float32"),
        (np.dtype(">f8"), "float64"),
        (int, "int32"),
        (bool, "bool"),
        ("int", "int32"),
        ("float", "float32"),
        (np.uint8, "uint8"),
        (ml_dtypes.bfloat16, "bfloat16"),
    ],
)
def test_names_of_dtypes(given, name):
    assert standardize_dtype(given) == name
    assert numpy_dtype(given).name == name
    assert (
        is_floating(numpy_dtype(given))
        == is_floating(name)
        == name.endswith(("float16", "float32", "float64"))
    )


def test_devices_are_those_of_jax():
    import jax

    found = [(d.platform, d.id) for d in jax.devices()]
    if found[0][0] == "cpu":
        found = found[:1]  # one processor, though its cores may stand for several devices
    assert [(d.kind, d.index) for d in od.devices()] == found
    assert str(od.devices()[0]).startswith(f"{jax.devices()[0].platform}:0 (")


@pytest.fixture
def module():
    return sys.modules["ondol.backend.devices"]


def test_a_gpu_that_cannot_be_used_is_named_once(module, monkeypatch, capsys):
    monkeypatch.setattr(module, "nvidia_gpus", lambda: ["NVIDIA H100", "NVIDIA H100"])
    monkeypatch.setattr(module, "devices", lambda: [module.Device("cpu", 0, "cpu")])
    module.warn_of_unused_gpu.cache_clear()
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    module.warn_of_unused_gpu()
    assert not capsys.readouterr().err  # on purpose
    module.warn_of_unused_gpu.cache_clear()
    monkeypatch.delenv("JAX_PLATFORMS")
    module.warn_of_unused_gpu()
    module.warn_of_unused_gpu()
    said = capsys.readouterr().err
    assert said.count("NVIDIA H100") == 1
    assert "will run on the CPU" in said
    assert "pip install 'ondol[cuda]'" in said
    assert "JAX_PLATFORMS=cpu" in said


@pytest.mark.parametrize("kinds", [["gpu"], ["gpu", "cpu"]])
def test_a_gpu_that_is_used_is_not_worth_a_word(module, monkeypatch, capsys, kinds):
    monkeypatch.setattr(module, "nvidia_gpus", lambda: ["NVIDIA H100"])
    monkeypatch.setattr(module, "devices", lambda: [module.Device(kind, 0, kind) for kind in kinds])
    monkeypatch.delenv("JAX_PLATFORMS")
    module.warn_of_unused_gpu.cache_clear()
    module.warn_of_unused_gpu()
    assert not capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="writes a shell script")
@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("echo 'NVIDIA A100'; echo ' NVIDIA T4 '; echo", ["NVIDIA A100", "NVIDIA T4"]),
        ("exit 9", []),
        (None, []),
    ],
)
def test_the_driver_is_asked_for_gpus(module, monkeypatch, tmp_path, script, names):
    monkeypatch.setattr(module.sys, "platform", "freebsd")  # Linux looks for the driver's files first
    if script:
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    assert module.nvidia_gpus() == names
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(module.Path, "exists", lambda self: False)
    assert module.nvidia_gpus() == []
