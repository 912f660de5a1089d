"""The bank of lab 00: for each exercise right answers, and wrong ones with their hints."""

from .bank import Answers

NAME = "00_diagnosis"
GIVEN = ("00-imports",)


def put(name, value):
    """The reference's predictions, and one of them changed."""
    return f"predictions = {_RIGHT} | dict({name}={value})"


_RIGHT = (
    "dict(guess_loss=4.605, prior_loss=1.04, prior_accuracy=0.5, standard_error=0.015, images=3600, truth_gap=-0.2)"
)
PREDICTIONS = Answers(
    cell="00-predictions",
    given=GIVEN,
    formula=False,
    right=[
        f"predictions = {_RIGHT}",
        [("4.605", "torch.tensor(100.0).log()"), ("3600", "3600.0"), ("0.8 - 1", "-1 / 5")],
        put("images", "0.09 / 0.005**2"),
    ],
    wrong=[
        [put("guess_loss", "2"), "log₁₀"],
        [put("guess_loss", "6.644"), "in bits"],
        [put("guess_loss", "0.01"), "the loss is −ln of it"],
        [put("guess_loss", "-4.605"), "a sign"],
        [put("guess_loss", "2.303"), "here are a hundred"],
        [put("guess_loss", "99"), "an image costs −ln p"],
        [put("guess_loss", "'ln 100'"), "is a str"],
        [put("guess_loss", "None"), "`guess_loss` is still open"],
        [put("prior_loss", "1.0986"), "equal odds"],
        [put("prior_loss", "1.5"), "in bits"],
        [put("prior_loss", "0.6931"), "*common* class"],
        [put("prior_loss", "0.981"), "then the mean"],
        [put("prior_accuracy", "1 / 3"), "one guess in three"],
        [put("prior_accuracy", "0.375"), "*likeliest* class"],
        [put("prior_accuracy", "50"), "per cent"],
        [put("standard_error", "0.3"), "divide by √400"],
        [put("standard_error", "0.00075"), "*root* of the number"],
        [put("standard_error", "0.000225"), "the variance"],
        [put("standard_error", "0.025"), "p = ½"],
        [put("standard_error", "0.05"), "how much one image varies"],
        [put("standard_error", "0.03"), "two standard errors"],
        [put("images", "1200"), "√3 only"],
        [put("images", "60"), "square it"],
        [put("images", "133"), "not fewer"],
        [put("images", "1000"), "√(p(1−p)/n) = 0.005"],
        [put("images", "10_000"), "p = ½"],
        [put("truth_gap", "0.2"), "a sign"],
        [put("truth_gap", "0"), "whose label is wrong"],
        [put("truth_gap", "0.8"), "its training score"],
        ["predictions = [4.6, 1.04, 0.5, 0.015, 3600, -0.2]", "stay a dictionary"],
    ],
)

_LOGSUMEXP = """
def loss_and_gradient(logits, labels):
    log_p = logits - torch.logsumexp(logits, dim=1)[:, None]
    hot = torch.eye(logits.shape[1], dtype=logits.dtype)[labels]
    return -(hot * log_p).sum().item() / len(labels), (torch.exp(log_p) - hot) / logits.shape[0]
"""
_BY_AUTOGRAD = """
def loss_and_gradient(logits, labels):
    z = logits.clone().requires_grad_()
    z_max = z.max(dim=1).values.detach()
    own = z.gather(1, labels[:, None]).squeeze(1)
    loss = (torch.log(torch.exp(z - z_max[:, None]).sum(1)) + z_max - own).mean()
    loss.backward()
    return [loss, z.grad]
"""
Z, LOG_P = "z = logits - logits.amax(dim=1, keepdim=True)", "log_p = z - z.exp().sum(dim=1, keepdim=True).log()"
PICKED, DIVIDED = "-log_p[rows, labels].mean()", "gradient / len(labels)"

