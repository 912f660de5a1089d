"""The bank of lab 07: for each exercise right answers, and wrong ones with their hints."""

from .bank import Answers

NAME = "07_capstone"
GIVEN = ("07-imports",)


def put(name, value):
    """The right predictions, but for one."""
    right = "predictions = dict(share_A=10, interaction=-4, curse=0.75, times=4)"
    return f"{right}\npredictions |= {{{name!r}: {value}}}"


PREDICTIONS = Answers(
    cell="07-predictions",
    given=GIVEN,
    formula=False,
    right=[put("times", "4.0"), put("curse", "torch.tensor(3) / 4"), [("8 - 12", "(74 - 66) - (72 - 60)")]],
    wrong=[
        [put("share_A", "12"), "as the *first*"],
        [put("share_A", "8"), "as the *last*"],
        [put("share_A", "20"), "take the mean"],
        [put("share_A", "7"), "more than B in either order"],
        [put("share_A", "4"), "B's share"],
        [put("share_A", "9"), "what as the last"],
        [put("share_A", "None"), "`share_A` is still open"],
        [put("interaction", "4"), "a sign"],
        [put("interaction", "-2"), "do not halve it"],
        [put("interaction", "8"), "subtract its gain with B off"],
        [put("interaction", "14"), "what both bring together"],
        [put("interaction", "-6"), "compares A with B"],
        [put("interaction", "0"), "minus A's gain with B off"],
        [put("curse", "0"), "no average one"],
        [put("curse", "1"), "now and then"],
        [put("curse", "0.875"), "the chance of +1"],
        [put("curse", "0.5"), "the better of two"],
        [put("curse", "1.5"), "its error alone"],
        [put("curse", "-0.75"), "a sign"],
        [put("curse", "'¾'"), "is a str"],
        [put("times", "2"), "how many more seeds halve it"],
        [put("times", "16"), "variances shrink with seeds"],
        [put("times", "1"), "*half* a sum"],
        [put("times", "0.25"), "upside down"],
        [put("times", "8"), "four σ² / 2²"],
        ["predictions = [10, -4, 0.75, 4]", "stay a dictionary"],
    ],
)

_SUM = """
def interactions(value):
    places = list(itertools.product((0, 1), repeat=value.ndim))
    adds = torch.zeros_like(value)
    for S in places:
        for T in places:
            if all(t <= s for s, t in zip(S, T)):
                adds[S] += (-1) ** (sum(S) - sum(T)) * value[T]
    return adds
"""
_UPWARDS = """
def interactions(value):
    adds = value.clone()
    places = sorted(itertools.product((0, 1), repeat=value.ndim), key=sum)
    for S in places:
        for T in places:
            if T != S and all(t <= s for s, t in zip(S, T)):
                adds[S] -= adds[T]
    return adds
"""
_MATRIX = """
def interactions(value):
    step = torch.tensor([[1.0, 0.0], [-1.0, 1.0]], dtype=value.dtype)
    for axis in range(value.ndim):
        value = torch.movedim(torch.tensordot(step, value, dims=([1], [axis])), 0, axis)
    return value
"""
_LEVELS = """
def interactions(value):
    order = torch.zeros_like(value)
    for S in itertools.product((0, 1), repeat=value.ndim):
        order[S] = sum(S)
    none = value.flatten()[0]
"""


def by_sum(*edits):
    """The sum over subsets, with slips."""
    source = _SUM
    for old, new in edits:
        assert old in source
        source = source.replace(old, new)
    return source


