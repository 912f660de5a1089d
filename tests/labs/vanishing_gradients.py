"""The bank of lab 02: for each exercise right answers, and wrong ones with their hints."""

from .bank import Answers

NAME = "02_vanishing_gradients"

PREDICTIONS = Answers(
    cell="02-predictions",
    formula=False,
    right=[
        [("0.25**4", "0.0039")],
        [("0.25**4", "0.004")],
        [('_gain": 4,', '_gain": 4.0,'), ("14,", "14.0,")],
        "predictions = dict(sigmoid_left=torch.tensor(0.25) ** 4, sigmoid_layers=4,\n"
        "                   relu_layers=14, sigmoid_gain=4)",
    ],
    wrong=[
        [[("0.25**4", "0.25**5")], "four steps between them"],
        [[("0.25**4", "0.39")], "per cent"],
        [[("0.25**4", "0.0625**4")], "factor of the *square*"],
        [[("0.25**4", "4 * 0.25")], "multiply, they do not add"],
        [[("0.25**4", "0.1")], "one step multiplies by"],
        [[("0.25**4", "'0.4 %'")], "is a str"],
        [[("0.25**4", "None")], "`sigmoid_left` is still open"],
        [[('_layers": 4', '_layers": 3')], "1.6 % is left"],
        [[('_layers": 4', '_layers": 3.32')], "round up"],
        [[("14,", "7,")], "the factor is its root"],
        [[("14,", "13,")], "1.1 % is left"],
        [[("14,", "float('inf'),")], "finite number"],
        [[('_gain": 4', '_gain": 16')], "*variance*"],
        ["predictions = [0.0039, 4, 14, 4]", "stay a dictionary"],
        ["predictions = {}", "`sigmoid_left` is still open"],
    ],
)

_ALL_AT_ONCE = """
def weight_gradients(weights, inputs, slopes, delta):
    deltas = [delta]
    for w, s in zip(weights[:0:-1], slopes[::-1], strict=True):
        deltas.append(torch.einsum("bo,oi->bi", deltas[-1], w).mul(s))
    return [torch.einsum("bo,bi->oi", d, a) for d, a in zip(deltas[::-1], inputs, strict=True)]
"""
_RECURSIVE = """
def weight_gradients(weights, inputs, slopes, delta):
    top = delta.T.matmul(inputs[-1])
    if not slopes:
        return [top]
    below = (weights[-1].T @ delta.T).T * slopes[-1]
    return weight_gradients(weights[:-1], inputs[:-1], slopes[:-1], below) + [top]
"""
_SURROGATE = """
def weight_gradients(weights, inputs, slopes, delta):
    leaves = [w.clone().requires_grad_() for w in weights]
    signal = inputs[0]
    for k, w in enumerate(leaves):
        z = signal @ w.T
        if k < len(slopes):
            signal = inputs[k + 1] + slopes[k] * (z - z.detach())
    return torch.autograd.grad(z, leaves, delta)
"""


def returns(what):
    """The right gradients, and something else made of them at the end."""
    return [("return gradients", f"return {what}")]


WEIGHT_GRADIENTS = Answers(
    cell="02-weight-gradients",
    right=[_ALL_AT_ONCE, _RECURSIVE, _SURROGATE],
    wrong=[
        [[(") * slopes[k]", ")")], "slope is missing"],
        [[("weights[k + 1])", "weights[k + 1].T)")], "transpose is wrong"],
        [[("* slopes[k]", "* (slopes + [1])[k + 1]")], "first wrong one on the way down"],
        [
            [
                ("(delta @ weights[k + 1]) * slopes[k]", "delta @ weights[k + 1]"),
                ("delta = delta @", "delta = (delta * (slopes + [1])[k + 1]) @"),
            ],
            "slope stands at the wrong layer",
        ],
        [[("weights[k + 1]", "weights[k]")], "weights of the wrong layer"],
        [[("        delta = (delta", "        below = (delta"), ("0, delta.T", "0, below.T")], "carry on"],
        [[("* slopes[k]", "* slopes[k] ** 2")], "applied twice"],
        [returns("[-g for g in gradients]"), "a sign"],
        [returns("[g / len(delta) for g in gradients]"), "mean over the batch"],
        [returns("[2 * g for g in gradients]"), "factor 2"],
        [returns("[g.T for g in gradients]"), "transposed"],
        [[("gradients.insert(0, ", "gradients.append(")], "wrong order"],
        [returns("gradients[1:]"), "3 gradients come back for 4"],
        [returns("gradients[0]"), "a list is expected"],
        [returns("[g.float() for g in gradients]"), "keep their type"],
        [[("    return gradients", "    pass")], "nothing comes back"],
        [[("inputs[k])", "inputs[k - 1])")], "first wrong one"],
        [[("inputs[k])", "inputs[k + 9])")], "raises IndexError"],
        [[("delta @ weights[k + 1]", "delta.T @ weights[k + 1]")], "raises RuntimeError"],
    ],
)

