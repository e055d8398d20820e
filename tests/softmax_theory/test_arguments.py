"""Every function, with every kind of argument: a right result or a ValueError that names it."""

import numpy as np
import pytest
from exact_cases import errors, gaps, logistic_derivative, softmax_jacobian
from hypothesis import given, settings
from hypothesis import strategies as some

import softmax_theory as st
from softmax_theory.testing import exact

pytestmark = pytest.mark.filterwarnings("error")

DTYPES = [np.float16, np.float32, np.float64]

# Functions of the logits alone, and those that take something of the same shape along.
OF_LOGITS = {
    "softmax": st.softmax,
    "log_softmax": st.log_softmax,
    "logsumexp": st.logsumexp,
    "softmax_jacobian": st.softmax_jacobian,
    "cross_entropy_hessian": st.cross_entropy_hessian,
    "softmax_jvp": lambda z: st.softmax_jvp(z, np.ones_like(z)),
    "softmax_vjp": lambda z: st.softmax_vjp(z, np.ones_like(z)),
    "likelihood": lambda z: st.likelihood(z, np.zeros(np.shape(z)[:-1], int)),
    "cross_entropy": lambda z: st.cross_entropy(z, np.zeros(np.shape(z)[:-1], int)),
    "cross_entropy_gradient": lambda z: st.cross_entropy_gradient(
        z, np.zeros(np.shape(z)[:-1], int)
    ),
    "brier_score": lambda z: st.brier_score(z, np.zeros(np.shape(z)[:-1], int), reduction="none"),
}
OF_ONE_LOGIT = {
    "logistic": st.logistic,
    "logistic_derivative": st.logistic_derivative,
    "log_logistic": st.log_logistic,
    "binary_cross_entropy": lambda z: st.binary_cross_entropy(z, np.zeros(np.shape(z))),
    "binary_cross_entropy_gradient": lambda z: st.binary_cross_entropy_gradient(
        z, np.zeros(np.shape(z))
    ),
}
WITH_AXIS = {
    "softmax": st.softmax,
    "log_softmax": st.log_softmax,
    "logsumexp": st.logsumexp,
    "likelihood": lambda z, axis: st.likelihood(z, z, axis=axis),
    "cross_entropy": lambda z, axis: st.cross_entropy(z, z, axis=axis),
    "cross_entropy_gradient": lambda z, axis: st.cross_entropy_gradient(z, z, axis=axis),
    "brier_score": lambda z, axis: st.brier_score(z, z, axis=axis),
    "reliability": lambda z, axis: st.reliability(z, z, axis=axis),
    "sample": lambda z, axis: st.sample(z, 0, axis=axis),
    "entropy": lambda p, axis: st.entropy(p, axis=axis),
    "kl_divergence": lambda p, axis: st.kl_divergence(p, p, axis=axis),
}

WITH_AXES = ("softmax", "log_softmax", "logsumexp")


def every(functions):
    return pytest.mark.parametrize("function", functions.values(), ids=functions.keys())


def layouts(array):
    """Yield the same numbers in other arrangements of the memory."""
    yield np.asfortranarray(array)
    yield np.repeat(array, 2, axis=-1)[..., ::2]
    yield array[..., ::-1].copy()[..., ::-1]
    yield array.astype(array.dtype.newbyteorder())


@every(OF_LOGITS | OF_ONE_LOGIT)
@pytest.mark.parametrize("dtype", DTYPES)
def test_layouts_and_read_only_arrays(function, dtype):
    z = np.random.default_rng(0).normal(size=(3, 4)).astype(dtype)
    expected = function(z)
    assert expected.dtype == dtype
    for other in layouts(z):
        before = other.copy()
        other.flags.writeable = False
        got = function(other)
        np.testing.assert_array_max_ulp(np.asarray(got), np.asarray(expected), 1)
        assert got.dtype == dtype
        np.testing.assert_array_equal(other, before)


@every(OF_LOGITS | OF_ONE_LOGIT)
def test_integers_and_booleans_are_float64(function):
    numbers = np.array([[0, 1, 1], [1, 0, 0]])
    expected = function(numbers.astype(np.float64))
    for z in (numbers, numbers.astype(np.uint8), numbers.astype(bool), numbers.tolist()):
        got = function(z)
        assert got.dtype == np.float64
        np.testing.assert_array_equal(got, expected)


