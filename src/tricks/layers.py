"""One stacking rule per stock layer: how R networks run as one, up and down again.

Activations x are (R, B, units), parameters (R, *shape): the first axis is the run. A rule is a pair
of functions. Up, it returns what the layer passes on and what must be remembered; down, it turns δ,
the gradient of the loss by the layer's output, into the gradients by its input and its parameters.
Run r's numbers depend on run r's slices alone, bit for bit.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.ops import aten

from .activations import Maxout
from .data import blaming
from .norms import batch_norm, layer_norm

SIMD = 32  # elements: two AVX-512 registers of float32, the longest step of torch's loops
SELU = 1.6732632423543772, 1.0507009873554805  # α and scale, {cite}`klambauer2017`
TALL = 256  # examples; for fewer, oneDNN takes longer to begin than it gains
ONEDNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
LINE = 16  # elements: a cache line of float32; every run's parameters start on one


class Own(NamedTuple):
    """What one layer of R networks owns: tensors (R, *shape). Buffers are not trained."""

    parameters: tuple[Tensor, ...]
    buffers: tuple[Tensor, ...]


class Rule(NamedTuple):
    """How a kind of layer runs; `layer` is the stock layer of the first run.

    up(layer, own, x, draws) → output, remembered; `draws` gives uniform numbers (R, B, units) to each
    layer that asks, and is None outside training. down(layer, own, remembered, δ, bottom) → gradient by
    x, [by each parameter]; at the bottom nobody asks for the first. by_hand: autograd has no part in it;
    overwrites: up puts its output where x was.
    """

    up: Callable
    down: Callable
    by_hand: bool = True
    overwrites: bool = False


def to_lines(x: Tensor, units: int, value: float = 0.0) -> Tensor:
    """Pad the last axis, of `units`, with `value` to a multiple of `LINE`."""
    return F.pad(x, (0, -units % LINE), value=value) if units % LINE else x


def from_lines(x: Tensor, units: int) -> Tensor:
    """Take off the last axis, of `units`, what `to_lines` padded it with."""
    return x[..., :units] if units % LINE else x


def tall(x: Tensor, examples: int) -> bool:
    """Whether one network at a time, on so many `examples` of the kind of x, is best multiplied by oneDNN."""
    return ONEDNN and examples >= TALL and x.dtype == torch.float32 and x.device.type == "cpu"


@torch.jit.script_if_tracing
def onednn(x: Tensor, weight: Tensor, bias: Tensor):
    """Return x Wᵀ + c by oneDNN, which uses all of any processor: x (B, in), W (out, in), c (out,)."""
    nothing: list[int | float | complex | None] = []
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", nothing, "")


def linear_up(layer: nn.Linear, own: Own, x: Tensor, draws):
    """z = x Wᵀ + c, with W (R, out, in), c (R, out).

    Units are padded with zeros to whole cache lines: a matrix product rounds differently
    where a run's first number is not the first of a line. It is also faster.
    """
    weight, *bias = own.parameters
    if draws is None and bias and len(x) == 1 and tall(x, x.shape[1]):
        return onednn(x[0], weight[0], bias[0][0]).unsqueeze(0), None
    units, inputs = layer.out_features, layer.in_features
    if units % LINE or inputs % LINE:
        weight = F.pad(weight, (0, -inputs % LINE, 0, -units % LINE))
    x, upwards = to_lines(x, inputs), weight.transpose(1, 2)
    z = torch.baddbmm(to_lines(bias[0], units).unsqueeze(1), x, upwards) if bias else torch.bmm(x, upwards)
    return from_lines(z, units), (x, weight)


def linear_down(layer: nn.Linear, own: Own, remembered, delta: Tensor, bottom: bool):
    """∂L/∂W = δᵀ x     ∂L/∂c = Σ δ     ∂L/∂x = δ W."""
    x, weight = remembered
    units, inputs = layer.out_features, layer.in_features
    by_bias = [] if layer.bias is None else [delta.sum(dim=1)]
    delta = to_lines(delta, units)
    by_weight = from_lines(torch.bmm(delta.transpose(1, 2), x), inputs)
    by_x = None if bottom else from_lines(torch.bmm(delta, weight), inputs)
    return by_x, [by_weight[:, :units] if units % LINE else by_weight, *by_bias]


def dropout_up(layer: nn.Dropout, own: Own, x: Tensor, draws):
    """x ⊙ m / (1 − p), where m is 0 with probability p and else 1; x itself outside training.

    One p a run (R,), and a mask for every example. Source: {cite}`srivastava2014`, sec. 10 ("inverted").
    """
    if draws is None:
        return x, None
    p = own.buffers[0].view(-1, 1, 1)
    mask = (next(draws) >= p) / (1 - p).clamp(min=torch.finfo(x.dtype).tiny)
    return x * mask, mask


def dropout_down(layer: nn.Dropout, own: Own, mask: Tensor, delta: Tensor, bottom: bool):
    """∂L/∂x = δ ⊙ m / (1 − p)."""
    return delta * mask, []


def relu_up(layer: nn.ReLU, own: Own, z: Tensor, draws):
    """a = max(0, z), written over z: memory already in the cache is the fastest."""
    a = z.relu_()
    return a, a


def relu_down(layer: nn.ReLU, own: Own, a: Tensor, delta: Tensor, bottom: bool):
    """∂L/∂z = δ ⊙ φ′(z), with slope 1 where a > 0, else 0, written over δ."""
    return aten.threshold_backward.grad_input(delta, a, 0, grad_input=delta), []


def elementwise(slope: Callable) -> Rule:
    """Make the rule a = φ(z), ∂L/∂z = δ ⊙ φ′(z) of slope(layer, z, a, δ), torch's own kernel of the latter."""

    def up(layer, own, z, draws):
        a = layer(z)
        return a, (z, a)

    def down(layer, own, remembered, delta, bottom):
        return slope(layer, *remembered, delta), []

    return Rule(up, down)


