"""Class weights, label smoothing and ignored labels, against exact values and PyTorch's."""

import numpy as np
import pytest

import softmax_theory as st
from softmax_theory.testing import exact, sample
from softmax_theory.testing.exact import Exact, context, together, ulps
from softmax_theory.testing.families import FAMILIES

pytestmark = pytest.mark.filterwarnings("error")

nan, inf = np.nan, np.inf
both = pytest.mark.parametrize("function", [st.cross_entropy, st.cross_entropy_gradient])


def targets_of(z: np.ndarray, soft: bool) -> np.ndarray:
    rng = np.random.default_rng(1)
    if soft:
        return rng.dirichlet(np.full(z.shape[1], 0.3), size=len(z)).astype(z.dtype)
    labels = rng.integers(z.shape[1], size=len(z))
    labels[::2] = z[::2].argmax(axis=1)
    return labels


def without(numbers, c):
    return context.fsum(numbers[:c] + numbers[c + 1 :])


def exact_values(z, t, weight, amount) -> tuple[Exact, Exact]:
    """Return the losses and the gradients by the formulas, with the larger term as the scale."""
    classes = z.shape[1]
    w = exact.numbers(np.ones(classes) if weight is None else weight)
    rows = np.eye(classes)[t] if t.ndim == 1 else t
    alone = t.ndim == 1 and amount == 0
    amount = context.mpf(amount)
    losses, gradients, scales = [], [], []
    for row, target in zip(z, rows, strict=True):
        m, terms, rest = exact.exponentials(row)
        normaliser = context.log1p(rest)
        u = [
            a * ((1 - amount) * b + amount / classes)
            for a, b in zip(w, exact.numbers(target), strict=True)
        ]
        gaps = [m - x + normaliser for x in exact.numbers(row)]
        losses.append(context.fsum(a * b for a, b in zip(u, gaps, strict=True) if a != 0))
        y = [term / (1 + rest) for term in terms]
        # With the complements no digit is lost where y is close to one.
        found = [a * without(u, c) - u[c] * without(y, c) for c, a in enumerate(y)]
        gradients.append(found)
        larger = [max(a * context.fsum(u), b) for a, b in zip(y, u, strict=True)]
        scales.append(found if alone else larger)
    return together([losses], z.shape[:1]), together(gradients, z.shape, scales)


OPTIONS = [
    (soft, weighted, amount)
    for soft in (False, True)
    for weighted in (False, True)
    for amount in (0.0, 0.1, 1.0)
    if weighted or amount
]


