"""Exact values, and how many units in the last place a result is away from them.

A unit in the last place, or ulp, is the distance of neighbouring floats at a number, the scale. It
is the exact value itself, but where that passes through zero it is the size of what cancels.

All is computed by mpmath with 80 digits from the very floats that the function got. A value is
kept as two binary64 numbers, whose sum has 32 digits: more than enough to measure a rounding error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

context = mpmath.mp.clone()
context.dps = 80
# Below this no exponential is a number in binary64 or narrower; mpmath would keep it.
NOTHING = -30_000


@dataclass(frozen=True)
class Exact:
    """Exact values as sums of two numbers each, and the numbers whose ulp measures the error."""

    value: NDArray[np.float64]
    rest: NDArray[np.float64]
    scale: NDArray[np.float64]


def two_floats(numbers: list[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return numbers as sums of two binary64 numbers each."""
    value = np.array([float(number) for number in numbers])
    rest = [
        float(number - context.mpf(float(high))) if np.isfinite(high) else 0.0
        for number, high in zip(numbers, value, strict=True)
    ]
    return value, np.array(rest)


def together(
    rows: list[list[Any]], shape: tuple[int, ...], scales: list[list[Any]] | None = None
) -> Exact:
    """Return rows of numbers as one array, each measured in its own ulp or in that of a scale."""
    value, rest = two_floats([number for row in rows for number in row])
    if scales is None:
        scale = value
    else:
        scale = np.array([abs(float(number)) for row in scales for number in row])
    return Exact(value.reshape(shape), rest.reshape(shape), scale.reshape(shape))


def numbers(row: NDArray[Any]) -> list[Any]:
    """Return floats as exact numbers."""
    return [context.mpf(float(x)) for x in row]


def exponentials(z: NDArray[Any]) -> tuple[Any, list[Any], Any]:
    """Return the largest logit m of a row, :math:`e^{z_c - m}` for each class, and their sum.

    The sum is returned without one of the largest terms, which is 1: it may be far below it.
    """
    return exponentials_of(tuple(z.tolist()))


@lru_cache(maxsize=128)
def exponentials_of(z: tuple[float, ...]) -> tuple[Any, list[Any], Any]:
    """Return the same; kept, because one row is compared with several functions."""
    m = context.mpf(max(z))
    gaps = {x: context.mpf(x) - m for x in set(z)}
    of = {x: context.exp(gap) if gap > NOTHING else context.zero for x, gap in gaps.items()}
    terms, first = [of[x] for x in z], z.index(max(z))
    return m, terms, context.fsum(terms[:first] + terms[first + 1 :])


def softmax(z: NDArray[Any]) -> Exact:
    """Return the softmax function of each row."""
    rows = []
    for row in z:
        _, terms, rest = exponentials(row)
        rows.append([term / (1 + rest) for term in terms])
    return together(rows, z.shape)


def log_softmax(z: NDArray[Any]) -> Exact:
    """Return the logarithm of the softmax function of each row."""
    rows = []
    for row in z:
        m, _, rest = exponentials(row)
        normaliser = context.log1p(rest)
        rows.append([(x - m) - normaliser for x in numbers(row)])
    return together(rows, z.shape)


def logsumexp(z: NDArray[Any]) -> Exact:
    """Return the log-sum-exp of each row.

    Its scale is the sum of the absolute values of its two terms, the largest logit m and the
    logarithm that is added to it. That is the result, unless m < 0 and the terms cancel.
    """
    values, scales = [], []
    for row in z:
        m, _, rest = exponentials(row)
        logarithm = context.log1p(rest)
        values.append(m + logarithm)
        scales.append(abs(m) + logarithm)
    return together([values], z.shape[:-1], [scales])


def cross_entropy(z: NDArray[Any], t: NDArray[Any]) -> Exact:
    """Return the loss of each row, for labels or for rows of probabilities."""
    values = []
    for row, target in zip(z, t, strict=True):
        m, _, rest = exponentials(row)
        normaliser = context.log1p(rest)
        if np.ndim(target) == 0:
            values.append((m - context.mpf(float(row[target]))) + normaliser)
            continue
        terms = [
            p * ((m - x) + normaliser)
            for p, x in zip(numbers(target), numbers(row), strict=True)
            if p != 0
        ]
        values.append(context.fsum(terms))
    return together([values], z.shape[:-1])


