"""Likelihood and cross-entropy, against exact values, SciPy and scikit-learn."""

import itertools

import numpy as np
import pytest
import scipy.special
from exact_cases import (
    dtypes,
    entropy,
    errors,
    families,
    few_classes,
    gaps,
    kl_divergence,
    lead,
    likelihood,
    sample,
    targets,
)
from hypothesis import given
from hypothesis import strategies as some
from sklearn.metrics import log_loss

import softmax_theory as st
from softmax_theory.testing import exact
from softmax_theory.testing.exact import Exact, ulps
from softmax_theory.testing.exact import context as mp

pytestmark = pytest.mark.filterwarnings("error")

nan, inf = np.nan, np.inf
takes_targets = pytest.mark.parametrize(
    "function", [st.likelihood, st.cross_entropy, st.cross_entropy_gradient]
)


@families
@dtypes
def test_loss_exact(family, dtype):
    z = sample(family, dtype)
    for t in targets(z):
        losses = st.cross_entropy(z, t, reduction="none")
        assert losses.dtype == dtype
        assert (errors(losses, exact.cross_entropy(z, t)) <= lead(z) / 2 + 2).all()


@families
@dtypes
def test_gradient_exact(family, dtype):
    z = sample(family, dtype)
    y, beside = exact.softmax(z).value, 1 - np.eye(z.shape[-1])
    for t in targets(z):
        gradient = st.cross_entropy_gradient(z, t, reduction="none")
        assert gradient.dtype == dtype
        scale = np.maximum(y * (t @ beside), t * (y @ beside))
        error = errors(gradient, exact.cross_entropy_gradient(z, t), scale)
        assert (error <= gaps(z) / 2 + 4).all()


@few_classes
@dtypes
def test_likelihood_of_a_label_has_the_error_of_its_probability(family, dtype):
    z = sample(family, dtype)
    outputs = exact.softmax(z)
    for t in itertools.islice(targets(z), 2):
        wanted = Exact(*(part[t == 1] for part in (outputs.value, outputs.rest, outputs.scale)))
        for label in (t, t.argmax(axis=-1)):
            got = st.likelihood(z, label)
            assert got.dtype == dtype
            assert ulps(got, wanted).max() <= 4


@few_classes
@dtypes
def test_likelihood_of_probabilities_has_the_error_of_the_loss(family, dtype):
    z = sample(family, dtype)
    for t in targets(z):
        loss = exact.cross_entropy(z, t).value
        unit = np.finfo(np.float64).eps / np.finfo(dtype).eps
        bound = (2 * np.where(np.isinf(loss), 0, loss) + 2) * unit + (dtype != np.float64) / 2
        assert (errors(st.likelihood(z, t), likelihood(z, t)) <= bound).all()


def test_likelihood_of_one_sample_and_of_a_row_that_is_barely_not_one_hot():
    assert st.likelihood([0.0, 0.0], 1) == st.likelihood([0.0, 0.0], [0, 1]) == 0.5
    assert st.likelihood([0.0, 1000.0], [1e-7, 1]) == pytest.approx(np.exp(-1e-4), rel=1e-12)


@pytest.mark.parametrize("classes", [2, 10, 100])
@pytest.mark.parametrize("concentration", [0.05, 0.3, 1, 100])
@dtypes
def test_entropy_and_divergence_exact(classes, concentration, dtype):
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.full(classes, concentration), size=(2, 10)).astype(dtype)
    close = p * (1 + 1e-5 * rng.normal(size=p.shape))
    close = (close / close.sum(axis=-1, keepdims=True)).astype(dtype)
    assert errors(st.entropy(p), entropy(p)).max() <= 3
    for other in (q, close):
        got, wanted = st.kl_divergence(p, other), kl_divergence(p, other)
        assert got.dtype == dtype
        np.testing.assert_array_equal(np.isfinite(got), np.isfinite(wanted.value))
        assert errors(got, wanted, wanted.scale).max() <= 2