@every(OF_LOGITS | OF_ONE_LOGIT)
@pytest.mark.parametrize(
    ("z", "message"),
    [
        (np.zeros((2, 2), complex), "z: got type complex128; expected a boolean, integer or real"),
        (np.full((2, 2), "a"), "z: got type <U1"),
        (np.full((2, 2), None), "z: got type object"),
        (np.zeros((2, 2), "datetime64[s]"), "z: got type datetime64"),
        (np.ma.masked_array(np.zeros((2, 2)), True), "z: got a masked array"),
    ],
)
def test_no_real_numbers(function, z, message):
    with pytest.raises(ValueError, match=message):
        function(z)


def test_ragged_lists():
    for function in (st.softmax, st.log_softmax, st.logsumexp, st.softmax_jacobian, st.logistic):
        with pytest.raises(ValueError, match="z: cannot be read as an array"):
            function([[1], [1, 2]])
    with pytest.raises(ValueError, match="p: cannot be read as an array"):
        st.entropy([[1], [1, 2]])


@every(OF_LOGITS)
def test_no_class_and_no_axis(function):
    with pytest.raises(ValueError, match=r"z: got shape \(3, 0\), without a class on axis -1"):
        function(np.empty((3, 0)))
    with pytest.raises(ValueError, match="z: got a scalar; expected at least one axis"):
        function(np.float64(1))


def test_no_class_and_no_axis_in_distributions():
    for p, message in ((np.empty((3, 0)), r"p: got shape \(3, 0\)"), (1.0, "p: got a scalar")):
        with pytest.raises(ValueError, match=message):
            st.entropy(p)
        with pytest.raises(ValueError, match=message):
            st.kl_divergence(p, p)


@every(WITH_AXIS)
@pytest.mark.parametrize(
    ("axis", "message"),
    [
        (2, r"axis: 2 is out of range for shape \(2, 2\); expected an integer from -2 to 1"),
        (-3, r"axis: -3 is out of range"),
        (1.0, r"axis: got 1\.0; expected an integer from -2 to 1"),
        (True, r"axis: got True"),
        ("0", r"axis: got '0'"),
    ],
)
def test_bad_axis(function, axis, message):
    with pytest.raises(ValueError, match=message):
        function(np.full((2, 2), 0.5), axis=axis)
    function(np.full((2, 2), 0.5), axis=np.int64(1))


@every({name: f for name, f in WITH_AXIS.items() if name not in WITH_AXES})
@pytest.mark.parametrize("axis", [None, (0, 1)])
def test_one_axis_alone(function, axis):
    with pytest.raises(ValueError, match=r"axis: got .*; expected an integer from -2 to 1"):
        function(np.full((2, 2), 0.5), axis=axis)


@pytest.mark.parametrize("name", WITH_AXES)
@pytest.mark.parametrize(
    ("axis", "message"),
    [
        ((), r"axis: got \(\); expected at least one axis"),
        ((0, -2), r"axis: got \(0, -2\); .* none twice"),
        ((0, 2), "axis: 2 is out of range"),
        ((0, None), "axis: got None"),
    ],
)
def test_bad_axes(name, axis, message):
    with pytest.raises(ValueError, match=message):
        WITH_AXIS[name](np.zeros((2, 2)), axis=axis)


def test_bad_weights():
    z = np.zeros((2, 3))
    for b, message in (
        (np.ones((2, 2)), r"b: got shape \(2, 2\); expected \(2, 3\), the shape of z"),
        ([1, 1, -2], r"b: got -2.0 at index \(0, 2\); expected no negative weight"),
        ([1j, 0, 0], "b: got type complex128"),
    ):
        with pytest.raises(ValueError, match=message):
            st.logsumexp(z, b=b)


@every(OF_ONE_LOGIT)
def test_scalars(function):
    for z, dtype in ((1, np.float64), (1.5, np.float64), (np.float32(1.5), np.float32)):
        got = function(z)
        assert isinstance(got, dtype)
        assert got == function([z])[..., 0] if np.ndim(function([z])) else function([z])


def test_scalar_results_are_numpy_scalars():
    z = np.zeros(3, np.float32)
    for got in (
        st.logsumexp(z),
        st.cross_entropy(z, 0),
        st.likelihood(z, 0),
        st.entropy(z + 1 / 3),
    ):
        assert isinstance(got, np.float32)