INTERACTIONS = Answers(
    cell="07-interactions",
    given=GIVEN,
    right=[_SUM, _UPWARDS, _MATRIX, [("value.ndim", "len(value.shape)"), ("axis)\n", "dim=axis)\n")]],
    wrong=[
        [[("on - off", "on")], "values themselves"],
        [[("on - off", "off - on")], "the signs are turned"],
        [[("on - off", "on + off")], "all is added up"],
        [[("on - off", "(on - off) / 2")], "not half of it"],
        [[("off, on =", "on, off =")], "index 0 is off"],
        [by_sum(("(sum(S) - sum(T))", "sum(T)")), "the signs are turned"],
        [by_sum(("(-1) ** (sum(S) - sum(T)) * ", "")), "all is added up"],
        [_LEVELS + "    return value - none", "take off what its smaller sets explain"],
        [_LEVELS + "    return torch.where(order >= 1, value - none, value)", "smaller sets explain"],
        [by_sum(("value[T]\n", "value[T] * (1 + (sum(T) == 0 and sum(S) > 1))\n")), "the plain net is still in it"],
        [by_sum(("if all", "if (sum(T) > 0 or sum(S) < 2) and all")), "each gain has subtracted it once"],
        [_UPWARDS.replace("if T != S", "if sum(T) < 2 and T != S"), "a triple also holds three pairs"],
        [_SUM.replace("    return adds", "    adds.view(-1)[0] = 0\n    return adds"), "the empty set keeps its value"],
        [_SUM.replace("value[T]\n", "value[T] / 2.0 ** max(sum(S) - 1, 0)\n"), "do not average over the others"],
        [[("    return value", "    return value.flatten()")], "has shape"],
        [[("    return value", "    return value.float()")], "keep their type"],
        [[("    return value", "    return value.tolist()")], "is a list"],
        [[("    return value", "    return value * 1.5")], "your number is"],
        [[("    return value", "    pass")], "nothing comes back"],
        [[("range(value.ndim)", "range(4)")], "raises IndexError"],
    ],
)

_TURNED_ON = """
def shares(interactions):
    n = interactions.ndim
    out = []
    for i in range(n):
        total = 0
        for on in itertools.product((0, 1), repeat=n):
            total = total + on[i] * interactions[on] / max(1, sum(on))
        out.append(total)
    return torch.stack(out)
"""
_ORDERS = """
def shares(interactions):
    n = interactions.ndim
    out, orders = torch.zeros(n, dtype=interactions.dtype), list(itertools.permutations(range(n)))
    for order in orders:
        for S in itertools.product((0, 1), repeat=n):
            members = [i for i in order if S[i]]
            if members:
                out[members[-1]] += interactions[S] / len(orders)
    return out
"""
_AXES = """
def shares(interactions):
    n = interactions.ndim
    size = sum(torch.arange(2).reshape([-1 if k == i else 1 for k in range(n)]) for i in range(n))
    each = interactions / size.clamp(min=1)
    return torch.stack([each.select(i, 1).sum() for i in range(n)])
"""
PART = "interactions[on] / sum(on)"

SHARES = Answers(
    cell="07-shares",
    given=GIVEN,
    right=[_TURNED_ON, _ORDERS, _AXES],
    wrong=[
        [[(PART, "interactions[on]")], "as the *last*"],
        [[(PART, "interactions[on] * (sum(on) == 1)")], "gains alone"],
        [[(PART, "interactions[on] / min(sum(on), 2)")], "shared by three"],
        [[(PART, "interactions[on] / sum(on) * (sum(on) < 3)")], "three and more"],
        [[(PART, "interactions[on] / n")], "its own members"],
        [[(PART, "interactions[on] / (sum(on) + 1)")], "not by |S| + 1"],
        [[(PART, "interactions[on] / torch.arange(1, sum(on) + 1).prod()")], "not by |S|!"],
        [[(PART, "interactions[on] / 2 ** (sum(on) - 1)")], "all settings alike"],
        [[(PART, "interactions[on] * sum(on)")], "do not multiply"],
        [[("if on[i]:", "if sum(on):"), (PART, "interactions[on] / n")], "all get the same"],
        [_AXES.replace("return torch", "return each.flatten()[0] / n + torch"), "nobody's share"],
        [[("    return share", "    return share.flip(0)")], "wrong order"],
        [[("    return share", "    return share / share.sum()")], "fractions of the whole"],
        [[("if on[i]:", "if sum(on) and not on[i]:")], "not those without it"],
        [[("    return share", "    return share.tolist()")], "is a list"],
        [[("    return share", "    return share[:-1]")], "has shape"],
        [[("    return share", "    return 1.1 * share")], "over all orders"],
        [[("if on[i]:", "if True:")], "no members to share it"],
        [[("    return share", "    pass")], "nothing comes back"],
    ],
)  # fmt: skip

