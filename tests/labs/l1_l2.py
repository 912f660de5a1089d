"""The bank of lab 05: for each exercise right answers, and wrong ones with their hints."""

from .bank import Answers

NAME = "05_l1_l2"

PREDICTIONS = Answers(
    cell="05-predictions",
    given=("05-imports",),
    formula=False,
    right=[
        [("0.25 / (0.25 + 1)", "1 / 5"), ("139", "139.0")],
        "predictions = dict(flat_share=torch.tensor(0.2), half_life=139, explodes_above=20.0,\n"
        "                   l1_of_two=1.5, survivors=3)",
    ],
    wrong=[
        [[("0.25 / (0.25", "1 / (0.25")], "share *lost*"],
        [[("(0.25 + 1)", "(0.25 + 2)")], "flat_share: that takes a pull of 2λw"],
        [[("0.25 / (0.25 + 1)", "0.25")], "not yet a share"],
        [[("0.25 / (0.25 + 1)", "20")], "per cent"],
        [[("0.25 / (0.25 + 1)", "'0.2'")], "is a str"],
        [[("139", "138")], "a hair more"],
        [[("139", "138.28")], "round up"],
        [[("139", "100")], "the steps multiply"],
        [[("139", "14")], "the rate counts"],
        [[("139", "69")], "half_life: that takes 2λw"],
        [[("139", "50")], "half_life is not 50"],
        [[("2 / 0.1", "2")], "the product ηλ"],
        [[("2 / 0.1", "10")], "changes sign"],
        [[("1.5,", "2,")], "large weights too"],
        [[("1.5,", "1,")], "a fixed coin"],
        [[("1.5,", "2.5,")], "a sign"],
        [[(": 3,", ": 4,")], "exactly 0.5"],
        [[(": 3,", ": 5,")], "that is L2"],
        [[(": 3,", ": 2,")], "*negative*"],
        ["predictions = [0.2, 139, 20, 1.5, 3]", "stay a dictionary"],
        ["predictions = {}", "`flat_share` is still open"],
    ],
)

_SINGULAR = """
def ridge(X, y, penalty):
    n, D = X.shape
    h = torch.linalg.svdvals(X) ** 2 / n
    h = torch.cat([h, torch.zeros(D - len(h), dtype=h.dtype)]).flip(0)
    A = X.T @ X + n * penalty * torch.eye(D, dtype=X.dtype)
    return [torch.linalg.solve(A, X.T @ y), h / (h + penalty)]
"""
_SHARES = "shares = h / (h + penalty)"
_ROTATED = "(Q.T @ (X.T @ y / n)) / (h + penalty)"

RIDGE = Answers(
    cell="05-ridge",
    given=("05-imports",),
    right=[_SINGULAR, [(_SHARES, "shares = 1 - penalty / (h + penalty)")]],
    wrong=[
        [[(_SHARES, "shares = penalty / (h + penalty)")], "shares *lost*"],
        [[("return w, shares", "return w, shares.flip(0)")], "order is turned"],
        [[(_SHARES, "shares = n * h / (n * h + penalty)")], "division by n is missing"],
        [[("X.T @ X / n", "X.T @ X")], "division by n is missing"],
        [[(_SHARES, "h = h.clamp(min=0); shares = h**0.5 / (h**0.5 + penalty)")], "singular values"],
        [[("h + penalty)", "h + 2 * penalty)")], "has a ½"],
        [[(_SHARES, "shares = (h / (h + penalty)) ** 2")], "applied twice"],
        [[(_SHARES, "shares = 1 / (h + penalty)")], "numerator is missing"],
        [[("h + penalty", "h + n * penalty")], "multiplied by n"],
        [[("h + penalty", "h - penalty")], "a sign"],
        [[("y / n)", "y)")], "Xᵀy must be divided"],
        [[(_ROTATED, "(Q.T @ (X.T @ y / n)) / h")], "this is least squares"],
        [[(_ROTATED, f"h * {_ROTATED}")], "h stands above"],
        [[(_ROTATED, f"shares * {_ROTATED}")], "applied twice"],
        [[("w = Q @", "w = torch.eye(len(Q), dtype=Q.dtype) @")], "turn them back"],
        [[("(Q.T @ (X", "(Q @ (X")], "missing a transpose"],
        [[("w = Q @", "w = -Q @")], "w: a sign"],
        [[("w = Q @", "w = 1.1 * Q @")], "w: off by"],
        [[("return w, shares", "return w")], "two tensors are expected"],
        [[("return w, shares", "pass")], "nothing comes back"],
    ],
)

_CLAMP = """
def ista_step(w, X, y, penalty, lr):
    v = w + lr * X.T @ (y - X @ w) / X.shape[0]
    return v - v.clip(-lr * penalty, lr * penalty)
"""
_WHERE = """
def ista_step(w, X, y, penalty, lr):
    v = w - lr * ((X @ w - y) @ X) / len(y)
    t = lr * penalty
    return torch.where(v > t, v - t, torch.where(v < -t, v + t, torch.zeros_like(v)))
"""
_SOFT = "v.sign() * (v.abs() - lr * penalty).clamp(min=0)"


