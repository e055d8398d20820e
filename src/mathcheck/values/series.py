"""Sums and products without end."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from mathcheck.expressions import Big, Node, Range
from mathcheck.latex import Refusal
from mathcheck.numbers.balls import NEVER, Ball, ball, divide, plus, tame
from mathcheck.numbers.duals import Dual, bare
from mathcheck.numbers.precision import Undecided, Undefined, digits, working
from mathcheck.values.estimates import estimated, leafwise, size
from mathcheck.values.laws import check_law, scales
from mathcheck.values.scope import Scope, scalar, whole

# Terms are added one by one as long as there are no more than these.
DIRECT = 400
# A sum has settled where so many terms are below this part of it, in bits.
WINDOW = 12
SMALL = 150
# Where terms cancel, the sum has to be known by so many bits, unless it is this part of them.
KNOWN = 60
# A sum whose terms lose more digits than this is not computed.
MOST_LOST = 5000
# The terms have to fall by this factor at least, in bits for each term.
FALLING = 0.15
# Terms far behind, which have to be as small as those before let expect.
BEHIND = (37, 101, 307, 1009, 3011)
# A constant of a term may be the number of a large term; those up to this one are looked at.
FARTHEST = 10**6
# Terms behind which fall evenly, if their rates differ by this part of them at most.
EVENLY = 0.5
# What falls slowly, or like a power, is accelerated: so many terms, and those that show the power.
ACCELERATED = 90
POWERS = (3, 6, 12, 24, 48)
LEAST_POWER = 1.2
ACCELERATION_DIGITS = 150

Term = Callable[[int], Any]


def of_series(node: Big, scope: Scope) -> Any:
    """Return a sum or product without end; its error is estimated by how its terms fall."""
    if node.kind not in ("sum", "product") or len(node.variables) != 1 or len(node.conditions) != 1:
        raise Refusal("only a sum or product over one index has no end", node.start)
    [key], [condition] = node.variables, node.conditions
    assert isinstance(condition, Range)
    assert condition.low is not None
    scope.shared.estimated = True
    low = whole(condition.low, scope, "a bound")

    def at(part: Node, number: int) -> Any:
        return scalar(part, scope.child({key: number}), "a term")

    def term(number: int) -> Any:
        return at(node.body, number)

    check_law(
        node.body, key, scope.shared.definitions, lambda part, step: size(at(part, low + step))
    )
    for place in constants(node.body, key, scope):
        if size(term(place)) > max(size(term(place // 2 + step)) for step in (0, 1)):
            raise unsettled(node)
    direct = added(term, low, node)
    if direct is not None and cancels(bare(direct)):
        # With twice the digits of the largest term what is left is known, unless it is zero.
        lost = math.ceil(2 * bare(direct).terms * math.log10(2))
        if lost > MOST_LOST:
            raise unsettled(node)
        with digits(working.digits + lost):
            fresh = scope.afresh()
            return added(lambda k: scalar(node.body, fresh.child({key: k}), "a term"), low, node)
    if direct is not None:
        return direct
    if node.kind == "product":
        raise unsettled(node)
    with digits(max(ACCELERATION_DIGITS, working.digits)):
        fresh = scope.afresh()
        return accelerated(
            lambda number: scalar(node.body, fresh.child({key: number}), "a term"), low, node
        )


def unsettled(node: Big) -> Refusal:
    """Return the refusal of a series of which no sum is known."""
    return Refusal(
        f"the {node.kind} without end has not settled after {DIRECT} terms, and its terms show no "
        "law by which it has a value; mark it as not checked",
        node.start,
    )


def constants(body: Node, key: str, scope: Scope) -> frozenset[int]:
    """Return the whole numbers next to what in a term does not depend on the index."""
    return frozenset(
        round(2**height)
        for _, height in scales(body, key, scope)
        if math.log2(DIRECT) < height < math.log2(FARTHEST)
    )


def added(term: Term, low: int, node: Big) -> Any:
    """Return the sum or product of terms that fall like a geometric series, or None."""
    result: Any = 0 if node.kind == "sum" else 1
    neutral = result
    fallen: list[float] = []
    largest = NEVER
    for number in range(low, low + DIRECT):
        next_term = term(number)
        result = tame(result + next_term if node.kind == "sum" else result * next_term)
        fallen.append(size(next_term - neutral))
        largest = max(largest, fallen[-1] if node.kind == "sum" else size(result))
        if len(fallen) > 2 * WINDOW and is_small(max(fallen[-WINDOW:]), size(result), largest):
            break
    else:
        if node.kind == "sum" and rising(fallen):
            raise Undefined("the sum without end has none: its terms do not fall")
        return None
    if largest == NEVER:
        raise unsettled(node)
    last = max(fallen[-WINDOW:])
    rate = falling(fallen)
    if rate is None:
        return None
    for steps in BEHIND:
        far = size(term(number + steps) - neutral)
        if far > last - rate * steps / 2 + WINDOW:
            return None
    tail = last - math.log2(1 - 2**-rate) + WINDOW
    return leafwise(lambda parts: bounded(parts[0], tail, largest), [result])


def is_small(last: float, result: float, largest: float) -> bool:
    """Return whether the last terms are small beside the largest, and beside what is left of it."""
    return last < largest - SMALL and (last < result - KNOWN or last < largest - 3 * SMALL)


def cancels(x: Any) -> bool:
    """Return whether the terms of a sum have cancelled so far that it is hardly known."""
    return isinstance(x, Ball) and x.radius > x.size - KNOWN and x.terms > x.size + KNOWN


def bounded(x: Any, tail: float, largest: float) -> Ball:
    """Return a partial sum with the bound of what is left as its radius."""
    x = ball(x)
    return Ball(x.middle, plus(x.radius, tail), max(x.terms, largest))


def rising(fallen: list[float]) -> bool:
    """Return whether the last terms grow, or stay, and no slower than those before."""
    first, second, third = (
        max(fallen[DIRECT - windows * WINDOW :][:WINDOW]) for windows in (3, 2, 1)
    )
    return third >= second and third - second >= (second - first) * (1 - 2**-20)


def falling(fallen: list[float]) -> float | None:
    """Return by how many bits the last terms fall at least, or None if they hardly fall."""
    before, last = max(fallen[-2 * WINDOW : -WINDOW]), max(fallen[-WINDOW:])
    if last == NEVER:
        return WINDOW
    rate = (before - last) / WINDOW
    return rate if rate > FALLING else None


def accelerated(term: Term, low: int, node: Big) -> Any:
    """Return the sum of terms that fall evenly but slowly, or like a power of their number.

    Levin's u-transform (1973) is exact for remainders that are a term times a polynomial in the
    inverse of the number; two of them with different starts have to agree.
    """
    if not fall_evenly(term, low):
        check_powers(term, node)
    terms = [term(low + step) for step in range(ACCELERATED)]
    if any(isinstance(x, Dual) for x in terms):
        raise Undefined("a series that hardly falls is differentiated")
    one, other = (levin(terms, start, ACCELERATED - 25) for start in (5, 20))
    largest = max(map(size, terms))
    return estimated(one, size(one - other) + WINDOW, largest, f"the {node.kind} without end")


def fall_evenly(term: Term, low: int) -> bool:
    """Return whether terms fall by nearly the same factor each, near and far behind."""
    heights = [max(size(term(low + DIRECT + step + k)) for k in (0, 1)) for step in (0, *BEHIND)]
    if NEVER in heights:
        return False
    steps = [later - earlier for earlier, later in pairwise((0, *BEHIND))]
    falls = [higher - lower for higher, lower in pairwise(heights)]
    rates = [fall / step for fall, step in zip(falls, steps, strict=True)]
    return min(rates) > 0 and max(rates) - min(rates) <= EVENLY * max(rates)


def check_powers(term: Term, node: Big) -> None:
    """Refuse terms that do not fall steadily like a power with a sum, or alternate and fall."""
    far = [[bare(term(10**places + step)) for step in (0, 1)] for places in POWERS]
    try:
        alternate = all((a > 0) != (b > 0) for a, b in far)
        vanishes = any(x == 0 for pair in far for x in pair)
    except Undecided as undecided:
        raise unsettled(node) from undecided
    if vanishes:
        raise unsettled(node)
    heights = [max(map(size, pair)) for pair in far]
    powers = [
        (heights[k] - heights[k + 1]) / ((POWERS[k + 1] - POWERS[k]) * math.log2(10))
        for k in range(len(POWERS) - 1)
    ]
    least = LEAST_POWER - alternate
    if min(powers) < least or powers[-1] < powers[-2] - 0.01:
        raise unsettled(node)


def levin(terms: list[Any], start: int, order: int) -> Any:
    """Return Levin's u-transform of partial sums from a start on."""
    partial: Any = sum(terms[:start], 0)
    above: Any = 0
    below: Any = 0
    for step in range(order + 1):
        partial = partial + terms[start + step]
        place = start + step + 1
        weight = divide(
            (-1) ** step * math.comb(order, step) * place ** (order - 2), terms[start + step]
        )
        above, below = above + weight * partial, below + weight
    return divide(above, below)
