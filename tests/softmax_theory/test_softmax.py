"""The softmax function and its derivative, against exact values and SciPy."""

import numpy as np
import pytest
import scipy.special
from exact_cases import (
    dtypes,
    errors,
    families,
    few_classes,
    lead,
    sample,
    softmax_jacobian,
    softmax_jvp,
)
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

import softmax_theory as st
from softmax_theory.testing import exact
from softmax_theory.testing.exact import context as mp

pytestmark = pytest.mark.filterwarnings("error")

nan, inf = np.nan, np.inf


def below_the_largest(z):
    """Return m - z_c, 0 where z_c is -inf."""
    z = z.astype(np.float64)
    return np.where(np.isinf(z), 0, z.max(axis=-1, keepdims=True) - z)


@families
@dtypes
def test_softmax_exact(family, dtype):
    z = sample(family, dtype)
    y = st.softmax(z)
    assert y.dtype == dtype
    assert (errors(y, exact.softmax(z)) <= below_the_largest(z) / 2 + 2).all()


@families
@dtypes
def test_log_softmax_exact(family, dtype):
    z = sample(family, dtype)
    got = st.log_softmax(z)
    assert got.dtype == dtype
    largest = np.arange(z.shape[-1]) == z.argmax(axis=-1)[:, None]
    bound = np.where(largest, lead(z)[:, None] / 2 + 2, 2)
    assert (errors(got, exact.log_softmax(z)) <= bound).all()


@families
@dtypes
def test_logsumexp_exact(family, dtype):
    z = sample(family, dtype)
    got, wanted, m = st.logsumexp(z), exact.logsumexp(z), z.max(axis=-1).astype(np.float64)
    assert got.dtype == dtype
    assert errors(got, wanted, np.maximum(abs(m), wanted.value - m)).max() <= 2


@few_classes
@dtypes
def test_jacobian_exact(family, dtype):
    z = sample(family, dtype)[:12]
    jacobian = st.softmax_jacobian(z)
    assert jacobian.dtype == dtype
    assert errors(jacobian, softmax_jacobian(z)).max() <= 9


@few_classes
@dtypes
def test_jvp_exact(family, dtype):
    z = sample(family, dtype)[:12]
    v = np.random.default_rng(5).normal(size=z.shape).astype(dtype)
    y, w = exact.softmax(z).value, v.astype(np.float64)
    w = abs(w - np.take_along_axis(w, z.argmax(axis=-1)[:, None], axis=-1))
    scale = y * (w + (y * w).sum(axis=-1, keepdims=True))
    for product in (st.softmax_jvp(z, v), st.softmax_vjp(z, v)):
        assert product.dtype == dtype
        assert errors(product, softmax_jvp(z, v), scale).max() <= 9


def test_half_precision_sums_in_single_precision():
    z = np.random.default_rng(6).normal(size=(3, 1000)).astype(np.float16)
    for name in ("softmax", "log_softmax", "logsumexp"):
        got = getattr(st, name)(z)
        assert got.dtype == np.float16
        assert errors(got, getattr(exact, name)(z)).max() <= 0.51
    small = z[:, :10]
    assert errors(st.softmax_jacobian(small), softmax_jacobian(small)).max() <= 0.51


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_scipy_on_every_axis(axis):
    z = np.random.default_rng(7).normal(size=(3, 4, 5))
    for name in ("softmax", "log_softmax", "logsumexp"):
        expected = getattr(scipy.special, name)(z, axis=axis)
        np.testing.assert_allclose(getattr(st, name)(z, axis=axis), expected, rtol=1e-13)
        np.testing.assert_allclose(getattr(st, name)(z, axis), expected, rtol=1e-13)


integers = arrays.arrays(
    np.float64, arrays.array_shapes(min_dims=1, max_dims=3), elements=some.integers(-30, 30)
)


