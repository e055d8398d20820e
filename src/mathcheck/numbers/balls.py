"""Numbers with a bound of their error.

A `Ball` is an interval: a midpoint, which is a binary number of mpmath, and a radius. The radius,
like the size of the midpoint, is known by its binary logarithm, a `float` that is rounded upward:
so it has the range that the numbers have, and costs little (van der Hoeven, Ball arithmetic, 2009,
has the rules for sums, products and quotients). Functions are computed with more bits than are
kept, and the radius grows by a bound of the derivative in the ball.

A ball knows besides how large the terms were that were added on the way to it, as far as they are
felt in it: what cancels is judged by these.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from mpmath import libmp

from mathcheck.numbers.arithmetic import Arithmetic
from mathcheck.numbers.precision import Beyond, Divisor, Undecided, Undefined, working

NEVER = -math.inf
# Logarithms are rounded upward by more than a `float` may err.
SLACK = 1e-6
# Beyond this exponent nothing is computed.
LARGEST_EXPONENT = 2.0**30
# A ratio of the radius to the number below which a comparison is no accident.
DECIDED = 1e-3

Rational = int | Fraction
Root = tuple[int, Fraction, int]
Formula = tuple[str, tuple["Rational | Ball", ...]]


def plus(a: float, b: float) -> float:
    """Return the logarithm of a sum, from those of its terms, rounded upward."""
    if a < b:
        a, b = b, a
    if b == NEVER:
        return a
    gap = b - a
    return a + math.log2(1 + 2**gap) + SLACK if gap > -50 else a + SLACK


def minus(a: float, b: float) -> float:
    """Return the logarithm of a difference, rounded downward; nothing is left if b is as large."""
    if a == NEVER or a - b <= DECIDED:
        return NEVER
    return a + math.log2(1 - 2 ** (b - a)) - SLACK if a - b < 50 else a - SLACK


class Ball(Arithmetic):
    """A real number between two bounds.

    `radius`, `size` and `terms` are binary logarithms: of the error, of the midpoint, of the
    largest term that was added. `root` is the sign, the radicand and the degree if the number is
    known to be a root of a rational number. `formula` is the operation that it is the result of,
    and the operands: results of the same operation on the same operands are equal, which no digits
    show.
    """

    __slots__ = ("formula", "middle", "radius", "root", "size", "terms")

    def __init__(
        self, middle: Any, radius: float = NEVER, terms: float = NEVER, root: Root | None = None
    ) -> None:
        # mpmath's whole numbers may be gmpy2's, which have no logarithm when they are long.
        size = middle[2] + math.log2(int(middle[1])) if middle[1] else NEVER
        if size > LARGEST_EXPONENT or radius > LARGEST_EXPONENT:
            raise Beyond("a number beyond those that are computed")
        self.middle, self.radius, self.size, self.root = middle, radius, size, root
        self.terms = terms if terms > size else size
        self.formula: Formula | None = None

    @property
    def high(self) -> float:
        """Return the logarithm of an upper bound of the absolute value."""
        return plus(self.size, self.radius)

    @property
    def low(self) -> float:
        """Return the logarithm of a lower bound of the absolute value."""
        return minus(self.size, self.radius)

    def sign(self) -> int:
        """Return the sign, if the bounds allow it."""
        if self.size > self.radius + DECIDED:
            return -1 if self.middle[0] else 1
        if self.size == self.radius == NEVER:
            return 0
        raise Undecided("whether a number is 0")

    def __neg__(self) -> Ball:
        root = self.root and (-self.root[0], *self.root[1:])
        return Ball(libmp.mpf_neg(self.middle), self.radius, self.terms, root)

    def __abs__(self) -> Ball:
        return -self if self.middle[0] else self

    def __add__(self, other: Any) -> Any:
        if type(other) is not Ball:
            if not isinstance(other, Rational):
                return NotImplemented
            if not other:
                return self
            other = ball(other)
        bits = working.bits
        middle = libmp.mpf_add(self.middle, other.middle, bits, "n")
        rounding = middle[2] + middle[3] - bits if middle[1] else NEVER
        radius = plus(plus(self.radius, other.radius), rounding)
        return Ball(middle, radius, max(self.terms, other.terms))

    def __mul__(self, other: Any) -> Any:
        if type(other) is not Ball:
            if not isinstance(other, Rational):
                return NotImplemented
            if not other:
                return 0
            if other == 1:
                return self
        if self.root and (rooted := rooted_product(self.root, other)) is not None:
            return rooted
        other = ball(other)
        bits = working.bits
        middle = libmp.mpf_mul(self.middle, other.middle, bits, "n")
        rounding = middle[2] + middle[3] - bits if middle[1] else NEVER
        radius = plus(
            plus(self.size + other.radius, other.size + self.radius),
            plus(self.radius + other.radius, rounding),
        )
        terms = max(self.terms + other.high, other.terms + self.high)
        return Ball(middle, radius, terms)

    def __truediv__(self, other: Any) -> Any:
        if type(other) is Ball:
            return self * other.inverse()
        return self * (1 / Fraction(other)) if isinstance(other, Rational) else NotImplemented

    def __rtruediv__(self, other: Any) -> Any:
        return self.inverse() * other

    def inverse(self) -> Any:
        """Return one over the number."""
        try:
            if not self.sign():
                raise Undefined("a division by zero")
        except Undecided:
            raise Divisor("whether a divisor is 0") from None
        if self.root:
            sign, radicand, degree = self.root
            return rooted_ball(sign, 1 / radicand, degree)
        bits = working.bits
        middle = libmp.mpf_div(libmp.fone, self.middle, bits, "n")
        steep = -self.size - self.low
        radius = plus(self.radius + steep, middle[2] + middle[3] - bits)
        return Ball(middle, radius, self.terms + steep)

    def compared(self, other: Any) -> int:
        """Return the sign of the difference to another number, if the bounds allow it."""
        if self is other:
            return 0
        if isinstance(other, Ball) and self.root and self.root == other.root:
            return 0
        try:
            return int((self - other).sign())
        except Undecided:
            if isinstance(other, Ball) and self.formula and self.formula == other.formula:
                return 0
            raise

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ball | Rational) and self.compared(other) == 0

    def __hash__(self) -> int:
        raise TypeError("a number with an error as a key")

    def __lt__(self, other: Any) -> bool:
        return self.compared(other) < 0

    def __gt__(self, other: Any) -> bool:
        return self.compared(other) > 0

    def __le__(self, other: Any) -> bool:
        return self.compared(other) <= 0

    def __ge__(self, other: Any) -> bool:
        return self.compared(other) >= 0

    def __float__(self) -> float:
        return float(libmp.to_float(self.middle))

    def __repr__(self) -> str:
        return self.written(4)

    def written(self, digits: int) -> str:
        """Return the number with so many digits."""
        return str(libmp.to_str(self.middle, digits))

    def floor(self) -> int:
        """Return the largest whole number that is not above, if the bounds allow it."""
        bits = max(self.middle[3], 53) + 64
        error = libmp.mpf_shift(libmp.fone, math.ceil(max(self.radius, self.size - bits)))
        ends = [
            int(libmp.to_int(libmp.mpf_floor(end, 0, "f")))
            for end in (
                libmp.mpf_sub(self.middle, error, bits, "f"),
                libmp.mpf_add(self.middle, error, bits, "c"),
            )
        ]
        if ends[0] != ends[1]:
            raise Undecided("which whole number is next to a number")
        return ends[0]


def ball(x: Any) -> Ball:
    """Return a number as a ball; a dyadic one that is short is exact."""
    if isinstance(x, Ball):
        return x
    bits = working.bits
    above, below = x.numerator, x.denominator
    if below == 1:
        middle = libmp.from_int(above)
        if middle[3] <= bits:
            return Ball(middle)
    middle = libmp.from_rational(above, below, bits, "n")
    exact = below & (below - 1) == 0 and middle[3] < bits
    return Ball(middle, NEVER if exact else middle[2] + middle[3] - bits)


def divide(a: Any, b: Any) -> Any:
    """Return a quotient of any two numbers; a division by zero is undefined."""
    if type(b) is not Ball and isinstance(b, Rational):
        if not b:
            raise Undefined("a division by zero")
        return Fraction(a, b) if isinstance(a, int) else a / b
    return a / b


def rooted_product(root: Root, other: Any) -> Any:
    """Return a root times a root of the same degree or a rational number, or None."""
    sign, radicand, degree = root
    if isinstance(other, Ball):
        if other.root is None or other.root[2] != degree:
            return None
        return rooted_ball(sign * other.root[0], radicand * other.root[1], degree)
    factor = abs(Fraction(other)) ** degree
    return rooted_ball(sign if other > 0 else -sign, radicand * factor, degree)


def rooted_ball(sign: int, radicand: Rational, degree: int) -> Any:
    """Return a root of a positive rational number, which is rational where it can be."""
    radicand = Fraction(radicand)
    whole = [exact_root(part, degree) for part in (radicand.numerator, radicand.denominator)]
    if None not in whole:
        return sign * Fraction(whole[0], whole[1])  # type: ignore[arg-type]
    bits = working.bits
    middle = libmp.mpf_nthroot(
        libmp.from_rational(radicand.numerator, radicand.denominator, bits + 20, "n"),
        degree,
        bits,
        "n",
    )
    if sign < 0:
        middle = libmp.mpf_neg(middle)
    short = radicand.numerator.bit_length() + radicand.denominator.bit_length() < LONGEST_ROOT
    return Ball(
        middle, middle[2] + middle[3] - bits + 1, root=(sign, radicand, degree) if short else None
    )


# Radicands with more bits are not kept.
LONGEST_ROOT = 2_000


def exact_root(number: int, degree: int) -> int | None:
    """Return the root of a whole number if it is whole."""
    guess = math.isqrt(number) if degree == 2 else whole_root(number, degree)
    return guess if guess**degree == number else None


def whole_root(number: int, degree: int) -> int:
    """Return the whole part of a root, by Newton's iteration from above."""
    if number < 2:
        return number
    guess = 1 << -(-number.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better


def logarithm(x: Rational) -> float:
    """Return the binary logarithm of the absolute value of a rational number."""
    if not x:
        return NEVER
    return math.log2(abs(x.numerator)) - math.log2(x.denominator)


def shown(x: Any) -> str:
    """Return a number with four digits."""
    return str(x) if isinstance(x, int) else repr(ball(x))


# Rational numbers with more bits than this become balls.
LONGEST = 12_000


def tame(x: Any) -> Any:
    """Return a rational number that has grown too long as a ball."""
    if type(x) is Fraction and max(x.numerator.bit_length(), x.denominator.bit_length()) > LONGEST:
        return ball(x)
    return ball(x) if type(x) is int and x.bit_length() > LONGEST else x
