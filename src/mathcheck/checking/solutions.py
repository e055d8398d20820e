"""Samples that meet conditions that are equations, as few real numbers do."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mathcheck import samples
from mathcheck.checking.borders import (
    Border,
    Seeking,
    first_values,
    number_at,
    of_condition,
    with_number,
)
from mathcheck.checking.equation import Reading
from mathcheck.checking.tally import Tally
from mathcheck.expressions import Node, Number, Operation, Relation, walk
from mathcheck.samples import ROUNDS, Sample

# So many samples are of small numbers, of which some meet an equation.
SMALL = 400
# From so many of those that do, lines are drawn, and so many of each symbol.
SOLVED, LINES = 6, 3
# Steps of evaluation to seek where they meet the equation again.
EFFORT = 10_000

Values = Mapping[str, Any]


def special_conditions(reading: Reading) -> Iterator[Node]:
    """Yield the conditions of claims that few real numbers meet, as those that are equations."""
    table, definitions = reading.place.table, reading.place.definitions
    for condition in (c for ready in reading.prepared for c in ready.restrictions):
        for node in walk(condition):
            equation = isinstance(node, Relation) and "=" in node.signs
            if equation and any(table.type(key).continuous for key in definitions.reach(node)):
                yield node


def solving_samples(
    sampled: Sequence[str], sizes: Sequence[dict[str, int]], reading: Reading, tally: Tally
) -> Iterator[Sample]:
    """Yield samples of small whole numbers, and from those that meet the conditions others."""
    before = len(tally.seen)
    yield from small_whole_numbers(sampled, sizes, reading)
    met = sorted(number for number in set().union(*tally.hits.values()) if number >= before)
    source = samples.generator(reading.text, reading.place.seed + 9)
    seeking = Seeking(reading, tally, tally.effort - EFFORT, ())
    for number in source.sample(met, min(SOLVED, len(met))):
        yield from on_lines(tally.seen[number], seeking, source)


def small_whole_numbers(
    sampled: Sequence[str], sizes: Sequence[dict[str, int]], reading: Reading
) -> Iterator[Sample]:
    """Yield samples of few small numbers."""
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed + 8)
    # An array of few numbers is more likely to meet an equation.
    for given in itertools.islice(itertools.cycle((sizes[0], *sizes)), SMALL):
        values = {}
        for key in sampled:
            kind = table.type(key)
            values[key] = (
                kind.sparse(given, source) if kind.shape else kind.rounded(given, source, ROUNDS)
            )
        yield Sample({**given, **values}, "sparse")


def on_lines(values: Values, seeking: Seeking, source: random.Random) -> Iterator[Sample]:
    """Yield other solutions of each equation: where lines through one meet it again.

    A line in a rational direction through a rational point of a quadric, as a sphere is one, meets
    it again at a rational point: a polynomial of second degree that is zero at the first is known
    from two values.
    """
    table, definitions = seeking.reading.place.table, seeking.reading.place.definitions
    for condition in special_conditions(seeking.reading):
        for border in of_condition(condition):
            reached = definitions.reach(border[0]) | definitions.reach(border[1])
            keys = sorted(key for key in reached & values.keys() if table.type(key).continuous)
            alone = [(key,) for key in keys] if len(keys) > 1 else []
            for moved, _ in itertools.product((*alone, tuple(keys)), range(LINES)):
                if (other := along(moved, border, values, seeking, source)) is not None:
                    yield Sample(other, "sparse")


def along(
    keys: Sequence[str], border: Border, values: Values, seeking: Seeking, source: random.Random
) -> Values | None:
    """Return the values in which symbols are moved along a line to another solution."""
    places = [(key, place) for key in keys for place in np.ndindex(np.shape(values[key]))]
    direction = [source.randint(-2, 2) for _ in places]
    reached = frozenset().union(*map(seeking.reading.place.definitions.reach, border))
    assignment = first_values(reached, seeking.reading, values)

    def at(step: Fraction) -> Values | None:
        new: Values | None = values
        for place, part in zip(places, direction, strict=True):
            start = None if new is None else number_at(new, place)
            if new is None or start is None:
                return None
            new = with_number(new, place, start + step * part, seeking) if part else new
        return new

    def height(step: Fraction, parts: Border) -> Fraction | None:
        new = at(step)
        return None if new is None else seeking.height(parts, new, assignment)

    # The length of a vector is no polynomial, but its square is.
    for parts in (border, squared(border)):
        ahead, behind = height(Fraction(1), parts), height(Fraction(-1), parts)
        if ahead is None or behind is None or ahead + behind == 0:
            continue
        step = (behind - ahead) / (ahead + behind)
        if step and height(step, border) == 0:
            return at(step)
    return None


def squared(border: Border) -> Border:
    """Return the squares of two sides."""
    one, other = (Operation("power", (side, Number(Fraction(2)))) for side in border)
    return one, other
