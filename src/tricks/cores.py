"""One thread a core, each with blocks of runs of its own."""

import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import torch
from tqdm import tqdm

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
RECORDED, TURN = {}, threading.Lock()


def recorded(key, function: Callable, given: tuple) -> Callable:
    """Return `function` of tensors as the list of operations that torch records when it runs on some like `given`.

    The list runs without Python, for whose one lock two threads would otherwise take turns at every operation.
    It serves all functions of the same `key` on tensors of these shapes: nothing else may differ between two
    calls. Where torch cannot record, it is the function itself.
    """
    key = key, alike(given)
    with TURN, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns that shapes are taken for constants; they are
        if key not in RECORDED and sys.version_info < (3, 14):
            # What is recorded also happens: let it happen to a copy.
            RECORDED[key] = torch.jit.trace(function, copied(given), check_trace=False)
    return RECORDED.get(key, function)


def alike(given):
    """Return what tensors, or tuples of them, must have in common to share a recording."""
    return tuple(map(alike, given)) if isinstance(given, tuple) else (given.shape, given.dtype, given.device)


def copied(given):
    """Return tensors, or tuples of them, copied."""
    return tuple(map(copied, given)) if isinstance(given, tuple) else given.clone()


class Interrupted(Exception):
    """Raised in a thread whose work nobody waits for any more."""


def alone() -> None:
    """Prepare a thread to work on its own core."""
    torch.set_num_threads(1)
    # Numbers too small for all their digits count as 0: they would take a hundred times as long.
    torch.set_flush_denormal(True)


def in_threads(work, jobs: list):
    """Yield `work(job, interrupted)` for all jobs, as each ends: one job a core, one thread inside each.

    So a run's bits do not depend on the number of cores. When the caller stops listening (Ctrl-C, an exception in
    another job), `interrupted` is set: work should look at it often, and raise `Interrupted`.
    """
    threads, interrupted, ended = torch.get_num_threads(), threading.Event(), SimpleQueue()
    pool = ThreadPoolExecutor(CORES, name := f"Pool {id(interrupted)}", alone)
    try:
        for job in jobs:
            pool.submit(work, job, interrupted).add_done_callback(ended.put)
        for _ in tqdm(jobs, disable="TRICKS_RENDER" in os.environ or len(jobs) < 4, leave=False):
            while ended.empty():  # rather than wait for it: Ctrl-C comes in at once, and finds no lock half taken
                time.sleep(0.001)
            yield ended.get().result()
    finally:
        interrupted.set()
        pool.shutdown(cancel_futures=True)
        while any(t.name.startswith(name) for t in threading.enumerate()):
            time.sleep(0.001)  # for one that Ctrl-C found half started: the pool does not know it
        torch.set_num_threads(threads)
