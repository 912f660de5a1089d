"""Penalties: held to scikit-learn, to torch, and to the conditions that only the optimum meets."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Lasso, Ridge, lars_path as sklearn_path

from tricks.data import diabetes
from tricks.regularizers import lars_path, lasso, ridge, soft_threshold

PUBLISHED = [3, 9, 4, 7, 2, 10, 5, 8, 6, 1]  # Efron et al. 2004: the order of least angle regression


def regression(seed, n=40, D=6):
    """Correlated features, a few of them useful."""
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(n, D)) @ draw.normal(size=(D, D))
    return X, X @ draw.normal(size=D) + 3 * draw.normal(size=n)


def correlations(X, y, w):
    return X.T @ (y - X @ w) / len(X)


def largest(X, y):
    """Return the penalty from which on all weights are 0."""
    return abs(X.T @ y / len(X)).max()


def objective(X, y, w, penalty):
    return ((y - X @ w) ** 2).sum() / (2 * len(X)) + penalty * abs(w).sum()


def stationary(X, y, w, penalty, tolerance=1e-6):
    """Whether w meets the lasso's conditions: correlation λ₁ sign(w) where w ≠ 0, at most λ₁ elsewhere."""
    c = correlations(X, y, w)
    close = abs(c - penalty * np.sign(w))[w != 0].max(initial=0) < tolerance * penalty
    return close and abs(c).max() < penalty * (1 + tolerance)


@pytest.mark.parametrize("given, most", [((1,), 130), ((2, 30, 50), 198)])
def test_momentum_saves_steps(given, most):
    X, y = regression(*given)
    penalty, lr = 0.3 * largest(X, y), len(X) / np.linalg.norm(X, 2) ** 2
    assert stationary(X, y, lasso(X=X, y=y, penalty=penalty, most=most), penalty)
    plain = np.zeros(X.shape[1])
    for _ in range(most):
        plain = soft_threshold(plain + lr * correlations(X, y, plain), lr * penalty)
    assert not stationary(X, y, plain, penalty)


def test_one_feature_takes_one_step_after_which_nothing_is_left_to_gain():
    assert lasso([[2], [0]], [4, 0], 1, tolerance=0, most=1) == 1.5  # where ¼ (4 − 2w)² + w is lowest
    assert lasso.__kwdefaults__ == {"tolerance": 1e-14, "most": 100_000}


def test_the_step_that_brings_the_duality_gap_below_the_tolerance_is_the_last():
    # By hand: w = (3/2, 1/4) after one step, y − Xw = (1, 11/4), s = 8/11; the gap is 249/64 − 402/121, L(0) 25/4.
    share = (249 / 64 - 402 / 121) / (25 / 4)
    assert lasso([[2, 0], [0, 1]], [4, 3], 1, tolerance=1.001 * share, most=1).tolist() == [1.5, 0.25]
    with pytest.raises(ValueError, match="after 1 steps"):
        lasso([[2, 0], [0, 1]], [4, 3], 1, tolerance=0.999 * share, most=1)


@pytest.mark.parametrize("tolerance", [1e-2, 1e-3, 1e-4])
def test_what_the_lasso_leaves_to_gain_is_within_the_tolerance(tolerance):
    X, y = diabetes()
    penalty = 0.3 * largest(X, y)
    rough, best = (lasso(X, y, penalty, **options, most=200) for options in ({"tolerance": tolerance}, {}))
    left = objective(X, y, rough, penalty) - objective(X, y, best, penalty)
    assert 0 < left <= tolerance * objective(X, y, 0 * best, penalty)


@pytest.mark.parametrize("scale", [2.0**-30, 2.0**30])  # powers of two: no bit is lost
def test_in_other_units_the_weights_are_the_same_to_the_bit(scale):
    X, y = regression(0)
    penalty = 0.3 * largest(X, y)
    for a, b in ((1.0, scale), (scale, 1.0)):
        assert np.array_equal(ridge(a * X, b * y, a * a * penalty), b / a * ridge(X, y, penalty))
        assert np.array_equal(lasso(a * X, b * y, a * b * penalty, most=500), b / a * lasso(X, y, penalty))
        path, scaled = lars_path(X, y), lars_path(X=a * X, y=b * y)
        assert np.array_equal(scaled.penalties, a * b * path.penalties)
        assert np.array_equal(scaled.weights, b / a * path.weights)


def test_soft_threshold_is_torchs_softshrink_for_arrays_too():
    w = torch.randn(100, dtype=torch.double)
    expected = torch.nn.functional.softshrink(w, 0.7)
    torch.testing.assert_close(soft_threshold(w, 0.7), expected)
    np.testing.assert_allclose(soft_threshold(w.numpy(), 0.7), expected)
    assert soft_threshold(torch.tensor([0.3, -0.7, 0.0]), 0.7).tolist() == [0, 0, 0]


def test_soft_threshold_is_the_proximal_step():
    v = np.linspace(-3, 3, 600_001)
    for w in (-2.0, -0.4, 0.1, 1.3):
        lowest = v[((v - w) ** 2 / 2 + 0.5 * abs(v)).argmin()]
        assert abs(lowest - soft_threshold(np.array(w), 0.5)) < 2e-5


