"""The bank of lab 03: for each exercise right answers, and wrong ones with their hints."""

from .bank import Answers

NAME = "03_adaptive_learning_rates"
GIVEN = ("03-imports",)

PREDICTIONS = Answers(
    cell="03-predictions",
    given=GIVEN,
    formula=False,
    right=[
        [("2 / 100,", "0.02,"), ("0.1 * 2**0.5", "0.141"), ("0.1 / 0.001**0.5", "3.16")],
        "predictions = dict(stable_rate=torch.tensor(0.02), momentum_gain=20.0, adam_first=0.14, uncorrected=3.2)",
    ],
    wrong=[
        [[("2 / 100,", "1 / 100,")], "right to the floor"],
        [[("2 / 100,", "2,")], "limit *along*"],
        [[("2 / 100,", "2 / 100**0.5,")], "not its root"],
        [[("2 / 100,", "0.07,")], "for which η does that not grow"],
        [[("2 / 100,", "None,")], "`stable_rate` is still open"],
        [[("20,", "1,")], "*mean* of gradients"],
        [[("20,", "1 / 0.95,")], "sum of the series"],
        [[("20,", "19,")], "present gradient"],
        [[("0.1 * 2**0.5", "0.1")], "*one* coordinate"],
        [[("0.1 * 2**0.5", "0.2")], "right angle"],
        [[("0.1 * 2**0.5", "30")], "gradient descent's step"],
        [[("0.1 * 2**0.5", "2**0.5")], "in units of the rate"],
        [[("0.1 / 0.001**0.5", "1")], "*with* the correction"],
        [[("0.1 / 0.001**0.5", "1 / 0.001**0.5")], "direction's memory"],
        [[("0.1 / 0.001**0.5", "0.1 / 0.001")], "under a root"],
        ["predictions = [0.02, 20, 0.14, 3.2]", "stay a dictionary"],
    ],
)

_WITH_TORCH_SLICES = """
def momentum(gradient, start, rates, beta):
    path = start.repeat(len(rates) + 1, 1)
    v = 0
    for k, lr in enumerate(rates):
        v = gradient(path[k]) + beta * v
        path[k + 1] = path[k] - lr * v
    return path
"""
_SUMMED = """
def momentum(gradient, start, rates, beta):
    seen, path = [], [start]
    for lr in rates:
        seen = [beta * g for g in seen] + [gradient(path[-1])]
        path.append(path[-1] - lr * sum(seen))
    return path
"""
V, STEP = "v = beta * v + gradient(theta)", "theta = theta - lr * v"

MOMENTUM = Answers(
    cell="03-momentum",
    given=GIVEN,
    right=[
        _WITH_TORCH_SLICES,
        _SUMMED,
        [("beta * v + gradient(theta)", "torch.lerp(v, gradient(theta) / (1 - beta), 1 - beta)")],
    ],
    wrong=[
        [[(V, "v = gradient(theta)")], "plain gradient descent"],
        [[(STEP, "theta = theta + lr * v")], "uphill"],
        [[(V, "v = beta * v + (1 - beta) * gradient(theta)")], "a sum here, not a mean"],
        [[(V, "v = beta * v + lr * gradient(theta)"), (STEP, "theta = theta - v")], "rate stands inside v"],
        [[(V, "g = gradient(theta)\n        v = beta * v + g"), ("lr * v", "lr * (g + beta * v)")], "Nesterov"],
        [[(V, "v = (1 - beta) * v + gradient(theta)")], "share of v that is *kept*"],
        [[(V, "v = v + gradient(theta)")], "nothing is forgotten"],
        [[(V, "v = beta * (v + gradient(theta))")], "not multiplied by β"],
        [[(V, "g = gradient(theta)"), (STEP, STEP + "\n        v = beta * v + g")], "before v has heard"],
        [[("gradient(theta)", "gradient(start)")], "that of the start"],
        [[("lr * v", "rates[0] * v")], "a rate of its own"],
        [[("path = [theta]", "path = []")], "the start belongs to the path"],
        [[("torch.stack(path)", "theta")], "one position comes back"],
        [[("torch.stack(path)", "torch.stack(path[::-1])")], "path[0] is not the start"],
        [[("theta, v = start,", "theta, v = start.clone(),"), (STEP, "theta -= lr * v")], "the *same* tensor"],
        [[("torch.stack(path)", "torch.stack(path).float()")], "keep their type"],
        [[("    return torch.stack(path)", "    pass")], "nothing comes back"],
        [[(STEP, "theta = theta - 1.1 * lr * v")], "where torch has"],
        [[("lr * v", "lr @ v")], "raises TypeError"],
    ],
)

