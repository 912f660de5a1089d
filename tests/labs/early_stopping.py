"""The bank of lab 04: for each exercise right answers, and wrong ones with their hints."""

from .bank import Answers

NAME = "04_early_stopping"
GIVEN = ("04-imports",)
_RIGHT = "dict(kept=4, ended=7, patience=4, optimism=0.375, share=0.19, steps=69)"


def put(name, value):
    """The right predictions, and one of them changed."""
    return f"predictions = {_RIGHT} | dict({name}={value})"


PREDICTIONS = Answers(
    cell="04-predictions",
    given=GIVEN,
    formula=False,
    right=[
        f"predictions = {_RIGHT}",
        [("69,", "69.0,"), ("1 - 0.9**2", "torch.tensor(0.19)")],
        put("optimism", "3 / 8"),
    ],
    wrong=[
        [put("kept", "8"), "does not know the future"],
        [put("kept", "7"), "a tie is no new low"],
        [put("kept", "3"), "counted from 1"],
        [put("kept", "2"), "one bump"],
        [put("kept", "1.2"), "that is the loss"],
        [put("kept", "'4th'"), "is a str"],
        [put("kept", "None"), "`kept` is still open"],
        [put("ended", "4"), "waits from there on"],
        [put("ended", "6"), "one of the three is left"],
        [put("ended", "8"), "once three epochs have passed"],
        [put("ended", "10"), "does not renew the patience"],
        [put("patience", "3"), "just before that low"],
        [put("patience", "5"), "a smaller one"],
        [put("patience", "8"), "from the lowest so far"],
        [put("optimism", "0.875"), "above the truth"],
        [put("optimism", "0.5"), "that is the truth"],
        [put("optimism", "0.125"), "all three are wrong"],
        [put("optimism", "0.25"), "two networks"],
        [put("optimism", "0"), "the *winner* is not"],
        [put("optimism", "37.5"), "per cent"],
        [put("optimism", "0.3"), "only if all three are"],
        [put("share", "0.81"), "still ahead"],
        [put("share", "0.2"), "what is *left*"],
        [put("share", "0.1"), "one step"],
        [put("share", "0.01"), "*leaves* nine tenths"],
        [put("share", "0.1813"), "infinitely small steps"],
        [put("steps", "50"), "do not add up"],
        [put("steps", "68"), "50.5 %"],
        [put("steps", "68.97"), "round up"],
        [put("steps", "69.3"), "infinitely small"],
        [put("steps", "1"), "one step covers 1 %"],
        ["predictions = [4, 7, 4, 0.375, 0.19, 69]", "stay a dictionary"],
    ],
)

_BY_POWERS = """
def walked(H, bottom, start, lr, steps):
    left = torch.linalg.matrix_power(torch.eye(len(H), dtype=H.dtype) - lr * H, steps)
    h = torch.linalg.eigvalsh(H)
    return [1 - torch.pow(1 - lr * h, steps), bottom - left @ (bottom - start)]
"""
_STEP_BY_STEP = """
def walked(H, bottom, start, lr, steps):
    h, w, left = torch.linalg.eigh(H)[0], start.clone(), torch.ones_like(start)
    for _ in range(steps):
        w -= lr * H @ (w - bottom)
        left = left * (1 - lr * h)
    return 1 - left, w
"""
_SUM = """
def walked(H, bottom, start, lr, steps):
    h, V = np.linalg.eigh(H.numpy())
    s = 1 - (1 - lr * h) ** steps
    w = start.numpy() + sum(s[i] * V[:, i] * (V[:, i] @ (bottom - start).numpy()) for i in range(len(h)))
    return s, w
"""
SHARE, PARTS = "1 - (1 - lr * h) ** steps", "V.T @ (bottom - start)"
WEIGHTS = "start + V @ (share * parts)"

