"""Limits: the body at points ever nearer, on several unrelated sequences."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from mathcheck.expressions import Constant, Limit, Operation
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Row, array, flat
from mathcheck.numbers.balls import NEVER, ball
from mathcheck.numbers.duals import Dual
from mathcheck.numbers.precision import Beyond, Undecided, Undefined, digits, working
from mathcheck.values.estimates import estimated, size
from mathcheck.values.laws import scales
from mathcheck.values.scope import Scope, scalar, value

# The points are at 10^-n of the limit's, n doubled twice, besides one that is far from it.
NEAREST = 24
FAR = 1
MOST_NEAREST = 200
# The distance for what has no value nearer, and the places of constants that may occur in it.
NEARER = 2
MOST_LOST = 2
# Multiples of these distances, no two of which have much to do with each other.
MULTIPLES = tuple(
    Fraction(n, 999_999_999_989)
    for n in (1_414_213_562_373, 1_732_050_807_568, 2_236_067_977_499, 1_100_000_000_003)
)
# Whole numbers leave these rests, for what has a period, as (-1)^n has.
PERIOD, RESTS = 60, (0, 5, 1, 0, 2, 3)
DIGITS_EACH = (250, 500, 1000)
# How much faster the values must settle from one distance to the next, in bits; or have settled.
FASTER = 10
AT_ONCE = 150


def of_limit(node: Limit, scope: Scope) -> Any:
    """Return a limit; its error is estimated by how fast the values settle."""
    scope.shared.estimated = True
    lost = constants(node, scope)
    nearest = NEAREST + 2 * lost
    if nearest > MOST_NEAREST:
        raise Refusal("a limit of what has numbers as large or small as this", node.start)
    try:
        return at_distance(node, scope, nearest)
    except (Undefined, Undecided, Beyond):
        # Exponentials have no value as near as this, and settle sooner.
        if lost > MOST_LOST:
            raise
    return at_distance(node, scope, NEARER)


def at_distance(node: Limit, scope: Scope, nearest: int) -> Any:
    """Return a limit by points of which the first is so many decimal places away."""
    for places in DIGITS_EACH:
        try:
            with digits(max(places * max(nearest, NEAREST) // NEAREST, working.digits)):
                return settled([list(s) for s in sequences(node, scope, nearest)], node)
        except Undecided as undecided:
            last = undecided
    raise last


def constants(limit: Limit, scope: Scope) -> int:
    """Return how many decimal places the largest or smallest number in a limit has.

    A number is what does not depend on the variable of the limit. What changes at such a distance
    would be missed by points that are farther.
    """
    heights = [
        abs(height)
        for node, height in scales(limit.body, limit.variable, scope)
        if isinstance(node, Operation) and height > NEVER
    ]
    return int(max(heights, default=0) * 0.30103)


def sequences(node: Limit, scope: Scope, nearest: int) -> Iterator[Iterator[Any]]:
    """Yield the values on each side: one far away, then ever nearer ones, then more as near."""
    falling = isinstance(node.point, Operation) and node.point.name == "negative"
    end = node.point.operands[0] if isinstance(node.point, Operation) and falling else node.point
    infinite = isinstance(end, Constant) and end.name == "infinity"
    point = 0 if infinite else scalar(node.point, scope, "a limit's point")
    if isinstance(point, Dual):
        raise Undefined("a limit at a point that is varied")
    sides = {"+": [1], "-": [-1]}.get(node.side, [1, -1])
    counted = scope.shared.table.type(node.variable).counts

    def at(sign: int, multiple: Fraction, places: int, rest: int) -> Any:
        distance = multiple / 10**places
        if not infinite:
            return point + sign * distance
        far = sign / distance
        return int(far) // PERIOD * PERIOD + rest if counted else far

    for sign in [-1 if falling else 1] if infinite else sides:
        places = (FAR, nearest, 2 * nearest, 4 * nearest, 4 * nearest, 4 * nearest)
        multiples = (*MULTIPLES, MULTIPLES[0], MULTIPLES[1])
        points = [at(sign, *given) for given in zip(multiples, places, RESTS, strict=True)]
        yield (at_point(node, scope, x, far=k == 0) for k, x in enumerate(points))


def at_point(node: Limit, scope: Scope, x: Any, *, far: bool) -> Any:
    """Return the value of the body at a point; far away it need not have one."""
    try:
        return value(node.body, scope.afresh({node.variable: x}))
    except (Undefined, Undecided, Beyond):
        if far:
            return None
        raise


def settled(sides: list[list[Any]], node: Limit) -> Any:
    """Return the limit of values that are numbers or arrays."""
    entries = zip(*map(by_entry, sides), strict=True)
    results = [limit(list(entry), f"the limit for {node.variable}") for entry in entries]
    shape = sides[0][-1]
    if isinstance(shape, Row):
        return Row(array(results))
    return array(results).reshape(shape.shape) if isinstance(shape, np.ndarray) else results[0]


def by_entry(side: list[Any]) -> list[tuple[Any, list[Any]]]:
    """Return for each entry the value far away, where there is one, with those that are near."""
    near = [list(column) for column in zip(*map(flat, side[1:]), strict=True)]
    far = [None] * len(near) if side[0] is None else flat(side[0])
    return list(zip(far, near, strict=True))


def limit(sides: list[tuple[Any, list[Any]]], what: str) -> Any:
    """Return the limit of the values of one entry from one or two sides."""
    if any(isinstance(x, Dual) for _, near in sides for x in near):
        raise Undefined("a limit is differentiated; write the derivative inside of it")
    terms, error = NEVER, NEVER
    for far, near in sides:
        sizes = [size(x) for x in near] + ([] if far is None else [size(far)])
        terms = max(terms, *sizes)
        first, second, *rest = (size(x - near[2]) for x in (near[0], near[1], near[3], near[4]))
        largest = max(second, *rest)
        if largest > max(first - FASTER, max(sizes) - AT_ONCE) or max(rest) > second + 1:
            raise Undefined(f"{what} does not settle")
        error = max(error, largest + FASTER)
    ends = [near[2] for _, near in sides]
    error = max(error, *(size(x - ends[0]) + 1 for x in ends)) if len(ends) > 1 else error
    if max(ball(x).radius for x in ends) > terms - AT_ONCE:
        raise Undecided(what)
    return estimated(ends[0], error, terms, what)
