"""Contenders in processes of their own, which begin their timed part together."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
COURSE, BENCH = sys.executable, str(ROOT / ".venv-bench/bin/python")
Answer = dict[str, Any]


def cores(wanted: int = 2) -> list[int]:
    """Return processors of this machine, each on a core of its own; an empty list where no process can be bound."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    siblings = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    found: dict[str, int] = {}
    for processor in sorted(os.sched_getaffinity(0)):
        path = Path(siblings.format(processor))
        found.setdefault(path.read_text() if path.exists() else str(processor), processor)
    return list(found.values())[:wanted]


@contextmanager
def bound(processors: list[int]) -> Iterator[None]:
    """Bind the processes that are started inside to some processors."""
    if not processors:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def started(module: str, job: dict, python: str) -> subprocess.Popen:
    """Start `python -m bench.module` with a job, quiet about its progress."""
    command = [python, "-m", f"bench.{module}", json.dumps(job)]
    environment = os.environ | {"TRICKS_RENDER": "nbval"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)


def heard(process: subprocess.Popen) -> Answer | None:
    """Wait for a process to answer; None if it only says that it is ready to go on."""
    for line in process.stdout:
        if line == "ready\n":
            return None
        if line.startswith("{"):
            return json.loads(line)
    raise SystemExit(f"This failed, see above: {' '.join(process.args[1:])}")


def run(module: str, *jobs: dict, python: str = COURSE) -> list[Answer]:
    """Do each job in a process of its own: one on all cores in use; of several, each on its own core."""
    processes = []
    try:
        for k, job in enumerate(jobs):
            with bound(cores()[k : k + 1] if len(jobs) > 1 else cores()):
                processes.append(started(module, job, python))
        while None in (answers := [heard(process) for process in processes]):
            for process in processes:
                print(file=process.stdin, flush=True)
        return answers
    finally:
        for process in processes:
            process.kill()
            process.wait()


def ready() -> None:
    """In a contender: wait until all processes of the contender are at this point."""
    print("ready", flush=True)
    sys.stdin.readline()


def answer(**functions: Callable[..., Answer]) -> None:
    """In a contender: do the job of the command line, whose `task` names one of the functions."""
    job = json.loads(sys.argv[1])
    print(json.dumps(functions[job.pop("task")](**job)), flush=True)
