"""Logits and targets to try, errors in machine epsilons, and exact values that the kit has not.

They are computed with the kit's numbers of 80 digits, from the very floats that a function gets.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from softmax_theory.testing import exact
from softmax_theory.testing.exact import Exact, context, numbers, together


def outputs(row: np.ndarray) -> list[Any]:
    _, terms, rest = exact.exponentials(row)
    return [term / (1 + rest) for term in terms]


def softmax_jacobian(z: np.ndarray) -> Exact:
    """On the diagonal 1 - y is the sum of the others, which 80 digits may not tell from 0."""
    rows = []
    for y in map(outputs, z):
        for i, own in enumerate(y):
            others = context.fsum(y[:i] + y[i + 1 :])
            rows.append([own * (others if j == i else -other) for j, other in enumerate(y)])
    return together(rows, (*z.shape, z.shape[-1]))


def softmax_jvp(z: np.ndarray, v: np.ndarray) -> Exact:
    rows = []
    for y, direction in zip(map(outputs, z), map(numbers, v), strict=True):
        pairs = list(zip(y, direction, strict=True))
        rows.append([a * context.fsum(b * (x - w) for b, w in pairs) for a, x in pairs])
    return together(rows, z.shape)


def logistic_derivative(z: np.ndarray) -> Exact:
    return exact.elementwise(lambda x: exact.logistic_of(x) * exact.logistic_of(-x), z)


def binary_cross_entropy_gradient(z: np.ndarray, t: np.ndarray) -> Exact:
    """The scale is the larger of the two terms whose difference it is."""
    terms = [
        ((1 - p) * exact.logistic_of(x), p * exact.logistic_of(-x))
        for x, p in zip(numbers(z), numbers(t), strict=True)
    ]
    return together([[a - b for a, b in terms]], z.shape, [[max(pair) for pair in terms]])


def likelihood(z: np.ndarray, t: np.ndarray) -> Exact:
    losses = exact.cross_entropy(z, t)
    pairs = zip(numbers(losses.value), numbers(losses.rest), strict=True)
    return together([[context.exp(-(a + b)) for a, b in pairs]], losses.value.shape)


def entropy(p: np.ndarray) -> Exact:
    sums = [-context.fsum(x * context.log(x) for x in numbers(row) if x) for row in p]
    return together([sums], p.shape[:-1])


def kl_divergence(p: np.ndarray, q: np.ndarray) -> Exact:
    """The scale is the sum of the terms in absolute value."""
    values, scales = [], []
    for row, other in zip(p, q, strict=True):
        pairs = zip(numbers(row), numbers(other), strict=True)
        terms = [a * context.log(a / b) if b else context.inf for a, b in pairs if a]
        values.append(max(context.fsum(terms), 0))
        scales.append(context.fsum(map(abs, terms)))
    return together([values], p.shape[:-1], [scales])


def errors(got: np.ndarray, wanted: Exact, scale: np.ndarray | None = None) -> np.ndarray:
    """Return the errors in machine epsilons of the scale, by default that of the exact values.

    Below the smallest normal number the unit is the smallest number there is.
    """
    got = np.asarray(got)
    assert got.shape == wanted.value.shape, (got.shape, wanted.value.shape)
    limits = np.finfo(got.dtype)
    got = got.astype(np.float64)
    size = np.maximum(np.abs(wanted.value if scale is None else scale), float(limits.tiny))
    with np.errstate(all="ignore"):
        error = np.abs((got - wanted.value) - wanted.rest) / (float(limits.eps) * size)
    # An infinity is right if the exact value is beyond the largest float, on that side.
    beyond = wanted.value * np.sign(got) > float(limits.max)
    right = np.where(np.isinf(got), beyond, np.isnan(got) & np.isnan(wanted.value))
    return np.where(right, 0, np.where(np.isfinite(got) & np.isfinite(wanted.value), error, np.inf))


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
