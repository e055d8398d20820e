"""The fused loss of a linear layer: right to its bound, in memory that knows nothing of C."""

import tracemalloc

import numpy as np
import pytest

import softmax_theory as st
from softmax_theory import linear_cross_entropy
from softmax_theory.testing import exact


def layer(dtype: type, n: int = 7, C: int = 1100, D: int = 16, scale: float = 1.0):
    random = np.random.default_rng(0)
    H = (scale * random.normal(size=(n, D))).astype(dtype)
    W = random.normal(size=(C, D)).astype(dtype)
    return H, W, random.integers(C, size=n)


def exactly(H, W, t):
    """The loss of each sample, and the gradients with the sums of the magnitudes of their terms."""
    mp = exact.context
    h, w = ([[mp.mpf(float(x)) for x in row] for row in a] for a in (H, W))
    losses, differences = [], []
    for row, true in zip(h, t, strict=True):
        z = [mp.fsum(a * b for a, b in zip(row, other, strict=True)) for other in w]
        m = max(z)
        e = [mp.exp(x - m) for x in z]
        total = mp.fsum(e)
        losses.append(mp.log(total) + m - z[true])
        differences.append([x / total - (c == true) for c, x in enumerate(e)])
    return losses, differences, h, w


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [0.1, 1.0, 30.0])
@pytest.mark.parametrize(("n", "C", "D"), [(4, 60, 16), (1, 700, 1), (2, 30, 300)])
def test_within_the_bound(dtype: type, scale: float, n: int, C: int, D: int) -> None:
    H, W, t = layer(dtype, n=n, C=C, D=D, scale=scale)
    t[0] = (H[0] @ W.T).argmax()
    found = linear_cross_entropy(H, W, t, reduction="none")
    losses, differences, h, w = exactly(H, W, t)
    unit, tiny = float(np.finfo(dtype).eps) / 2, float(np.finfo(dtype).tiny)
    for loss, right in zip(found.loss, losses, strict=True):
        assert abs(loss - right) <= 8 * unit * abs(right)
    for gradient, rows, columns, across in (
        (found.gradient_H, differences, w, D),
        (found.gradient_W, list(zip(*differences, strict=True)), h, n),
    ):
        for i, row in enumerate(rows):
            for d in range(D):
                products = [y * column[d] for y, column in zip(row, columns, strict=True)]
                size = exact.context.fsum(abs(p) for p in products)
                error = abs(gradient[i, d] - exact.context.fsum(products))
                assert error <= 4 * np.sqrt(across) * unit * size + tiny
                if dtype == np.float32:
                    assert error <= unit * abs(gradient[i, d]) + 1e-14 * size + tiny


@pytest.mark.parametrize(("seed", "scale"), [(108, 3), (58, 30)])
def test_derivatives_where_all_roundings_of_an_output_meet(seed: int, scale: int) -> None:
    random = np.random.default_rng(seed)
    H, W = scale * random.normal(size=(1, 4)), random.normal(size=(400, 4))
    gradient = linear_cross_entropy(H, W, [0]).gradient_W
    _, [differences], [h], _ = exactly(H, W, [0])
    right = np.outer(differences, h)
    normal = abs(right) >= float(np.finfo(float).tiny)
    unit = float(np.finfo(float).eps) / 2
    error = (abs(gradient - right) / abs(right))[normal].max() / unit
    assert 4 < error <= 6


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_it_is_the_loss_of_the_logits(reduction: str) -> None:
    H, W, t = layer(np.float64, n=300)
    found = linear_cross_entropy(H, W, t, reduction=reduction)
    Z = H @ W.T
    np.testing.assert_allclose(found.loss, st.cross_entropy(Z, t, reduction=reduction), rtol=1e-13)
    whole = "sum" if reduction == "none" else reduction
    differences = st.cross_entropy_gradient(Z, t, reduction=whole)
    np.testing.assert_allclose(found.gradient_H, differences @ W, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(found.gradient_W, differences.T @ H, rtol=1e-10, atol=1e-13)


def test_a_confident_prediction_keeps_its_digits() -> None:
    W = np.array([[60.0, 0.0], [0.0, 0.0], [-1.0, 0.0]])
    found = linear_cross_entropy([[1.0, 0.5]], W, [0])
    z = (W @ [1.0, 0.5])[np.newaxis]
    np.testing.assert_allclose(found.loss, st.cross_entropy(z, [0]), rtol=1e-15)
    assert 0 < found.loss < 1e-25
    np.testing.assert_allclose(found.gradient_W[0], [-found.loss, -found.loss / 2], rtol=1e-14)


def test_the_memory_does_not_grow_with_the_logits() -> None:
    peaks = []
    for C in (5_000, 20_000):
        H, W, t = layer(np.float32, n=512, C=C, D=2)
        own = 2 * W.nbytes + 2 * 8 * W.size
        tracemalloc.start()
        linear_cross_entropy(H, W, t)
        peaks.append(tracemalloc.get_traced_memory()[1] - own)
        tracemalloc.stop()
    logits = 4 * 512 * 20_000
    assert max(peaks) < logits / 4
    assert peaks[1] < 1.2 * peaks[0] + 200_000


def test_types_and_an_empty_batch() -> None:
    H, W, t = layer(np.float32)
    found = linear_cross_entropy(H, W, t)
    assert {a.dtype for a in found} == {np.dtype(np.float32)}
    assert linear_cross_entropy(H, W.astype(np.float64), t).loss.dtype == np.float64
    empty = linear_cross_entropy(H[:0], W, t[:0], reduction="sum")
    assert empty.loss == 0
    assert empty.gradient_H.shape == (0, 16)
    assert not empty.gradient_W.any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"H": [1.0]}, r"H: got shape \(1,\); expected \(n, D\)"),
        ({"W": np.zeros((3, 5))}, r"W: got shape \(3, 5\); expected \(C, 16\)"),
        ({"W": np.zeros((0, 16))}, "of at least one class"),
        ({"t": np.zeros(3, int)}, r"t: got shape \(3,\) and type int64; expected integer labels"),
        ({"t": np.full(7, 1100)}, "t: label 1100 at index .* is out of range"),
        ({"reduction": "max"}, "reduction: got 'max'"),
    ],
)
def test_bad_arguments_are_named(change, words: str) -> None:
    H, W, t = layer(np.float64)
    arguments = {"H": H, "W": W, "t": t, **change}
    with pytest.raises(ValueError, match=words):
        linear_cross_entropy(**arguments)


@pytest.mark.filterwarnings("error")
def test_features_without_a_finite_logit_give_nan_and_no_warning() -> None:
    H, W, t = layer(np.float64, n=2)
    H[0] = np.inf
    found = linear_cross_entropy(H, W, t, reduction="none")
    assert np.isnan(found.loss).tolist() == [True, False]
