"""Networks of one form as rows of numbers, and back."""

import copy
from functools import cached_property

import torch
from torch import Tensor, nn

from .data import require
from .layers import LINE, Own, rule, to_lines


def unfold(network: nn.Module) -> list[nn.Module]:
    """Return the layers of a plain `nn.Sequential` in order, nested ones unfolded."""
    nested = (unfold(m) if plain(m) else [m] for m in network)
    return [layer for layers in nested for layer in layers]


def drops(network: nn.Sequential) -> bool:
    """Return whether any layer ever drops units."""
    return any(type(layer) is nn.Dropout and layer.p > 0 for layer in unfold(network))


def working(network: nn.Sequential) -> list[nn.Module]:
    """Return the unfolded layers, without dropout if p = 0 in all of it: drawing masks would only cost time."""
    layers = unfold(network)
    return layers if drops(network) else [layer for layer in layers if type(layer) is not nn.Dropout]


def plain(module: nn.Module) -> bool:
    """Whether a module only calls its parts in turn."""
    return isinstance(module, nn.Sequential) and type(module).forward is nn.Sequential.forward


def state(layer: nn.Module) -> list[Tensor]:
    """Return the numbers of a layer that are not trained, and may differ between the runs of a stack."""
    return [torch.tensor(layer.p, dtype=torch.float64)] if type(layer) is nn.Dropout else list(layer.buffers())


@torch.no_grad()
def draws(network: nn.Sequential, X: Tensor) -> list[int]:
    """Return the number of units of every dropout layer, for inputs like X (B, D)."""
    units, x = [], X[:1].float()
    for layer in working(copy.deepcopy(network).float().eval()):
        units += [x.shape[1]] * (type(layer) is nn.Dropout)
        x = layer(x)
    return units


def check(network: nn.Module) -> None:
    """Raise TypeError or ValueError, in one line, for a network that cannot be stacked."""
    kind = type(network).__name__
    require(plain(network), f"network: must return a plain nn.Sequential, not {kind}", TypeError)
    for layer in unfold(network):
        random = isinstance(layer, nn.modules.dropout._DropoutNd) and type(layer) is not nn.Dropout
        keeps = random or (any(True for _ in layer.buffers()) and type(layer) is not nn.BatchNorm1d)
        require(not keeps, f"network: no stacking rule for {layer}, which keeps state of its own")
        wide = type(layer) is nn.LayerNorm and len(layer.normalized_shape) > 1
        require(not wide, f"network: {layer} norms more than the units of one example")
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
    """What networks of one stack have in common: kind, settings and shapes of every module.

    Dropout's p is left out, but for whether it is 0 everywhere: it is a number of the run, not of the stack.
    """
    common = vars(nn.Module())
    settings = [
        {k: v for k, v in vars(m).items() if k not in common and not (type(m) is nn.Dropout and k == "p")}
        for m in network.modules()
    ]
    shapes = [p.shape for p in network.parameters()]
    return repr(([type(m) for m in network.modules()], settings, shapes, drops(network)))


class Layout:
    """The layers of one form, and where their numbers lie in a row: P (`size`) parameters, then Q others.

    P is a multiple of a cache line, so that every row starts on one.
    """

    def __init__(self, network: nn.Sequential):
        self.form = form(network)
        # A copy of its own: other threads may be reading the reader's, and autograd forbids layers that work in place.
        self.layers = copy.deepcopy(working(network))
        for module in (m for layer in self.layers for m in layer.modules()):
            if getattr(module, "inplace", False):
                module.inplace = False
        self.trained = [[p.shape for p in layer.parameters()] for layer in self.layers]
        self.others = [[b.shape for b in state(layer)] for layer in self.layers]
        used = sum(s.numel() for own in self.trained for s in own)
        self.padding = -used % LINE
        self.size = used + self.padding
        # For L1: 1 for each entry of a weight matrix, 0 for biases, gains, slopes and padding.
        kinds = torch.cat([torch.full((s.numel(),), float(len(s) > 1)) for own in self.trained for s in own])
        self.weights = to_lines(kinds, len(kinds))

    @cached_property
    def by_hand(self) -> bool:
        """Whether the way down is written out for every layer, so that nothing is left to autograd."""
        return all(rule(layer).by_hand for layer in self.layers)

    def owned(self, parameters: Tensor, buffers: Tensor) -> tuple[Own, ...]:
        """Return what each layer owns, as views of rows: parameters (R, P), buffers (R, Q)."""
        rows = views(parameters, self.trained), views(buffers, self.others)
        return tuple(Own(*own) for own in zip(*rows, strict=True))

    def joined(self, pieces: list[Tensor]) -> Tensor:
        """Return one tensor (R, *shape) a parameter as rows (R, P): what `owned` cuts, put together."""
        padding = pieces[0].new_zeros(len(pieces[0]), self.padding)
        return torch.cat([*(piece.flatten(1) for piece in pieces), padding], dim=1)


def views(rows: Tensor, shapes: list[list[torch.Size]]) -> list[tuple[Tensor, ...]]:
    """Return rows (R, …) cut into tensors (R, *shape), for each layer those it has."""
    lengths = [s.numel() for own in shapes for s in own]
    padding = [-sum(lengths) % LINE] if rows.shape[1] > sum(lengths) else []
    pieces = iter(rows.split([*lengths, *padding], dim=1))
    return [tuple(next(pieces).view(-1, *shape) for shape in own) for own in shapes]


def row(model: nn.Sequential, dtype: torch.dtype) -> Tensor:
    """Return all numbers of one network, (P + Q,)."""
    trained = torch.cat([p.detach().flatten() for p in model.parameters()])
    others = [b.flatten() for layer in working(model) for b in state(layer)]
    return torch.cat([to_lines(trained, len(trained)).to(dtype), *(b.to(dtype) for b in others)])


@torch.no_grad()
def restore(model: nn.Module, row: Tensor) -> nn.Module:
    """Return a copy of `model` with the numbers of one run, (P + Q,), in evaluation mode."""
    model = copy.deepcopy(model).to(row).eval()
    trained, others = list(model.parameters()), [b for layer in working(model) for b in state(layer)]
    padding = row.new_empty(-sum(p.numel() for p in trained) % LINE)
    targets = [*trained, padding, *others]
    for target, numbers in zip(targets, row.split([t.numel() for t in targets]), strict=True):
        target.copy_(numbers.view_as(target))
    return model