_BY_AXES = """
def interactions(value):
    for axis in range(value.ndim):
        off, on = value.unbind(axis)
        value = torch.stack([off, on - off], axis)
    return value
"""
_PAIRED = """
def diagnose(scores, run):
    switches, rows = scores.ndim - 1, scores.flatten(0, -2).double()
    adds = interactions(scores.movedim(-1, 0)[0])
    twins = [(adds.select(k, 1) == 0).all() for k in range(switches)]
    if any(twins):
        return "no wire"
    for i, j in itertools.permutations(range(switches), 2):
        both = scores.movedim((i, j), (0, 1))
        if torch.equal(both[1, 0], both[1, 1]):
            return "drags another"
    if rows.std(dim=1).max() == 0:
        return "one seed"
    alike = torch.corrcoef(rows)
    if (alike.sum() - len(rows)) / (len(rows) ** 2 - len(rows)) < 0.5:
        return "finish order"
    on = torch.tensor([0] * (switches - 1) + [1])
    loss = run(on, torch.tensor(2))
    if torch.isclose(scores[(*on.tolist(), 2)], torch.tensor(loss)):
        return "sound"
    turned = scores.permute(*reversed(range(switches)), -1)
    return "backwards" if np.isclose(turned[(*on.tolist(), 2)].item(), loss) else "upside down"
"""
_LOOPS = """
def diagnose(scores, run):
    table, n = scores.tolist(), scores.ndim - 1
    filed = {}
    for on in itertools.product((0, 1), repeat=n):
        row = table
        for place in on:
            row = row[place]
        filed[on] = row
    if any(len(set(row)) == 1 for row in filed.values()):
        return "one seed"
    kinds = len({tuple(row) for row in filed.values()})
    if kinds < 2**n:
        return "no wire" if kinds == 2 ** (n - 1) and _halved(filed, n) else "drags another"
    on = (1,) * (n - 1) + (0,)
    loss = run(on, 1)
    place, row = next((place, row) for place, row in filed.items() if loss in row)
    if place == on:
        return "sound" if row.index(loss) == 1 else "finish order"
    return "backwards" if place == on[::-1] else "upside down"

def _halved(filed, n):
    turned = lambda on, k: (*on[:k], 1 - on[k], *on[k + 1:])
    return any(all(filed[on] == filed[turned(on, k)] for on in filed) for k in range(n))
"""
ASKED = "[1] + [0] * (switches - 1)"
_TABLE_ONLY = """
def diagnose(scores, run):
    gain = (scores.select(0, 1) - scores.select(0, 0)).mean()
    return "upside down" if gain > 0 else "sound"
"""
_ONE_PAIR = _PAIRED.replace(".flatten(0, -2)", ".flatten(0, -2)[:2]")
_ALL_BY_HAND = """
def diagnose(scores, run):
    places = itertools.product((0, 1), repeat=scores.ndim - 1)
    if all(scores[on][0] == run(on, 0) for on in places):
        return "sound"
    return "no wire"
"""

DIAGNOSE = Answers(
    cell="07-diagnose",
    given=GIVEN,
    formula=False,
    right=[
        "import numpy as np\n" + _PAIRED + _BY_AXES,
        _LOOPS,
        [(ASKED, "[0] * (switches - 1) + [1]"), ("asked, 0)", "asked, 3)"), ("seed == 0", "seed == 3")],
        [(ASKED, "[1] * (switches - 1) + [0]")],
        [("scores.ndim - 1", "scores.ndim - 1\n    scores = scores.double()")],
        [("run(asked, 0)", "torch.tensor(run(asked, 0))")],
        [("off == on", "abs(off - on) < 1e-6")],
    ],
    wrong=[
        ["def diagnose(scores, run):\n    return 'sound'", "was called `sound`"],
        ["def diagnose(scores, run):\n    return 'broken'", "'broken' is not on the list"],
        ["def diagnose(scores, run):\n    return 3", "3 is not on the list"],
        [_TABLE_ONLY, "was called `"],
        [_ALL_BY_HAND, "you have one night"],
        [[("run(asked, 0)).nonzero", "run(asked, 0) + 0 * run(asked, 0)).nonzero")], "called 2 times"],
        [[(ASKED, "[0] * switches")], "`sound` and `backwards` agree"],
        [[(ASKED, "[1] * switches")], "`sound` and `backwards` agree"],
        [[("asked = ", "return 'sound'\n    asked = ")], "no table tells these two apart"],
        [[('return "no wire" if same.all() else "drags another"', 'return "no wire"')], "the fault `drags another`, 3"],
        [[("if same.any():", "if same.all():")], "the fault `drags another`, 3"],
        [[("switches):", "switches - 1):")], "was called `"],
        [[("if (scores == scores[..., :1]).all():", "if False:")], "the fault `one seed`, 3 switches"],
        [[('"sound" if seed == 0 else "finish order"', '"sound"')], "the fault `finish order`, 3 switches"],
        [[('"backwards" if row == asked[::-1] else "upside down"', '"upside down"')], "the fault `backwards`, 3"],
        [[('"backwards" if row == asked[::-1] else "upside down"', '"backwards"')], "the fault `upside down`, 3"],
        [[("run(asked, 0)", "run(asked[1:], 0)")], "run takes 3 switches"],
        [[("run(asked, 0)", "run(asked, 99)")], "and a seed from 0 to"],
        [[("run(asked, 0)", "run(asked)")], "missing 1 required"],
        [[("    return \"backwards", "    \"backwards")], "nothing comes back"],
    ],
)  # fmt: skip

