"""Every subnetwork of a small network: which units it keeps, how likely it is, what it answers."""

import torch
from torch import Tensor

from .data import require, whole


def all_masks(units: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return all 2ᴹ ways to keep (1) or drop (0) M `units`, (2ᴹ, M).

    Mask number k keeps the units whose bits are set in k: the first drops all, the last none.
    Raises ValueError for fewer than 1 unit or more than 20.
    """
    require(whole(units) and units <= 20, f"all_masks: units={units!r} must be a whole number from 1 to 20")
    return (torch.arange(2**units).unsqueeze(1) >> torch.arange(units) & 1).to(dtype)


def chances(masks: Tensor, p: float) -> Tensor:
    """Return how likely dropout with probability p draws each of the masks (K, M), (K,).

    (1 − p)^kept · p^dropped
    """
    kept = masks.sum(dim=1)
    return (1 - p) ** kept * p ** (masks.shape[1] - kept)


def subnetworks(masks: Tensor, a: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return the logits of the subnetworks that K masks cut out of a network, (…, K, B, C).

        z_k = W (m_k ⊙ a) + c

    masks (K, M), divided by 1 − p if dropout was "inverted"; a (…, B, M): what the M units pass on
    to the last layer; its weight W (…, C, M) and bias c (…, C). Leading axes are networks.
    """
    heard = a.unsqueeze(-1) * weight.transpose(-1, -2).unsqueeze(-3)  # of each unit by each class, (…, B, M, C)
    heard = heard.transpose(-3, -2).flatten(-2)
    logits = (masks @ heard).unflatten(-1, (a.shape[-2], -1))
    return logits + bias.unsqueeze(-2).unsqueeze(-3)
