"""The samples at which an equation is evaluated: symbols, sizes, free indices."""

from __future__ import annotations

import contextlib
import itertools
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mathcheck import samples
from mathcheck.checking.borders import border_samples, deciding_conditions
from mathcheck.checking.equation import Reading
from mathcheck.checking.prepare import Prepared
from mathcheck.checking.ranges import check_ranges
from mathcheck.checking.solutions import solving_samples, special_conditions
from mathcheck.checking.strata import chosen
from mathcheck.checking.tally import Tally
from mathcheck.expressions import (
    Big,
    Constant,
    Integral,
    Limit,
    Node,
    Number,
    Operation,
    Range,
    Relation,
    walk,
)
from mathcheck.kinds import SCALES, Kind, Sizes
from mathcheck.numbers.balls import Ball, Rational
from mathcheck.operations import TABLE
from mathcheck.python import Code
from mathcheck.samples import GENERAL, ROUNDS, Sample
from mathcheck.symbols import Table
from mathcheck.values import Scope, evaluate, holds, index_range
from mathcheck.values.estimates import size
from mathcheck.values.scope import CRASHES

ATTEMPTS = 200
# At so many samples each relation is compared, if they can be drawn.
FEWEST = 4
# So many samples are drawn while they have cost no more than so many steps of evaluation.
MOST_POINTS, CHEAP = 40, 3000
# Only what must be tried is tried after so many steps.
COSTLY = 30_000
# All values are tried if there are no more than so many at given sizes.
MOST_VALUES = 1024
# The same beside symbols of which there is no end of values.
MOST_MIXED = 24
# So many samples have zeros in most places, where an operation decides something.
SPARSE = 150
# Numbers that are written are looked beyond if they are no nearer to one, in binary digits, and no
# farther; and so many of them.
NEAR, FARTHEST, MOST_BEYOND = 5, 64, 4
# The scales at which what costs much is tried, once each.
FEW_SCALES = (4, -4, 7, -7)
# What is another number beside a border, where it is not continuous.
JUMPS = frozenset({"sign", "floor", "ceiling", "argmax", "argmin", "rank"})
# Of the values of the free indices, so many are tried at one sample, or one of each pattern.
ASSIGNMENTS = 16


@dataclass(frozen=True)
class Unknowns:
    """The symbols that need a value, those of them that are drawn, and the sizes that fit."""

    keys: frozenset[str]
    sampled: tuple[str, ...]
    sizes: list[dict[str, int]]


def unknowns(reading: Reading, python_names: Iterable[str] = ()) -> Unknowns:
    """Return what an equation, and its code, needs a value for."""
    table, definitions = reading.place.table, reading.place.definitions
    found: set[str] = set(python_names)
    for node in reading.roots:
        found |= definitions.reach(node) | bound_names(node)
    found = found.union(*map(definitions.dependencies, found))
    names = reading.place.with_distributions(frozenset(found))
    keys = frozenset(key for key in names if key in table)
    sampled = tuple(sorted(key for key in keys if table.type(key).sampled))
    return Unknowns(keys, sampled, fitting_sizes(reading, keys))


def bound_names(node: Node) -> frozenset[str]:
    """Return the names that sums and their like bind, which have a size each."""
    return frozenset(key for n in walk(node) if isinstance(n, Big) for key in n.variables)


def sample_points(
    reading: Reading, unknown: Unknowns, points: int, scales: Sequence[int], tally: Tally
) -> Iterator[Sample]:
    """Yield samples: all values if they are few, otherwise of each stratum, then at borders.

    There are more of them while that is cheap, and until every relation was compared.
    """
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed)
    sampled, combinations = unknown.sampled, unknown.sizes
    if not sampled:
        yield from map(Sample, combinations)
        return
    finite = [key for key in sampled if not table.type(key).continuous]
    if len(finite) == len(sampled) and (whole := everything(finite, combinations, table)):
        yield from map(Sample, whole)
        return
    covering = covered(combinations)
    start = tally.effort
    drawn = samples.stream(sampled, covering, table, source, scales)
    least = max(len(covering), GENERAL + 2 * len(scales) if len(scales) > 1 else 2)
    for attempt, sample in enumerate(drawn):
        spent = start - tally.effort
        cheap = attempt < (MOST_POINTS if spent < CHEAP else points) and spent < COSTLY
        if attempt >= least and not cheap:
            break
        yield sample
    tally.partial = bool(finite)
    yield from special_samples(reading, unknown, tally, start)
    bases = border_bases(sampled, combinations, table, source)
    yield from border_samples(reading, bases, tally)
    for sample in itertools.islice(drawn, ATTEMPTS):
        if enough(reading, tally, FEWEST if start - tally.effort < COSTLY else 1):
            return
        yield sample


