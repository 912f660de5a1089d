"""Optimisers: a hundred steps of each, with every option, against torch.optim."""

import dataclasses
import inspect
import itertools

import pytest
import torch
from plain_loop import stock

from tricks.optimizers import OPTIMIZERS, SGD, Adagrad, Adam, AdamW, Column, RMSprop

pytestmark = pytest.mark.filterwarnings("error")  # torch warns, once, of what it will refuse one day

# Every option at torch's default and at another value; the rules see every combination.
OPTIONS = {
    SGD: {"momentum": [0.0, 0.9], "dampening": [0.0, 0.3], "weight_decay": [0.0, 0.1], "nesterov": [False, True]},
    Adagrad: {
        "lr_decay": [0.0, 0.2],
        "weight_decay": [0.0, 0.1],
        "initial_accumulator_value": [0.0, 0.5],
        "eps": [1e-10, 1e-2],
    },
    RMSprop: {
        "alpha": [0.99, 0.5],
        "eps": [1e-8, 1e-2],
        "weight_decay": [0.0, 0.1],
        "momentum": [0.0, 0.9],
        "centered": [False, True],
    },
    Adam: {
        "beta1": [0.9, 0.0],
        "beta2": [0.999, 0.5],
        "eps": [1e-8, 1e-2],
        "weight_decay": [0.0, 0.1],
        "amsgrad": [False, True],
    },
}
OPTIONS[AdamW] = {**OPTIONS[Adam], "weight_decay": [0.01, 0.3]}


def combinations():
    for rule, options in OPTIONS.items():
        for values in itertools.product(*options.values()):
            yield rule(lr=0.02, **dict(zip(options, values, strict=True)))


def has_twin(rule) -> bool:
    """Whether torch takes these options: it refuses Nesterov without momentum, or with dampening."""
    return not (isinstance(rule, SGD) and rule.nesterov and (rule.momentum == 0 or rule.dampening > 0))


RULES = [rule for rule in combinations() if has_twin(rule)]


def start(dtype=torch.float64):
    return torch.linspace(-2, 2, 7, dtype=dtype)


def gradients(p, step):
    """A noisy, badly scaled bowl, one of whose coordinates never has a gradient."""
    noise = torch.randn(p.shape[-1], generator=torch.Generator().manual_seed(step), dtype=torch.float64)
    scale = torch.tensor([0.0, 1e-3, 0.1, 1.0, 3.0, 10.0, 30.0], dtype=torch.float64)
    return (scale * (p.double() + noise)).to(p.dtype)


def our_path(rule, p, steps=100):
    p = p.clone()
    state, path = rule.init(p), []
    for step in range(steps):
        rule.update(gradients(p, step), state, p)
        path.append(p.clone())
    return torch.stack(path)


def torchs_path(rule, p, steps=100):
    p = p.clone().requires_grad_(True)
    optimizer, path = stock(rule, [p]), []
    for step in range(steps):
        p.grad = gradients(p.detach(), step)
        optimizer.step()
        path.append(p.detach().clone())
    return torch.stack(path)


