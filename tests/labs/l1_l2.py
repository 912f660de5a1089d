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

_SEVERAL_PROBES = """
def diagnose(train, penalty, lr):
    def first(rows, w, b):
        w = torch.tensor(w, dtype=torch.double)
        trace, biases, losses = train(torch.zeros(rows, len(w)), [b] * rows, w, b)
        return (1 - trace[1] / w).div(lr * penalty), biases, losses
    share, biases, losses = first(4, [2.0, -6.0, 0.5], 1.0)
    if biases[-1] < 0.999:
        return "bias too"
    if losses[-1] > 1e-6:
        return "watched"
    if share.max() < 1e-6:
        return "never felt"
    if share.max() - share.min() > 1e-6:
        return "L1 for L2"
    if abs(share.mean() - first(40, [2.0, -6.0, 0.5], 1.0)[0].mean()) > 1e-6:
        return "per example"
    if abs(share.mean() - first(4, [20.0, -60.0, 5.0], 1.0)[0].mean()) > 1e-6:
        return "norm not squared"
    return "factor 2" if share.mean() > 1.5 else "sound"
"""
_COMPARED = """
def diagnose(train, penalty, lr):
    X, y, w = torch.randn(9, 3), torch.randn(9), torch.randn(3)
    trace = train(X, y, w, 1.0)[0]
    far = {k: (rival(X, y, w, 1.0)[0] - trace).norm() for k, rival in lab.PATIENTS.items()}
    return min(far, key=far.get)
"""
_GAP_OF_ONE = [("torch.full((n,), b)", "torch.full((n,), b + 1)")]
_EQUAL_WEIGHTS = [("[1.0, 4.0]", "[1.0, 1.0]")]

DIAGNOSE = Answers(
    cell="05-diagnose",
    given=("05-imports",),
    formula=False,
    right=[
        _SEVERAL_PROBES,
        [("n, w, b = 5", "n, w, b = 50")],
        [("torch.zeros(n, 2)", "torch.ones(n, 2)"), ("torch.full((n,), b)", "torch.full((n,), 5 + b)")],
    ],
    wrong=[
        ["def diagnose(train, penalty, lr):\n    return 'sound'", "it never calls train"],
        [[("return min(", "return 'sound' or min(")], "was called `sound`"],
        [[('"never felt": 0 * w', '"nothing": 0 * w')], "'nothing' is not on the list"],
        [[("return min(", "return 3 or min(")], "3 is not on the list"],
        [[("n, w, b = 5", "n, w, b = 1")], "`per example` and `sound` do exactly the same"],
        [[("n, w, b = 5", "n, w, b = 2")], "`per example` and `factor 2` do exactly the same"],
        [[("[1.0, 4.0]", "[4.0]"), ("(n, 2)", "(n, 1)")], "`L1 for L2` and `norm not squared` do exactly"],
        [[("[1.0, 4.0])", "[0.0, 0.0])")], "do exactly the same"],
        [[("4.0]), 3.0", "4.0]), 0.0")], "`bias too` and `sound` do exactly the same"],
        [_EQUAL_WEIGHTS, "the fault `L1 for L2`, λ ="],
        [_GAP_OF_ONE, "was called `bias too`"],
        [[("losses[0] > 0", "losses[0] < 0")], "the fault `watched`, λ ="],
        [[("(lr * penalty)", "penalty")], "the fault `per example`, λ ="],
        [[("2 * w,", "w / 2,")], "the fault `factor 2`, λ ="],
        [_COMPARED, "was called `"],
        [[("torch.full((n,), b)", "torch.full((n, 1), b)")], "train takes X (n, D), y (n,)"],
        [[("(X, y, w, b)\n    if", "(X, y, w)\n    if")], "train() missing 1 required"],
        [[("    return min(", "    min(")], "nothing comes back"],
    ],
)