_DENOMINATOR = """
def adam(gradient, start, rates, beta1, beta2, eps):
    path, m, s, t = [start], 0, 0, 0
    for lr in rates:
        t += 1
        g = gradient(path[-1])
        m, s = m + (1 - beta1) * (g - m), beta2 * s + (1 - beta2) * g * g
        size = s.sqrt() / (1 - beta2**t) ** 0.5 + eps
        path.append(path[-1] - lr / (1 - beta1**t) * m / size)
    return torch.stack(path)
"""
M, S = "m = beta1 * m + (1 - beta1) * g", "s = beta2 * s + (1 - beta2) * g**2"
M_HAT, S_HAT = "m_hat = m / (1 - beta1**t)", "s_hat = s / (1 - beta2**t)"
SIZE = "(s_hat.sqrt() + eps)"

ADAM = Answers(
    cell="03-adam",
    given=GIVEN,
    right=[_DENOMINATOR, [("g**2", "g.square()"), ("return torch.stack(path)", "return path")]],
    wrong=[
        [[(M_HAT, "m_hat = m"), (S_HAT, "s_hat = s")], "bias correction is missing"],
        [[(S_HAT, "s_hat = s")], "and s is not"],
        [[(M_HAT, "m_hat = m")], "and m is not"],
        [[(SIZE, "(s_hat + eps).sqrt()")], "ε stands inside the root"],
        [[(SIZE, "((s.sqrt() + eps) / (1 - beta2**t) ** 0.5)")], "before ŝ is corrected"],
        [[(SIZE, "s_hat.sqrt()")], "ε is missing"],
        [[(SIZE, "(s_hat + eps)")], "root is missing"],
        [[("/ " + SIZE, "* " + SIZE)], "*divided* by"],
        [[(S, S.replace("g**2", "g.abs()"))], "remembers |g|"],
        [[(S, "s = s + g**2")], "never forgets"],
        [[(S, "s = beta2 * s + g**2")], "with the weight 1 − β₂"],
        [[(S, S.replace("g**2", "(g**2).mean()"))], "share one size"],
        [[(M, "m = beta1 * m + g")], "m is a mean here"],
        [[(M, "m = (1 - beta1) * m + beta1 * g")], "share of m"],
        [[("rates, start=1)", "rates, start=2)")], "one too large"],
        [[("rates, start=1)", "rates)")], "nan or inf"],
        [[("**t", "")], "t stands still"],
        [[(M_HAT, "m = m_hat = m / (1 - beta1**t)"), (S_HAT, "s = s_hat = s / (1 - beta2**t)")], "*corrected* m̂"],
        [[("rates, beta1, beta2", "rates, beta2, beta1")], "betas are swapped"],
        [[("theta - lr", "theta + lr")], "uphill"],
        [[("gradient(theta)", "gradient(start)")], "that of the start"],
        [[("path = [theta]", "path = []")], "the start belongs to the path"],
        [[("    return torch.stack(path)", "    pass")], "nothing comes back"],
    ],
)

DIAGNOSIS = Answers(
    cell="03-diagnosis",
    given=GIVEN,
    formula=False,
    right=[
        "diagnosis = dict(A=['t not counted', 0.4], B=['eps inside the root', 0.0995], C=['betas swapped', 490.0])",
        [("a([1.0] * 1000)[-1]", "0.398")],
    ],
    wrong=[
        [[('"t not counted"', '"no correction"')], "suspect A: a missing correction shows at once"],
        [[('"t not counted"', '"squares never forgotten"')], "suspect A: then its steps would only ever shrink"],
        [[('"t not counted"', '"bug"')], "not on the list"],
        [[("a([1.0] * 1000)[-1]", "0.1**0.5")], "the *thousandth* is asked for"],
        [[("a([1.0] * 1000)[-1]", "lab.sound([1.0] * 1000)[-1]")], "what a sound Adam does"],
        [[("a([1.0] * 1000)[-1]", "0.7")], "named rightly, but its proof is not"],
        [[('"eps inside the root"', '"root missing"')], "suspect B: without the root"],
        [[("b([1e-5])", "b([1e-6])")], "for a gradient of 1e-6"],
        [[('"betas swapped"', '"t not counted"')], "suspect C: then ten gradients"],
        [[("index(True) + 1", "index(True)")], "count the turned step itself"],
        [[("index(True) + 1", "index(True) + 1001")], "are not counted"],
        [[('"betas swapped", turned', '"betas swapped", 7')], "what a sound Adam does"],
        [[('("eps inside the root", b([1e-5])[0])', "None")], "suspect B is still open"],
        ["diagnosis = ['t not counted']", "stay a dictionary"],
    ],
)

