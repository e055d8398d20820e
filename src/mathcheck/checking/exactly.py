"""Equations whose sides are one function, decided for good."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mathcheck import samples
from mathcheck.checking.decide import paired
from mathcheck.checking.equation import Reading
from mathcheck.checking.prepare import Prepared
from mathcheck.checking.sampling import unknowns
from mathcheck.latex import Refusal
from mathcheck.numbers.duals import bare
from mathcheck.numbers.exact import NotExact, same
from mathcheck.numbers.precision import Undefined
from mathcheck.symbols import plain
from mathcheck.values import Scope, index_range
from mathcheck.values.conditions import holds
from mathcheck.values.scope import value

EXACT_SIZE = 4


@dataclass(frozen=True)
class Exactly:
    """What exact arithmetic alone says of an equation.

    `sizes` are those for which all claims hold; `different` says that some sides differ.
    """

    sizes: tuple[str, ...] = ()
    different: bool = False


def decided_exactly(reading: Reading) -> Exactly:
    """Return what exact arithmetic alone says of the claims of an equation.

    Real symbols are indeterminates, and every choice of a class, every value of a free index is
    tried. Nothing is said of an equation that is not of this kind.
    """
    if reading.claimed != {"="}:
        return Exactly()
    sizes: list[Mapping[str, int]] = []
    answers: set[bool | None] = set()
    try:
        for given, scope in exact_scopes(reading):
            answers |= {same_function(ready, scope) for ready in reading.prepared}
            # The value of a limit or an integral is settled at some points, not derived.
            if scope.shared.estimated:
                return Exactly()
            if False in answers:
                return Exactly(different=True)
            if given not in sizes:
                sizes.append(given)
    except (NotExact, Refusal, Undefined, ArithmeticError, TypeError):
        return Exactly()
    return Exactly() if None in answers else Exactly(tuple(listed_sizes(sizes)))


def exact_scopes(reading: Reading) -> Iterator[tuple[Mapping[str, int], Scope]]:
    """Yield the scopes in which symbols stand for themselves, with their sizes."""
    table = reading.place.table
    unknown = unknowns(reading)
    for given in unknown.sizes:
        if sum(given.values()) <= EXACT_SIZE:
            for values in samples.exact_values(unknown.sampled, given, table):
                yield given, reading.place.scope({**given, **values})


def listed_sizes(decided: Sequence[Mapping[str, int]]) -> list[str]:
    """Return sizes in words: `C = 2, 3, 4`, or all of them one by one if there are several."""
    names = sorted({key for given in decided for key in given})
    if not decided or not names:
        return ["all values"] if decided else []
    if len(names) == 1:
        return [f"{plain(names[0])} = {', '.join(str(given[names[0]]) for given in decided)}"]
    return [", ".join(f"{plain(k)} = {given[k]}" for k in names) for given in decided]


def same_function(ready: Prepared, scope: Scope) -> bool | None:
    """Return whether the neighbours in a chain are the same exact function, or None if open."""
    answers: set[bool | None] = set()
    for values in itertools.product(*(list(index_range(key, scope)) for key in ready.free)):
        inner = scope.child(dict(zip(ready.free, values, strict=True)))
        for relation in ready.claims:
            if not all(holds(c, inner) for c in ready.conditions[relation]):
                continue
            sides = ready.chain.sides[relation : relation + 2]
            left, right = (value(side, inner) for side in sides)
            answers |= {same(bare(a), bare(b)) for a, b in paired(left, right, sides)}
    if False in answers:
        return False
    return None if None in answers else True