@pytest.mark.parametrize(("soft", "weighted", "amount"), OPTIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("classes", [2, 10, 100])
def test_exact(soft, weighted, amount, dtype, classes):
    for family in FAMILIES:
        z = sample(family, classes, dtype)[:4]
        if not np.isfinite(z).all() or family == "largest floats":
            continue
        t = targets_of(z, soft)
        weight = np.random.default_rng(2).uniform(0.1, 3, classes) if weighted else None
        losses, gradients = exact_values(z, t, weight, amount)
        more = {"weight": weight, "label_smoothing": amount, "reduction": "none"}
        loss, gradient = st.cross_entropy(z, t, **more), st.cross_entropy_gradient(z, t, **more)
        assert loss.dtype == gradient.dtype == dtype
        assert ulps(loss, losses).max() <= 4, family
        assert ulps(gradient, gradients).max() <= 4, family


# What PyTorch's documentation says of the mean, written out.
def mean_of_pytorch(z, t, weight, amount, ignore_index):
    log_y = st.log_softmax(z)
    kept = t != ignore_index
    labels = np.where(kept, t, 0)
    own = -weight[labels] * np.take_along_axis(log_y, labels[:, None], axis=1)[:, 0]
    smooth = -(weight * log_y).sum(axis=1) / z.shape[1]
    losses = np.where(kept, (1 - amount) * own + amount * smooth, 0)
    return losses.sum() / weight[labels][kept].sum()


@pytest.mark.parametrize("amount", [0.0, 0.2])
@pytest.mark.parametrize("ignore_index", [-100, 2])
def test_the_mean_divides_by_the_weights_of_the_labels(amount, ignore_index):
    z = sample("scale 1", 10, np.float64)
    t = targets_of(z, soft=False)
    t[1::3] = ignore_index
    weight = np.random.default_rng(3).uniform(0, 2, 10)
    more = {"weight": weight, "label_smoothing": amount, "ignore_index": ignore_index}
    wanted = mean_of_pytorch(z, t, weight, amount, ignore_index)
    assert st.cross_entropy(z, t, **more) == pytest.approx(wanted, rel=1e-14, abs=0)
    single = st.cross_entropy_gradient(z, t, reduction="none", **more)
    divisor = weight[t[t != ignore_index]].sum()
    mean = st.cross_entropy_gradient(z, t, **more)
    np.testing.assert_allclose(mean, single / divisor, rtol=1e-15)
    np.testing.assert_array_equal(st.cross_entropy_gradient(z, t, reduction="sum", **more), single)
    assert (single[t == ignore_index] == 0).all()


def test_values_by_hand():
    z, log2 = np.zeros((3, 2)), np.log(2)
    assert st.cross_entropy(z, [0, 1, 1], weight=[3, 1]) == pytest.approx(log2, rel=1e-14, abs=0)
    got = st.cross_entropy(z, [0, 1, 1], weight=[3, 1], reduction="none")
    np.testing.assert_allclose(got, [3 * log2, log2, log2], rtol=1e-15)
    soft = np.tile([0.5, 0.5], (3, 1))
    # For probabilities the mean divides by the number of samples.
    assert st.cross_entropy(z, soft, weight=[3, 1]) == pytest.approx(2 * log2, rel=1e-14, abs=0)
    row = st.cross_entropy([0.0, np.log(3)], 1, label_smoothing=0.5)
    assert row == pytest.approx(0.75 * np.log(4 / 3) + 0.25 * np.log(4), rel=1e-14, abs=0)


def test_a_batch_whose_labels_are_all_ignored():
    z, t = np.ones((2, 3)), [7, 7]
    assert np.isnan(st.cross_entropy(z, t, ignore_index=7))
    assert st.cross_entropy(z, t, ignore_index=7, reduction="sum") == 0
    assert (st.cross_entropy_gradient(z, t, ignore_index=7) == 0).all()


@both
def test_what_is_ignored_or_has_no_weight_may_be_anything(function):
    z = np.array([[0.0, 1.0], [nan, 0.0], [-inf, 0.0]])
    wanted = function(z[:1], [1], reduction="none")
    for more in ({"ignore_index": 0}, {"weight": [0, 1]}):
        got = function(z, [1, 0, 0], reduction="none", **more)
        np.testing.assert_array_equal(got[:1], wanted)
        assert (got[1:] == 0).all()
    soft = function(z, [[0, 1], [1, 0], [1, 0]], weight=[0, 1], reduction="none")
    np.testing.assert_array_equal(soft, got)
    # A class whose logit is -inf counts as soon as a smoothed target wants it.
    assert np.isinf(st.cross_entropy(z[2], 1, label_smoothing=0.1))


@both
def test_options_that_change_nothing(function):
    z = sample("scale 1", 10, np.float32)
    t = targets_of(z, soft=False)
    plain = function(z, t)
    np.testing.assert_array_equal(function(z, t, label_smoothing=0, ignore_index=-1), plain)
    same = function(z, t, weight=np.ones(10), label_smoothing=0.0)
    np.testing.assert_allclose(same, plain, rtol=2e-7)
    narrow = t.astype(np.uint8)
    np.testing.assert_array_equal(function(z, narrow, ignore_index=-100), plain)


@both
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_axes(function, axis):
    z = np.random.default_rng(4).normal(size=(3, 4, 5))
    last = np.moveaxis(z, axis, -1)
    t = np.random.default_rng(5).integers(3, size=last.shape[:-1])
    soft = st.softmax(z[::-1], axis=axis)
    weight = np.arange(1.0, 1 + z.shape[axis])
    for reduction in ("mean", "sum", "none"):
        more = {"weight": weight, "label_smoothing": 0.1, "reduction": reduction}
        for target, target_last, ignore in ((t, t, 1), (soft, np.moveaxis(soft, axis, -1), None)):
            got = function(z, target, axis=axis, ignore_index=ignore, **more)
            wanted = function(last, target_last, ignore_index=ignore, **more)
            if function is st.cross_entropy_gradient:
                got = np.moveaxis(got, axis, -1)
            np.testing.assert_allclose(got, wanted, rtol=1e-14, atol=1e-16)


def test_the_gradient_goes_where_it_is_wanted():
    z = sample("scale 1", 10, np.float16)
    t, weight = targets_of(z, soft=False), np.linspace(0, 60_000, 10)
    wanted = st.cross_entropy_gradient(z, t, weight=weight)
    out = z.copy()
    assert st.cross_entropy_gradient(out, t, weight=weight, out=out) is out
    np.testing.assert_array_equal(out, wanted)
    # Beyond the largest float16, without a warning.
    assert np.isinf(st.cross_entropy_gradient(z, t, weight=10 * weight, reduction="sum")).any()


@both
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"weight": [1, 2]}, r"weight: got shape \(2,\); expected \(3,\), one for each class"),
        ({"weight": [1, -1, 0]}, r"weight: that of class 1 is -1\.0; expected finite numbers"),
        ({"weight": [1, 1, nan]}, r"weight: that of class 2 is nan"),
        ({"weight": [inf, 1, 1]}, r"weight: that of class 0 is inf"),
        ({"weight": ["a", "b", "c"]}, r"weight: got type <U1"),
        ({"label_smoothing": 1.1}, r"label_smoothing: got 1\.1; expected a number from 0 to 1"),
        ({"label_smoothing": -0.1}, r"label_smoothing: got -0\.1"),
        ({"label_smoothing": nan}, r"label_smoothing: got nan"),
        ({"label_smoothing": "0.1"}, r"label_smoothing: got '0\.1'"),
        ({"label_smoothing": None}, r"label_smoothing: got None"),
        ({"ignore_index": 1.0}, r"ignore_index: got 1\.0; expected an integer or None"),
        ({"ignore_index": True}, r"ignore_index: got True"),
        ({"ignore_index": -1}, r"t: label 5 at index \(1,\) is out of range"),
    ],
)
def test_bad_options(function, more, message):
    with pytest.raises(ValueError, match=message):
        function(np.zeros((2, 3)), [0, 5 if "t: label" in message else 1], **more)


@both
def test_probabilities_can_not_be_ignored(function):
    with pytest.raises(ValueError, match=r"ignore_index: got 0 with t of shape \(2, 2\)"):
        function(np.zeros((2, 2)), np.eye(2), ignore_index=0)
