"""What must hold whatever the numbers: optimisers, the proximal step, dropout's scaling, intervals.

Hypothesis looks for numbers that break it, always the same ones, and shrinks what it finds.
"""

from dataclasses import asdict

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings, strategies as st

from tricks.masks import all_masks, chances, subnetworks
from tricks.optimizers import OPTIMIZERS, SGD, Adam, AdamW
from tricks.regularizers import lasso, ridge, soft_threshold
from tricks.statistics import sign_count, t_interval

settings.register_profile("course", max_examples=60, deadline=None, derandomize=True, database=None)
settings.load_profile("course")

numbers = st.floats(-100, 100, allow_subnormal=False)
vectors = st.lists(numbers, min_size=2, max_size=12)
rates = st.floats(1e-4, 1.0)
shares = st.floats(0, 0.99)
penalties = st.floats(1e-3, 10.0)
NAMES = sorted(OPTIMIZERS)


def walk(rule, start, gradients):
    """The parameters of one run, (1, D), after each step."""
    p = torch.tensor([start], dtype=torch.float64)
    state, seen = rule.init(p), []
    for g in gradients:
        rule.update(torch.tensor([g], dtype=torch.float64), state, p)
        seen.append(p.clone())
    return torch.cat(seen)


def paths(D=3, steps=4):
    """A start and some gradients, none of them so small that ε matters."""
    gradient = st.lists(st.floats(0.1, 10) | st.floats(-10, -0.1), min_size=D, max_size=D)
    return st.tuples(st.lists(numbers, min_size=D, max_size=D), st.lists(gradient, min_size=steps, max_size=steps))


@pytest.mark.parametrize("name", NAMES)
@given(path=paths(), lr=rates)
def test_a_mirrored_landscape_is_walked_in_mirror_image(name, path, lr):
    start, gradients = path
    rule = OPTIMIZERS[name](lr=lr)
    mirrored = walk(rule, [-x for x in start], [[-x for x in g] for g in gradients])
    assert torch.equal(mirrored, -walk(rule, start, gradients))


@pytest.mark.parametrize("name", NAMES)
@given(path=paths(), lr=rates, order=st.permutations(range(3)))
def test_every_coordinate_is_walked_by_itself(name, path, lr, order):
    start, gradients = path
    rule = OPTIMIZERS[name](lr=lr)
    shuffled = walk(rule, [start[i] for i in order], [[g[i] for i in order] for g in gradients])
    assert torch.equal(shuffled, walk(rule, start, gradients)[:, list(order)])


@pytest.mark.parametrize("name", NAMES)
@given(start=vectors, lr=rates)
def test_without_a_gradient_nothing_moves_that_is_not_decayed(name, start, lr):
    still = walk(OPTIMIZERS[name](lr=lr, weight_decay=0.0), start, [[0.0] * len(start)] * 3)
    assert torch.equal(still, torch.tensor([start] * 3, dtype=torch.float64))


@pytest.mark.parametrize("name", ("Adagrad", "RMSprop", "Adam"))
@given(path=paths(), lr=rates, scale=st.sampled_from([2.0**-8, 0.5, 4.0, 2.0**8]))
def test_adaptive_rules_do_not_see_the_scale_of_the_loss(name, path, lr, scale):
    start, gradients = path
    rule = OPTIMIZERS[name](lr=lr, eps=0.0)
    scaled = walk(rule, start, [[scale * x for x in g] for g in gradients])
    torch.testing.assert_close(scaled, walk(rule, start, gradients), rtol=1e-9, atol=1e-9)


@given(path=paths(), lr=rates, scale=st.sampled_from([0.5, 4.0]))
def test_descent_does_see_it(path, lr, scale):
    start, gradients = path
    scaled = walk(SGD(lr=lr), start, [[scale * x for x in g] for g in gradients])
    slower = walk(SGD(lr=lr * scale), start, gradients)
    torch.testing.assert_close(scaled, slower, rtol=1e-9, atol=1e-9)


@given(path=paths(steps=1), lr=rates, beta1=shares, beta2=shares)
def test_adams_first_step_has_the_length_of_the_rate(path, lr, beta1, beta2):
    start, (g,) = path
    end = walk(Adam(lr=lr, beta1=beta1, beta2=beta2, eps=0.0), start, [g])[0].numpy()
    np.testing.assert_allclose(end, np.array(start) - lr * np.sign(g), rtol=1e-9, atol=1e-9)


