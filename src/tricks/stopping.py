"""When to stop: patience with the validation loss, and Prechelt's criteria for recorded curves."""

from dataclasses import dataclass, field

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from .data import require, whole


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


def GL(validation: xr.DataArray, alpha: float) -> xr.DataArray:
    """Return the epoch after which GL_α stops: the loss is more than α % above the lowest so far.

        E_opt(t) = min_{t′ ≤ t} E_va(t′)     GL(t) = 100 (E_va(t) / E_opt(t) − 1) > α

    validation: losses with the dimension `epoch`; a run that never stops gets its last epoch, as with `PQ` and `UP`.
    Raises ValueError for other input, and for NaN. Source: {cite}`prechelt1998`.
    """
    return _first(_lost(validation, alpha) > alpha, validation)


def PQ(train: xr.DataArray, validation: xr.DataArray, alpha: float, strip: int = 5) -> xr.DataArray:
    """Return the epoch after which PQ_α stops: what is lost exceeds α times what training still gains.

        P_k(t) = 1000 (mean / min of E_tr over the last k epochs − 1)     GL(t) / P_k(t) > α

    Looked at after every `strip` of k records. Source: {cite}`prechelt1998`.
    """
    last, lost = _curve("train", train, strip).rolling(epoch=strip), _lost(validation, alpha)
    require(train.epoch.equals(validation.epoch), "train and validation must be recorded after the same epochs")
    progress = 1000 * (last.mean() / last.min() - 1)
    return _first(_ends(lost > alpha * progress, strip), validation)


def UP(validation: xr.DataArray, s: int, strip: int = 5) -> xr.DataArray:
    """Return the epoch after which UP_s stops: the loss has risen from strip to strip, s times in a row.

        E_va(t) > E_va(t − k) at the ends t of s neighbouring strips of k records

    Source: {cite}`prechelt1998`.
    """
    require(whole(s), f"s={s!r} must be a whole number of strips, from 1")
    ends = _ends(_curve("validation", validation, strip), strip)
    rises = ends > ends.shift(epoch=1)
    return _first(sum(rises.shift(epoch=i, fill_value=False) for i in range(s)) == s, validation)


def restored(validation: xr.DataArray, stop: xr.DataArray) -> xr.DataArray:
    """Return the epoch of lowest validation loss up to `stop`: what restoring the best weights goes back to."""
    return _curve("validation", validation).where(validation.epoch <= stop, np.inf).idxmin("epoch")


def _curve(name: str, losses: xr.DataArray, strip: int = 1) -> xr.DataArray:
    """Return the losses; raises ValueError unless they are a curve of at least one strip."""
    require(whole(strip), f"strip={strip!r} must be a whole number of records, from 1")
    curve = isinstance(losses, xr.DataArray) and "epoch" in losses.dims and "epoch" in losses.coords
    require(curve, f"{name} must be a DataArray along `epoch`, as runs.validation_loss is")
    records = losses.sizes["epoch"]
    require(records >= strip, f"{name} has {records} records, fewer than a strip of {strip}")
    require(bool(losses.notnull().all()), f"{name} holds NaN: leave out runs that diverged")
    return losses


def _lost(validation: xr.DataArray, alpha: float) -> xr.DataArray:
    """Return GL(t), in per cent, to be held against α."""
    require(alpha > 0, f"alpha={alpha!r} must be above 0")
    along = _curve("validation", validation).get_axis_num("epoch")
    return 100 * (validation / np.minimum.accumulate(validation.values, axis=along) - 1)


def _ends(records: xr.DataArray, strip: int) -> xr.DataArray:
    """Return the last record of each strip."""
    return records.isel(epoch=slice(strip - 1, None, strip))


def _first(holds: xr.DataArray, curve: xr.DataArray) -> xr.DataArray:
    """Return the first epoch at which something holds, or the curve's last if it never does."""
    return holds.idxmax("epoch").where(holds.any("epoch"), curve.epoch[-1].item())