WALKED = Answers(
    cell="04-walked",
    given=GIVEN,
    right=[_BY_POWERS, _STEP_BY_STEP, _SUM],
    wrong=[
        [[(SHARE, "(1 - lr * h) ** steps")], "still *ahead*"],
        [[(SHARE, "1 - torch.exp(-lr * h * steps)")], "infinitely small steps"],
        [[(SHARE, "lr * h * steps")], "do not add"],
        [[(SHARE, "lr * h")], "one step"],
        [[(SHARE, "1 - (1 - h) ** steps")], "learning rate is missing"],
        [[(SHARE, "1 - (1 + lr * h) ** steps")], "a sign: a step leaves"],
        [[(SHARE, f"{SHARE[:-5]}(steps + 1)")], "one step too many"],
        [[(SHARE, f"{SHARE[:-5]}(steps - 1)")], "one step too few"],
        [[(SHARE, "1 - (1 - 2 * lr * h) ** steps")], "a factor 2"],
        [[(SHARE, "(lr * h) ** steps")], "1 − ηh that multiplies"],
        [[(SHARE, "h / (h + 1 / (lr * max(steps, 1)))")], "ridge"],
        [[("return share,", "return share.flip(0),")], "wrong order"],
        [[(WEIGHTS, "V @ (share * parts)")], "add `start`"],
        [[(PARTS, "V.T @ bottom"), ("start + V", "V")], "not at 0"],
        [[(PARTS, "V.T @ bottom")], "shares of bottom − start"],
        [[(PARTS, "V.T @ (start - bottom)")], "*towards* bottom"],
        [[("start + V", "bottom + V")], "counted from `start`"],
        [[("share * parts", "(1 - share) * parts")], "are swapped"],
        [[(WEIGHTS, "start + share * (bottom - start)")], "not to a coordinate"],
        [[(PARTS, "V @ (bottom - start)"), ("start + V @", "start + V.T @")], "turned the wrong way"],
        [[(PARTS, "bottom - start")], "take the way apart first"],
        [[("V @ (share * parts)", "share * parts")], "put the parts together"],
        [[(f"share, {WEIGHTS}", WEIGHTS)], "two tensors"],
        [[(f"share, {WEIGHTS}", f"share.float(), {WEIGHTS}")], "keep their type"],
        [[(f"return share, {WEIGHTS}", "pass")], "nothing comes back"],
        [[(PARTS, "V.T * (bottom - start)")], "has shape"],
    ],
)

_ALL_COPIES = """
def early_stopped(gradient, validation, test, w, patience, longest):
    copies, losses, low = [], [], None
    while len(losses) < longest:
        w = w - gradient(w)
        copies.append(w)
        losses.append(float(validation(w)))
        if not math.isnan(losses[-1]) and (low is None or losses[-1] < losses[low]):
            low = len(losses) - 1
        if len(losses) - 1 - (-1 if low is None else low) >= patience:
            break
    return [copies[low], low + 1, test(copies[low])]
"""
_BY_EPOCH = """
def early_stopped(gradient, validation, test, w, patience, longest):
    lowest, kept, best = math.inf, 0, w.clone()
    for epoch in range(1, longest + 1):
        w.sub_(gradient(w))
        if (loss := validation(w)) < lowest:
            lowest, kept = loss, epoch
            best.copy_(w)
        elif epoch - kept >= patience:
            break
    return best, kept, test(best)
"""
_COLLEAGUE = """
def early_stopped(gradient, validation, test, w, patience, longest):
    lowest, waited = math.inf, 0
    for epoch in range(1, longest + 1):
        w -= gradient(w)
        loss = test(w)
        if loss < lowest:
            lowest, kept, best = loss, epoch, w
        else:
            waited += 1
        if waited == patience:
            break
    return best, kept, lowest
"""
ENDS = "return best, kept, test(best)"