_LEFT_OUT = """
def gain(validation, test):
    gains = []
    for seed in range(len(test)):
        rest = torch.cat([validation[:seed], validation[seed + 1:]])
        best = rest.mean(dim=0).argmax()
        gains.append(test[seed, best] - test[seed, 0])
    return torch.stack(gains)
"""
_MASKED = """
def gain(validation, test):
    n = len(test)
    others = (1 - torch.eye(n, dtype=test.dtype)) @ validation / (n - 1)
    best = others.max(dim=1, keepdim=True).indices
    return (test.gather(1, best) - test[:, :1]).squeeze(1)
"""
OTHERS, KEPT = "validation.sum(dim=0) - validation", "test[rows, best] - test[:, 0]"
POOLED = "validation.mean(dim=0).expand_as(validation)"

GAIN = Answers(
    cell="07-gain",
    given=GIVEN,
    right=[_LEFT_OUT, _MASKED, [(OTHERS, "(validation.sum(0) - validation) / (len(validation) - 1)")]],
    wrong=[
        [[(OTHERS, "validation")], "picked for its own luck"],
        [[(OTHERS, POOLED)], "a say in the choice"],
        [[(OTHERS, "validation.sum(dim=0) - test")], "your gain is"],
        [[(OTHERS, "test.sum(dim=0) - test")], "test chooses and examines"],
        [[(OTHERS, "test")], "test chooses and examines"],
        [[(OTHERS, POOLED.replace("validation", "test"))], "test chooses and examines"],
        [[(KEPT, "validation[rows, best] - test[:, 0]")], "what it *promises*"],
        [[(KEPT, "validation[rows, best] - validation[:, 0]")], "what it *promises*"],
        [[(OTHERS, "validation"), (KEPT, "validation[rows, best] - test[:, 0]")], "what it *promises*"],
        [[(OTHERS, POOLED), (KEPT, "validation[rows, best] - test[:, 0]")], "what it *promises*"],
        [[(OTHERS, "validation.roll(-1, 0)")], "one other seed chooses"],
        [[("argmax", "argmin")], "the worst setting"],
        [[(" - test[:, 0]", "")], "minus that of setting 0"],
        [[(KEPT, "test[:, 0] - test[rows, best]")], "a sign"],
        [[(KEPT, f"100 * ({KEPT})")], "in points"],
        [[(KEPT, f"({KEPT}).mean()")], "for *each* seed"],
        [[(KEPT, f"0 * best + ({KEPT}).mean()")], "every seed has the same number"],
        [[(" - test[:, 0]", " - test[:, 0].mean()")], "not its mean"],
        [[(" - test[:, 0]", " - test.mean(dim=1)")], "the mean of all"],
        [[(" - test[:, 0]", " - validation[:, 0]")], "mixes two sets of images"],
        [[(KEPT, "test[:, best] - test[:, :1]")], "has shape"],
        [[(f"return {KEPT}", "pass")], "nothing comes back"],
    ],
)

