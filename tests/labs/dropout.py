"""The bank of lab 06: for each exercise right answers, and wrong ones with their hints."""

from .bank import Answers

NAME = "06_dropout"
GIVEN = ("06-imports",)

VISITED = "1024 * (1 - (1023 / 1024) ** 1000)"

PREDICTIONS = Answers(
    cell="06-predictions",
    given=GIVEN,
    formula=False,
    right=[
        [("0.75**6", "0.178"), (VISITED, "640")],
        [("0.75**6", "729 / 4096"), (VISITED, "1024 * (1 - 2.718281828**-1)")],
        "predictions = dict(subnetworks=2.0**6, whole_share=torch.tensor(0.18), variance=36 / 3, visited=639)",
    ],
    wrong=[
        [[("64,", "63,")], "subnetworks: the empty team"],
        [[("64,", "12,")], "multiply, they do not add"],
        [[("64,", "36,")], "2 to the power of 6"],
        [[("64,", "32,")], "subnetworks is not 32"],
        [[("64,", "'many',")], "is a str"],
        [[("0.75**6", "1 / 64")], "equally likely for p = ½ only"],
        [[("0.75**6", "0.25**6")], "all six are *dropped*"],
        [[("0.75**6", "0.75")], "one unit's chance"],
        [[("0.75**6", "1 - 0.75**6")], "somebody is missing"],
        [[("0.75**6", "6 * 0.75")], "multiply, they do not add"],
        [[("0.75**6", "17.8")], "per cent"],
        [[('"variance": 12', '"variance": 6.75')], "not divided by 1 − p"],
        [[('"variance": 12', '"variance": 12**0.5')], "the standard deviation"],
        [[('"variance": 12', '"variance": 48')], "mean of the square"],
        [[('"variance": 12', '"variance": 6')], "that is the mean"],
        [[('"variance": 12', '"variance": 0')], "each single value is 8 or 0"],
        [[('"variance": 12', '"variance": 3')], "the values are 8, three times in four"],
        [[('"variance": 12', '"variance": None')], "`variance` is still open"],
        [[(VISITED, "1000")], "twice or more"],
        [[(VISITED, "385")], "*never* visited"],
        [[(VISITED, "1024")], "cannot all come up"],
        [[(VISITED, "0.624")], "that is the share"],
        [[(VISITED, "700")], "about 1/e"],
        ["predictions = [64, 0.18, 12, 639]", "stay a dictionary"],
        ["predictions = {}", "`subnetworks` is still open"],
    ],
)

_MASKED = """
def dropout(a, u, p, training):
    if not training or p == 0:
        return a
    if p == 1:
        return torch.zeros_like(a)
    keep = (u >= p).to(a.dtype)
    return keep * a * (1 / (1 - p))
"""
_FILLED = """
def dropout(a, u, p, training):
    p = p if training else 0.0
    return (a / (1 - p)).masked_fill(u < p, 0)
"""
SCALED, AT_TEST, WHERE = (
    "a / (1 - p))",
    "    if not training:\n        return a\n",
    "torch.where(u < p, 0.0, a / (1 - p))",
)

DROPOUT = Answers(
    cell="06-inverted",
    given=GIVEN,
    right=[_MASKED, _FILLED],
    wrong=[
        [[(SCALED, "a)")], "not scaled up"],
        [[(SCALED, "a * (1 - p))")], "multiplied by 1 − p"],
        [[(SCALED, "a / p)")], "the share dropped"],
        [[("u < p", "u > p")], "the wrong ones are dropped"],
        [[("u < p", "u < 1 - p")], "in training, with p ="],
        [[(WHERE, "torch.where(u > p, 0.0, a / p)")], "the wrong ones are dropped"],
        [[("if not training", "if training")], "the wrong way round"],
        [[(WHERE, "a / (1 - p)")], "nobody is dropped: where u < p"],
        [[(SCALED, "1 / (1 - p)).to(a.dtype)")], "the mask alone"],
        [[("u < p", "u[:1] < p")], "one mask for the whole batch"],
        [[("u < p", "u[:, :1] < p")], "one coin for a whole example"],
        [[("u < p", "torch.rand_like(a) < p")], "in training, with p ="],
        [[(AT_TEST, "")], "at test nobody is dropped"],
        [[("return a\n", "return a * (1 - p)\n")], "scaled at both ends"],
        [[("return a\n", "return a / (1 - p)\n")], "scaled up at test"],
        [[("return a\n", "return 0 * a\n")], "should be a itself"],
        [[("u < p", "u <= p")], "p = 0 should drop nobody"],
        [[(WHERE, "(u >= p) * a / (1 - p)")], "p = 1 should drop everybody, and gives nan"],
        [[(WHERE, "(u >= p) * a * (1 / (1 - p))")], "p = 1 should drop everybody, and gives nan"],
        [[(WHERE, "torch.where((u < p) & (p < 1), 0.0, a / max(1 - p, 0.1))")], "every output is 0"],
        [[(WHERE, f"{WHERE}.double()")], "keep their type"],
        [[(WHERE, f"{WHERE}.T")], "transposed?"],
        [[(WHERE, "torch.nn.functional.dropout(a, p)")], "in training, with p ="],
        [[("return torch", "torch")], "nothing comes back"],
    ],
)

