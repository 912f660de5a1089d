"""The race over the reference work: who runs it, in which processes, and whether all compute the same."""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from . import work
from .processes import BENCH, COURSE, Answer, run

BLOCKS = (0, 64, 32, 16, 8, 4)  # runs that JAX trains at a time; 0 for all
CLOSE = 0.01  # between means over the same seeds, in nats and as a fraction
STARTED = time.perf_counter()


class Scale(NamedTuple):
    """How much work there is."""

    runs: int = 256
    epochs: int = work.EPOCHS
    sample: int = 12  # of the sequential loops' runs, in each of their processes
    rounds: int = 3
    trial: int = 3  # epochs by which JAX's best form is chosen


def say(what: str) -> None:
    """Show progress."""
    print(f"{time.perf_counter() - STARTED:6.0f} s  {what}", flush=True)


def pair(module: str, python: str = COURSE, **job) -> Answer:
    """Give half of the work to each of two processes; the slower one's seconds count."""
    answers = run(module, *({**job, "part": k, "parts": 2} for k in range(2)), python=python)
    records = {seed: last for answer in answers for seed, last in answer["records"].items()}
    return {"seconds": max(answer["seconds"] for answer in answers), "records": records}


def jax_forms(scale: Scale) -> dict[tuple[int, int], float]:
    """Try JAX in one process and in two, all runs at once and in blocks; seconds by (processes, block).

    A block of 1 is no `vmap`, but `lax.map`: it is tried to be told, not to race.
    """
    seconds = {}
    for parts in (1, 2):
        job = {"task": "tried", "runs": scale.runs, "epochs": scale.trial, "parts": parts}
        blocks = [block for block in (*BLOCKS, 1) if block < scale.runs // parts]
        answers = run("jax_contender", *({**job, "part": k, "blocks": blocks} for k in range(parts)), python=BENCH)
        for block in blocks:
            slower = max(answer["seconds"][str(block)] for answer in answers)
            seconds[parts, block] = slower * scale.epochs / scale.trial
            say(f"{described(parts, block)}: about {seconds[parts, block]:.1f} s")
    return seconds


def described(parts: int, block: int) -> str:
    """Return a form of JAX in words."""
    how = {0: "vmap of all runs at once", 1: "lax.map, one run at a time"}.get(block, f"vmap of {block} runs at a time")
    return f"JAX, {how}, {('in one process', 'a process a core')[parts - 1]}"


def jax(scale: Scale, parts: int, block: int) -> Answer:
    """Race one form of JAX."""
    job = {"task": "timed", "runs": scale.runs, "epochs": scale.epochs, "block": block}
    if parts == 1:
        return run("jax_contender", {**job, "part": 0, "parts": 1}, python=BENCH)[0]
    return pair("jax_contender", BENCH, **job)


def contenders(scale: Scale, best: dict[int, tuple[int, int]]) -> dict[str, Callable[[], Answer]]:
    """Return everyone who races, ours first."""
    size = {"task": "timed", "runs": scale.runs, "epochs": scale.epochs}
    half = scale.runs // 2
    stacks = {"task": "products", "runs": half, "size": min(half, 32), "epochs": scale.epochs}
    return {
        "ours": lambda: run("engine", size)[0],
        "tuned": partial(pair, "loops", **size, form="tuned", sample=scale.sample),
        "tuned_flat": partial(pair, "loops", **size, form="tuned_flat", sample=scale.sample),
        "dataloader": partial(pair, "loops", **size, form="dataloader", sample=scale.sample),
        "jax_vmap": partial(jax, scale, *best[1]),
        "jax_vmap_a_process_a_core": partial(jax, scale, *best[2]),
        "ours_without_test": lambda: run("engine", {**size, "test": 0})[0],
        "products_alone": lambda: max(run("engine", stacks, stacks), key=lambda answer: answer["seconds"]),
    }


def agree(name: str, theirs: work.Records, ours: work.Records) -> None:
    """End the benchmark unless a contender's runs came out as ours, on average over the same seeds."""
    if not theirs or theirs is ours:
        return
    for k, quantity in enumerate(work.QUANTITIES):
        means = [statistics.mean(records[seed][k] for seed in theirs) for records in (theirs, ours)]
        if not abs(means[0] - means[1]) < CLOSE:
            raise SystemExit(f"{name} computes something else: {quantity} is {means[0]:.4f}, ours {means[1]:.4f}.")
    accuracy = [statistics.mean(records[seed][-1] for seed in theirs) for records in (theirs, ours)]
    say(f"  test accuracy {accuracy[0]:.4f} over {len(theirs)} seeds; ours {accuracy[1]:.4f}")


def raced(scale: Scale) -> dict[str, Any]:
    """Let all run alternately, round by round; return the medians of their seconds, the machine, and JAX's forms."""
    forms = jax_forms(scale)
    best = {parts: min((f for f in forms if f[0] == parts and f[1] != 1), key=forms.get) for parts in (1, 2)}
    say(f"these race: {'; '.join(described(*form) for form in best.values())}")
    times, machines, ours = defaultdict(list), [], {}
    for turn in range(scale.rounds):
        machines.append(machine())
        for name, contender in contenders(scale, best).items():
            answer = contender()
            times[name].append(answer["seconds"])
            say(f"round {turn + 1}, {name}: {answer['seconds']:.2f} s")
            ours = answer["records"] if name == "ours" else ours
            agree(name, answer.get("records", {}), ours)
    return {
        "seconds": {name: statistics.median(seconds) for name, seconds in times.items()},
        "jax_forms": {described(*form): seconds for form, seconds in forms.items()},
        "machine": max(machines, key=lambda machine: machine["gflops"]),
    }


def machine() -> dict[str, Any]:
    """Measure what both cores can compute at the same time."""
    one, two = run("machine", {"task": "peak"}, {"task": "peak"}, python=BENCH)
    gflops = (one.pop("flops") + two.pop("flops")) / 1e9
    say(f"peak of two cores: {gflops:.0f} GFLOP/s")
    return {**one, "gflops": gflops}
