"""The relations of an equation, compared at one sample after another."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mathcheck.checking.borders import inside
from mathcheck.checking.code import code_of, compare_python, free_order
from mathcheck.checking.decide import agree, compare_sides, gap, paired
from mathcheck.checking.equation import Reading
from mathcheck.checking.newton import NEARLY, near_solutions
from mathcheck.checking.prepare import Prepared, order_of
from mathcheck.checking.sampling import (
    assignments,
    extreme_samples,
    sample_points,
    scales_for,
    unknowns,
)
from mathcheck.checking.search import search
from mathcheck.checking.tally import Failure, Gap, Pair, Tally
from mathcheck.expressions import Derivative, Node, walk
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import flat
from mathcheck.numbers.balls import divide
from mathcheck.numbers.duals import bare
from mathcheck.numbers.precision import DIGITS, MOST_DIGITS, Kink, Misfit, NoCase, Undefined, digits
from mathcheck.python import Code
from mathcheck.samples import Sample
from mathcheck.values import Open, Scope, TooMuch, belongs, evaluate, holds, index_range, settled
from mathcheck.values.decide import decide
from mathcheck.values.scope import BUDGET, value

POINTS = 8
# Limits, series and integrals cost more, and are sampled at fewer points.
ESTIMATED_POINTS = 4
# Points at which what was proved is tested besides, which tests the prover.
PROVED_POINTS = 3
# The same for its code.
PROVED_CODE_POINTS = 14
# Numbers in code that are as large, or as small, are beyond most samples.
FAR = 4
# At so many samples a definition is evaluated.
DEFINED = 8
# Samples in which nothing is special: a side must have a value there if its neighbour has one,
# and code must have it too. Of the others many are at the end of a domain, and code is compared
# where it has a value, at numbers that binary64 has.
ORDINARY = ("general", "scaled")
MEMBERS = ("in", "notin")


def tallied(
    reading: Reading,
    tally: Tally,
    *,
    points: int = POINTS,
    only: Pair | None = None,
    proved: bool = False,
) -> Tally:
    """Evaluate and compare all relations of an equation at samples, and return the tally.

    A brief tally ends where something is wrong, or the one relation that is of interest. What was
    proved is compared at few points, and after them its code alone.
    """
    code = code_of(reading)
    unknown = unknowns(reading, code.names if code else ())
    scales = scales_for(reading, code)
    approximated = len(scales) == 1
    closed = without_derivative(reading) if proved else None
    for sample in sample_points(reading, unknown, points, scales, tally):
        met = all(tally.hits.get(pair) for pair in reading.relations)
        tested = proved and met and len(tally.seen) >= PROVED_POINTS
        if tested and (code is None or len(tally.seen) >= code_points(code)):
            break
        shallow = tally.brief or approximated or tally.seen
        with digits(DIGITS if shallow else MOST_DIGITS):
            compare_sample(reading, code, sample, tally, closed if tested else None)
        ended = tally.wrong if only is None else only in {*tally.failures, *tally.gaps}
        if tally.brief and ended:
            break
        met = all(tally.hits.get(pair) for pair in reading.relations)
        if approximated and (tally.wrong or (met and len(tally.seen) >= ESTIMATED_POINTS)):
            break
    if approximated and not tally.wrong:
        for sample in extreme_samples(reading, unknown):
            compare_sample(reading, code, sample, tally)
    if not tally.wrong and not proved:
        search(reading, unknown, tally)
        for sample in near_solutions(reading, tally):
            compare_sample(reading, None, sample, tally)
    return tally


def code_points(code: Code) -> float:
    """Return at how many samples the code of a proved claim is compared: all if it decides.

    So are they if numbers are written in it that are larger or smaller than most samples.
    """
    far = any(not 1 / FAR < number < FAR for number in code.numbers)
    return math.inf if code.decides or far else PROVED_CODE_POINTS


def compare_sample(
    reading: Reading,
    code: Code | None,
    sample: Sample,
    tally: Tally,
    closed: Prepared | None = None,
) -> None:
    """Compare all relations of an equation, and its code, at one sample; or code alone."""
    steps, nearly = min(BUDGET, tally.effort), sample.stratum == NEARLY
    scope = reading.place.scope(sample.values, steps, nearly=nearly)
    before, gaps = scope.shared.steps, dict(tally.gaps)
    try:
        if closed is None:
            compare_all(reading.prepared, scope, tally)
        if code and not tally.python_problem:
            ready, ordinary = closed or reading.prepared[0], sample.stratum in ORDINARY
            problem = compare_python(ready, code, scope, tally, reading, ordinary=ordinary)
            tally.python_problem = problem
    except Open as question:
        # Of what is nearly a solution nothing else is asked.
        if (
            not nearly
            and not tally.leave_open(question, sample.values)
            and sample.stratum in ORDINARY[:1]
        ):
            raise
    except Refusal as refusal:
        # What is too large at a border is computed at other points; a sum that has no end may
        # have no value either.
        decisive = ORDINARY if isinstance(refusal, TooMuch) else ORDINARY[:1]
        if sample.stratum in decisive:
            raise
    finally:
        # Each step is counted, and at least one, so that no loop is without end.
        tally.effort -= max(1, before - scope.shared.steps)
        tally.rows |= scope.shared.rows
        if sample.stratum not in ORDINARY:
            tally.gaps = {k: g for k, g in tally.gaps.items() if k in gaps or g.certain}
        tally.seen.append(sample.values)


def without_derivative(reading: Reading) -> Prepared:
    """Return a proved chain that begins with a side without a derivative, which costs less."""
    ready, table = reading.prepared[0], reading.place.table
    left, *others = ready.chain.sides
    if not any(isinstance(node, Derivative) for node in walk(left)):
        return ready
    for side, sign in zip(others, ready.chain.signs, strict=True):
        if sign != "=":
            break
        same = free_order(side, table) == free_order(left, table)
        if same and not any(isinstance(node, Derivative) for node in walk(side)):
            return replace(ready, chain=replace(ready.chain, sides=(side, *others)))
    return ready


def compare_all(prepared: Sequence[Prepared], scope: Scope, tally: Tally) -> None:
    """Compare the sides of all relations at one sample."""
    for number, ready in enumerate(prepared):
        for assignment in assignments(ready, scope, len(tally.seen)):
            inner = scope.child(assignment) if assignment else scope
            compare_chain(ready, number, inner, assignment, tally)
        for relation, sign in enumerate(ready.chain.signs):
            if sign == "propto":
                compare_proportional(ready, number, relation, scope, tally)


def compare_chain(
    ready: Prepared, number: int, scope: Scope, assignment: Mapping[str, int], tally: Tally
) -> None:
    """Compare neighbours in a chain: of the rows of which the conditions hold, each with the last.

    In `|x| = x if x > 0` and below it `= -x if x < 0` both rows are compared with `|x|`.
    """
    values: dict[int, Any] = {}
    current = 0
    for relation, sign in enumerate(ready.chain.signs):
        if not all(holds(c, scope) for c in ready.conditions[relation]):
            continue
        first, current = current, relation + 1
        pair = (number, relation)
        if sign == "propto":
            continue
        if relation in ready.defining:
            if len(tally.seen) < DEFINED:
                try_shapes(ready.chain.sides[relation + 1], scope)
            tally.hit(pair)
            continue
        tally.sides |= {(number, at) for at in (first, current)[: 1 if sign in MEMBERS else 2]}
        compare_pair(ready, pair, first, values, scope, assignment, tally)
    tally.estimated |= scope.shared.estimated


def try_shapes(body: Node, scope: Scope) -> None:
    """Evaluate what a definition says, which is refused where its shapes don't fit."""
    try:
        evaluate(body, scope)
    except Misfit:
        raise
    except (Refusal, Undefined, ArithmeticError):
        # A name may be defined further on, and a value exist for other numbers alone.
        pass


