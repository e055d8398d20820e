"""What makes a relation hold that does not: a factor, a term, or the change of one token."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mathcheck.checking.compare import POINTS, tallied
from mathcheck.checking.display import shown
from mathcheck.checking.equation import Context, Reading, read
from mathcheck.checking.prepare import Prepared
from mathcheck.checking.sampling import assignments
from mathcheck.checking.tally import Pair, Tally
from mathcheck.mutants import Mutant, mutants
from mathcheck.numbers.balls import divide
from mathcheck.numbers.duals import bare
from mathcheck.symbols import plain
from mathcheck.values import decide, evaluate, flat, holds
from mathcheck.values.decide import ESTIMATED_DIGITS
from mathcheck.values.scope import CRASHES

# Steps of evaluation for all changes that are tried, and for the difference of the sides; for one
# change; what it costs to read one letter.
EFFORT, EFFORT_FOR_ONE, EFFORT_OF_READING = 100_000, 10_000, 1
# Changes of a longer text are not sought: each costs in proportion to its length.
LONGEST = 2000
# The seed of the samples at which a change is confirmed.
FRESH = 101
ORDERS = ("<", "<=", ">", ">=")


@dataclass(frozen=True)
class Pairing:
    """The values of two sides at a sample, and of the symbols there."""

    left: Any
    right: Any
    atoms: Mapping[str, Any]


def likely_causes(reading: Reading, pair: Pair, tally: Tally) -> tuple[str, ...]:
    """Return in what the two sides differ, and the change that makes the relation hold."""
    number, relation = pair
    cause = difference(reading.prepared[number], relation, tally.seen, reading.place)
    # A change is not tried at so many samples that one would nearly solve an equation.
    untried = not reading.place.causes or len(reading.text) > LONGEST
    if cause == SIGN or untried or tally.failures[pair].nearly:
        return tuple(filter(None, (cause,)))
    change = repaired(reading, pair)
    return tuple(filter(None, (cause, change and f"it holds if {change}")))


# --- a change of the text ---


def repaired(reading: Reading, pair: Pair) -> str:
    """Return in words the change that makes a relation hold, or an empty string."""
    left = EFFORT
    for mutant in changes(reading, pair):
        if left <= 0:
            break
        spent, good = tried(mutant, reading, pair, 0)
        left -= spent
        if good:
            # It must not hold by a coincidence of the samples.
            spent, good = tried(mutant, reading, pair, FRESH)
            left -= spent
        if good:
            return mutant.words
    return ""


def changes(reading: Reading, pair: Pair) -> Iterator[Mutant]:
    """Yield the changes of the two sides of a relation, the likelier ones first."""
    chain = reading.prepared[pair[0]].chain
    left, right = chain.sides[pair[1] : pair[1] + 2]
    found = mutants(reading.text, reading.place.table, everywhere=True)
    if chain.signs[pair[1]] in ORDERS:
        # Much makes an inequality true; only the other direction is a likely cause.
        for mutant in found:
            if left.end <= mutant.start < right.start and mutant.kind == "relation":
                yield mutant
        return
    # The right side is the newer one in a chain, and so the likelier place of the slip.
    for side in (right, left):
        for mutant in found:
            if side.start <= mutant.start <= side.end and mutant.kind != "relation":
                yield mutant


def tried(mutant: Mutant, reading: Reading, pair: Pair, seed: int) -> tuple[int, bool]:
    """Return what it costs to try a change, and whether the relation holds with it."""
    before = replace(reading.before, seed=reading.before.seed + seed)
    tally = Tally(brief=True, effort=EFFORT_FOR_ONE)
    good = False
    try:
        changed = read(mutant.text, replace(reading.options, python=""), before)
        if pair in changed.relations:
            tallied(changed, tally, only=pair)
            good = pair not in {*tally.failures, *tally.gaps} and bool(tally.hits.get(pair))
    except CRASHES:
        pass
    return EFFORT_OF_READING * len(mutant.text) + EFFORT_FOR_ONE - tally.effort, good


# --- what is the same at all samples ---

SIGN = "the two sides differ by the sign alone"


def difference(
    ready: Prepared, relation: int, seen: Sequence[Mapping[str, Any]], place: Context
) -> str:
    """Return in what the two sides differ, if it is the same at all samples."""
    if ready.chain.signs[relation] != "=":
        return ""
    pairings = list(paired_values(ready, relation, seen, place))
    divisible = [p for p in pairings if decide(p.left, 0, "=") is False]
    if len(divisible) > 1 and (words := by_factor(divisible)):
        return words
    if len(pairings) > 1 and (words := by_term(pairings)):
        return words
    if len(divisible) == 1 and simple(divide(divisible[0].right, divisible[0].left)):
        return by_factor(divisible)
    return ""


def paired_values(
    ready: Prepared, relation: int, seen: Sequence[Mapping[str, Any]], place: Context
) -> Iterator[Pairing]:
    """Yield the values of two sides at the first samples; nothing if one has none there."""
    sides = ready.chain.sides[relation : relation + 2]
    left = EFFORT
    for turn, values in enumerate(seen[:POINTS]):
        scope = place.scope(values, left)
        for assignment in itertools.islice(assignments(ready, scope, turn), 4):
            inner = scope.child(assignment)
            try:
                if not all(holds(c, inner) for c in ready.conditions[relation]):
                    continue
                both = [flat(evaluate(side, inner)) for side in sides]
            except CRASHES:
                continue
            atoms = dict(atoms_of(values, assignment, place))
            for a, b in zip(*both, strict=False):
                yield Pairing(bare(a), bare(b), atoms)
        left = scope.shared.steps


def atoms_of(
    values: Mapping[str, Any], assignment: Mapping[str, int], place: Context
) -> Iterator[tuple[str, Any]]:
    """Yield the numbers of a sample with their names: sizes, numbers, entries of vectors."""
    for key, value in (*values.items(), *assignment.items()):
        shape = getattr(value, "shape", ())
        if not shape and not isinstance(value, frozenset):
            yield plain(key), bare(value)
        for index, at in assignment.items():
            kind = place.table.type(key)
            if len(shape) == 1 and kind.shape[0].size == place.table.type(index).size:
                entry = value[at - place.table.type(index).first]
                yield f"{plain(key)}_{index}", bare(entry)


def by_factor(pairings: Sequence[Pairing]) -> str:
    """Return the factor by which the sides differ: a number, a symbol or its square."""
    ratios = [divide(p.right, p.left) for p in pairings]
    if steady(ratios):
        if same(ratios[0], -1):
            return SIGN
        if same(ratios[0], 0) or same(ratios[0], 1):
            return ""
        return f"the right side is the left times {shown(ratios[0])}"
    return constituent(pairings, ratios, "factor", lambda ratio, part: same(ratio * part, 1))


def by_term(pairings: Sequence[Pairing]) -> str:
    """Return the term by which the sides differ: a number, a symbol or its square."""
    differences = [p.right - p.left for p in pairings]
    if steady(differences) and not same(differences[0], 0):
        return f"the right side is the left plus {shown(differences[0])}"
    return constituent(pairings, differences, "term", lambda gap, part: same(gap, -part))


def constituent(
    pairings: Sequence[Pairing],
    numbers: Sequence[Any],
    what: str,
    lacks: Callable[[Any, Any], bool],
) -> str:
    """Return which symbol or its square is lacking on the right side, or is too much there."""
    for name, atoms in common_atoms(pairings):
        for suffix, power in (("", 1), ("^2", 2)):
            both = [(number, atom**power) for number, atom in zip(numbers, atoms, strict=True)]
            if all(lacks(number, part) for number, part in both):
                return f"the right side lacks the {what} {name}{suffix}"
            if all(same(number, part) for number, part in both):
                return f"the right side has the {what} {name}{suffix} too much"
    return ""


def common_atoms(pairings: Sequence[Pairing]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the names that have a value at all samples, and not the same, with the values."""
    for name in pairings[0].atoms:
        numbers = [p.atoms.get(name) for p in pairings]
        if None not in numbers and not steady(numbers):
            yield name, numbers


def same(one: Any, other: Any) -> bool:
    """Return whether two numbers are equal but for rounding."""
    return decide(one, other, "=", ESTIMATED_DIGITS) is True


def simple(value: Any) -> bool:
    """Return whether a number is a fraction of small whole numbers."""
    return any(same(value * k, round(float(value) * k)) for k in range(1, 13))


def steady(numbers: Sequence[Any]) -> bool:
    """Return whether all numbers are equal."""
    return all(same(n, numbers[0]) for n in numbers)