_FOUR = """
def experiment(seeds):
    cells = {}
    for rate, stop in itertools.product((0.2, 0.05), (None, 100)):
        runs = fit(lab.small, digits(train=100, validation=100, test=400, noise=0.2), SGD(rate, momentum=0.9),
                   patience=stop, seeds=seeds, epochs=100, record_every=10)
        cells[rate, stop] = runs.test_accuracy[:, -1].values
    return cells[0.05, 100] - cells[0.05, None] - cells[0.2, 100] + cells[0.2, None]
"""
_OTHERS = """
switches = ["weight_decay", "lr"]
def experiment(seeds):
    runs = fit(lab.small, digits(100, validation=100, test=400, noise=0.2),
               SGD([0.2, 0.05], momentum=0.9, weight_decay=[0.0, 0.01]), seeds=seeds, epochs=100, record_every=100)
    final = runs.test_accuracy[..., -1].transpose("weight_decay", "lr", "seed").values
    return torch.tensor(final).diff(dim=0).diff(dim=1)[0, 0]
effect = experiment(seeds(40)[20:])
verdict = judge(claim, effect)
"""
DIFFERENCE, LAST = "gain.isel(lr=1) - gain.isel(lr=0)", ".isel(epoch=-1, drop=True)"


def declared(delta, expects, statement="gains of rate and of stopping add up"):
    return f"claim = Claim('a', {statement!r}, 'us', {delta}, {expects!r})\n"


EXPERIMENT = Answers(
    cell="07-experiment",
    given=("07-imports", "07-claim", "07-experiment", "07-verdict"),
    formula=False,
    right=[
        _FOUR,
        _OTHERS,
        declared(0.02, "equivalent") + "verdict = judge(claim, effect)",
        "switches = ('patience', 'lr')",
    ],
    wrong=[
        [[(DIFFERENCE, "gain.isel(lr=0) - gain.isel(lr=1)")], "a sign"],
        [[(DIFFERENCE, f"({DIFFERENCE}) / 2")], "half of it"],
        [[(DIFFERENCE, f"100 * ({DIFFERENCE})")], "percentage points"],
        [[(DIFFERENCE, f"({DIFFERENCE}).mean('seed')")], "taken too early"],
        [[(DIFFERENCE, f"0 * gain[0] + ({DIFFERENCE}).mean('seed')")], "every seed has the same number"],
        [[(DIFFERENCE, "gain.mean('lr')")], "patience's share"],
        [[(DIFFERENCE, "(last + best).diff('lr')[0] / 2")], "lr's share"],
        [[(DIFFERENCE, "gain.sum('lr')")], "are added up"],
        [[(DIFFERENCE, "best.isel(lr=1) - last.isel(lr=0)")], "what both bring together"],
        [[(DIFFERENCE, "gain.isel(lr=0)")], "one gain alone"],
        [[(DIFFERENCE, "gain.isel(lr=1) - best.isel(lr=0)")], "plain net is missing"],
        [[(DIFFERENCE, "last.isel(lr=1) - best.isel(lr=0)")], "one switch with the other"],
        [[(DIFFERENCE, "best.isel(lr=1)")], "one setting alone"],
        [[(DIFFERENCE, "gain")], "dimension lr"],
        [[(LAST, "")], "epoch for a dimension"],
        [[(LAST, '.max("epoch")')], "best epoch"],
        [[(LAST, '.mean("epoch")')], "mean over epochs"],
        [[("test_accuracy", "train_accuracy")], "on the training images"],
        [[("test_accuracy", "validation_accuracy")], "by the validation images"],
        [[("test_accuracy", "test_loss")], "this is the loss"],
        [[("0.9)", "0.8)")], "run again it is"],
        [[("seeds=seeds", "seeds=[1, 2]")], "use the seeds that are given"],
        ["switches = None", "`switches` is still open"],
        ["switches = 'dropout'", "two names"],
        ["switches = ('lr', 'L2')", "no switch of this lab"],
        ["switches = ('lr', 'lr')", "the same switch twice"],
        ["switches = ('lr', 'dropout')", "run again it is"],
        ["claim = None", "`claim` is still open"],
        [declared(0.02, "smaller", "gains overlap"), "a sentence"],
        [declared(2, "smaller"), "accuracy is a fraction"],
        [declared(0.1, "smaller"), "another claim"],
        ["effect = effect[:19]\nverdict = judge(claim, effect)", "19 seeds are too few"],
        ["effect = effect + 0.1\nverdict = judge(claim, effect)", "not what your experiment gives"],
        ["effect = effect.assign_coords(seed=seeds(20))\nverdict = judge(claim, effect)", "judged by others"],
        ["effect = -0.04", "one number for *each* seed"],
        ["verdict = 'confirmed'", "what judge(claim, effect) returns"],
        ["verdict = judge(claim, -effect)", "`judge` says confirmed"],
    ],
)

