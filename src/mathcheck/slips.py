"""Slips that a reader can try: changes of one token of an equation, and the numbers against them.

The changes are those of `mathcheck.mutants`. One is shown only where a sample shows that the
equation does not hold with it, so a change that keeps the meaning is never called wrong.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mathcheck import samples
from mathcheck.checking.causes import difference
from mathcheck.checking.code import code_of, compare_python
from mathcheck.checking.compare import compare_all
from mathcheck.checking.equation import Reading, read
from mathcheck.checking.sampling import assignments, unknowns
from mathcheck.checking.tally import Failure, Pair, Tally
from mathcheck.expressions import Call, FunctionName, Node, Symbol, walk
from mathcheck.latex import Refusal
from mathcheck.mutants import Mutant, extended, mutants
from mathcheck.python import Code
from mathcheck.values import Scope, evaluate
from mathcheck.values.scope import CRASHES
from mathcheck.worked import (
    PRINTED,
    code_value,
    letters_of,
    name_in_text,
    numeral,
    point_in_words,
    side_names,
)

# So many slips are shown; so many changes are tried for them. Where they are fewer than there
# should be, more are tried.
SLIPS, TRIES, FEW, MORE = 4, 10, 3, 40
# The kinds of changes, those first that are made most often.
LIKELY = (
    *("sign", "dropped factor", "index", "bound", "dropped term", "relation", "number"),
    *("swapped fraction", "operator", "transposed", "symbol"),
)
# The samples at which a change is tried: mixtures of more and more round numbers.
ATTEMPTS = (4, 8, 12, 16, 20, 24)
# Steps of evaluation for one change.
EFFORT = 3_000


@dataclass(frozen=True)
class Slip:
    """A change of an equation that does not hold.

    The characters from `start` to `end` of the equation are read as `new`. `finding` says which
    sides differ, or why one can't be evaluated, `point` at which sample, and `cause` in what they
    differ at all samples, if that is simple. What is put where nothing was stands before `operand`.
    """

    kind: str
    start: int
    end: int
    new: str
    finding: str
    point: str = ""
    cause: str = ""
    operand: str = ""


def slips(reading: Reading, needed: frozenset[str]) -> tuple[Slip, ...]:
    r"""Return changes of an equation that are noticed, of different kinds if there are such.

    Parameters
    ----------
    reading : Reading
        An equation that holds, as it was read.
    needed : frozenset of str
        The names that have a value at a sample, as `mathcheck.worked.needed_names` finds them.

    Examples
    --------
    >>> from mathcheck.book import check_text
    >>> table = "```{symbols}\na, b : real : - : numbers\n```\n"
    >>> [checked] = check_text(table + "$a - b = -(b - a)$")
    >>> [lost, *_] = slips(checked.reading, frozenset({"a", "b"}))
    >>> lost.kind, lost.new, lost.finding
    ('sign', '+', 'left = 0, right = 2')
    """
    shown: list[Slip] = []
    tried: set[str] = set()
    # A short equation can't be broken in many ways by its own names.
    for everywhere, enough, tries in ((False, SLIPS, TRIES), (True, FEW, MORE)):
        for mutant in itertools.islice(likely(reading, everywhere), tries):
            if len(shown) >= enough:
                break
            if mutant.text not in tried:
                tried.add(mutant.text)
                shown += filter(None, [judged(mutant, reading, needed)])
    return tuple(shown)


def likely(reading: Reading, everywhere: bool) -> Iterator[Mutant]:
    """Yield the changes of an equation: of each kind one, then of each kind another."""
    nodes = [node for p in reading.prepared for node in walk(p.chain) if is_name(node)]
    text, table = reading.text, reading.place.table
    names = {node.start: text[node.start : node.end] for node in nodes}
    kinds: dict[str, list[Mutant]] = {kind: [] for kind in LIKELY}
    others = extended(text, table) if everywhere else ()
    for mutant in (*mutants(text, table, everywhere=everywhere), *others):
        if mutant.kind == "transposed" and r"\top^\top" in mutant.text.replace(" ", ""):
            continue
        # The d of a derivative is no name, and a letter of `aligned` is none to read instead.
        other = replacement(mutant, text)
        named = mutant.start in names and (everywhere or other in names.values())
        if named or mutant.kind not in ("index", "symbol"):
            kind = "bound" if starts_at_zero(mutant, text) else mutant.kind
            kinds[kind].append(replace(mutant, kind=kind))
    for group in kinds.values():
        # A sign that was there is lost more often than one is made up.
        group.sort(key=lambda mutant: mutant.start == mutant.end)
    for turn in itertools.zip_longest(*kinds.values()):
        yield from filter(None, turn)


def is_name(node: Node) -> bool:
    """Return whether a node is a name."""
    return isinstance(node, Symbol | Call | FunctionName)


def starts_at_zero(mutant: Mutant, text: str) -> bool:
    """Return whether a change lets a sum start at 0."""
    changed = mutant.text[mutant.start :]
    return changed[:2] == "0}" and text[: mutant.start].endswith("=")


def judged(mutant: Mutant, reading: Reading, needed: frozenset[str]) -> Slip | None:
    """Return the slip that a change is, if a sample shows it."""
    text = reading.text
    try:
        changed = read(mutant.text, reading.options, reading.before)
        found = objection(changed, needed)
    except CRASHES as error:
        # That an index has no such value is an answer, whatever else is refused is none.
        outside = isinstance(error, Refusal) and starts_at_zero(mutant, text)
        found = (str(error), "", "") if outside else None
    if not found:
        return None
    new = replacement(mutant, text)
    return Slip(mutant.kind, mutant.start, mutant.end, new, *found, operand=mutant.operand)


def replacement(mutant: Mutant, text: str) -> str:
    """Return what stands in a changed text for the characters that were there."""
    return mutant.text[mutant.start : len(mutant.text) - (len(text) - mutant.end)]


def objection(reading: Reading, needed: frozenset[str]) -> tuple[str, str, str] | None:
    """Return two sides that differ, the sample where they do, and in what they differ."""
    code = code_of(reading)
    names = needed | letters_of(reading) | set(code.names if code else ())
    points: list[Mapping[str, Any]] = []
    for point in simple_points(reading, code):
        values: Mapping[str, Any] = {key: value for key, value in point.items() if key in names}
        points += [values] if repr(values) not in map(repr, points) else []
    left = EFFORT
    for values in points:
        scope = reading.place.scope(values, left)
        tally = Tally(brief=True)
        compare_all(reading.prepared, scope, tally)
        for pair, failure in sorted(tally.failures.items()):
            return in_words(reading, pair, failure, points)
        ready = reading.prepared[0]
        if code and compare_python(ready, code, scope, tally, reading, ordinary=False):
            return against_code(reading, code, scope)
        left = scope.shared.steps
    return None


def simple_points(reading: Reading, code: Code | None) -> Iterator[Mapping[str, Any]]:
    """Yield values of round numbers at the smallest sizes."""
    table = reading.place.table
    unknown = unknowns(reading, code.names if code else ())
    source = samples.generator(reading.text, reading.place.seed + 7)
    for turn, attempt in enumerate(ATTEMPTS):
        given = unknown.sizes[min(turn // 2, len(unknown.sizes) - 1)]
        yield {
            **given,
            **{key: table.type(key).rounded(given, source, attempt) for key in unknown.sampled},
        }


def in_words(
    reading: Reading, pair: Pair, failure: Failure, points: Sequence[Mapping[str, Any]]
) -> tuple[str, str, str] | None:
    """Return the words for a relation that fails, if its sides have numbers to show."""
    ready = reading.prepared[pair[0]]
    if ready.chain.signs[pair[1]] not in PRINTED or failure.right is None:
        return None
    names = side_names(len(ready.chain.sides))
    sides = [(failure.first, failure.left), (pair[1] + 1, failure.right)]
    numbers = ", ".join(f"{names[at]} = {numeral(value)}" for at, value in sides)
    scope = reading.place.scope(failure.values)
    cause = difference(ready, pair[1], points, reading.place) if len(points) > 1 else ""
    cause = re.sub(r"\\[A-Za-z]+", lambda name: name_in_text(name[0], reading.place.table), cause)
    return numbers, point_in_words(scope, failure.assignment), cause


def against_code(reading: Reading, code: Code, scope: Scope) -> tuple[str, str, str] | None:
    """Return the words for a left side that is not what the code computes."""
    ready = reading.prepared[0]
    for chosen in assignments(ready, scope):
        inner = scope.child(chosen)
        left = numeral(evaluate(ready.chain.sides[0], inner))
        computed = code_value(ready, code, inner, chosen)
        if left != computed and left.startswith("(") == computed.startswith("("):
            return f"left = {left}, code = {computed}", point_in_words(scope, chosen), ""
    return None