_QUADRATURE = """
import numpy as np
def factor(slope, shape, weight_std, z_std):
    x, w = np.polynomial.hermite_e.hermegauss(60)
    mean = sum(w * slope(torch.tensor(z_std * x)).numpy() ** 2) / sum(w)
    return np.sqrt(shape[0] * mean) * weight_std
"""

FACTOR = Answers(
    cell="02-factor",
    right=[
        _QUADRATURE,
        [("torch.randn(100_000)", "torch.randn(10_000, dtype=torch.float64)")],
        [(".mean().item()", ".mean()")],
    ],
    wrong=[
        [[(" ** 0.5", "")], "root is missing"],
        [[("shape[0]", "shape[1]")], "fan_in where fan_out belongs"],
        [[("weight_std**2", "weight_std")], "*square* of weight_std"],
        [[("weight_std**2", "weight_std**4")], "once, not twice"],
        [[("shape[0] * ", "")], "n is missing"],
        [[("(slope(z) ** 2).mean()", "(slope(z).mean() ** 2)")], "*before* averaging"],
        [[("(slope(z) ** 2)", "slope(z)")], "not squared"],
        [[("z_std * torch.randn(100_000)", "torch.zeros(1)")], "φ′ at 0 only"],
        [[("z_std * torch", "torch")], "yours has 1"],
        [[("z_std * torch", "z_std**0.5 * torch")], "no root of it"],
        [[(".item()", ".item() * 1.6")], "where theory has"],
        [[(".item()", ".item() * 1.12")], "too few draws"],
        ["def factor(slope, shape, weight_std, z_std):\n    return slope", "a function comes back"],
        [
            "from tricks.initializers import factors\n"
            "def factor(slope, shape, weight_std, z_std):\n"
            "    return factors('tanh', shape[0] * weight_std**2, 2, z_std**2).backward[0]",
            "where theory has",
        ],
    ],
    survivors={
        "100000 → 100001": "one draw more of a hundred thousand",
        "100000 → 99999": "one draw fewer of a hundred thousand",
    },
)

DIAGNOSIS = Answers(
    cell="02-diagnosis",
    given=("02-imports", "02-charts"),
    formula=False,
    right=[
        "diagnosis = dict(A=['all-zero start', 2.2866], B=['dead layer', 3.0], C=['weights too small', 0.3])",
        [("(bottom / top) ** (1 / 4)", "0.31")],
    ],
    wrong=[
        [[("entropy),", "2.302585),")], "equally* frequent"],
        [[("entropy),", "2.29),")], "off the chart"],
        [[("entropy),", "entropy / 0.693147),")], "in bits"],
        [[("entropy),", "-entropy),")], "a sign"],
        [[("entropy),", "2.28),")], "named rightly, but its proof is not"],
        [[('"all-zero start"', '"dead layer"')], "patient A: no unit is silent"],
        [[('"all-zero start"', '"weights too large"')], "patient A: too much at a layer's input"],
        [[('"all-zero start"', '"all zero"')], "not on the list"],
        [[('"dead layer", 3', '"all-zero start", 2.2866')], "patient B: layers 1 and 2 carry a signal"],
        [[('"dead layer", 3', '"dead layer", 2')], "count from 1"],
        [[('"dead layer", 3', '"dead layer", 5')], "because the layers below"],
        [[('"weights too small", (', '"all-zero start", (')], "patient C: the gradient is small but not 0"],
        [[("(bottom / top)", "(top / bottom)")], "upside down"],
        [[(" ** (1 / 4)", "")], "fourth root"],
        [[(" ** (1 / 4)", " ** (1 / 5)")], "four steps between them"],
        [[('("dead layer", 3)', "None")], "patient B is still open"],
        ["diagnosis = ['all-zero start', 'dead layer', 'weights too small']", "stay a dictionary"],
    ],
)

_LOOP = """
def experiment(seeds):
    arms = {}
    for centred in (True, False):
        runs = fit(lab.deep_sigmoid, digits(train=100), SGD(lr=0.1), seeds=seeds, epochs=150,
                   record_every=150, gain=4.0, centred=centred)
        arms[centred] = runs.train_accuracy[:, -1]
    return arms[True] - arms[False]
"""

DIFFERENCE = "final.sel(centred=True) - final.sel(centred=False)"


def declared(delta, expects, statement="centred biases let such networks learn more"):
    return f"claim = Claim('a', {statement!r}, 'us', {delta}, {expects!r})\n"


