"""Multinomial logistic regression, against differences and scikit-learn."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from softmax_exact import mp

import softmax_theory as st

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


def test_default_learning_rate_is_one_over_the_bound(model):
    extended = np.column_stack([X, np.ones(len(X))])
    bound = np.linalg.eigvalsh(extended.T @ extended / len(X)).max() / 2 + model.l2
    dW, db = model.gradient(X, t)
    W, b = model.W - dW / bound, model.b - db / bound
    model.fit(X, t, n_steps=1)
    np.testing.assert_allclose(model.W, W, rtol=1e-13)
    np.testing.assert_allclose(model.b, b, rtol=1e-13)


def test_the_bound_holds_for_the_hessian(model):
    W, b = model.W, model.b
    y = st.softmax(X @ W.T + b)
    hessian = np.zeros((9, 9))
    for x, z in zip(X, y, strict=True):
        extended = np.append(x, 1)
        hessian += np.kron(st.cross_entropy_hessian(np.log(z)), np.outer(extended, extended)) / 5
    assert np.linalg.eigvalsh(hessian).max() + model.l2 <= model._lipschitz_constant(X)


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
    st.LinearSoftmax(W, b).fit(data[:, ::-1], labels, n_steps=2)
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
    ],
)
def test_bad_arguments(model, call, message):
    with pytest.raises(ValueError, match=message):
        call(model)
