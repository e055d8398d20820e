"""Numbers with 50 digits, derivatives that ride along with them, and arrays of both.

A `Dual` is a number with its derivative in one direction. Duals of different tags nest, so second
and mixed derivatives need nothing more (Griewank and Walther, Evaluating Derivatives, 2008,
chapter 13). Derivatives are therefore computed from what is differentiated, to all digits, and
are never difference quotients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Function:
    """A function of one number: its value, its derivative, and where it is defined."""

    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]
    defined: Callable[[Any], bool] = lambda x: True
    outside: str = ""


def apply(name: str, x: Any) -> Any:
    """Return a named function of a number."""
    if isinstance(x, Dual):
        inner = x.slope
        return Dual(x.tag, apply(name, x.value), FUNCTIONS[name].slope(x.value) * inner)
    method = getattr(x, "apply", None)
    if method is not None:
        return method(name)
    function = FUNCTIONS[name]
    if not isinstance(x, context.mpc) and abs(x) > LARGEST:
        if name == "exp" and x < 0:
            return context.zero
        raise Undefined(f"{name} of a number beyond 1e30")
    if not function.defined(x):
        raise Undefined(f"{name} of {context.nstr(x, 4)}, {function.outside}")
    return function.value(x)


def positive(x: Any) -> bool:
    """Return whether a number is real and above zero."""
    return not isinstance(x, context.mpc) and bool(x > 0)


def gamma_defined(x: Any) -> bool:
    """Return whether the gamma function is defined, and not too large to compute."""
    return abs(x) < 10_000 and not (x <= 0 and x == context.floor(x))


FUNCTIONS: dict[str, Function] = {
    "exp": Function(context.exp, lambda x: apply("exp", x)),
    "expm1": Function(context.expm1, lambda x: apply("exp", x)),
    "log": Function(context.log, lambda x: divide(1, x), positive, "which is not positive"),
    "log1p": Function(
        lambda x: context.log(1 + x),
        lambda x: divide(1, 1 + x),
        lambda x: positive(1 + x),
        "which is not above -1",
    ),
    "sqrt": Function(
        lambda x: context.sqrt(x),
        lambda x: divide(1, 2 * apply("sqrt", x)),
        lambda x: not isinstance(x, context.mpc) and (x >= 0 or x == -1),
        "which is negative",
    ),
    "sin": Function(context.sin, lambda x: apply("cos", x)),
    "cos": Function(context.cos, lambda x: -apply("sin", x)),
    "tan": Function(context.tan, lambda x: divide(1, apply("cos", x) * apply("cos", x))),
    "cot": Function(context.cot, lambda x: -divide(1, apply("sin", x) * apply("sin", x))),
    "sec": Function(context.sec, lambda x: apply("sec", x) * apply("tan", x)),
    "csc": Function(context.csc, lambda x: -apply("csc", x) * apply("cot", x)),
    "sinh": Function(context.sinh, lambda x: apply("cosh", x)),
    "cosh": Function(context.cosh, lambda x: apply("sinh", x)),
    "tanh": Function(context.tanh, lambda x: 1 - apply("tanh", x) * apply("tanh", x)),
    "arcsin": Function(
        context.asin,
        lambda x: divide(1, apply("sqrt", 1 - x * x)),
        lambda x: abs(x) <= 1,
        "which is outside [-1, 1]",
    ),
    "arccos": Function(
        context.acos,
        lambda x: -divide(1, apply("sqrt", 1 - x * x)),
        lambda x: abs(x) <= 1,
        "which is outside [-1, 1]",
    ),
    "arctan": Function(context.atan, lambda x: divide(1, 1 + x * x)),
    "arcsinh": Function(context.asinh, lambda x: divide(1, apply("sqrt", 1 + x * x))),
    "arccosh": Function(
        context.acosh,
        lambda x: divide(1, apply("sqrt", x * x - 1)),
        lambda x: x >= 1,
        "which is below 1",
    ),
    "arctanh": Function(
        context.atanh,
        lambda x: divide(1, 1 - x * x),
        lambda x: abs(x) < 1,
        "which is outside (-1, 1)",
    ),
    "erf": Function(context.erf, lambda x: 2 / context.sqrt(context.pi) * apply("exp", -(x * x))),
    "erfc": Function(
        context.erfc, lambda x: -2 / context.sqrt(context.pi) * apply("exp", -(x * x))
    ),
    "gamma": Function(
        context.gamma,
        lambda x: apply("gamma", x) * apply("digamma", x),
        gamma_defined,
        "where it has a pole or is too large",
    ),
    "digamma": Function(
        context.digamma,
        lambda x: apply("trigamma", x),
        gamma_defined,
        "where it has a pole or is too large",
    ),
    "trigamma": Function(
        lambda x: context.psi(1, x), lambda x: context.psi(2, bare(x)), gamma_defined, "a pole"
    ),
    "absolute": Function(abs, lambda x: apply("sign", x)),
    "sign": Function(context.sign, lambda x: context.zero),
    "floor": Function(context.floor, lambda x: context.zero),
    "ceiling": Function(context.ceil, lambda x: context.zero),
}


def power(base: Any, exponent: Any) -> Any:
    """Return a power of numbers; 0 to the 0 is 1, as in the products of this subject."""
    if isinstance(exponent, Dual):
        return apply("exp", exponent * apply("log", base))
    whole = exponent == context.floor(exponent) if not isinstance(exponent, context.mpc) else False
    if abs(exponent) > LARGEST:
        raise Undefined("an exponent beyond 1e30")
    if whole and abs(exponent) <= 64:
        return whole_power(base, int(exponent))
    if isinstance(base, Dual):
        return Dual(
            base.tag,
            power(base.value, exponent),
            exponent * power(base.value, exponent - 1) * base.slope,
        )
    method = getattr(base, "power", None)
    if method is not None:
        return method(exponent)
    if not positive(base) and not whole:
        if base == 0 and exponent > 0:
            return context.zero
        raise Undefined(f"a power of {context.nstr(base, 4)} with a broken exponent")
    if base == 0:
        if exponent < 0:
            raise Undefined("a division by zero")
        return context.zero
    if abs(context.log(abs(base)) * exponent) > LARGEST:
        raise Undefined("a power beyond the numbers that are computed")
    return base**exponent


def whole_power(base: Any, exponent: int) -> Any:
    """Return a power with a small whole exponent, by squaring."""
    if exponent < 0:
        return divide(context.one, whole_power(base, -exponent))
    result, square = context.one, base
    while exponent:
        if exponent & 1:
            result = square * result
        exponent >>= 1
        if exponent:
            square = square * square
    return result


def factorial(x: Any) -> Any:
    """Return x!."""
    number = bare(x)
    if number < 0 or number != context.floor(number):
        raise Undefined(f"the factorial of {context.nstr(number, 4)}")
    return apply("gamma", x + 1)


def binomial(n: Any, k: Any) -> Any:
    """Return the number of ways to choose k of n."""
    if abs(bare(n)) > 10_000 or abs(bare(k)) > 10_000:
        raise Undefined("a binomial coefficient of a number beyond 10000")
    return context.binomial(bare(n), bare(k))


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