def special_samples(
    reading: Reading, unknown: Unknowns, tally: Tally, start: int
) -> Iterator[Sample]:
    """Yield samples that few statements need: all that is finite, zeros, small whole numbers."""
    table, covering = reading.place.table, covered(unknown.sizes)
    finite = [key for key in unknown.sampled if not table.type(key).continuous]

    def cheap(sample: Sample | None = None) -> bool:
        return start - tally.effort < COSTLY

    if len(finite) == len(unknown.sampled):
        smallest = samples.smallest(finite, covering[0], table, MOST_VALUES)
        yield from itertools.takewhile(
            cheap, (Sample({**covering[0], **s}, "small") for s in smallest)
        )
    if finite and cheap():
        ends = (covering[0], *covering[1:][-1:])
        members = [samples.everything(finite, given, table, MOST_MIXED) for given in ends]
        tally.partial = None in members
        yield from with_all_members(zip(ends, members, strict=True), unknown.sampled, reading)
    if decides(reading) or hinges_on_zeros(reading):
        yield from itertools.takewhile(cheap, with_zeros(unknown.sampled, covering, reading))
    if next(special_conditions(reading), None):
        solutions = solving_samples(unknown.sampled, covering, reading, tally)
        yield from itertools.takewhile(cheap, solutions)


def border_bases(
    sampled: Sequence[str], combinations: Sequence[Sizes], table: Table, source: random.Random
) -> Iterator[Sample]:
    """Yield samples from which borders are sought: in general position, of round numbers."""
    general = samples.stream(sampled, combinations, table, source, (0,))
    for given, attempt in ((combinations[0], 0), (combinations[-1], ROUNDS // 2)):
        yield next(general)
        rounded = {key: table.type(key).rounded(given, source, attempt) for key in sampled}
        yield Sample({**given, **rounded})


def with_all_members(
    members: Iterable[tuple[Mapping[str, int], Sequence[Mapping[str, Any]] | None]],
    sampled: Sequence[str],
    reading: Reading,
) -> Iterator[Sample]:
    """Yield samples with all values of the finite symbols that are few at some sizes."""
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed + 4)
    for given, whole in members:
        for values in whole or ():
            others = {k: table.type(k).draw(given, source) for k in sampled if k not in values}
            yield Sample({**given, **others, **values})


def jumps(reading: Reading) -> bool:
    """Return whether a real symbol decides something: a border may lie where no sample does.

    So it may where a claim is made of special numbers alone, as of the roots of an equation.
    """
    table = reading.place.table
    real = {key for key in unknowns(reading).sampled if table.type(key).continuous}
    parts = (part for node in nodes_read(reading) for part in deciding(node))
    decisive = any(real & reading.place.reach(part) for part in parts)
    return decisive or any(special_conditions(reading))


def deciding(node: Node) -> Sequence[Node]:
    """Return the parts of a node on which it depends how it jumps."""
    if isinstance(node, Operation):
        return node.operands if node.name in JUMPS else ()
    return deciding_conditions(node)


def decides(reading: Reading) -> bool:
    """Return whether an operation decides something: a rank is another where a number is zero."""
    return any(
        isinstance(node, Operation) and node.name in TABLE and TABLE[node.name].exact == "decision"
        for node in nodes_read(reading)
    )


def hinges_on_zeros(reading: Reading) -> bool:
    """Return whether a claim is one that often fails at few zeros and whole numbers alone.

    So does a claim that something is not zero, an inequality of matrices, and a power of what may
    be negative.
    """
    table, definitions = reading.place.table, reading.place.definitions

    def continuous(node: Node) -> list[Kind]:
        kinds = (table.type(key) for key in definitions.reach(node))
        return [kind for kind in kinds if kind.continuous]

    powers = (n for n in nodes_read(reading) if isinstance(n, Operation) and n.name == "power")
    orders = reading.claimed - {"=", "~", "propto"}
    return (
        "!=" in orders
        or (orders and any(len(k.shape) > 1 for root in reading.roots for k in continuous(root)))
        or any(
            continuous(exponent) and not all(kind.above_zero for kind in continuous(base))
            for base, exponent in (power.operands for power in powers)
        )
    )


def extreme_samples(reading: Reading, unknown: Unknowns) -> Iterator[Sample]:
    """Yield samples of all finite values, if few, of zeros, of equal numbers, of large and small.

    These are enough where each costs much, as where a limit or an integral is evaluated.
    """
    table = reading.place.table
    finite = [key for key in unknown.sampled if not table.type(key).continuous]
    if finite:
        members = samples.everything(finite, unknown.sizes[0], table, MOST_MIXED)
        yield from with_all_members([(unknown.sizes[0], members)], unknown.sampled, reading)
    source = samples.generator(reading.text, reading.place.seed + 7)
    for attempt in range(2):
        values = {
            k: table.type(k).rounded(unknown.sizes[0], source, attempt) for k in unknown.sampled
        }
        yield Sample({**unknown.sizes[0], **values}, "round")
    for scale in FEW_SCALES if unknown.sampled else ():
        values = {k: table.type(k).draw(unknown.sizes[0], source, scale) for k in unknown.sampled}
        yield Sample({**unknown.sizes[0], **values}, "far")


def with_zeros(
    sampled: Sequence[str], combinations: Sequence[dict[str, int]], reading: Reading
) -> Iterator[Sample]:
    """Yield samples of few round numbers, most of them zero: matrices without an inverse."""
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed + 5)
    for given in itertools.islice(itertools.cycle(combinations), SPARSE):
        values = {key: table.type(key).sparse(given, source) for key in sampled}
        yield Sample({**given, **values}, "sparse")