@every(OF_LOGITS)
def test_empty_batches(function):
    if function is OF_LOGITS["cross_entropy"]:
        assert np.isnan(function(np.empty((0, 3))))
    else:
        assert function(np.empty((0, 3))).shape[0] == 0
        assert function(np.empty((2, 0, 3))).shape[:2] == (2, 0)


def edge_values(dtype):
    """Return a strategy for floats, among them those at the edge of the type."""
    limits = np.finfo(dtype)
    edges = [0.0, -0.0, limits.max, limits.min, limits.tiny, limits.smallest_subnormal]
    edges += [np.inf, -np.inf, np.nan, -90.0, -720.0, 1.0, limits.max / 2, limits.min / 2]
    width = np.dtype(dtype).itemsize * 8
    return some.one_of(
        some.sampled_from([float(edge) for edge in edges]),
        some.floats(-20, 20, width=width),
        some.floats(width=width),
    )


@some.composite
def batches(draw):
    """Draw logits of some type, and the axis of their classes."""
    dtype = draw(some.sampled_from(DTYPES))
    shape = draw(some.lists(some.integers(1, 3), min_size=1, max_size=3))
    size = int(np.prod(shape))
    values = draw(some.lists(edge_values(dtype), min_size=size, max_size=size))
    with np.errstate(all="ignore"):
        z = np.array(values).astype(dtype).reshape(shape)
    return z, draw(some.integers(-len(shape), len(shape) - 1))


def allowed(z):
    """Return the bound of the error, that of the Notes with room for the sums of three terms.

    In float16 it is the rounding of the result, and the error in float32 on top.
    """
    return 0.51 + gaps(z) / 2**13 if z.dtype == np.float16 else gaps(z) / 2 + 4


def has_probabilities(z):
    """Tell which rows have a softmax function that isn't nan."""
    return ~(np.isnan(z) | (z == np.inf)).any(axis=-1) & ~(z == -np.inf).all(axis=-1)


@settings(max_examples=200)
@given(batches(), some.data())
def test_right_at_the_edges(batch, data):
    z, axis = batch
    before = z.copy()
    z.flags.writeable = False
    y, log_y = st.softmax(z, axis=axis), st.log_softmax(z, axis=axis)
    normaliser = st.logsumexp(z, axis=axis)
    assert y.dtype == log_y.dtype == normaliser.dtype == z.dtype
    assert y.shape == log_y.shape == z.shape
    rows = np.moveaxis(z, axis, -1)
    assert normaliser.shape == rows.shape[:-1]
    n_classes = rows.shape[-1]
    labels = np.array(
        data.draw(
            some.lists(
                some.integers(0, n_classes - 1),
                min_size=rows[..., 0].size,
                max_size=rows[..., 0].size,
            )
        ),
        dtype=int,
    ).reshape(rows.shape[:-1])
    losses = st.cross_entropy(z, labels, axis=axis, reduction="none")
    gradient = st.cross_entropy_gradient(z, labels, axis=axis, reduction="none")
    jacobian = st.softmax_jacobian(rows)
    np.testing.assert_array_equal(z, before)

    good = has_probabilities(rows)
    for result in (y, log_y, gradient):
        np.testing.assert_array_equal(np.isnan(np.moveaxis(result, axis, -1)).all(axis=-1), ~good)
    np.testing.assert_array_equal(np.isnan(losses), ~good)
    assert np.isnan(jacobian[~good]).all()
    has_nan = np.isnan(rows).any(axis=-1)
    expected = np.where(has_nan, np.nan, rows.max(axis=-1))
    np.testing.assert_array_equal(normaliser[~good], expected[~good])

    bad_rows, rows, labels = rows[~good], rows[good], labels[good]
    assert len(bad_rows) + len(rows) == good.size
    if len(rows) == 0:
        return
    one_hot = st.one_hot(labels, n_classes)
    bound, row_bound = allowed(rows), allowed(rows).max(axis=-1)
    assert (errors(np.moveaxis(y, axis, -1)[good], exact.softmax(rows)) <= bound).all()
    assert (errors(np.moveaxis(log_y, axis, -1)[good], exact.log_softmax(rows)) <= bound).all()
    wanted = exact.logsumexp(rows)
    scale = np.maximum(np.abs(rows.max(axis=-1).astype(float)), np.abs(wanted.value))
    assert (errors(normaliser[good], wanted, scale) <= 4).all()
    assert (errors(losses[good], exact.cross_entropy(rows, one_hot)) <= row_bound).all()
    error = errors(
        np.moveaxis(gradient, axis, -1)[good], exact.cross_entropy_gradient(rows, one_hot)
    )
    assert (error <= bound).all()
    error = errors(jacobian[good], softmax_jacobian(rows))
    assert (error <= bound[..., :, None] + bound[..., None, :]).all()