_BY_PLACES = """
def from_half(value, effect, word):
    means = {}
    for wanted in (1, -1):
        chosen = []
        for on in itertools.product((0, 1), repeat=len(effect)):
            signs = [2 * o - 1 for o, e in zip(on, effect) if e]
            if math.prod(signs) == wanted and math.prod(2 * o - 1 for o, w in zip(on, word) if w) > 0:
                chosen.append(value[on].item())
        means[wanted] = sum(chosen) / len(chosen)
    return [means[1] - means[-1], [(e + w) % 2 for e, w in zip(effect, word)]]
"""
_IN_FLOAT32 = """
def from_half(value, effect, word):
    on = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * value.ndim).reshape(-1, value.ndim)
    member = torch.tensor(effect, dtype=torch.float32)
    even = ((1 - on) @ member) % 2 == 0
    ran, flat = ~value.isnan().flatten(), value.flatten().float()
    alias = torch.tensor(effect) ^ torch.tensor(word)
    return flat[ran & even].mean() - flat[ran & ~even].mean(), alias
"""
_ALL_ON = """
def from_half(value, effect, word):
    on = torch.ones_like(value)
    for axis, member in enumerate(effect):
        if member:
            on *= torch.arange(2).reshape([-1 if k == axis else 1 for k in range(value.ndim)])
    return value[on > 0].nanmean() - value[on == 0].nanmean(), [e ^ w for e, w in zip(effect, word)]
"""
_ENDS = _ALL_ON.replace(
    "    return",
    """    off = torch.ones_like(value)
    for axis, member in enumerate(effect):
        if member:
            off *= 1 - torch.arange(2).reshape([-1 if k == axis else 1 for k in range(value.ndim)])
    return""",
).replace("on == 0", "off > 0")
MEANS, ALIAS = "plus.nanmean() - minus.nanmean()", "tuple(int(e != w) for e, w in pairs)"

FROM_HALF = Answers(
    cell="07-half",
    given=GIVEN,
    right=["import math\n" + _BY_PLACES, _IN_FLOAT32, [(MEANS, f"({MEANS}).item()"), ("int(e != w)", "e ^ w")]],
    wrong=[
        [[(MEANS, "plus.mean() - minus.mean()")], "the estimate is nan"],
        [[(MEANS, "minus.nanmean() - plus.nanmean()")], "a sign"],
        [[(MEANS, f"({MEANS}) / 2")], "that is half of it"],
        [[(MEANS, "plus.nanmean() - value.nanmean()")], "that is half of it"],
        [[(MEANS, "plus.nansum() - minus.nansum()")], "sums, where means"],
        [[(MEANS, "plus.nanmean()")], "that is one of two means"],
        [_ALL_ON, "both off multiplies to +"],
        [_ENDS, "every setting counts"],
        [[("-off, on", "off, -on")], "a sign"],
        [[("if member:", "if not member:")], "your estimate is"],
        [[(ALIAS, "tuple(effect)")], "that is the effect itself"],
        [[(ALIAS, "tuple(word)")], "the word's signs are +"],
        [[("e != w", "not e")], "only where the word is all switches"],
        [[("e != w", "e or w")], "falls out"],
        [[("e != w", "e and w")], "not what they share"],
        [[("e != w", "w and not e")], "not in the word stays"],
        [[("e != w", "e == w")], "the other way round"],
        [[(ALIAS, "[k for k, (e, w) in enumerate(pairs) if e != w]")], "the alias is a set as `effect` is"],
        [[(ALIAS, "None")], "the alias is a set as `effect` is"],
        [[("return estimate, ", "return ")], "two things are expected"],
        [[("return estimate, ", "estimate, ")], "nothing comes back"],
        [[(MEANS, "float(plus.nansum())")], "your estimate is"],
        [[(MEANS, "None")], "the estimate is still open"],
    ],
    survivors={"zip(effect, word, strict=True) → zip(effect, word)": "both have one number a switch"},
)  # fmt: skip

BANK = {
    "predictions": PREDICTIONS,
    "interactions": INTERACTIONS,
    "shares": SHARES,
    "diagnose": DIAGNOSE,
    "gain": GAIN,
    "experiment": EXPERIMENT,
    "from_half": FROM_HALF,
}
