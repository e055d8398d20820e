"""A search for a point at which an inequality, or that two numbers differ, does not hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from mathcheck import samples
from mathcheck.checking.borders import (
    FLAT,
    Seeking,
    at_crossings,
    of_condition,
)
from mathcheck.checking.decide import compare_sides, paired
from mathcheck.checking.equation import Reading
from mathcheck.checking.sampling import Unknowns, all_scales, assignments, covered
from mathcheck.checking.tally import Failure, Pair, Tally
from mathcheck.checking.touching import Sides, at_kinks, far_apart, lowest_nearby, touch
from mathcheck.numbers.balls import Rational
from mathcheck.numbers.duals import bare
from mathcheck.numbers.precision import Touching
from mathcheck.values import Open, Scope, decide, evaluate, holds, settled
from mathcheck.values.scope import CRASHES

# For each sign, whether the left side is the smaller one.
SMALLER_LEFT = {"<": True, "<=": True, ">": False, ">=": False}
# Steps of evaluation for each inequality; points that are drawn, and moves from the worst.
EFFORT, POINTS, MOVES = 4000, 200, 120
ASSIGNMENTS = 4
# Steps of evaluation to find where numbers that are said to differ are equal, and samples from
# which that is sought.
EFFORT_OF_CROSSING, CROSSED = 12_000, 3

# The same to find where the two sides of an inequality are nearest to each other, and the points
# from which that of a strict one is sought.
EFFORT_OF_TOUCHING, STARTS = 12_000, 4


def search(reading: Reading, unknown: Unknowns, tally: Tally) -> None:
    """Add the failures of inequalities that are found by going down, and of numbers that differ."""
    table = reading.place.table
    if not any(table.type(key).continuous for key in unknown.sampled):
        return
    for pair in reading.relations:
        sign = reading.prepared[pair[0]].chain.signs[pair[1]]
        if sign in SMALLER_LEFT and pair not in tally.failures:
            failure = Search(reading, unknown, pair, tally).failure()
        elif sign == "!=" and pair not in tally.failures:
            failure = next(equal_points(reading, pair, tally), None)
        else:
            continue
        if failure is not None:
            tally.failures[pair] = failure


def equal_points(reading: Reading, pair: Pair, tally: Tally) -> Iterator[Failure]:
    """Yield points at which two sides are equal: between those where the sign of one less changes.

    A continuous difference has a zero there, by the intermediate value theorem, which may be
    irrational: the square of no sample is two.
    """
    ready, relation = reading.prepared[pair[0]], pair[1]
    one, other = ready.chain.sides[relation : relation + 2]
    conditions = ready.conditions[relation]
    least = tally.effort - EFFORT_OF_CROSSING
    seeking = Seeking(reading, tally, least, (), conditions=conditions)
    borders = [border for condition in conditions for border in of_condition(condition)]
    for turn in sorted(tally.hits.get(pair, ()))[:CROSSED]:
        sample = tally.seen[turn]
        for values in at_crossings((one, other), sample, seeking):
            scope = reading.place.scope(values)
            for assignment in itertools.islice(assignments(ready, scope), 1):
                heights = [seeking.height(border, values, assignment) for border in borders]
                # Where numbers are nearly at a border they may be equal at the border alone.
                if all(height is not None and abs(height) > FLAT for height in heights):
                    inner = scope.child(assignment)
                    sides = evaluate(one, inner), evaluate(other, inner)
                    yield Failure(*sides, dict(values), assignment, relation)


class Height(NamedTuple):
    """How far one side is above the other: as a part of both, and at all."""

    relative: float
    absolute: float


class Search:
    """The search for a failure of one inequality."""

    def __init__(self, reading: Reading, unknown: Unknowns, pair: Pair, tally: Tally) -> None:
        self.reading, self.pair, self.sampled = reading, pair, unknown.sampled
        self.tally = tally
        self.sizes = covered(unknown.sizes)
        self.ready = reading.prepared[pair[0]]
        self.source = samples.generator(reading.text, reading.place.seed + 3)
        self.left = EFFORT
        self.wrong: Failure | None = None

    def failure(self) -> Failure | None:
        """Return a failure, if one is found."""
        points: list[tuple[Height, Mapping[str, Any]]] = []
        for turn, values in enumerate(self.points()):
            height = self.height(values, turn)
            if height is not None:
                points.append((height, values))
            if self.wrong or self.left <= EFFORT // 2:
                break
        points.sort(key=lambda point: point[0])
        for move in range(MOVES if points else 0):
            if self.wrong or self.left <= 0:
                break
            lowest, values = points[0]
            nearby = self.moved(values, Fraction(1, 2 ** (1 + move % 10)))
            height = self.height(nearby, 0)
            if height is not None and height < lowest:
                points.insert(0, (height, nearby))
        if not self.wrong:
            self.descend([values for _, values in points])
        return self.wrong

    def sides(self, values: Mapping[str, Any], least: int) -> Sides:
        """Return the two sides, the larger one first, with the first free indices of a sample."""
        left, right = self.ready.chain.sides[self.pair[1] : self.pair[1] + 2]
        smaller_left = SMALLER_LEFT[self.ready.chain.signs[self.pair[1]]]
        scope = self.reading.place.scope(values)
        assignment = next(iter(assignments(self.ready, scope)), {})
        conditions = tuple(self.ready.conditions[self.pair[1]])
        seeking = Seeking(self.reading, self.tally, least, (), conditions=conditions)
        return Sides((right, left) if smaller_left else (left, right), assignment, seeking)

    def descend(self, starts: Sequence[Mapping[str, Any]]) -> None:
        """Go from some points to where the sides are nearest to each other.

        A strict inequality may be an equation there, and a wrong bound fails.
        """
        strict = not self.ready.chain.signs[self.pair[1]].endswith("=")
        least = self.tally.effort - EFFORT_OF_TOUCHING
        for start in far_apart(starts, STARTS if strict else 1):
            sides = self.sides(start, least)
            kinks = at_kinks(start, sides) if strict else ()
            for values in itertools.chain([lowest_nearby(start, sides)], kinks):
                self.left = max(self.left, EFFORT // 4)
                self.height(values, 0)
                if self.wrong:
                    return
                if strict and touch(values, sides):
                    question = Touching("whether the two sides are equal")
                    self.tally.leave_open(Open(question), values)

    def points(self) -> Iterator[Mapping[str, Any]]:
        """Yield points of all scales, and the sizes in turn."""
        table = self.reading.place.table
        sizes = self.sizes
        scales = all_scales(self.reading)
        drawn = samples.stream(self.sampled, sizes, table, self.source, scales)
        # Where a strict inequality becomes an equality all is zero or equal, in the first place.
        for given in (sizes[0], *sizes[1:][-1:]):
            for values in samples.round_values(self.sampled, given, table, self.source):
                yield {**given, **values}
        yield from (sample.values for sample in itertools.islice(drawn, POINTS))

    def moved(self, values: Mapping[str, Any], step: Fraction) -> Mapping[str, Any]:
        """Return a point nearby: one of the symbols is moved."""
        key = self.source.choice(self.sampled)
        sizes = {k: v for k, v in values.items() if k not in self.sampled}
        kind = self.reading.place.table.type(key)
        return {**values, key: kind.moved(values[key], sizes, self.source, step)}

    def height(self, values: Mapping[str, Any], turn: int) -> Height | None:
        """Return the least height at a point; a failure there is noted."""
        scope = self.reading.place.scope(values, max(1, self.left))
        before = scope.shared.steps
        try:
            return min(self.heights(scope, turn), default=None)
        except Open as question:
            self.tally.leave_open(question, values)
            return None
        except CRASHES:
            return None
        finally:
            self.left -= max(1, before - scope.shared.steps)

    def heights(self, scope: Scope, turn: int) -> Iterator[Height]:
        """Yield the heights for values of the free indices."""
        relation = self.pair[1]
        sides = self.ready.chain.sides[relation : relation + 2]
        sign = self.ready.chain.signs[relation]
        smaller_left, strict = SMALLER_LEFT[sign], not sign.endswith("=")
        chosen = assignments(self.ready, scope, turn)
        for assignment in itertools.islice(chosen, ASSIGNMENTS):
            inner = scope.child(assignment)
            if not all(holds(c, inner) for c in self.ready.conditions[relation]):
                continue
            left, right = (evaluate(side, inner) for side in sides)
            for a, b in paired(left, right, sides):
                low, high = (a, b) if smaller_left else (b, a)
                if decide(high, low, "<") or (strict and same(high, low)):
                    self.wrong = Failure(left, right, dict(scope.values), assignment, relation)
                elif strict and not decide(low, high, "<"):
                    # With more digits they differ, or it is left open here.
                    *_, differ = settled(partial(compare_sides, sides, sign, values={}), inner)
                    if not differ:
                        self.wrong = Failure(left, right, dict(scope.values), assignment, relation)
                total = float(abs(bare(low))) + float(abs(bare(high)))
                height = float(bare(high) - bare(low))
                yield Height(height / total if total else 0.0, height)


def same(a: Any, b: Any) -> bool:
    """Return whether two numbers are known to be equal: rational, without an error."""
    one, other = bare(a), bare(b)
    return isinstance(one, Rational) and isinstance(other, Rational) and one == other