def gives(what):
    """Something else in place of the shrunk v."""
    return [(_SOFT, what)]


ISTA = Answers(
    cell="05-ista-step",
    given=("05-imports",),
    right=[_CLAMP, _WHERE, gives("torch.nn.functional.softshrink(v, lr * penalty)")],
    wrong=[
        [[("- lr * penalty)", "- penalty)")], "λ₁ alone"],
        [[("- lr * penalty)", "- lr)")], "η alone"],
        [gives("w.sign() * (w.abs() - lr * penalty).clamp(min=0) - lr * gradient"), "order is turned"],
        [gives("v"), "shrinking is missing"],
        [[("v = w - lr * gradient", "v = w")], "gradient step is missing"],
        [[("w - lr * gradient", "w + lr * gradient")], "goes *down*"],
        [[(" / len(X)", "")], "divide by n"],
        [[("w - lr * gradient", "w - 2 * lr * gradient")], "taken twice"],
        [[("w - lr * gradient", "w - gradient")], "η is missing"],
        [gives("v - lr * penalty * v.sign()"), "hops over zero"],
        [gives("v - lr * penalty * w.sign()"), "which rattles"],
        [gives("v * (v.abs() > lr * penalty)"), "hard thresholding"],
        [[("v.sign() * ", "")], "sign is lost"],
        [gives("(v - lr * penalty).clamp(min=0)"), "negative weights"],
        [[("- lr * penalty)", "- 2 * lr * penalty)")], "counts twice"],
        [gives("v * (1 - lr * penalty)"), "this multiplies"],
        [gives("v.clamp(-lr * penalty, lr * penalty)"), "takes away"],
        [gives(f"{_SOFT} + 1e-18"), "nearly zero is not zero"],
        [gives("v.float()[:3]"), "has shape"],
        [[("X.T @ (X", "X @ (X")], "raises RuntimeError"],
        [[(f"return {_SOFT}", "pass")], "nothing comes back"],
    ],
)

_LOOP = """
def experiment(seeds):
    arms = []
    for name in ('L2', 'none'):
        rule = SGD(lr=rates[name], momentum=0.9, weight_decay=lab.ARMS[name])
        runs = fit(lab.small, digits(100, noise=0.2), rule, seeds=seeds, epochs=100, record_every=100)
        arms.append(runs.test_accuracy[..., -1])
    return arms[0] - arms[1]
"""
_DIFFERENCE = 'arm("L2", seeds) - arm("none", seeds)'
_AGAIN = "verdict = judge(claim, effect)"


def declared(delta, expects, statement="with its rate tuned L2 still helps on new digits"):
    return f"claim = Claim('a', {statement!r}, 'us', {delta}, {expects!r})\n"


EXPERIMENT = Answers(
    cell="05-experiment",
    given=("05-imports", "05-claim", "05-rates", "05-experiment", "05-verdict"),
    formula=False,
    right=[_LOOP, declared(0.03, "greater") + _AGAIN, declared(0.01, "smaller") + _AGAIN],
    wrong=[
        [[(_DIFFERENCE, f"-({_DIFFERENCE})")], "swapped"],
        [[(_DIFFERENCE, f"100 * ({_DIFFERENCE})")], "percentage points"],
        [[(_DIFFERENCE, f"({_DIFFERENCE}).mean('seed')")], "taken too early"],
        [[(_DIFFERENCE, "arm('L2', seeds)")], "one arm alone"],
        [[("rates[name]", "rates['L2']")], "both arms have L2's rate"],
        [[("rates[name]", "rates['none']")], "the rate without L2"],
        [[("rates[name]", "rates['none' if decay else 'L2']")], "rates are swapped"],
        [[("test_accuracy", "validation_accuracy")], "validation part"],
        [[("test_accuracy", "train_accuracy")], "training images"],
        [[("test_accuracy", "test_loss")], "this is the loss"],
        [[("weight_decay=decay", "weight_decay=0.0")], "no decay in either arm"],
        [[(", noise=0.2", "")], "run again it is"],
        [[("seeds=seeds", "seeds=[1, 2]")], "use the seeds that are given"],
        [[(".isel(epoch=-1)", "")], "epoch for a dimension"],
        ["claim = None", "`claim` is still open"],
        [declared(2, "greater"), "accuracy is a fraction"],
        [declared(0.1, "greater"), "another claim"],
        ["rates = None", "`rates` is still open"],
        ["rates = {'none': 0.32, 'L2': 0.08}", "chosen by the training images"],
        ["rates = {'none': 0.16, 'L2': 0.08}", "points below the best"],
        ["rates = {'none': 0.04, 'L2': 0.02}", "the rate with L2: 0.02"],
        ["rates = {'none': 0.05, 'L2': 0.08}", "not one of lab.RATES"],
        ["effect = effect[:19]", "19 seeds are too few"],
        ["effect = effect + 0.1", "not what your experiment gives"],
        ["effect = effect.assign_coords(seed=range(20))", "cannot judge them"],
        ["verdict = 'confirmed'", "what judge(claim, effect) returns"],
    ],
)

BANK = {"predictions": PREDICTIONS, "ridge": RIDGE, "ista_step": ISTA, "experiment": EXPERIMENT}
