"""The cases that SciPy publishes for its own functions: another import is all that changes."""

import numpy as np
import pytest
import scipy.special
from numpy.testing import assert_allclose

from softmax_theory import log_softmax, logsumexp, softmax


def test_logsumexp():
    a = np.arange(200.0)
    assert_allclose(logsumexp(a, axis=None), np.log(np.sum(np.exp(a))))
    b = [1000.0, 1000.0]
    assert_allclose(logsumexp(b, axis=None), 1000.0 + np.log(2.0))
    n = 1000
    assert_allclose(logsumexp(np.full(n, 10000.0), axis=None), 10000.0 + np.log(n))
    x = np.array([1e-40] * 100000)
    X = np.vstack([x, x])
    assert_allclose(np.exp(logsumexp(np.log(X), axis=1)), X.sum(axis=1))
    assert_allclose(np.exp(logsumexp(np.log(X), axis=0)), X.sum(axis=0))


@pytest.mark.parametrize("z", [np.inf, -np.inf, np.nan])
def test_logsumexp_of_what_is_not_finite(z):
    np.testing.assert_array_equal(logsumexp([z], axis=None), z)
    np.testing.assert_array_equal(logsumexp([z, -np.inf], axis=None), z)


def test_logsumexp_of_different_magnitudes():
    z = np.array([[1e10, 1e-10], [-1e10, -np.inf]])
    assert_allclose(logsumexp(z, axis=-1), [1e10, -1e10])
    assert_allclose(logsumexp(z, axis=-1, keepdims=True), [[1e10], [-1e10]])
    assert_allclose(logsumexp(z, axis=(-1, -2)), 1e10)


def test_logsumexp_of_weights():
    a = np.arange(200.0)
    b = np.arange(200.0, 0.0, -1.0)
    assert_allclose(logsumexp(a, axis=None, b=b), np.log(np.sum(b * np.exp(a))))
    a, b = np.array([1000, 1000]), np.array([1.2, 1.2])
    assert_allclose(logsumexp(a, axis=None, b=b), 1000 + np.log(2 * 1.2))
    x, n = np.array([1e-40] * 100000), np.linspace(1, 1000, 100000)
    X, B = np.log(np.vstack([x, x])), np.vstack([n, n])
    for axis in (0, 1):
        assert_allclose(np.exp(logsumexp(X, axis=axis, b=B)), (B * np.exp(X)).sum(axis=axis))


def test_logsumexp_of_a_weight_of_zero():
    assert_allclose(logsumexp([1, 10000], axis=None, b=[1, 0]), 1)
    assert_allclose(logsumexp([1, np.inf], axis=None, b=[1, 0]), 1)


def test_logsumexp_of_shapes():
    a, b = np.ones((4, 1, 2, 1)), np.ones((1, 3, 1, 5))
    z = np.broadcast_to(a, (4, 3, 2, 5))
    assert_allclose(logsumexp(z, axis=2, b=b), np.full((4, 3, 5), 1 + np.log(2)))
    for axis in (None, 1, (0, 2)):
        got = logsumexp(z, axis=axis, keepdims=True)
        assert got.shape == z.sum(axis=axis, keepdims=True).shape
        assert_allclose(got, scipy.special.logsumexp(z, axis=axis, keepdims=True))


def test_softmax_fixtures():
    for z in ([1000.0, 0.0, 0.0, 0.0], [1000, 0, 0, 0]):
        assert_allclose(softmax(z, axis=None), [1, 0, 0, 0], rtol=1e-13)
    assert_allclose(softmax([1.0, 1.0], axis=None), [0.5, 0.5], rtol=1e-13)
    assert_allclose(softmax([0.0, 1.0], axis=None), np.array([1, np.e]) / (1 + np.e), rtol=1e-13)
    x = np.arange(4.0)
    expected = [
        0.03205860328008499,
        0.08714431874203256,
        0.23688281808991013,
        0.6439142598879722,
    ]
    assert_allclose(softmax(x, axis=None), expected, rtol=1e-13)
    assert_allclose(softmax(x + 100, axis=None), expected, rtol=1e-13)
    square = x.reshape(2, 2)
    assert_allclose(softmax(square, axis=None), np.reshape(expected, (2, 2)), rtol=1e-13)


def test_softmax_of_several_axes():
    z = [[1000.0, 0.0], [1000.0, 0.0]]
    assert_allclose(softmax(z, axis=0), [[0.5, 0.5], [0.5, 0.5]], rtol=1e-13)
    assert_allclose(softmax(z, axis=1), [[1, 0], [1, 0]], rtol=1e-13)
    x = np.array([[-25.0, 0.0, 25.0, 50.0], [1.0, 325.0, 749.0, 750.0]])
    expected = [
        [2.678636961770877e-33, 1.9287498479371314e-22, 1.3887943864771144e-11, 0.999999999986112],
        [0.0, 1.9444526359919372e-185, 0.2689414213699951, 0.7310585786300048],
    ]
    assert_allclose(softmax(x, axis=1), expected, rtol=1e-13)
    assert_allclose(softmax(x.T, axis=0), np.transpose(expected), rtol=1e-13)
    cube = x.reshape(2, 2, 2)
    assert_allclose(softmax(cube, axis=(1, 2)), np.reshape(expected, (2, 2, 2)), rtol=1e-13)


def test_log_softmax():
    for z in ([1000.0, 1.0], [1000, 1]):
        assert_allclose(log_softmax(z, axis=None), [0, -999], rtol=1e-13)
        assert_allclose(log_softmax([z, z], axis=1), [[0, -999], [0, -999]], rtol=1e-13)
        assert_allclose(log_softmax([z, z], axis=0), np.full((2, 2), np.log(0.5)), rtol=1e-13)
    x = np.arange(4.0)
    expected = [
        -3.4401896985611953,
        -2.4401896985611953,
        -1.4401896985611953,
        -0.44018969856119533,
    ]
    assert_allclose(log_softmax(x, axis=None), expected, rtol=1e-13)
    assert_allclose(log_softmax(x + 100, axis=None), expected, rtol=1e-13)
    square = x.reshape(2, 2)
    assert_allclose(log_softmax(square, axis=None), np.reshape(expected, (2, 2)), rtol=1e-13)
    pair = np.stack([x, x])
    assert_allclose(log_softmax(pair, axis=1), [expected, expected], rtol=1e-13)
    assert_allclose(log_softmax(pair.T, axis=0), np.transpose([expected, expected]), rtol=1e-13)
    assert_allclose(log_softmax(pair[:, None], axis=(1, 2))[:, 0], [expected, expected], rtol=1e-13)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (2, 0), (-1, 1, 0)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_axes_and_places_of_the_result(name, axis):
    z = np.random.default_rng(0).normal(size=(3, 4, 5))
    before = z.copy()
    function = {"softmax": softmax, "log_softmax": log_softmax, "logsumexp": logsumexp}[name]
    got = function(z, axis=axis)
    np.testing.assert_array_equal(z, before)
    assert_allclose(got, getattr(scipy.special, name)(z, axis=axis), rtol=1e-13)
    out = np.empty(np.shape(got))
    assert function(z, axis=axis, out=out) is out
    np.testing.assert_array_equal(out, got)
