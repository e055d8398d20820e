"""Functions of the symbol table, at their arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from mathcheck.definitions import Definition, Parameter
from mathcheck.expressions import Argument, Call, Component, Symbol
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Row, each
from mathcheck.numbers.balls import Rational
from mathcheck.numbers.duals import Dual, slope
from mathcheck.operations.elementary import sqrt
from mathcheck.values.scope import Scope, value


def of_call(node: Call, scope: Scope) -> Any:
    """Return the value of a function; one of a number is applied to each entry of a vector."""
    values = [None if a.value is None else value(a.value, scope) for a in node.arguments]
    definitions = scope.shared.definitions.found.get(node.key, ())
    fitting = [d for d in definitions if d.parameters is not None and same_form(d.parameters, node)]
    exact = [d for d in fitting if fits(d.parameters or (), node.arguments, values, scope)]
    if len(exact) == 1:
        return applied(node, exact[0], values, scope)
    if exact:
        raise Refusal(f"{node.key} has {len(exact)} definitions for these arguments", node.start)
    if len(fitting) == 1 and not fitting[0].indices and len(values) == 1 and is_vector(values[0]):
        return each(lambda entry: applied(node, fitting[0], [entry], scope), values[0])
    defined = " or ".join(map(written, definitions)) or "nothing that is defined"
    raise Refusal(
        f"{node.key} is not defined for these arguments, {called(node)}; there is {defined}",
        node.start,
    )


def is_vector(value: Any) -> bool:
    """Return whether a value is a vector."""
    return isinstance(value, np.ndarray) and value.ndim == 1


def applied(node: Call, definition: Definition, values: list[Any], scope: Scope) -> Any:
    """Return the value of a function at its arguments, or of its derivatives."""
    own = bindings(definition, values, scope)
    if not node.primes:
        inner = scope.child(own)
        return inner.entries(definition, inner)
    keys = [p.key for p in definition.parameters or () if p.key and not p.dimensions]
    if len(keys) != 1:
        raise Refusal(f"a prime on {node.key}, which has not one number as argument", node.start)
    tags = [next(scope.shared.tags) for _ in range(node.primes)]
    for tag in tags:
        own[keys[0]] = Dual(tag, own[keys[0]], 1)
    inner = scope.child(own)
    result = inner.entries(definition, inner)
    for tag in reversed(tags):
        result = slopes(result, tag)
    return result


def same_form(parameters: tuple[Parameter, ...], node: Call) -> bool:
    """Return whether the arguments are written as those of the definition."""
    if len(parameters) != len(node.arguments):
        return False
    return all(
        p.separator == a.separator
        and p.literal == a.literal
        and bool(p.key) == (a.value is not None)
        and (not p.random or a.value == Symbol(p.key))
        for p, a in zip(parameters, node.arguments, strict=True)
    )


def fits(
    parameters: tuple[Parameter, ...],
    arguments: tuple[Argument, ...],
    values: list[Any],
    scope: Scope,
) -> bool:
    """Return whether the values have the dimensions that the definition takes."""
    for parameter, argument, given in zip(parameters, arguments, values, strict=True):
        if given is None:
            continue
        dimensions = given.ndim if isinstance(given, np.ndarray) else 0
        if isinstance(given, Row):
            return False
        if parameter.dimensions is not None and parameter.dimensions != dimensions:
            return False
        size = size_of(argument, scope)
        if parameter.size and size and parameter.size != size:
            return False
    return True


def size_of(argument: Argument, scope: Scope) -> str:
    """Return the size that an index in an argument counts to."""
    node = argument.value
    return scope.shared.table.type(node.key).counts_to if isinstance(node, Symbol) else ""


def bindings(definition: Definition, values: list[Any], scope: Scope) -> dict[str, Any]:
    """Return the values of the parameters, and of the sizes that they bring along."""
    own: dict[str, Any] = {}
    for parameter, given in zip(definition.parameters or (), values, strict=True):
        if not parameter.key:
            continue
        own[parameter.key] = sqrt(given) if parameter.squared else counted(given)
        entry = definition.table.entries.get(parameter.key)
        if entry and isinstance(given, np.ndarray):
            for dimension, length in zip(entry.type.shape, given.shape, strict=False):
                if not dimension.size.isdecimal() and scope.values.get(dimension.size) != length:
                    own[dimension.size] = length
    return own


def counted(given: Any) -> Any:
    """Return a number that is whole as an `int`, which may stand as an index."""
    return int(given) if isinstance(given, Rational) and given.denominator == 1 else given


def written(definition: Definition) -> str:
    """Return the left side of a definition, as it may be written."""
    inside = ""
    for parameter in definition.parameters or ():
        separator = (
            f" {parameter.separator} "
            if parameter.separator.startswith("\\")
            else (f"{parameter.separator} " if parameter.separator else "")
        )
        event = (
            f"{parameter.literal} = " if parameter.literal and parameter.key else parameter.literal
        )
        inside += separator + event + parameter.key + "^2" * parameter.squared
    return f"{definition.key}({inside})" if definition.parameters is not None else definition.key


def called(node: Call) -> str:
    """Return the form of a call in words."""
    kinds = []
    for argument in node.arguments:
        value = argument.value
        if isinstance(value, Component) and isinstance(value.base, Symbol):
            name = f"an entry of {value.base.key}"
        else:
            name = value.key if isinstance(value, Symbol) else argument.literal or "an expression"
        if argument.literal and value is not None:
            name = f"{argument.literal} = {name}"
        kinds.append(f"{argument.separator} {name}".lstrip())
    return "(" + " ".join(kinds).replace(" ,", ",") + ")"


def slopes(result: Any, tag: int) -> Any:
    """Return the derivatives of a number or of all entries in a direction."""
    return each(lambda x: slope(x, tag), result)