@pytest.mark.parametrize("penalty", [1e-4, 0.1, 10.0])
def test_ridge_equals_scikit_learn(penalty):
    X, y = regression(0)
    theirs = Ridge(alpha=len(X) * penalty, fit_intercept=False, tol=1e-12).fit(X, y).coef_
    np.testing.assert_allclose(ridge(X, y, penalty), theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("share", [0.9, 0.3, 0.01])
def test_lasso_equals_scikit_learn_zeros_included(share):
    for X, y in (diabetes(), regression(1), regression(2, n=30, D=50)):
        penalty = share * largest(X, y)
        theirs = Lasso(alpha=penalty, fit_intercept=False, tol=1e-14, max_iter=10**6).fit(X, y).coef_
        ours = lasso(X, y, penalty)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6 * abs(theirs).max())
        assert ((ours == 0) == (theirs == 0)).all()


def test_the_lasso_meets_conditions_that_a_planted_fault_does_not():
    X, y = regression(3)
    most = largest(X, y)
    w = lasso(X, y, most / 4)
    assert stationary(X, y, w, most / 4)
    assert not stationary(X, y, w, most / 2)  # λ mistaken for λ/2
    assert not stationary(X, y, ridge(X, y, most / 4), most / 4)
    assert not lasso(X, y, 1.001 * most).any()
    assert lasso(X, y, 0.999 * most).any()


def test_the_path_on_diabetes_has_the_published_order_and_scikit_learns_knots():
    X, y = diabetes()
    for method, drop in (("lar", False), ("lasso", True)):
        path = lars_path(X, y, drop=drop)
        penalties, _, weights = sklearn_path(X, y, method=method)
        np.testing.assert_allclose(path.penalties, penalties, atol=1e-8)
        np.testing.assert_allclose(path.weights, weights.T, atol=1e-8)
        assert (path.weights != 0).argmax(axis=0).argsort().tolist() == [j - 1 for j in PUBLISHED]
    assert len(path.penalties) == 13 and path.weights[9:12, 6].tolist()[1:] == [0, 0]  # s3 leaves and returns


@pytest.mark.parametrize("seed", range(20))
def test_lasso_paths_equal_scikit_learns_at_every_knot_and_our_lasso_between_them(seed):
    X, y = regression(seed)
    path = lars_path(X, y)
    penalties, _, weights = sklearn_path(X, y, method="lasso")
    np.testing.assert_allclose(path.penalties, penalties, atol=1e-8 * penalties[0])
    np.testing.assert_allclose(path.weights, weights.T, atol=1e-8 * abs(weights).max())
    middle = (path.weights[1] + path.weights[2]) / 2
    halfway = (path.penalties[1] + path.penalties[2]) / 2
    np.testing.assert_allclose(lasso(X, y, halfway), middle, atol=1e-6 * abs(middle).max())


@pytest.mark.parametrize("seed", range(20))
def test_least_angles_stay_equal_and_end_at_least_squares(seed):
    X, y = regression(seed)
    path = lars_path(X, y, drop=False)
    assert len(path.penalties) == 7
    for step, (penalty, w) in enumerate(zip(*path, strict=True)):
        tied = abs(abs(correlations(X, y, w)) - penalty) < 1e-8 * path.penalties[0]
        assert tied.sum() == min(step + 1, 6)
    # scikit-learn's "lar" does not get here if a weight changes sign on the way, as in seed 0.
    np.testing.assert_allclose(path.weights[-1], np.linalg.lstsq(X, y)[0], rtol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_only_the_last_knot_has_penalty_zero_also_where_a_weight_ends_at_zero(seed):
    X, _ = regression(seed)
    w = np.array([2.0, 0, -1, 0, 3, 0])
    path = lars_path(X, X @ w)
    np.testing.assert_allclose(path.weights[-1], w, atol=1e-9)
    assert (path.penalties > 1e-12 * path.penalties[0]).tolist() == [True] * (len(path.penalties) - 1) + [False]


X, Y = regression(0)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: ridge(X, Y[:-1], 1.0), "X must be (n, D) and y (n,), not (40, 6) and (39,)"),
        (lambda: ridge(X[0], Y, 1.0), "not (6,) and (40,)"),
        (lambda: lasso(X * np.nan, Y, 1.0), "NaN"),
        (lambda: lasso(X, Y, 0.0), "penalty=0.0"),
        (lambda: lasso(X, Y, -1), "penalty=-1"),
        (lambda: ridge(X, Y, np.inf), "penalty=inf"),
        (lambda: ridge(X, Y, "strong"), "penalty='strong'"),
        (lambda: ridge(X, Y, True), "penalty=True"),
        (lambda: lasso(X, Y, 1e-3, most=2), "after 2 steps"),
        (lambda: lars_path(X[:, [0, 0, 1]], Y), "linearly dependent"),
        (lambda: lars_path(X, 0 * Y), "no feature"),
        (lambda: lars_path([["a"]], [1]), "X"),
    ],
)
def test_bad_input_is_named_in_one_line(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value) and "\n" not in str(caught.value)
