"""Numbers with 50 digits, derivatives that ride along with them, and arrays of both.

A `Dual` is a number with its derivative in one direction. Duals of different tags nest, so second
and mixed derivatives need nothing more (Griewank and Walther, Evaluating Derivatives, 2008,
chapter 13). Derivatives are therefore computed from what is differentiated, to all digits, and
are never difference quotients.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

DIGITS = 50
# An argument beyond this would need more digits than are kept, or more memory than there is.
LARGEST = 10**30

context = mpmath.MPContext()
context.dps = DIGITS


class Undefined(ValueError):  # noqa: N818, it is no error of the program
    """A value that does not exist: a division by zero, the logarithm of a negative number."""


class Dual:
    """A number and its slope in the direction `tag`; both may be duals of smaller tags."""

    __slots__ = ("slope", "tag", "value")

    def __init__(self, tag: int, value: Any, slope: Any) -> None:
        self.tag, self.value, self.slope = tag, value, slope

    def parts(self, other: Any) -> tuple[int, Any, Any, Any, Any]:
        """Return the tag, the values and the slopes of two numbers in the larger direction."""
        if not isinstance(other, Dual) or other.tag < self.tag:
            return self.tag, self.value, self.slope, other, 0
        if other.tag > self.tag:
            return other.tag, self, 0, other.value, other.slope
        return self.tag, self.value, self.slope, other.value, other.slope

    def __neg__(self) -> Dual:
        return Dual(self.tag, -self.value, -self.slope)

    def __add__(self, other: Any) -> Any:
        tag, a, da, b, db = self.parts(other)
        return Dual(tag, a + b, da + db)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        tag, a, da, b, db = self.parts(other)
        return Dual(tag, a * b, da * b + a * db)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        tag, a, da, b, db = self.parts(other)
        ratio = divide(a, b)
        return Dual(tag, ratio, divide(da - ratio * db, b))

    def __rtruediv__(self, other: Any) -> Any:
        ratio = divide(other, self.value)
        return Dual(self.tag, ratio, -divide(ratio * self.slope, self.value))


def slope(number: Any, tag: int) -> Any:
    """Return the derivative of a number in a direction, which need not be the outermost."""
    if not isinstance(number, Dual) or number.tag < tag:
        return context.zero
    if number.tag == tag:
        return number.slope
    return Dual(number.tag, slope(number.value, tag), slope(number.slope, tag))


def bare(number: Any) -> Any:
    """Return the number without its derivatives."""
    while isinstance(number, Dual):
        number = number.value
    return number


def divide(a: Any, b: Any) -> Any:
    """Return a quotient; a division by zero is undefined."""
    if isinstance(a, Dual) or isinstance(b, Dual):
        return a / b if isinstance(a, Dual) else b.__rtruediv__(a)
    if b == 0:
        raise Undefined("a division by zero")
    return a / b if not isinstance(a, int) or not isinstance(b, int) else context.mpf(a) / b


def number(value: Fraction | int) -> Any:
    """Return a rational number with all digits."""
    if isinstance(value, int):
        return context.mpf(value)
    return context.mpf(value.numerator) / value.denominator


class Row:
    """A vector that lies: what transposing a vector gives."""

    __slots__ = ("entries",)

    def __init__(self, entries: np.ndarray) -> None:
        self.entries = entries


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
    result = np.empty(value.shape, dtype=object)
    for place in np.ndindex(value.shape):
        result[place] = function(value[place])
    return result


def shape(value: Any) -> str:
    """Return what a value is, in words."""
    if isinstance(value, Row):
        return f"a row of {len(value.entries)}"
    if not isinstance(value, np.ndarray):
        return "a number"
    if value.ndim == 1:
        return f"a vector of {len(value)}"
    return " by ".join(str(length) for length in value.shape) + " array"


def determinant(matrix: np.ndarray) -> Any:
    """Return the determinant by elimination with pivots."""
    rows = [list(row) for row in matrix]
    result: Any = context.one
    for column in range(len(rows)):
        best = max(range(column, len(rows)), key=lambda r: magnitude(rows[r][column]))
        if magnitude(rows[best][column]) == 0:
            return context.zero
        if best != column:
            rows[column], rows[best] = rows[best], rows[column]
            result = -result
        pivot = rows[column][column]
        result = result * pivot
        for row in rows[column + 1 :]:
            factor = divide(row[column], pivot)
            for place in range(column, len(rows)):
                row[place] = row[place] - factor * rows[column][place]
    return result


def inverse(matrix: np.ndarray) -> np.ndarray:
    """Return the inverse by elimination with pivots."""
    size = len(matrix)
    rows = [
        list(matrix[r]) + [context.one if r == c else context.zero for c in range(size)]
        for r in range(size)
    ]
    for column in range(size):
        best = max(range(column, size), key=lambda r: magnitude(rows[r][column]))
        if magnitude(rows[best][column]) == 0:
            raise Undefined("the inverse of a singular matrix")
        rows[column], rows[best] = rows[best], rows[column]
        pivot = rows[column][column]
        rows[column] = [divide(entry, pivot) for entry in rows[column]]
        for place in range(size):
            factor = rows[place][column]
            if place != column:
                rows[place] = [
                    entry - factor * top
                    for entry, top in zip(rows[place], rows[column], strict=True)
                ]
    return array([row[size:] for row in rows])


def magnitude(value: Any) -> Any:
    """Return how large a number is, without its derivatives."""
    number = bare(value)
    size = getattr(number, "magnitude", None)
    return size() if size is not None else abs(number)


def symmetric_root(matrix: np.ndarray, exponent: Any) -> np.ndarray:
    """Return the power of a symmetric positive definite matrix that has the same eigenvectors."""
    entries = matrix.ravel().tolist()
    if not all(isinstance(x, context.mpf) for x in entries):
        raise Undefined("the root of a matrix that is differentiated")
    if any(matrix[place] != matrix[place[::-1]] for place in np.ndindex(matrix.shape)):
        raise Undefined("the root of a matrix that is not symmetric")
    values, vectors = context.eigsy(context.matrix(matrix.tolist()))
    if any(value <= 0 for value in values):
        raise Undefined("the root of a matrix that is not positive definite")
    basis = array(vectors.tolist())
    root: np.ndarray = (basis * array([value**exponent for value in values])) @ basis.T
    return root
