"""Equations whose sides are one function, decided for good."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from mathcheck import samples
from mathcheck.arithmetic import Undefined, bare
from mathcheck.checking.decide import paired
from mathcheck.checking.equation import Reading
from mathcheck.checking.prepare import Prepared
from mathcheck.checking.sampling import fitting_sizes, sampled_keys, shared
from mathcheck.evaluate import Scope, evaluate, holds, index_range
from mathcheck.exact import NotExact, converted
from mathcheck.latex import Refusal
from mathcheck.symbols import plain

EXACT_SIZE = 4


def exact_sizes(reading: Reading) -> tuple[str, ...]:
    """Return the sizes for which all claims are decided exactly: the sides are one function.

    Real symbols are indeterminates then, and every choice of a class, every value of a free index
    is tried. Nothing is returned if an equation is not of this kind.
    """
    table = reading.place.table
    claims = [
        sign
        for ready in reading.prepared
        for relation, sign in enumerate(ready.chain.signs)
        if relation not in ready.defining
    ]
    keys = sampled_keys(reading.prepared, (), reading.place)
    sampled = sorted(key for key in keys if table.type(key).sampled)
    if not claims or set(claims) != {"="}:
        return ()
    decided: list[Mapping[str, int]] = []
    try:
        for given in fitting_sizes(reading, keys):
            if sum(given.values()) > EXACT_SIZE:
                continue
            for values in samples.exact_values(sampled, given, table):
                scope = Scope(shared(reading.place), {**given, **values})
                same = all(same_function(ready, scope) for ready in reading.prepared)
                # The value of a limit or an integral is settled at some points, not derived.
                if not same or scope.shared.approximate:
                    return ()
            decided.append(given)
    except (NotExact, Refusal, Undefined, ArithmeticError, TypeError):
        return ()
    return tuple(listed_sizes(decided))


def listed_sizes(decided: Sequence[Mapping[str, int]]) -> list[str]:
    """Return sizes in words: `C = 2, 3, 4`, or all of them one by one if there are several."""
    names = sorted({key for given in decided for key in given})
    if not decided or not names:
        return ["all values"] if decided else []
    if len(names) == 1:
        return [f"{plain(names[0])} = {', '.join(str(given[names[0]]) for given in decided)}"]
    return [", ".join(f"{plain(k)} = {given[k]}" for k in names) for given in decided]


def same_function(ready: Prepared, scope: Scope) -> bool:
    """Return whether the neighbours in a chain are the same exact function."""
    for values in itertools.product(*(list(index_range(key, scope)) for key in ready.free)):
        inner = scope.child(dict(zip(ready.free, values, strict=True)))
        for relation in range(len(ready.chain.signs)):
            if relation in ready.defining or not all(
                holds(c, inner) for c in ready.conditions[relation]
            ):
                continue
            sides = ready.chain.sides[relation : relation + 2]
            left, right = (evaluate(side, inner) for side in sides)
            for a, b in paired(left, right, sides):
                one, other = converted(bare(a)), converted(bare(b))
                if one is None or other is None or one != other:
                    return False
    return True
