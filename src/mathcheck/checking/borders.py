"""Samples at the borders of conditions, and beside them: where two numbers are equal."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np

from mathcheck.checking.equation import Reading
from mathcheck.checking.tally import Tally
from mathcheck.expressions import Case, Indicator, Node, Number, Operation, Relation, walk
from mathcheck.latex import Refusal
from mathcheck.numbers.balls import Rational, ball
from mathcheck.numbers.duals import bare
from mathcheck.samples import Sample
from mathcheck.values import Scope, evaluate, holds, index_range
from mathcheck.values.scope import CRASHES

# Numbers are moved so far beside a border, as a part of how far it is from zero or one.
BESIDE = Fraction(1, 2**12)
# Borders of an equation, numbers that are moved for one border, and second moves after a first, at
# most.
BORDERS, MOVED, SECOND = 12, 6, 6
# Steps of evaluation for the borders of an equation: to seek them, and to compare there, where one
# number is moved, and where two are.
EFFORT, EFFORT_OF_TWO = 30_000, 5_000
# From so many samples borders are sought that are far.
FAR = 2
# Steps of the secant, and of false position.
STEPS, NARROWED = 8, 24
NEARLY = Fraction(1, 10**24)
GRID = 2**100
# By bisection a zero is known so nearly, and a function is so small there.
CROSSED, FLAT = Fraction(1, 2**80), Fraction(1, 2**50)
# Where a function is evaluated to see where its sign changes.
POWERS = [Fraction(2) ** exponent for exponent in range(-40, 41, 10)]
LADDER = sorted({*POWERS, *(-power for power in POWERS), *(1 - p for p in POWERS if p < 1)})
NEAR = [sign * Fraction(2) ** exponent for exponent in range(-3, 3) for sign in (1, -1)]
ZERO = Number(Fraction(0))
ORDERS = frozenset({"=", "!=", "<", "<=", ">", ">="})
# Where an operation has a kink or a jump: two parts are equal there.
KINKS = {"absolute": 1, "sign": 1, "max": 2, "min": 2}

Border = tuple[Node, Node]
# A number of a sample: a symbol, and a place in its array.
Coordinate = tuple[str, tuple[int, ...]]
Values = Mapping[str, Any]
Assignment = Mapping[str, int]
# The difference of the two parts of a border as a function of one number, where it has a value.
Gap = Callable[[Fraction], Fraction | None]
# A number, and how large a function is there.
Point = tuple[Fraction, Fraction]
T = TypeVar("T")
# A way to find, from where a number is, where it makes that zero.
Solve = Callable[[Gap, Fraction], Fraction | None]


@dataclass(frozen=True)
class Seeking:
    """Where borders are sought, and how: the effort at which that is over, the ways in turn."""

    reading: Reading
    tally: Tally
    least: int
    ways: tuple[Solve, ...]
    # What isn't moved, as it was moved before.
    fixed: Coordinate | None = None
    # What holds wherever something is sought.
    conditions: tuple[Node, ...] = ()

    @property
    def over(self) -> bool:
        """Return whether nothing is left to spend."""
        return self.tally.effort <= self.least

    def ask(self, values: Values, question: Callable[[Scope], T | None]) -> T | None:
        """Return what is computed at a sample, if it can be, and if something is left to spend."""
        if self.over:
            return None
        left = self.tally.effort - self.least
        scope = self.reading.place.scope(values, left)
        try:
            return question(scope)
        except CRASHES:
            return None
        finally:
            self.tally.effort -= max(1, left - scope.shared.steps)

    def height(self, border: Border, values: Values, assignment: Assignment) -> Fraction | None:
        """Return how far the left side of a border is above the right, if both have a value."""

        def height(scope: Scope) -> Fraction | None:
            inner = scope.child(assignment)
            if not all(holds(condition, inner) for condition in self.conditions):
                return None
            one, other = (bare(evaluate(side, inner)) for side in border)
            return fraction(one - other)

        return self.ask(values, height)

    def gap(
        self, border: Border, values: Values, coordinate: Coordinate, assignment: Assignment
    ) -> Gap:
        """Return how far the left side of a border is above the right as a function of a number."""

        def gap(number: Fraction) -> Fraction | None:
            new = with_number(values, coordinate, number, self)
            return None if new is None else self.height(border, new, assignment)

        return gap


def border_samples(reading: Reading, bases: Iterable[Sample], tally: Tally) -> Iterator[Sample]:
    """Yield samples at borders, beside them and between them: one number is moved, then two."""
    borders = list(dict.fromkeys(borders_of(reading)))[:BORDERS]
    once: list[tuple[Coordinate, Values]] = []
    least = tally.effort - EFFORT
    for place, base in enumerate(bases if borders else ()):
        ways = (by_secant, by_signs) if place < FAR else (by_secant,)
        for coordinate, values in moved(base.values, borders, Seeking(reading, tally, least, ways)):
            once.append((coordinate, values))
            yield Sample(values, "border")
    least = tally.effort - EFFORT_OF_TWO
    for coordinate, first in once:
        seeking = Seeking(reading, tally, least, (by_secant,), coordinate)
        for _, values in itertools.islice(moved(first, borders, seeking), SECOND):
            yield Sample(values, "border")
        if seeking.over:
            return


def borders_of(reading: Reading) -> Iterator[Border]:
    """Yield the pairs of numbers whose order decides something in an equation."""
    for condition in (c for ready in reading.prepared for c in ready.restrictions):
        yield from of_condition(condition)
    for body in reading.bodies:
        yield from inside(body)


def inside(body: Node) -> Iterator[Border]:
    """Yield the borders of the cases, indicators and kinks in an expression."""
    for node in walk(body):
        for condition in deciding_conditions(node):
            yield from of_condition(condition)
        if isinstance(node, Operation) and len(node.operands) == KINKS.get(node.name):
            first, *others = node.operands
            yield first, (others[0] if others else ZERO)


def deciding_conditions(node: Node) -> Sequence[Node]:
    """Return the conditions that decide what a node is: of a row of cases, or an indicator."""
    if isinstance(node, Case):
        return node.conditions
    return (node.condition,) if isinstance(node, Indicator) else ()


def of_condition(condition: Node, signs: Container[str] = ORDERS) -> Iterator[Border]:
    """Yield the neighbours in a condition, and in the conditions in it, between some signs."""
    for node in walk(condition):
        if isinstance(node, Relation):
            for (one, other), sign in zip(itertools.pairwise(node.sides), node.signs, strict=True):
                if sign in signs:
                    yield one, other


def moved(
    values: Values, borders: Sequence[Border], seeking: Seeking
) -> Iterator[tuple[Coordinate, Values]]:
    """Yield samples in which one number is moved, those at borders first."""
    found: dict[Coordinate, set[Fraction]] = {}
    for border in borders:
        found_by = (roots_of(border, values, seeking, solve) for solve in seeking.ways)
        for coordinate, root in next(filter(None, found_by), ()):
            found.setdefault(coordinate, set()).add(root)
    for way in (at, between, beside):
        for coordinate, numbers in found.items():
            for number in way(sorted(numbers)):
                if (new := with_number(values, coordinate, number, seeking)) is not None:
                    yield coordinate, new


def at(roots: Sequence[Fraction]) -> Iterator[Fraction]:
    """Yield the borders of a number."""
    yield from roots


def between(roots: Sequence[Fraction]) -> Iterator[Fraction]:
    """Yield the middle of each two neighbours."""
    for one, other in itertools.pairwise(roots):
        yield (one + other) / 2


def beside(roots: Sequence[Fraction]) -> Iterator[Fraction]:
    """Yield a number on each side of each border, nearer to it than zero and one are."""
    for root in roots:
        step = BESIDE * (min(abs(root), abs(1 - root)) or 1)
        yield from (root - step, root + step)


def roots_of(
    border: Border, values: Values, seeking: Seeking, solve: Solve
) -> list[tuple[Coordinate, Fraction]]:
    """Return where numbers of a sample make two sides equal, each if it alone is moved."""
    reach = reached(border, seeking.reading)
    try:
        assignment = first_values(border, seeking.reading, values)
    except Refusal:
        return []

    def root_at(coordinate: Coordinate) -> Fraction | None:
        start = number_at(values, coordinate)
        if with_number(values, coordinate, start, seeking) is None:
            return None
        return solve(seeking.gap(border, values, coordinate, assignment), start)

    roots = (
        (coordinate, root)
        for coordinate in coordinates(reach & values.keys(), values)
        if coordinate != seeking.fixed and (root := root_at(coordinate)) is not None
    )
    return list(itertools.islice(roots, MOVED))


def at_crossings(border: Border, values: Values, seeking: Seeking) -> Iterator[Values]:
    """Yield samples in which one number is moved to where the order of two sides changes."""
    for coordinate, root in roots_of(border, values, seeking, crossing):
        if (new := with_number(values, coordinate, root, seeking)) is not None:
            yield new


def reached(border: Border, reading: Reading) -> frozenset[str]:
    """Return the names on which the two parts of a border depend."""
    return frozenset().union(*map(reading.place.reach, border))


def real_symbols(borders: Iterable[Border], reading: Reading) -> list[str]:
    """Return the symbols with real values on which borders depend."""
    names = frozenset().union(*(reached(border, reading) for border in borders))
    kinds = {key: reading.place.table.type(key) for key in sorted(names)}
    return [key for key, kind in kinds.items() if kind.sampled and kind.continuous]


def first_values(border: Border, reading: Reading, values: Values) -> dict[str, int]:
    """Return the first value of each free index of a border."""
    return next(index_values(border, reading, values))


def index_values(border: Border, reading: Reading, values: Values) -> Iterator[dict[str, int]]:
    """Yield all values of the free indices of a border."""
    scope, table = reading.place.scope(values), reading.place.table
    free = [
        key
        for key in sorted(reached(border, reading))
        if table.type(key).ranges and key not in values
    ]
    for chosen in itertools.product(*(index_range(key, scope) for key in free)):
        yield dict(zip(free, chosen, strict=True))


def coordinates(keys: Iterable[str], values: Values) -> list[Coordinate]:
    """Return the places of all numbers of some symbols; a set has none."""
    places = ((key, place) for key in sorted(keys) for place in np.ndindex(np.shape(values[key])))
    return [place for place in places if isinstance(entry_at(values, place), Rational)]


def entry_at(values: Values, coordinate: Coordinate) -> Any:
    """Return what stands at a place of a sample."""
    key, place = coordinate
    return values[key][place] if place else values[key]


def number_at(values: Values, coordinate: Coordinate) -> Fraction:
    """Return a number of a sample."""
    return Fraction(entry_at(values, coordinate))


def with_number(
    values: Values, coordinate: Coordinate, number: Fraction, seeking: Seeking
) -> Values | None:
    """Return the values of a sample with one number moved, or nothing where it may not be."""
    key, place = coordinate
    still = seeking.fixed[1] if seeking.fixed and seeking.fixed[0] == key else None
    value = seeking.reading.place.table.type(key).placed(values[key], place, number, still)
    return None if value is None else {**values, key: value}


def fraction(number: Any) -> Fraction:
    """Return a number with a short denominator, if it is one nearly."""
    if isinstance(number, Rational):
        return shortened(Fraction(number))
    sign, mantissa, exponent, _ = ball(number).middle
    return shortened(Fraction(int(mantissa)) * Fraction(2) ** exponent * (-1) ** sign)


def by_secant(gap: Gap, start: Fraction) -> Fraction | None:
    """Return where a function is zero, by the secant through two points at a time."""
    before, now = start, start + 1
    height_before, height = gap(before), gap(now)
    if height_before == 0:
        return before
    if height is None:
        now = start / 2
        height = gap(now)
    for _ in range(STEPS):
        if height is not None and abs(height) < NEARLY:
            return now
        if height is None or height_before is None or height == height_before:
            return None
        slope = (height - height_before) / (now - before)
        before, now, height_before = now, shortened(now - height / slope), height
        height = gap(now)
    return None


def by_signs(gap: Gap, start: Fraction) -> Fraction | None:
    """Return where the sign of a function changes, the nearest of such places."""
    change = sign_change(gap, start, LADDER)
    if change is None:
        return None
    one, other = change
    roots = (by_secant(gap, number) for number, _ in (one, other))
    root = next((root for root in roots if root is not None), None)
    return narrowed(gap, one, other) if root is None else root


def sign_change(
    gap: Gap, start: Fraction, numbers: Iterable[Fraction]
) -> tuple[Point, Point] | None:
    """Return the neighbours nearest to a number between which the sign of a function changes."""
    heights = [(number, height) for number in numbers if (height := gap(number)) is not None]
    changes = [
        (one, other)
        for one, other in itertools.pairwise(heights)
        if min(one[1], other[1]) < 0 <= max(one[1], other[1])
    ]
    return min(changes, key=lambda ends: abs(ends[0][0] - start), default=None)


def crossing(gap: Gap, start: Fraction) -> Fraction | None:
    """Return where a function has a zero, by bisection; not where it jumps, or at a pole."""
    change = sign_change(gap, start, sorted({*LADDER, start, *(start + step for step in NEAR)}))
    if change is None:
        return None
    one, other = change
    while abs(other[0] - one[0]) > CROSSED:
        middle = (one[0] + other[0]) / 2
        height = gap(middle)
        if height is None:
            return None
        if (height < 0) == (one[1] < 0):
            one = middle, height
        else:
            other = middle, height
    return other[0] if max(abs(one[1]), abs(other[1])) < FLAT else None


def narrowed(gap: Gap, one: Point, other: Point) -> Fraction:
    """Return where the sign of a function changes between two points, by false position.

    The height of an end that stays is halved: the Illinois algorithm (Dowell and Jarratt, 1971).
    """
    (before, height_before), (now, height) = one, other
    for _ in range(NARROWED):
        if abs(height) < NEARLY:
            break
        new = shortened(now - height * (now - before) / (height - height_before))
        height_new = gap(new)
        if height_new is None:
            break
        if (height_new < 0) != (height < 0):
            before, height_before = now, height
        else:
            height_before /= 2
        now, height = new, height_new
    return now


def shortened(number: Fraction) -> Fraction:
    """Return a number with a short denominator, if it is one nearly; otherwise rounded."""
    if number.denominator <= GRID:
        return number
    short = number.limit_denominator(10**6)
    if abs(number - short) < NEARLY:
        return short
    return Fraction(round(number * GRID), GRID)
