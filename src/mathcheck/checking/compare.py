"""The relations of an equation, compared at one sample after another."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from mathcheck.checking.code import code_of, compare_python
from mathcheck.checking.decide import agree, compare_sides, gap, paired
from mathcheck.checking.display import describe
from mathcheck.checking.equation import Reading
from mathcheck.checking.prepare import Prepared, order_of
from mathcheck.checking.sampling import assignments, sample_points, sampled_keys, shared
from mathcheck.checking.tally import Failure, Tally
from mathcheck.expressions import Node
from mathcheck.latex import Refusal
from mathcheck.numbers.balls import divide
from mathcheck.numbers.duals import bare
from mathcheck.numbers.precision import DEEP, DIGITS, Undefined, digits
from mathcheck.values import Scope, belongs, evaluate, holds, index_range, settled
from mathcheck.values.scope import value

POINTS = 8
ESTIMATED_POINTS = 4


def tallied(reading: Reading, *, brief: bool = False, points: int = POINTS) -> Tally:
    """Evaluate and compare all relations of an equation at samples."""
    code = code_of(reading)
    tally = Tally(brief)
    keys = sampled_keys(reading.prepared, code.names if code else (), reading.place)
    for values in sample_points(reading, keys, points, tally):
        scope = Scope(shared(reading.place), values)
        with digits(DIGITS if brief or tally.seen else DEEP):
            compare_all(reading.prepared, scope, tally)
        if code and not tally.python_problem:
            tally.python_problem = compare_python(
                reading.prepared[0], code, scope, tally, reading.place
            )
        tally.seen.append(values)
        if brief and (tally.failures or tally.python_problem):
            break
        # Limits, series and integrals cost more, and are sampled at fewer points.
        met = all(tally.hits.get(pair) for pair in reading.relations)
        if tally.estimated and met and len(tally.seen) >= ESTIMATED_POINTS:
            break
    return tally


def compare_all(prepared: Sequence[Prepared], scope: Scope, tally: Tally) -> None:
    """Compare the sides of all relations at one sample."""
    for number, ready in enumerate(prepared):
        for assignment in assignments(ready, scope):
            inner = scope.child(assignment) if assignment else scope
            compare_chain(ready, number, inner, assignment, tally)
        for relation, sign in enumerate(ready.chain.signs):
            if sign == "propto":
                compare_proportional(ready, number, relation, scope, tally)


def compare_chain(
    ready: Prepared, number: int, scope: Scope, assignment: Mapping[str, int], tally: Tally
) -> None:
    """Compare neighbours in a chain."""
    chain = ready.chain
    values: dict[int, Any] = {}
    for relation, sign in enumerate(chain.signs):
        if sign == "propto" or not all(holds(c, scope) for c in ready.conditions[relation]):
            continue
        pair = (number, relation)
        tally.hit(pair)
        if relation in ready.defining:
            continue
        try:
            left, right, good = compare_pair(ready, relation, scope, values)
        except Undefined as undefined:
            where = describe(scope.values, scope, assignment)
            raise Refusal(
                f"undefined: {undefined}, at {where}", chain.sides[relation].start
            ) from None
        tally.comparisons += 1
        if good and sign == "=":
            pairs = paired(left, right, chain.sides[relation : relation + 2])
            tally.worst = max(tally.worst, *(gap(a, b) for a, b in pairs))
        if not good and pair not in tally.failures:
            tally.failures[pair] = Failure(left, right, dict(scope.values), dict(assignment))
    tally.estimated |= scope.shared.estimated


def compare_pair(
    ready: Prepared, relation: int, scope: Scope, values: dict[int, Any]
) -> tuple[Any, Any, bool]:
    """Return the values of two neighbours, and whether their relation holds."""
    sides, sign = ready.chain.sides[relation : relation + 2], ready.chain.signs[relation]
    if sign in ("in", "notin"):
        left = evaluate(sides[0], scope)
        return left, None, belongs(left, sides[1], scope) == (sign == "in")

    def question(inner: Scope) -> tuple[Any, Any, bool]:
        return compare_sides(sides, sign, inner, values if inner is scope else {})

    return settled(question, scope)


def compare_proportional(
    ready: Prepared, number: int, relation: int, scope: Scope, tally: Tally
) -> None:
    """Compare the ratios of two sides for all values of the first index, the others fixed."""
    left, right = ready.chain.sides[relation : relation + 2]
    varying = [key for key in order_of(left) if key in ready.free][:1]
    if not varying:
        raise Refusal(r"\propto without a free index on its left side", left.start)
    others = [key for key in ready.free if key not in varying]
    for fixed in itertools.product(*(list(index_range(k, scope)) for k in others)):
        ratios = []
        for entry in index_range(varying[0], scope):
            own = {**dict(zip(others, fixed, strict=True)), varying[0]: entry}
            inner = scope.child(own)
            if not all(holds(c, inner) for c in ready.conditions[relation]):
                continue
            ratios.append((divide(evaluate(left, inner), evaluate(right, inner)), inner, own))
        for ratio, inner, own in ratios[1:]:
            pair = (number, relation)
            tally.hit(pair)
            tally.comparisons += 1
            if not ratio_holds(left, right, inner, ratios[0][1]) and pair not in tally.failures:
                tally.failures[pair] = Failure(ratios[0][0], ratio, dict(inner.values), own)


def ratio_holds(left: Node, right: Node, one: Scope, other: Scope) -> bool:
    """Return whether two sides have the same ratio in two scopes."""

    def question(inner: Scope) -> bool:
        own = other if inner is one else other.afresh()
        crossed = [
            number_product(value(left, inner), value(right, own)),
            number_product(value(left, own), value(right, inner)),
        ]
        return agree(crossed[0], crossed[1], "=", (left, right))

    return settled(question, one)


def number_product(a: Any, b: Any) -> Any:
    """Return the product of two numbers."""
    return bare(a) * bare(b)
