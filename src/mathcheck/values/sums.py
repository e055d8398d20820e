"""Sums, products, extremes over indices, and definitions by cases."""

from __future__ import annotations

from typing import Any

from mathcheck.expressions import Big, Case, Cases, Constant, Range
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Arrays, flat, shape
from mathcheck.numbers.balls import tame
from mathcheck.numbers.precision import NoCase, Undecided, Undefined
from mathcheck.operations.extremes import extreme, position
from mathcheck.operations.signs import add, times
from mathcheck.values.conditions import bind, holds
from mathcheck.values.decide import decide
from mathcheck.values.scope import Scope, value
from mathcheck.values.series import of_series


def of_big(node: Big, scope: Scope) -> Any:
    """Return a sum, product or extreme over all values of the bound variables."""
    if any(isinstance(c, Range) and c.high == Constant("infinity") for c in node.conditions):
        return of_series(node, scope)
    inside = bind(node.variables, node.conditions, scope, node)
    if node.kind in ("sum", "product"):
        combine = add if node.kind == "sum" else times
        result: Any = None
        for inner in inside:
            term = value(node.body, inner)
            result = term if result is None else tame(combine(result, term, node))
        return int(node.kind == "product") if result is None else result
    places, numbers = [], []
    for inner in inside:
        numbers.append(value(node.body, inner))
        places.append(inner.values[node.variables[0]])
        if isinstance(numbers[-1], Arrays):
            raise Refusal(f"the {node.kind} of {shape(numbers[-1])}", node.start)
    if not numbers:
        raise Undefined(f"the {node.kind} of nothing")
    kind = node.kind.removeprefix("arg")
    return places[position(kind, numbers)] if kind != node.kind else extreme(kind, numbers)


def of_cases(node: Cases, scope: Scope) -> Any:
    """Return the value of the row of which the conditions hold."""
    for number, row in enumerate(node.rows):
        if all(holds(condition, scope) for condition in row.conditions):
            scope.shared.rows.add(id(row))
            result = value(row.value, scope)
            if any(contradicts(later, result, scope) for later in node.rows[number + 1 :]):
                raise NoCase("two rows of cases hold, and differ")
            return result
    raise NoCase("no case holds")


def contradicts(row: Case, result: Any, scope: Scope) -> bool:
    """Return whether a row holds besides another, and has surely another value."""
    # Where numbers are nearly at a border, the values on both sides of it are nearly equal.
    if scope.shared.nearly:
        return False
    try:
        if not row.conditions or not all(holds(condition, scope) for condition in row.conditions):
            return False
        pairs = zip(flat(value(row.value, scope)), flat(result), strict=False)
        return any(decide(one, other, "=") is False for one, other in pairs)
    except (Undecided, Undefined):
        return False
