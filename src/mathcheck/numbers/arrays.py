"""Vectors and matrices of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from mathcheck.numbers.balls import NEVER, Ball, Rational, divide, logarithm
from mathcheck.numbers.duals import Dual, bare, smooth
from mathcheck.numbers.exact import Exact, NotExact
from mathcheck.numbers.precision import Undecided, Undefined


class Row:
    """A vector that lies: what transposing a vector gives."""

    __slots__ = ("entries",)

    def __init__(self, entries: np.ndarray) -> None:
        self.entries = entries


# What is no single number.
Arrays = np.ndarray | Row


def array(entries: Any) -> np.ndarray:
    """Return nested lists of numbers as an array of objects."""
    if not isinstance(entries, list):
        result = np.empty((), dtype=object)
        result[()] = entries
        return result
    parts = [array(entry) for entry in entries]
    result = np.empty((len(parts), *parts[0].shape), dtype=object)
    for place, part in enumerate(parts):
        result[place] = part if part.shape else part[()]
    return result


def each(function: Callable[[Any], Any], value: Any) -> Any:
    """Apply a function to a number, or to every entry of an array."""
    if isinstance(value, Row):
        return Row(each(function, value.entries))
    if not isinstance(value, np.ndarray):
        return function(value)
    result = np.empty(value.size, dtype=object)
    result[:] = [function(entry) for entry in value.ravel()]
    return result.reshape(value.shape)


def flat(value: Any) -> list[Any]:
    """Return all numbers of a value."""
    if isinstance(value, Row):
        return list(value.entries)
    return list(value.ravel()) if isinstance(value, np.ndarray) else [value]


def shape(value: Any) -> str:
    """Return what a value is, in words."""
    if isinstance(value, Row):
        return f"a row of {len(value.entries)}"
    if not isinstance(value, np.ndarray):
        return "a number"
    if value.ndim == 1:
        return f"a vector of {len(value)}"
    return " by ".join(str(length) for length in value.shape) + " array"


def magnitude(value: Any) -> float:
    """Return the logarithm of what is surely there of a number, for the choice of a pivot."""
    number = bare(value)
    if isinstance(number, Ball):
        return number.low
    return logarithm(number) if isinstance(number, Rational) else float(number.magnitude())


def pivot(rows: list[list[Any]], column: int, first: int) -> int | None:
    """Return the row with the best pivot, or None if all are zero."""
    best = max(range(first, len(rows)), key=lambda r: magnitude(rows[r][column]))
    if magnitude(rows[best][column]) > NEVER:
        return best
    if any(bare(rows[r][column]) != 0 for r in range(first, len(rows))):
        raise Undecided("whether a pivot is 0")
    return None


def determinant(matrix: np.ndarray) -> Any:
    """Return the determinant: by elimination, where it is differentiated by cofactors."""
    rows = [list(row) for row in matrix]
    if any(isinstance(x, Dual) for row in rows for x in row):
        return cofactors(rows)
    result: Any = 1
    for factor in pivots(rows):
        if factor is None:
            return 0
        result = result * factor
    return result


def pivots(rows: list[list[Any]]) -> Iterator[Any]:
    """Yield the pivot of each column in an elimination, or None; minus one where rows change."""
    count = 0
    for column in range(len(rows[0])):
        best = pivot(rows, column, count) if count < len(rows) else None
        if best is None:
            yield None
            continue
        rows[count], rows[best] = rows[best], rows[count]
        top = rows[count]
        yield top[column] if best == count else -top[column]
        for row in rows[count + 1 :]:
            factor = divide(row[column], top[column])
            for place in range(column, len(row)):
                row[place] = row[place] - factor * top[place]
        count += 1


def cofactors(rows: list[list[Any]]) -> Any:
    """Return the determinant by Laplace's expansion, which divides by nothing.

    The minors of the lowest rows are kept by their columns, so that there are 2^n of them.
    """
    minors: dict[tuple[int, ...], Any] = {(): 1}
    for row in reversed(rows):
        grown: dict[tuple[int, ...], Any] = {}
        for columns, minor in minors.items():
            for place in range(len(rows)):
                if place in columns:
                    continue
                key = tuple(sorted((*columns, place)))
                term = row[place] * minor
                grown[key] = grown.get(key, 0) + (term if key.index(place) % 2 == 0 else -term)
        minors = grown
    return minors[tuple(range(len(rows)))]


def inverse(matrix: np.ndarray) -> np.ndarray:
    """Return the inverse by elimination with pivots."""
    size = len(matrix)
    rows = [list(matrix[r]) + [int(r == c) for c in range(size)] for r in range(size)]
    for column in range(size):
        best = pivot(rows, column, column)
        if best is None:
            raise Undefined("the inverse of a singular matrix")
        rows[column], rows[best] = rows[best], rows[column]
        top = rows[column][column]
        rows[column] = [divide(entry, top) for entry in rows[column]]
        for place in range(size):
            factor = rows[place][column]
            if place != column:
                rows[place] = [
                    entry - factor * above
                    for entry, above in zip(rows[place], rows[column], strict=True)
                ]
    return array([row[size:] for row in rows])


def rank(matrix: np.ndarray) -> int:
    """Return how many pivots an elimination finds; functions have another rank at some points."""
    if any(isinstance(bare(entry), Exact) for entry in matrix.ravel()):
        raise NotExact("the rank of functions")
    count = sum(found is not None for found in pivots([list(row) for row in matrix]))
    smooth(*matrix.ravel(), what="the rank")
    return count
