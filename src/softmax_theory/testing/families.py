"""Logits that a softmax, or what is computed from it, may get wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Logits = NDArray[Any]
Shape = tuple[int, int]
Family = Callable[[Generator, Shape, type[Any]], Logits]


def normal(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits of the size that they have in a classifier at the start."""
    return random.normal(size=shape)


def large(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits ten times as large."""
    return 10 * random.normal(size=shape)


def offset(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits with a large number added to all of them."""
    return 1e4 + random.normal(size=shape)


def confident(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits of which one is ahead of all others by 20 to 60."""
    z = random.normal(size=shape)
    ahead = np.linspace(20, 60, shape[0])
    z[np.arange(shape[0]), random.integers(shape[1], size=shape[0])] += ahead
    return z


def wide(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits down to the last whose probability is a normal number."""
    deepest = -float(np.log(np.finfo(dtype).tiny)) - 2
    z: Logits = -deepest * random.uniform(size=shape)
    # No difference to this one is a float.
    z[:, 0] = 1 / 3
    return z


def normalised(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits near -log C, so that the log-sum-exp is near zero."""
    return np.asarray(-np.log(shape[1]) + 1e-3 * random.normal(size=shape))


def log_probabilities(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logarithms of probabilities, one of them close to one: log-sum-exp cancels them."""
    behind = np.log(shape[1]) + np.linspace(4, 60, shape[0])
    z: Logits = random.normal(size=shape) - behind[:, np.newaxis]
    first = np.arange(shape[0]), random.integers(shape[1], size=shape[0])
    z[first] = -np.inf
    z[first] = np.log1p(-np.exp(z).sum(axis=-1))
    return z


def rising(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return sorted logits, on which a running maximum changes at every step."""
    return np.sort(3 * random.normal(size=shape), axis=-1)


def falling(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits in reverse order."""
    return rising(random, shape, dtype)[:, ::-1]


def equal(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return equal logits, whose sum rounds the same way at every step."""
    return np.repeat(random.normal(size=(shape[0], 1)), shape[1], axis=1)


def two_values(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits of two values in any order, few enough for their rounding errors to add up."""
    both = 3 * random.normal(size=(shape[0], 2))
    return np.take_along_axis(both, random.integers(2, size=shape), axis=1)


def one_masked(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits of which one is -inf."""
    z = random.normal(size=shape)
    z[np.arange(shape[0]), random.integers(shape[1], size=shape[0])] = -np.inf
    return z


def many_masked(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits of which about half are -inf, but not the first."""
    z = np.where(random.uniform(size=shape) < 0.5, -np.inf, random.normal(size=shape))
    z[:, 0] = random.normal(size=shape[0])
    return z


def subnormal(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits that are subnormal numbers."""
    return random.normal(size=shape) * float(np.finfo(dtype).tiny) / 8


def largest(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits as large as there are, of both signs."""
    return random.choice([-1.0, -0.5, 0.5, 1.0], size=shape) * float(np.finfo(dtype).max)


def near_ties(random: Generator, shape: Shape, dtype: type[Any]) -> Logits:
    """Return logits a few rounding errors apart, at places where a difference rounds."""
    step = float(np.finfo(dtype).eps)
    return 7 + 8 * step * random.integers(-4, 5, size=shape)


FAMILIES: dict[str, Family] = {
    "scale 1": normal,
    "scale 10": large,
    "offset 1e4": offset,
    "confident": confident,
    "wide": wide,
    "near -log C": normalised,
    "log-probabilities": log_probabilities,
    "sorted": rising,
    "reversed": falling,
    "all equal": equal,
    "two values": two_values,
    "one -inf": one_masked,
    "many -inf": many_masked,
    "subnormal": subnormal,
    "largest floats": largest,
    "near ties": near_ties,
}


def sample(family: str, classes: int, dtype: type[Any], seed: int = 0) -> Logits:
    """Return logits of a family in `dtype`: 40 rows, or fewer where there are many classes."""
    rows = max(1, min(40, 2000 // classes))
    random = np.random.default_rng([seed, classes, *family.encode()])
    with np.errstate(over="ignore"):
        z = FAMILIES[family](random, (rows, classes), dtype)
    return np.ascontiguousarray(z, dtype=dtype)