def test_the_divergence_of_rows_in_which_few_classes_count():
    rows = np.random.default_rng(6).gamma(0.02, size=(2, 150, 100))[:, 135]
    p, q = np.maximum(rows, 1e-300) / np.maximum(rows, 1e-300).sum(axis=1, keepdims=True)
    with mp.workdps(40):
        terms = [a * mp.log(a / b) for a, b in zip(map(mp.mpf, p), map(mp.mpf, q), strict=True)]
        error = abs(mp.mpf(float(st.kl_divergence(p, q))) - mp.fsum(terms))
        assert 2 < error / mp.fsum(map(abs, terms)) / np.finfo(float).eps <= 3


@dtypes
def test_labels_one_hot_rows_and_booleans_are_the_same(dtype):
    z = sample("scale 10", dtype)
    labels = np.random.default_rng(2).integers(10, size=20)
    rows = st.one_hot(labels, 10)
    for function in (st.likelihood, st.cross_entropy, st.cross_entropy_gradient):
        expected = function(z, labels)
        kinds = [rows, rows == 1, rows.astype(int), labels.astype(np.uint8), labels.tolist()]
        for t in kinds:
            # Both are within 4 ulp of the exact value, and computed in two ways: from the label
            # and from the row.
            np.testing.assert_allclose(function(z, t), expected, rtol=2 * np.finfo(dtype).eps)
        for t in kinds[1:3]:
            np.testing.assert_array_equal(function(z, t), function(z, rows))
        for t in kinds[3:]:
            np.testing.assert_array_equal(function(z, t), expected)


def test_confident_and_right():
    z = [[60.0, 0.0, 0.0]]
    assert st.cross_entropy(z, [0]) == pytest.approx(2 * np.exp(-60), rel=1e-14)
    assert st.cross_entropy_gradient(z, [0])[0, 0] == pytest.approx(-2 * np.exp(-60), rel=1e-14)


def test_scikit_learn():
    z = sample("scale 1", np.float64)
    labels = np.random.default_rng(3).integers(10, size=20)
    y = st.softmax(z)
    expected = log_loss(labels, y, labels=np.arange(10))
    assert st.cross_entropy(z, labels) == pytest.approx(expected, rel=1e-14)
    total = log_loss(labels, y, labels=np.arange(10), normalize=False)
    assert st.cross_entropy(z, labels, reduction="sum") == pytest.approx(total, rel=1e-14)


@pytest.mark.parametrize("axis", [0, 1, -1, -2])
def test_scipy(axis):
    p, q = (st.softmax(np.random.default_rng(s).normal(size=(4, 5)), axis=axis) for s in (4, 5))
    entropy = scipy.special.entr(p).sum(axis=axis)
    np.testing.assert_allclose(st.entropy(p, axis=axis), entropy, rtol=1e-14)
    divergence = scipy.special.rel_entr(p, q).sum(axis=axis)
    np.testing.assert_allclose(st.kl_divergence(p, q, axis=axis), divergence, rtol=1e-13)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_axes(axis):
    z = np.random.default_rng(5).normal(size=(3, 4, 5))
    last = np.moveaxis(z, axis, -1)
    labels = np.random.default_rng(6).integers(last.shape[-1], size=last.shape[:-1])
    soft = st.softmax(np.random.default_rng(7).normal(size=z.shape), axis=axis)
    for t, t_last in ((labels, labels), (soft, np.moveaxis(soft, axis, -1))):
        np.testing.assert_array_equal(st.likelihood(z, t, axis=axis), st.likelihood(last, t_last))
        for reduction in ("mean", "sum", "none"):
            np.testing.assert_array_equal(
                st.cross_entropy(z, t, axis=axis, reduction=reduction),
                st.cross_entropy(last, t_last, reduction=reduction),
            )
            gradient = st.cross_entropy_gradient(z, t, axis=axis, reduction=reduction)
            np.testing.assert_array_equal(
                np.moveaxis(gradient, axis, -1),
                st.cross_entropy_gradient(last, t_last, reduction=reduction),
            )


