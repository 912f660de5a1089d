"""When to stop: patience with the validation loss."""

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class Best:
    """The best epoch so far of R runs: the one of lowest validation loss.

    loss, epoch: (R,); kept: what was true of each run then, tensors with a row a run.
    """

    loss: Tensor
    epoch: Tensor
    kept: dict[str, Tensor] = field(default_factory=dict)

    @classmethod
    def none_yet(cls, runs: int, device="cpu") -> "Best":
        """Return the state of R runs before their first record."""
        unknown = torch.full((runs,), torch.inf, dtype=torch.float64, device=device)
        return cls(unknown, torch.zeros_like(unknown))

    def after(self, epoch: int, loss: Tensor, now: dict[str, Tensor]) -> "Best":
        """Return the best so far once `epoch` has ended with validation `loss` (R,) and `now` is true."""
        better = loss < self.loss

        def chosen(new: Tensor, old: Tensor) -> Tensor:
            if new.dim() < old.dim():  # a vector of which nothing is known, since no run is well
                return old
            return torch.where(better.view(-1, *[1] * (new.dim() - 1)), new, old)

        kept = {name: chosen(new, self.kept.get(name, new)) for name, new in now.items()}
        return Best(chosen(loss, self.loss), chosen(torch.full_like(loss, epoch), self.epoch), kept)

    def spent(self, epoch: int, patience) -> Tensor:
        """Return whose `patience` is spent, (R,): that many epochs have passed without a lower loss."""
        return patience <= epoch - self.epoch
