"""Where the two sides of an inequality are nearest to each other, and whether they touch there.

A strict inequality is false where its sides touch, and few such places are rational. So where a
difference has the form of a parabola whose vertex is zero, as nearly as it is known, the
inequality is refused: a number that is that small beside its neighbours is no accident.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from mathcheck.checking.borders import (
    Assignment,
    Border,
    Coordinate,
    Gap,
    Seeking,
    Values,
    at_crossings,
    coordinates,
    inside,
    number_at,
    of_condition,
    shortened,
    with_number,
)

# The numbers that are moved, and how often the vertex of a parabola is found for each.
MOVED, VERTICES = 8, 6
# How far the neighbours of a vertex are, as a part of the number or of one; the height of the
# vertex, as a part of theirs, if it may be zero; and how far from it a condition is at its border.
BESIDE, FLAT, APART = Fraction(1, 2**12), Fraction(1, 2**32), Fraction(1, 2**20)
# Differences that are smaller are known too badly.
LEAST = Fraction(1, 2**50)
# Denominators of the rational numbers that are tried in the place of a vertex.
SHORT = 64


@dataclass(frozen=True)
class Sides:
    """The two sides of an inequality, the larger one first, and how they are evaluated."""

    border: Border
    assignment: Assignment
    seeking: Seeking

    def gap(self, values: Values, coordinate: Coordinate) -> Gap:
        """Return the difference of the sides as a function of one number."""
        return self.seeking.gap(self.border, values, coordinate, self.assignment)


def far_apart(points: Sequence[Values], most: int) -> Iterator[Values]:
    """Yield the first points of which none is near to another, at most so many."""
    chosen: list[Values] = []
    for values in points:
        if all(map(distant, itertools.repeat(values), chosen)):
            chosen.append(values)
            yield values
        if len(chosen) == most:
            return


def distant(one: Values, other: Values) -> bool:
    """Return whether two samples differ in a number by more than half of it and of one."""
    places = coordinates(one, one)
    if places != coordinates(other, other):
        return True
    pairs = ((number_at(one, place), number_at(other, place)) for place in places)
    return any(2 * abs(a - b) > max(abs(a), Fraction(1)) for a, b in pairs)


def lowest_nearby(values: Values, sides: Sides) -> Values:
    """Return where two sides are nearest to each other, moving one number after another."""
    for coordinate in itertools.islice(itertools.cycle(coordinates(values, values)), MOVED):
        values = lowest_along(coordinate, values, sides)
    return values


def lowest_along(coordinate: Coordinate, values: Values, sides: Sides) -> Values:
    """Return a sample with one number moved to where the difference of two sides is lowest.

    That is where a parabola through three points has its vertex, which is repeated with nearer
    ones; of numbers with a short denominator the nearest is tried.
    """
    number = number_at(values, coordinate)
    if with_number(values, coordinate, number, sides.seeking) is None:
        return values
    gap = sides.gap(values, coordinate)
    step = max(abs(number), Fraction(1)) / 16
    for _ in range(VERTICES):
        left, here, right = (gap(number + k * step) for k in (-1, 0, 1))
        if left is None or here is None or right is None or left + right <= 2 * here:
            break
        number = shortened(number + step * (left - right) / (2 * (left + right - 2 * here)))
        step /= 8
    tried = [
        (height, x)
        for x in (number.limit_denominator(SHORT), number)
        if (height := gap(x)) is not None
    ]
    if not tried:
        return values
    return with_number(values, coordinate, min(tried)[1], sides.seeking) or values


def at_kinks(values: Values, sides: Sides) -> Iterator[Values]:
    """Yield samples moved to where the sides may have a kink, as |x^2 - 3| has; at last to all.

    Towards a kink no parabola leads.
    """
    seeking = sides.seeking
    borders = dict.fromkeys(b for body in seeking.reading.bodies for b in inside(body))
    for border in borders:
        yield from at_crossings(border, values, seeking)
    if len(borders) > 1:
        for border in borders:
            values = next(at_crossings(border, values, seeking), values)
        yield values


def touch(values: Values, sides: Sides) -> bool:
    """Return whether two sides seem to be equal near a sample, where the conditions hold."""
    borders = [
        border for condition in sides.seeking.conditions for border in of_condition(condition)
    ]
    for coordinate in itertools.islice(coordinates(values, values), MOVED):
        number = number_at(values, coordinate)
        step = BESIDE * max(abs(number), Fraction(1))
        gaps = [sides.seeking.gap(b, values, coordinate, sides.assignment) for b in borders]
        if is_vertex(sides.gap(values, coordinate), number, step) and all(
            is_apart(gap, number, step) for gap in gaps
        ):
            return True
    return False


def is_vertex(gap: Gap, number: Fraction, step: Fraction) -> bool:
    """Return whether a function is about zero at a number, and larger beside it."""
    short = number.limit_denominator(SHORT)
    left, here, right = (gap(number + k * step) for k in (-1, 0, 1))
    if left is None or here is None or right is None:
        return False
    # Where there is no value, as of sin x / x at zero, the sides don't touch.
    hole = abs(short - number) < step and gap(short) is None
    return not hole and 0 <= here <= FLAT * min(left, right) and min(left, right) > LEAST


def is_apart(gap: Gap, number: Fraction, step: Fraction) -> bool:
    """Return whether a condition is surely not at its border."""
    left, here, right = (gap(number + k * step) for k in (-1, 0, 1))
    if left is None or here is None or right is None:
        return False
    return abs(here) > APART * max(abs(left), abs(right))
