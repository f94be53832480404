"""Ondol beside its peers: `python benchmarks/run.py [workload ...]`; see README.md."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack, closing
from pathlib import Path

from rich.console import Console

import measure
import report
from contenders import ONDOL, PEERS, Contender, installed, missing
from process import Worker
from workloads import FRESH_ROUNDS, WORKLOADS, Workload, named

console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
BUSY_MACHINE = 0.5  # running processes, over the last minute


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time Ondol beside other frameworks, in turns, on the CPU.")
    known = f"or the beginning of several names; default: all of {' '.join(WORKLOADS)}"
    parser.add_argument("workloads", nargs="*", metavar="workload", help=known)
    parser.add_argument("--rounds", type=int, default=5, help="bursts of each contender (default 5)")
    parser.add_argument("--peers", default=",".join(PEERS), help="default: %(default)s")
    parser.add_argument("--python", default=sys.executable, help="interpreter for Ondol (default: this one)")
    parser.add_argument("--peers-python", default=sys.executable, help="for the peers (default: this one)")
    parser.add_argument("--json", type=Path, help="also write every round's figures to this file")
    chosen = parser.parse_args()
    chosen.peers = [name for name in chosen.peers.split(",") if name]
    for name in set(chosen.peers).difference(PEERS):
        parser.error(f"Expected a peer of {', '.join(PEERS)}. Received: {name!r}.")
    try:
        chosen.workloads = named(chosen.workloads)
    except KeyError as error:
        parser.error(f"Expected a workload of {', '.join(WORKLOADS)}. Received: {error}.")
    if chosen.rounds < 1:
        parser.error(f"Expected at least one round. Received: --rounds={chosen.rounds}.")
    return chosen


def runnable(
    candidates: dict[str, list[Contender]],
) -> tuple[list[Contender], measure.Pythons, dict[str, str]]:
    """Of the contenders meant for each interpreter those that it can import, and the versions found."""
    present, pythons, seen = [], {}, {}
    for python, contenders in candidates.items():
        versions = installed(python)
        for contender in contenders:
            if lacking := missing(contender, versions):
                console.print(f"{contender.name} left out: {python} lacks {', '.join(lacking)}")
                continue
            present.append(contender)
            pythons[contender.name] = python
            parts = [name for name in (contender.package, contender.engine) if name]
            seen[contender.name] = ", ".join(f"{name} {versions[name]}" for name in parts)
    return present, pythons, seen


def main() -> None:
    chosen = arguments()
    candidates: dict[str, list[Contender]] = {chosen.python: [ONDOL]}
    candidates.setdefault(chosen.peers_python, []).extend(PEERS[name] for name in chosen.peers)
    contenders, pythons, versions = runnable(candidates)

    load = os.getloadavg()[0]
    if load > BUSY_MACHINE:
        console.print(f"Other programs keep this machine busy (load {load:.1f}): the figures will be rough.")
    rows: dict[str, measure.Row] = {}
    try:
        alive(rows, chosen.workloads, contenders, pythons, chosen.rounds)
        fresh(rows, chosen.workloads, contenders, pythons, min(chosen.rounds, FRESH_ROUNDS))
    except KeyboardInterrupt:
        console.print("Stopped; these workloads were measured before that.")
    units = {name: WORKLOADS[name.partition(",")[0]].unit for name in rows}
    names = [c.name for c in contenders if any(c.name in row for row in rows.values())]
    console.print(report.table(rows, units, names))
    facts = {"machine": report.machine(), "cores": os.cpu_count(), "load": load, "versions": versions}
    console.print(f"{facts['cores']} cores, {facts['machine']}; " + "; ".join(sorted(set(versions.values()))))
    if chosen.json:
        report.save(chosen.json, rows, units, facts)


def alive(
    rows: dict[str, measure.Row],
    workloads: list[Workload],
    contenders: list[Contender],
    pythons: measure.Pythons,
    rounds: int,
) -> None:
    """Add the rows of the workloads whose workers stay alive and take turns."""
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        for workload in [w for w in workloads if w.kind in ("fit", "eager", "predict", "generate", "rule")]:
            console.print(f"[dim]{workload.name} ...[/dim]")
            names = [contender.name for contender in contenders if contender.takes_part(workload)]
            for contender in contenders:
                known = workers.get(contender.name)
                if contender.name in names and not (known and known.alive):
                    worker = Worker(contender, pythons[contender.name])
                    workers[contender.name] = stack.enter_context(closing(worker))
            taking_part = [workers[name] for name in names]
            rows[workload.name] = measure.bursts(workload, taking_part, rounds, console.print)


def fresh(
    rows: dict[str, measure.Row],
    workloads: list[Workload],
    contenders: list[Contender],
    pythons: measure.Pythons,
    rounds: int,
) -> None:
    """Add the rows of those that need new processes; workloads of the same task share them."""
    for workload in [w for w in workloads if w.kind == "import"]:
        console.print(f"[dim]{workload.name} ...[/dim]")
        importing = [contender for contender in contenders if contender.takes_part(workload)]
        rows[workload.name] = measure.imports(importing, pythons, rounds, console.print)
    starting = [workload for workload in workloads if workload.kind == "start"]
    for task in dict.fromkeys(workload.task for workload in starting):
        group = [workload for workload in starting if workload.task == task]
        console.print(f"[dim]{', '.join(workload.name for workload in group)} ...[/dim]")
        taking_part = [contender for contender in contenders if contender.takes_part(task)]
        rows |= measure.starts(group, taking_part, pythons, rounds, console.print)


if __name__ == "__main__":
    main()