_AUTOGRAD = """
def l2_step(X, y, w, b, penalty, lr):
    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    data = torch.nn.functional.mse_loss(X @ w + b, y) / 2
    (data + penalty / 2 * (w ** 2).sum()).backward()
    return [w - lr * w.grad, b - lr * b.grad, data.item()]
"""
_ONE_VECTOR = """
def l2_step(X, y, w, b, penalty, lr):
    theta, X = torch.cat([b[None], w]), torch.cat([torch.ones(len(X), 1, dtype=X.dtype), X], dim=1)
    gap, pull = X @ theta - y, penalty * theta
    pull[0] = 0
    theta = theta - lr * (X.T @ gap / len(X) + pull)
    return theta[1:], theta[0], (gap ** 2).mean() / 2
"""
_DATA, _PENALTY, _NEW_B = "X.T @ gap / len(X)", "penalty * w)", "b - lr * gap.mean()"
_DECAY_ALONE = "w = w - lr * (X.T @ gap / len(X) + penalty * w)"

L2_STEP = Answers(
    cell="05-l2-step",
    given=("05-imports",),
    right=[_AUTOGRAD, _ONE_VECTOR, [(_DECAY_ALONE, f"w = (1 - lr * penalty) * w - lr * {_DATA}")]],
    wrong=[
        ["l2_step = lambda X, y, w, b, penalty, lr: theirs(X, y, w, b, penalty, lr)", "raises NameError"],
        [[(_NEW_B, "b - lr * (gap.mean() + penalty * b)")], "still pulls at the bias"],
        [[(_NEW_B, "b")], "has to learn from the data still"],
        [[(_NEW_B, "b - lr * gap.sum()")], "the new b: off by"],
        [[("/ len(X) / 2", "/ len(X) / 2 + penalty / 2 * w @ w")], "still in the loss that is watched"],
        [[("/ len(X) / 2", "/ len(X)")], "the loss has a ½"],
        [[("/ len(X) / 2", "/ 2")], "the loss is a mean"],
        [[("gap.mean(), loss", "gap.mean(), loss + 1")], "the loss to watch: off by"],
        [[(f" + {_PENALTY}", ")")], "gone altogether"],
        [[(_PENALTY, f"2 * {_PENALTY}")], "pulls with 2λw"],
        [[(_PENALTY, f"len(X) * {_PENALTY}")], "counts once"],
        [[(_PENALTY, "penalty * w / w.norm())")], "the penalty is squared"],
        [[(_PENALTY, "penalty * w.sign())")], "as L1 does"],
        [[(f"+ {_PENALTY}", f"- {_PENALTY}")], "a sign"],
        [[(_DECAY_ALONE, f"w = (1 - lr * penalty) * (w - lr * {_DATA})")], "at the same w"],
        [[("return w, b", "return X[0] + 0 * w, b")], "the new w: off by"],
        [[("return w, b", "return w.float()[:2], b")], "has shape"],
        [[("gap.mean(), loss", "gap.mean()")], "three things are expected"],
        [[("    return w", "    w")], "nothing comes back"],
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

# Turn a column until it lies along the first axis: there its penalty is L1's, and torch's softshrink is right.
_TURNED = """
def group_step(W, G, penalty, lr):
    columns = []
    for v in (W - lr * G).T:
        Q, R = torch.linalg.qr(v[:, None], mode="complete")
        columns.append(Q[:, 0] * torch.nn.functional.softshrink(R[0, 0], lr * penalty))
    return torch.stack(columns, dim=1)
"""
# What is taken away is the nearest point of a ball of radius ηλ, as in the chapter's w − w.clamp(−t, t).
_BALL = """
def group_step(W, G, penalty, lr):
    v, t = W - lr * G, lr * penalty
    length = (v**2).sum(0).sqrt()
    return v - torch.where(length > t, v * (t / length), v)
"""
_NUMPY = """
def group_step(W, G, penalty, lr):
    v = (W - lr * G).numpy()
    for i in range(v.shape[1]):
        length = (v[:, i] @ v[:, i]) ** 0.5
        v[:, i] *= max(0, 1 - lr * penalty / length) if length else 0
    return v
"""
_GO = "length > coin"
_GROUPED = "torch.where(length > coin, (1 - coin / length) * V, 0.0)"


def grouped(what):
    """Something else in place of the shortened columns."""
    return [(_GROUPED, what)]


def measured(what):
    """Something else in place of the columns' length."""
    return [("V.norm(dim=0)", what)]


GROUP_STEP = Answers(
    cell="05-group-step",
    given=("05-imports",),
    right=[
        _TURNED,
        _BALL,
        _NUMPY,
        [(_GO, "length >= coin"), ("coin / length)", "coin / length.clamp(min=1e-30))")],
        grouped("(1 - coin / (length + 1e-8)).clamp(min=0) * V"),
        grouped("(1 - coin / (V.square().sum(0) + 1e-8).sqrt()).clamp(min=0) * V"),
        grouped("torch.nn.functional.normalize(V, dim=0) * (length - coin).relu()"),
        grouped("((1 - coin / length).clamp(min=0) * V).nan_to_num()"),
    ],
    wrong=[
        [grouped("(1 - coin / length).clamp(min=0) * V"), "0 ÷ 0"],
        [grouped("V * (length - coin).clamp(min=0) / length"), "0 ÷ 0"],
        [[("lr * penalty", "penalty")], "λ alone"],
        [[("lr * penalty", "lr")], "η alone"],
        [measured("V.norm(dim=1)"), "lengths of rows"],
        [measured("V.norm(dim=1, keepdim=True)"), "lengths of rows"],
        [measured("V.norm()"), "one length for all of W"],
        [measured("W.norm(dim=0)"), "length is that of W's column"],
        [measured("(V**2).sum(dim=0)"), "a root is missing"],
        [measured("(V**2).mean(dim=0).sqrt()"), "not of their mean"],
        [measured("V.abs().sum(dim=0)"), "the sum of |v|"],
        [measured("V.abs().amax(dim=0)"), "the largest |v|"],
        [measured("V.abs()"), "this is L1, weight by weight"],
        [grouped("torch.where(length > coin, V, 0.0)"), "are shortened too"],
        [grouped("(1 - coin / length.clamp(min=1e-30)) * V"), "turns short columns around"],
        [[("V = W - lr * G", "V = W"), ("return " + _GROUPED, f"return {_GROUPED} - lr * G")], "order is turned"],
        [[("V = W - lr * G", "V = W")], "gradient step is missing"],
        [grouped("V"), "the shortening is missing"],
        [[("W - lr * G", "W + lr * G")], "goes *down*"],
        [[("W - lr * G", "W - G")], "η is missing"],
        [grouped("V - coin * W / W.norm(dim=0)"), "which rattles"],
        [[("lr * penalty", "2 * lr * penalty")], "counts twice"],
        [[("lr * penalty", "lr * penalty / 2")], "half of it is missing"],
        [grouped("V * (1 - coin)"), "takes a share, as L2 does"],
        [grouped("V / (1 + coin)"), "not squared"],
        [grouped("torch.where(length > 0, (1 + coin / length) * V, 0.0)"), "*towards* zero"],
        [grouped(f"V - {_GROUPED}"), "takes away"],
        [grouped(f"{_GROUPED} + 1e-18"), "nearly zero is not zero"],
        [grouped("(length - coin).clamp(min=0)"), "has shape (6,)"],
        [grouped(f"({_GROUPED}).double()"), "keep their type"],
        [grouped(f"({_GROUPED}).T"), "transposed"],
        [[("return ", "")], "nothing comes back"],
    ],
)

BANK = {
    "predictions": PREDICTIONS,
    "ridge": RIDGE,
    "ista_step": ISTA,
    "diagnose": DIAGNOSE,
    "l2_step": L2_STEP,
    "experiment": EXPERIMENT,
    "group_step": GROUP_STEP,
}