@given(start=vectors, lr=rates, weight_decay=st.floats(0, 1))
def test_decoupled_decay_shrinks_by_a_fixed_factor(start, lr, weight_decay):
    after = walk(AdamW(lr=lr, weight_decay=weight_decay), start, [[0.0] * len(start)] * 3)[-1]
    expected = (1 - lr * weight_decay) ** 3 * torch.tensor(start, dtype=torch.float64)
    torch.testing.assert_close(after, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", NAMES)
@given(lr=rates, weight_decay=st.floats(0, 1))
def test_an_optimiser_is_what_it_was_made_of(name, lr, weight_decay):
    rule = OPTIMIZERS[name](lr=lr, weight_decay=weight_decay)
    assert OPTIMIZERS[name](**asdict(rule)) == rule


@given(w=vectors, t=st.floats(0, 100), data=st.data())
def test_no_other_point_has_a_smaller_proximal_objective(w, t, data):
    w = np.array(w)
    v = soft_threshold(w, t)
    other = np.array(data.draw(st.lists(numbers, min_size=len(w), max_size=len(w))))
    objective = [((u - w) ** 2 / 2 + t * abs(u)).sum() for u in (v, other)]
    assert objective[0] <= objective[1] * (1 + 1e-12) + 1e-12


@given(a=vectors, data=st.data(), t=st.floats(0, 100))
def test_the_proximal_step_brings_no_two_points_further_apart(a, data, t):
    b = np.array(data.draw(st.lists(numbers, min_size=len(a), max_size=len(a))))
    assert (abs(soft_threshold(np.array(a), t) - soft_threshold(b, t)) <= abs(a - b) + 1e-12).all()


def problem(seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(12, 4)), rng.normal(size=12)


@given(seed=st.integers(0, 10**6), weak=penalties, factor=st.floats(1.1, 10))
def test_a_stronger_penalty_never_fits_better_nor_leaves_larger_weights(seed, weak, factor):
    X, y = problem(seed)
    for fit, size in ((ridge, lambda w: w @ w), (lasso, lambda w: abs(w).sum())):
        loose, tight = (fit(X, y, penalty) for penalty in (weak, factor * weak))
        assert size(tight) <= size(loose) + 1e-9
        assert ((y - X @ tight) ** 2).sum() >= ((y - X @ loose) ** 2).sum() - 1e-9


@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.25, 8.0]))
def test_the_lasso_scales_with_what_it_explains(seed, scale):
    X, y = problem(seed)
    np.testing.assert_allclose(lasso(X, scale * y, scale * 0.1), scale * lasso(X, y, 0.1), rtol=1e-5, atol=1e-6)


@given(units=st.integers(1, 8), p=st.floats(0.01, 0.95), seed=st.integers(0, 10**6))
def test_inverted_dropout_keeps_what_the_next_layer_hears_on_average(units, p, seed):
    torch.manual_seed(seed)
    a, weight, bias = torch.randn(5, units).double(), torch.randn(3, units).double(), torch.randn(3).double()
    masks = all_masks(units, dtype=torch.float64)
    weights = chances(masks, p)
    assert float(weights.sum()) == pytest.approx(1)
    mean = torch.einsum("k,kbc->bc", weights, subnetworks(masks / (1 - p), a, weight, bias))
    torch.testing.assert_close(mean, a @ weight.T + bias)


@given(d=vectors, shift=numbers, scale=st.sampled_from([-4.0, -0.5, 0.25, 16.0]))
def test_an_interval_moves_and_stretches_with_its_effect(d, shift, scale):
    assume(np.std(d) > 1e-6)
    before, after = t_interval(d), t_interval(scale * np.array(d) + shift)
    ends = sorted([scale * before.low + shift, scale * before.high + shift])
    np.testing.assert_allclose([after.low, after.high], ends, rtol=1e-9, atol=1e-9)


@given(d=vectors, low=st.floats(0.5, 0.9), more=st.floats(0.01, 0.09))
def test_more_confidence_needs_a_wider_interval_around_the_same_mean(d, low, more):
    narrow, wide = t_interval(d, low), t_interval(d, low + more)
    assert wide.low <= narrow.low <= narrow.estimate <= narrow.high <= wide.high
    assert narrow.estimate == wide.estimate


@given(d=vectors)
def test_above_below_and_zero_are_all(d):
    above, n = sign_count(d)
    below, _ = sign_count(-np.array(d))
    assert above + below + d.count(0) == n == len(d)
