"""The oracle of all training: one network, one loop, stock PyTorch throughout."""

import dataclasses

import torch
import torch.nn.functional as F
from torch import nn

from tricks.data import derive, generator


def stock(rule, parameters):
    """Return torch's optimiser of the same name and options as one of ours."""
    options = dataclasses.asdict(rule)
    if "beta1" in options:
        options["betas"] = options.pop("beta1"), options.pop("beta2")
    return getattr(torch.optim, type(rule).__name__)(parameters, **options)


def newborn(network, seed: int, dtype=torch.float64) -> nn.Sequential:
    """Build the network that a run of this seed starts from."""
    with torch.random.fork_rng():
        torch.manual_seed(derive(seed, "initialisation"))
        return network().to(dtype)


class Replayed(nn.Module):
    """Dropout whose masks come from the run's own stream, as uniform numbers that must reach p."""

    def __init__(self, p, masks):
        super().__init__()
        self.p, self.masks = p, masks

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand(x.shape, generator=self.masks) >= self.p) / (1 - self.p)


def with_replayed_masks(model: nn.Sequential, masks) -> nn.Sequential:
    """Return the network with the masks of all its dropout layers replayed."""
    return nn.Sequential(*(Replayed(layer.p, masks) if type(layer) is nn.Dropout else layer for layer in model))


def evaluated(model, X, y) -> tuple[float, float]:
    """Return loss and accuracy."""
    with torch.no_grad():
        logits = model.eval()(X)
    return F.cross_entropy(logits, y).item(), (logits.argmax(dim=1) == y).double().mean().item()


def plain_loop(network, data, rule, seed, epochs=1, batch_size=None, clip=None, l1=0.0, dtype=torch.float64):
    """Train one network; return it, and for every epoch a dict of all records."""
    parts = data.arrays(seed, dtype)
    X, y = parts["train"]
    order = generator(seed, "order")
    model = with_replayed_masks(newborn(network, seed, dtype), generator(seed, "masks"))
    optimizer, records = stock(rule, model.parameters()), []
    for _ in range(epochs):
        loss_sum = right = 0.0
        places = torch.arange(len(y)) if batch_size is None else torch.randperm(len(y), generator=order)
        for batch in places.split(batch_size or len(y)):
            logits = model.train()(X[batch])
            loss = F.cross_entropy(logits, y[batch])
            penalty = sum(p.abs().sum() for p in model.parameters() if p.dim() > 1)
            optimizer.zero_grad()
            (loss + l1 * penalty).backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            loss_sum += loss.item() * len(batch)
            right += (logits.argmax(dim=1) == y[batch]).sum().item()
        record = {"train_loss": loss_sum / len(y), "train_accuracy": right / len(y)}
        for part in ("validation", "test"):
            if len(parts[part][1]):
                record[f"{part}_loss"], record[f"{part}_accuracy"] = evaluated(model, *parts[part])
        records.append(record)
    return model, records
