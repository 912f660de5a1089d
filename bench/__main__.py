"""Race the engine against its contenders, print a table, and write `_build/bench.json`.

`python -m bench` takes some minutes. With `--quick` it rehearses every part on a tiny scale, and writes elsewhere.
Nothing here judges a time: it ends with an error only where a contender fails, or computes something else.
"""

import json
import os
import platform
import statistics
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from . import work
from .processes import ROOT, cores, run
from .race import Scale, raced, say


class Rest(NamedTuple):
    """How much is measured beside the race."""

    counts: tuple[int, ...] = (1, 4, 16, 64, 256, 1024)
    epochs: int = 10
    rounds: int = 3
    kept: tuple[int, int] = (64, 1064)
    side: int = 100  # of the square of settings of the paths
    paths: int = 100  # of them, followed one after the other
    notebooks: int | None = None  # all


SMALL = Scale(runs=16, epochs=20, sample=8, rounds=1, trial=2), Rest((1, 4, 16), 2, 1, (16, 80), 20, 4, 1)


def curve(rest: Rest) -> dict[str, float]:
    """Measure the cost of few and of many runs: medians of seconds by number of runs."""
    job = {"task": "curve", "counts": rest.counts, "epochs": rest.epochs}
    rounds = [run("engine", job)[0]["seconds"] for _ in range(rest.rounds)]
    medians = {count: statistics.median(seconds[count] for seconds in rounds) for count in rounds[0]}
    say(f"{rest.epochs} epochs of {', '.join(medians)} runs: {', '.join(f'{s:.2f}' for s in medians.values())} s")
    return medians


def memory(rest: Rest, keep: bool) -> float:
    """Measure by how many KB each further run makes the process grow."""
    few, many = (run("engine", {"task": "memory", "runs": runs, "keep": keep})[0]["bytes"] for runs in rest.kept)
    grown = (many - few) / (rest.kept[1] - rest.kept[0]) / 1000
    say(f"memory of a run, {'kept' if keep else 'not kept'}: {grown:.1f} KB")
    return grown


def paths(rest: Rest) -> dict[str, float]:
    """Measure paths side by side and one after the other; end the benchmark unless they arrive at the same heights."""
    ours = run("paths", {"task": "stacked", "side": rest.side})[0]
    theirs = run("paths", {"task": "sequential", "side": rest.side, "sample": rest.paths})[0]
    same = [ours["heights"][i][j] for i, j in theirs["places"]]
    if not np.allclose(same, theirs["heights"], rtol=1e-6, atol=0):
        raise SystemExit("The paths of trajectory and of torch.optim end at different heights.")
    say(f"{rest.side**2} paths: {ours['seconds']:.3f} s; one after the other {theirs['seconds']:.0f} s")
    return {"paths": ours["seconds"], "paths_one_by_one": theirs["seconds"]}


def notebooks(rest: Rest) -> dict[str, float]:
    """Measure every chapter and its evidence, one after the other: seconds by path."""
    found = sorted(path for folder in ("", "evidence/") for path in (ROOT / "chapters").glob(f"{folder}*.ipynb"))
    seconds = {}
    for path in found[: rest.notebooks]:
        name = path.relative_to(ROOT).as_posix()
        seconds[name] = run("course", {"task": "executed", "notebook": str(path)})[0]["seconds"]
        say(f"{name}: {seconds[name]:.1f} s")
    return seconds


def measured(scale: Scale, rest: Rest) -> dict[str, Any]:
    """Measure everything; return what is written."""
    race, costs, kept, unkept = raced(scale), curve(rest), memory(rest, keep=True), memory(rest, keep=False)
    valley, course = paths(rest), notebooks(rest)
    seconds, gflops = race["seconds"], race["machine"]["gflops"]
    ours, many, few = seconds["ours"], str(rest.counts[-1]), str(rest.counts[-3])
    return {
        "dataloader": seconds["dataloader"] / ours,
        "tuned": seconds["tuned"] / ours,
        "jax_vmap": seconds["jax_vmap"] / ours,
        "peak_fraction": scale.runs * scale.epochs * work.FLOP / 1e9 / ours / gflops,
        "cost_1024_over_64": costs[many] / costs[few],
        "rosenbrock": valley["paths_one_by_one"] / valley["paths"],
        "course_seconds": sum(course.values()),
        "tuned_flat": seconds["tuned_flat"] / ours,
        "jax_vmap_a_process_a_core": seconds["jax_vmap_a_process_a_core"] / ours,
        "memory_per_kept_run": kept,
        "memory_per_run": unkept,
        "seconds": {
            **seconds,
            "held_out_evaluation": ours - seconds["ours_without_test"],
            **valley,
            "curve": costs,
            "jax_forms": race["jax_forms"],
            "notebooks": course,
        },
        "machine": {**race["machine"], "cores": len(cores()) or os.cpu_count(), **versions()},
    }


def versions() -> dict[str, str]:
    """Return what the times depend on beside the machine."""
    return {"torch": torch.__version__, "python": platform.python_version(), "system": platform.system()}


def table(results: dict[str, Any]) -> str:
    """Return the results in lines."""
    seconds, machine = results["seconds"], results["machine"]
    lines = [
        ("seconds of fit", seconds["ours"], "{:.2f}"),
        ("  of these, matrix products", seconds["products_alone"], "{:.2f}"),
        ("  of these, held-out evaluation", seconds["held_out_evaluation"], "{:.2f}"),
        ("DataLoader loop ÷ fit", results["dataloader"], "{:.1f}"),
        ("tuned sequential loop ÷ fit", results["tuned"], "{:.1f}"),
        ("the same, its parameters one vector ÷ fit", results["tuned_flat"], "{:.1f}"),
        ("JAX jit(vmap(scan)) ÷ fit", results["jax_vmap"], "{:.2f}"),
        ("JAX, a process for each core ÷ fit", results["jax_vmap_a_process_a_core"], "{:.2f}"),
        (f"share of the peak, {machine['gflops']:.0f} GFLOP/s", results["peak_fraction"], "{:.1%}"),
        ("cost of 1024 runs ÷ cost of 64", results["cost_1024_over_64"], "{:.1f}"),
        ("memory of a kept run, KB", results["memory_per_kept_run"], "{:.0f}"),
        ("memory of a run not kept, KB", results["memory_per_run"], "{:.1f}"),
        ("Rosenbrock, one by one ÷ trajectory", results["rosenbrock"], "{:.0f}"),
        ("seconds of the whole course", results["course_seconds"], "{:.0f}"),
    ]
    return "\n".join(f"{what:<44}{form.format(value):>8}" for what, value, form in lines)


def main(quick: bool) -> None:
    """Measure, show, write."""
    scale, rest = SMALL if quick else (Scale(), Rest())
    if quick:
        say("a rehearsal: none of these numbers means anything")
    results = measured(scale, rest)
    path: Path = ROOT / "_build" / ("bench-rehearsal.json" if quick else "bench.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"\n{scale.runs} runs of {scale.epochs} epochs on two cores\n\n{table(results)}\n\n{path}")


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