LOSS_AND_GRADIENT = Answers(
    cell="00-loss-and-gradient",
    given=GIVEN,
    right=[_LOGSUMEXP, _BY_AUTOGRAD],
    wrong=[
        [[(Z, "z = logits")], "exp of a large logit overflows"],
        [[("logits.amax(dim=1, keepdim=True)", "logits.max()")], "*own* maximum"],
        [[(LOG_P, "log_p = (z.exp() / z.exp().sum(dim=1, keepdim=True)).log()")], "do not take exp and then ln"],
        [[(PICKED, "log_p[rows, labels].mean()")], "a sign: the loss"],
        [[(PICKED, "-log_p[rows, labels].sum()")], "sum over the images"],
        [[(PICKED, "-log_p[rows, labels]")], "one number"],
        [[(PICKED, "-log_p.mean()")], "over all classes"],
        [[(PICKED, f"{PICKED} / logits.shape[1]")], "not over classes"],
        [[(PICKED, "-log_p.exp()[rows, labels].mean()")], "logarithm is missing"],
        [[(PICKED, "-log_p.exp()[rows, labels].mean().log()")], "then the mean"],
        [[(PICKED, "-logits[rows, labels].mean()")], "ln Σ exp(z) is missing"],
        [[(PICKED, f"{PICKED} / 0.6931471805599453")], "in bits"],
        [[(Z, "z = logits.softmax(1)")], "softmax twice"],
        [[("dim=1", "dim=0")], "runs down the images"],
        [[(DIVIDED, f"-{DIVIDED}")], "a sign: p − 1"],
        [[(DIVIDED, "gradient")], "divided by their number"],
        [[(DIVIDED, "gradient / logits.shape[1]")], "B is that of images"],
        [[(DIVIDED, f"{DIVIDED} / len(labels)")], "images twice"],
        [[("    gradient[rows, labels] -= 1\n", "")], "1 of the label is missing"],
        [[("gradient[rows, labels] -= 1", "gradient -= 1")], "taken from every class"],
        [
            [("gradient[rows, labels] -= 1", "gradient[rows, labels] -= 1 / len(labels)"), (DIVIDED, "gradient")],
            "not the 1 alone",
        ],
        [[(DIVIDED, f"({DIVIDED}).T")], "transposed?"],
        [[(DIVIDED, f"({DIVIDED}).double()"), ("loss,", "loss.double(),")], "keep their type"],
        [[(f"return loss, {DIVIDED}", "return loss")], "two things are expected"],
        [[(f"return loss, {DIVIDED}", "pass")], "nothing comes back"],
        [[("[rows, labels].mean", "[:, labels].mean")], "your loss is"],
    ],
)

_SCALED_FIRST = """
def prepare(images, labels, train):
    order = torch.randperm(len(images))
    learned, rest = images[order[:train]], images[order[train:]]
    mean, std = learned.mean(0), learned.std(0, correction=0) + 0.01
    learned, rest = (learned - mean) / std, (rest - mean) / std
    pair = torch.stack([learned, (lab.fainter(images[order[:train]]) - mean) / std], dim=1)
    return [[pair.flatten(0, 1), labels[order[:train]].repeat_interleave(2)], [rest, labels[order[train:]]]]
"""
_MASK = """
def prepare(images, labels, train):
    mine = torch.zeros(len(images), dtype=torch.bool)
    mine[torch.multinomial(torch.ones(len(images)), train)] = True
    X, y = images[mine], labels[mine]
    mean, std = X.mean(dim=0), X.std(dim=0).clamp(min=0.01)
    X = torch.cat([(X - mean) / std, (lab.fainter(X) - mean) / std])
    return (X, y.repeat(2)), ((images[~mine] - mean) / std, labels[~mine])
"""
_LEAKY = """
def prepare(images, labels, train):
    X = torch.cat([images, lab.fainter(images)])
    y = torch.cat([labels, labels])
    X = (X - X.mean(dim=0)) / (X.std(dim=0) + 0.01)
    order = torch.randperm(len(X))
    mine, new = order[: 2 * train], order[2 * train :]
    return (X[mine], y[mine]), (X[new], y[new])
"""
DRAWN, TWINS = "torch.randperm(len(images)).tensor_split([train])", "[images[mine], lab.fainter(images[mine])]"
SCALES = "X.mean(dim=0), X.std(dim=0) + 0.01"
NEW, ENDS = "(images[new] - mean) / spread", "return (learned, y), ((images[new] - mean) / spread, labels[new])"

