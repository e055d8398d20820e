"""Samples: values for the symbols of an equation, in general position.

All numbers are exact in binary64, so that code is given the very numbers that the equation is
evaluated at. They come from a generator that is seeded with the text of the equation: the same
text has the same samples, wherever it stands.
"""

import hashlib
import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from mathcheck.arithmetic import array, context, number
from mathcheck.exact import Exact, NotExact, total_of
from mathcheck.symbols import Dimension, Table, Type

# Numbers are multiples of this: products of a few are still exact.
GRID = 2**16
# Of the choices of classes in an exact decision all are tried, if they are not more than this.
MOST_CHOICES = 64
# The round numbers of which the smallest counterexample is made.
ROUND = tuple(Fraction(n, 2) for n in (0, 2, -2, 1, 4, -1, 3, -4, 6))


@dataclass(frozen=True)
class Sample:
    """Values for sizes and symbols."""

    values: Mapping[str, Any]


def generator(text: str, seed: int) -> random.Random:
    """Return a generator of random numbers that depends on a text and a seed alone."""
    digest = hashlib.sha256(f"{seed}\n{text}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


def sizes(keys: Iterable[str], table: Table) -> list[dict[str, int]]:
    """Return all combinations of the sizes, the small ones first."""
    keys = sorted(keys)
    ranges = []
    for key in keys:
        kind = table.entries[key].type
        ranges.append(range(kind.low, kind.high + 1))
    combinations = [dict(zip(keys, c, strict=True)) for c in itertools.product(*ranges)]
    return sorted(combinations, key=lambda c: (sum(c.values()), tuple(c.values())))


def needed_sizes(keys: Iterable[str], table: Table) -> set[str]:
    """Return the sizes on which the symbols depend."""
    found = set()
    for key in keys:
        kind = table.entries[key].type
        if kind.kind == "size":
            found.add(key)
        if kind.kind in ("index", "label", "set"):
            found.add(kind.size)
        found |= {dimension.size for dimension in kind.shape}
    return {size for size in found if not size.isdecimal()}


def random_values(
    keys: Iterable[str], given: Mapping[str, int], table: Table, source: random.Random
) -> dict[str, Any]:
    """Return values in general position for the symbols, at given sizes."""
    return {
        key: random_value(table.entries[key].type, given, source, wide=False)
        for key in sorted(keys)
    }


def lengths(shape: Iterable[Dimension], given: Mapping[str, int]) -> tuple[int, ...]:
    """Return the lengths of the dimensions of an array."""
    return tuple(int(d.size) if d.size.isdecimal() else given[d.size] for d in shape)


def random_value(kind: Type, given: Mapping[str, int], source: random.Random, wide: bool) -> Any:
    """Return a value of a type; a wide one lies far from the origin."""
    shape = lengths(kind.shape, given)
    if kind.kind == "simplex":
        return simplex(kind, shape, source)
    if kind.kind == "onehot":
        return onehot(shape, source)
    if kind.kind == "spd":
        return definite(shape[0], source)
    if kind.kind == "orthogonal":
        return orthogonal(shape[0], source)
    if kind.kind == "set":
        count = given.get(kind.size) or int(kind.size)
        members = [c for c in range(1, count + 1) if source.random() < 0.6]
        return frozenset(members or [source.randint(1, count)])
    return filled(shape, lambda: random_number(kind, given, source, wide))


def random_number(kind: Type, given: Mapping[str, int], source: random.Random, wide: bool) -> Any:
    """Return one number of a type."""
    scale = 40 if wide else 3
    if kind.kind == "real":
        return number(Fraction(source.randint(-scale * GRID, scale * GRID), GRID))
    if kind.kind == "positive":
        return number(Fraction(source.randint(GRID // 8, scale * GRID), GRID))
    if kind.kind == "unit":
        # So far from one that a geometric series settles.
        ends = (1, GRID - 1) if wide else (GRID // 64, GRID - GRID // 32)
        return number(Fraction(source.randint(*ends), GRID))
    if kind.kind == "binary":
        return source.randint(0, 1)
    if kind.kind == "integer":
        return source.randint(kind.low, kind.high)
    if kind.kind == "label":
        count = int(kind.size) if kind.size.isdecimal() else given[kind.size]
        return source.randint(kind.first, kind.first + count - 1)
    raise AssertionError(kind.kind)


def filled(shape: tuple[int, ...], draw: Any) -> Any:
    """Return a number, or an array of numbers, drawn one by one."""
    if not shape:
        return draw()
    result = np.empty(shape, dtype=object)
    for place in np.ndindex(shape):
        drawn = draw()
        result[place] = context.mpf(drawn) if isinstance(drawn, int) else drawn
    return result


def simplex(kind: Type, shape: tuple[int, ...], source: random.Random) -> np.ndarray:
    """Return positive numbers that sum to one exactly, in all or in each row."""
    if kind.rows:
        return np.stack([simplex_of(shape[1:], source) for _ in range(shape[0])])
    return simplex_of(shape, source)


def simplex_of(shape: tuple[int, ...], source: random.Random) -> np.ndarray:
    """Return positive multiples of the grid that sum to one exactly."""
    count = int(np.prod(shape))
    cuts = sorted(source.sample(range(1, GRID), count - 1))
    parts = [b - a for a, b in itertools.pairwise([0, *cuts, GRID])]
    return array([number(Fraction(p, GRID)) for p in parts]).reshape(shape)


def onehot(shape: tuple[int, ...], source: random.Random) -> np.ndarray:
    """Return a vector, or rows, with a single one."""
    result = np.full(shape, context.zero, dtype=object)
    if len(shape) == 1:
        result[source.randrange(shape[0])] = context.one
        return result
    for row in range(shape[0]):
        result[row, source.randrange(shape[1])] = context.one
    return result


def definite(size: int, source: random.Random) -> np.ndarray:
    """Return a symmetric positive definite matrix, exact in binary64."""
    root = filled((size, size), lambda: number(Fraction(source.randint(-32, 32), 16)))
    result: np.ndarray = root @ root.T
    for place in range(size):
        result[place, place] = result[place, place] + 1
    return result


def orthogonal(size: int, source: random.Random) -> np.ndarray:
    """Return an orthogonal matrix: a product of reflections."""
    result = np.full((size, size), context.zero, dtype=object)
    np.fill_diagonal(result, context.one)
    for _ in range(size):
        v = filled((size,), lambda: number(Fraction(source.randint(1, GRID), GRID)))
        result = result - np.multiply.outer(result @ v, v) * (2 / (v @ v))
    return result


def exact_values(
    keys: Iterable[str], given: Mapping[str, int], table: Table
) -> Iterator[dict[str, Any]]:
    """Yield values for an exact decision: indeterminates, and every choice of a class."""
    choices = [list(exact_choices(key, table.entries[key].type, given)) for key in sorted(keys)]
    if np.prod([len(c) for c in choices]) > MOST_CHOICES:
        raise NotExact("too many choices")
    for chosen in itertools.product(*choices):
        yield dict(zip(sorted(keys), chosen, strict=True))


def exact_choices(key: str, kind: Type, given: Mapping[str, int]) -> Iterator[Any]:
    """Yield the values of one symbol in an exact decision."""
    shape = lengths(kind.shape, given)
    if kind.kind in ("label", "binary") and not shape:
        count = (int(kind.size) if kind.size.isdecimal() else given[kind.size]) if kind.size else 2
        first = kind.first if kind.kind == "label" else 0
        yield from range(first, first + count)
    elif kind.kind == "onehot" and len(shape) <= 2:
        rows = shape[0] if len(shape) == 2 else 1
        for places in itertools.product(range(shape[-1]), repeat=rows):
            result = np.full((rows, shape[-1]), context.zero, dtype=object)
            for row, place in enumerate(places):
                result[row, place] = context.one
            yield result if len(shape) == 2 else result[0]
    elif kind.kind in ("real", "positive", "unit") and not shape:
        yield Exact.symbol(key)
    elif kind.kind in ("real", "positive", "unit"):
        entries = np.empty(shape, dtype=object)
        for entry in np.ndindex(shape):
            entries[entry] = Exact.symbol(f"{key} {entry}")
        yield entries
    elif kind.kind == "simplex" and len(shape) == 1:
        free = [Exact.symbol(f"{key} {place}") for place in range(shape[0] - 1)]
        yield array([*free, 1 - total_of(free)])
    else:
        raise NotExact(kind.kind)


def round_values(
    keys: Iterable[str], given: Mapping[str, int], table: Table, source: random.Random
) -> Iterator[dict[str, Any]]:
    """Yield values of round numbers: first all equal or zero, then mixed."""
    keys = sorted(keys)
    for attempt in range(24):
        yield {key: round_value(table.entries[key].type, given, attempt, source) for key in keys}


def round_value(kind: Type, given: Mapping[str, int], attempt: int, source: random.Random) -> Any:
    """Return a value of round numbers; later attempts have less round ones."""
    shape = lengths(kind.shape, given)

    def draw() -> Any:
        # First zero everywhere, then one, then a mixture of more and more numbers.
        pool = ROUND[attempt : attempt + 1] if attempt < 2 else ROUND[: 1 + attempt // 2]
        if kind.kind == "real":
            return number(source.choice(pool))
        if kind.kind == "positive":
            return number(
                source.choice([Fraction(1), Fraction(2), Fraction(1, 2)][: 1 + attempt // 4])
            )
        if kind.kind == "unit":
            return number(
                source.choice([Fraction(1, 2), Fraction(1, 4), Fraction(3, 4)][: 1 + attempt // 4])
            )
        return random_number(kind, given, source, wide=False)

    if kind.kind == "simplex" and attempt < 4:
        if kind.rows:
            return np.full(shape, number(Fraction(1, shape[1])), dtype=object)
        return np.full(shape, number(Fraction(1, int(np.prod(shape)))), dtype=object)
    if kind.kind in ("simplex", "onehot", "spd", "orthogonal", "set"):
        return random_value(kind, given, source, wide=False)
    return filled(shape, draw)
