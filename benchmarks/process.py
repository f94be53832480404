"""Worker processes, seen from the runner: kept alive and asked over pipes, or fresh for one answer."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from contenders import Contender

HERE = Path(__file__).parent


class Failed(Exception):
    """A contender could not do what it was asked; the message says why."""


class Worker:
    """A contender's process, which does nothing between two questions."""

    def __init__(self, contender: Contender, python: str) -> None:
        self.name = contender.name
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed by close)
        self._process = subprocess.Popen(
            [python, str(HERE / "worker.py"), contender.worker],
            env=contender.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def ask(self, request: str) -> dict[str, float]:
        try:
            print(request, file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._log.seek(0)
            raise Failed(_last_line(self._log.read()))
        return _checked(line)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._log.close()


def fresh_start(contender: Contender, python: str, workload: str, cache: str) -> dict[str, float]:
    """Train one epoch in a new process; compiled programs are cached in the folder `cache` alone."""
    command = [python, str(HERE / "worker.py"), contender.worker, workload]
    return _checked(_output(command, contender.environment(cache)))


def fresh_import(contender: Contender, python: str) -> tuple[float, bool]:
    """Seconds that the import takes in a new process, and whether it brought jax along."""
    program = (
        f"import sys, time; begin = time.perf_counter(); import {contender.package}; "
        "print(time.perf_counter() - begin, int('jax' in sys.modules))"
    )
    seconds, jax = _output([python, "-c", program], contender.environment()).split()[-2:]
    return float(seconds), jax == "1"


def _output(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(_last_line(done.stderr))
    return done.stdout


def _checked(line: str) -> dict[str, float]:
    answer = json.loads(line)
    if "error" in answer:
        raise Failed(answer["error"])
    return answer


def _last_line(log: str) -> str:
    return (log.strip().splitlines() or ["the process ended without a word"])[-1]
