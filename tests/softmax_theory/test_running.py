"""The running log-sum-exp: the same sum in any order and grouping."""

import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from softmax_theory import LogSumExp, log_softmax, logsumexp, softmax
from softmax_theory.testing import FAMILIES, exact, sample
from softmax_theory.testing.exact import ulps

inf, nan = np.inf, np.nan


def of(z, dtype=np.float64) -> LogSumExp:
    z = np.asarray(z, dtype)
    return LogSumExp(shape=z.shape[:-1], dtype=dtype).update(z)


def away(state: LogSumExp, z) -> float:
    return float(ulps(np.atleast_1d(state.result()), exact.logsumexp(np.atleast_2d(z))).max())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_one_update_is_exact_to_the_last_digits(family: str, dtype: type, classes: int) -> None:
    z = sample(family, classes, dtype)
    state = of(z, dtype)
    assert state.result().dtype == dtype
    assert ulps(state.result(), exact.logsumexp(z)).max() <= 4
    assert ulps(state.probabilities(z), exact.softmax(z)).max() <= 4
    assert ulps(state.log_probabilities(z), exact.log_softmax(z)).max() <= 4


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("z", [[1.0, 2.0], [1e4, 9995.0], [nan, 0.0], [-inf, -inf], [inf, 0.0]])
def test_one_sum_has_the_probabilities_of_its_logits_too(z: list[float]) -> None:
    state = LogSumExp().update(z)
    np.testing.assert_array_max_ulp(state.probabilities(z), softmax(z), 4)
    np.testing.assert_array_max_ulp(state.log_probabilities(z), log_softmax(z), 4)


@pytest.mark.parametrize(
    ("low", "order", "count"),
    [
        (0.0, "rising", 20_000),
        (-700.0, "rising", 5_000),
        (-700.0, "falling", 2_000),
        (0.0, "shuffled", 2_000),
    ],
)
def test_single_terms_in_any_order(low: float, order: str, count: int) -> None:
    z = np.linspace(low, 1, count)
    if order != "rising":
        z = z[::-1] if order == "falling" else np.random.default_rng(0).permutation(z)
    state = LogSumExp()
    for x in z:
        state = state.update(x)
    assert away(state, z) <= 4


def test_a_plain_pair_of_floats_is_far_away() -> None:
    """The pair of the online algorithm, for comparison."""
    z = np.linspace(0, 1, 20_000)
    m, total = -inf, 0.0
    for x in z:
        new = max(m, x)
        m, total = new, total * np.exp(m - new) + np.exp(x - new)
    error = ulps(np.array([m + np.log(total)]), exact.logsumexp(z[np.newaxis]))
    assert error[0] > 100


terms = some.lists(
    some.one_of(
        some.floats(-800, 800),
        some.floats(allow_nan=False, allow_infinity=False),
        some.just(-inf),
    ),
    max_size=5,
)


@given(terms, terms, terms)
def test_the_laws_of_a_commutative_monoid(a, b, c) -> None:
    first, second, third = (of(z) for z in (a, b, c))
    assert first.merge(second) == second.merge(first)
    assert first.merge(LogSumExp()).result() == first.result()
    assert LogSumExp().merge(first) == first.merge(LogSumExp())
    left = first.merge(second).merge(third)
    right = first.merge(second.merge(third))
    if (z := [*a, *b, *c]) and max(z) > -inf:
        assert max(away(left, z), away(right, z)) <= 4
    np.testing.assert_array_equal(left.largest, right.largest)


def test_every_grouping_of_six_terms() -> None:
    z = sample("confident", 6, np.float64)[:5]
    for count in range(6):
        for cuts in itertools.combinations(range(1, 6), count):
            blocks = [of(part) for part in np.split(z, cuts, axis=-1)]
            for order in (blocks, blocks[::-1]):
                total = LogSumExp(shape=(len(z),))
                for block in order:
                    total = total.merge(block)
                assert ulps(total.result(), exact.logsumexp(z)).max() <= 4


@pytest.mark.parametrize(
    ("z", "result"),
    [
        ([], -inf),
        ([-inf], -inf),
        ([-inf, -inf], -inf),
        ([-inf, 3.0], 3.0),
        ([inf, 0.0], inf),
        ([nan, 0.0], nan),
        ([-inf, nan], nan),
        ([1e308, 1e308], 1e308),
        ([-1e308, -1e308], -1e308),
        ([0.0, -745.0], 5e-324),
    ],
)
def test_edges(z, result: float) -> None:
    np.testing.assert_array_equal(of(z).result(), result)
    one_by_one = LogSumExp()
    for x in z:
        one_by_one = one_by_one.update(x)
    np.testing.assert_array_equal(one_by_one.result(), result)


def test_it_is_pickled_compared_and_shown() -> None:
    state = of([[1.0, 2.0], [-inf, nan]])
    again = pickle.loads(pickle.dumps(state))
    assert again == state
    assert again != of([[1.0, 2.0], [-inf, 1.0]])
    assert LogSumExp.unpacked(state.packed()) == state
    assert repr(LogSumExp()) == "<LogSumExp: -inf>"
    assert repr(of([[0.0]])) == "<LogSumExp of (1,): [0.]>"
    assert state != 1
    with pytest.raises(AttributeError):
        state.largest = np.zeros(2)


def test_the_type_is_that_of_the_logits() -> None:
    half = LogSumExp(dtype=np.float16).update(np.float16(1))
    assert half.result().dtype == np.float16
    assert half.update(np.float32(1)).result().dtype == np.float32
    assert LogSumExp().update(np.float32(1)).result().dtype == np.float64
    assert of([[1, 2]]).result() == logsumexp([[1, 2]])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: LogSumExp(dtype=int), "dtype: got int64; expected float16, float32 or float64"),
        (lambda: LogSumExp(shape=(2,)).update([1.0, 2.0, 3.0]), r"z: got shape \(3,\); expected"),
        (lambda: LogSumExp().update("a"), "z: got type"),
        (lambda: of([[1.0]] * 2).merge(of([[1.0]] * 3)), r"other: got batch \(3,\); expected"),
        (lambda: LogSumExp().update(np.longdouble(1)), "z: got type float128; expected float64"),
    ],
)
def test_bad_arguments_are_named(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
