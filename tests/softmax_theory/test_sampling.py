"""Classes are drawn with the probabilities of the softmax function."""

import numpy as np
import pytest
import scipy.stats

import softmax_theory as st

pytestmark = pytest.mark.filterwarnings("error")

nan, inf = np.nan, np.inf


def generator(seed=0):
    return np.random.default_rng(seed)


def counts(z, draws):
    return np.bincount(st.sample(z, generator(), size=draws), minlength=len(z))


@pytest.mark.parametrize(
    "z",
    [
        [0.0, 1.0, 2.0],
        [-inf, 1.0, 2.0],
        [1e6, 1e6 + 1, 1e6 - 1],
        [1e16, 1e16 + 2, 1e16 - 2],
        [-1e300, -1e300, -1.1e300],
        [5.0, -3.0, 0.0],
        list(np.linspace(-2, 2, 50)),
    ],
)
def test_the_shares_are_the_probabilities(z):
    y = st.softmax(z)
    got = counts(z, 200_000)
    assert (got[y == 0] == 0).all()
    likely = y > 1e-12
    assert scipy.stats.chisquare(got[likely], y[likely] * 200_000).pvalue > 1e-3


@pytest.mark.parametrize("z", [[0.0, -inf, 800.0], [1e308, -1e308], [1.0, -inf, -inf]])
def test_what_has_no_chance_is_never_drawn(z):
    assert counts(z, 10_000)[np.argmax(z)] == 10_000


def test_samples_are_independent():
    z = np.zeros((2, 2))
    first, second = st.sample(z, generator(), size=100_000).T
    table = np.histogram2d(first, second, bins=2)[0]
    assert scipy.stats.chi2_contingency(table).pvalue > 1e-3
    one, next_one = first[:-1], first[1:]
    assert abs(np.corrcoef(one, next_one)[0, 1]) < 0.02


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_shapes(axis):
    z = np.random.default_rng(1).normal(size=(3, 4, 5))
    rest = np.moveaxis(z, axis, -1).shape[:-1]
    for size, shape in (((), ()), (2, (2,)), ((2, 3), (2, 3)), (0, (0,)), (np.int64(2), (2,))):
        drawn = st.sample(z, generator(), size=size, axis=axis)
        assert drawn.shape == (*shape, *rest)
        assert drawn.dtype == np.intp
        assert ((drawn >= 0) & (drawn < z.shape[axis])).all()
    assert st.sample(np.empty((0, 3)), generator(), size=2).shape == (2, 0)


def test_one_sample_is_a_scalar_and_may_be_a_target():
    z = np.float32([0.0, 1.0])
    label = st.sample(z, generator())
    assert isinstance(label, np.intp)
    assert st.cross_entropy(z, label) > 0


def test_the_generator_decides_and_the_number_at_once_does_not(monkeypatch):
    z = np.random.default_rng(2).normal(size=(3, 4))
    drawn = st.sample(z, generator(7), size=20)
    np.testing.assert_array_equal(st.sample(z, generator(7), size=20), drawn)
    np.testing.assert_array_equal(st.sample(z, 7, size=20), drawn)
    assert (st.sample(z, generator(8), size=20) != drawn).any()
    monkeypatch.setattr("softmax_theory.sampling.AT_ONCE", 30)
    np.testing.assert_array_equal(st.sample(z, generator(7), size=20), drawn)


@pytest.mark.parametrize(
    ("z", "rng", "more", "message"),
    [
        ([0.0], 0.5, {}, r"rng: got 0\.5; expected a numpy.random.Generator, or an integer"),
        ([0.0], -1, {}, "rng: got -1"),
        ([0.0], True, {}, "rng: got True"),
        ([0.0], np.random.RandomState(0), {}, r"rng: got RandomState"),
        ([0.0], None, {"size": -1}, "size: got -1; expected an integer that is not negative"),
        ([0.0], None, {"size": 1.5}, r"size: got 1\.5"),
        ([0.0], None, {"size": (2, None)}, r"size: got \(2, None\)"),
        ([0.0], None, {"size": True}, "size: got True"),
        ([0.0], None, {"axis": 1}, "axis: 1 is out of range"),
        ([], None, {}, "z: got shape"),
        (1.0, None, {}, "z: got a scalar"),
        (["a"], None, {}, "z: got type <U1"),
        ([[0.0], [nan]], None, {}, r"z: the largest logit at index \(1,\) is nan"),
        ([0.0, inf], None, {}, "z: the largest logit is inf; expected a finite one"),
        ([-inf, -inf], None, {}, "z: the largest logit is -inf"),
    ],
)
def test_bad_arguments(z, rng, more, message):
    with pytest.raises(ValueError, match=message):
        st.sample(z, generator() if rng is None else rng, **more)
