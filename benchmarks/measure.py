"""Rounds of measurements, in which the contenders take turns."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from statistics import median

from contenders import Contender
from process import Failed, Worker, fresh_import, fresh_start
from workloads import UNITS, Workload

Row = dict[str, list[float]]  # by contender: one figure a round, in the workload's unit
Pythons = dict[str, str]  # by contender: the interpreter it runs in
BUSY = 0.05  # of one core: a worker that uses more than this between its bursts disturbs the others
ALIKE = 0.05  # fingerprints of a rule's gradients that differ by more are told
LONG_REST = 0.5  # seconds; in a shorter one, threads that wait a little before they sleep weigh too much


def bursts(workload: Workload, workers: list[Worker], rounds: int, say: Callable[[str], None]) -> Row:
    """Bursts of a workload by workers that stay alive; losses and failures go to `say`."""
    ready, losses = [], {}
    for worker in workers:
        try:
            facts = worker.ask(f"prepare {workload.name}")
        except Failed as failure:
            say(f"{worker.name}: {failure}")
            continue
        ready.append(worker)
        losses[worker.name] = facts["loss"]
        if workload.kind in ("fit", "eager"):
            say(f"[dim]{worker.name}: loss {facts['loss']:.3f} after {facts['counts']} epochs[/dim]")
    if workload.kind == "rule":
        _compare(losses, say)
    row: Row = defaultdict(list)
    for worker in _in_turn(ready, rounds):
        try:
            answer = worker.ask("burst")
        except Failed as failure:
            say(f"{worker.name}: {failure}")
            ready.remove(worker)
            continue
        row[worker.name].append(answer["seconds"] * workload.per * UNITS[workload.unit.split("/")[0]])
        if answer["rested"] > LONG_REST and answer["idle_load"] > BUSY:
            say(f"{worker.name} kept {answer['idle_load']:.0%} of a core busy while it should have slept.")
    return row


def _compare(fingerprints: dict[str, float], say: Callable[[str], None]) -> None:
    """Tell whose gradients are not those of the others."""
    common = median(fingerprints.values()) if fingerprints else 0.0
    for name, value in fingerprints.items():
        if abs(value - common) > ALIKE * common:
            say(
                f"{name} computes other gradients: their fingerprint is {value:.4g}, that of the others {common:.4g}."
            )


def imports(contenders: list[Contender], pythons: Pythons, rounds: int, say: Callable[[str], None]) -> Row:
    """Import times in fresh processes; who loads jax goes to `say`."""
    row: Row = defaultdict(list)
    loads_jax = {}
    for contender in _in_turn(contenders, rounds):
        try:
            seconds, loads_jax[contender.name] = fresh_import(contender, pythons[contender.name])
            row[contender.name].append(seconds)
        except Failed as failure:
            say(f"{contender.name}: {failure}")
    for name, loaded in loads_jax.items():
        say(f"import of {name} {'loads' if loaded else 'does not load'} jax.")
    return row


def starts(
    workloads: list[Workload],
    contenders: list[Contender],
    pythons: Pythons,
    rounds: int,
    say: Callable[[str], None],
) -> dict[str, Row]:
    """Fresh processes that train one epoch, measured for several workloads of the same task.

    First with empty caches; then, if times are wanted, with what that left in them.
    """
    timed = [workload.name for workload in workloads if workload.unit == "s"]
    rows: dict[str, Row] = defaultdict(lambda: defaultdict(list))
    for contender in _in_turn(contenders, rounds):
        with tempfile.TemporaryDirectory() as cache:
            try:
                first, *later = (
                    fresh_start(contender, pythons[contender.name], workloads[0].name, cache)
                    for _ in range(2 if timed else 1)
                )
            except Failed as failure:
                say(f"{contender.name}: {failure}")
                continue
        for name in timed:
            rows[name][contender.name].append(first["total"])
            rows[f"{name}, after import"][contender.name].append(first["after_import"])
            rows[f"{name}, second start"][contender.name].append(later[0]["total"])
        for workload in workloads:
            if workload.unit == "MB":
                rows[workload.name][contender.name].append(first["memory"])
    return rows


def _in_turn(items: list, rounds: int) -> Iterator:
    """Every item once a round; each round begins with another, so that none always comes first."""
    for number in range(rounds):
        shift = number % max(1, len(items))
        yield from [*items[shift:], *items[:shift]]
