"""Exponentials, logarithms, roots, the trigonometric and hyperbolic functions."""

from __future__ import annotations

from typing import Any

from mathcheck.arithmetic import context, divide
from mathcheck.operations.functions import Function, function, positive, record


def within(low: int, high: int, *, ends: bool) -> Any:
    """Return the test whether a number lies between two others."""
    return lambda x: low <= x <= high if ends else low < x < high


exp: Function = function("exp", context.exp, lambda x: exp(x))
expm1 = function("expm1", context.expm1, lambda x: exp(x))
log: Function = function("log", context.log, lambda x: divide(1, x), positive, "positive numbers")
log1p = function(
    "log1p",
    lambda x: context.log(1 + x),
    lambda x: divide(1, 1 + x),
    lambda x: positive(1 + x),
    "numbers above -1",
)
sqrt: Function = function(
    "sqrt",
    lambda x: context.sqrt(x),
    lambda x: divide(1, 2 * sqrt(x)),
    lambda x: not isinstance(x, context.mpc) and (x >= 0 or x == -1),
    "numbers from 0",
)
sin: Function = function("sin", context.sin, lambda x: cos(x))
cos: Function = function("cos", context.cos, lambda x: -sin(x))
tan: Function = function("tan", context.tan, lambda x: divide(1, cos(x) * cos(x)))
cot: Function = function("cot", context.cot, lambda x: -divide(1, sin(x) * sin(x)))
sec: Function = function("sec", context.sec, lambda x: sec(x) * tan(x))
csc: Function = function("csc", context.csc, lambda x: -csc(x) * cot(x))
sinh: Function = function("sinh", context.sinh, lambda x: cosh(x))
cosh: Function = function("cosh", context.cosh, lambda x: sinh(x))
tanh: Function = function("tanh", context.tanh, lambda x: divide(1, cosh(x) * cosh(x)))
arcsin: Function = function(
    "arcsin",
    context.asin,
    lambda x: divide(1, sqrt(1 - x * x)),
    within(-1, 1, ends=True),
    "numbers in [-1, 1]",
)
arccos: Function = function(
    "arccos",
    context.acos,
    lambda x: -divide(1, sqrt(1 - x * x)),
    within(-1, 1, ends=True),
    "numbers in [-1, 1]",
)
arctan: Function = function("arctan", context.atan, lambda x: divide(1, 1 + x * x))
arcsinh = function("arcsinh", context.asinh, lambda x: divide(1, sqrt(1 + x * x)))
arccosh = function(
    "arccosh",
    context.acosh,
    lambda x: divide(1, sqrt(x * x - 1)),
    lambda x: x >= 1,
    "numbers from 1",
)
arctanh = function(
    "arctanh",
    context.atanh,
    lambda x: divide(1, 1 - x * x),
    within(-1, 1, ends=False),
    "numbers in (-1, 1)",
)

RECORDS = (
    record(
        exp, r"\exp", r"\operatorname{exp}", said="e to the", exact="exponential", mutation="log"
    ),
    record(expm1, r"\operatorname{expm1}", exact="atom", mutation="log1p"),
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
    record(sin, r"\sin", r"\operatorname{sin}", mutation="cos", form="trigonometric"),
    record(cos, r"\cos", r"\operatorname{cos}", mutation="sin", form="trigonometric"),
    record(tan, r"\tan", r"\operatorname{tan}", mutation="cot", form="trigonometric"),
    record(cot, r"\cot", r"\operatorname{cot}", mutation="tan", form="trigonometric"),
    record(sec, r"\sec", r"\operatorname{sec}", mutation="csc", form="trigonometric"),
    record(csc, r"\csc", r"\operatorname{csc}", mutation="sec", form="trigonometric"),
    record(
        sinh,
        r"\sinh",
        r"\operatorname{sinh}",
        exact="exponential",
        mutation="cosh",
        form="trigonometric",
    ),
    record(
        cosh,
        r"\cosh",
        r"\operatorname{cosh}",
        exact="exponential",
        mutation="sinh",
        form="trigonometric",
    ),
    record(
        tanh,
        r"\tanh",
        r"\operatorname{tanh}",
        exact="exponential",
        mutation="sinh",
        form="trigonometric",
    ),
    record(arcsin, r"\arcsin", r"\operatorname{arcsin}", mutation="arccos"),
    record(arccos, r"\arccos", r"\operatorname{arccos}", mutation="arcsin"),
    record(arctan, r"\arctan", r"\operatorname{arctan}", mutation="arcsin"),
    record(arcsinh, r"\operatorname{arsinh}", r"\operatorname{arcsinh}", mutation="arccosh"),
    record(arccosh, r"\operatorname{arcosh}", r"\operatorname{arccosh}", mutation="arcsinh"),
    record(arctanh, r"\operatorname{artanh}", r"\operatorname{arctanh}", mutation="arcsinh"),
)
