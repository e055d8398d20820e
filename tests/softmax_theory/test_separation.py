"""The warning that no finite weights are best, beside the decision by linear programming."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.datasets import load_iris, load_wine

import softmax_theory as st
from softmax_theory.linear import MOST_CHECKED

pytestmark = pytest.mark.filterwarnings("error")

METHODS = ["gradient descent", "newton"]


def warned(model, X, t, **options):
    """Fit and return whether there was the warning, and no other."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, t, **options)
    assert all(w.category is st.SeparationWarning for w in caught)
    assert all(Path(w.filename).name == Path(__file__).name for w in caught)
    return bool(caught)


def fitted(X, t, method, **options):
    X = np.asarray(X, dtype=np.float64)
    n_classes = t.shape[1] if np.ndim(t) == 2 else int(np.max(t)) + 1
    model = st.LinearSoftmax.zeros(X.shape[1], n_classes, l2=options.pop("l2", 0.0))
    return warned(model, X, t, method=method, **{"n_steps": 300, **options})


def separable(X, T):
    """Decide by linear programming: the largest sum of the logits by which the target leads."""
    leads, ties = [], []
    for x, row in zip(np.column_stack([X, np.ones(len(X))]), T, strict=True):
        first = int(np.argmax(row > 0))
        for c in range(len(row)):
            lead = np.zeros((len(row), len(x)))
            lead[first] += x
            lead[c] -= x
            (ties if row[c] > 0 else leads).append(lead.ravel())
    if not leads:
        return False
    best = linprog(
        -np.sum(leads, axis=0),
        A_ub=-np.array(leads),
        b_ub=np.zeros(len(leads)),
        A_eq=np.array(ties),
        b_eq=np.zeros(len(ties)),
        bounds=(-1, 1),
    )
    return -best.fun > 1e-7


def samples(rng, kind):
    """Return samples of a kind, all features in the unit interval, and their targets."""
    n, D, C = rng.integers(2, 30), rng.integers(1, 4), rng.integers(2, 5)
    X, t = rng.random((n, D)), rng.integers(0, C, n)
    if kind == "grid":
        X = rng.integers(0, 3, (n, D)) / 2
    if kind == "indicator":
        X[:, 0] = rng.integers(0, 2, n)
        t[X[:, 0] == 1] = 0
    if kind in ("linear", "nearly linear"):
        t = (X @ rng.normal(size=(D, C)) + 0.3 * rng.normal(size=C)).argmax(axis=1)
    if kind == "nearly linear":
        t[rng.random(n) < 0.1] = 0
    if kind == "one class apart":
        t = np.where(X[:, 0] > 0.7, 0, rng.integers(1, C, n))
    T = st.one_hot(t, C)
    if kind == "soft":
        mixed = rng.random(n) < 0.3
        T[mixed] = (T[mixed] + st.one_hot(rng.integers(0, C, mixed.sum()), C)) / 2
    return X, T


KINDS = ["random", "grid", "indicator", "linear", "nearly linear", "one class apart", "soft"]


