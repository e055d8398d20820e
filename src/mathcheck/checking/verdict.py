"""The verdict on an equation."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from mathcheck import samples
from mathcheck.checking.causes import likely_causes
from mathcheck.checking.compare import tallied
from mathcheck.checking.conditions import can_hold
from mathcheck.checking.counterexample import smallest_failure
from mathcheck.checking.equation import Context, Options, Reading, read
from mathcheck.checking.exactly import Exactly, decided_exactly
from mathcheck.checking.messages import printed
from mathcheck.checking.prepare import Prepared
from mathcheck.checking.sampling import assignments, jumps, unknowns
from mathcheck.checking.tally import Tally
from mathcheck.expressions import Cases, Node, Relation, SetOf, walk
from mathcheck.latex import Refusal
from mathcheck.numbers.duals import bare
from mathcheck.numbers.precision import Undecided, Undefined
from mathcheck.proving import Proof, proved
from mathcheck.proving.show import shown_condition, shown_proof
from mathcheck.report import Problem, Result
from mathcheck.symbols import plain
from mathcheck.values import evaluate, flat
from mathcheck.values.decide import AGREED_DIGITS, ESTIMATED_DIGITS
from mathcheck.values.scope import CRASHES

# A sharp bound comes as near as this at one of so many points.
NEARLY = Fraction(1, 1000)
SHARP_POINTS = 30
# The scale at which bounds are attained.
WIDE = 4
# With problems of these kinds alone an equation is refused: nothing in it is known to be false.
REFUSING = frozenset(
    {"refused", "undefined", "bound to nothing", "gap", "no values", "no ratio", "open"}
)


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
    except CRASHES as refusal:
        return reported([problem_of(refusal)], None), place
    return judged(reading), reading.after


def judged(reading: Reading) -> Result:
    """Return the verdict on an equation that was read; nothing is raised."""
    if reading.condition:
        problems = [] if can_hold(reading) else [Problem("never holds", 0)]
        return reported(problems, reading) if problems else Result("read")
    if reading.options.given or not reading.relations:
        return Result("read")
    try:
        return verdict(reading)
    except CRASHES as error:
        return reported([*reading.problems, problem_of(error)], reading, "refused")


def problem_of(error: BaseException) -> Problem:
    """Return the problem that an exception is; one that nobody foresaw is one too."""
    if isinstance(error, Refusal):
        return Problem("refused", error.position, (error.message,))
    if isinstance(error, RecursionError):
        return Problem("refused", None, ("the equation is nested too deeply",))
    if isinstance(error, Undefined | ArithmeticError):
        return Problem("undefined", None, (error,))
    said = f"it can't be evaluated: {type(error).__name__}: {error}"
    return Problem("refused", None, (said,))


def reported(problems: Sequence[Problem], reading: Reading | None, status: str = "") -> Result:
    """Return the result for what is wrong, in words."""
    words = tuple(dict.fromkeys((printed(p, reading), p.position) for p in problems))
    refused = all(p.kind in REFUSING for p in problems)
    return Result(
        status or ("refused" if refused else "failed"),
        "\n".join(message for message, _ in words),
        position=words[0][1],
        problems=words,
    )


def names_used(reading: Reading) -> frozenset[str]:
    """Return all symbols and definitions on which the verdict on an equation depends."""
    place = reading.place
    found = set(unknowns(reading).keys)
    for node in reading.roots:
        found |= place.definitions.reach(node)
    entries = place.table.entries
    if reading.options.python:
        found |= {key for key, entry in entries.items() if entry.python}
    found |= samples.needed_sizes([key for key in found if key in entries], place.table)
    return frozenset(found)


def stands(text: str, options: Options, place: Context) -> bool:
    """Return whether an equation passes; without a report."""
    try:
        reading = read(text, options, place)
        if reading.problems or not reading.relations:
            return False
        tally = tallied(reading, Tally(brief=True))
        return not (tally.wrong or unmet(reading, tally) or loose(reading))
    except CRASHES:
        return False


def same_values(one: Reading, other: Reading, points: int) -> bool:
    """Return whether all sides of two readings have the same values at many points."""
    if len(one.prepared) != len(other.prepared):
        return False
    pairs = []
    for first, second in zip(one.prepared, other.prepared, strict=True):
        if first.chain.signs != second.chain.signs or first.conditions != second.conditions:
            return False
        free = tuple(sorted({*first.free, *second.free}))
        for a, b in zip(first.chain.sides, second.chain.sides, strict=True):
            if isinstance(a, SetOf):
                if a != b:
                    return False
                continue
            chain = Relation((a, b), ("=",))
            pairs.append(Prepared(chain, (first.restrictions,), frozenset(), free))
    both = replace(one, prepared=tuple(pairs), options=replace(one.options, python=""))
    try:
        tally = tallied(both, Tally(brief=True), points=points)
    except CRASHES:
        return False
    return not (tally.failures or tally.gaps)


def unmet(reading: Reading, tally: Tally) -> list[Problem]:
    """Return a problem for each relation that was never compared, and each row never met."""
    found = []
    for number, ready in enumerate(reading.prepared):
        for relation, side in enumerate(ready.chain.sides[:-1]):
            defines = relation in ready.defining and not reading.options.python
            if not defines and not tally.hits.get((number, relation)):
                evaluated = (number, relation + 1) in tally.sides
                kind = "no values" if evaluated else "vacuous"
                kind = "no ratio" if ready.chain.signs[relation] == "propto" else kind
                found.append(Problem(kind, side.start))
                break
        for at, side in enumerate(ready.chain.sides):
            rows = (r for n in walk(side) if isinstance(n, Cases) for r in n.rows)
            if (number, at) in tally.sides:
                found.extend(
                    Problem("row never met", r.start) for r in rows if id(r) not in tally.rows
                )
    return found


def loose(reading: Reading) -> list[Problem]:
    """Return a problem for each bound that is claimed to be sharp and is never nearly attained.

    Bounds of functions are attained far from the origin, or at few round numbers.
    """
    if not reading.options.sharp:
        return []
    gaps: dict[tuple[int, int], float] = {}
    for values in wide_and_round(reading):
        scope = reading.place.scope(values)
        for number, ready in enumerate(reading.prepared):
            for assignment in assignments(ready, scope):
                try:
                    inner = scope.child(assignment)
                    sides = [flat(evaluate(side, inner)) for side in ready.chain.sides]
                except (Undefined, ArithmeticError):
                    continue
                for relation, (a, b) in enumerate(itertools.pairwise(sides)):
                    gap = min(distance(bare(x), bare(y)) for x, y in itertools.product(a, b))
                    gaps[number, relation] = min(gaps.get((number, relation), gap), gap)
    return [
        Problem("loose", reading.prepared[number].chain.sides[relation + 1].start, (f"{gap:.4g}",))
        for (number, relation), gap in sorted(gaps.items())
        if gap > NEARLY
    ]


def distance(x: Any, y: Any) -> float:
    """Return how far two numbers are apart: nothing if their bounds overlap."""
    try:
        return float(abs(x - y))
    except Undecided:
        return 0.0


def wide_and_round(reading: Reading) -> Iterator[dict[str, Any]]:
    """Yield samples that lie far from the origin, and as many of few round numbers."""
    table, unknown = reading.place.table, unknowns(reading)
    source = samples.generator(reading.text, reading.place.seed + 2)
    for attempt in range(SHARP_POINTS):
        given = unknown.sizes[attempt % len(unknown.sizes)]
        kinds = {key: table.type(key) for key in unknown.sampled}
        yield {**given, **{k: kind.draw(given, source, WIDE) for k, kind in kinds.items()}}
        yield {**given, **{k: kind.rounded(given, source, attempt) for k, kind in kinds.items()}}


def verdict(reading: Reading) -> Result:
    """Compare all relations of an equation, prove it if that is possible, and say what is wrong."""
    proof = proved(reading) if reading.place.exact else None
    tally = tallied(reading, Tally(), proved=proof is not None)
    problems = [*reading.problems, *found_wrong(reading, tally), *loose(reading)]
    if tally.unsettled and not tally.failures and not proof:
        problems.append(Problem("open", tally.unsettled.question.position, (tally.unsettled,)))
    if proof and tally.failures and not proof.conditions:
        problems.append(Problem("contradiction", None, (proof,)))
    decides = reading.place.exact and not problems and not proof
    exactly = decided_exactly(reading) if decides else Exactly()
    if exactly.different:
        problems.append(Problem("differs exactly", None))
    claims = bool(reading.claimed)
    holds_something = claims or reading.options.python
    result = (
        reported(problems, reading)
        if problems
        else Result("checked" if holds_something else "defines")
    )
    return replace(
        result,
        comparisons=tally.comparisons,
        points=tally.points,
        digits=digits_compared(tally) if reading.claimed - {"~"} else 0,
        rounded="~" in reading.claimed,
        python=reading.options.python,
        python_range=tally.python_range or (),
        largest_difference=tally.worst,
        exact=exactly.sizes,
        grade=grade(reading, tally, exactly, proof) if result.status == "checked" else "",
        **(proof_shown(proof, reading) if proof and result.status == "checked" else {}),
    )


def proof_shown(proof: Proof, reading: Reading) -> dict[str, Any]:
    """Return the fields of a result that say what was proved, and how."""
    return {
        "proved": tuple(map(plain, proof.sizes)),
        "where": tuple(shown_condition(condition) for condition in proof.conditions),
        "proof": tuple(shown_proof(proof, reading)),
        "rules": proof.rules,
    }


def grade(reading: Reading, tally: Tally, exactly: Exactly, proof: Proof | None) -> str:
    """Return how a claim that holds was decided."""
    if proof:
        return "proved"
    if exactly.sizes:
        return "exact"
    if tally.estimated or tally.partial or not reading.claimed <= {"=", "~", "propto"}:
        return "sampled"
    return "sampled" if jumps(reading) else "digits"


def found_wrong(reading: Reading, tally: Tally) -> list[Problem]:
    """Return what the comparisons found: relations that fail, sides without a value, code."""
    problems = []
    for pair, failure in sorted(tally.failures.items()):
        smallest = smallest_failure(reading, *pair) or failure
        data = (*pair, smallest, likely_causes(reading, pair, tally))
        problems.append(Problem("fails", right_of(reading, pair).start, data))
    for pair, gap in sorted(tally.gaps.items()):
        if pair not in tally.failures:
            problems.append(Problem("gap", right_of(reading, pair).start, (*pair, gap)))
    if tally.python_problem:
        problems.append(Problem("python", None, (tally.python_problem,)))
    return [*(unmet(reading, tally) if not tally.gaps else []), *problems]


def right_of(reading: Reading, pair: tuple[int, int]) -> Node:
    """Return the right side of a relation."""
    return reading.prepared[pair[0]].chain.sides[pair[1] + 1]


def digits_compared(tally: Tally) -> int:
    """Return to how many digits the sides were compared."""
    return ESTIMATED_DIGITS if tally.estimated else AGREED_DIGITS
