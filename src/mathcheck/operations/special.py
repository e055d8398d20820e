"""The gamma function and its kin, the error function, and functions with a kink or a jump."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from mpmath import libmp

from mathcheck.numbers.balls import NEVER, Ball, Rational, ball, divide
from mathcheck.numbers.duals import bare
from mathcheck.numbers.precision import Kink, Undecided, digits, working
from mathcheck.operations.elementary import NATS, exp, scaled, sqrt
from mathcheck.operations.functions import Function, enclosed, ends, record

FACTORS = 10_000
# A bound of a derivative needs few digits.
FEW_DIGITS = 15
NO_POLE = "numbers that are no pole"


def no_pole(x: Any) -> bool:
    """Return whether the gamma function is defined."""
    return x > 0 or not is_whole(x)


def is_whole(x: Any) -> bool:
    """Return whether a number is whole, if the bounds allow it."""
    return bool(whole_part(x) == x)


def whole_part(x: Any) -> int:
    """Return the largest whole number that is not above."""
    return x.floor() if isinstance(x, Ball) else math.floor(x)


def steepest(derivative: Callable[[Any], Any]) -> Callable[[Ball], float]:
    """Return the bound of a derivative that is convex, or minus it, between poles: at an end.

    The polygamma functions of odd order are, as their second derivatives are sums of even powers;
    gamma is, as its logarithm is convex.
    """

    def bound(x: Ball) -> float:
        low, high = ends(x)
        if low < 0 and low.floor() != high.floor():
            raise Undecided("whether a pole is near")
        with digits(FEW_DIGITS):
            return max(ball(derivative(end)).high for end in (low, high))

    return bound


@lru_cache
def polygamma(order: int) -> Function:
    """Return a derivative of the logarithm of the gamma function."""
    return Function(
        "digamma" if order == 0 else f"polygamma {order}",
        enclosed(
            partial(libmp.mpf_psi, order), steepest(lambda x: polygamma(order + 1)(x)), twice=True
        ),
        lambda x: polygamma(order + 1)(x),
        no_pole,
        NO_POLE,
        limit=FACTORS,
    )


def gamma_value(x: Any) -> Any:
    """Return the gamma function, exactly for whole numbers."""
    if isinstance(x, Rational) and x.denominator == 1:
        return math.factorial(int(x) - 1)
    return bounded_gamma(x)


bounded_gamma: Callable[[Any], Ball] = enclosed(
    libmp.mpf_gamma, steepest(lambda x: bounded_gamma(x) * digamma(x)), twice=True
)


def pi() -> Ball:
    """Return the ratio of a circle to its diameter."""
    return Ball(libmp.mpf_pi(working.bits, "n"), 2.0 - working.bits)


def euler() -> Ball:
    """Return the number e."""
    return Ball(libmp.mpf_e(working.bits, "n"), 2.0 - working.bits)


def bell(x: Any) -> Any:
    """Return the derivative of the error function."""
    return divide(2 * exp(-(x * x)), sqrt(pi()))


def bell_bound(x: Ball) -> float:
    """Return the logarithm of a bound of the derivative of the error function."""
    return 0.18 - (NATS * scaled(2 * x.low) if x.low > NEVER else 0.0)


def jump(
    function: str, value: Callable[[Any], Any], at: Callable[[Any], bool], rate: Any
) -> Function:
    """Return a function that has no derivative at some numbers."""

    def slope(x: Any) -> Any:
        if at(bare(x)):
            raise Kink(f"{function} has no derivative at {bare(x)}; leave it out by a condition")
        return rate(x)

    return Function(function, value, slope)


erf: Function = Function(
    "erf", enclosed(libmp.mpf_erf, bell_bound, twice=True), bell, known={0: 0}, limit=1000
)
erfc: Function = Function(
    "erfc",
    enclosed(libmp.mpf_erfc, bell_bound, twice=True),
    lambda x: -bell(x),
    known={0: 1},
    limit=1000,
)
digamma: Function = polygamma(0)
gamma: Function = Function(
    "gamma", gamma_value, lambda x: gamma(x) * digamma(x), no_pole, NO_POLE, limit=FACTORS
)
absolute: Function = jump("absolute", abs, lambda x: x == 0, lambda x: sign(x))
sign: Function = jump(
    "sign",
    lambda x: x.sign() if isinstance(x, Ball) else (x > 0) - (x < 0),
    lambda x: x == 0,
    lambda x: 0,
)
floor: Function = jump("floor", whole_part, is_whole, lambda x: 0)
ceiling: Function = jump("ceiling", lambda x: -whole_part(-x), is_whole, lambda x: 0)

RECORDS = (
    record(erf, r"\operatorname{erf}", said="error function", mutation="erfc"),
    record(erfc, r"\operatorname{erfc}", said="complementary error function", mutation="erf"),
    record(gamma, r"\Gamma", said="gamma function", mutation="digamma"),
    record(digamma, r"\psi", r"\operatorname{digamma}", said="digamma function", mutation="gamma"),
    record(
        sign, r"\operatorname{sign}", r"\operatorname{sgn}", exact="decision", mutation="absolute"
    ),
    record(floor, r"\lfloor", exact="decision", mutation="ceiling", form="bracket"),
    record(ceiling, r"\lceil", exact="decision", mutation="floor", form="bracket"),
)
