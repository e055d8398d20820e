"""Samples at the borders of conditions, and beside them: where two numbers are equal."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from mathcheck.checking.equation import Reading
from mathcheck.expressions import Case, Indicator, Node, Number, Operation, Relation, walk
from mathcheck.latex import Refusal
from mathcheck.numbers.balls import Rational, ball
from mathcheck.numbers.duals import bare
from mathcheck.samples import Sample
from mathcheck.values import evaluate, index_range
from mathcheck.values.scope import CRASHES

# Numbers are moved so far beside a border.
BESIDE = (Fraction(0), Fraction(1, 2**12), Fraction(-1, 2**12))
# Borders of an equation, and numbers that are moved for one border, at most.
BORDERS, MOVED = 12, 6
STEPS = 8
NEARLY = Fraction(1, 10**24)
GRID = 2**100
ZERO = Number(Fraction(0))
ORDERS = frozenset({"=", "!=", "<", "<=", ">", ">="})
# Where an operation has a kink or a jump: two parts are equal there.
KINKS = {"absolute": 1, "sign": 1, "max": 2, "min": 2}

Border = tuple[Node, Node]
# A number of a sample: a symbol, and a place in its array.
Coordinate = tuple[str, tuple[int, ...]]


def border_samples(reading: Reading, bases: Iterable[Sample]) -> Iterator[Sample]:
    """Yield samples at which the two parts of a border are equal, and nearly so."""
    borders = list(dict.fromkeys(borders_of(reading)))[:BORDERS]
    if not borders:
        return
    for base, (left, right) in itertools.product(bases, borders):
        yield from at_border(left, right, reading, base.values)


def borders_of(reading: Reading) -> Iterator[Border]:
    """Yield the pairs of numbers whose order decides something in an equation."""
    for condition in (c for ready in reading.prepared for c in ready.restrictions):
        yield from of_condition(condition)
    for body in reading.bodies:
        yield from inside(body)


def inside(body: Node) -> Iterator[Border]:
    """Yield the borders of the cases, indicators and kinks in an expression."""
    for node in walk(body):
        if isinstance(node, Case | Indicator):
            conditions = node.conditions if isinstance(node, Case) else (node.condition,)
            for condition in conditions:
                yield from of_condition(condition)
        elif isinstance(node, Operation) and len(node.operands) == KINKS.get(node.name):
            first, *others = node.operands
            yield first, (others[0] if others else ZERO)


def of_condition(condition: Node) -> Iterator[Border]:
    """Yield the neighbours in a condition, and in the conditions in it."""
    for node in walk(condition):
        if isinstance(node, Relation):
            for (one, other), sign in zip(itertools.pairwise(node.sides), node.signs, strict=True):
                if sign in ORDERS:
                    yield one, other


def at_border(
    left: Node, right: Node, reading: Reading, values: Mapping[str, Any]
) -> Iterator[Sample]:
    """Yield samples in which one number is moved to the border."""
    reach = reading.place.definitions.reach(left) | reading.place.definitions.reach(right)
    try:
        assignment = first_values(reach, reading, values)
    except Refusal:
        return
    moves = (
        (coordinate, root)
        for coordinate in coordinates(reach, reading, values)
        if (root := border(left, right, coordinate, reading, values, assignment)) is not None
    )
    for coordinate, root in itertools.islice(moves, MOVED):
        for step in BESIDE:
            if reading.place.table.type(coordinate[0]).allows(root + step):
                yield Sample(with_number(values, coordinate, root + step), "border")


def first_values(
    reach: frozenset[str], reading: Reading, values: Mapping[str, Any]
) -> dict[str, int]:
    """Return the first value of each free index that is reached."""
    scope, table = reading.place.scope(values), reading.place.table
    free = (key for key in sorted(reach) if table.type(key).ranges and key not in values)
    return {key: index_range(key, scope)[0] for key in free}


def border(
    left: Node,
    right: Node,
    coordinate: Coordinate,
    reading: Reading,
    values: Mapping[str, Any],
    assignment: Mapping[str, int],
) -> Fraction | None:
    """Return where a number of a sample makes two sides equal, or nothing if none is found."""

    def gap(number: Fraction) -> Fraction:
        moved = with_number(values, coordinate, number)
        inner = reading.place.scope(moved).child(assignment)
        return fraction(bare(evaluate(left, inner)) - bare(evaluate(right, inner)))

    try:
        return solved(gap, number_at(values, coordinate))
    except CRASHES:
        return None


def coordinates(
    reach: frozenset[str], reading: Reading, values: Mapping[str, Any]
) -> Iterator[Coordinate]:
    """Yield the numbers of a sample that may be moved one by one."""
    for key in sorted(reach & values.keys()):
        for place in np.ndindex(np.shape(values[key])):
            if reading.place.table.type(key).allows(number_at(values, (key, place))):
                yield key, place


def number_at(values: Mapping[str, Any], coordinate: Coordinate) -> Fraction:
    """Return a number of a sample."""
    key, place = coordinate
    return Fraction(values[key][place] if place else values[key])


def with_number(
    values: Mapping[str, Any], coordinate: Coordinate, number: Fraction
) -> dict[str, Any]:
    """Return the values of a sample with one number put in the place of another."""
    key, place = coordinate
    new: Any = int(number) if isinstance(values[key], int) else number
    if place:
        new = values[key].copy()
        new[place] = number
    return {**values, key: new}


def fraction(number: Any) -> Fraction:
    """Return a number with a short denominator, if it is one nearly."""
    if isinstance(number, Rational):
        return shortened(Fraction(number))
    sign, mantissa, exponent, _ = ball(number).middle
    return shortened(Fraction(int(mantissa)) * Fraction(2) ** exponent * (-1) ** sign)


def solved(gap: Callable[[Fraction], Fraction], start: Fraction) -> Fraction | None:
    """Return where a function is zero, by the secant through two points at a time."""
    before, now = start, start + 1
    height_before, height = gap(before), gap(now)
    for _ in range(STEPS):
        if height_before == 0:
            return before
        if abs(height) < NEARLY:
            return now
        if height == height_before:
            return None
        slope = (height - height_before) / (now - before)
        before, now, height_before = now, shortened(now - height / slope), height
        height = gap(now)
    return None


def shortened(number: Fraction) -> Fraction:
    """Return a number with a short denominator, if it is one nearly; otherwise rounded."""
    short = number.limit_denominator(10**6)
    if abs(number - short) < NEARLY:
        return short
    return Fraction(round(number * GRID), GRID)
