"""Samples that solve equations nearly: few solutions are rational, as the numbers of samples are.

An equation may be a condition of a claim, or stand where it decides something: in an indicator, in
a row of cases, or on one side of "if and only if". Where it holds but for its last digits, numbers
that agree nearly are taken for equal, and the claim must hold as nearly.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from mathcheck.checking.borders import (
    ORDERS,
    Border,
    Coordinate,
    Seeking,
    Values,
    coordinates,
    deciding_conditions,
    fraction,
    index_values,
    number_at,
    of_condition,
    real_symbols,
    shortened,
    with_number,
)
from mathcheck.checking.decide import paired
from mathcheck.checking.equation import Reading
from mathcheck.checking.sampling import JUMPS, nodes_read
from mathcheck.checking.tally import Tally
from mathcheck.expressions import ForAll, Node, Operation, Or, Relation
from mathcheck.numbers.duals import bare
from mathcheck.samples import Sample
from mathcheck.values import Scope, evaluate

NEARLY = "nearly"
# Systems of equations that are solved, samples from which each is, and steps of Newton's method.
SYSTEMS, STARTS, STEPS = 6, 8, 14
# Values of the indices of an equation that are solved for together, at most.
INDICES = 12
# Numbers that are moved together, at most: a slope is found for each, and larger arrays cost much.
PLACES = 40
# Steps of evaluation for all of it.
EFFORT = 30_000
# The sides of an equation differ by less at a solution, the next step is shorter, and the
# difference is steeper: far out a function may come near to zero without a solution.
SOLVED, SETTLED, FLATTEST = Fraction(1, 2**80), 2.0**-60, 2.0**-20
# A start is given up from where they differ by more.
LARGEST = 2**200
# How far a number is moved to find a slope; and how much room a solution has to all sides, so that
# it is not the end of what a number may be.
SHIFT, ROOM = Fraction(1, 2**45), Fraction(1, 2**30)

EQUAL = frozenset({"=", "!="})
System = tuple[Border, ...]


def near_solutions(reading: Reading, tally: Tally) -> Iterator[Sample]:
    """Yield samples that nearly solve the equations of conditions, from several starts each."""
    # Beside a jump nothing can be said of what is known nearly.
    if any(isinstance(n, Operation) and n.name in JUMPS for n in nodes_read(reading)):
        return
    seeking = Seeking(reading, tally, tally.effort - EFFORT, ())
    # The first samples are in general position; the others are of all kinds.
    seen = tally.seen
    starts = [*seen[:STARTS], *seen[STARTS :: 1 + len(seen) // STARTS]]
    for system in itertools.islice(dict.fromkeys(systems(reading)), SYSTEMS):
        solutions: list[Values] = []
        for start in starts:
            solution = newton(Deflated(system, tuple(solutions), seeking), start)
            if solution is not None:
                solutions.append(solution)
                yield Sample(solution, NEARLY)


def systems(reading: Reading) -> Iterator[System]:
    """Yield the equations that hold together: those of the conditions, and with each another."""
    deciding = [
        border
        for node in nodes_read(reading)
        for condition in deciding_conditions(node)
        for border in borders_in(condition, reading, ORDERS)
    ]
    # Two decisions may have to be taken at one point.
    groups = [*((border,) for border in deciding), *itertools.combinations(deciding, 2)]
    for number, relation in reading.relations:
        conditions = reading.prepared[number].conditions[relation]
        # Of several conditions one of which holds, each is tried.
        every = (c.condition if isinstance(c, ForAll) else c for c in conditions)
        branches = (c.conditions if isinstance(c, Or) else (c,) for c in every)
        for chosen in itertools.product(*branches):
            together = tuple(
                border
                for condition in chosen
                if isinstance(condition, Relation) and set(condition.signs) == {"="}
                for border in borders_in(condition, reading, EQUAL)
            )
            if together:
                yield together
            for group in groups:
                if not set(group) & set(together):
                    yield (*together, *group)


def borders_in(condition: Node, reading: Reading, signs: Container[str]) -> Iterator[Border]:
    """Yield the sides of the relations in a condition that are about real numbers."""
    for border in of_condition(condition, signs):
        if real_symbols([border], reading):
            yield border


@dataclass(frozen=True)
class Deflated:
    """A system of equations from which solutions that are known are taken out, by deflation.

    The heights are multiplied by one more than the inverse square of the distance to each, as P. E.
    Farrell, Á. Birkisson and S. W. Funke do it (2015), so that the same start leads elsewhere.
    """

    system: System
    solutions: tuple[Values, ...]
    seeking: Seeking

    def heights(self, values: Values) -> list[Fraction] | None:
        """Return how far the sides of the equations are apart, entry by entry."""
        reading = self.seeking.reading

        def heights(scope: Scope) -> list[Fraction] | None:
            found = []
            # A condition of one index may have to hold for all.
            for border in self.system:
                for chosen in itertools.islice(index_values(border, reading, values), INDICES):
                    inner = scope.child(chosen)
                    one, other = (evaluate(side, inner) for side in border)
                    found += [fraction(bare(a) - bare(b)) for a, b in paired(one, other, border)]
            factor = self.factor(values)
            deflated = [shortened(factor * height) for height in found]
            return deflated if max(map(abs, deflated)) < LARGEST else None

        return self.seeking.ask(values, heights)

    def factor(self, values: Values) -> Fraction:
        """Return what takes the known solutions of the same sizes out."""
        factor: Fraction = Fraction(1)
        places = coordinates(self.keys, values)
        for solution in self.solutions:
            if places == coordinates(self.keys, solution):
                steps = (number_at(values, p) - number_at(solution, p) for p in places)
                factor *= 1 + 1 / sum((step * step for step in steps), Fraction(0))
        return shortened(factor)

    @cached_property
    def keys(self) -> list[str]:
        """The symbols that are moved."""
        return real_symbols(self.system, self.seeking.reading)

    def slopes(
        self, values: Values, heights: Sequence[Fraction], places: Sequence[Coordinate]
    ) -> list[list[float]]:
        """Return the slopes of the heights by each number in turn; none where one is not known."""
        slopes = []
        for place in places:
            number = number_at(values, place)
            shift = SHIFT * max(abs(number), Fraction(1))
            moved = with_number(values, place, number + shift, self.seeking)
            ahead = None if moved is None else self.heights(moved)
            if ahead is None:
                return []
            slopes.append([float((a - h) / shift) for a, h in zip(ahead, heights, strict=True)])
        return slopes


def newton(deflated: Deflated, values: Values) -> Values | None:
    """Return a solution that Newton's method finds with the shortest steps, if it finds one."""
    seeking = deflated.seeking
    places = [
        place
        for place in coordinates(deflated.keys, values)
        if with_number(values, place, number_at(values, place), seeking) is not None
    ]
    if len(places) > PLACES:
        return None
    for _ in range(STEPS):
        heights = deflated.heights(values)
        slopes = deflated.slopes(values, heights, places) if heights else []
        if not slopes or heights is None:
            return None
        step = np.linalg.lstsq(np.transpose(slopes), -np.array(heights, dtype=float))[0]
        numbers = [number_at(values, place) for place in places]
        if max(map(abs, heights)) < SOLVED:
            sizes = [float(max(abs(number), Fraction(1))) for number in numbers]
            short = bool(np.all(np.abs(step) <= SETTLED * np.array(sizes)))
            steep = bool(np.all(np.linalg.norm(slopes, axis=0) > FLATTEST))
            return values if short and steep and has_room(values, places, seeking) else None
        following = moved_by(step.tolist(), places, values, seeking)
        if following is None:
            return None
        values = following
    return None


def moved_by(
    steps: Sequence[float], places: Sequence[Coordinate], values: Values, seeking: Seeking
) -> Values | None:
    """Return the values with each number moved, or nothing where one may not be.

    Others may move with it, as those of a distribution do, so each starts from where it is then.
    """
    moved: Values | None = values
    for place, step in zip(places, steps, strict=True):
        if moved is not None:
            number = shortened(number_at(moved, place) + Fraction(step))
            moved = with_number(moved, place, number, seeking)
    return moved


def has_room(values: Values, places: Sequence[Coordinate], seeking: Seeking) -> bool:
    """Return whether each number may be a little smaller and larger."""
    return all(
        with_number(values, place, number_at(values, place) + way * ROOM, seeking) is not None
        for place in places
        for way in (1, -1)
    )