def padded(slope: Callable) -> Rule:
    """Make the rule of an elementwise layer whose last bits depend on where an element stands.

    Vectorised loops end in a scalar tail that rounds differently. Each run is padded to
    whole registers, so that its own end never falls into the tail, whoever follows it.
    """
    plain = elementwise(slope)

    def whole(x):
        flat = x.flatten(1)
        return F.pad(flat, (0, -flat.shape[1] % SIMD))

    def up(layer, own, z, draws):
        a, remembered = plain.up(layer, own, whole(z), draws)
        return a[:, : z[0].numel()].view_as(z), remembered

    def down(layer, own, remembered, delta, bottom):
        by_z, _ = plain.down(layer, own, remembered, whole(delta), bottom)
        return by_z[:, : delta[0].numel()].view_as(delta), []

    return Rule(up, down)


def differentiated(run: Callable) -> Rule:
    """Make a rule of a function (layer, own, x, training) → output: autograd goes down."""

    def up(layer, own, x, draws):
        with torch.set_grad_enabled(draws is not None):
            leaves = own._replace(parameters=[p.detach().requires_grad_() for p in own.parameters])
            x = x.detach().requires_grad_()
            out = run(layer, leaves, x, draws is not None)
        return out.detach(), (x, leaves.parameters, out)

    def down(layer, own, remembered, delta, bottom):
        x, parameters, out = remembered
        if not out.requires_grad:  # a layer that lets nothing through, as one that detaches
            return torch.zeros_like(x), [torch.zeros_like(p) for p in parameters]
        by_x, *by_parameters = torch.autograd.grad(out, [x, *parameters], delta, materialize_grads=True)
        return by_x, by_parameters

    return Rule(up, down, by_hand=False)


def prelu(layer: nn.PReLU, own: Own, x: Tensor, training: bool) -> Tensor:
    """Return z where z > 0, else a·z, with a (R, 1) or (R, units) ({cite}`he2015`, eq. 1)."""
    return torch.where(x > 0, x, own.parameters[0].unsqueeze(1) * x)


def mapped(layer: nn.Module, own: Own, x: Tensor, training: bool) -> Tensor:
    """Run any other layer by `torch.func.vmap`: equal to rounding, not to the bit."""
    layer.train(training)
    names = [name for name, _ in layer.named_parameters()]

    def one(parameters, x):
        return functional_call(layer, dict(zip(names, parameters, strict=True)), (x,))

    with blaming(f"network: {layer} has no stacking rule, nor can vmap run it"):
        return vmap(one)(own.parameters, x)


MAPPED = differentiated(mapped)
RULES = {
    nn.Linear: Rule(linear_up, linear_down),
    nn.Dropout: Rule(dropout_up, dropout_down),
    nn.Identity: elementwise(lambda layer, z, a, delta: delta),
    nn.ReLU: Rule(relu_up, relu_down, overwrites=True),
    nn.LeakyReLU: elementwise(lambda m, z, a, delta: aten.leaky_relu_backward(delta, z, m.negative_slope, False)),
    nn.Tanh: elementwise(lambda layer, z, a, delta: aten.tanh_backward(delta, a)),
    nn.Sigmoid: padded(lambda layer, z, a, delta: aten.sigmoid_backward(delta, a)),
    nn.Softplus: padded(lambda m, z, a, delta: aten.softplus_backward(delta, z, m.beta, m.threshold)),
    nn.ELU: padded(lambda layer, z, a, delta: aten.elu_backward(delta, layer.alpha, 1, 1, False, z)),
    nn.SELU: padded(lambda layer, z, a, delta: aten.elu_backward(delta, *SELU, 1, False, z)),
    nn.GELU: padded(lambda layer, z, a, delta: aten.gelu_backward(delta, z, approximate=layer.approximate)),
    nn.SiLU: padded(lambda layer, z, a, delta: aten.silu_backward(delta, z)),
    nn.Mish: padded(lambda layer, z, a, delta: aten.mish_backward(delta, z)),
    nn.PReLU: differentiated(prelu),
    nn.LayerNorm: differentiated(layer_norm),
    nn.BatchNorm1d: differentiated(batch_norm),
    Maxout: differentiated(lambda layer, own, x, training: layer(x)),
}


def rule(layer: nn.Module) -> Rule:
    """Return the rule of a layer: its kind's own, or vmap's."""
    return RULES.get(type(layer), MAPPED)


def climb(layers: list[nn.Module], owned: tuple[Own, ...], x: Tensor, draws=None) -> tuple[Tensor, list]:
    """Send x (R, B, D) up; return the outputs (R, B, classes) and what each layer remembers."""
    memories, below = [], None
    for layer, own in zip(layers, owned, strict=True):
        if rule(layer).overwrites and below is not nn.Linear:  # which alone does not remember what it puts out
            x = x.clone()
        x, remembered = rule(layer).up(layer, own, x, draws)
        memories.append(remembered)
        below = type(layer)
    return x, memories


def descend(layers: list[nn.Module], owned: tuple[Own, ...], memories: list, delta: Tensor) -> list[Tensor]:
    """Send δ, the loss's gradient by the outputs, down; return that by all parameters, bottom first."""
    gradients = []
    for i in reversed(range(len(layers))):
        delta, by_parameters = rule(layers[i]).down(layers[i], owned[i], memories[i], delta, i == 0)
        gradients[:0] = by_parameters
    return gradients
