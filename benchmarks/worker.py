"""One contender in a process of its own, which does what run.py asks for over pipes.

`python worker.py with_torch` reads a request a line and answers each with a line of JSON: "prepare tiny"
builds and compiles, "burst" does a timed piece of work. Between requests it sleeps.
`python worker.py with_torch first-epoch` answers once: how a fresh process fared up to the end of one epoch.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from types import ModuleType

import data
from workloads import LONGEST_BURST, SHORTEST_BURST, WORKLOADS, Workload

Answer = dict[str, float | str]


class Job:
    """A workload, made ready: all that happens once has happened."""

    def __init__(self, contender: ModuleType, workload: Workload) -> None:
        x, y = data.make(workload)
        self.run = getattr(contender, workload.kind)(workload, x, y)
        self.run(1)  # compiles
        seconds = self.timed(workload.least) / workload.least
        self.facts = {"counts": 1 + workload.least, "loss": self.loss}
        self.counts = min(workload.counts, max(workload.least, int(LONGEST_BURST / seconds)))
        self.steps = workload.steps
        self.rest()

    def timed(self, counts: int) -> float:
        begin = time.perf_counter()
        self.loss = self.run(counts)
        return time.perf_counter() - begin

    def rest(self) -> None:
        self.rested_at = time.perf_counter()
        self.cpu_seconds = time.process_time()  # of all threads

    def burst(self) -> Answer:
        """Seconds a step, and how busy the process was since its last burst, when it should have slept."""
        rested = time.perf_counter() - self.rested_at
        idle_load = (time.process_time() - self.cpu_seconds) / rested
        seconds, runs = 0.0, 0
        while seconds < SHORTEST_BURST:
            seconds += self.timed(self.counts)
            runs += 1
        self.rest()
        return {
            "seconds": seconds / (runs * self.counts * self.steps),
            "rested": rested,
            "idle_load": idle_load,
        }


def failure(error: Exception) -> Answer:
    """The answer of a contender that could not do it: its failure must not end the others' run."""
    return {"error": f"{type(error).__name__}: {error}"}


def serve(contender: ModuleType, answers) -> None:
    """Answer requests until the pipe is closed."""
    job: Job | None = None
    for request in sys.stdin:
        verb, _, name = request.strip().partition(" ")
        try:
            if verb == "prepare":
                job = None  # frees the last one before the next is built
                job = Job(contender, WORKLOADS[name])
                answer = job.facts
            elif job is None:
                answer = {"error": "nothing was prepared"}
            else:
                answer = job.burst()
        except Exception as error:
            answer = failure(error)
        print(json.dumps(answer), file=answers, flush=True)


def start(module: str, workload: Workload) -> Answer:
    """One epoch in this fresh process, on the clock from before the framework is imported."""
    x, y = data.make(workload)
    begin = time.perf_counter()
    contender = importlib.import_module(module)
    imported = time.perf_counter()
    contender.fit(workload, x, y)(1)
    end = time.perf_counter()
    unit = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux KiB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"total": end - begin, "after_import": end - imported, "memory": peak}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a framework prints must not get between the answers
    module, *fresh = sys.argv[1:]
    if fresh:
        try:
            answer = start(module, WORKLOADS[fresh[0]])
        except Exception as error:
            answer = failure(error)
        print(json.dumps(answer), file=answers, flush=True)
    else:
        serve(importlib.import_module(module), answers)


if __name__ == "__main__":
    main()