@given(integers, some.integers(-(2**40), 2**40))
def test_invariants(z, shift):
    y = st.softmax(z)
    assert (y > 0).all()
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-15 * z.shape[-1])
    # z and the shift are integers, so that z + shift is exact: 4 ulp are 8 roundings at most.
    np.testing.assert_allclose(st.softmax(z + shift), y, rtol=8 * 2.0**-53)
    np.testing.assert_allclose(st.log_softmax(z + shift), st.log_softmax(z), rtol=8 * 2.0**-53)
    order = np.random.default_rng(0).permutation(z.shape[-1])
    np.testing.assert_allclose(st.softmax(z[..., order]), y[..., order], rtol=1e-14)
    np.testing.assert_allclose(np.log(y), st.log_softmax(z), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(
        st.logsumexp(z)[..., None] + st.log_softmax(z), z, rtol=1e-14, atol=1e-13
    )


@given(integers)
def test_invariants_of_the_jacobian(z):
    jacobian, v = st.softmax_jacobian(z), np.random.default_rng(0).normal(size=z.shape)
    assert jacobian.shape == (*z.shape, z.shape[-1])
    np.testing.assert_array_equal(jacobian, np.swapaxes(jacobian, -1, -2))
    np.testing.assert_allclose(jacobian.sum(axis=-1), 0, atol=1e-15)
    assert (np.linalg.eigvalsh(jacobian) >= -1e-15).all()
    assert (np.linalg.eigvalsh(jacobian) <= 0.5 + 1e-15).all()
    np.testing.assert_allclose(
        st.softmax_jvp(z, v), np.einsum("...ij,...j->...i", jacobian, v), atol=1e-14
    )
    np.testing.assert_allclose(
        st.softmax_vjp(z, v), np.einsum("...ij,...i->...j", jacobian, v), atol=1e-14
    )


@given(some.floats(-800, 800))
def test_two_classes_are_the_logistic_function(z):
    pair = [z, 0.0]
    np.testing.assert_allclose(st.softmax(pair)[0], st.logistic(z), rtol=1e-15)
    np.testing.assert_allclose(st.log_softmax(pair)[0], st.log_logistic(z), rtol=1e-15)
    np.testing.assert_allclose(
        st.softmax_jacobian(pair)[0, 0], st.logistic_derivative(z), rtol=2e-15, atol=1e-322
    )


def test_jacobian_is_the_derivative_of_softmax():
    z = [0.3, -1.2, 2.0]
    jacobian = st.softmax_jacobian(z)
    with mp.workdps(50):
        for i in range(3):
            for j in range(3):

                def moved(x, i=i, j=j):
                    e = [mp.exp(x if c == j else z[c]) for c in range(3)]
                    return e[i] / sum(e)

                derivative = mp.diff(moved, mp.mpf(z[j]))
                assert jacobian[i, j] == pytest.approx(float(derivative), rel=1e-14)


def test_edges():
    z = np.array([[-inf, -inf], [inf, 0], [inf, inf], [inf, -inf], [nan, 0], [0, nan], [-inf, 3]])
    nans = [nan, nan]
    np.testing.assert_array_equal(st.softmax(z), [nans] * 6 + [[0, 1]])
    np.testing.assert_array_equal(st.log_softmax(z), [nans] * 6 + [[-inf, 0]])
    np.testing.assert_array_equal(st.logsumexp(z), [-inf, inf, inf, inf, nan, nan, 3])
    assert np.isnan(st.softmax_jacobian(z)[:6]).all()
    np.testing.assert_array_equal(st.softmax_jacobian(z)[6], np.zeros((2, 2)))
    assert np.isnan(st.softmax_jvp(z, np.ones((7, 2)))[:6]).all()


def test_edges_of_one_class():
    z = np.array([[2.0], [1e308], [-inf], [inf], [nan]])
    np.testing.assert_array_equal(st.softmax(z)[:, 0], [1, 1, nan, nan, nan])
    np.testing.assert_array_equal(st.log_softmax(z)[:, 0], [0, 0, nan, nan, nan])
    np.testing.assert_array_equal(st.logsumexp(z), [2, 1e308, -inf, inf, nan])
    np.testing.assert_array_equal(st.softmax_jacobian(z)[:, 0, 0], [0, 0, nan, nan, nan])


def test_largest_floats():
    big = [1e308, -1e308, 1e308]
    np.testing.assert_array_equal(st.softmax(big), [0.5, 0, 0.5])
    np.testing.assert_array_equal(st.log_softmax(big), [-np.log(2), -inf, -np.log(2)])
    assert st.logsumexp(big) == 1e308
    # v_i - v_j is beyond the largest float, the product is not.
    np.testing.assert_array_equal(st.softmax_jvp([0, 0], [1.5e308, -1.5e308]), [7.5e307, -7.5e307])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_result_beyond_the_largest_float_is_infinite(dtype):
    largest = np.finfo(dtype).max
    z = np.array([largest, -largest])
    np.testing.assert_array_equal(st.log_softmax(z), [0, -inf])
    assert st.cross_entropy(z, 1) == inf
    assert st.cross_entropy(z, 1).dtype == dtype


def test_classes_on_the_first_axis_are_summed_as_accurately():
    z = np.random.default_rng(8).normal(size=(4096, 3)).astype(np.float32)
    for name in ("softmax", "log_softmax", "logsumexp"):
        expected = getattr(exact, name)(z.T)
        assert errors(getattr(st, name)(z.T.copy()), expected).max() <= 2
        assert errors(getattr(st, name)(z, axis=0).T, expected).max() <= 2
    p = st.softmax(z, axis=0)
    np.testing.assert_array_equal(st.entropy(p, axis=0), st.entropy(p.T.copy()))


@pytest.mark.parametrize(
    ("shape", "axis"), [((2000, 120), 0), ((100, 1500), 0), ((3, 700, 2, 90), 1)]
)
def test_the_order_in_which_a_tile_has_its_logits_is_not_seen(shape, axis):
    random = np.random.default_rng(9)
    z = random.normal(scale=20, size=shape)
    t = random.integers(shape[axis], size=np.delete(shape, axis))
    last = np.ascontiguousarray(np.moveaxis(z, axis, -1))
    for function in (st.softmax, st.log_softmax):
        rows = np.moveaxis(function(z, axis), axis, -1)
        np.testing.assert_array_max_ulp(rows, function(last), 1)
    across, along = st.cross_entropy_gradient(z, t, axis=axis), st.cross_entropy_gradient(last, t)
    np.testing.assert_array_max_ulp(np.moveaxis(across, axis, -1), along, 1)


def test_products_take_the_wider_type():
    z, v = np.zeros(2, np.float32), np.array([1, 0])
    assert st.softmax_jvp(z, v).dtype == np.float64
    assert st.softmax_jvp(z, v.astype(np.float16)).dtype == np.float32
    with pytest.raises(ValueError, match=r"v: got shape \(3,\); expected \(2,\), the shape of z"):
        st.softmax_jvp(z, [1, 2, 3])
    with pytest.raises(ValueError, match=r"v: got type complex128"):
        st.softmax_vjp(z, [1j, 0])


def test_long_double_keeps_its_type():
    z = np.arange(3, dtype=np.longdouble)
    assert st.softmax(z).dtype == np.longdouble
    assert st.cross_entropy(z, 1).dtype == np.longdouble
