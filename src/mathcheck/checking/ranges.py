"""Ranges as they are written: none goes beyond what its index counts to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from mathcheck.expressions import Node, Range, Relation, SetOf, Symbol
from mathcheck.latex import Refusal
from mathcheck.reading.names import counts
from mathcheck.values.conditions import range_ends
from mathcheck.values.scope import Scope, index_range, whole

# How far a bound by each sign is from the number that it names.
STEPS = {"<=": 0, "<": 1, "=": 0}


def check_ranges(conditions: tuple[Node, ...], scope: Scope) -> None:
    """Refuse a condition whose range has values that its index has not."""
    for condition in conditions:
        for key, low, high in written_ranges(condition, scope):
            own = index_range(key, scope)
            if low <= high and own and (low < own[0] or high > own[-1]):
                raise Refusal(
                    f"{key} is to run from {low} to {high} here; the symbol table lets it run "
                    f"from {own[0]} to {own[-1]}",
                    condition.start,
                )


def written_ranges(condition: Node, scope: Scope) -> Iterator[tuple[str, int, int]]:
    """Yield the ranges that a condition writes: the name with its first and last value."""
    table = scope.shared.table
    if isinstance(condition, Range):
        if counts(Symbol(condition.variable), table):
            yield (condition.variable, *range_ends(condition, scope))
    elif isinstance(condition, Relation):
        yield from in_relation(condition, scope)


def in_relation(condition: Relation, scope: Scope) -> Iterator[tuple[str, int, int]]:
    """Yield the ranges of a membership, i in {1, ..., n}, and of bounds, 1 <= i <= n."""
    sides, signs, table = condition.sides, condition.signs, scope.shared.table
    first, last = sides[0], sides[-1]
    if signs == ("in",) and counts(first, table) and isinstance(last, SetOf):
        values = [whole(e, scope, "an element") for e in elements(last)]
        if values and isinstance(first, Symbol):
            yield first.key, min(values), max(values)
        return
    for place, (one, other) in enumerate(itertools.pairwise(signs)):
        middle = sides[place + 1]
        if one in STEPS and other in STEPS and counts(middle, table) and isinstance(middle, Symbol):
            low = whole(sides[place], scope, "a bound") + STEPS[one]
            high = whole(sides[place + 2], scope, "a bound") - STEPS[other]
            yield middle.key, low, high


def elements(of: SetOf) -> tuple[Node, ...]:
    """Return the whole numbers that a set names, or the first and last of them."""
    return of.elements if of.kind in ("range", "elements") else ()
