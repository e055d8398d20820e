"""Whether conditions that stand alone in a text can hold."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping

from mathcheck import samples
from mathcheck.checking.equation import Reading
from mathcheck.latex import Refusal
from mathcheck.numbers.precision import Undefined
from mathcheck.values import holds

# So many values of sizes, indices and whole numbers are tried.
TRIED = 20_000


def can_hold(reading: Reading) -> bool:
    """Return whether some values of sizes, indices and whole numbers meet all conditions."""
    conditions = [c for p in reading.prepared for c in p.restrictions]
    conditions += [p.chain for p in reading.prepared if p.chain.signs]
    definitions = reading.place.definitions
    keys = sorted(frozenset().union(*map(definitions.reach, conditions)))
    try:
        for values in all_values(keys, reading):
            scope = reading.place.scope(values)
            if all(holds(c, scope) for c in conditions):
                return True
    except (Refusal, Undefined, ArithmeticError):
        # A name without a value of its own: nothing can be said.
        return True
    return False


def all_values(keys: list[str], reading: Reading) -> Iterator[Mapping[str, int]]:
    """Yield the values of names at all sizes; nothing is tried if there are too many."""
    table = reading.place.table
    for given in samples.sizes(samples.needed_sizes(keys, table), table):
        rest = [key for key in keys if key not in given]
        ranges = [table.type(key).numbers(given) for key in rest]
        if any(numbers is None for numbers in ranges):
            raise Refusal("a name whose values are no whole numbers")
        if math.prod(len(numbers or ()) for numbers in ranges) > TRIED:
            raise Refusal("too many values")
        for values in itertools.product(*(numbers or () for numbers in ranges)):
            yield {**given, **dict(zip(rest, values, strict=True))}