EARLY_STOPPED = Answers(
    cell="04-early-stopped",
    given=GIVEN,
    right=[_ALL_COPIES, _BY_EPOCH, [("w -= gradient(w)", "w = w - gradient(w)"), ("w.clone()", "w")]],
    wrong=[
        [_COLLEAGUE, "the test set is asked"],
        [_COLLEAGUE.replace("test(w)", "validation(w)"), "weights that come back are those of the last"],
        [[("w.clone()", "w")], "weights that come back are those of the last"],
        [[(ENDS, "return w, kept, test(w)")], "weights that come back are those of the last"],
        [[("            waited = 0\n", "")], "all epochs without a low are counted"],
        [[("loss = validation(w)", "loss = test(w)")], "who picks the moment"],
        [[(ENDS, "return best, kept, lowest")], "lowest validation loss"],
        [[("test(best)", "0.0")], "never asked"],
        [[("test(best)", "test(w)")], "another network"],
        [[("test(best)", "test(best) / 2")], "as it is"],
        [[("waited == patience", "waited > patience")], "one epoch too long"],
        [[("waited == patience", "waited == patience - 1")], "one epoch too early"],
        [[("        if waited == patience:\n            break\n", "")], "break out of the loop"],
        [[("loss < lowest", "loss <= lowest")], "an equal loss"],
        [[("loss < lowest", "not loss >= lowest")], "a nan is no low"],
        [
            [
                ("lowest, waited = math.inf, 0", "lowest, kept, best, waited = None, 1, w.clone(), 0"),
                ("if loss < lowest", "if lowest is None or loss < lowest"),
            ],
            "a nan is no low",
        ],
        [
            [
                ("            waited += 1\n", "            waited += 1\n        before = loss\n"),
                ("lowest, waited = math.inf, 0", "before, waited = math.inf, 0"),
                ("loss < lowest", "loss < before"),
            ],
            "the one before it",
        ],
        [[("range(1, longest + 1)", "range(longest)")], "counted from 1"],
        [[("range(1, longest + 1)", "range(1, longest)")], "ends after epoch"],
        [
            [("w -= gradient(w)\n        loss = validation(w)", "loss = validation(w)\n        w -= gradient(w)")],
            "before the first step",
        ],
        [[("w -= gradient(w)", "w += gradient(w)")], "leave the path"],
        [[("w -= gradient(w)", "w -= 0.1 * gradient(w)")], "leave the path"],
        [[(ENDS, "return best")], "three things"],
        [[(ENDS, "pass")], "nothing comes back"],
        [[("math.inf", "0")], "raises UnboundLocalError"],
        [[("test(best)", "test()")], "raises TypeError"],
    ],
    survivors={"0 → -1": "matters only where no epoch has a loss to be kept"},
)

_LOOP = """
def experiment(seeds):
    arms = {}
    for patience in (12, None):
        runs = fit(lab.network, digits(train=100, validation=10, noise=0.2), Adam(0.02), seeds=seeds, epochs=60,
                   record_every=4, patience=patience)
        arms[patience] = runs.test_accuracy[:, -1].values
    return arms[12] - arms[None]
"""
LAST, DIFFERENCE = ".isel(epoch=-1)", "final.isel(patience=1) - final.isel(patience=0)"


def declared(delta, expects, statement="ten images are enough to stop a network in time"):
    return f"claim = Claim('a', {statement!r}, 'us', {delta}, {expects!r})\n"


