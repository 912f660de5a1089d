"""The bank of lab 01: for each exercise right answers, and wrong ones with their hints."""

from .bank import Answers

NAME = "01_activations"

PREDICTIONS = Answers(
    cell="01-predictions",
    given=("01-imports",),
    formula=False,
    right=[
        [("0.693,", "0.6931,"), ("0.5**10", "0.00098")],
        "predictions = dict(sigmoid_slope=1 / 4, tanh_slope=1.0, softplus_zero=torch.tensor(2.0).log(),\n"
        "                   relu_pieces=6.0, maxout_pieces=5, silent_for_all=1 / 1024)",
    ],
    wrong=[
        [[("0.25,", "1,")], "how high a sigmoid rises"],
        [[("0.25,", "0.5,")], "its value at 0"],
        [[("0.25,", "0.3,")], "is largest where σ = ½"],
        [[("0.25,", "'1/4',")], "is a str"],
        [[("1,  # 2", "0.5,  # 2")], "two factors 2: one is missing"],
        [[("1,  # 2", "0.25,  # 2")], "that is the sigmoid's"],
        [[("0.693", "0")], "that is ReLU"],
        [[("0.693", "0.5")], "its *slope* at 0"],
        [[("0.693", "1")], "that is log₂"],
        [[("0.693", "0.301")], "that is log₁₀"],
        [[("6,", "5,  #")], "how many *bends*"],
        [[("6,", "32,  #")], "number of subsets"],
        [[("6,", "10,  #")], "lie between the bends"],
        [[("5,  # each", "4,  # each")], "bends there are at most"],
        [[("5,  # each", "6,  # each")], "lost the lead stays behind"],
        [[("5,  # each", "10,  # each")], "how many crossings"],
        [[("0.5**10", "0.5")], "for one image"],
        [[("0.5**10", "5")], "multiply, they do not add"],
        [[("0.5**10", "0.098")], "in per cent"],
        [[("0.5**10", "1 - 0.5**10")], "speak at least once"],
        [[("0.5**10", "None")], "`silent_for_all` is still open"],
        ["predictions = [0.25, 1, 0.693, 6, 5, 0.5**10]", "stay a dictionary"],
        ["predictions = {}", "`sigmoid_slope` is still open"],
    ],
)


def written(value, slope):
    """An answer in two lines, s = kz."""
    return f"""
import torch.nn.functional as F
def softplus_and_slope(z, steepness):
    s, k = steepness * z, steepness
    return {value}, {slope}
"""


VALUE, SLOPE = "torch.logaddexp(s, torch.zeros_like(s)) / k", "torch.sigmoid(s)"

SOFTPLUS = Answers(
    cell="01-softplus-and-slope",
    given=("01-imports",),
    right=[
        written(VALUE, SLOPE),
        written("-F.logsigmoid(-s) / k", "F.logsigmoid(s).exp()"),
        written("(torch.relu(s) + (-s.abs()).exp().log1p()) / k", "1 / (1 + (-s).exp())"),
        written("[(torch.relu(s) + (-s.abs()).exp().log1p()) / k", "1 / (1 + (-s).exp())]"),
    ],
    wrong=[
        [written("torch.log(1 + torch.exp(s)) / k", SLOPE), "overflows where kz is large"],
        [written("torch.log1p(torch.exp(s)) / k", SLOPE), "overflows where kz is large"],
        [written(VALUE, "torch.exp(s) / (1 + torch.exp(s))"), "the slope is nan"],
        [[("torch.log1p(fading)", "torch.log(1 + fading)")], "the value is 0 far on the left"],
        [written(VALUE, "0.5 * (1 + torch.tanh(s / 2))"), "your unit dies by rounding"],
        [written(VALUE, "1 - torch.sigmoid(-s)"), "your unit dies by rounding"],
        [written("F.softplus(z, beta=k)", SLOPE), "torch's softplus is a straight line"],
        [written(f"k * {VALUE}", SLOPE), "divide by the steepness"],
        [written("torch.logaddexp(z, 0 * z)", SLOPE), "k is not used"],
        [written("torch.logaddexp(z, 0 * z) / k", SLOPE), "k is missing inside"],
        [written("torch.logaddexp(-s, 0 * z) / k", SLOPE), "yours falls to the right"],
        [written("F.logsigmoid(s) / k", SLOPE), "is ln σ(kz)"],
        [written("torch.relu(z)", SLOPE), "that is ReLU"],
        [written(SLOPE, VALUE), "that is the slope"],
        [[("s.clamp(min=0) + ", "")], "max(z, 0) is missing"],
        [[("torch.log1p(fading)", "torch.log1p(fading) / steepness"), ("value / steepness", "value")], "both parts"],
        [written(VALUE, f"k * {SLOPE}"), "the slope is k times too large"],
        [written(VALUE, f"{SLOPE} / k"), "comes out by the chain rule"],
        [written(VALUE, "torch.sigmoid(z)"), "not σ(z)"],
        [written(VALUE, "torch.sigmoid(-s)"), "the slope falls to the right"],
        [written(VALUE, "(s > 0).to(s)"), "that is ReLU's slope"],
        [written(VALUE, f"{SLOPE} * (1 - {SLOPE})"), "the sigmoid's slope"],
        [[("torch.where(s > 0, 1, fading)", "1")], "on the left the slope goes to 0"],
        [written("F.elu(z)", SLOPE), "the value is wrong where"],
        [written(f"({VALUE}).double()", f"({SLOPE}).float()"), "keep their type"],
        [[("value / steepness, slope", "value / steepness")], "two tensors are expected"],
        [written(VALUE, "1.0"), "should be a tensor"],
        [written(f"({VALUE}).sum()", SLOPE), "has shape ()"],
        [[("    return value", "    pass; value")], "nothing comes back"],
        [[("s.clamp(min=0)", "max(s, 0)")], "raises RuntimeError"],
    ],
    survivors={"s > 0 → s >= 0": "at 0 e^0 is 1, on either side"},
)

