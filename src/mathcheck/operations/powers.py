"""Powers, factorials and binomial coefficients of numbers."""

from __future__ import annotations

from typing import Any

from mathcheck.arithmetic import LARGEST, Dual, Undefined, bare, context, divide
from mathcheck.operations.elementary import exp, log
from mathcheck.operations.functions import positive
from mathcheck.operations.special import gamma

# Powers to this exponent are products.
SQUARED = 64
FACTORS = 10_000


def power(base: Any, exponent: Any) -> Any:
    """Return a power of numbers; 0 to the 0 is 1, as in the products of this subject."""
    if isinstance(exponent, Dual):
        return exp(exponent * log(base))
    whole = exponent == context.floor(exponent) if not isinstance(exponent, context.mpc) else False
    if abs(exponent) > LARGEST:
        raise Undefined("an exponent beyond 1e30")
    if whole and abs(exponent) <= SQUARED:
        return whole_power(base, int(exponent))
    if isinstance(base, Dual):
        return Dual(
            base.tag,
            power(base.value, exponent),
            exponent * power(base.value, exponent - 1) * base.slope,
        )
    method = getattr(base, "power", None)
    return broken_power(base, exponent, whole) if method is None else method(exponent)


def broken_power(base: Any, exponent: Any, whole: bool) -> Any:
    """Return a power of a number without derivatives."""
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
    return gamma(x + 1)


def double_factorial(x: Any) -> Any:
    """Return the product of every other number from x down to 1 or 2."""
    number = bare(x)
    if number < -1 or number != context.floor(number) or number > FACTORS:
        raise Undefined(f"the double factorial of {context.nstr(number, 4)}")
    result = context.one
    for factor in range(int(number), 1, -2):
        result = factor * result
    return result


def binomial(n: Any, k: Any) -> Any:
    """Return the number of ways to choose k of n."""
    if abs(bare(n)) > FACTORS or abs(bare(k)) > FACTORS:
        raise Undefined("a binomial coefficient of a number beyond 10000")
    return context.binomial(bare(n), bare(k))