EXPERIMENT = Answers(
    cell="04-experiment",
    given=("04-imports", "04-claim", "04-experiment", "04-verdict"),
    formula=False,
    right=[_LOOP, declared(0.05, "equivalent") + "verdict = judge(claim, effect)"],
    wrong=[
        [[(DIFFERENCE, f"-({DIFFERENCE})")], "swapped"],
        [[(DIFFERENCE, "final")], "dimension patience"],
        [[(DIFFERENCE, "final.isel(patience=1)")], "one arm alone"],
        [[(DIFFERENCE, f"({DIFFERENCE}).mean('seed')")], "taken too early"],
        [[(DIFFERENCE, f"100 * ({DIFFERENCE})")], "percentage points"],
        [[(DIFFERENCE, "final.isel(patience=1) - final.isel(patience=0).values[::-1]")], "do not match"],
        [[(LAST, "")], "epoch for a dimension"],
        [[(LAST, '.max("epoch")')], "best epoch"],
        [[(DIFFERENCE, 'runs.test_accuracy[0].max("epoch") - final[0]')], "choose the moment"],
        [[(LAST, '.mean("epoch")')], "mean over epochs"],
        [[("test_accuracy", "train_accuracy")], "on the training images"],
        [[("test_accuracy", "validation_accuracy")], "cannot grade it"],
        [[("test_accuracy", "test_loss")], "this is the loss"],
        [[(", noise=0.2", "")], "labels are all right"],
        [[("validation=10, ", "")], "two hundred images watch"],
        [[("        record_every=4,\n", "")], "after every epoch"],
        [[("0.02", "0.002")], "run again it is"],
        [[("seeds=seeds", "seeds=[1, 2]")], "use the seeds that are given"],
        ["claim = None", "`claim` is still open"],
        [declared(0.02, "greater", "stopping is good"), "a sentence"],
        [declared(2, "greater"), "accuracy is a fraction"],
        [declared(0.1, "exact"), "identities"],
        [declared(0.1, "greater"), "another claim"],
        ["effect = effect[:19]\nverdict = judge(claim, effect)", "19 seeds are too few"],
        ["effect = effect + 0.1\nverdict = judge(claim, effect)", "not what your experiment gives"],
        ["effect = 0.05", "one number for *each* seed"],
        ["verdict = 'confirmed'", "what judge(claim, effect) returns"],
        ["verdict = judge(claim, -effect)", "`judge` says confirmed"],
    ],
)

_BY_IMAGE = """
def scores(losses, folds):
    table, fold = losses.tolist(), folds.tolist()
    images, grades = range(len(fold)), []
    for i in images:
        means = [np.mean([row[j] for j in images if fold[j] != fold[i]]) for row in table]
        grades.append(table[int(np.argmin(means))][i])
    return [min(np.mean(row) for row in table), sum(grades) / len(grades)]
"""
_BY_SUMS = """
def scores(losses, folds):
    names, fold = folds.unique(return_inverse=True)
    member = torch.nn.functional.one_hot(fold).to(losses.dtype)
    outside = losses.sum(1, keepdim=True) - losses @ member
    best = (outside / (len(folds) - member.sum(0))).min(dim=0).indices
    honest = losses[best[fold], torch.arange(len(fold))].mean()
    return torch.stack([losses.mean(1).amin(), honest])
"""
_BY_PAIRS = """
def scores(losses, folds):
    x, f = losses.numpy(), folds.numpy()
    others = (f[:, None] != f).astype(float)
    best = np.argmin(x @ (others / others.sum(1, keepdims=True)).T, axis=0)
    return np.array([x.mean(axis=1).min(), np.take_along_axis(x, best[None], axis=0).mean()])
"""
_IN_FLOAT32 = """
def scores(losses, folds):
    grades = torch.zeros(len(folds))
    for k in set(folds.tolist()):
        epoch = torch.argmin(losses[:, folds != k].mean(1))
        grades[folds == k] = losses[epoch][folds == k].float()
    return float(min(losses.mean(1))), float(grades.mean())
"""
_FOLD_BY_FOLD = "for k in folds.unique():"
_CHOICE = "losses[:, ~inside].mean(dim=1).argmin()"
_GRADES = "losses[epoch, inside]"
_LOWEST = "losses.mean(dim=1).min()"
_POOLED = "torch.cat(grades).mean()"
_FOLDED, _SHARED = "torch.stack([g.mean() for g in grades]).mean()", "torch.cat(grades).sum() / len(folds)"
_RETURN = f"return flattering, {_POOLED}"
_BY_FOLDS = "torch.stack([losses[:, folds == j].mean(1) for j in folds.unique() if j != k]).mean(0).argmin()"
_OWN = "losses.min(dim=0).values.mean()"

