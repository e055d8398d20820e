"""The verdict on an equation."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

from mathcheck import samples
from mathcheck.checking.compare import tallied
from mathcheck.checking.display import shown
from mathcheck.checking.equation import Context, Options, Reading, read
from mathcheck.checking.exactly import Exactly, decided_exactly
from mathcheck.checking.messages import failure_message, smallest_failure
from mathcheck.checking.prepare import Prepared
from mathcheck.checking.sampling import assignments, fitting_sizes, sampled_keys, shared
from mathcheck.checking.tally import Tally
from mathcheck.expressions import Relation, SetOf
from mathcheck.indices import Problem
from mathcheck.latex import Refusal
from mathcheck.numbers.duals import bare
from mathcheck.numbers.precision import Undefined
from mathcheck.report import Result
from mathcheck.values import Scope, evaluate, flat
from mathcheck.values.decide import AGREED_DIGITS, ESTIMATED_DIGITS

# A sharp bound comes as near as this at one of so many points.
NEARLY = Fraction(1, 1000)
SHARP_POINTS = 30


def check(text: str, options: Options, place: Context) -> tuple[Result, Context]:
    """Check one equation, and return what holds after it.

    Parameters
    ----------
    text : str
        The equation in LaTeX.
    options : Options
        What it defines, the code that implements it, what is narrowed.
    place : Context
        The symbols and definitions that hold before it.

    Returns
    -------
    result : Result
        The verdict; a text without a meaning is `refused`, nothing is raised.
    after : Context
        The context with what the equation defines.
    """
    try:
        reading = read(text, options, place)
    except Refusal as refusal:
        return Result("refused", refusal.message, position=refusal.position), place
    except RecursionError:
        return Result("refused", "the equation is nested too deeply"), place
    return judged(reading), reading.after


def judged(reading: Reading) -> Result:
    """Return the verdict on an equation that was read; nothing is raised."""
    if reading.condition or reading.options.given or not reading.relations:
        return Result("read")
    try:
        return verdict(reading)
    except Refusal as refusal:
        return stopped(reading, refusal.message, refusal.position)
    except (Undefined, ArithmeticError) as error:
        return stopped(reading, f"undefined: {error}", None)
    except RecursionError:
        return stopped(reading, "the equation is nested too deeply", None)


def names_used(reading: Reading) -> frozenset[str]:
    """Return all symbols and definitions on which the verdict on an equation depends."""
    place = reading.place
    found = set(sampled_keys(reading.prepared, (), place))
    for ready in reading.prepared:
        for node in (ready.chain, *(c for group in ready.conditions for c in group)):
            found |= place.definitions.reach(node)
    entries = place.table.entries
    if reading.options.python:
        found |= {key for key, entry in entries.items() if entry.python}
    found |= samples.needed_sizes([key for key in found if key in entries], place.table)
    return frozenset(found)


def stopped(reading: Reading, message: str, position: int | None) -> Result:
    """Return the verdict on an equation that can't be evaluated, with what was wrong before."""
    found = [*((p.message, p.position) for p in reading.problems), (message, position)]
    text = "\n".join(m for m, _ in found)
    return Result("refused", text, position=found[0][1], problems=tuple(found))


def stands(
    text: str, options: Options, place: Context, only: tuple[int, int] | None = None
) -> bool:
    """Return whether an equation, or one relation of it, passes; without a report."""
    try:
        return passes(read(text, options, place), only)
    except (Refusal, Undefined, ArithmeticError, RecursionError):
        return False


def passes(reading: Reading, only: tuple[int, int] | None) -> bool:
    """Return whether a reading, or one relation of it, holds at all samples."""
    if not reading.relations or (reading.problems and only is None):
        return False
    tally = tallied(reading, brief=only is None)
    if only is not None:
        return only not in tally.failures and bool(tally.hits.get(only))
    if tally.failures or tally.python_problem or vacuous(reading, tally):
        return False
    return not loose(reading)


def same_values(one: Reading, other: Reading, points: int) -> bool:
    """Return whether all sides of two readings have the same values at many points."""
    if len(one.prepared) != len(other.prepared):
        return False
    pairs = []
    for first, second in zip(one.prepared, other.prepared, strict=True):
        if first.chain.signs != second.chain.signs or first.conditions != second.conditions:
            return False
        group = tuple(dict.fromkeys(c for group in first.conditions for c in group))
        free = tuple(sorted({*first.free, *second.free}))
        for a, b in zip(first.chain.sides, second.chain.sides, strict=True):
            if isinstance(a, SetOf):
                if a != b:
                    return False
                continue
            chain = Relation((a, b), ("=",))
            pairs.append(Prepared(chain, (group,), frozenset(), free))
    both = replace(one, prepared=tuple(pairs), options=replace(one.options, python=""))
    try:
        tally = tallied(both, brief=True, points=points)
    except (Refusal, Undefined, ArithmeticError, RecursionError):
        return False
    return not tally.failures


