"""Exact values: the formulas of the book as they stand, evaluated by mpmath.

With 400 digits the plain formulas need no care: 1 - y keeps its digits for y = 1 - 1e-300.
Arrays of mpmath numbers are NumPy object arrays; the classes are on the last axis.
"""

from collections.abc import Callable, Iterator

import mpmath
import numpy as np
import pytest

DIGITS = 400

mp = mpmath.mp.clone()
mp.dps = DIGITS


def _elementwise(function: Callable) -> Callable:
    vectorised = np.vectorize(function, otypes=[object])
    return lambda *arrays: vectorised(*arrays)


number = _elementwise(lambda x: x if isinstance(x, mp.mpf) else mp.mpf(float(x)))
_exp = _elementwise(mp.exp)
_log = _elementwise(mp.log)
_power = _elementwise(lambda y, t: mp.mpf(1) if t == 0 else y**t)
_times_log = _elementwise(lambda t, y: mp.mpf(0) if t == 0 else t * mp.log(y) if y else -mp.inf)


def logistic(z):
    return 1 / (1 + _exp(-number(z)))


def logistic_derivative(z):
    return logistic(z) * (1 - logistic(z))


def log_logistic(z):
    return _log(logistic(z))


def binary_cross_entropy(z, t):
    y, t = logistic(z), number(t)
    return -_times_log(t, y) - _times_log(1 - t, 1 - y)


def binary_cross_entropy_gradient(z, t):
    return logistic(z) - number(t)


def softmax(z):
    e = _exp(number(z))
    return e / e.sum(axis=-1, keepdims=True)


def logsumexp(z):
    return _log(_exp(number(z)).sum(axis=-1))


def log_softmax(z):
    return number(z) - logsumexp(z)[..., np.newaxis]


def softmax_jacobian(z):
    y = softmax(z)
    return y[..., :, np.newaxis] * (np.eye(y.shape[-1], dtype=int) - y[..., np.newaxis, :])


def softmax_jvp(z, v):
    return (softmax_jacobian(z) * number(v)[..., np.newaxis, :]).sum(axis=-1)


def cross_entropy(z, t):
    return -_times_log(number(t), softmax(z)).sum(axis=-1)


def cross_entropy_gradient(z, t):
    """The derivative of the loss; t sums to one only to within rounding."""
    t = number(t)
    return softmax(z) * t.sum(axis=-1, keepdims=True) - t


def likelihood(z, t):
    return _power(softmax(z), number(t)).prod(axis=-1)


def entropy(p):
    return -_times_log(number(p), number(p)).sum(axis=-1)


def kl_divergence(p, q):
    return (_times_log(number(p), number(p)) - _times_log(number(p), number(q))).sum(axis=-1)


def errors(got, exact, scale=None):
    """Return |got - exact| in machine epsilons of the scale, by default that of the exact value.

    Below the smallest normal number the unit is the smallest number there is.
    """
    got, exact = np.asarray(got), np.asarray(exact, dtype=object)
    assert got.shape == exact.shape, (got.shape, exact.shape)
    limits = np.finfo(got.dtype)
    eps, tiny = mp.mpf(float(limits.eps)), mp.mpf(float(limits.tiny))

    def error(g, x, s):
        if mp.isnan(x) or np.isnan(g):
            return 0.0 if mp.isnan(x) and np.isnan(g) else np.inf
        if np.isinf(g):  # right if the exact value is beyond the largest float, on that side
            return 0.0 if x * int(np.sign(g)) > float(limits.max) else np.inf
        if mp.isinf(x):
            return np.inf
        return float(abs(mp.mpf(float(g)) - x) / (eps * max(abs(s), tiny)))

    return np.vectorize(error, otypes=[float])(got, exact, exact if scale is None else scale)


FAMILIES = {
    "scale 1": lambda rng, deepest: rng.normal(size=(20, 10)),
    "scale 10": lambda rng, deepest: 10 * rng.normal(size=(20, 10)),
    "offset 1e4": lambda rng, deepest: 1e4 + rng.normal(size=(20, 10)),
    "confident": lambda rng, deepest: (
        rng.normal(size=(41, 10)) + np.linspace(20, 60, 41)[:, np.newaxis] * (np.arange(10) == 3)
    ),
    "wide": lambda rng, deepest: -deepest * rng.uniform(size=(20, 10)),
    "equal": lambda rng, deepest: np.repeat(rng.normal(size=(5, 1)), 10, axis=1),
    "some -inf": lambda rng, deepest: np.where(
        (rng.uniform(size=(20, 10)) < 0.4) & (np.arange(10) > 0), -np.inf, rng.normal(size=(20, 10))
    ),
    "two classes": lambda rng, deepest: 20 * rng.normal(size=(40, 2)),
    "1000 classes": lambda rng, deepest: rng.normal(size=(2, 1000)),
}

families = pytest.mark.parametrize("family", FAMILIES)
few_classes = pytest.mark.parametrize("family", [f for f in FAMILIES if f != "1000 classes"])
dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def sample(family: str, dtype: type, seed: int = 0) -> np.ndarray:
    """Return the logits of a family, whose probabilities are normal numbers."""
    deepest = 80 if dtype == np.float32 else 700
    return FAMILIES[family](np.random.default_rng(seed), deepest).astype(dtype)


def gaps(z: np.ndarray) -> np.ndarray:
    """Return m - z_c, and for the largest logit its lead on the second largest; 0 for -inf."""
    with np.errstate(all="ignore"):
        z = z.astype(np.float64)
        result = z.max(axis=-1, keepdims=True) - z
        if z.shape[-1] > 1:
            ordered = np.sort(z, axis=-1)
            lead = ordered[..., -1:] - ordered[..., -2:-1]
            np.put_along_axis(result, z.argmax(axis=-1)[..., None], lead, axis=-1)
        return np.where(np.isfinite(result), result, 0)


def lead(z: np.ndarray) -> np.ndarray:
    """Return the gap between the two largest logits of each row."""
    return np.take_along_axis(gaps(z), z.argmax(axis=-1)[..., None], axis=-1)[..., 0]


def targets(z: np.ndarray, seed: int = 1) -> Iterator[np.ndarray]:
    """Yield one-hot targets, first of the most probable class, and soft ones, like z in type."""
    rng = np.random.default_rng(seed)
    yield (np.arange(z.shape[-1]) == z.argmax(axis=-1)[..., None]).astype(z.dtype)
    yield np.eye(z.shape[-1], dtype=z.dtype)[rng.integers(z.shape[-1], size=z.shape[:-1])]
    yield rng.dirichlet(np.full(z.shape[-1], 0.3), size=z.shape[:-1]).astype(z.dtype)
