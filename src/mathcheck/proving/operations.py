"""What an operation is in a proof: a function from values to a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

from mathcheck.proving.arrays import (
    Array,
    Value,
    added,
    as_form,
    both,
    diagonal,
    dotted,
    entry_total,
    entrywise,
    inner,
    squares,
    times,
    transposed,
)
from mathcheck.proving.atoms import Count, Delta, Entry, Position
from mathcheck.proving.forms import (
    Form,
    Unproved,
    exponential,
    logarithm,
    number,
    power_of,
)
from mathcheck.proving.totals import absolute, opaque

HALF = Fraction(1, 2)


def divided(a: Value, b: Value) -> Value:
    """Return a number or an array over a number."""
    below = as_form(b)
    return entrywise(lambda x: x / below, a)


def raised(base: Value, exponent: Value) -> Form:
    """Return a power of a number; with an exponent that is no number, of a positive one."""
    form, power = as_form(base), as_form(exponent)
    if power.constant is not None:
        return power_of(form, power.constant).relying(power)
    return exponential(power * logarithm(form)).by("power")


def hyperbolic(sign: int, *, over: bool = False) -> Callable[[Form], Form]:
    """Return the hyperbolic sine, the cosine, or the quotient of both, by exponentials."""

    def function(x: Form) -> Form:
        grown, shrunk = exponential(x), exponential(-x)
        above = grown + number(sign) * shrunk
        return (above / (grown + shrunk) if over else above * number(HALF)).by("hyperbolic")

    return function


def trace(value: Value) -> Form:
    """Return the sum of the diagonal of a matrix."""
    if isinstance(value, Form) or len(value.sizes) != 2:
        raise Unproved("the trace of no matrix")
    return entry_total(diagonal(value))


def factorial(x: Form) -> Form:
    """Return the factorial of what is known to be a whole number from zero on."""
    if not all(c > 0 and c.denominator == 1 for c in x.terms.values()):
        raise Unproved("the factorial of what may not be a whole number from zero on")
    for monomial in x.terms:
        for atom, power in monomial:
            entry = isinstance(atom, Entry) and atom.nature.counting
            if power < 1 or not (entry or isinstance(atom, Count | Position | Delta)):
                raise Unproved("the factorial of what may not be a whole number from zero on")
    return opaque("factorial", [x])


def named(name: str) -> Callable[[Form], Form]:
    """Return a function of which only the name is known."""
    return lambda x: opaque(name, [x])


def of_each(function: Callable[[Form], Form]) -> Callable[[Value], Value]:
    """Return a function of a number, or of each entry of an array."""
    return lambda value: entrywise(function, value)


def of_arrays(function: Callable[[Form, Form], Form]) -> Callable[[Value, Value], Value]:
    """Return a function of the entries of two arrays, which numbers are not."""

    def entry_by_entry(a: Value, b: Value) -> Value:
        if isinstance(a, Form):
            raise Unproved("an operation on arrays between numbers")
        return both(function, a, b)

    return entry_by_entry


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "sum": lambda *values: reduce(added, values),
    "negative": of_each(lambda x: -x),
    "times": times,
    "dot": dotted,
    "cross": lambda a, b: times(as_form(a) if isinstance(b, Array) else a, b),
    "hadamard": of_arrays(lambda x, y: x * y),
    "hadamard_quotient": of_arrays(lambda x, y: x / y),
    "quotient": divided,
    "power": raised,
    "exp": of_each(exponential),
    "expm1": of_each(lambda x: exponential(x) - number(1)),
    "log": of_each(logarithm),
    "log1p": of_each(lambda x: logarithm(number(1) + x)),
    "log_base": lambda x, base: logarithm(as_form(x)) / logarithm(as_form(base)),
    "sqrt": of_each(lambda x: power_of(x, HALF)),
    "sinh": of_each(hyperbolic(-1)),
    "cosh": of_each(hyperbolic(1)),
    "tanh": of_each(hyperbolic(-1, over=True)),
    "sin": of_each(named("sin")),
    "cos": of_each(named("cos")),
    "factorial": of_each(factorial),
    "absolute": lambda value: absolute(as_form(value)),
    "transpose": transposed,
    "diag": diagonal,
    "trace": trace,
    "inner": inner,
    "norm": lambda value: power_of(squares(value), HALF),
}