def compare_pair(
    ready: Prepared,
    pair: Pair,
    first: int,
    values: dict[int, Any],
    scope: Scope,
    assignment: Mapping[str, int],
    tally: Tally,
) -> None:
    """Compare two sides of a chain; where both have no value, nothing is compared."""
    relation = pair[1]
    sign, places = ready.chain.signs[relation], (first, relation + 1)
    sides = [ready.chain.sides[at] for at in places]
    try:
        left, right, good = compared(sides, sign, scope, values)
    except Undefined:
        wanted = places[:1] if sign in MEMBERS else places
        missing = {at: why for at in wanted if (why := undefined(ready.chain.sides[at], scope))}
        if not missing:
            raise
        if len(missing) == 1:
            [(at, reason)] = missing.items()
            other = sides[1 - places.index(at)]
            # Beside a side that has a border too, a kink is left out.
            smooth = next(inside(other), None) is None
            certain = isinstance(reason, NoCase) or (isinstance(reason, Kink) and smooth)
            empty = Gap(str(reason), at, dict(scope.values), dict(assignment), certain)
            tally.gaps.setdefault(pair, empty)
        return
    tally.hit(pair)
    tally.comparisons += 1
    if not good:
        failure = Failure(
            left, right, dict(scope.values), dict(assignment), first, scope.shared.nearly
        )
        tally.failures.setdefault(pair, failure)
    elif sign == "=":
        tally.worst = max(tally.worst, *(gap(a, b) for a, b in paired(left, right, sides)))


def compared(
    sides: Sequence[Node], sign: str, scope: Scope, values: dict[int, Any]
) -> tuple[Any, Any, bool]:
    """Return the values of two sides, and whether their relation holds."""
    if sign in MEMBERS:
        left = evaluate(sides[0], scope)
        return left, None, belongs(left, sides[1], scope) == (sign == "in")

    def question(inner: Scope) -> tuple[Any, Any, bool]:
        return compare_sides(sides, sign, inner, values if inner is scope else {})

    return settled(question, scope)


def undefined(side: Node, scope: Scope) -> Undefined | None:
    """Return why a side has no value, or nothing if it has one."""
    try:
        evaluate(side, scope)
    except Undefined as reason:
        return reason
    return None


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
            try:
                ratio = divide(evaluate(left, inner), evaluate(right, inner))
            except Undefined:
                continue
            ratios.append((ratio, inner, own))
        # Zero is a constant ratio to anything, and says nothing.
        if not any(other_than_zero(ratio) for ratio, _, _ in ratios):
            continue
        for ratio, inner, own in ratios[1:]:
            pair = (number, relation)
            tally.hit(pair)
            tally.comparisons += 1
            if not ratio_holds(left, right, inner, ratios[0][1]) and pair not in tally.failures:
                tally.failures[pair] = Failure(ratios[0][0], ratio, dict(inner.values), own)


def other_than_zero(ratio: Any) -> bool:
    """Return whether an entry of a ratio is surely not zero."""
    return any(decide(entry, 0, "=") is False for entry in flat(ratio))


def ratio_holds(left: Node, right: Node, one: Scope, other: Scope) -> bool:
    """Return whether two sides have the same ratio in two scopes."""

    def question(inner: Scope) -> bool:
        own = other if inner is one else other.afresh()
        crossed = [
            bare(value(left, inner)) * bare(value(right, own)),
            bare(value(left, own)) * bare(value(right, inner)),
        ]
        return agree(crossed[0], crossed[1], "=", (left, right))

    return settled(question, one)
