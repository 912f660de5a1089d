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


def stationary(X, y, w, penalty, tolerance=1e-6):
    """Whether w meets the lasso's conditions: correlation λ₁ sign(w) where w ≠ 0, at most λ₁ elsewhere."""
    c = correlations(X, y, w)
    close = abs(c - penalty * np.sign(w))[w != 0].max(initial=0) < tolerance * penalty
    return close and abs(c).max() < penalty * (1 + tolerance)


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
        penalty = share * abs(X.T @ y / len(X)).max()
        theirs = Lasso(alpha=penalty, fit_intercept=False, tol=1e-14, max_iter=10**6).fit(X, y).coef_
        ours = lasso(X, y, penalty)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6 * abs(theirs).max())
        assert ((ours == 0) == (theirs == 0)).all()


def test_the_lasso_meets_conditions_that_a_planted_fault_does_not():
    X, y = regression(3)
    largest = abs(correlations(X, y, np.zeros(6))).max()
    w = lasso(X, y, largest / 4)
    assert stationary(X, y, w, largest / 4)
    assert not stationary(X, y, w, largest / 2)  # λ mistaken for λ/2
    assert not stationary(X, y, ridge(X, y, largest / 4), largest / 4)
    assert not lasso(X, y, 1.001 * largest).any()
    assert lasso(X, y, 0.999 * largest).any()


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


X, Y = regression(0)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: ridge(X, Y[:-1], 1.0), "y"),
        (lambda: ridge(X[0], Y, 1.0), "X"),
        (lambda: lasso(X * np.nan, Y, 1.0), "NaN"),
        (lambda: lasso(X, Y, 0.0), "penalty=0.0"),
        (lambda: lasso(X, Y, -1), "penalty=-1"),
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