def test_reductions():
    z = sample("scale 1", np.float64).reshape(4, 5, 10)
    t = np.random.default_rng(8).integers(10, size=(4, 5))
    losses = st.cross_entropy(z, t, reduction="none")
    assert losses.shape == (4, 5)
    assert st.cross_entropy(z, t, reduction="sum") == pytest.approx(losses.sum(), rel=1e-15)
    assert st.cross_entropy(z, t) == pytest.approx(losses.mean(), rel=1e-15)
    gradient = st.cross_entropy_gradient(z, t, reduction="none")
    np.testing.assert_array_equal(st.cross_entropy_gradient(z, t, reduction="sum"), gradient)
    np.testing.assert_allclose(st.cross_entropy_gradient(z, t), gradient / 20, rtol=1e-15)
    assert isinstance(st.cross_entropy(z, t), np.float64)
    assert isinstance(st.cross_entropy(z[0, 0], t[0, 0], reduction="none"), np.float64)


@pytest.mark.parametrize("t", [[], np.empty(0, int), np.empty((0, 3))])
def test_empty_batch(t):
    z = np.empty((0, 3))
    assert np.isnan(st.cross_entropy(z, t))
    assert st.cross_entropy(z, t, reduction="sum") == 0
    assert st.cross_entropy(z, t, reduction="none").shape == (0,)
    assert st.cross_entropy_gradient(z, t).shape == (0, 3)
    assert st.likelihood(z, t).shape == (0,)
    assert st.cross_entropy_hessian(z).shape == (0, 3, 3)


def test_infinite_logits():
    z = np.array([[-inf, 0, 0], [-inf, -inf, -inf], [inf, 0, 0], [nan, 0, 0]])
    np.testing.assert_array_equal(
        st.cross_entropy(z, [1, 1, 1, 1], reduction="none"), [np.log(2), nan, nan, nan]
    )
    np.testing.assert_array_equal(
        st.cross_entropy(z, [0, 0, 0, 0], reduction="none"), [inf, nan, nan, nan]
    )
    np.testing.assert_array_equal(st.likelihood(z, [0, 0, 0, 0]), [0, nan, nan, nan])
    soft = np.tile([0.5, 0.5, 0], (4, 1))
    np.testing.assert_array_equal(st.cross_entropy(z, soft, reduction="none"), [inf, nan, nan, nan])
    gradient = st.cross_entropy_gradient(z, [1, 1, 1, 1], reduction="none")
    np.testing.assert_array_equal(gradient, [[0, -0.5, 0.5], [nan] * 3, [nan] * 3, [nan] * 3])


def test_largest_floats():
    z = [1e308, -1e308]
    assert st.cross_entropy(z, 0) == 0
    assert st.cross_entropy(z, 1) == inf
    assert st.cross_entropy(z, [0.5, 0.5]) == 1e308
    np.testing.assert_array_equal(st.cross_entropy_gradient(z, 1), [1, -1])
    # The sum of the losses overflows, their mean does not.
    pair = [[1.5e308, 0], [1.5e308, 0]]
    assert st.cross_entropy(pair, [1, 1]) == 1.5e308
    assert st.cross_entropy(pair, [1, 1], reduction="sum") == inf


def test_nan_in_targets_propagates():
    z = np.zeros((2, 2))
    t = [[nan, 0.5], [0, 1]]
    np.testing.assert_array_equal(st.cross_entropy(z, t, reduction="none"), [nan, np.log(2)])
    gradient = st.cross_entropy_gradient(z, t, reduction="none")
    np.testing.assert_array_equal(gradient, [[nan, nan], [0.5, -0.5]])
    np.testing.assert_array_equal(st.likelihood(z, t), [nan, 0.5])
    np.testing.assert_array_equal(st.entropy(t), [nan, 0])
    np.testing.assert_array_equal(st.kl_divergence(t, t), [nan, 0])
    np.testing.assert_array_equal(st.kl_divergence([[0, 1], [1, 0]], t), [nan, inf])


