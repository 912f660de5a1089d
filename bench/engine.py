"""The course's engine, by its public function `fit`."""

import gc
import time
from itertools import pairwise

import psutil
import torch
import xarray as xr

from tricks import SGD, fit, seeds

from . import work
from .processes import Answer, answer, ready

RULE = SGD(lr=work.LR, momentum=work.MOMENTUM)


def trained(runs: int, epochs: int, test: int = work.TEST, **options):
    """Train the reference work."""
    data = work.data(test)
    return fit(work.network, data, RULE, seeds=seeds(runs), epochs=epochs, batch_size=work.BATCH, **options)


def timed(runs: int, epochs: int, test: int = work.TEST) -> Answer:
    """Time `fit` after a smaller one has warmed up; with the last records of each run if there is a test part."""
    trained(8, 2, test)
    start = time.perf_counter()
    table = trained(runs, epochs, test)
    seconds = time.perf_counter() - start
    return {"seconds": seconds} | ({"records": records(table)} if test else {})


def records(table: xr.Dataset) -> work.Records:
    """Return the last records of each run."""
    last = table.isel(epoch=-1)
    columns = [last[name].values.tolist() for name in work.QUANTITIES]
    return dict(zip(map(str, table.seed.values.tolist()), zip(*columns, strict=True), strict=True))


def curve(counts: list[int], epochs: int) -> Answer:
    """Time `fit` for several numbers of runs, each after two untimed epochs of the same."""
    seconds = {}
    for runs in counts:
        trained(runs, 2)
        start = time.perf_counter()
        trained(runs, epochs)
        seconds[str(runs)] = time.perf_counter() - start
    return {"seconds": seconds}


def memory(runs: int, keep: bool) -> Answer:
    """By how many bytes the process has grown after runs of one epoch, with their results (and models) held."""
    trained(8, 1)
    gc.collect()
    process = psutil.Process()
    before = process.memory_info().rss
    held = trained(runs, 1, keep_models=keep)
    gc.collect()
    return {"bytes": process.memory_info().rss - before, "held": len(held)}


def products(runs: int, size: int, epochs: int) -> Answer:
    """Time the matrix products alone that training stacks of `size` runs takes, the last layer padded to 16 classes."""
    torch.set_num_threads(1)
    sides = [(a, -(-b // 16) * 16) for a, b in pairwise(work.SIZES)]
    layers = [[torch.rand(size, *shape) for shape in ((work.BATCH, a), (a, b), (work.BATCH, b))] for a, b in sides]
    targets = [[torch.empty_like(tensor) for tensor in layer] for layer in layers]
    ready()
    start = time.perf_counter()
    for _ in range(runs // size * epochs * (work.TRAIN // work.BATCH)):
        for k, ((x, w, y), (dx, dw, z)) in enumerate(zip(layers, targets, strict=True)):
            torch.bmm(x, w, out=z)
            torch.bmm(x.mT, y, out=dw)
            if k:
                torch.bmm(y, w.mT, out=dx)
    return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    answer(timed=timed, curve=curve, memory=memory, products=products)
