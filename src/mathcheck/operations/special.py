"""The gamma function and its kin, the error function, and functions with a kink or a jump."""

from __future__ import annotations

from typing import Any

from mathcheck.arithmetic import context
from mathcheck.operations.elementary import exp
from mathcheck.operations.functions import Function, function, record

FACTORS = 10_000
NO_POLE = "numbers that are no pole, to 10000"


def no_pole(x: Any) -> bool:
    """Return whether the gamma function is defined, and not too large to compute."""
    return abs(x) < FACTORS and not (x <= 0 and x == context.floor(x))


def polygamma(order: int) -> Function:
    """Return a derivative of the logarithm of the gamma function."""
    name = "digamma" if order == 0 else f"polygamma {order}"
    return function(
        name,
        lambda x: context.psi(order, x),
        lambda x: polygamma(order + 1)(x),
        no_pole,
        NO_POLE,
    )


erf: Function = function("erf", context.erf, lambda x: 2 / context.sqrt(context.pi) * exp(-(x * x)))
erfc: Function = function(
    "erfc", context.erfc, lambda x: -2 / context.sqrt(context.pi) * exp(-(x * x))
)
digamma: Function = polygamma(0)
gamma: Function = function(
    "gamma", context.gamma, lambda x: gamma(x) * digamma(x), no_pole, NO_POLE
)
absolute: Function = function("absolute", abs, lambda x: sign(x))
sign: Function = function("sign", context.sign, lambda x: context.zero)
floor = function("floor", context.floor, lambda x: context.zero)
ceiling = function("ceiling", context.ceil, lambda x: context.zero)

RECORDS = (
    record(erf, r"\operatorname{erf}", said="error function", mutation="erfc"),
    record(erfc, r"\operatorname{erfc}", said="complementary error function", mutation="erf"),
    record(gamma, r"\Gamma", said="gamma function", mutation="digamma"),
    record(digamma, r"\psi", r"\operatorname{digamma}", said="digamma function", mutation="gamma"),
    record(
        sign,
        r"\operatorname{sign}",
        r"\operatorname{sgn}",
        exact="decision",
        mutation="absolute",
    ),
    record(floor, r"\lfloor", exact="decision", mutation="ceiling", form="bracket"),
    record(ceiling, r"\lceil", exact="decision", mutation="floor", form="bracket"),
)