def test_divergence_edges():
    assert st.kl_divergence([1, 0], [1, 0]) == 0
    assert st.kl_divergence([0.5, 0.5], [1, 0]) == inf
    assert st.kl_divergence([1, 0], [0.5, 0.5]) == np.log(2)
    # The ratio of the probabilities overflows, its logarithm does not.
    assert st.kl_divergence([1, 0], [5e-324, 1]) == pytest.approx(-np.log(5e-324), rel=1e-15)
    assert st.entropy([1, 0]) == 0
    assert not np.signbit(st.entropy([1.0]))
    assert st.kl_divergence(np.float32([1, 0]), np.float16([1, 0])).dtype == np.float32
    with pytest.raises(ValueError, match=r"q: got shape \(3,\); expected \(2,\), the shape of p"):
        st.kl_divergence([1, 0], [1, 0, 0])


weights = some.lists(some.integers(0, 50), min_size=6, max_size=6)


@given(weights.filter(any), weights.filter(all))
def test_cross_entropy_is_entropy_plus_divergence(p, z):
    p, z = np.array(p) / np.sum(p), np.array(z) / 7
    q = st.softmax(z)
    divergence = st.kl_divergence(p, q)
    assert divergence >= 0
    assert st.cross_entropy(z, p) == pytest.approx(st.entropy(p) + divergence, rel=1e-13)
    assert st.likelihood(z, p) == pytest.approx((q**p).prod(), rel=1e-13)
    assert 0 <= st.entropy(p) <= np.log(6) * (1 + 1e-15)
    # Nearly the same distribution: rounding must not take the divergence below zero.
    assert st.kl_divergence(p, np.nextafter(p, 0)) >= 0
    assert st.kl_divergence(q, np.nextafter(q, 1)) >= 0


@pytest.mark.parametrize("t", [[1.0, 0.0, 0.0], [0.25, 0.25, 0.5]])
def test_derivatives(t):
    z = [0.3, -1.2, 2.0]
    gradient, hessian = st.cross_entropy_gradient(z, t), st.cross_entropy_hessian(z)
    with mp.workdps(60):

        def loss(*logits):
            total = mp.log(sum(mp.exp(x) for x in logits))
            return sum(weight * (total - x) for weight, x in zip(t, logits, strict=True))

        for i in range(3):
            order = [int(c == i) for c in range(3)]
            first = mp.diff(loss, tuple(map(mp.mpf, z)), tuple(order))
            assert gradient[i] == pytest.approx(float(first), rel=1e-14)
            for j in range(3):
                both = [order[c] + int(c == j) for c in range(3)]
                second = mp.diff(loss, tuple(map(mp.mpf, z)), tuple(both))
                assert hessian[i, j] == pytest.approx(float(second), rel=1e-13)


def test_one_hot():
    np.testing.assert_array_equal(st.one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])
    assert st.one_hot([2, 0], 3).dtype == np.float64
    assert st.one_hot(np.zeros((2, 3), np.uint8), 4).shape == (2, 3, 4)
    np.testing.assert_array_equal(st.one_hot(1, np.int64(2)), [0, 1])
    assert st.one_hot([], 3).shape == (0, 3)


@pytest.mark.parametrize(
    ("t", "n_classes", "message"),
    [
        ([0, 3], 3, r"t: label 3 at index \(1,\) is out of range; expected integers from 0 to 2"),
        ([0, -1], 3, r"t: label -1 at index \(1,\)"),
        (5, 3, r"t: label 5 is out of range"),
        (np.array([2**64 - 1], np.uint64), 3, r"t: label 18446744073709551615 at"),
        ([0.0, 1.0], 3, r"t: got type float64; expected integer labels"),
        ([True, False], 3, r"t: got type bool; expected integer labels"),
        ([0], 0, r"n_classes: got 0; expected an integer that is at least 1"),
        ([0], 2.0, r"n_classes: got 2\.0"),
        ([0], True, r"n_classes: got True"),
        ([0], "3", r"n_classes: got '3'"),
    ],
)
def test_bad_one_hot(t, n_classes, message):
    with pytest.raises(ValueError, match=message):
        st.one_hot(t, n_classes)


