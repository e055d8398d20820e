"""The logistic function and the binary cross-entropy, against exact values and SciPy."""

import numpy as np
import pytest
import scipy.special
from exact_cases import binary_cross_entropy_gradient, dtypes, errors, logistic_derivative

import softmax_theory as st
from softmax_theory.testing import exact
from softmax_theory.testing.exact import context as mp

EXACT = {
    "logistic": exact.logistic,
    "logistic_derivative": logistic_derivative,
    "log_logistic": exact.log_logistic,
}

pytestmark = pytest.mark.filterwarnings("error")


def sample(dtype):
    rng = np.random.default_rng(3)
    deepest = 80 if dtype == np.float32 else 700
    z = [scale * rng.normal(size=80) for scale in (1, 10)] + [deepest * rng.uniform(-1, 1, 40)]
    return np.concatenate([*z, [0, -deepest, deepest]]).astype(dtype)


def target_kinds(z):
    rng = np.random.default_rng(4)
    yield rng.integers(0, 2, z.shape).astype(z.dtype)
    yield rng.uniform(size=z.shape).astype(z.dtype)
    yield rng.beta(0.05, 0.05, size=z.shape).astype(z.dtype)


@dtypes
@pytest.mark.parametrize(
    ("name", "bound"), [("logistic", 2), ("logistic_derivative", 3), ("log_logistic", 2)]
)
def test_exact(name, bound, dtype):
    z = sample(dtype)
    got = getattr(st, name)(z)
    assert got.dtype == dtype
    assert errors(got, EXACT[name](z)).max() <= bound


@dtypes
def test_loss_and_gradient_exact(dtype):
    z = sample(dtype)
    for t in target_kinds(z):
        loss = st.binary_cross_entropy(z, t, reduction="none")
        assert errors(loss, exact.binary_cross_entropy(z, t)).max() <= 2
        gradient = st.binary_cross_entropy_gradient(z, t, reduction="none")
        wanted = binary_cross_entropy_gradient(z, t)
        assert errors(gradient, wanted, wanted.scale).max() <= 2


def test_the_gradient_of_a_soft_target_where_all_its_roundings_meet():
    z, t = np.array([-2.7011179184514407]), np.array([0.0001786505658176181])
    gradient = st.binary_cross_entropy_gradient(z, t, reduction="none")
    wanted = binary_cross_entropy_gradient(z, t)
    [error] = errors(gradient, wanted, wanted.scale)
    assert 2 < error <= 3


def test_half_precision_is_correctly_rounded_but_for_one_in_a_thousand():
    z = np.linspace(-8, 8, 500).astype(np.float16)
    for name in ("logistic", "logistic_derivative", "log_logistic"):
        got = getattr(st, name)(z)
        assert got.dtype == np.float16
        assert errors(got, EXACT[name](z)).max() <= 0.501


def test_scipy():
    z = sample(np.float64)
    np.testing.assert_allclose(st.logistic(z), scipy.special.expit(z), rtol=1e-14)
    np.testing.assert_allclose(st.log_logistic(z), scipy.special.log_expit(z), rtol=1e-14)


def test_gradient_is_the_derivative_of_the_loss():
    for z, t in ((0.3, 0.2), (-2.0, 1.0), (30.0, 1.0), (5.0, 0.0)):
        with mp.workdps(50):
            derivative = mp.diff(lambda x, t=t: mp.log(1 + mp.exp(x)) - t * x, mp.mpf(z))
            slope = mp.diff(lambda x: 1 / (1 + mp.exp(-x)), mp.mpf(z))
        assert st.binary_cross_entropy_gradient(z, t) == pytest.approx(float(derivative), rel=1e-13)
        assert st.logistic_derivative(z) == pytest.approx(float(slope), rel=1e-13)


def test_edges():
    inf, nan = np.inf, np.nan
    z = np.array([-inf, -1e308, 1e308, inf, nan])
    np.testing.assert_array_equal(st.logistic(z), [0, 0, 1, 1, nan])
    np.testing.assert_array_equal(st.logistic_derivative(z), [0, 0, 0, 0, nan])
    np.testing.assert_array_equal(st.log_logistic(z), [-inf, -1e308, 0, 0, nan])
    loss = st.binary_cross_entropy
    np.testing.assert_array_equal(loss(z, np.ones(5), reduction="none"), [inf, 1e308, 0, 0, nan])
    np.testing.assert_array_equal(loss(z, np.zeros(5), reduction="none"), [0, 0, 1e308, inf, nan])
    half = np.full(5, 0.5)
    np.testing.assert_array_equal(loss(z, half, reduction="none"), [inf, 5e307, 5e307, inf, nan])
    np.testing.assert_array_equal(
        loss([0.0, 0.0], [nan, 1], reduction="none"), [nan, np.log1p(1.0)]
    )
    gradient = st.binary_cross_entropy_gradient
    np.testing.assert_array_equal(gradient(z, np.ones(5), reduction="sum"), [-1, -1, 0, 0, nan])
    np.testing.assert_array_equal(gradient(z, np.zeros(5), reduction="sum"), [0, 0, 1, 1, nan])


def test_reductions():
    z, t = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]]), np.array([[1, 0, 1], [0, 1, 1]])
    losses = st.binary_cross_entropy(z, t, reduction="none")
    assert losses.shape == z.shape
    assert st.binary_cross_entropy(z, t, reduction="sum") == pytest.approx(losses.sum())
    assert st.binary_cross_entropy(z, t) == pytest.approx(losses.mean())
    gradient = st.binary_cross_entropy_gradient(z, t, reduction="none")
    np.testing.assert_array_equal(st.binary_cross_entropy_gradient(z, t, reduction="sum"), gradient)
    np.testing.assert_allclose(st.binary_cross_entropy_gradient(z, t), gradient / 6, rtol=1e-15)
    assert np.isnan(st.binary_cross_entropy([], []))
    assert st.binary_cross_entropy([], [], reduction="sum") == 0
    assert st.binary_cross_entropy_gradient([], []).shape == (0,)
    # The sum of the losses overflows, their mean does not.
    assert st.binary_cross_entropy([1.5e308, 1.5e308], [0, 0]) == 1.5e308
    assert st.binary_cross_entropy([1.5e308, 1.5e308], [0, 0], reduction="sum") == np.inf


def test_boolean_targets():
    z = np.array([1.0, 2.0])
    assert st.binary_cross_entropy(z, [True, False]) == st.binary_cross_entropy(z, [1, 0])


@pytest.mark.parametrize("function", [st.binary_cross_entropy, st.binary_cross_entropy_gradient])
@pytest.mark.parametrize(
    ("t", "message"),
    [
        ([0, 1, 2], r"t: 2\.0 at index \(2,\) is out of range; expected a number from 0 to 1"),
        ([0, -0.5, 1], r"t: -0\.5 at index \(1,\)"),
        ([0, np.inf, 1], r"t: inf at index \(1,\)"),
        ([0, 1], r"t: got shape \(2,\); expected \(3,\), the shape of z"),
        (1, r"t: got shape \(\); expected \(3,\)"),
        (["a", "b", "c"], r"t: got type <U1"),
    ],
)
def test_bad_targets(function, t, message):
    with pytest.raises(ValueError, match=message):
        function([1.0, 2.0, 3.0], t)