def vacuous(reading: Reading, tally: Tally) -> list[Problem]:
    """Return a problem for each equation of which a relation was never compared."""
    found = []
    for number, ready in enumerate(reading.prepared):
        for relation, side in enumerate(ready.chain.sides[:-1]):
            defines = relation in ready.defining and not reading.options.python
            if not defines and not tally.hits.get((number, relation)):
                found.append(Problem("vacuous: no sample meets the conditions", side.start))
                break
    return found


def loose(reading: Reading) -> list[Problem]:
    """Return a problem for each bound that is claimed to be sharp and is never nearly attained.

    The samples lie far from the origin, where bounds of functions are attained.
    """
    if not reading.options.sharp:
        return []
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed + 2)
    keys = sampled_keys(reading.prepared, (), reading.place)
    sampled = sorted(key for key in keys if table.type(key).sampled)
    combinations = fitting_sizes(reading, keys)
    gaps: dict[tuple[int, int], Any] = {}
    for attempt in range(SHARP_POINTS):
        given = combinations[attempt % len(combinations)]
        values = {
            key: samples.random_value(table.entries[key].type, given, source, wide=True)
            for key in sampled
        }
        scope = Scope(shared(reading.place), {**given, **values})
        for number, ready in enumerate(reading.prepared):
            for assignment in assignments(ready, scope):
                inner = scope.child(assignment)
                sides = [flat(evaluate(side, inner)) for side in ready.chain.sides]
                for relation, (a, b) in enumerate(itertools.pairwise(sides)):
                    gap = min(abs(bare(x) - bare(y)) for x, y in itertools.product(a, b))
                    key = (number, relation)
                    gaps[key] = min(gaps.get(key, gap), gap)
    return [
        Problem(
            f"the bound is not sharp: the sides come no nearer than {shown(gap)}",
            reading.prepared[number].chain.sides[relation + 1].start,
        )
        for (number, relation), gap in sorted(gaps.items())
        if gap > NEARLY
    ]


def verdict(reading: Reading) -> Result:
    """Compare all relations of an equation, and say what is wrong."""
    tally = tallied(reading)
    problems = [*reading.problems, *vacuous(reading, tally), *loose(reading)]
    messages: list[tuple[str, int | None]] = [
        (p.message, p.position) for p in dict.fromkeys(problems)
    ]
    for (number, relation), failure in sorted(tally.failures.items()):
        smallest = smallest_failure(reading, number, relation) or failure
        messages.append(
            (
                failure_message(reading, number, relation, smallest, tally.seen),
                reading.prepared[number].chain.sides[relation + 1].start,
            )
        )
    if tally.python_problem:
        messages.append((tally.python_problem, None))
    exactly = decided_exactly(reading) if not messages and reading.place.exact else Exactly()
    if exactly.different:
        messages.append(("the sides differ, by exact arithmetic", None))
    claims = len(reading.relations) - sum(len(p.defining) for p in reading.prepared)
    holds_something = claims or reading.options.python
    status = "failed" if messages else "checked" if holds_something else "defines"
    return Result(
        status,
        "\n".join(m for m, _ in messages),
        tally.comparisons,
        tally.points,
        digits_compared(tally) if claims else 0,
        reading.options.python,
        tally.worst,
        messages[0][1] if messages else None,
        tuple(messages),
        tuple(sorted(tally.failures)),
        exactly.sizes,
        grade(reading, tally, exactly) if status == "checked" else "",
    )


def grade(reading: Reading, tally: Tally, exactly: Exactly) -> str:
    """Return how a claim that holds was decided."""
    if exactly.sizes:
        return "exact"
    signs = {
        sign
        for ready in reading.prepared
        for relation, sign in enumerate(ready.chain.signs)
        if relation not in ready.defining
    }
    return "sampled" if tally.estimated or not signs <= {"=", "propto"} else "digits"


def digits_compared(tally: Tally) -> int:
    """Return to how many digits the sides were compared."""
    return ESTIMATED_DIGITS if tally.estimated else AGREED_DIGITS
