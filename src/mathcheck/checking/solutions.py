"""Samples that meet conditions that are equations, as few real numbers do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from mathcheck import samples
from mathcheck.checking.borders import (
    Border,
    Coordinate,
    Seeking,
    Values,
    by_secant,
    coordinates,
    first_values,
    of_condition,
    real_symbols,
    with_number,
)
from mathcheck.checking.equation import Reading
from mathcheck.checking.tally import Tally
from mathcheck.expressions import Node, Relation, walk
from mathcheck.latex import Refusal
from mathcheck.samples import ROUNDS, Sample

# So many samples are of small numbers, of which some meet an equation.
SMALL = 400
# Steps of evaluation to seek where equal numbers meet one.
EFFORT = 10_000


def special_conditions(reading: Reading) -> Iterator[Node]:
    """Yield the conditions of claims that few real numbers meet, as those that are equations."""
    table = reading.place.table
    for condition in (c for ready in reading.prepared for c in ready.restrictions):
        for node in walk(condition):
            equation = isinstance(node, Relation) and "=" in node.signs
            if equation and any(table.type(key).continuous for key in reading.place.reach(node)):
                yield node


def solving_samples(
    sampled: Sequence[str], sizes: Sequence[dict[str, int]], reading: Reading, tally: Tally
) -> Iterator[Sample]:
    """Yield samples of small whole numbers, then those of equal numbers that meet a condition."""
    before = len(tally.seen)
    yield from small_whole_numbers(sampled, sizes, reading)
    seeking = Seeking(reading, tally, tally.effort - EFFORT, ())
    # One sample of each combination of sizes.
    bases = {tuple(map(values.get, sizes[0])): values for values in tally.seen[before:]}
    borders = [b for condition in special_conditions(reading) for b in of_condition(condition)]
    for border, values in itertools.product(borders, bases.values()):
        if (equal := tied(border, values, seeking)) is not None:
            yield Sample(equal, "sparse")


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


def tied(border: Border, values: Values, seeking: Seeking) -> Values | None:
    """Return the values in which all numbers are one, so that it solves an equation."""
    places = coordinates(real_symbols([border], seeking.reading), values)

    def at(number: Fraction) -> Values | None:
        return with_numbers(values, dict.fromkeys(places, number), seeking)

    number = by_secant(lambda number: height(at(number), border, seeking), Fraction(1))
    return None if number is None else at(number)


def with_numbers(
    values: Values, numbers: Mapping[Coordinate, Fraction], seeking: Seeking
) -> Values | None:
    """Return the values of a sample with some numbers moved, or nothing where one may not be."""
    moved: Values | None = values
    for place, number in numbers.items():
        moved = None if moved is None else with_number(moved, place, number, seeking)
    return moved


def height(values: Values | None, border: Border, seeking: Seeking) -> Fraction | None:
    """Return how far the left side of an equation is above the right, if both have a value."""
    if values is None:
        return None
    try:
        assignment = first_values(border, seeking.reading, values)
    except Refusal:
        return None
    return seeking.height(border, values, assignment)
