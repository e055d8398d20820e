"""Four units in the last place for whatever logits there are, and no memory beyond a tile."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

import softmax_theory as st
from softmax_theory._tiles import rounded_to_half
from softmax_theory.testing import FAMILIES, exact, sample
from softmax_theory.testing.exact import context, numbers, spacing, together, ulps

SHAPES = some.tuples(some.integers(1, 3), some.integers(1, 6))
PLAIN = {"allow_nan": False, "allow_infinity": False}


def logits(dtype: type) -> some.SearchStrategy[np.ndarray]:
    """Any finite logits, most of them of a size that matters."""
    width = np.finfo(dtype).bits
    small = some.floats(-750, 750, width=width)
    near = some.builds(
        lambda x, k: float(np.dtype(dtype).type(x + k * 1e-7)), small, some.integers(-9, 9)
    )
    elements = some.one_of(small, near, some.floats(width=width, **PLAIN))
    return SHAPES.flatmap(lambda shape: arrays.arrays(dtype, shape, elements=elements))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=some.data())
def test_functions_of_any_logits(name: str, dtype: type, data: some.DataObject) -> None:
    z = data.draw(logits(dtype))
    assert ulps(getattr(st, name)(z), getattr(exact, name)(z)).max() <= 4


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=some.data())
def test_functions_of_many_logits_of_a_few_values(
    name: str, dtype: type, data: some.DataObject
) -> None:
    few = data.draw(logits(dtype))
    z = np.concatenate([few, np.repeat(few, data.draw(some.integers(64, 80)), axis=1)], axis=1)
    assert ulps(getattr(st, name)(z), getattr(exact, name)(z)).max() <= 4
    t = np.zeros(len(z), int)
    loss = st.cross_entropy(z, t, reduction="none")
    assert ulps(loss, exact.cross_entropy(z, t)).max() <= 4


@pytest.mark.parametrize("name", ["cross_entropy", "cross_entropy_gradient"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=some.data())
def test_losses_and_gradients_of_any_logits(name: str, dtype: type, data: some.DataObject) -> None:
    z = data.draw(logits(dtype))
    classes = some.integers(0, z.shape[1] - 1)
    t = np.array(data.draw(some.lists(classes, min_size=len(z), max_size=len(z))))
    got = getattr(st, name)(z, t, reduction="none")
    assert ulps(got, getattr(exact, name)(z, t)).max() <= 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=some.data())
def test_functions_of_two_classes(dtype: type, data: some.DataObject) -> None:
    z = data.draw(logits(dtype)).ravel()
    assert ulps(st.logistic(z), exact.logistic(z)).max() <= 4
    assert ulps(st.log_logistic(z), exact.log_logistic(z)).max() <= 4
    t = np.array([data.draw(some.sampled_from([0.0, 0.25, 1.0])) for _ in z], dtype)
    losses = st.binary_cross_entropy(z, t, reduction="none")
    assert ulps(losses, exact.binary_cross_entropy(z, t)).max() <= 4


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize(
    "shape", [(3, 120_000), (2, 300_000), (70_000, 3), (2, 40_000, 3), (40, 5, 300)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1, 20])
def test_tiles_change_nothing(name: str, shape: tuple[int, ...], dtype: type, scale: float) -> None:
    """The largest cases have more classes than a tile has room for."""
    z = (scale * np.random.default_rng(0).normal(size=shape)).astype(dtype)
    for axis in range(len(shape)):
        got = getattr(st, name)(z, axis=axis)
        rows = np.moveaxis(z, axis, -1).reshape(-1, shape[axis])[:7]
        if name != "logsumexp":
            got = np.moveaxis(got, axis, -1).reshape(-1, shape[axis])
        alone = [getattr(st, name)(row) for row in rows]
        np.testing.assert_allclose(
            got.reshape(-1, *np.shape(alone)[1:])[:7], alone, rtol=9 * np.finfo(dtype).eps
        )


def test_the_gradient_of_many_classes_is_that_of_few() -> None:
    z = np.random.default_rng(0).normal(size=(2, 120_000)) * 20
    t = np.array([z[0].argmax(), 5])
    gradient = st.cross_entropy_gradient(z, t, reduction="none")
    y = st.softmax(z)
    others = np.delete(y[0], t[0]).sum()
    np.testing.assert_allclose(gradient[0, t[0]], -others, rtol=1e-12)
    soft = np.zeros_like(z)
    soft[np.arange(2), t] = 1
    np.testing.assert_allclose(
        st.cross_entropy_gradient(z, soft, reduction="none"), gradient, rtol=1e-14
    )
    np.testing.assert_allclose(st.cross_entropy(z, soft), st.cross_entropy(z, t), rtol=1e-15)


@pytest.mark.parametrize("classes", [10, 1000])
def test_the_expected_loss_of_the_largest_floats(classes: int) -> None:
    random = np.random.default_rng(0)
    z = random.choice([-1, 1], size=(3, classes)) * np.finfo(float).max * random.random((3, 1))
    t = np.full(z.shape, 1 / classes)
    got = st.cross_entropy(z, t, reduction="none")
    assert ulps(got, exact.cross_entropy(z, t)).max() <= 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("classes", [3, 10, 65, 300])
def test_the_gradient_where_the_targets_cancel_the_probabilities(classes: int, dtype: type) -> None:
    """The exact gradient is zero or nearly so: it is measured by what it is the difference of."""
    z = np.full((2, classes), [[0.3], [-7.0]], dtype)
    t = np.full(z.shape, 1 / classes, dtype)
    got = st.cross_entropy_gradient(z, t, reduction="none")
    assert ulps(got, exact.cross_entropy_gradient(z, t)).max() <= 4


def worst_of_exponential(low: float, high: float) -> np.float32:
    """Return a number at which the exponential of float32 is as wrong as it gets."""
    numbers = np.random.default_rng(0).uniform(low, high, 100_000).astype(np.float32)
    errors = np.exp(numbers) / np.exp(numbers.astype(np.float64)) - 1
    return np.float32(numbers[np.abs(errors).argmax()])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_logarithm_where_all_exponentials_are_as_wrong_as_they_get(dtype: type) -> None:
    """The rows differ in how much the largest class leaves, and the exponentials are all wrong."""
    left = np.linspace(0.01, 4, 30)
    z = np.full((len(left), 100), worst_of_exponential(0, 4), dtype)
    z[:, 7] += np.log(99 / np.expm1(left)).astype(dtype)
    assert ulps(st.log_softmax(z), exact.log_softmax(z)).max() <= 4
    t = np.full(len(z), 7)
    assert ulps(st.cross_entropy(z, t, reduction="none"), exact.cross_entropy(z, t)).max() <= 4


def test_the_worst_log_sum_exp_that_a_search_found() -> None:
    """Its terms nearly cancel, and an error of the logarithm counts in ulp of both together.

    How large that error is depends on the instructions that NumPy finds on the processor.
    """
    z = [-0.030921621610766375, -3.377500283448142, -4.510936339957388, -5.666266923297195]
    row = np.array([[*z, -4.325481720951358]])
    assert ulps(st.logsumexp(row), exact.logsumexp(row)).max() <= 4


def exact_with_weights(z: np.ndarray, b: np.ndarray) -> exact.Exact:
    """The log-sum-exp of z + log(b), of the classes with a weight, by the plain formula."""
    values, scales = [], []
    for row, weights in zip(z, b, strict=True):
        pairs = zip(numbers(row), numbers(weights), strict=True)
        shifted = [x + context.log(w) for x, w in pairs if w and x != -context.inf]
        m = max(shifted)
        logarithm = context.log(context.fsum(context.exp(x - m) for x in shifted))
        values.append(m + logarithm)
        scales.append(abs(m) + logarithm)
    return together([values], z.shape[:1], [scales])


def weights_of_any_size(shape: tuple[int, int], dtype: type, seed: int) -> np.ndarray:
    """Return weights over the whole range of the type and close to one; a fifth of them is zero."""
    random, limits = np.random.default_rng(seed), np.finfo(dtype)
    lowest, highest = np.log(float(limits.smallest_subnormal)), np.log(float(limits.max))
    b = np.exp(random.uniform(lowest, highest, size=shape))
    close = random.uniform(size=shape) < 0.3
    b[close] = 1 + 1e-3 * random.normal(size=shape)[close]
    b[random.uniform(size=shape) < 0.2] = 0
    b[:, 0] = random.choice([limits.smallest_subnormal, limits.tiny, 1, limits.max], len(b))
    return b.astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("weight_type", [np.float32, np.float64])
@pytest.mark.parametrize("cancelling", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_error_of_a_log_sum_exp_with_weights(
    family: str, cancelling: bool, weight_type: type, dtype: type
) -> None:
    """The rounding of z + log(b) counts most where the two cancel."""
    for classes in (1, 2, 10, 300):
        z = sample(family, classes, dtype)
        z = z[np.isfinite(z[:, 0])]
        b = weights_of_any_size(z.shape, weight_type, classes)
        with np.errstate(all="ignore"):
            logarithms = np.log(b.astype(float))
            if cancelling:
                z = np.where(b > 0, z - logarithms, z).astype(dtype)
                z = np.clip(z, np.finfo(dtype).min, np.finfo(dtype).max)
            sizes = np.where((b > 0) & np.isfinite(z), np.abs(z) + 2 * np.abs(logarithms), 0)
            wanted, got = exact_with_weights(z, b), st.logsumexp(z, b=b)
            unit = spacing(np.abs(wanted.scale), np.finfo(dtype))
            bound = 4 + np.finfo(float).eps * sizes.max(axis=1) / unit
        assert got.dtype == dtype
        assert (ulps(got, wanted) <= bound).all()


def test_a_log_sum_exp_too_small_for_the_exponential_of_float32() -> None:
    z = np.full((1, 100), worst_of_exponential(-8, -7))
    z[0, 7] = worst_of_exponential(0, 1e-3)
    assert ulps(st.logsumexp(z), exact.logsumexp(z)).max() <= 4


def test_numbers_that_are_subnormal_in_half_precision_are_rounded_as_numpy_does() -> None:
    random = np.random.default_rng(0)
    numbers = random.uniform(-1, 1, size=100_000) * 2.0 ** random.uniform(-30, 3, size=100_000)
    got = rounded_to_half(numbers).astype(np.float16)
    np.testing.assert_array_equal(got, numbers.astype(np.float16))


def test_narrow_logits_far_below_the_largest() -> None:
    z = np.array([[1000, -500, -np.inf, 999], [-np.inf, np.nan, 1000, 0]], np.float32)
    y = np.array([[1, 0, 0, 1 / np.e], [np.nan] * 4]) / (1 + 1 / np.e)
    np.testing.assert_allclose(st.softmax(z), y, rtol=1e-7)
    np.testing.assert_array_equal(st.softmax(z)[0, 1:3], 0)
    np.testing.assert_array_equal(st.log_softmax(z)[0, 2], -np.inf)


# Three tiles of 768 KiB, and what else there is.
ROOM = 3_000_000


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(400_000, 10), (4_000, 1_000), (8, 500_000)])
def test_nothing_is_held_but_a_few_tiles(shape: tuple[int, int], dtype: type) -> None:
    z = np.random.default_rng(0).normal(size=shape).astype(dtype)
    t = np.zeros(shape[0], np.int64)
    out = np.empty_like(z)
    calls = (
        lambda: st.softmax(z, out=out),
        lambda: st.log_softmax(z, out=out),
        lambda: st.cross_entropy_gradient(z, t, out=out),
        lambda: st.logsumexp(z),
        lambda: st.cross_entropy(z, t),
    )
    for call in calls:
        tracemalloc.start()
        call()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # A tile holds one sample at least. The losses of the samples are a result too.
        assert peak < max(ROOM, 3 * 8 * shape[1] + 100_000) + 2 * 8 * shape[0]


def test_the_state_of_numpy_is_as_it_was() -> None:
    before = np.getbufsize(), np.geterr()
    st.softmax(np.zeros((3, 4)))
    st.cross_entropy(np.zeros((3, 4)), [0, 1, 2])
    assert (np.getbufsize(), np.geterr()) == before


def test_threads_do_not_share_the_memory_of_their_tiles() -> None:
    random = np.random.default_rng(0)
    arrays_of_logits = [random.normal(size=(20_000, 10)) for _ in range(16)]
    wanted = [st.log_softmax(z) for z in arrays_of_logits]
    with ThreadPoolExecutor(8) as threads:
        for got, right in zip(threads.map(st.log_softmax, arrays_of_logits), wanted, strict=True):
            np.testing.assert_array_equal(got, right)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_a_result_goes_where_it_is_wanted(name: str) -> None:
    function = getattr(st, name)
    z = sample("scale 10", 10, np.float64)
    wanted = function(z)
    out = np.empty_like(z)
    assert function(z, out=out) is out
    np.testing.assert_array_equal(out, wanted)
    strided = np.empty((len(z), 20))[:, ::2]
    assert function(z, out=strided) is strided
    np.testing.assert_array_equal(strided, wanted)
    own = z.copy()
    assert function(own, out=own) is own
    np.testing.assert_array_equal(own, wanted)
    memory = np.concatenate([z, z])
    function(memory[: len(z)], out=memory[3 : 3 + len(z)])
    np.testing.assert_array_equal(memory[3 : 3 + len(z)], wanted)
    for axis in (0, 1):
        own = z.copy()
        np.testing.assert_array_equal(function(own, axis, out=own), function(z, axis))
    many = sample("scale 1", 100, np.float32)
    own = many.copy()
    np.testing.assert_array_equal(function(own, out=own), function(many))


def test_a_place_that_does_not_fit_is_refused() -> None:
    z = np.zeros((2, 3))
    for out, words in (
        (np.zeros((3, 2)), r"out: got shape \(3, 2\) and type float64; expected \(2, 3\)"),
        (np.zeros((2, 3), np.float32), "out: got shape .* type float32; expected .* float64"),
        ([[0.0] * 3] * 2, "out: got list; expected a numpy.ndarray"),
    ):
        with pytest.raises(ValueError, match=words):
            st.softmax(z, out=out)
    frozen = np.zeros((2, 3))
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="out: got a read-only array"):
        st.cross_entropy_gradient(z, [0, 1], out=frozen)
    out = np.zeros(2)
    assert st.logsumexp(z, out=out) is out
    assert out.tolist() == st.logsumexp(z).tolist() == pytest.approx([np.log(3)] * 2, rel=1e-15)
