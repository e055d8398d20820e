"""The Brier score, reliability and a fitted temperature, against exact values and plain loops."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

import softmax_theory as st
from softmax_theory.testing import exact, sample
from softmax_theory.testing.exact import context, together, ulps
from softmax_theory.testing.families import FAMILIES

pytestmark = pytest.mark.filterwarnings("error")

nan, inf = np.nan, np.inf
FUNCTIONS = (st.brier_score, st.reliability, st.fit_temperature)
every = pytest.mark.parametrize("function", FUNCTIONS)


def labels_of(z, seed=1):
    labels = np.random.default_rng(seed).integers(z.shape[1], size=len(z))
    labels[::2] = z[::2].argmax(axis=1)
    return labels


def exact_scores(z, t):
    """Return the scores; of soft targets with the scale of their docstring."""
    values, scales = [], []
    for row, target in zip(z, t, strict=True):
        _, terms, rest = exact.exponentials(row)
        y = [term / (1 + rest) for term in terms]
        if np.ndim(target) == 0:
            others = context.fsum(term for c, term in enumerate(terms) if c != target)
            squares = [a * a for c, a in enumerate(y) if c != target]
            values.append(context.fsum([*squares, (others / (1 + rest)) ** 2]))
            scales.append(values[-1])
            continue
        pairs = list(zip(y, exact.numbers(target), strict=True))
        values.append(context.fsum((a - b) ** 2 for a, b in pairs))
        scales.append(context.fsum(abs(a - b) * max(a, b) for a, b in pairs))
    return together([values], (len(z),), [scales])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_brier_score_exact(dtype, classes):
    for family in FAMILIES:
        z = sample(family, classes, dtype)
        soft = np.random.default_rng(2).dirichlet(np.full(classes, 0.3), size=len(z))
        bound = 8 if dtype == np.float64 else 0.51
        for t in (labels_of(z), soft.astype(dtype)):
            scores = st.brier_score(z, t, reduction="none")
            assert scores.dtype == dtype
            assert ulps(scores, exact_scores(z, t)).max() <= bound, family


def test_brier_score_of_one_hot_rows_and_the_reductions():
    z = sample("confident", 10, np.float64)
    t = labels_of(z)
    single = st.brier_score(z, t, reduction="none")
    np.testing.assert_array_equal(st.brier_score(z, st.one_hot(t, 10), reduction="none"), single)
    assert st.brier_score(z, t) == single.mean()
    assert st.brier_score(z.T, t, axis=0, reduction="sum") == single.sum()
    p = np.array([0.1, 0.4, 0.8])
    half = st.brier_score(np.log(np.stack([1 - p, p], axis=1)), [0, 1, 1]) / 2
    assert half == pytest.approx(brier_score_loss([0, 1, 1], p), rel=1e-14, abs=0)
    assert np.isnan(st.brier_score(np.empty((0, 3)), []))
    assert np.isnan(st.brier_score([nan, 0.0], 0))
    assert st.brier_score([1e308, -1e308], 1) == 2


def bins_by_loop(z, t, n_bins):
    """Return the points of the diagram and the error, sample by sample."""
    found = [[] for _ in range(n_bins)]
    for row, label in zip(z, t, strict=True):
        y = st.softmax(row)
        [b] = [b for b in range(n_bins) if b / n_bins < y.max() <= (b + 1) / n_bins]
        found[b].append((y.max(), float(y.argmax() == label)))
    points = [np.mean(part, axis=0) if part else (nan, nan) for part in found]
    counts = [len(part) for part in found]
    error = sum(n / len(z) * abs(a - c) for n, (c, a) in zip(counts, points, strict=True) if n)
    return np.array(points).T, counts, error


@pytest.mark.parametrize("n_bins", [1, 2, 10, 15])
def test_reliability(n_bins):
    z = 2 * np.random.default_rng(3).normal(size=(200, 4))
    t = labels_of(z)
    (confidence, accuracy), count, error = bins_by_loop(z, t, n_bins)
    for given, target, axis in ((z, t, -1), (z.T, t, 0), (z, st.one_hot(t, 4), 1)):
        found = st.reliability(given, target, axis=axis, n_bins=n_bins)
        np.testing.assert_allclose(found.confidence, confidence, rtol=1e-14)
        np.testing.assert_allclose(found.accuracy, accuracy, rtol=1e-14)
        np.testing.assert_array_equal(found.count, count)
        assert found.expected_calibration_error == pytest.approx(error, rel=1e-13, abs=0)
    cube = st.reliability(z.reshape(10, 20, 4), t.reshape(10, 20), n_bins=n_bins)
    np.testing.assert_array_equal(cube.count, count)


def test_a_confidence_at_the_edge_of_a_bin_belongs_to_the_lower():
    found = st.reliability([[0.0, 0.0], [0.0, 1.0]], [0, 1], n_bins=2)
    np.testing.assert_array_equal(found.count, [1, 1])
    np.testing.assert_array_equal(found.confidence[0], 0.5)
    np.testing.assert_array_equal(st.reliability([0.0], 0, n_bins=3).count, [0, 0, 1])


def test_the_error_of_confident_predictions_keeps_its_digits():
    z = np.array([[50.0, 0.0], [60.0, 0.0]])
    wanted = (np.exp(-50) + np.exp(-60)) / 2
    got = st.reliability(z, [0, 0]).expected_calibration_error
    assert got == pytest.approx(wanted, rel=1e-14, abs=0)


def test_reliability_in_a_narrow_type_and_without_samples():
    found = st.reliability(np.zeros((3, 2), np.float32), [0, 0, 1])
    assert found.confidence.dtype == found.expected_calibration_error.dtype == np.float32
    empty = st.reliability(np.empty((0, 2)), [], n_bins=2)
    np.testing.assert_array_equal(empty.count, [0, 0])
    assert np.isnan(empty.expected_calibration_error)
    assert np.isnan(empty.accuracy).all()


def exact_temperature(z, t, start):
    """Return the temperature, and the factor of the error that its docstring states."""
    beta = 1 / context.mpf(start)
    for _ in range(4):
        slope = variance = mean = context.mpf(0)
        for row, label in zip(z, t, strict=True):
            x = exact.numbers(row)
            m = max(x)
            e = [context.exp(beta * (a - m)) for a in x]
            y = [a / context.fsum(e) for a in e]
            own = context.fsum(p * (m - a) for p, a in zip(y, x, strict=True))
            slope += own - (m - x[label])
            mean += own
            variance += context.fsum(p * (m - a - own) ** 2 for p, a in zip(y, x, strict=True))
        beta += slope / variance
    return 1 / beta, 1 + float(mean / (beta * variance))


@pytest.mark.parametrize("scale", [1e-6, 1, 30, 1e3])
@pytest.mark.parametrize("classes", [2, 10])
@pytest.mark.parametrize("wrong", [1, 5, 20])
def test_temperature_exact(scale, classes, wrong):
    z = scale * np.random.default_rng([classes, wrong]).normal(size=(60, classes))
    t = z.argmax(axis=1)
    t[:wrong] = z[:wrong].argsort(axis=1)[:, -2]
    got = st.fit_temperature(z, t)
    wanted, factor = exact_temperature(z, t, got)
    assert abs(context.mpf(float(got)) / wanted - 1) <= 4 * factor * np.finfo(float).eps


def test_temperature_of_many_samples_is_where_the_loss_is_smallest():
    rng = np.random.default_rng(5)
    z = rng.normal(size=(1000, 5))
    t = st.sample(z, rng)
    got = st.fit_temperature(10 * z, t)
    assert got == pytest.approx(10, rel=0.15)
    for near in (0.999, 1.001):
        assert st.cross_entropy(10 * z / got, t) < st.cross_entropy(10 * z / (near * got), t)
    wanted, factor = exact_temperature(z, t, got / 10)
    assert abs(float(got) / 10 / float(wanted) - 1) <= 4 * factor * np.finfo(float).eps
    assert st.fit_temperature(z.T, t, axis=0) == st.fit_temperature(z, t)
    rows = st.one_hot(t, 5).reshape(50, 20, 5)
    assert st.fit_temperature(z.reshape(50, 20, 5), rows) == pytest.approx(
        got / 10, rel=1e-14, abs=0
    )


@pytest.mark.parametrize("scale", [5e-324, 1e-310, 1e-30, 1, 1e30, 1.7e308])
def test_temperature_of_logits_of_any_size(scale):
    z = np.array([[scale, 0.0]] * 4)
    wanted = scale / np.log(3)
    assert st.fit_temperature(z, [0, 0, 0, 1]) == pytest.approx(wanted, rel=1e-15, abs=5e-324)
    soft = st.fit_temperature([scale, 0.0], [0.75, 0.25])
    assert soft == pytest.approx(wanted, rel=1e-15, abs=5e-324)


def test_temperature_far_from_the_size_of_the_logits():
    cold = np.array([[1.0, 0.0]] * 100_000)
    t = np.zeros(100_000, int)
    t[0] = 1
    assert st.fit_temperature(cold, t) == pytest.approx(1 / np.log(99_999), rel=1e-14, abs=0)
    hot = st.fit_temperature([1.0, 0.0], [0.5 + 1e-6, 0.5 - 1e-6])
    assert hot == pytest.approx(1 / np.log((0.5 + 1e-6) / (0.5 - 1e-6)), rel=1e-9, abs=0)
    masked = st.fit_temperature([[2.0, 0.0, -inf]] * 4, [0, 0, 0, 1])
    assert masked == pytest.approx(2 / np.log(3), rel=1e-14, abs=0)
    # One gap is far below the others, and alone decides.
    z = np.array([[1e-200, 0.0, -1.0]] * 4)
    small = st.fit_temperature(z, [0, 0, 0, 1])
    assert small == pytest.approx(1e-200 / np.log(3), rel=1e-14, abs=0)


def test_temperature_by_bisection_alone_is_the_same(monkeypatch):
    z = np.random.default_rng(6).normal(size=(60, 5))
    t = labels_of(z)
    wanted = st.fit_temperature(z, t)
    monkeypatch.setattr("softmax_theory.temperature.NEWTON_STEPS", 0)
    assert st.fit_temperature(z, t) == pytest.approx(wanted, rel=1e-14, abs=0)


def test_nan_in_targets_propagates():
    z, t = [[1.0, 0.0], [0.0, 1.0]], [[nan, 0.5], [0.75, 0.25]]
    assert np.isnan(st.fit_temperature(z, t))
    np.testing.assert_array_equal(np.isnan(st.brier_score(z, t, reduction="none")), [True, False])
    assert np.isnan(st.reliability(z, t).expected_calibration_error)


def test_temperature_in_a_narrow_type():
    got = st.fit_temperature(np.array([[4, 0]] * 4, np.float16), [0, 0, 0, 1])
    assert isinstance(got, np.float16)
    assert got == np.float16(4 / np.log(3))


@pytest.mark.parametrize(
    ("z", "t", "message"),
    [
        (
            [[1.0, 0.0], [0.0, 2.0]],
            [0, 1],
            r"t: no finite temperature .* falls, as all targets",
        ),
        ([[1.0, 1.0], [0.0, 2.0]], [0, 1], r"falls, as all targets have the largest logit"),
        ([[0.0, 0.0]], [0], r"falls, as all targets have the largest logit"),
        ([[1.0, 0.0], [0.0, 2.0]], [1, 0], r"rises, as the targets have no larger logits"),
        ([[1.0, 0.0]], [[0.5, 0.5]], r"rises, as the targets have no larger logits"),
        ([[1.0, -inf], [0.0, 1.0]], [0, 0], r"rises, as the targets"),
        ([[1.0, 0.0], [0.0, -inf]], [0, 1], r"t: the target at index \(1,\) has the logit -inf"),
        (np.empty((0, 2)), [], r"z: got shape \(0, 2\), without a sample"),
    ],
)
def test_no_finite_temperature(z, t, message):
    with pytest.raises(ValueError, match=message):
        st.fit_temperature(z, t)


@pytest.mark.parametrize("function", [st.reliability, st.fit_temperature])
@pytest.mark.parametrize(
    ("row", "value"), [([nan, 0.0], "nan"), ([inf, 0.0], "inf"), ([-inf, -inf], "-inf")]
)
def test_logits_without_probabilities(function, row, value):
    with pytest.raises(ValueError, match=rf"z: the largest logit at index \(1,\) is {value}; "):
        function([[0.0, 1.0], row], [0, 0])


@every
def test_bad_arguments(function):
    for z, t, more, message in (
        ([[0.0, 1j]], [0], {}, "z: got type complex128"),
        ([[0.0, 1.0]], [2], {}, r"t: label 2 at index \(0,\) is out of range"),
        ([[0.0, 1.0]], [[0.5, 0.6]], {}, r"t: the probabilities at index \(0,\) sum to 1\.1"),
        ([[0.0, 1.0]], [0], {"axis": 2}, "axis: 2 is out of range"),
        (0.0, 0, {}, "z: got a scalar"),
        (np.empty((1, 0)), [0], {}, "z: got shape"),
    ):
        with pytest.raises(ValueError, match=message):
            function(z, t, **more)
    with pytest.raises(ValueError, match="reduction: got 'avg'"):
        st.brier_score([0.0], 0, reduction="avg")
    for n_bins in (0, 1.5, True, None):
        with pytest.raises(ValueError, match=r"n_bins: got .*; expected an integer that is"):
            st.reliability([0.0], 0, n_bins=n_bins)


@every
def test_arguments_are_left_as_they_were(function):
    z = np.asfortranarray([[2.0, 0.0]] * 4)
    z.flags.writeable = False
    function(z, [0, 0, 0, 1])
    function(z[:, ::-1], [1, 1, 1, 0])
    function([[2, 0]] * 4, [0, 0, 0, 1])