_BY_VALUE = """
def experiment(tuning, judged):
    def run(make, rates):
        mean = {lr: float(lab.landing(make(lr), tuning).mean()) for lr in rates}
        return lab.landing(make(min(mean, key=mean.get)), judged)
    return run(Adam, rates["Adam"]) - run(lambda lr: SGD(lr, momentum=0.9), rates["momentum"])
"""
BEST = 'mean = lab.landing(rule, tuning).mean("seed")'
GAP = 'end["Adam"] - end["momentum"]'


def declared(delta, expects, statement="Adam ends lower in Rosenbrock's valley"):
    return f"claim = Claim('a', {statement!r}, 'us', {delta}, {expects!r})\n"


def rates(momentum, adam):
    return f"rates = dict(momentum={momentum}, Adam={adam})"


GOOD_M, GOOD_A = "[1e-4, 3e-4, 1e-3, 3e-3]", "[0.1, 0.3, 1.0, 3.0]"

EXPERIMENT = Answers(
    cell="03-experiment",
    given=("03-imports", "03-claim", "03-experiment", "03-verdict"),
    formula=False,
    right=[
        _BY_VALUE,
        declared(0.5, "greater") + "verdict = judge(claim, effect)",
        rates("[5e-4, 1e-3, 2e-3, 4e-3]", GOOD_A)
        + "\neffect = experiment(tuning, judged)\nverdict = judge(claim, effect)",
    ],
    wrong=[
        [[(GAP, f"-({GAP})")], "swapped"],
        [[(BEST, BEST.replace("tuning", "judged"))], "the very starts that are judged"],
        [[(BEST, 'mean = lab.landing(rule, judged).mean("seed")')], "the very starts that are judged"],
        [[("argmin", "argmax")], "*worst* rate"],
        [[("isel(lr=best, drop=True)", 'min("lr")')], "each start has a rate of its own"],
        [[(".isel(lr=best, drop=True)", "")], "lr for a dimension"],
        [[(GAP, f"({GAP}).mean('seed')")], "one number comes back"],
        [[(GAP, f"0 * end['Adam'] + ({GAP}).mean('seed')")], "every seed has the same number"],
        [[(GAP, f"2.302585092994046 * ({GAP})")], "natural logarithms"],
        [[(GAP, 'end["Adam"]')], "one arm alone"],
        [[('best = int(mean.argmin("lr"))', "best = 0")], "on the tuning seeds"],
        [[(", judged).isel", ", tuning).isel")], "numbers come back for 4 judged seeds"],
        ["claim = None", "`claim` is still open"],
        ["rates = dict(momentum=None, Adam=None)", "`rates` is still open"],
        [rates(GOOD_M, "[0.03, 0.1, 0.3, 1.0, 3.0]"), "no fair race"],
        [rates("[1e-5, 3e-5, 1e-4, 3e-4]", GOOD_A), "look further"],
        [rates(GOOD_M, "[0.01, 0.1, 1.0, 3.0]"), "the best may lie between"],
        [rates(GOOD_M, "[3.0, 1.0, 0.3, 0.1]"), "rising order"],
        [declared(5, "smaller"), "log10 here"],
        [declared(0.3, "smaller", "Adam wins"), "a sentence"],
        [declared(0.3, "exact"), "identities"],
        [declared(0.3, "greater"), "another claim"],
        ["effect = effect[:19]\nverdict = judge(claim, effect)", "19 starts are too few"],
        ["tuning = judged", "keep the two apart"],
        ["effect = effect + 0.1\nverdict = judge(claim, effect)", "not what your experiment gives"],
        ["verdict = 'confirmed'", "what judge(claim, effect) returns"],
        ["verdict = judge(claim, -effect)", "run that cell again"],
    ],
)

MEAN = "(g**2).mean()"

ROUND_ADAM = Answers(
    cell="03-round-adam",
    given=GIVEN,
    right=[[(MEAN, "(g @ g) / len(g)")], [(MEAN, "g.norm() ** 2 / g.numel()")]],
    wrong=[
        [[(MEAN, "g**2")], "each coordinate still has a size of its own"],
        [[(MEAN, "(g**2).sum()")], "a *mean* of squares"],
        [[(MEAN, "g.mean() ** 2")], "still knows the axes"],
        [[(MEAN, "g.abs().mean() ** 2")], "still knows the axes"],
        [[(MEAN, "(g**2).max()")], "still knows the axes"],
        [[("/ (s_hat.sqrt() + eps)", "")], "it should be Adam, step for step"],
        [[("path = [theta]", "path = []")], "the start belongs to the path"],
        [[("    return torch.stack(path)", "    pass")], "nothing comes back"],
    ],
)

BANK = {
    "predictions": PREDICTIONS,
    "momentum": MOMENTUM,
    "adam": ADAM,
    "diagnosis": DIAGNOSIS,
    "experiment": EXPERIMENT,
    "round_adam": ROUND_ADAM,
}