def agree(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_hundred_steps_equal_torchs(rule):
    agree(our_path(rule, start()), torchs_path(rule, start()))


@pytest.mark.parametrize("rule", [SGD, Adagrad, RMSprop, Adam, AdamW])
def test_names_and_defaults_are_torchs(rule):
    theirs = {name: p.default for name, p in inspect.signature(getattr(torch.optim, rule.__name__)).parameters.items()}
    if "betas" in theirs:
        theirs["beta1"], theirs["beta2"] = theirs["betas"]
    for field in dataclasses.fields(rule):
        assert field.default == theirs[field.name], field.name
    assert OPTIMIZERS[rule.__name__] is rule
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule().lr = 1.0


def test_nesterov_without_momentum_is_plain_descent_where_torch_refuses():
    assert torch.equal(our_path(SGD(lr=0.02, nesterov=True), start()), our_path(SGD(lr=0.02), start()))


COLUMNS = {
    SGD: {"lr": [0.02, 0.01], "momentum": [0.0, 0.8], "dampening": [0.3, 0.1], "weight_decay": [0.1, 0.0]},
    Adagrad: {
        "lr": [0.1, 0.5],
        "lr_decay": [0.0, 0.3],
        "weight_decay": [0.1, 0.0],
        "initial_accumulator_value": [0.0, 0.7],
        "eps": [1e-10, 1e-3],
    },
    RMSprop: {
        "lr": [0.01, 0.03],
        "alpha": [0.99, 0.7],
        "eps": [1e-8, 1e-3],
        "weight_decay": [0.1, 0.0],
        "momentum": [0.0, 0.8],
    },
    Adam: {
        "lr": [0.01, 0.03],
        "beta1": [0.9, 0.0],
        "beta2": [0.999, 0.7],
        "eps": [1e-8, 1e-3],
        "weight_decay": [0.0, 0.1],
    },
}
COLUMNS[AdamW] = COLUMNS[Adam]
FLAGS = [(rule, {}) for rule in COLUMNS] + [
    (SGD, {"nesterov": True}),
    (RMSprop, {"centered": True}),
    (Adam, {"amsgrad": True}),
    (AdamW, {"amsgrad": True}),
]


@pytest.mark.parametrize("rule, flags", FLAGS)
def test_runs_with_unequal_values_each_equal_torchs(rule, flags):
    columns = COLUMNS[rule] if not flags.get("nesterov") else {"lr": [0.02, 0.01], "momentum": [0.5, 0.8]}
    many = rule(**{name: Column(values) for name, values in columns.items()}, **flags)
    path = our_path(many, torch.stack([start(), start()]))
    for run in range(2):
        one = rule(**{name: values[run] for name, values in columns.items()}, **flags)
        agree(path[:, run], torchs_path(one, start()))


@pytest.mark.parametrize("rule, flags", FLAGS)
def test_a_hyperparameter_alone_or_in_a_list_gives_the_same_bits(rule, flags):
    several = torch.stack([start(torch.float32)] * 2)
    for run in range(2):
        plain = {name: values[run] for name, values in COLUMNS[rule].items()}
        alone = our_path(rule(**plain, **flags), several[:1], steps=40)[:, 0]
        for name, values in COLUMNS[rule].items():
            listed = rule(**{**plain, name: Column(values)}, **flags)
            assert torch.equal(our_path(listed, several, steps=40)[:, run], alone), name
        together = rule(**{name: Column(values) for name, values in COLUMNS[rule].items()}, **flags)
        assert torch.equal(our_path(together, several, steps=40)[:, run], alone)


def test_torchs_functions_take_columns_keywords_included():
    column, x = Column([1.0, 2.0]), torch.ones(2, 3)
    assert torch.add(column, column, alpha=3).values.tolist() == [4, 8]
    assert torch.add(x, column, alpha=3).tolist() == [[4] * 3, [7] * 3]


def ascends(self, g, state, p):
    SGD.update(self, -g, state, p)


def looks_ahead_with_the_old_velocity(self, g, state, p):
    v, _ = state
    p -= self.lr * (g + self.momentum * v)
    v.mul_(self.momentum).add_(g)


def forgets_the_bias_correction(self, g, state, p):
    for product in state[3:]:
        product.zero_()
    Adam._step(self, g, state, p)


def decays_through_the_gradient(self, g, state, p):
    Adam.update(self, g, state, p)


def takes_the_root_after_adding_eps(self, g, state, p):
    s = state[0].mul_(self.alpha).add_((1 - self.alpha) * g**2)
    p -= self.lr * g / (s + self.eps).sqrt()


@pytest.mark.parametrize(
    "rule, fault",
    [
        (SGD(lr=0.02), ascends),
        (SGD(lr=0.02, momentum=0.9, nesterov=True), looks_ahead_with_the_old_velocity),
        (Adam(lr=0.02), forgets_the_bias_correction),
        (AdamW(lr=0.02, weight_decay=0.3), decays_through_the_gradient),
        (RMSprop(lr=0.02), takes_the_root_after_adding_eps),
    ],
)
def test_the_comparison_sees_a_planted_fault(rule, fault):
    faulty = type("Faulty", (type(rule),), {"update": fault})(**vars(rule))
    with pytest.raises(AssertionError):
        agree(our_path(faulty, start()), torchs_path(rule, start()))


@pytest.mark.parametrize(
    "culprit, build",
    [
        ("SGD: lr=-0.1", lambda: SGD(lr=-0.1)),
        ("SGD: lr='0.1' is not a number", lambda: SGD(lr="0.1")),
        ("SGD: lr=None", lambda: SGD(lr=None)),
        ("SGD: lr=nan", lambda: SGD(lr=float("nan"))),
        ("SGD: lr=inf must be at least 0 and finite", lambda: SGD(lr=float("inf"))),
        ("SGD: lr=True", lambda: SGD(lr=True)),
        ("SGD: lr=-1", lambda: SGD(lr=[0.1, -1])),
        ("SGD: lr=(0.1, 0.2)", lambda: SGD(lr=(0.1, 0.2))),
        ("SGD: lr=tensor", lambda: SGD(lr=torch.rand(40))),
        ("SGD: momentum=1 must be at least 0 and below 1", lambda: SGD(momentum=1)),
        ("SGD: nesterov=0", lambda: SGD(nesterov=[0, 1])),
        ("Adam: beta2=1.5", lambda: Adam(beta2=1.5)),
        ("Adam: amsgrad='yes' is not True or False", lambda: Adam(amsgrad="yes")),
        ("RMSprop: alpha=2", lambda: RMSprop(alpha=[0.9, 2])),
        ("AdamW: eps=-1e-08", lambda: AdamW(eps=-1e-8)),
        ("learning_rate", lambda: Adagrad(learning_rate=0.1)),
    ],
)
def test_a_bad_hyperparameter_is_named_in_one_line(culprit, build):
    with pytest.raises((ValueError, TypeError)) as refusal:
        build()
    said = str(refusal.value)
    assert culprit in said and "\n" not in said
