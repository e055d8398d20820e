"""The relations of an equation, compared at one sample after another."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from mathcheck.arithmetic import DIGITS, Undefined, context, divide
from mathcheck.checking.code import code_of, compare_python
from mathcheck.checking.decide import agree, near
from mathcheck.checking.display import describe
from mathcheck.checking.equation import Reading
from mathcheck.checking.prepare import Prepared, order_of
from mathcheck.checking.sampling import assignments, sample_points, sampled_keys, shared
from mathcheck.checking.tally import Failure, Tally
from mathcheck.evaluate import Scope, belongs, evaluate, holds, index_range
from mathcheck.expressions import Node
from mathcheck.latex import Refusal

POINTS = 8
LARGE = context.mpf(10) ** 6
MOST_DIGITS = 1000


def tallied(reading: Reading, *, brief: bool = False, points: int = POINTS) -> Tally:
    """Evaluate and compare all relations of an equation at samples."""
    code = code_of(reading)
    tally = Tally(brief)
    keys = sampled_keys(reading.prepared, code.names if code else (), reading.place)
    for values in sample_points(reading, keys, points, tally):
        scope = Scope(shared(reading.place), values)
        compare_all(reading.prepared, scope, tally)
        if code and not tally.python_problem:
            tally.python_problem = compare_python(
                reading.prepared[0], code, scope, tally, reading.place
            )
        tally.seen.append(values)
        if brief and (tally.failures or tally.python_problem):
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

    def side(at: int) -> Any:
        if at not in values:
            try:
                values[at] = evaluate(chain.sides[at], scope)
            except Undefined as undefined:
                where = describe(scope.values, scope, assignment)
                raise Refusal(
                    f"undefined: {undefined}, at {where}", chain.sides[at].start
                ) from None
        return values[at]

    for relation, sign in enumerate(chain.signs):
        if not all(holds(c, scope) for c in ready.conditions[relation]) or sign == "propto":
            continue
        pair = (number, relation)
        tally.hit(pair)
        if relation in ready.defining:
            continue
        left = side(relation)
        if sign in ("in", "notin"):
            right: Any = None
            good = belongs(left, chain.sides[relation + 1], scope) == (sign == "in")
        else:
            right = side(relation + 1)
            sides = chain.sides[relation : relation + 2]
            if scope.shared.largest > LARGE and not scope.shared.approximate:
                left, right = with_more_digits(sides, scope)
            good = agree(left, right, sign, sides, scope, tally)
        tally.comparisons += 1
        if not good and pair not in tally.failures:
            tally.failures[pair] = Failure(left, right, dict(scope.values), dict(assignment))
    tally.approximate |= scope.shared.approximate


def with_more_digits(sides: Sequence[Node], scope: Scope) -> list[Any]:
    """Return the values of sides, with so many digits that large numbers may cancel in them."""
    size = int(context.log10(scope.shared.largest)) + 1
    if size > MOST_DIGITS:
        raise Refusal(f"numbers of {size} digits on the way", sides[0].start)
    with context.workdps(DIGITS + size):
        # Nothing that was kept with fewer digits may be used.
        fresh = Scope(scope.shared, dict(scope.values))
        return [evaluate(side, fresh) for side in sides]


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
        for value in index_range(varying[0], scope):
            own = {**dict(zip(others, fixed, strict=True)), varying[0]: value}
            inner = scope.child(own)
            if not all(holds(c, inner) for c in ready.conditions[relation]):
                continue
            ratios.append((divide(evaluate(left, inner), evaluate(right, inner)), inner, own))
        for ratio, inner, own in ratios[1:]:
            pair = (number, relation)
            tally.hit(pair)
            tally.comparisons += 1
            if not near(ratio, ratios[0][0], inner, tally) and pair not in tally.failures:
                tally.failures[pair] = Failure(ratios[0][0], ratio, dict(inner.values), own)