DIAGNOSIS = Answers(
    cell="01-diagnosis",
    given=("01-imports", "01-charts"),
    formula=False,
    right=[
        "diagnosis = dict(A=['learning rate too large', 31], B=['none', 0.53],\n"
        "                 C=['biases too low', 112.0], D=['inputs not centred', 47])",
        [("(b.end <= 0).double().mean()", "round((b.end <= 0).float().mean().item(), 2)")],
    ],
    wrong=[
        [[("dead(a.end) & ~dead(a.start)", "(a.end <= 0).any(dim=0)")], "A's proof: that counts units that are silent"],
        [[("dead(a.end) & ~dead(a.start)", "(a.end <= 0).all(dim=1)")], "A's proof: that counts images"],
        [[("sum(dead(a.end) & ~dead(a.start))", "0.77")], "A is named rightly, but its proof is not 0.77"],
        [[("sum(dead(a.end) & ~dead(a.start))", "dead(a.end).double().mean()")], "how many units are they"],
        [[('"learning rate too large"', '"none"')], "A: its loss is like a healthy one's"],
        [[('"learning rate too large"', '"biases too low"')], "A: at the start the mean of z is near 0"],
        [[('"learning rate too large"', '"weights too small"')], "changes no sign"],
        [[('"learning rate too large"', '"rate"')], "not on the list"],
        [[("(b.end <= 0).double().mean()", "(b.end > 0).double().mean()")], "the share that speaks"],
        [[("(b.end <= 0).double().mean()", "53")], "in per cent"],
        [[("(b.end <= 0).double().mean()", "(b.end <= 0).sum()")], "divide by all of them"],
        [[('"none"', '"inputs not centred"')], "B: silent half of the time"],
        [[('"none"', '"learning rate too large"')], "B: how many units are dead"],
        [[("dead(c.start).sum()", "(c.start <= 0).any(dim=0).sum()")], "silent for *some* image"],
        [[("dead(c.start).sum()", "(c.start <= 0).all(dim=1).sum()")], "counts images, not units"],
        [[("dead(c.start).sum()", "(c.start <= 0).sum()")], "pairs of an image and a unit"],
        [[("dead(c.start).sum()", "128 - dead(c.start).sum()")], "how many are alive"],
        [[('"biases too low"', '"none"')], "C: its loss does not move"],
        [[('"biases too low"', '"learning rate too large"')], "training did not kill them"],
        [[('"biases too low"', '"inputs not centred"')], "always on: is even one here"],
        [[("(d.start > 0).all(dim=0).sum()", "dead(d.start).sum()")], "these are the dead ones"],
        [[("(d.start > 0).all(dim=0)", "(d.end > 0).all(dim=0)")], "that is the end"],
        [[('"inputs not centred"', '"none"')], "half of *each* unit's"],
        [[('"inputs not centred"', '"biases too low"')], "near 0: biases that low"],
        [[('("none", (b.end <= 0).double().mean())', "None")], "patient B is still open"],
        [[("(b.end <= 0).double().mean()", "None")], "B's proof is still open"],
        ["diagnosis = ['none'] * 4", "stay a dictionary"],
    ],
)