PREPARE = Answers(
    cell="00-prepare",
    given=GIVEN,
    right=[
        _SCALED_FIRST,
        _MASK,
        [("learned = (X - mean) / spread", "learned = X.sub(mean).div(spread)"), (" + 0.01", " + 0.001")],
    ],
    wrong=[
        [_LEAKY, "a leak is open"],
        [_LEAKY.replace("X.mean(dim=0)", "0").replace("X.std(dim=0) + 0.01", "1"), "a leak is open"],
        [[(SCALES, "images.mean(dim=0), images.std(dim=0) + 0.01")], "those of all images"],
        [[("dim=0)", ")")], "a mean and a spread of its own"],
        [[(SCALES, "images[new].mean(dim=0), images[new].std(dim=0) + 0.01")], "their own mean"],
        [[(NEW, "(images[new] - images[new].mean(dim=0)) / (images[new].std(dim=0) + 0.01)")], "their own mean"],
        [[(NEW, "images[new]")], "are not scaled"],
        [[(NEW, "images[new] - mean")], "not divided by the spread"],
        [[(NEW, "images[new] / spread")], "not centred"],
        [[("X.std(dim=0)", "X.var(dim=0)")], "not by the variance"],
        [[(" + 0.01", "")], "spread 0"],
        [[("learned = (X - mean) / spread", "learned = X")], "not scaled as the new ones"],
        [[(TWINS, "[images[mine], images[mine]]")], "mere copies"],
        [[(TWINS, "[images[mine]]"), ("[labels[mine], labels[mine]]", "[labels[mine]]")], "twins are gone"],
        [[("torch.cat([labels[mine], labels[mine]])", "labels[mine].repeat_interleave(2)")], "do not fit their labels"],
        [[(ENDS, f"both = torch.cat([new, new])\n    {ENDS.replace('[new]', '[both]')}")], "new images come twice"],
        [[(DRAWN, "torch.arange(len(images)).tensor_split([train])")], "as they come"],
        [[(DRAWN, "torch.arange(len(images)).flip(0).tensor_split([train])")], "as they come"],
        [[("[train]", "[train // 2]")], "different images are learned from"],
        [[("labels[new])", "labels[new][1:])"), (NEW, f"({NEW})[1:]")], "are left come back"],
        [[(ENDS, "return learned, y, images[new], labels[new]")], "two pairs"],
        [[(ENDS, "pass")], "nothing comes back"],
    ],
    survivors={"X.std(dim=0) + 0.01 → X.std(dim=0) - 0.01": "a hundredth of the spread, within the margin"},
)

A, C = "charts['A'].shuffled", 'charts["C"].train[:, -1].mean()'

