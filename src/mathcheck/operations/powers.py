"""Powers, factorials and binomial coefficients of numbers."""

from __future__ import annotations

import math
from typing import Any

from mathcheck.numbers.balls import LONGEST, Ball, Rational, divide, rooted_ball, shown
from mathcheck.numbers.complexes import Complex
from mathcheck.numbers.duals import Dual, bare
from mathcheck.numbers.precision import Beyond, Undefined
from mathcheck.operations.elementary import exp, log
from mathcheck.operations.special import FACTORS, gamma

# Powers to this exponent are products.
SQUARED = 64
# Roots of a higher degree are not kept as roots.
DEGREES = 12


def power(base: Any, exponent: Any) -> Any:
    """Return a power of numbers; 0 to the 0 is 1, as in the products of this subject."""
    if isinstance(exponent, Dual):
        return exp(exponent * log(base))
    if isinstance(exponent, Rational):
        return rational_power(base, exponent)
    if isinstance(base, Rational) and base == 0 and exponent > 0:
        return 0
    return exp(exponent * log(base))


def rational_power(base: Any, exponent: Any) -> Any:
    """Return a power with a rational exponent."""
    whole = exponent.denominator == 1
    if whole and (abs(exponent) <= SQUARED or is_short(base, exponent)):
        return whole_power(base, int(exponent))
    if isinstance(base, Dual):
        rate = exponent * power(base.value, exponent - 1)
        return Dual(base.tag, power(base.value, exponent), rate * base.slope)
    if isinstance(base, Complex):
        raise Undefined("a broken or a high power of a complex number")
    if not isinstance(base, Ball | Rational):
        return base.power(exponent)
    if base == 0:
        return 0 if exponent > 0 else divide(1, 0)
    if base > 0:
        return positive_power(base, exponent)
    if not whole:
        raise Undefined(f"a power of {shown(base)} with a broken exponent")
    return positive_power(-base, exponent) * (-1 if exponent % 2 else 1)


def positive_power(base: Any, exponent: Any) -> Any:
    """Return a rational power of a positive number; a root of a rational number stays one."""
    if isinstance(base, Rational) and is_short(base, exponent) and exponent.denominator <= DEGREES:
        return rooted_ball(1, whole_power(base, exponent.numerator), exponent.denominator)
    return exp(exponent * log(base))


def is_short(base: Any, exponent: Any) -> bool:
    """Return whether a power of a rational number is computed exactly."""
    if not isinstance(base, Rational):
        return False
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    return bool(bits * abs(exponent.numerator) <= LONGEST)


def whole_power(base: Any, exponent: int) -> Any:
    """Return a power with a small whole exponent, by squaring."""
    if exponent < 0:
        return divide(1, whole_power(base, -exponent))
    result, square = 1, base
    while exponent:
        if exponent & 1:
            result = square * result
        exponent >>= 1
        if exponent:
            square = square * square
    return result


def natural(x: Any, what: str, low: int = 0) -> int:
    """Return a number that is whole and not too large to count to."""
    if not isinstance(x, Rational) or x.denominator != 1 or x < low:
        raise Undefined(f"{what} of {shown(bare(x))}; a whole number from {low} on is expected")
    if x > FACTORS:
        raise Beyond(f"{what} of {shown(bare(x))}, which is beyond {FACTORS}")
    return int(x)


def factorial(x: Any) -> Any:
    """Return x!."""
    return math.factorial(natural(x, "the factorial"))


def double_factorial(x: Any) -> Any:
    """Return the product of every other number from x down to 1 or 2."""
    return math.prod(range(natural(x, "the double factorial", low=-1), 1, -2))


def binomial(n: Any, k: Any) -> Any:
    """Return the number of ways to choose k of n, a quotient of gamma functions for any numbers."""
    if isinstance(n, Dual) or isinstance(k, Dual):
        raise Undefined("a binomial coefficient is differentiated; write it with \\Gamma")
    if isinstance(k, Rational) and k.denominator == 1:
        if k < 0:
            return 0
        count = natural(k, "a binomial coefficient")
        if isinstance(n, int) and n >= 0:
            return math.comb(natural(n, "a binomial coefficient"), count)
        result: Any = 1
        for place in range(count):
            result = divide(result * (n - place), place + 1)
        return result
    return divide(gamma(n + 1), gamma(k + 1) * gamma(n - k + 1))