EXPERIMENT = Answers(
    cell="02-experiment",
    given=("02-imports", "02-claim", "02-experiment", "02-verdict"),
    formula=False,
    right=[
        _LOOP,
        declared(0.05, "equivalent") + "verdict = judge(claim, effect)",
        declared(0.1, "smaller") + "verdict = judge(claim, effect)",
    ],
    wrong=[
        [[(DIFFERENCE, f"-({DIFFERENCE})")], "swapped"],
        [[(DIFFERENCE, "final")], "dimension centred"],
        [[(DIFFERENCE, "final.sel(centred=True)")], "one arm alone"],
        [[(DIFFERENCE, f"({DIFFERENCE}).mean('seed')")], "taken too early"],
        [[(DIFFERENCE, f"0 * final[0] + ({DIFFERENCE}).mean('seed')")], "every seed has the same number"],
        [[(DIFFERENCE, f"100 * ({DIFFERENCE})")], "percentage points"],
        [[(".isel(epoch=-1)", "")], "epoch for a dimension"],
        [[(".isel(epoch=-1)", '.max("epoch")')], "best epoch"],
        [[(".isel(epoch=-1)", '.mean("epoch")')], "mean over epochs"],
        [[("train_accuracy", "train_loss")], "this is the loss"],
        [[("train_accuracy", "validation_accuracy")], "on other images"],
        [[("gain=4.0", "gain=1.0")], "Xavier's in both arms"],
        [[("lr=0.1", "lr=0.5")], "run again it is"],
        [[("seeds=seeds", "seeds=[1, 2]")], "use the seeds that are given"],
        ["claim = None", "`claim` is still open"],
        [declared(0.02, "greater", "centring helps"), "a sentence"],
        [declared(2, "greater"), "accuracy is a fraction"],
        [declared(0.1, "exact"), "identities"],
        [declared(0.1, "greater"), "another claim"],
        ["effect = effect[:19]\nverdict = judge(claim, effect)", "19 seeds are too few"],
        ["effect = effect + 0.1\nverdict = judge(claim, effect)", "not what your experiment gives"],
        ["effect = effect.values", "labelled by seed"],
        ["verdict = 'confirmed'", "what judge(claim, effect) returns"],
        ["verdict = judge(claim, -effect)", "`judge` says confirmed"],
    ],
)

_WRITTEN_OUT = """
def twin(weights, biases):
    w = [2 * weights[0]] + [4 * m for m in weights[1:-1]] + [2 * weights[-1]]
    b = [2 * biases[0]]
    b += [2 * (c - m @ torch.ones(m.shape[1], dtype=m.dtype)) for m, c in zip(weights[1:-1], biases[1:-1], strict=True)]
    return w, b + [biases[-1] - weights[-1].sum(1)]
"""

TWIN = Answers(
    cell="02-twin",
    right=[_WRITTEN_OUT, [("    return new_weights, new_biases", "    return [new_weights, tuple(new_biases)]")]],
    wrong=[
        [[("below = 2 if k > 0 else 1", "below = 2")], "first layer reads the inputs"],
        [[("w.sum(dim=1) if k > 0 else 0", "w.sum(dim=1)")], "nothing to centre there"],
        [
            [
                ("2 if k > 0 else 1", "2"),
                ("2 if k < top else 1", "2"),
                ("w.sum(dim=1) if k > 0 else 0", "w.sum(dim=1)"),
            ],
            "first and the top layer differ",
        ],
        [[("2 if k < top else 1", "2")], "top layer is linear"],
        [
            [("append(above * below * w)", "append(2 * w)"), ("above * (b - shift)", "above * b - shift")],
            "two factors 2 meet",
        ],
        [[("(b - shift)", "b")], "−1 of tanh"],
        [[("above * (b - shift)", "b - shift")], "biases of hidden layers are doubled"],
        [[("above * (b - shift)", "above * b - shift")], "is doubled as well"],
        [[("(b - shift)", "(b + shift)")], "a sign"],
        [[("dim=1", "dim=0")], "raises RuntimeError"],
        [[("above * below * w", "w")], "outputs differ by"],
        [[("    return new_weights, new_biases", "    return new_weights")], "two lists are expected"],
        [[("    return new_weights, new_biases", "    return new_weights, new_biases[:-1]")], "a list of"],
        [[("    return new_weights, new_biases", "    pass")], "nothing comes back"],
    ],
    survivors={"zip(weights, biases, strict=True) → zip(weights, biases)": "the lists are equally long"},
)

BANK = {
    "predictions": PREDICTIONS,
    "weight_gradients": WEIGHT_GRADIENTS,
    "factor": FACTOR,
    "diagnosis": DIAGNOSIS,
    "experiment": EXPERIMENT,
    "twin": TWIN,
}