_SHORTCUT = """
def crowd(a, weight, bias, p):
    arithmetic = 0
    for mask in all_masks(a.shape[1], a.dtype):
        q = ((a * mask / (1 - p)) @ weight.T + bias).softmax(1)
        arithmetic = arithmetic + q * torch.where(mask == 1, 1 - p, p).prod()
    return [arithmetic, (a @ weight.T + bias).softmax(1)]
"""
_PRODUCT = """
def crowd(a, weight, bias, p):
    from itertools import product
    first, second = [], []
    for mask in product([0, 1], repeat=a.shape[1]):
        chance = (1 - p) ** sum(mask) * p ** (len(mask) - sum(mask))
        q = torch.softmax(a @ (weight * torch.tensor(mask) / (1 - p)).T + bias, -1)
        first.append(chance * q)
        second.append(q ** chance)
    geometric = torch.stack(second).prod(0)
    return sum(first), geometric / geometric.sum(-1, keepdim=True)
"""
CHANCE = "(1 - p) ** kept * p ** (a.shape[1] - kept)"
SECOND = "(share * log_q).sum(dim=0).softmax(dim=-1)"

CROWD = Answers(
    cell="06-crowd-function",
    given=GIVEN,
    right=[_SHORTCUT, _PRODUCT, [(", a.dtype)", ")")]],
    wrong=[
        [[(CHANCE, "torch.full_like(kept, 1 / len(masks))")], "not equally likely"],
        [[(CHANCE, "p ** kept * (1 - p) ** (a.shape[1] - kept)")], "yours has it reversed"],
        [[("* a / (1 - p)", "* a")], "not scaled up"],
        [[("* a / (1 - p)", "* a * (1 - p)")], "multiplied by 1 − p"],
        [[("* a / (1 - p)", "* a / p")], "divided by p"],
        [[(" + bias)", ")")], "the bias is missing"],
        [[("return arithmetic, geometric", "return geometric, arithmetic")], "swapped"],
        [[("return arithmetic, geometric", "return geometric, geometric")], "average the *probabilities*"],
        [[("return arithmetic, geometric", "return arithmetic, arithmetic")], "the *logarithms*"],
        [[(SECOND, "(share * log_q).sum(dim=0)")], "the mean logarithms"],
        [[(SECOND, "(share * log_q).sum(dim=0).exp()")], "does not add up to 1"],
        [[("log_softmax(dim=-1)", "log_softmax(dim=0)")], "the arithmetic mean differs"],
        [[(SECOND, "(share * log_q).mean(dim=0).softmax(dim=-1)")], "the geometric mean differs"],
        [[("return arithmetic, geometric", "return arithmetic")], "two tensors are expected"],
        [[("return arithmetic, geometric", "return arithmetic.T, geometric")], "transposed?"],
        [[("return arithmetic, geometric", "return arithmetic.float(), geometric")], "keep their type"],
        [[("masks[:, None]", "masks")], "raises RuntimeError"],
        [[("    return arithmetic, geometric", "    pass")], "nothing comes back"],
    ],
    survivors={"-1 → +1": "the second mean has two axes, so that the last is number 1"},
)

