r"""Rational functions of symbols and of exponentials of symbols, exactly.

An identity among such functions is decided for good, not to a number of digits. The exponentials
$e^{m}$ of different monomials $m$ are algebraically independent over the rational functions (Ax,
On Schanuel's conjectures, 1971), so each is an indeterminate of its own, and two expressions are
equal if and only if their difference has the numerator zero.

A logarithm or another function of an expression is an indeterminate too, one for each expression.
Those need not be independent: then two sides that are equal may look different, but never two that
differ look equal. What can't be written so raises `NotExact`. Both are left to the digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mathcheck.numbers.arithmetic import Arithmetic
from mathcheck.numbers.balls import Rational
from mathcheck.numbers.duals import Dual
from mathcheck.numbers.precision import Undefined

# A symbol is known by a text; the exponential of a monomial by the monomial.
Factor = Any
# A power is nearly always whole, and whole numbers are fast to look up.
Monomial = frozenset[tuple[Factor, int | Fraction]]
Polynomial = dict[Monomial, Fraction]
Frozen = frozenset[tuple[Monomial, Fraction]]
ONE: Monomial = frozenset()
MOST_TERMS = 60
DECISIONS = frozenset({"absolute", "sign", "floor", "ceiling"})


class NotExact(Exception):  # noqa: N818, it is an answer
    """The value is no rational function of symbols and exponentials."""


class Exact(Arithmetic):
    """A rational function: a polynomial over powers of polynomials."""

    __slots__ = ("above", "below")

    def __init__(self, above: Polynomial, below: Mapping[Frozen, int]) -> None:
        self.above = above
        self.below = dict(below) if above else {}

    @classmethod
    def symbol(cls, name: str) -> Exact:
        """Return the function that is a symbol."""
        return cls({frozenset({(name, 1)}): Fraction(1)}, {})

    def __neg__(self) -> Exact:
        return Exact({m: -c for m, c in self.above.items()}, self.below)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Dual):
            return NotImplemented
        number = converted(other)
        common = dict(self.below)
        for factor, count in number.below.items():
            common[factor] = max(count, common.get(factor, 0))
        total: Polynomial = {}
        for part in (self, number):
            grown = part.above
            for factor, count in common.items():
                for _ in range(count - part.below.get(factor, 0)):
                    grown = product(grown, dict(factor))
            for monomial, coefficient in grown.items():
                total[monomial] = total.get(monomial, Fraction(0)) + coefficient
        return simplified(Exact({m: c for m, c in total.items() if c}, common))

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Dual):
            return NotImplemented
        number = converted(other)
        above, below = self.above, dict(self.below)
        remaining = number.above
        for factor, count in number.below.items():
            below[factor] = below.get(factor, 0) + count
        # What is divided by and multiplied with cancels at once.
        for one, rest in (
            (frozenset(remaining.items()), above),
            (frozenset(above.items()), remaining),
        ):
            if below.get(one):
                below[one] -= 1
                return simplified(Exact(rest, {f: n for f, n in below.items() if n}))
        return simplified(Exact(product(above, remaining), below))

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Dual):
            return NotImplemented
        return self * converted(other).inverse()

    def __rtruediv__(self, other: Any) -> Any:
        return converted(other) * self.inverse()

    def inverse(self) -> Exact:
        """Return one over the function."""
        if not self.above:
            raise Undefined("a division by zero")
        above: Polynomial = {ONE: Fraction(1)}
        for factor, count in self.below.items():
            for _ in range(count):
                above = product(above, dict(factor))
        if len(self.above) == 1:
            ((monomial, coefficient),) = self.above.items()
            turned = frozenset((f, -p) for f, p in monomial)
            return Exact(product(above, {turned: 1 / coefficient}), {})
        return Exact(above, {frozenset(self.above.items()): 1})

    def __eq__(self, other: object) -> bool:
        raise NotExact("whether two functions are equal at a point")

    def __hash__(self) -> int:
        raise NotExact("an exact function as a key")

    def __lt__(self, other: Any) -> bool:
        raise NotExact("an order of exact functions")

    __gt__ = __le__ = __ge__ = __lt__

    def __abs__(self) -> Any:
        raise NotExact("an absolute value")

    def magnitude(self) -> float:
        """Return zero for what is not zero, and minus infinity for zero: for a pivot's choice."""
        return 0.0 if self.above else -math.inf

    def apply(self, name: str) -> Any:
        """Return a named function of the function; most are indeterminates of their own."""
        if name in ("sinh", "cosh", "tanh"):
            grown, shrunk = self.apply("exp"), (-self).apply("exp")
            above = grown + shrunk if name == "cosh" else grown - shrunk
            return above / (grown + shrunk if name == "tanh" else 2)
        if name in DECISIONS:
            raise NotExact(name)
        if name != "exp" or self.below:
            key = (name, frozenset(self.above.items()), frozenset(self.below.items()))
            return Exact({frozenset({(key, 1)}): Fraction(1)}, {})
        powers = frozenset((("exp", m), whole(c)) for m, c in self.above.items())
        return Exact({powers: Fraction(1)}, {})

    def power(self, exponent: Any) -> Exact:
        """Return a power whose exponent is no whole number."""
        raise NotExact("a broken power")


def converted(value: Any) -> Exact:
    """Return a number as a constant function; one with an error is not exact."""
    if isinstance(value, Exact):
        return value
    if isinstance(value, Rational):
        return Exact({ONE: Fraction(value)} if value else {}, {})
    raise NotExact("a number with an error")


def simplified(function: Exact) -> Any:
    """Return a function that is a rational number as one."""
    if function.below or not function.above.keys() <= {ONE}:
        return function
    return function.above.get(ONE, Fraction(0))


def same(one: Any, other: Any) -> bool | None:
    """Return whether two functions are one, or None if what occurs in them may be dependent.

    Symbols and exponentials of different monomials of them are independent; so is e itself.
    """
    difference = converted(one) - converted(other)
    if isinstance(difference, Rational):
        return not difference
    if not difference.above:
        return True
    return False if independent(difference) else None


def independent(function: Exact) -> bool:
    """Return whether only symbols occur, and exponentials of their monomials."""
    monomials = [*function.above, *(m for below in function.below for m, _ in below)]
    return all(free(factor) for monomial in monomials for factor, _ in monomial)


def free(factor: Factor) -> bool:
    """Return whether a factor is a symbol, or the exponential of a monomial of free factors."""
    if isinstance(factor, str):
        return True
    return len(factor) == 2 and all(free(inner) for inner, _ in factor[1])


def whole(number: Fraction) -> int | Fraction:
    """Return a fraction as a whole number if it is one."""
    return number.numerator if number.denominator == 1 else number


def product(one: Polynomial, other: Polynomial) -> Polynomial:
    """Return the product of two polynomials."""
    total: Polynomial = {}
    for left, a in one.items():
        for right, b in other.items():
            monomial = joined(left, right)
            total[monomial] = total.get(monomial, Fraction(0)) + a * b
    if len(total) > MOST_TERMS:
        raise NotExact("too many terms")
    return {m: c for m, c in total.items() if c}


def joined(left: Monomial, right: Monomial) -> Monomial:
    """Return the product of two monomials."""
    if not left or not right:
        return left or right
    powers = dict(left)
    for factor, power in right:
        powers[factor] = powers.get(factor, 0) + power
    return frozenset((factor, power) for factor, power in powers.items() if power)
