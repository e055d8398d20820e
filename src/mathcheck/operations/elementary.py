"""Exponentials, logarithms, roots, the trigonometric and hyperbolic functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from mpmath import libmp

from mathcheck.numbers.balls import (
    LARGEST_EXPONENT,
    NEVER,
    Ball,
    Rational,
    ball,
    divide,
    rooted_ball,
)
from mathcheck.numbers.complexes import Complex
from mathcheck.numbers.precision import Beyond, Undecided
from mathcheck.operations.functions import Function, Raw, enclosed, ends, record

NATS = math.log2(math.e)
# Bits that are lost where a number near 1 is the argument.
MOST_LOST = 20_000
# The binary logarithm of the largest number of which a sine is computed.
LARGEST_ANGLE = 2.0**17
# The binary logarithm of the largest power of e.
LARGEST_POWER = math.log2(LARGEST_EXPONENT / NATS) - 1


def surely(low: float, what: str) -> float:
    """Return the logarithm of a lower bound, which must not be that of zero."""
    if low == NEVER:
        raise Undecided(what)
    return low


def scaled(exponent: float) -> float:
    """Return a number from its binary logarithm; one beyond 2^40 is too wide to bound anything."""
    if exponent > 40:
        raise Undecided("how large a function is")
    return math.pow(2.0, exponent)


def distance(x: Ball) -> float:
    """Return the logarithm of how far a number in (-1, 1) is from the ends at least."""
    return surely((1 - (-x if x.middle[0] else x)).low, "whether a number is below 1")


def exponential(x: Any) -> Any:
    """Return e to the power of a number; one that is too small for its exponent is nearly zero."""
    x = ball(x)
    if x.high < LARGEST_POWER:
        return bounded_exponential(x)
    top = ends(x)[1] if x.radius > NEVER else x
    if not x.middle[0] or (top.high > LARGEST_POWER and not top.middle[0]):
        raise Beyond("e to a power beyond those that are computed")
    if top.high > LARGEST_POWER:
        return Ball(libmp.fzero, -LARGEST_EXPONENT / 4)
    half = bounded_exponential(top) / 2
    return Ball(half.middle, half.high)


def grown(x: Ball) -> float:
    """Return the logarithm of a bound of the exponential in a ball."""
    middle = float(x) * NATS
    return middle + abs(middle) * 1e-12 + scaled(x.radius) * NATS + 1e-6


bounded_exponential = enclosed(libmp.mpf_exp, grown, monotone=True)


def raw_expm1(x: Any, bits: int, rounding: str) -> Any:
    """Return e^x - 1 with the bits that the difference loses."""
    lost = min(MOST_LOST, max(0, -(x[2] + x[3])))
    return libmp.mpf_sub(libmp.mpf_exp(x, bits + lost, rounding), libmp.fone, bits, rounding)


def raw_log1p(x: Any, bits: int, rounding: str) -> Any:
    """Return the logarithm of 1 + x, which is added without rounding."""
    return libmp.mpf_log(libmp.mpf_add(x, libmp.fone), bits, rounding)


def root(x: Any) -> Any:
    """Return the square root; of a rational number it is known to be one."""
    if isinstance(x, Rational):
        return Complex(0, 1) if x == -1 else rooted_ball(1, x, 2) if x else 0
    if x.root:
        return rooted_ball(1, x.root[1], 2 * x.root[2])
    return bounded_root(x)


bounded_root = enclosed(
    libmp.mpf_sqrt,
    lambda x: -1 - surely(x.low, "whether a number under a root is 0") / 2,
    monotone=True,
)


def within(x: Any, *, ends: bool) -> bool:
    """Return whether a number lies between -1 and 1."""
    return bool(-1 <= x <= 1) if ends else bool(-1 < x < 1)


def flattened(x: Ball) -> float:
    """Return the logarithm of a bound of the derivative of tanh: 4 e^{-2|x|}, and 1."""
    return min(0.0, 2 - 2 * NATS * scaled(x.low)) if x.low > NEVER else 0.0


def turned(z: Complex) -> Complex:
    """Return e to a complex power."""
    length = exp(z.real)
    return Complex(length * cos(z.imaginary), length * sin(z.imaginary))


exp: Function = Function("exp", exponential, lambda x: exp(x), known={0: 1}, of_complex=turned)
expm1: Function = Function("expm1", enclosed(raw_expm1, grown), lambda x: exp(x), known={0: 0})
log: Function = Function(
    "log",
    enclosed(
        libmp.mpf_log, lambda x: -surely(x.low, "whether a number is positive"), monotone=True
    ),
    lambda x: divide(1, x),
    lambda x: x > 0,
    "positive numbers",
    {1: 0},
)
log1p: Function = Function(
    "log1p",
    enclosed(raw_log1p, lambda x: -surely((1 + x).low, "whether a number is above -1")),
    lambda x: divide(1, 1 + x),
    lambda x: x > -1,
    "numbers above -1",
    {0: 0},
)
sqrt: Function = Function(
    "sqrt", root, lambda x: divide(1, 2 * sqrt(x)), lambda x: x >= 0 or x == -1, "numbers from 0"
)


def periodic(raw: Raw) -> Callable[[Any], Ball]:
    """Return a sine or cosine of balls; of a wide one nothing is known but its bounds."""
    bounded = enclosed(raw, lambda x: 0.0)

    def wave(x: Any) -> Ball:
        x = ball(x)
        if x.radius > 1:
            return Ball(libmp.fzero, 0.0, 0.0)
        if x.size > LARGEST_ANGLE:
            raise Beyond("an angle as large as this")
        return bounded(x)

    return wave


sin: Function = Function("sin", periodic(libmp.mpf_sin), lambda x: cos(x), known={0: 0})
cos: Function = Function("cos", periodic(libmp.mpf_cos), lambda x: -sin(x), known={0: 1})
tan: Function = Function(
    "tan", lambda x: divide(sin(x), cos(x)), lambda x: divide(1, cos(x) * cos(x)), known={0: 0}
)
cot: Function = Function(
    "cot", lambda x: divide(cos(x), sin(x)), lambda x: -divide(1, sin(x) * sin(x))
)
sec: Function = Function(
    "sec", lambda x: divide(1, cos(x)), lambda x: sec(x) * tan(x), known={0: 1}
)
csc: Function = Function("csc", lambda x: divide(1, sin(x)), lambda x: -csc(x) * cot(x))
sinh: Function = Function(
    "sinh",
    enclosed(libmp.mpf_sinh, lambda x: NATS * scaled(x.high), monotone=True),
    lambda x: cosh(x),
    known={0: 0},
)
cosh: Function = Function(
    "cosh",
    enclosed(libmp.mpf_cosh, lambda x: NATS * scaled(x.high)),
    lambda x: sinh(x),
    known={0: 1},
)
tanh: Function = Function(
    "tanh",
    enclosed(libmp.mpf_tanh, flattened),
    lambda x: divide(1, cosh(x) * cosh(x)),
    known={0: 0},
)
arcsin: Function = Function(
    "arcsin",
    enclosed(libmp.mpf_asin, lambda x: -distance(x) / 2, twice=True),
    lambda x: divide(1, sqrt(1 - x * x)),
    lambda x: within(x, ends=True),
    "numbers in [-1, 1]",
    {0: 0},
)
arccos: Function = Function(
    "arccos",
    enclosed(libmp.mpf_acos, lambda x: -distance(x) / 2, twice=True),
    lambda x: -divide(1, sqrt(1 - x * x)),
    lambda x: within(x, ends=True),
    "numbers in [-1, 1]",
    {1: 0},
)
arctan: Function = Function(
    "arctan",
    enclosed(libmp.mpf_atan, lambda x: min(0.0, -2 * x.low) if x.low > NEVER else 0.0, twice=True),
    lambda x: divide(1, 1 + x * x),
    known={0: 0},
)
arcsinh: Function = Function(
    "arcsinh",
    enclosed(libmp.mpf_asinh, lambda x: min(0.0, -x.low) if x.low > NEVER else 0.0, twice=True),
    lambda x: divide(1, sqrt(1 + x * x)),
    known={0: 0},
)
arccosh: Function = Function(
    "arccosh",
    enclosed(
        libmp.mpf_acosh,
        lambda x: -surely((x - 1).low, "whether a number is above 1") / 2,
        twice=True,
    ),
    lambda x: divide(1, sqrt(x * x - 1)),
    lambda x: x >= 1,
    "numbers from 1",
    {1: 0},
)
arctanh: Function = Function(
    "arctanh",
    enclosed(libmp.mpf_atanh, lambda x: -distance(x), twice=True),
    lambda x: divide(1, 1 - x * x),
    lambda x: within(x, ends=False),
    "numbers in (-1, 1)",
    {0: 0},
)


def trigonometric(of: Function, other: str, exact: str = "atom") -> Any:
    """Return the record of a function of which a power may stand before the argument."""
    spellings = (f"\\{of.name}", f"\\operatorname{{{of.name}}}")
    return record(of, *spellings, exact=exact, mutation=other, form="trigonometric")


RECORDS = (
    record(
        exp, r"\exp", r"\operatorname{exp}", said="e to the", exact="exponential", mutation="log"
    ),
    record(expm1, r"\operatorname{expm1}", mutation="log1p"),
    record(
        log,
        r"\log",
        r"\ln",
        r"\operatorname{log}",
        r"\operatorname{ln}",
        said="natural logarithm",
        mutation="exp",
    ),
    record(log1p, r"\operatorname{log1p}", mutation="expm1"),
    record(sqrt, r"\sqrt", said="square root", form="command"),
    trigonometric(sin, "cos"),
    trigonometric(cos, "sin"),
    trigonometric(tan, "cot"),
    trigonometric(cot, "tan"),
    trigonometric(sec, "csc"),
    trigonometric(csc, "sec"),
    trigonometric(sinh, "cosh", "exponential"),
    trigonometric(cosh, "sinh", "exponential"),
    trigonometric(tanh, "sinh", "exponential"),
    record(arcsin, r"\arcsin", r"\operatorname{arcsin}", mutation="arccos"),
    record(arccos, r"\arccos", r"\operatorname{arccos}", mutation="arcsin"),
    record(arctan, r"\arctan", r"\operatorname{arctan}", mutation="arcsin"),
    record(arcsinh, r"\operatorname{arsinh}", r"\operatorname{arcsinh}", mutation="arccosh"),
    record(arccosh, r"\operatorname{arcosh}", r"\operatorname{arccosh}", mutation="arcsinh"),
    record(arctanh, r"\operatorname{artanh}", r"\operatorname{arctanh}", mutation="arcsinh"),
)