@settings(max_examples=200)
@given(some.sampled_from(DTYPES).flatmap(lambda d: some.tuples(some.just(d), edge_values(d))))
def test_logistic_at_the_edges(case):
    dtype, value = case
    with np.errstate(all="ignore"):
        z = np.array([value]).astype(dtype)
    cases = (
        (st.logistic, exact.logistic, (0, 1)),
        (st.logistic_derivative, logistic_derivative, (0, 0)),
        (st.log_logistic, exact.log_logistic, (-np.inf, 0)),
    )
    for function, exact_value, limits in cases:
        got = function(z)
        assert got.dtype == dtype
        if np.isfinite(z).all():
            assert errors(got, exact_value(z)).max() <= 3
        else:
            expected = np.nan if np.isnan(z[0]) else limits[int(z[0] > 0)]
            np.testing.assert_array_equal(got, [expected])


@settings(max_examples=200)
@given(
    some.integers(1, 4),
    some.lists(some.integers(-3, 6), max_size=5),
    some.sampled_from([np.int8, np.int64, np.uint8, np.uint64, np.float64, bool]),
)
def test_labels_are_right_or_refused(n_classes, labels, dtype):
    t = np.array(labels).astype(dtype) if labels else np.empty(0, dtype)
    z = np.zeros((len(t), n_classes))
    right = (np.dtype(dtype).kind in "iu" or len(t) == 0) and ((t >= 0) & (t < n_classes)).all()
    if right:
        losses = st.cross_entropy(z, t, reduction="none")
        np.testing.assert_allclose(losses, np.full(len(t), np.log(n_classes)), rtol=1e-15)
        np.testing.assert_array_equal(st.one_hot(t, n_classes).argmax(axis=-1), t)
    else:
        for call in (st.cross_entropy, st.cross_entropy_gradient, st.likelihood):
            with pytest.raises(ValueError, match=r"^t: "):
                call(z, t)
        with pytest.raises(ValueError, match=r"^t: "):
            st.one_hot(t, n_classes)


@settings(max_examples=200)
@given(
    some.sampled_from(DTYPES),
    some.lists(
        some.one_of(some.floats(-0.2, 1.2), some.sampled_from([0, 1, np.nan, np.inf, -np.inf])),
        min_size=1,
        max_size=4,
    ),
    some.booleans(),
)
def test_probabilities_are_right_or_refused(dtype, values, normalised):
    t = np.array(values, np.float64)
    if normalised and np.isfinite(t).all() and abs(t.sum()) > 0.1:
        t = t / t.sum()
    t = t.astype(dtype)
    z = np.zeros(t.shape)
    tolerance = {np.float16: 2**-5, np.float32: 2**-11.5, np.float64: 1e-6}[dtype]
    with np.errstate(all="ignore"):
        deviation = abs(t.astype(np.float64).sum() - 1)
    calls = [
        lambda: st.cross_entropy(z, t),
        lambda: st.cross_entropy_gradient(z, t)[0],
        lambda: st.likelihood(z, t),
        lambda: st.entropy(t),
        lambda: st.kl_divergence(t, t),
    ]
    if (t < 0).any() or deviation > tolerance * 1.001:
        for call in calls:
            with pytest.raises(ValueError, match=r"^[tp]: the probabilit"):
                call()
    elif np.isnan(t).any():
        assert all(np.isnan(call()) for call in calls)
    elif deviation < tolerance * 0.999:
        loss, _, likelihood, entropy, divergence = (call() for call in calls)
        total = float(t.astype(np.float64).sum())
        assert loss == pytest.approx(np.log(len(t)) * total, rel=1e-6)
        assert likelihood == pytest.approx(float(len(t)) ** -total, rel=1e-6)
        assert -1.1 * tolerance <= entropy <= np.log(len(t)) * 1.1 + 0.1
        assert divergence == 0
