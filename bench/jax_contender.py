"""JAX: `jit(vmap(scan))` over epochs and steps, all runs at once or in blocks. Compiling is not timed.

XLA's flags for wide vectors and for fast maths changed the times by less than they scatter: it runs as it comes.
"""

import time

import jax
import numpy as np
import torch
from jax import Array, lax, nn, numpy as jnp, stages

from . import work
from .processes import Answer, answer, ready

DATA = work.data()
# All runs share the pool and hold indices into it.
POOL, LABELS = jnp.asarray(DATA.X, jnp.float32), jnp.asarray(DATA.y, jnp.int32)


def born(seeds: list[int]) -> tuple[tuple, np.ndarray, np.ndarray]:
    """Return what the runs start from: parameters, places of training and of test examples in the pool."""
    parameters = zip(*(work.born(seed).parameters() for seed in seeds), strict=True)
    arrays = [torch.stack(one).detach() for one in parameters]
    transposed = tuple((one.mT.contiguous() if one.dim() == 3 else one).numpy() for one in arrays)
    splits = [DATA.split(seed) for seed in seeds]
    return transposed, *(np.stack([split[part] for split in splits]).astype(np.int32) for part in ("train", "test"))


def drawn(seeds: list[int], epochs: int) -> np.ndarray:
    """Return the orders of all epochs (R, epochs, n): torch draws them faster than JAX."""
    streams = [work.stream(seed) for seed in seeds]
    orders = torch.stack([torch.stack([work.order(stream) for _ in range(epochs)]) for stream in streams])
    return orders.numpy().astype(np.int32)


def logits(parameters: tuple, x: Array) -> Array:
    """Return the network's outputs (B, 10) for images (B, 64)."""
    W1, b1, W2, b2, W3, b3 = parameters
    return nn.relu(nn.relu(x @ W1 + b1) @ W2 + b2) @ W3 + b3


def marks(z: Array, y: Array) -> tuple[Array, Array]:
    """Return loss and accuracy."""
    loss = -jnp.take_along_axis(nn.log_softmax(z), y[:, None], axis=1).mean()
    return loss, (z.argmax(axis=1) == y).mean()


def one_run(parameters: tuple, train: Array, test: Array, orders: Array) -> Array:
    """Train one network; return the four quantities of every epoch, (epochs, 4)."""
    X, y, X_test, y_test = POOL[train], LABELS[train], POOL[test], LABELS[test]
    slope = jax.value_and_grad(lambda p, x, y: marks(logits(p, x), y), has_aux=True)

    def step(state, batch):
        p, v = state
        seen, g = slope(p, X[batch], y[batch])
        v = jax.tree.map(lambda v, g: work.MOMENTUM * v + g, v, g)
        return (jax.tree.map(lambda p, v: p - work.LR * v, p, v), v), jnp.stack(seen)

    def epoch(state, order):
        state, seen = lax.scan(step, state, order.reshape(-1, work.BATCH))
        return state, jnp.concatenate([seen.mean(axis=0), jnp.stack(marks(logits(state[0], X_test), y_test))])

    start = parameters, jax.tree.map(jnp.zeros_like, parameters)
    return lax.scan(epoch, start, orders)[1]


def in_blocks(block: int) -> stages.Wrapped:
    """Return the function of many runs that trains so many at a time: 0 for all; for 1, without `vmap`."""
    several = (lambda a: one_run(*a)) if block == 1 else (lambda a: jax.vmap(one_run)(*a))

    def many(*arrays):
        runs = len(arrays[1])
        if not block:
            return several(arrays)
        shape = (runs // block, block) if block > 1 else (runs,)
        cut = jax.tree.map(lambda a: a.reshape(*shape, *a.shape[1:]), arrays)
        return lax.map(several, cut).reshape(runs, -1, len(work.QUANTITIES))

    return jax.jit(many)


def timed(runs: int, epochs: int, part: int, parts: int, block: int) -> Answer:
    """Time all runs that fall to this process; their networks and splits are there before, their orders are not."""
    mine = work.share(runs, part, parts)
    start_from = jax.device_put(born(mine))
    train = in_blocks(block).lower(*start_from, drawn(mine, epochs)).compile()
    ready()
    start = time.perf_counter()
    records = np.asarray(train(*start_from, drawn(mine, epochs)))
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "records": dict(zip(map(str, mine), records[:, -1].tolist(), strict=True))}


def tried(runs: int, epochs: int, part: int, parts: int, blocks: list[int]) -> Answer:
    """Time training in blocks of several sizes, each the best of two."""
    mine = work.share(runs, part, parts)
    arrays = jax.device_put((*born(mine), drawn(mine, epochs)))
    seconds = {}
    for block in blocks:
        train = in_blocks(block).lower(*arrays).compile()
        seconds[str(block)] = min(stopped(train, arrays) for _ in range(2))
    return {"seconds": seconds}


def stopped(train: stages.Compiled, arrays: tuple) -> float:
    """Return the seconds that training takes in this process while the others do the same."""
    ready()
    start = time.perf_counter()
    train(*arrays).block_until_ready()
    return time.perf_counter() - start


if __name__ == "__main__":
    answer(timed=timed, tried=tried)
