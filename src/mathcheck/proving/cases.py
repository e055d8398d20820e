"""The cases of which indices are equal, and of which numbers are zero or one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mathcheck.proving.assumptions import Assumptions, Pair
from mathcheck.proving.atoms import Atom, Delta, Entry
from mathcheck.proving.forms import Form, Unproved
from mathcheck.proving.indices import Index, literal
from mathcheck.proving.totals import decided, leaves, leaves_of, reindexed

MOST_DECISIONS = 60
MOST_CASES = 500


@dataclass(frozen=True)
class Decision:
    """That two indices are equal or not, or that a number is zero or one."""

    of: Atom
    value: int


@dataclass(frozen=True)
class Case:
    """What was decided, and the normal forms of both sides then."""

    decisions: tuple[Decision, ...]
    left: Form
    right: Form
    different: frozenset[Pair] = frozenset()

    def with_index(self, decision: Decision, index: Index, other: Index) -> Case | None:
        """Return the case with an index put in the place of another, if it is possible."""
        names = {index: other}
        different = frozenset(frozenset(i.renamed(names) for i in pair) for pair in self.different)
        if any(len(pair) == 1 for pair in different):
            return None
        left, right = (reindexed(form, names).by("cases") for form in (self.left, self.right))
        return Case((*self.decisions, decision), left, right, different)

    def with_value(self, atom: Atom, value: int, different: frozenset[Pair]) -> Case:
        """Return the case with a number put in the place of an atom."""
        left, right = (decided(form, atom, value).by("cases") for form in (self.left, self.right))
        return Case((*self.decisions, Decision(atom, value)), left, right, different)


def cases(left: Form, right: Form, given: Assumptions) -> Iterator[Case]:
    """Yield all cases of two sides that the assumptions allow.

    Raises
    ------
    Unproved
        If there are too many.
    """
    case: Case | None = Case((), left, right, given.different)
    for one, other in given.equal:
        decision = Decision(Delta(one, other), 1)
        case = case.with_index(decision, other, one) if case else None
    for number, smaller in enumerate(split(case) if case else ()):
        if number == MOST_CASES:
            raise Unproved("too many cases")
        yield smaller


def split(case: Case) -> Iterator[Case]:
    """Yield the cases into which a case falls."""
    if len(case.decisions) > MOST_DECISIONS:
        raise Unproved("too many cases")
    atom = min(filter(is_open, leaves_of_both(case)), key=lambda a: a.key, default=None)
    if atom is None:
        yield case
    elif isinstance(atom, Delta):
        for smaller in by_index(case, atom):
            yield from split(smaller)
    else:
        for value in (0, 1):
            yield from split(case.with_value(atom, value, case.different))


def leaves_of_both(case: Case) -> Iterator[Atom]:
    """Yield the atoms of both sides, and of what they rely on, that have no atoms inside."""
    for form in (case.left, case.right):
        yield from leaves(form)
        for condition in form.conditions:
            yield from leaves_of(((condition.of, 1),))


def by_index(case: Case, atom: Delta) -> Iterator[Case]:
    """Yield the cases of two indices: equal and not, or each value of one that has a known few."""
    one, other = sorted((atom.one, atom.other), key=lambda i: (not i.literal, i))
    numbers = other.size.numbers
    if numbers is not None:
        for value in numbers:
            index = literal(value, other.size)
            smaller = case.with_index(Decision(Delta(index, other), 1), other, index)
            if smaller:
                yield smaller
        return
    pair = frozenset({one, other})
    if pair not in case.different:
        smaller = case.with_index(Decision(atom, 1), other, one)
        if smaller:
            yield smaller
    yield case.with_value(atom, 0, case.different | {pair})


def is_open(atom: Atom) -> bool:
    """Return whether an atom is zero or one, and no sum goes over its indices."""
    if isinstance(atom, Delta):
        return atom.one.constant and atom.other.constant
    return (
        isinstance(atom, Entry)
        and atom.nature.binary
        and all(index.constant for index in atom.indices)
    )