_LOOKED_AT = """
def diagnose(layer, p):
    x = torch.arange(1.0, 4001).reshape(100, 40)
    tests = [layer(x, False) for _ in range(2)]
    if any((t == 0).any() for t in tests):
        return "drops at test"
    if not torch.allclose(tests[0], x):
        return "scales at both ends"
    runs = torch.stack([layer(x, True) for _ in range(20)])
    kept = (runs != 0).double()
    if kept.std(dim=1).max() == 0:
        return "one mask for the batch"
    if kept.std(dim=2).max() == 0:
        return "one coin per example"
    factor = (runs / x).amax().item()
    if abs(factor - 1) < 1e-3:
        return "never scales"
    return "healthy" if abs(factor - 1 / (1 - p)) < 1e-3 else "p is the share kept"
"""
GONE = "abs(gone.double().mean() - p) > 0.05"

DIAGNOSE = Answers(
    cell="06-examination",
    given=GIVEN,
    formula=False,
    right=[_LOOKED_AT, [("torch.ones(1000, 20)", "torch.ones(50, 40, 10)")]],
    wrong=[
        ["def diagnose(layer, p):\n    return 'healthy'", "was called `healthy`"],
        ["def diagnose(layer, p):\n    return lab.FAULTS[0]", "was called `healthy`"],
        ["def diagnose(layer, p):\n    return 'broken'", "'broken' is not on the list"],
        ["def diagnose(layer, p):\n    return 3", "3 is not on the list"],
        [[("still == 0", "still == 7")], "the fault `drops at test`, p = 0.2, was called `scales at both ends`"],
        [[("still != 1", "still == 7")], "the fault `scales at both ends`, p = 0.2, was called `healthy`"],
        [[("gone == gone[:1]", "gone != gone")], "the fault `one mask for the batch`, p = 0.2, was called"],
        [[("gone == gone[:, :1]", "gone != gone")], "the fault `one coin per example`, p = 0.2, was called"],
        [[(GONE, "False")], "the fault `p is the share kept`, p = 0.2, was called `healthy`"],
        [[("gone.double().mean() - p", "gone.double().mean() - 1 + p")], "was called `p is the share kept`"],
        [[("out.max() < 1.01", "False")], "the fault `never scales`, p = 0.2, was called `healthy`"],
        [[("torch.ones(1000, 20)", "torch.ones(1, 20000)")], "was called `one mask for the batch`"],
        [[("torch.ones(1000, 20)", "torch.ones(1000, 1)")], "was called `one coin per example`"],
        [[("layer(ones, False)", "layer(ones)")], "raises TypeError"],
    ],
)

_TABLE = """
def experiment(seeds):
    runs = fit(lab.patient, digits(train=100, noise=0.2), Adam(0.03), seeds=seeds, epochs=40,
               record_every=40, p=[0.0, 0.5], width=[32, 64])
    end = runs.test_accuracy[..., -1]
    return end.sel(p=0.5, width=64).values - end.sel(p=0.0, width=32).values
"""
ENDS = "    difference = large.test_accuracy - small.test_accuracy\n    return difference.isel(epoch=-1)"
LARGE, SMALL = "p=0.5, width=64", "p=0.0, width=32"


def returns(what):
    return [(ENDS, f"    big, little = large.isel(epoch=-1), small.isel(epoch=-1)\n    return {what}")]


def declared(delta, expects, statement="dropout is more than a smaller network"):
    return f"claim = Claim('a', {statement!r}, 'us', {delta}, {expects!r})\n"


DIFFERENCE = "big.test_accuracy - little.test_accuracy"