@takes_targets
@pytest.mark.parametrize(
    ("t", "message"),
    [
        ([0, 1, 2, 7], (r"t: label 7 at index \(3,\) is out of range; "
                       r"expected integers from 0 to 4 \(5 classes\)")),
        ([0, -1, 2, 4], r"t: label -1 at index \(1,\)"),
        ([0, 1, 5, 9], r"t: label 5 at index \(2,\)"),
        ([0, 1, 2], (r"t: got shape \(3,\) and type int64; expected integer labels of shape \(4,\) "
                    r"or probabilities of shape \(4, 5\)")),
        ([0.0, 1.0, 2.0, 3.0], r"t: got shape \(4,\) and type float64"),
        ([True, False, True, False], r"t: got shape \(4,\) and type bool"),
        (0, r"t: got shape \(\)"),
        ([[0], [1], [2], [3]], r"t: got shape \(4, 1\)"),
        (np.full((4, 4), 0.25), r"t: got shape \(4, 4\)"),
        (np.full((4, 5), 0.25), (r"t: the probabilities at index \(0,\) sum to 1\.25; "
                                r"expected 1 to within 1e-06")),
        (np.zeros((4, 5)), r"t: the probabilities at index \(0,\) sum to 0"),
        (np.ones((4, 5), bool), r"t: the probabilities at index \(0,\) sum to 5"),
        (np.eye(5)[:4] * [1, 1, 2, 1, 1], r"t: the probabilities at index \(2,\) sum to 2"),
        (np.tile([1.5, -0.5, 0, 0, 0], (4, 1)), (r"t: the probability of class 1 at index \(0,\) "
                                                r"is -0\.5; expected no negative one")),
        (np.full((4, 5), inf), r"t: the probabilities at index \(0,\) sum to inf"),
        (np.full((4, 5), "a"), r"t: got type <U1"),
        (np.full(4, "a"), r"t: got shape \(4,\) and type <U1"),
        (np.full((4, 5), 0.2 + 0j), r"t: got type complex128"),
        ([[1], [1, 2]], r"t: cannot be read as an array"),
    ],
)  # fmt: skip
def test_bad_targets(function, t, message):
    with pytest.raises(ValueError, match=message):
        function(np.zeros((4, 5)), t)


@takes_targets
@pytest.mark.parametrize(
    ("dtype", "off"), [(np.float16, 0.0312), (np.float32, 3.45e-4), (np.float64, 1e-6)]
)
def test_tolerance_of_the_sums(function, dtype, off):
    for sign in (-1, 1):
        good = np.array([0.5, 0.5 + sign * 0.95 * off], dtype)
        function([0.0, 0.0], good)
        st.entropy(good)
        bad = np.array([0.5, 0.5 + sign * 1.1 * off], dtype)
        for call in (lambda bad=bad: function([0.0, 0.0], bad), lambda bad=bad: st.entropy(bad)):
            with pytest.raises(ValueError, match=r"(t|p): the probabilities sum to"):
                call()


def test_single_precision_targets_pass_as_double():
    z = np.random.default_rng(9).normal(size=(100, 1000)).astype(np.float32)
    st.cross_entropy(z, st.softmax(z).astype(np.float64))
    half = z.astype(np.float16)
    st.cross_entropy(half, st.softmax(half))


@pytest.mark.parametrize("reduction", ["avg", None, 1, ["mean"], np.array(["mean", "sum"])])
@pytest.mark.parametrize(
    "function",
    [
        st.cross_entropy,
        st.cross_entropy_gradient,
        st.binary_cross_entropy,
        st.binary_cross_entropy_gradient,
    ],
)
def test_bad_reduction(function, reduction):
    with pytest.raises(ValueError, match=r'reduction: got .*; expected "mean", "sum" or "none"'):
        function([0.0, 0.0], [0, 1], reduction=reduction)
