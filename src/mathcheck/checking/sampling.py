"""The samples at which an equation is evaluated: symbols, sizes, free indices."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mathcheck import samples
from mathcheck.checking.equation import Context, Reading
from mathcheck.checking.prepare import Prepared
from mathcheck.checking.tally import Tally
from mathcheck.expressions import Case, Node, Relation, Symbol, walk
from mathcheck.indices import free_indices
from mathcheck.latex import read_items
from mathcheck.symbols import name_key
from mathcheck.values import Scope, Shared, evaluate, holds, index_range

ATTEMPTS = 200
# Of the values of the free indices, at most so many are tried at one point.
ASSIGNMENTS = 16


def shared(place: Context) -> Shared:
    """Return what the scopes of one sample share."""
    return Shared(place.table, place.definitions)


def sampled_keys(
    prepared: Sequence[Prepared], python_names: Iterable[str], place: Context
) -> frozenset[str]:
    """Return the symbols that need a value."""
    found: set[str] = set(python_names)
    for ready in prepared:
        for node in (ready.chain, *(c for group in ready.conditions for c in group)):
            found |= place.definitions.reach(node)
    for key in list(found):
        found |= place.definitions.dependencies(key)
    table = place.table
    for key in list(found):
        if table.type(key).variable:
            found |= place.definitions.dependencies(
                name_key(read_items(table.entries[key].type.size))
            )
    return frozenset(key for key in found if key in table)


def sample_points(
    reading: Reading, keys: frozenset[str], points: int, tally: Tally
) -> Iterator[dict[str, Any]]:
    """Yield samples until every relation was compared at enough of them."""
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed)
    sampled = {key for key in keys if table.type(key).sampled}
    combinations = fitting_sizes(reading, keys)
    wanted = points if sampled else len(combinations)
    for attempt in range(points + ATTEMPTS if sampled else len(combinations)):
        given = combinations[attempt % len(combinations)]
        yield {**given, **samples.random_values(sampled, given, table, source)}
        enough = all(len(tally.hits.get(pair, ())) >= min(wanted, 4) for pair in reading.relations)
        if attempt + 1 >= wanted and enough:
            break
    for key, value in cases_of_equality(reading):
        given = combinations[0]
        values = {**given, **samples.random_values(sampled, given, table, source)}
        values[key] = evaluate(value, Scope(shared(reading.place), values))
        yield values


def cases_of_equality(reading: Reading) -> list[tuple[str, Node]]:
    """Return the numbers and values of cases such as `t = 0`, which no random sample meets."""
    table = reading.place.table
    found: list[tuple[str, Node]] = []
    cases = [n for p in reading.prepared for n in walk(p.chain) if isinstance(n, Case)]
    for condition in (c for case in cases for c in case.conditions):
        if not isinstance(condition, Relation) or condition.signs != ("=",):
            continue
        left, right = condition.sides
        if isinstance(left, Symbol) and not free_indices(right, table):
            kind = table.type(left.key)
            if kind.sampled and kind.continuous and not kind.shape:
                found.append((left.key, right))
    return found


def fitting_sizes(reading: Reading, keys: frozenset[str]) -> list[dict[str, int]]:
    """Return the sizes that the conditions on sizes alone allow."""
    table = reading.place.table
    combinations = samples.sizes(samples.needed_sizes(keys, table), table)
    groups = [group for p in reading.prepared for group in p.conditions]
    conditions = [
        c
        for c in dict.fromkeys((*reading.extra, *(c for group in groups for c in group)))
        if isinstance(c, Relation)
        and all(table.type(key).dimension for key in reading.place.definitions.reach(c))
    ]
    return [
        given
        for given in combinations
        if all(holds(c, Scope(shared(reading.place), given)) for c in conditions)
    ] or combinations


def assignments(ready: Prepared, scope: Scope) -> list[dict[str, int]]:
    """Return values of the free indices, all of them if they are few."""
    ranges = [list(index_range(key, scope)) for key in ready.free]
    total = [dict(zip(ready.free, values, strict=True)) for values in itertools.product(*ranges)]
    meeting = [
        a
        for a in total
        if not ready.conditions
        or any(all(holds(c, scope.child(a)) for c in group) for group in ready.conditions)
    ]
    if len(meeting) <= ASSIGNMENTS:
        return meeting
    # Evenly spread, the first and the last among them: with diagonal and other entries.
    step = (len(meeting) - 1) / (ASSIGNMENTS - 1)
    return [meeting[round(k * step)] for k in range(ASSIGNMENTS)]