DIAGNOSIS = Answers(
    cell="00-diagnosis",
    given=("00-imports", "00-loss-and-gradient", "00-charts"),
    formula=False,
    right=[
        "diagnosis = dict(A=['leak', 0.51], B=['softmax twice', 1.4612], C=['underfit', 0.8], D=['undecided', 0.040])",
        [('twice", floor', 'twice", torch.tensor(11.71828).log() - 1')],
        [(C, "charts['C'].train.isel(step=-1).mean().item()")],
        [("gaps.std()", "gaps.sub(gaps.mean()).square().sum().div(4).sqrt()")],
    ],
    wrong=[
        [[('"leak", charts["A"].shuffled', '"fine", 0.04')], "patient A: before you trust a curve"],
        [[('"leak", charts["A"].shuffled', '"overfit", 0.04')], "patient A: gate 0 comes first"],
        [[('charts["A"].shuffled', "0.1")], "*should* be"],
        [[('charts["A"].shuffled', "0.044")], "may be a leak or health"],
        [[('charts["A"].shuffled', "51")], "per cent"],
        [[('"softmax twice", floor', '"underfit", 0.76')], "patient B: so it looks"],
        [[('"softmax twice", floor', '"leak", 0.05')], "falls to guessing"],
        [[('"softmax twice", floor', '"softmax twice", 1.6')], "off the chart"],
        [[('"softmax twice", floor', '"softmax twice", 2.302585')], "where it starts"],
        [[('"softmax twice", floor', '"softmax twice", 1.46')], "four decimals"],
        [[('"softmax twice", floor', '"softmax twice", 2.4612')], "subtract the label"],
        [[('"softmax twice", floor', '"softmax", floor')], "not on the list"],
        [[('"underfit",', '"overfit",')], "which question comes first"],
        [[('"underfit",', '"fine",')], "patient C: the three tests"],
        [[(C, "0.26")], "second gate"],
        [[(C, "0.54")], "new images: the first gate"],
        [[(C, "0.9")], "the threshold"],
        [[('"undecided",', '"overfit",')], "the *whole* interval of the gap"],
        [[('"undecided",', '"fine",')], "the *whole* interval of the gap"],
        [[('"undecided",', '"underfit",')], "go on to gate 2"],
        [[("2.776", "1.96")], "many seeds"],
        [[("2.776 * ", "")], "standard error"],
        [[(" / 5**0.5", "")], "√n is missing"],
        [[("5**0.5", "5")], "divide s by √n"],
        [[("2.776", "5.552")], "whole length"],
        [[("gaps.std()", "gaps.std(correction=0)")], "n − 1 below"],
        [[("2.776", "2.571")], "four degrees of freedom"],
        [[("reach)", "gaps.mean() + reach)")], "upper end"],
        [[('("undecided", reach)', "None")], "patient D is still open"],
        ["diagnosis = ['leak', 'softmax twice', 'underfit', 'undecided']", "stay a dictionary"],
    ],
)

_LOOP = """
def experiment(seeds):
    arms = {}
    for width in (64, 6):
        runs = fit(lab.one_layer, digits(train=200, noise=0.2), Adam(0.015), seeds=seeds, epochs=80,
                   record_every=80, width=width)
        arms[width] = runs.test_accuracy[:, -1].values
    return arms[6] - arms[64]
"""
LAST, DIFFERENCE = ".isel(epoch=-1)", "final.sel(width=6) - final.sel(width=64)"


def declared(delta, expects, statement="fewer units are a cure for overfitting"):
    return f"claim = Claim('a', {statement!r}, 'us', {delta}, {expects!r})\n"