def cross_entropy_gradient(z: NDArray[Any], t: NDArray[Any]) -> Exact:
    """Return y - t, with itself as the scale; for probabilities it is the larger of y and t."""
    rows, scales = [], []
    for row, target in zip(z, t, strict=True):
        _, terms, rest = exponentials(row)
        label = np.ndim(target) == 0
        p = [context.mpf(int(c == target)) for c in range(len(row))] if label else numbers(target)
        total, whole = 1 + rest, context.fsum(p)
        y = [term / total for term in terms]
        differences = [a * whole - b for a, b in zip(y, p, strict=True)]
        # 80 digits may not tell the largest output from one, but its complement has them all.
        c = int(np.argmax(row))
        differences[c] = y[c] * (whole - p[c]) - p[c] * rest / total
        rows.append(differences)
        scales.append(differences if label else list(map(max, y, p)))
    return together(rows, z.shape, scales)


def elementwise(function: Callable[[Any], Any], z: NDArray[Any]) -> Exact:
    """Return a function of each number."""
    return together([[function(x) for x in numbers(z)]], z.shape)


def logistic_of(x: Any) -> Any:
    """Return the logistic function of a number."""
    return 1 / (1 + context.exp(-x)) if x > NOTHING else context.zero


def logistic(z: NDArray[Any]) -> Exact:
    """Return the logistic function."""
    return elementwise(logistic_of, z)


def log_of_sum(x: Any) -> Any:
    """Return log(1 + e^x)."""
    return context.log1p(context.exp(x)) if x < 1000 else x + context.log1p(context.exp(-x))


def log_logistic(z: NDArray[Any]) -> Exact:
    """Return the logarithm of the logistic function."""
    return elementwise(lambda x: -log_of_sum(-x), z)


def binary_cross_entropy(z: NDArray[Any], t: NDArray[Any]) -> Exact:
    """Return the loss of two classes."""
    values = [
        (p * log_of_sum(-x) if p else 0) + ((1 - p) * log_of_sum(x) if p != 1 else 0)
        for x, p in zip(numbers(z), numbers(t), strict=True)
    ]
    return together([values], z.shape)


def ulps(got: NDArray[Any], exact: Exact) -> NDArray[np.float64]:
    """Return how far results are from the exact values, in units in the last place at their scale.

    Zero where what the error is measured by is not a normal number of the type, as long as the
    result is no further away than the smallest normal number; infinite for nan where a number is
    expected.
    """
    limits = np.finfo(got.dtype)
    tiny, largest = float(limits.smallest_normal), float(limits.max)
    with np.errstate(all="ignore"):
        results = got.astype(np.float64)
        unit = np.maximum(spacing(np.abs(exact.scale), limits), spacing(np.array(tiny), limits))
        error = np.abs((results - exact.value) - exact.rest) / unit
        small, close = np.abs(exact.scale) < tiny, np.abs(results - exact.value) <= tiny
        error = np.where(small, np.where(close, 0, np.inf), error)
        beyond = np.abs(exact.value) > largest
        right = np.isinf(results) & (np.sign(results) == np.sign(exact.value))
        close = np.abs(results) >= largest * (1 - 8 * float(limits.eps))
        error = np.where(beyond, np.where(right | close, 0, np.inf), error)
        error[np.isnan(results)] = np.inf
        error[np.isnan(results) & np.isnan(exact.value)] = 0
    return error


def spacing(numbers: NDArray[Any], limits: Any) -> NDArray[np.float64]:
    """Return the distance of neighbouring floats of a type at numbers that are not negative."""
    _, exponent = np.frexp(np.maximum(numbers, float(limits.smallest_normal)))
    unit: NDArray[np.float64] = np.ldexp(float(limits.eps), exponent - 1)
    return unit