GAIN = "soft.test_accuracy - bent.test_accuracy"
_LABELS_LOST = [("gain.isel(epoch=-1)", "torch.tensor(gain.isel(epoch=-1).values)")]

_ROUNDED = [
    (
        "gain.isel(epoch=-1)",
        "gain.isel(epoch=-1)\ncontrol = 0.12\neffect = experiment(seeds(20))\nverdict = judge(claim, effect)",
    )
]


def declared(delta, expects, statement="smooth units learn no better than bent ones"):
    return f"claim = Claim('a', {statement!r}, 'us', {delta}, {expects!r})\n"


EXPERIMENT = Answers(
    cell="01-experiment",
    given=("01-imports", "01-softplus-and-slope", "01-images", "01-claim", "01-experiment", "01-verdict"),
    formula=False,
    right=[
        _LABELS_LOST,
        _ROUNDED,
        "effect = effect.values",
        declared(0.02, "equivalent") + "verdict = judge(claim, effect)",
        declared(0.1, "greater") + "verdict = judge(claim, effect)",
    ],
    wrong=[
        ["control = 0.01", "the colleague's own arm"],
        ["control = 0.0", "that is ReLU"],
        ["control = 0.2", "the chapter's cure"],
        ["control = 0.127", "*value* at −2"],
        ["control = 0.881", "its slope at +2"],
        ["control = 0.3", "not softplus' own at z = −2"],
        ["control = None", "`control` is still open"],
        [[(GAIN, f"-({GAIN})")], "swapped"],
        [[(GAIN, "soft.test_accuracy")], "softplus alone"],
        [[(GAIN, "bent.test_accuracy")], "control alone"],
        [[(GAIN, f"100 * ({GAIN})")], "percentage points"],
        [[(GAIN, GAIN.replace("test", "train"))], "on the training images"],
        [[(GAIN, GAIN.replace("test", "validation"))], "validation images"],
        [[(GAIN, "soft.test_loss - bent.test_loss")], "this is the loss"],
        [[(".isel(epoch=-1)", "")], "epoch for a dimension"],
        [[(".isel(epoch=-1)", ".mean()")], "taken too early"],
        [[("gain.isel(epoch=-1)", "0 * gain[:, -1] + gain.mean()")], "every seed has the same number"],
        [[("slope=control", "slope=[control]")], "dimension slope"],
        [[("slope=control", "slope=0.01")], "as the colleague did"],
        [[("slope=control, ", "")], "an ordinary ReLU"],
        [[("bias=-2.0", "bias=-5.0")], "biases start at −5"],
        [[("epochs=60, record_every=60", "epochs=9, record_every=9")], "run again it is"],
        [[("seeds=seeds", "seeds=[1, 2]")], "use the seeds that are given"],
        ["claim = None", "`claim` is still open"],
        [declared(0.05, "equivalent", "no difference"), "a sentence"],
        [declared(5, "equivalent"), "accuracy is a fraction"],
        [declared(0.05, "exact"), "identities"],
        [declared(0.05, "greater"), "another claim"],
        ["effect = effect[:19]\nverdict = judge(claim, effect)", "19 seeds are too few"],
        ["effect = effect + 0.1\nverdict = judge(claim, effect)", "not what your experiment gives"],
        ["verdict = 'confirmed'", "what judge(claim, effect) returns"],
        ["verdict = judge(claim, effect + 1)", "`judge` says equivalent"],
    ],
)