SCORES = Answers(
    cell="04-scores",
    given=GIVEN,
    right=[_BY_IMAGE, _BY_SUMS, _BY_PAIRS, _IN_FLOAT32],
    wrong=[
        [[(_RETURN, "return torch.cat(grades).mean(), flattering")], "are swapped"],
        [[(_LOWEST, "losses.min()")], "one loss of one image"],
        [[(_LOWEST, _OWN)], "first the mean over images"],
        [[(_LOWEST, "losses.mean(dim=0).min()")], "the easiest image"],
        [[(_LOWEST, "losses.mean(dim=1).argmin()")], "that is the epoch"],
        [[(_LOWEST, "losses.mean(dim=1).argmin() + 1")], "that is the epoch"],
        [[(_LOWEST, "losses.sum(dim=1).min()")], "a sum over images"],
        [[(_LOWEST, "losses[-1].mean()")], "the last epoch"],
        [[(_LOWEST, "losses.mean(dim=1).max()")], "the worst of the epochs"],
        [[(_LOWEST, "losses.mean()")], "mean of everything"],
        [[(_LOWEST, f"{_LOWEST} / 2")], "the lowest of 7 means"],
        [[("~inside", "inside | ~inside")], "helped to choose"],
        [[(_RETURN, "return flattering, flattering")], "helped to choose"],
        [[("~inside", "inside")], "has chosen itself"],
        [[("folds == k", "folds != k")], "turned inside out"],
        [[("folds == k", "folds != k"), (_POOLED, _FOLDED)], "turned inside out"],
        [[(_GRADES, "losses[epoch, ~inside]")], "who has chosen grades"],
        [[(_GRADES, "losses[epoch, ~inside]"), (_POOLED, _FOLDED)], "who has chosen grades"],
        [[(_POOLED, _FOLDED)], "a mean over folds"],
        [[(_CHOICE, _BY_FOLDS)], "not by the mean of their folds"],
        [[(_FOLD_BY_FOLD, "folds = torch.arange(len(folds))\n    for k in folds:")], "stands back alone"],
        [[(_FOLD_BY_FOLD, "for k in set(folds):"), (_POOLED, _SHARED)], "once for each of its images"],
        [[(_POOLED, "torch.cat(grades).sum()")], "a sum over images"],
        [[(_RETURN, f"return flattering, {_OWN}")], "chooses for itself"],
        [[(_CHOICE, "-1")], "the last epoch"],
        [[(_CHOICE, "len(losses) - 1 - losses.flip(0)[:, ~inside].mean(dim=1).argmin()")], "the *first* of them"],
        [[(_FOLD_BY_FOLD, "for k in range(folds.max() + 1):")], "names only"],
        [[(_FOLD_BY_FOLD, "for k in range(len(folds.unique())):")], "names only"],
        [[(_FOLD_BY_FOLD, "for k in range(len(folds.unique())):"), (_POOLED, _SHARED)], "names only"],
        [[(_FOLD_BY_FOLD, "for k in folds.unique()[1:]:")], "images in folds"],
        [[(".argmin()", ".argmax()")], "*worst* epoch"],
        [[(_RETURN, "return flattering, flattering - 1")], "*below* flattering"],
        [[(_RETURN, "return flattering")], "two numbers"],
        [[(_RETURN, "return flattering, torch.cat(grades)")], "should be one plain number"],
        [[(_RETURN, "pass")], "nothing comes back"],
    ],
)

BANK = {
    "predictions": PREDICTIONS,
    "walked": WALKED,
    "early_stopped": EARLY_STOPPED,
    "experiment": EXPERIMENT,
    "scores": SCORES,
}
