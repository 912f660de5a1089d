"""Landscapes: gradients against autograd, rates against theory, and paths against torch, alone and in company."""

import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import torch
from many_landscapes import ALL, FIVE, LARGE, ORTHOGONAL, RULES, SEVERAL, calling, noise_of, places, same_bits
from plain_loop import stock

from tricks import landscapes
from tricks.data import derive
from tricks.landscapes import Landscape, double_well, line, quadratic, ravine, rosenbrock, trajectory, wavy
from tricks.optimizers import SGD, Adam


def gradients_agree(landscape):
    x = places(landscape).requires_grad_(True)
    (by_autograd,) = torch.autograd.grad(landscape.height(x).sum(), x)
    torch.testing.assert_close(landscape.gradient(x.detach()), by_autograd, rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("landscape", ALL, ids=str)
def test_the_gradient_is_that_of_autograd_at_positions_of_any_shape(landscape):
    gradients_agree(landscape)
    x = places(landscape, 24)
    several = x.view(2, 3, 4, -1)
    assert torch.equal(landscape.gradient(several).view(x.shape), landscape.gradient(x))
    assert torch.equal(landscape(several).flatten(), landscape(x)) and torch.equal(landscape(x.tolist()), landscape(x))
    assert landscape.height(x.float()).dtype == landscape.gradient(x.float()).dtype == torch.float32


@pytest.mark.parametrize("fault", [lambda g: 1.001 * g, lambda g: g.flip(-1), lambda g: g + torch.tensor([0, 1e-6])])
def test_the_comparison_with_autograd_sees_a_planted_fault(fault):
    good = rosenbrock()
    with pytest.raises(AssertionError):
        gradients_agree(Landscape("faulty", good.height, lambda x: fault(good.gradient(x)), good.minima))


@pytest.mark.parametrize("landscape", ALL, ids=str)
def test_minima_and_tops_are_flat_and_stand_out_from_their_surroundings(landscape):
    tops, near = places(landscape, 0) if landscape.tops is None else landscape.tops, 1e-3 * places(landscape)
    assert landscape.gradient(torch.cat([landscape.minima, tops])).abs().max() < 1e-12
    assert all((landscape(x + near) > landscape(x)).all() for x in landscape.minima)
    assert all((landscape(x + near) < landscape(x)).all() for x in tops)
    assert len(landscape.minima.unique(dim=0)) == len(landscape.minima)
    lowest, *others = landscape(landscape.minima).tolist()
    assert sorted(others) == others and lowest <= min([*others, landscape(places(landscape, 2000)).min()])


@pytest.mark.parametrize("tilt", [0.0, 0.2, -0.2, 1.5, -1.5])
@pytest.mark.parametrize("barrier", [1.0, 0.1])
def test_the_wells_lie_where_the_cubic_says_and_the_wavy_bowl_has_eight_valleys(barrier, tilt):
    well, phi = double_well(barrier, barrier * tilt), math.acos(-3 * math.sqrt(3) / 8 * tilt) / 3
    right, top, left = (2 / math.sqrt(3) * math.cos(phi - 2 * math.pi * k / 3) for k in range(3))
    assert sorted([*well.minima, *well.tops]) == pytest.approx([left, top, right], abs=1e-12)
    assert well.tops.item() == pytest.approx(top, abs=1e-12) and well.minima[0] * tilt <= 0
    assert (len(wavy().minima), len(wavy().tops)) == (8, 7)


def test_a_valley_wider_than_a_thousandth_is_found_and_a_terrace_is_neither_valley_nor_top():
    narrow = line("narrow", torch.zeros_like, lambda x: (x - 0.2995) * (x - 0.3007), 2)
    assert (narrow.tops.item(), narrow.minima.item()) == (pytest.approx(0.2995), pytest.approx(0.3007))
    terrace = line("terrace", torch.zeros_like, lambda x: -torch.relu((x - 0.3).abs() - 0.1), 2)
    assert len(terrace.minima) == len(terrace.tops) == 0


def test_a_turn_is_anticlockwise_and_takes_the_minimum_along():
    turned = rosenbrock(a=2).rotated(90)
    torch.testing.assert_close(turned.minima, torch.tensor([[-4.0, 2.0]], dtype=torch.float64))
    assert turned([-1.0, 3.0]).item() == pytest.approx(rosenbrock(a=2)([3.0, 1.0]).item())
    by_matrix = rosenbrock(a=2).rotated([[0, -1], [1, 0]])
    torch.testing.assert_close(by_matrix.gradient(places(turned)), turned.gradient(places(turned)))


def test_a_landscape_cannot_change_equals_only_itself_and_takes_positions_of_its_own_dimension():
    with pytest.raises(FrozenInstanceError):
        FIVE.name = "hill"
    assert FIVE in {FIVE} and replace(FIVE) != FIVE
    for function in (FIVE.height, FIVE.rotated(ORTHOGONAL).height):
        with pytest.raises(ValueError):
            function(torch.ones(4))


def test_the_defaults_are_the_ones_named():
    assert [ravine()([1, 1]), rosenbrock()([0, 1]), double_well()([0]), double_well()([1])] == [50.5, 101, 1, 0.2]
    assert ravine(kappa=0.5)([0, 2]) == rosenbrock(b=0.25)([1, 3]) == 1


def test_a_landscape_may_hold_what_autograd_watches():
    steep = torch.ones(1, dtype=torch.float64, requires_grad=True)
    watched = Landscape("watched", lambda x: (steep * x**2 / 2).sum(-1), lambda x: steep * x, torch.zeros(1, 1))
    plain = trajectory(quadratic(1), SGD(lr=0.1), [1.0], 9)
    assert same_bits(trajectory(watched, SGD(lr=0.1), [1.0], 9), plain) and steep.grad is None


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_rotating_changes_nothing_for_descent_and_momentum_but_for_adaptive_rates_it_does(rule):
    start = places(FIVE, 3)
    plain = trajectory(FIVE, rule, start, 50).position.values
    turned = trajectory(FIVE.rotated(ORTHOGONAL), rule, start @ torch.tensor(ORTHOGONAL).T, 50).position.values
    gap = np.abs(turned @ ORTHOGONAL - plain).max()
    assert gap < 1e-12 if isinstance(rule, SGD) else gap > 1e-3


def follows_torch(landscape, rule):
    """Compare 100 steps with torch's own optimiser on one parameter, gradients by autograd."""
    p = torch.tensor([-0.5, 0.4, 0.3, -0.2, 0.1], dtype=torch.float64)[: landscape.minima.shape[1]]
    runs = trajectory(landscape, rule, p, 100)
    optimizer, path = stock(rule, [p.requires_grad_(True)]), [p.tolist()]
    for _ in range(100):
        optimizer.zero_grad()
        landscape.height(p).backward()
        optimizer.step()
        path.append(p.tolist())
    np.testing.assert_allclose(runs.position, path, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(runs.height, landscape(path), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("landscape", [rosenbrock(), wavy(), FIVE.rotated(ORTHOGONAL)], ids=str)
def test_a_path_is_that_of_torchs_optimiser(landscape, rule):
    follows_torch(landscape, rule)


walk, starting = landscapes.walk, landscapes.starting
FAULTS = {
    "walk": lambda *given: walk(*given[:-1], {step + 1: row for step, row in given[-1].items()}),  # a step too late
    "starting": lambda *given: 1.0001 * starting(*given),
    "shocks": lambda *given: lambda step: 1e-6,
}


@pytest.mark.parametrize("name, fault", FAULTS.items())
def test_the_comparison_with_torch_sees_a_planted_fault(monkeypatch, name, fault):
    monkeypatch.setattr(landscapes, name, fault)
    with pytest.raises(AssertionError):
        follows_torch(rosenbrock(), SGD(lr=1e-3))


def test_a_quadratic_shrinks_each_coordinate_at_the_predicted_rate_and_a_heavy_ball_has_its_range():
    lr, lam = [0.01, 0.05, 0.15], np.array([0.5, 1, 3, 7, 10])
    runs = trajectory(FIVE, SGD(lr=lr), [1.0] * 5, 30)
    factor = 1 - np.outer(lr, lam)  # (lr, coordinate)
    np.testing.assert_allclose(runs.position, factor[:, None] ** np.arange(31)[:, None], rtol=1e-12)
    for beta in (0.0, 0.5, 0.9):
        edge = 2 * (1 + beta) / 10  # 2(1 + β)/λ
        rule = SGD(lr=[0.99 * edge, 1.01 * edge], momentum=beta)
        last = trajectory(quadratic(10), rule, [1.0], 3000, record_every=3000).height[:, -1]
        assert last[0] < 1e-6 and not last[1] < 1e6


def test_a_slow_ball_never_climbs_above_its_start_but_noise_carries_it_over():
    rule, below = SGD(lr=1e-3, momentum=[0.0, 0.9, 0.99]), double_well().tops + torch.tensor([[0.02], [0.1], [0.5]])
    runs = trajectory(double_well(), rule, below, 2000, noise=[0.0, 20.0], seeds=range(5), record_every=10)
    stays = (runs.position > double_well().tops.item()).all("step")
    assert stays.sel(noise=0.0).all() and not stays.sel(noise=20.0).all()


GRID = {"lr": [1e-4, 10.0, 3e-4], "momentum": [0.9, 0.0, 0.5], "nesterov": [True, False]}


def test_lists_are_dimensions_with_the_values_as_given_and_plain_values_are_not():
    runs = trajectory(rosenbrock(), SGD(**GRID), [[-1.0, 1], [0, 0]], 7, seeds=[5, 3], record_every=3)
    assert (*runs.height.dims, "coordinate") == runs.position.dims == (*GRID, "start", "seed", "step", "coordinate")
    assert {name: runs[name].values.tolist() for name in GRID} == GRID and runs.seed.values.tolist() == [5, 3]
    assert (runs.position.sel(step=0, start=0) == [-1, 1]).all() and set(runs.height.coords) == set(runs.height.dims)
    assert runs.attrs["optimizer"] == "SGD" and runs.attrs["dampening"] == 0 and "lr" not in runs.attrs
    assert trajectory(rosenbrock(), Adam(), [-1.0, 1.0], 3).position.dims == ("step", "coordinate")
    assert trajectory(wavy(), SGD(lr=[0.1]), [[2.0]], 1).height.dims == ("lr", "start", "step")


def test_thinned_records_are_those_of_every_step_and_nothing_given_is_changed():
    start, rule, options = torch.ones(3, 2), SGD(**GRID), {"seeds": np.arange(2), "noise": [0, np.float64(0.1), 1]}
    every = trajectory(ravine(), rule, start, np.int64(20), **options)
    thinned = trajectory(ravine(), rule, start, 20, record_every=6, **options)
    assert thinned.identical(every.sel(step=[0, 6, 12, 18, 20]))
    assert torch.equal(start, torch.ones(3, 2)) and rule == SGD(**GRID)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("landscape", [rosenbrock(), wavy(), FIVE, FIVE.rotated(ORTHOGONAL)], ids=str)
@pytest.mark.parametrize("rule", SEVERAL)
def test_a_path_has_the_same_bits_alone_and_in_company_given_plainly_or_in_lists(rule, landscape, dtype):
    starts, noise = places(landscape, 11) / 3, [0.1, 0.0, 0.3]
    many = trajectory(landscape, rule(**SEVERAL[rule]), starts, 30, noise=noise, seeds=[1, 2], dtype=dtype)
    for k in (0, -1, 1):
        setting = {name: values[k] for name, values in SEVERAL[rule].items()}
        one = trajectory(landscape, rule(**setting), starts[k], 30, noise=noise[k], seeds=[2], dtype=dtype)
        assert same_bits(many.isel({name: k for name in (*setting, "noise", "start")}).sel(seed=[2]), one)


@pytest.mark.parametrize("landscape", [rosenbrock(), wavy(), quadratic(range(1, 21)).rotated(LARGE)], ids=str)
def test_the_number_of_paths_does_not_matter(landscape):
    starts, rule = places(landscape, 1001) / 3, Adam(lr=0.02, beta1=0.8)
    every = trajectory(landscape, rule, starts, 5)
    for count in (1, 2, 3, 7, 31, 33, 63, 100, 1000):
        assert same_bits(every.isel(start=slice(count)), trajectory(landscape, rule, starts[:count], 5)), count


def test_a_path_that_diverges_touches_nobody():
    runs = trajectory(rosenbrock(), SGD(**GRID), [-1.0, 1.0], 100)
    fine = trajectory(rosenbrock(), SGD(**{**GRID, "lr": [1e-4, 3e-4]}), [-1.0, 1.0], 100)
    assert not np.isfinite(runs.height.sel(lr=10.0)[..., -1]).any() and same_bits(runs.sel(lr=fine.lr), fine)


def test_noise_is_of_the_size_asked_for_and_equal_for_equal_seeds_whatever_else_differs():
    noise = noise_of()
    assert noise.std() == pytest.approx(0.5, rel=0.05) and abs(noise.mean()) < 0.05
    assert abs(np.corrcoef(noise.reshape(2, -1))[0, 1]) < 0.1 and abs(np.corrcoef(noise[0].T)[0, 1]) < 0.15
    of_seed_7 = np.random.default_rng(derive(7, "order")).standard_normal((500, 2))
    np.testing.assert_allclose(noise[0], 0.5 * of_seed_7, atol=1e-11)
    others = [noise_of(lr=0.05), noise_of(start=[-2.0, 0.3]), noise_of(noise=1.0) / 2]
    for other in [*others, noise_of(steps=900)[:, :500], noise_of(seeds=[3, 8, 7])[[2, 1]]]:
        np.testing.assert_allclose(other, noise, atol=1e-11)


BAD = [
    ("landscape must be", calling("landscape"), [ravine, abs]),
    ("optimizer must be", calling("optimizer"), [SGD, "sgd"]),
    ("(2,) or points (S, 2) of the ravine, not (", calling("start"), [1.0, [], [1.0, 2, 3], np.zeros((1, 1, 2))]),
    ("start", calling("start"), ["ab", None, [[1.0, 2], [1]], [1.0, math.nan], [[1.0, 1], [math.inf, 1]]]),
    ("steps=", calling("steps"), [0, 2.5, [1, 2], True, "5"]),
    ("record_every=", calling("record_every"), [0, 0.5, None]),
    ("dtype=", calling("dtype"), ["float64", torch.int64]),
    ("needs seeds", calling("noise"), [0.1, [0.0, 0.1]]),
    ("must not be below 0", calling("noise"), [-1, -0.5, [0.0, -1]]),
    ("noise=", calling("noise"), ["0.1", math.nan, [], [0, 0], True]),
    ("seeds must be", calling("seeds"), [5, [], [1, 1], [-1], [0.5], "ab"]),
    ("quadratic: eigenvalue", quadratic, [[], [[1, 2], [3]], [[1, 2], [3, 4]], [1, 0], ["a"], [math.nan], None]),
    ("ravine: kappa=", ravine, [-1, 0, [1, 2], math.inf, "10"]),
    ("rotated: ", ravine().rotated, [math.inf, "ab", None]),
    ("degrees, or an orthogonal matrix (2, 2)", ravine().rotated, [math.nan, np.eye(3), np.diag([1, 0.9])]),
    ("rotated: needs an orthogonal matrix (5, 5)", FIVE.rotated, [45, np.eye(4)]),
    ("rosenbrock: a=", rosenbrock, [math.inf, True]),
    ("rosenbrock: b=", lambda b: rosenbrock(b=b), [0, -0.5]),
    ("double_well: barrier=", double_well, [0, -1]),
    ("double_well: tilt=", lambda given: double_well(*given), [(1, 2), (1, -1.6), (0.1, 0.2)]),
    ("ravine: positions must be of shape (…, 2), not (", ravine(), [1.0, [1.0, 2, 3]]),
]


@pytest.mark.parametrize("culprit, function, value", [(c, f, value) for c, f, values in BAD for value in values])
def test_bad_input_is_named_in_one_line(culprit, function, value):
    with pytest.raises((ValueError, TypeError)) as refusal:
        function(value)
    said = str(refusal.value)
    assert culprit in said and "\n" not in said and len(said) < 250, said
