"""What the conditions of an equation say of its indices and sizes; nothing else is relied on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from mathcheck.expressions import Node, Not, Number, Range, Relation, Symbol
from mathcheck.proving.atoms import Delta
from mathcheck.proving.forms import Form, Unproved
from mathcheck.proving.indices import Index, Size
from mathcheck.proving.symbols import Scope
from mathcheck.proving.translate import evaluate, index_of

Pair = frozenset[Index]


@dataclass(frozen=True)
class Assumptions:
    """Which indices are equal, and which are not."""

    equal: tuple[tuple[Index, Index], ...] = ()
    different: frozenset[Pair] = frozenset()


def relations(conditions: Sequence[Node]) -> Iterator[tuple[Node, str, Node]]:
    """Yield the conditions that are a single relation, or that two things are not equal."""
    for condition in conditions:
        match condition:
            case Relation(sides=(left, right), signs=(sign,)):
                yield left, sign, right
            case Not(condition=Relation(sides=(left, right), signs=("=",))):
                yield left, "!=", right


def sizes_of(conditions: Sequence[Node], scope: Scope) -> dict[str, Size]:
    """Return the sizes that conditions say are a number, as in `C = 2`."""
    sizes = {}
    for left, sign, right in relations(conditions):
        if (
            isinstance(left, Symbol)
            and scope.table.type(left.key).dimension
            and isinstance(right, Number)
            and sign == "="
            and right.value in (scope.table.type(left.key).numbers({}) or ())
        ):
            sizes[left.key] = Size(str(right.value), 1, int(right.value))
    return sizes


def check_ranges(conditions: Sequence[Node], scope: Scope) -> None:
    """Stop at a range that goes beyond the values of its index; one within them claims less."""
    for condition in conditions:
        if not isinstance(condition, Range) or scope.table.type(condition.variable).sampled:
            continue
        numbers = scope.index_size(condition.variable).sure_numbers
        for end in (condition.low, condition.high):
            inside = isinstance(end, Number) and end.value in numbers
            whole = end is condition.high and end == Symbol(
                scope.table.type(condition.variable).size
            )
            if end is not None and not inside and not whole:
                raise Unproved("a range beyond the values of an index")


def assumptions(conditions: Sequence[Node], scope: Scope) -> Assumptions | None:
    """Return what conditions say of indices; nothing if they can't hold there."""
    check_ranges(conditions, scope)
    equal: list[tuple[Index, Index]] = []
    different: set[Pair] = set()
    for left, sign, right in relations(conditions):
        pair = pair_of(left, right, scope) if sign in ("=", "!=") else None
        if pair is None:
            continue
        one, other = pair
        if (one == other) if sign == "!=" else (one != other and one.literal and other.literal):
            return None
        if sign == "!=":
            different.add(frozenset(pair))
        elif one != other:
            equal.append((one, other) if one.literal else (other, one))
    return Assumptions(tuple(equal), frozenset(different))


def pair_of(left: Node, right: Node, scope: Scope) -> tuple[Index, Index] | None:
    """Return the two indices that a relation compares.

    A Kronecker delta that is compared with 1 compares two indices as well. An entry of a one-hot
    row is such a delta, so `t_k = 1` says which class it has.
    """
    try:
        if isinstance(left, Number):
            left, right = right, left
        if isinstance(left, Symbol):
            one = index_of(left, None, scope)
            other = index_of(right, one.size, scope)
            return (one, other) if one.size == other.size else None
        value = evaluate(left, scope)
    except Unproved:
        return None
    if right != Number(Fraction(1)) or not isinstance(value, Form) or len(value.terms) != 1:
        return None
    ((monomial, coefficient),) = value.terms.items()
    deltas = [atom for atom, _ in monomial if isinstance(atom, Delta)]
    if coefficient != 1 or len(monomial) != 1 or not deltas:
        return None
    return deltas[0].one, deltas[0].other