LEFT_TO_RIGHT = """
def net_through(x, y, leak):
    v, before = torch.zeros_like(y), 0.0
    for k in range(len(x)):
        last = k == len(x) - 1
        after = 0.0 if last else (y[k + 1] - y[k]) / (x[k + 1] - x[k])
        v[k], before = (after - before) / (1 - leak), after
    return v, y[0] - leak * sum(v * (x[0] - x))
"""
# c from the right end, where all units speak; then in closed form, since the weights add up to 0.
FROM_THE_RIGHT = [("y[0] + leak * v @ x", "y[-1] - v @ (x[-1] - x)")]
CLOSED = [("y[0] + leak * v @ x", "(y[0] - leak * y[-1]) / (1 - leak)")]
# As a system of equations: the points, and one place on either side.
SOLVED = """
def net_through(x, y, leak):
    at = torch.cat([x[:1] - 1, x, x[-1:] + 1])
    z = at[:, None] - x
    says = torch.cat([torch.where(z > 0, z, leak * z), torch.ones_like(at)[:, None]], dim=1)
    heights = torch.cat([y[:1], y, y[-1:]])
    found = torch.linalg.lstsq(says, heights[:, None], driver="gelsd").solution[:, 0]
    return found[:-1], found[-1]
"""
POINTS_ALONE = """
def net_through(x, y, leak):
    z = x[:, None] - x
    says = torch.cat([torch.where(z > 0, z, leak * z), torch.ones_like(x)[:, None]], dim=1)
    found = torch.linalg.lstsq(says, y[:, None], driver="gelsd").solution[:, 0]
    return found[:-1], found[-1]
"""
BENDS, WEIGHTS, C = "torch.diff(slopes, prepend=level, append=level)", "bends / (1 - leak)", "y[0] + leak * v @ x"

NET_THROUGH = Answers(
    cell="01-net-through",
    given=("01-imports",),
    right=[
        LEFT_TO_RIGHT,
        FROM_THE_RIGHT,
        CLOSED,
        SOLVED,
        [("return v, c", "return [v.numpy(), c.item()]")],
        [("return v, c", "return v, c[None]")],
    ],
    wrong=[
        [[(BENDS, "torch.cat([slopes, level])")], "on the left go on speaking"],
        [[(BENDS, "torch.cat([level, slopes])")], "these are the slopes *before*"],
        [[(BENDS, "torch.cat([torch.diff(slopes, prepend=level), level])")], "who takes back the slope"],
        [POINTS_ALONE, "who takes back the slope"],
        [[(BENDS, "torch.cat([level, torch.diff(slopes, append=level)])")], "the first unit has work"],
        [[(BENDS, "torch.cat([level, torch.diff(slopes), level])")], "the first and the last unit"],
        [
            [(BENDS, "torch.cat([torch.diff(slopes, prepend=level), slopes[-1:]])")],
            "the last unit takes the slope back",
        ],
        [[(BENDS, f"-{BENDS}")], "not the other way round"],
        [[(" / torch.diff(x)", "")], "changes of the *step*"],
        [[("/ torch.diff(x)", "/ torch.diff(x).mean()")], "not evenly spaced"],
        [[(BENDS, f"{BENDS}.roll(1)")], "one point late"],
        [[(BENDS, f"{BENDS}.roll(-1)")], "one point early"],
        [[(BENDS, f"{BENDS}.flip(0)")], "the order is turned"],
        [[("return v, c", "return torch.diff(slopes), c")], "v has shape"],
        [[(WEIGHTS, "bends")], "bends by how much"],
        [[(WEIGHTS, "bends * (1 - leak)")], "the weight must be larger"],
        [[(WEIGHTS, "bends / (1 + leak)")], "it bends by 1 − a"],
        [[(WEIGHTS, "1.1 * bends")], "and the line is at"],
        [[(C, "0.0")], "c alone is left"],
        [[(C, "y[-1]")], "how high the line ends"],
        [[(C, "y[0] - v[0] * x[0]")], "would cross x = 0"],
        [[(C, "y[0]")], "no unit is silent"],
        [[(C, "y[0] - leak * v @ x")], "taken *from*"],
        [[(C, "y[0] + v @ x if leak else y[0]")], "the a is missing"],
        [[(C, "y[0] + leak * bends @ x")], "*divided by 1 − a*"],
        [[(C, "y.mean()")], "and the line is at"],
        [[("/ torch.diff(x)", "/ (torch.diff(x) + 1e-8)")], "nearly, but off by"],
        [[("torch.diff(y) / torch.diff(x)", "(torch.diff(y) / torch.diff(x)).float()")], "nearly, but off by"],
        [[("return v, c", "return v.float(), c")], "keep their type"],
        [[("return v, c", "return v.tolist(), c")], "should be a tensor"],
        [[("return v, c", "return v, y")], "should be one plain number"],
        [[("return v, c", "return v, None")], "c is still open"],
        [[("return v, c", "return v")], "two things are expected"],
        [[("return v, c", "pass")], "nothing comes back"],
        [[("return v, c", "return np.interp")], "raises NameError"],
    ],
)

BANK = {
    "predictions": PREDICTIONS,
    "softplus_and_slope": SOFTPLUS,
    "diagnosis": DIAGNOSIS,
    "experiment": EXPERIMENT,
    "net_through": NET_THROUGH,
}
