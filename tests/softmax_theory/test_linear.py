"""Multinomial logistic regression, against differences and scikit-learn."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.linear_model import LogisticRegression

import softmax_theory as st
from softmax_theory._descent import Objective
from softmax_theory.testing.exact import context as mp

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def model():
    rng = np.random.default_rng(0)
    return st.LinearSoftmax(rng.normal(size=(3, 2)), rng.normal(size=3), l2=0.3)


X = np.random.default_rng(1).normal(size=(5, 2))
t = np.array([0, 2, 1, 1, 0])


def standardised(load):
    data, labels = load(return_X_y=True)
    return (data - data.mean(axis=0)) / data.std(axis=0), labels


def test_loss_is_cross_entropy_and_penalty(model):
    z = X @ model.W.T + model.b
    expected = st.cross_entropy(z, t) + 0.15 * (model.W**2).sum()
    assert model.loss(X, t) == pytest.approx(expected, rel=1e-15)
    assert model.loss(X, st.one_hot(t, 3)) == model.loss(X, t)


def test_gradient_is_the_derivative_of_the_loss(model):
    parameters = np.concatenate([model.W.ravel(), model.b])

    def loss(*values):
        W, b = np.array(values[:6]).reshape(3, 2), values[6:]
        total = mp.mpf(0)
        for x, label in zip(X, t, strict=True):
            z = [sum(W[c] * [mp.mpf(float(v)) for v in x]) + b[c] for c in range(3)]
            total += mp.log(sum(mp.exp(v) for v in z)) - z[label]
        return total / len(X) + mp.mpf(model.l2) / 2 * (W**2).sum()

    dW, db = model.gradient(X, t)
    assert dW.shape == (3, 2)
    assert db.shape == (3,)
    with mp.workdps(40):
        point = tuple(mp.mpf(float(v)) for v in parameters)
        for i, got in enumerate([*dW.ravel(), *db]):
            order = tuple(int(i == j) for j in range(9))
            assert got == pytest.approx(float(mp.diff(loss, point, order)), rel=1e-12)


@pytest.mark.parametrize(("load", "l2"), [(load_iris, 1e-2), (load_wine, 2e-2)])
def test_same_weights_as_scikit_learn(load, l2):
    data, labels = standardised(load)
    model = st.LinearSoftmax.zeros(data.shape[1], 3, l2=l2)
    assert model.fit(data, labels, tolerance=1e-11) is model
    assert model.converged
    peer = LogisticRegression(C=1 / (l2 * len(data)), solver="newton-cg", tol=1e-12, max_iter=1000)
    peer.fit(data, labels)
    np.testing.assert_allclose(model.W, peer.coef_, atol=2e-9)
    np.testing.assert_allclose(model.b, peer.intercept_, atol=2e-9)
    np.testing.assert_allclose(model.predict_proba(data), peer.predict_proba(data), atol=1e-8)
    np.testing.assert_array_equal(model.predict(data), peer.predict(data))
    # The default step never goes up, beyond rounding; the curve ends where the model is.
    assert np.diff(model.loss_curve).max() <= 1e-15
    assert model.loss_curve[0] == pytest.approx(np.log(3))
    assert model.loss_curve[-1] == model.loss(data, labels)


def test_hessian_is_that_of_the_logits_and_the_penalty(model):
    expected = np.zeros((3, 3, 3, 3))
    for x in X:
        extended = np.append(x, 1)
        of_logits = st.cross_entropy_hessian(model.W @ x + model.b)
        expected += np.einsum("ij,r,s->irjs", of_logits, extended, extended) / len(X)
    for c in range(3):
        expected[c, [0, 1], c, [0, 1]] += model.l2
    np.testing.assert_allclose(model.hessian(X), expected, rtol=1e-13, atol=1e-16)


def test_hessian_keeps_the_digits_of_a_confident_output():
    hessian = st.LinearSoftmax([[0.0], [0.0]], [0.0, 60.0]).hessian([[1.0]])
    rest = float(mp.exp(-60) / (1 + mp.exp(-60)) ** 2)
    np.testing.assert_allclose(hessian.ravel()[[0, 1, 2, 3]], [rest, rest, -rest, -rest], 1e-14)
    np.testing.assert_allclose(hessian[1, 0, 1, 0], rest, rtol=1e-14)


@pytest.mark.parametrize(("load", "l2"), [(load_iris, 1e-2), (load_wine, 2e-2), (load_wine, 1e-9)])
def test_newton_finds_the_same_weights_in_a_few_steps(load, l2):
    data, labels = standardised(load)
    model = st.LinearSoftmax.zeros(data.shape[1], 3, l2=l2)
    assert model.fit(data, labels, method="newton", tolerance=1e-14) is model
    assert model.converged
    assert len(model.loss_curve) < 40
    assert np.diff(model.loss_curve).max() <= 1e-15
    assert model.loss_curve[0] == pytest.approx(np.log(3), rel=1e-15)
    assert model.loss_curve[-1] == model.loss(data, labels)
    if l2 < 1e-3:
        return  # the others do not arrive in reasonable time
    descent = st.LinearSoftmax.zeros(data.shape[1], 3, l2=l2).fit(data, labels, tolerance=1e-13)
    np.testing.assert_allclose(model.W, descent.W, atol=2e-11)
    np.testing.assert_allclose(model.b, descent.b, atol=2e-11)
    peer = LogisticRegression(C=1 / (l2 * len(data)), solver="newton-cg", tol=1e-12, max_iter=1000)
    peer.fit(data, labels)
    np.testing.assert_allclose(model.W, peer.coef_, atol=1e-10)
    np.testing.assert_allclose(model.b, peer.intercept_, atol=1e-10)


def test_newton_without_a_penalty_is_as_scikit_learn():
    data, labels = load_iris(return_X_y=True)
    data, labels = data[50:], labels[50:] - 1  # two species that overlap
    model = st.LinearSoftmax.zeros(4, 2).fit(data, labels, method="newton", tolerance=1e-13)
    assert model.converged
    peer = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(data, labels)
    np.testing.assert_allclose(model.W[1] - model.W[0], peer.coef_[0], rtol=1e-7)
    np.testing.assert_allclose(model.predict_proba(data), peer.predict_proba(data), atol=1e-8)


def test_newton_is_indifferent_to_scales_and_to_features_that_say_nothing():
    rng = np.random.default_rng(3)
    data, labels = rng.normal(size=(60, 3)), rng.integers(0, 3, 60)
    plain = st.LinearSoftmax.zeros(3, 3).fit(data, labels, method="newton")
    scaled = data * [1e-6, 1.0, 1e6] + [3.0, 0.0, 1e8]
    constant, twice = np.ones((60, 1)), data[:, :1] - data[:, 1:2]
    for other in (scaled, np.hstack([data, constant, twice])):
        model = st.LinearSoftmax.zeros(other.shape[1], 3)
        model.fit(other, labels, method="newton", tolerance=1e-7)
        assert len(model.loss_curve) < 15
        assert np.isfinite(model.W).all()
        np.testing.assert_allclose(model.predict_proba(other), plain.predict_proba(data), atol=1e-7)


def test_newton_never_raises_the_loss_from_any_start():
    rng = np.random.default_rng(4)
    data, labels = rng.normal(size=(50, 3)), rng.integers(0, 4, 50)
    for scale in (0.1, 1.0, 10.0, 100.0):
        W, b = scale * rng.normal(size=(4, 3)), scale * rng.normal(size=4)
        model = st.LinearSoftmax(W, b).fit(data, labels, method="newton")
        assert model.converged
        assert np.diff(model.loss_curve).max() <= 1e-15
        # Nothing shifts all biases.
        assert model.b.mean() == pytest.approx(b.mean(), rel=1e-12)


def test_newton_ends_where_rounding_allows_no_better():
    single = X.astype(np.float32)
    for data, kind in ((single, np.float32), (X, np.float64)):
        model = st.LinearSoftmax(np.zeros((3, 2), kind), np.zeros(3, kind), l2=0.1)
        model.fit(data, t, method="newton", tolerance=0.0)
        assert len(model.loss_curve) < 30
        assert model.W.dtype == model.b.dtype == kind
        slopes = model.gradient(data, t)
        assert max(abs(d).max() for d in slopes) <= 4 * np.finfo(kind).eps
    lost = st.LinearSoftmax(np.full((3, 2), np.nan), np.zeros(3), l2=0.1)
    assert not lost.fit(X, t, method="newton").converged
    far = st.LinearSoftmax.zeros(2, 3, l2=0.1).fit(X * 1e300, t, method="newton", n_steps=50)
    assert far.loss_curve[-1] <= far.loss_curve[0]


@pytest.mark.parametrize("method", ["gradient descent", "newton"])
def test_loss_curve_begins_with_the_loss_before_the_first_step(model, method):
    for _ in range(2):  # the second fit goes on from the first
        before = model.loss(X, t)
        model.fit(X, t, method=method, n_steps=2)
        assert model.loss_curve[0] == pytest.approx(before, rel=1e-15)
        assert len(model.loss_curve) == 3
        assert model.loss_curve[2] == pytest.approx(model.loss(X, t), rel=1e-15)


def test_default_learning_rate_is_one_over_the_bound(model):
    extended = np.column_stack([X, np.ones(len(X))])
    bound = np.linalg.eigvalsh(extended.T @ extended / len(X)).max() / 2 + model.l2
    dW, db = model.gradient(X, t)
    W, b = model.W - dW / bound, model.b - db / bound
    model.fit(X, t, n_steps=1)
    np.testing.assert_allclose(model.W, W, rtol=1e-13)
    np.testing.assert_allclose(model.b, b, rtol=1e-13)


def test_the_bound_holds_for_the_hessian(model):
    hessian = model.hessian(X).reshape(9, 9)
    assert np.linalg.eigvalsh(hessian).max() <= Objective(X, t, model.l2).lipschitz_constant()


def test_steps_and_convergence(model):
    assert not model.converged
    assert model.loss_curve.shape == (0,)
    model.fit(X, t, n_steps=3)
    assert not model.converged
    assert model.loss_curve.shape == (4,)
    model.fit(X, t, tolerance=1e-6)  # goes on from there
    assert model.converged
    assert max(abs(d).max() for d in model.gradient(X, t)) <= 1e-6
    model.fit(X, t, tolerance=1e-6)
    assert model.converged
    assert model.loss_curve.shape == (1,)
    before = model.W
    model.fit(X, t, learning_rate=0.0, n_steps=2, tolerance=0.0)
    np.testing.assert_array_equal(model.W, before)


def test_convergence_with_the_last_step_counts():
    steps = len(st.LinearSoftmax.zeros(2, 3, l2=0.3).fit(X, t).loss_curve) - 1
    assert st.LinearSoftmax.zeros(2, 3, l2=0.3).fit(X, t, n_steps=steps).converged
    assert not st.LinearSoftmax.zeros(2, 3, l2=0.3).fit(X, t, n_steps=steps - 1).converged


def test_too_long_a_step_diverges_without_a_warning(model):
    model.fit(X, t, learning_rate=1e200, n_steps=5)
    assert not model.converged


def test_soft_targets(model):
    soft = st.softmax(np.random.default_rng(2).normal(size=(5, 3)))
    model.fit(X, soft)
    assert model.converged


def test_arguments_are_copied_and_not_written_to():
    W, b, data, labels = np.zeros((3, 2)), np.zeros(3), X.copy(), t.copy()
    for array in (W, b, data, labels):
        array.flags.writeable = False
    st.LinearSoftmax(W, b, l2=0.1).fit(data[:, ::-1], labels, n_steps=2)
    mutable = np.zeros((3, 2))
    model = st.LinearSoftmax(mutable, b)
    mutable[:] = 1
    assert not model.W.any()


def test_types():
    model = st.LinearSoftmax(np.zeros((3, 2), np.float32), np.zeros(3, np.float32), l2=0.1)
    single = X.astype(np.float32)
    assert model.loss(single, t).dtype == np.float32
    assert [d.dtype for d in model.gradient(single, t)] == [np.float32] * 2
    assert model.fit(single, t, n_steps=2).W.dtype == np.float32
    assert model.predict_proba(single).dtype == np.float32
    assert model.predict(single).dtype == np.intp
    assert st.LinearSoftmax(np.zeros((3, 2), np.float16), [0, 0, 0]).W.dtype == np.float32
    assert st.LinearSoftmax.zeros(2, 3).W.dtype == np.float64


def test_empty_batch(model):
    empty = np.empty((0, 2))
    assert np.isnan(model.loss(empty, []))
    dW, db = model.gradient(empty, [])
    assert np.isnan(dW).all()
    assert np.isnan(db).all()
    assert np.isnan(model.hessian(empty)).all()
    assert model.predict(empty).shape == (0,)
    assert model.predict_proba(empty).shape == (0, 3)
    with pytest.raises(ValueError, match="X: got no sample; expected at least one"):
        model.fit(empty, [])


def test_predict(model):
    np.testing.assert_array_equal(model.predict(X), model.predict_proba(X).argmax(axis=1))
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-15)
    assert st.LinearSoftmax.zeros(2, 3).predict([[1.0, 1.0]]) == [0]
    with pytest.raises(ValueError, match="X: sample 1 has a logit that is nan"):
        model.predict([[0, 0], [np.nan, 0]])
    assert np.isnan(model.predict_proba([[np.nan, 0]])).all()


def test_repr(model):
    assert repr(model) == "<LinearSoftmax: 2 features, 3 classes, l2=0.3>"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: st.LinearSoftmax([1.0], [1.0]), r"W: got shape \(1,\); expected \(C, D\)"),
        (lambda m: st.LinearSoftmax(np.empty((3, 0)), np.zeros(3)), r"W: got shape \(3, 0\)"),
        (lambda m: st.LinearSoftmax([[1.0]], [1.0, 2.0]), r"b: got shape \(2,\); expected \(1,\)"),
        (lambda m: st.LinearSoftmax([["a"]], [1.0]), r"W: got type <U1"),
        (lambda m: st.LinearSoftmax([[1.0]], [1j]), r"b: got type complex128"),
        (lambda m: st.LinearSoftmax([[1.0]], [1.0], l2=-1), r"l2: got -1; expected a finite"),
        (lambda m: st.LinearSoftmax([[1.0]], [1.0], l2=np.nan), r"l2: got nan"),
        (lambda m: st.LinearSoftmax([[1.0]], [1.0], l2="1"), r"l2: got '1'"),
        (lambda m: st.LinearSoftmax.zeros(0, 3), r"n_features: got 0; expected an integer"),
        (lambda m: st.LinearSoftmax.zeros(2, 3.0), r"n_classes: got 3\.0"),
        (lambda m: m.loss(X[:, :1], t), r"X: got shape \(5, 1\); expected \(n, 2\)"),
        (lambda m: m.gradient(X[0], t), r"X: got shape \(2,\)"),
        (lambda m: m.predict(X.T), r"X: got shape \(2, 5\)"),
        (lambda m: m.predict_proba([["a", "b"]]), r"X: got type <U1"),
        (lambda m: m.loss(X, t + 1), r"t: label 3 at index \(1,\)"),
        (lambda m: m.gradient(X, t[:3]), r"t: got shape \(3,\)"),
        (lambda m: m.fit(X, t - 1), r"t: label -1 at index \(0,\)"),
        (lambda m: m.fit(X * np.inf, t), r"X: got a nan or an infinity"),
        (lambda m: m.fit(X, t, n_steps=0), r"n_steps: got 0; expected an integer"),
        (lambda m: m.fit(X, t, learning_rate=-1), r"learning_rate: got -1"),
        (lambda m: m.fit(X, t, tolerance=np.inf), r"tolerance: got inf"),
        (lambda m: m.fit(X, np.full((5, 3), np.nan)), r"t: got a nan; expected probabilities"),
        (
            lambda m: m.fit(X, t, method="adam"),
            r"method: got 'adam'; expected \"gradient descent\"",
        ),
        (lambda m: m.fit(X, t, method=None), r"method: got None"),
        (
            lambda m: m.fit(X, t, method="newton", learning_rate=1),
            r"learning_rate: got 1; expected None",
        ),
        (lambda m: m.hessian(X[0]), r"X: got shape \(2,\)"),
    ],
)
def test_bad_arguments(model, call, message):
    with pytest.raises(ValueError, match=message):
        call(model)