@pytest.mark.parametrize("kind", KINDS)
def test_warns_where_linear_programming_says_so(kind):
    rng = np.random.default_rng(KINDS.index(kind))
    found = []
    for _ in range(60):
        X, T = samples(rng, kind)
        found.append(separable(X, T))
        assert fitted(X, T, "newton") == found[-1]
        assert fitted(X, T, "gradient descent", n_steps=20) == found[-1]
    assert any(found)
    assert all(found) == (kind in ("linear", "one class apart"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tolerance", [0.0, 1e-12, 1e-8, 1e-3])
def test_known_data(method, tolerance):
    def warns(X, t):
        return fitted(X, t, method, tolerance=tolerance)

    X, t = load_iris(return_X_y=True)
    assert warns(X, t)  # quasi-complete: the first species stands apart
    assert warns(X, (t == 0).astype(int))
    assert not warns(X, (t == 1).astype(int))
    assert not warns(X[50:], t[50:] - 1)
    line = [[-2.0], [-1.0], [1.0], [2.0]]
    assert warns(line, [0, 0, 1, 1])  # complete
    assert warns([[-1.0], [0.0], [0.0], [1.0]], [0, 0, 1, 1])  # both touch at 0
    assert not warns(line, [0, 1, 0, 1])
    assert not warns(np.zeros((3, 1)), [0, 1, 1])  # a constant feature says nothing
    assert warns(line, st.one_hot([0, 0, 1, 1], 3))  # nothing of the third class


@pytest.mark.parametrize("method", METHODS)
def test_soft_targets(method):
    line = [[-1.0], [0.0], [1.0]]
    assert not fitted(line, np.array([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]]), method)
    assert fitted(line, np.array([[1, 0], [0.5, 0.5], [0, 1]]), method)
    assert not fitted(line, np.array([[1, 0], [0, 1], [0.1, 0.9]]), method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("l2", [1e-3, 1e-9])
def test_no_warning_with_a_penalty(method, l2):
    assert not fitted(*load_iris(return_X_y=True), method, l2=l2)
    assert not fitted([[-1.0], [1.0]], [0, 1], method, l2=l2)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("overlap", [1e-1, 1e-4, 1e-8, 1e-12])
def test_nearly_separable(method, overlap):
    # Sorted by the feature the labels are 0 0 1 0 1 1, or 0 0 0 1 1 1.
    assert not fitted([[-2], [-1], [-overlap], [overlap], [1], [2]], [0, 0, 1, 0, 1, 1], method)
    assert fitted([[-2], [-1], [-overlap], [overlap], [1], [2]], [0, 0, 0, 1, 1, 1], method)
    # The same in a direction that no axis has, beside a feature on another scale.
    turned = np.array([[-2], [-1], [-overlap], [overlap], [1], [2]]) * [0.6e5, -0.8]
    turned += np.array([[1.0], [-1.0], [0.5], [0.25], [1.0], [-1.0]]) * [0.8e5, 0.6]
    assert fitted(turned, [0, 0, 0, 1, 1, 1], method)


def test_wide_and_far_features():
    X, t = load_iris(return_X_y=True)
    for scale, shift in ((1e-8, 0.0), (1e8, 1e9), (1.0, 1e6)):
        far = X * [1, scale, 1, scale] + shift
        assert fitted(far, t, "newton")
        assert not fitted(far[50:], t[50:] - 1, "newton")


def test_a_later_fit_and_any_start_warn_too():
    X, t = load_wine(return_X_y=True)
    model = st.LinearSoftmax.zeros(13, 3)
    for _ in range(3):
        assert warned(model, X, t, method="newton", tolerance=1e-14)
    W = 30 * np.random.default_rng(0).normal(size=(3, 13))
    assert warned(st.LinearSoftmax(W, np.zeros(3)), X, t, method="newton", n_steps=1)


def test_large_models_are_only_checked_as_they_are():
    X, t = load_iris(return_X_y=True)
    wide = np.hstack([X, np.zeros((150, MOST_CHECKED // 3))])
    assert fitted(wide, (t == 0).astype(int), "gradient descent")
    assert not fitted(wide, t, "gradient descent", n_steps=20)  # quasi-complete


@pytest.mark.parametrize("method", METHODS)
def test_a_class_without_a_sample_has_no_best_bias_and_is_named(method) -> None:
    X, t = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 2, 0, 2])
    model = st.LinearSoftmax.zeros(1, 3, l2=0.1)
    with pytest.warns(st.SeparationWarning, match="class 1 has no sample, so no finite bias"):
        model.fit(X, t, method=method, n_steps=20)
    # The bias falls with every further step, although the weights are penalised.
    lower = st.LinearSoftmax.zeros(1, 3, l2=0.1)
    with pytest.warns(st.SeparationWarning):
        lower.fit(X, t, method=method, n_steps=40, tolerance=0)
    assert lower.b[1] - lower.b[0] < model.b[1] - model.b[0]
    assert not fitted(X, np.array([0, 1, 0, 1]), method, l2=0.1)