EXPERIMENT = Answers(
    cell="06-experiment-function",
    given=("06-imports", "06-claim", "06-experiment-function", "06-verdict"),
    formula=False,
    right=[
        _TABLE,
        declared(0.02, "equivalent") + "verdict = judge(claim, effect)",
        declared(0.1, "smaller") + "verdict = judge(claim, effect)",
    ],
    wrong=[
        [returns("little.test_accuracy - big.test_accuracy"), "swapped"],
        [returns(f"100 * ({DIFFERENCE})"), "percentage points"],
        [returns("big.test_accuracy"), "one arm alone"],
        [returns(f"({DIFFERENCE}).mean('seed')"), "taken too early"],
        [returns(f"0 * big.test_accuracy + ({DIFFERENCE}).mean('seed')"), "every seed has the same number"],
        [returns("big.test_accuracy - little.test_accuracy.values[::-1]"), "do not match"],
        [returns("big.test_loss - little.test_loss"), "this is the loss"],
        [returns("big.train_accuracy - little.train_accuracy"), "on the training images"],
        [returns("big.validation_accuracy - little.validation_accuracy"), "keep them for choosing"],
        [[(".isel(epoch=-1)", "")], "epoch for a dimension"],
        [[(".isel(epoch=-1)", ".mean('epoch')")], "mean over epochs"],
        [[(ENDS, "    return large.test_accuracy.max('epoch') - small.test_accuracy.max('epoch')")], "best epoch"],
        [[(SMALL, "p=0.0, width=64")], "asks whether dropout helps"],
        [[(LARGE, "p=0.5, width=32")], "of the one with dropout, 16 play"],
        [[(LARGE, "p=0.0, width=64")], "nobody is dropped in either arm"],
        [[(SMALL, "p=0.5, width=32")], "both nets drop half"],
        [[(LARGE, "p=0.5, width=[32, 64]")], "dimension width"],
        [[(", noise=0.2", "")], "labels are all right"],
        [[("0.03", "0.3")], "run again it is"],
        [[("seeds=seeds", "seeds=[1, 2]")], "use the seeds that are given"],
        ["claim = None", "`claim` is still open"],
        [declared(0.02, "greater", "dropout helps"), "a sentence"],
        [declared(2, "greater"), "accuracy is a fraction"],
        [declared(0.1, "greater"), "another claim"],
        ["effect = effect[:19]\nverdict = judge(claim, effect)", "19 seeds are too few"],
        ["effect = effect + 0.1\nverdict = judge(claim, effect)", "not what your experiment gives"],
        ["effect = 0.1", "one number for *each* seed"],
        ["verdict = 'confirmed'", "what judge(claim, effect) returns"],
        ["verdict = judge(claim, -effect)", "`judge` says confirmed"],
    ],
)

_AUGMENTED = """
def ridge(X, y, p):
    root = (p / (1 - p)) ** 0.5 * (X * X).sum(0).sqrt()
    rows = torch.cat([X, torch.diag(root)])
    return torch.linalg.lstsq(rows, torch.cat([y, 0 * root])[:, None]).solution[:, 0]
"""
_MOMENTS = """
def ridge(X, y, p):
    second = torch.ones(X.shape[1], X.shape[1], dtype=X.dtype)
    second.fill_diagonal_(1 / (1 - p))
    return torch.linalg.inv(second * (X.T @ X)) @ (X.T @ y)
"""
ODDS, SQUARES, PENALTY = "p / (1 - p) *", "(X**2).sum(dim=0).diag()", "p / (1 - p) * (X**2).sum(dim=0).diag()"

RIDGE = Answers(
    cell="06-ridge-function",
    given=GIVEN,
    right=[_AUGMENTED, _MOMENTS],
    wrong=[
        [[(" + penalty", "")], "there is no penalty yet"],
        [[(ODDS, "(1 - p) / max(p, 1e-9) *")], "upside down"],
        [[(ODDS, "p *")], "the division by 1 − p is missing"],
        [[(ODDS, "p * (1 - p) *")], "not divided by 1 − p"],
        [[(SQUARES, "torch.eye(X.shape[1], dtype=X.dtype)")], "plain ridge"],
        [[(SQUARES, "(X.T @ X)")], "a diagonal only"],
        [[(".sum(dim=0)", ".mean(dim=0)")], "a sum over examples"],
        [[(".sum(dim=0)", ".sum(dim=0).sqrt()")], "without a root"],
        [[("+ penalty", "- penalty")], "the penalty is added"],
        [[(PENALTY, "torch.eye(X.shape[1], dtype=X.dtype)")], "from those over all masks"],
        [[("X.T @ y)", "X.T @ y)[:, None]")], "has shape"],
        [[("X.T @ y)", "X.T @ y).float()")], "keep their type"],
        [[("return torch", "torch")], "nothing comes back"],
    ],
)

BANK = {
    "predictions": PREDICTIONS,
    "dropout": DROPOUT,
    "crowd": CROWD,
    "diagnose": DIAGNOSE,
    "experiment": EXPERIMENT,
    "ridge": RIDGE,
}