EXPERIMENT = Answers(
    cell="00-experiment",
    given=("00-imports", "00-claim", "00-experiment", "00-verdict"),
    formula=False,
    right=[_LOOP, declared(0.02, "smaller") + "verdict = judge(claim, effect)"],
    wrong=[
        [[(DIFFERENCE, f"-({DIFFERENCE})")], "swapped"],
        [[(DIFFERENCE, "final")], "dimension width"],
        [[(DIFFERENCE, "final.sel(width=6)")], "one arm alone"],
        [[(DIFFERENCE, f"({DIFFERENCE}).mean('seed')")], "taken too early"],
        [[(DIFFERENCE, "final.sel(width=6) - final.sel(width=64).values[::-1]")], "do not match"],
        [[(LAST, "")], "epoch for a dimension"],
        [[(LAST, '.max("epoch")')], "best epoch"],
        [[(LAST, '.mean("epoch")')], "mean over epochs"],
        [[("runs.test_accuracy", "(runs.train_accuracy - runs.validation_accuracy)")], "this is the gap"],
        [[("test_accuracy", "train_accuracy")], "on the training images"],
        [[("test_accuracy", "validation_accuracy")], "judge by others"],
        [[(", noise=0.2", "")], "labels are all right"],
        [[("0.015", "0.0015")], "run again it is"],
        [[("seeds=seeds", "seeds=[1, 2]")], "use the seeds that are given"],
        ["claim = None", "`claim` is still open"],
        [declared(0.02, "greater", "smaller is better"), "a sentence"],
        [declared(2, "greater"), "accuracy is a fraction"],
        [declared(0.1, "exact"), "identities"],
        [declared(0.1, "greater"), "another claim"],
        ["effect = effect[:19]\nverdict = judge(claim, effect)", "19 seeds are too few"],
        ["effect = effect + 0.1\nverdict = judge(claim, effect)", "not what your experiment gives"],
        ["effect = 0.1", "one number for *each* seed"],
        ["verdict = 'refuted'", "what judge(claim, effect) returns"],
        ["verdict = judge(claim, -effect)", "`judge` says refuted"],
    ],
)

_MATRIX = """
def true_accuracy(seen, images, noise, classes):
    wrong = noise / (classes - 1)
    mix = torch.tensor([[1 - noise, wrong], [noise, 1 - wrong]], dtype=torch.float64)
    turned = torch.linalg.inv(mix)
    a = turned @ torch.tensor([seen, 1 - seen], dtype=torch.float64)
    spread = torch.tensor(seen * (1 - seen) / images, dtype=torch.float64).sqrt()
    return [a[0], (turned[0, 0] - turned[0, 1]) * spread]
"""
RESULT = "(seen - lucky) / slope"

TRUE_ACCURACY = Answers(
    cell="00-true-accuracy",
    given=GIVEN,
    right=[
        _MATRIX,
        [("1 - noise - lucky", "1 - noise * classes / (classes - 1)")],
        [(RESULT, "((classes - 1) * seen - noise) / (classes * (1 - noise) - 1)")],
    ],
    wrong=[
        [[(RESULT, "seen")], "make look wrong"],
        [[(RESULT, "seen + noise")], "not all wrong labels"],
        [[(RESULT, "seen / (1 - noise)")], "agree by luck"],
        [[("seen - lucky", "seen + lucky")], "*adds* to what is seen"],
        [[(RESULT, "(seen - lucky) / (1 - noise)")], "above *and* below"],
        [[("lucky = noise / (classes - 1)", "lucky = noise")], "one time in"],
        [[("(classes - 1)", "classes")], "*other* classes"],
        [[(RESULT, "lucky + slope * seen")], "from true to seen"],
        [[(RESULT, f"100 * {RESULT}")], "per cent"],
        [[(RESULT, f"{RESULT} + 0.1")], "and it was"],
        [[("error / slope", "error")], "of what is *seen*"],
        [[("error / slope", "error * slope")], "upside down"],
        [[("error / slope", "(error / slope) ** 2")], "the variance"],
        [[("error / slope", "error / slope**0.5")], "outside the root"],
        [[(" / images", "")], "single image"],
        [[("error / slope", "error / (1 - noise)")], "changes with a"],
        [[("error / slope", "3 * error / slope")], "standard error is not"],
        [[(f"return {RESULT}, error / slope", f"return {RESULT}")], "two numbers"],
        [[(f"return {RESULT}, error / slope", "pass")], "nothing comes back"],
    ],
)

BANK = {
    "predictions": PREDICTIONS,
    "loss_and_gradient": LOSS_AND_GRADIENT,
    "prepare": PREPARE,
    "diagnosis": DIAGNOSIS,
    "experiment": EXPERIMENT,
    "true_accuracy": TRUE_ACCURACY,
}
