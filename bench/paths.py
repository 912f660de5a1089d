"""Ten thousand paths down Rosenbrock's valley: side by side, and one after the other. Both on one core."""

import time

import numpy as np
import torch

from tricks import SGD
from tricks.landscapes import rosenbrock, trajectory

from .processes import Answer, answer

START, STEPS = [-1.5, 2.0], 200


def settings(side: int) -> tuple[list[float], list[float]]:
    """Return the learning rates and the momenta of side² paths, none of which diverges."""
    return np.geomspace(1e-5, 3e-4, side).tolist(), np.linspace(0, 0.95, side).tolist()


def stacked(side: int) -> Answer:
    """Time all paths at once, the median of five."""
    lr, momentum = settings(side)
    seconds, valley = [], rosenbrock()
    for _ in range(6):
        start = time.perf_counter()
        table = trajectory(valley, SGD(lr=lr, momentum=momentum), start=START, steps=STEPS)
        seconds.append(time.perf_counter() - start)
    ends = table.height.isel(step=-1).transpose("lr", "momentum")
    return {"seconds": float(np.median(seconds[1:])), "heights": ends.values.tolist()}


def followed(lr: float, momentum: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Follow one path by autograd and `torch.optim`: its positions and heights."""
    p, positions, heights = torch.tensor(START, dtype=torch.float64, requires_grad=True), [], []
    optimizer = torch.optim.SGD([p], lr=lr, momentum=momentum)
    for step in range(STEPS + 1):
        x, y = p.unbind()
        height = (1 - x) ** 2 + 100 * (y - x * x) ** 2
        positions.append(p.detach().clone())
        heights.append(height.detach())
        if step < STEPS:
            optimizer.zero_grad()
            height.backward()
            optimizer.step()
    return torch.stack(positions), torch.stack(heights)


def sequential(side: int, sample: int) -> Answer:
    """Time a sample of the paths, spread over all settings, and scale to all of them."""
    torch.set_num_threads(1)
    lr, momentum = settings(side)
    places = np.linspace(0, side * side - 1, sample).astype(int)
    chosen = [divmod(int(place), side) for place in places]
    followed(lr[0], momentum[0])
    start = time.perf_counter()
    heights = [followed(lr[i], momentum[j])[1][-1].item() for i, j in chosen]
    seconds = (time.perf_counter() - start) * side * side / sample
    return {"seconds": seconds, "places": chosen, "heights": heights}


if __name__ == "__main__":
    answer(stacked=stacked, sequential=sequential)
