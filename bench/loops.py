"""One network after the other, in plain torch: as well as we could, and as most courses do it."""

import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from tricks.data import Data

from . import work
from .processes import Answer, answer, ready


def flat(model: nn.Sequential) -> nn.Parameter:
    """Make all parameters, and all gradients, views of one long vector, which an optimiser updates in one go."""
    parameters = list(model.parameters())
    whole = nn.Parameter(torch.cat([p.detach().flatten() for p in parameters]))
    whole.grad = torch.zeros_like(whole)
    sizes = [p.numel() for p in parameters]
    for p, values, slopes in zip(parameters, whole.detach().split(sizes), whole.grad.split(sizes), strict=True):
        p.data, p.grad = values.view_as(p), slopes.view_as(p)
    return whole


def functional(model: nn.Sequential) -> Callable[[Tensor], Tensor]:
    """Return the network as a plain function: modules cost time at every call."""
    W1, b1, W2, b2, W3, b3 = model.parameters()
    return lambda x: F.linear(F.relu(F.linear(F.relu(F.linear(x, W1, b1)), W2, b2)), W3, b3)


def tuned(seed: int, epochs: int, data: Data, flattened: bool = False) -> list[float]:
    """Train one network with index tensors and the fused optimiser; all numbers stay in torch until the end.

    Of the forms of `torch.optim.SGD` (foreach or not, fused) and of clearing gradients this was the fastest.
    `flattened` goes further than a loop would: all parameters are one vector, and the network is a plain function.
    """
    parts, stream, model, records = data.arrays(seed), work.stream(seed), work.born(seed), []
    (X, y), (X_test, y_test) = parts["train"], parts["test"]
    parameters, forward = ([flat(model)], functional(model)) if flattened else (list(model.parameters()), model)
    optimizer = torch.optim.SGD(parameters, lr=work.LR, momentum=work.MOMENTUM, fused=True)
    for _ in range(epochs):
        order, losses, outputs = work.order(stream), [], []
        X_epoch, y_epoch = X[order], y[order]
        for x, target in zip(X_epoch.split(work.BATCH), y_epoch.split(work.BATCH), strict=True):
            logits = forward(x)
            loss = F.cross_entropy(logits, target)
            optimizer.zero_grad(set_to_none=not flattened)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            outputs.append(logits.detach())
        with torch.inference_mode():
            logits = forward(X_test)
            records += [torch.stack(losses).mean(), accuracy(torch.cat(outputs), y_epoch)]
            records += [F.cross_entropy(logits, y_test), accuracy(logits, y_test)]
    return torch.stack(records).tolist()[-len(work.QUANTITIES) :]


def accuracy(logits: Tensor, y: Tensor) -> Tensor:
    """Return the share of right answers."""
    return (logits.argmax(dim=1) == y).float().mean()


def dataloader(seed: int, epochs: int, data: Data) -> list[float]:
    """Train one network as most courses do: two DataLoaders, and every number taken out of torch at once."""
    parts, model, records = data.arrays(seed), work.born(seed), []
    train = DataLoader(TensorDataset(*parts["train"]), batch_size=work.BATCH, shuffle=True)
    test = DataLoader(TensorDataset(*parts["test"]), batch_size=256)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=work.LR, momentum=work.MOMENTUM)
    for _ in range(epochs):
        model.train()
        loss_sum, right = 0.0, 0
        for x, y in train:
            optimizer.zero_grad()
            logits = model(x)
            loss = criterion(logits, y)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(y)
            right += (logits.argmax(dim=1) == y).sum().item()
        records.append([loss_sum / work.TRAIN, right / work.TRAIN, *examined(model, test, criterion)])
    return records[-1]


@torch.no_grad()
def examined(model: nn.Module, test: DataLoader, criterion: nn.Module) -> tuple[float, float]:
    """Return loss and accuracy on the test part, batch by batch."""
    model.eval()
    loss_sum, right = 0.0, 0
    for x, y in test:
        logits = model(x)
        loss_sum += criterion(logits, y).item() * len(y)
        right += (logits.argmax(dim=1) == y).sum().item()
    return loss_sum / work.TEST, right / work.TEST


def timed(form: str, runs: int, epochs: int, part: int, parts: int, sample: int) -> Answer:
    """Time a sample of the runs that fall to this process, and scale to all of them."""
    torch.set_num_threads(1)
    loops = {"tuned": tuned, "tuned_flat": partial(tuned, flattened=True), "dataloader": dataloader}
    loop, data = loops[form], work.data()
    mine = work.share(runs, part, parts)
    loop(mine[-1], 2, data)
    ready()
    start = time.perf_counter()
    records = {str(seed): loop(seed, epochs, data) for seed in mine[:sample]}
    return {"seconds": (time.perf_counter() - start) * len(mine) / len(records), "records": records}


if __name__ == "__main__":
    answer(timed=timed)
