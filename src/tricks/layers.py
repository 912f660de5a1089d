"""One stacking rule per stock layer: how it acts when many networks run at once.

A rule takes the layer, its parameters stacked over R runs (first axis R), and activations
x of shape (R, B, units); run r's output depends on run r's slices alone, bit for bit.
"""

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call, vmap

from .data import blaming, require

SIMD = 32  # elements: two AVX-512 registers of float32, the longest step of torch's loops
LINE = 16  # elements: a cache line of float32; every run's parameters start on one


def linear(layer: nn.Linear, parameters: list[Tensor], x: Tensor) -> Tensor:
    """Return x Wᵀ + b for each run: W (R, out, in), b (R, out).

    Units are padded with zeros to whole cache lines: a matrix product rounds differently
    where a run's first number is not the first of a line. It is also faster.
    """
    weight, *bias = parameters
    units = weight.shape[1]
    x, weight = to_lines(x), to_lines(to_lines(weight).transpose(1, 2))
    z = torch.baddbmm(to_lines(bias[0]).unsqueeze(1), x, weight) if bias else torch.bmm(x, weight)
    return z[..., :units]


def to_lines(x: Tensor) -> Tensor:
    """Pad the last axis with zeros to a multiple of `LINE`."""
    missing = -x.shape[-1] % LINE
    return F.pad(x, (0, missing)) if missing else x


def exact(layer: nn.Module, parameters: list[Tensor], x: Tensor) -> Tensor:
    """Run an elementwise layer that rounds every element alike."""
    return layer(x)


def padded(layer: nn.Module, parameters: list[Tensor], x: Tensor) -> Tensor:
    """Run an elementwise layer whose last bits depend on where an element stands.

    Vectorised loops end in a scalar tail that rounds differently. Each run is padded to
    whole registers, so that its own end never falls into the tail, whoever follows it.
    """
    flat = x.flatten(1)
    missing = -flat.shape[1] % SIMD
    if not missing:
        return layer(x)
    return layer(F.pad(flat, (0, missing)))[:, : flat.shape[1]].reshape(x.shape)


def mapped(layer: nn.Module, parameters: list[Tensor], x: Tensor) -> Tensor:
    """Run any other layer by `torch.func.vmap`: equal to rounding, not to the bit."""
    layer = copy.deepcopy(layer)  # vmap swaps a layer's parameters while it runs; others may be reading them
    names = [name for name, _ in layer.named_parameters()]

    def one(own, x):
        return functional_call(layer, dict(zip(names, own, strict=True)), (x,))

    with blaming(f"network: {layer} has no stacking rule, nor can vmap run it"):
        return vmap(one)(parameters, x)


RULES = {
    nn.Linear: linear,
    **dict.fromkeys([nn.Identity, nn.ReLU, nn.LeakyReLU, nn.Tanh], exact),
    **dict.fromkeys([nn.Sigmoid, nn.Softplus, nn.ELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish], padded),
}


def unfold(network: nn.Module) -> list[nn.Module]:
    """Return the layers of a plain `nn.Sequential` in order, nested ones unfolded."""
    nested = (unfold(m) if plain(m) else [m] for m in network)
    return [layer for layers in nested for layer in layers]


def plain(module: nn.Module) -> bool:
    """Whether a module only calls its parts in turn."""
    return isinstance(module, nn.Sequential) and type(module).forward is nn.Sequential.forward


def check(network: nn.Module) -> None:
    """Raise TypeError or ValueError, in one line, for a network that cannot be stacked.

    There is no rule yet for layers that keep state of their own: dropout's masks, batch
    norm's averages.
    """
    kind = type(network).__name__
    require(plain(network), f"network: must return a plain nn.Sequential, not {kind}", TypeError)
    for layer in unfold(network):
        stateless = not isinstance(layer, nn.modules.dropout._DropoutNd) and not any(True for _ in layer.buffers())
        require(stateless, f"network: no stacking rule for {layer}, which keeps state of its own")
    parameters = [p for layer in unfold(network) for p in layer.parameters()]
    problems = {
        "no parameters": not parameters,
        "a layer without units": not all(p.numel() for p in parameters),
        "a frozen parameter": not all(p.requires_grad for p in parameters),
        "a parameter that two layers share": len({id(p) for p in parameters}) < len(parameters),
    }
    for problem, found in problems.items():
        require(not found, f"network: has {problem}, which cannot be trained here")


def form(network: nn.Sequential) -> str:
    """What networks of one stack have in common: kind, settings and shapes of every module."""
    common = vars(nn.Module())
    settings = [{k: v for k, v in vars(m).items() if k not in common} for m in network.modules()]
    return repr(([type(m) for m in network.modules()], settings, [p.shape for p in network.parameters()]))


def stack(models: list[nn.Module], dtype: torch.dtype) -> Tensor:
    """Return the parameters of R alike networks as one tensor (R, P), a row for each run."""
    rows = [torch.cat([p.detach().flatten() for p in model.parameters()]) for model in models]
    flat = torch.stack(rows).to(dtype)
    return to_lines(flat)


@torch.no_grad()
def restore(model: nn.Module, row: Tensor) -> nn.Module:
    """Return a copy of `model` with the parameters of one run's row (P,)."""
    model = copy.deepcopy(model).to(row)
    start = 0
    for p in model.parameters():
        p.copy_(row[start : start + p.numel()].view_as(p))
        start += p.numel()
    return model


def unstack(layers: list[nn.Module], flat: Tensor) -> list[list[Tensor]]:
    """Return views of `flat` (R, P): for each layer its parameters, (R, *shape) each."""
    lengths = [p.numel() for layer in layers for p in layer.parameters()]
    pieces = iter(flat.split([*lengths, flat.shape[1] - sum(lengths)], dim=1))
    return [[next(pieces).view(-1, *p.shape) for p in layer.parameters()] for layer in layers]


def forward(layers: list[nn.Module], flat: Tensor, x: Tensor) -> Tensor:
    """Return the outputs (R, B, classes) of R networks with parameters `flat` (R, P)."""
    for layer, parameters in zip(layers, unstack(layers, flat), strict=True):
        x = RULES.get(type(layer), mapped)(layer, parameters, x)
    return x