def enough(reading: Reading, tally: Tally, fewest: int) -> bool:
    """Return whether every relation was compared at several samples."""
    return all(len(tally.hits.get(pair, ())) >= fewest for pair in reading.relations)


def everything(
    keys: Sequence[str], combinations: Sequence[Mapping[str, int]], table: Table
) -> list[dict[str, Any]] | None:
    """Return all values at all sizes, if they are finite and few."""
    whole: list[dict[str, Any]] = []
    for given in combinations:
        values = samples.everything(keys, given, table, MOST_VALUES)
        if values is None:
            return None
        whole.extend({**given, **v} for v in values)
    return whole


def covered(combinations: Sequence[dict[str, int]]) -> list[dict[str, int]]:
    """Return sizes among which each has each of its values, small ones first.

    Of each two, one is also smallest where the other is largest.
    """
    values = {key: {given[key] for given in combinations} for key in combinations[0]}
    ends = {(key, end) for key, sizes in values.items() for end in (min(sizes), max(sizes))}

    def shown(given: dict[str, int]) -> set[Any]:
        items = sorted(given.items())
        return {*items, *itertools.combinations((item for item in items if item in ends), 2)}

    taken = [combinations[0], *combinations[1:][-1:]]
    missing = set().union(*map(shown, combinations)).difference(*map(shown, taken))
    while missing:
        taken.append(max(combinations, key=lambda given: len(missing & shown(given))))
        missing -= shown(taken[-1])
    return sorted(taken, key=combinations.index)


def scales_for(reading: Reading, code: Code | None = None) -> tuple[int, ...]:
    """Return the scales of the samples: one for a limit or an integral, which is approximated."""
    approximated = any(isinstance(n, Limit | Integral) for n in nodes_read(reading))
    return (0,) if approximated else all_scales(reading, code)


def all_scales(reading: Reading, code: Code | None = None) -> tuple[int, ...]:
    r"""Return the usual scales, and those beyond what is written in an equation or its code.

    `x \leq 10^4` fails at no sample that is smaller.
    """
    heights = {*written_heights(reading), *map(math.log2, code.numbers if code else ())}
    beyond = {
        math.ceil(height) + (1 if height > 0 else -1)
        for height in heights
        if NEAR < abs(height) < FARTHEST
    }
    return (*SCALES, *sorted(beyond, key=abs)[-MOST_BEYOND:])


def written_heights(reading: Reading) -> Iterator[float]:
    """Yield the binary logarithms of the numbers that are written in an equation."""
    scope = reading.place.scope({}, CHEAP)
    for root in reading.roots:
        for node in walk(root):
            if all(isinstance(part, Number | Constant | Operation) for part in walk(node)):
                with contextlib.suppress(*CRASHES):
                    number = evaluate(node, scope)
                    if isinstance(number, Ball | Rational):
                        yield size(number)


def nodes_read(reading: Reading) -> Iterator[Node]:
    """Yield the nodes of the sides of an equation, and of the definitions that they reach."""
    for body in reading.bodies:
        yield from walk(body)


def fitting_sizes(reading: Reading, keys: frozenset[str]) -> list[dict[str, int]]:
    """Return the sizes that the conditions of some relation allow, as far as these are on sizes."""
    table, definitions = reading.place.table, reading.place.definitions
    combinations = samples.sizes(samples.needed_sizes(keys, table), table)
    groups = {
        tuple(
            condition
            for condition in (*reading.extra, *group)
            if isinstance(condition, Relation | Range)
            and all(table.type(key).dimension for key in definitions.reach(condition))
        )
        for ready in reading.prepared
        for group in ready.conditions
    }

    def fits(given: dict[str, int]) -> bool:
        scope = reading.place.scope(given)
        return any(all(holds(condition, scope) for condition in group) for group in groups)

    return [given for given in combinations if fits(given)] or combinations


def assignments(ready: Prepared, scope: Scope, turn: int = 0) -> Iterator[dict[str, int]]:
    """Yield values of the free indices, of each pattern of equal ones."""
    table = scope.shared.table
    for group in ready.conditions:
        check_ranges(group, scope)
    ranges = [index_range(key, scope) for key in ready.free]
    sampled = any(table.type(key).sampled for key in scope.values if key in table)

    def meets(values: tuple[int, ...]) -> bool:
        inner = scope.child(dict(zip(ready.free, values, strict=True)))
        return any(all(holds(c, inner) for c in group) for group in ready.conditions)

    always = not ready.conditions or not all(ready.conditions)
    most = ASSIGNMENTS if sampled else MOST_VALUES
    for values in chosen(ranges, (lambda values: True) if always else meets, most, turn):
        yield dict(zip(ready.free, values, strict=True))
