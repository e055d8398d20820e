r"""Whether an equation holds for every size: the only place where that is said.

Two sides are proved equal if their normal forms are one in every case of which indices are equal.
Different normal forms, and whatever isn't understood, say nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mathcheck.checking.equation import Reading
from mathcheck.checking.prepare import Prepared
from mathcheck.definitions import names_in
from mathcheck.expressions import Node, Number
from mathcheck.latex import Refusal
from mathcheck.proving.arrays import Array, Value, as_form
from mathcheck.proving.assumptions import Assumptions, assumptions, sizes_of
from mathcheck.proving.atoms import Atom, Member, Total
from mathcheck.proving.bounds import exceeds
from mathcheck.proving.cases import Case, cases
from mathcheck.proving.forms import (
    Condition,
    Form,
    Unproved,
    common,
    idempotent,
    number,
    of_monomial,
)
from mathcheck.proving.indices import Index, Size, values_of
from mathcheck.proving.symbols import Scope
from mathcheck.proving.totals import leaves_of
from mathcheck.proving.translate import evaluate
from mathcheck.samples import needed_sizes


@dataclass(frozen=True)
class Step:
    """One relation that was proved: its place, and the cases of its sides."""

    statement: int
    relation: int
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Proof:
    """Why the relations of an equation hold.

    Parameters
    ----------
    sizes : tuple of str
        The sizes for each value of which they hold, from the least that the table allows.
    conditions : frozenset of Condition
        What must not be zero.
    rules : tuple of str
        The names of the rules that were used.
    steps : tuple of Step
        The relations in turn.
    """

    sizes: tuple[str, ...]
    conditions: frozenset[Condition]
    rules: tuple[str, ...]
    steps: tuple[Step, ...]


def proved(reading: Reading) -> Proof | None:
    """Return why all that an equation claims holds for every size; nothing if that isn't known.

    This function alone awards a proof. An equation with a problem has none.
    """
    claims = [
        (statement, relation)
        for statement, ready in enumerate(reading.prepared)
        for relation in ready.claims
    ]
    if not claims or reading.problems or reading.condition or reading.options.given:
        return None
    try:
        steps = [
            Step(statement, relation, tuple(proved_cases(reading, statement, relation)))
            for statement, relation in claims
        ]
    except (Unproved, Refusal, RecursionError, ArithmeticError):
        return None
    forms = [form for step in steps for c in step.cases for form in (c.left, c.right)]
    conditions = frozenset().union(*(form.conditions for form in forms))
    if any(undecided(leaf) for c in conditions for leaf in leaves_of(((c.of, 1),))):
        return None
    return Proof(
        sizes=sizes_of_reading(reading, forms),
        conditions=conditions,
        rules=tuple(sorted(frozenset().union(*(form.rules for form in forms)))),
        steps=tuple(steps),
    )


def undecided(leaf: Atom) -> bool:
    """Return whether something is zero at some values of an index, so that it is no condition.

    Whether a set is empty is one.
    """
    return idempotent(leaf) and not isinstance(leaf, Member)


def sizes_of_reading(reading: Reading, forms: Sequence[Form]) -> tuple[str, ...]:
    """Return the sizes in an equation and in its normal forms, but those that it fixes itself."""
    place = reading.place
    conditions = [c for ready in reading.prepared for c in ready.restrictions]
    names = {
        key for ready in reading.prepared for side in ready.chain.sides for key in names_in(side)
    }
    sizes = needed_sizes(names & place.table.entries.keys(), place.table)
    sizes.update(size for form in forms for size in sizes_in(tuple(form.terms)))
    fixed = sizes_of(conditions, Scope(place.table, place.definitions))
    return tuple(sorted(sizes - fixed.keys()))


def sizes_in(part: object) -> Iterator[str]:
    """Yield the names of all sizes in a part of a form."""
    if isinstance(part, Size):
        if part.numbers is None:
            yield part.name
    elif isinstance(part, Atom | Index):
        for value in vars(part).values():
            yield from sizes_in(value)
    elif isinstance(part, tuple):
        for inner in part:
            yield from sizes_in(inner)


def proved_cases(reading: Reading, statement: int, relation: int) -> list[Case]:
    """Return the cases in which one relation was proved, which are all that there are.

    Raises
    ------
    Unproved
        If it was not proved in one of them.
    """
    ready = reading.prepared[statement]
    sides = ready.chain.sides[relation : relation + 2]
    sign, conditions = ready.chain.signs[relation], ready.conditions[relation]
    outer = Scope(reading.place.table, reading.place.definitions)
    outer = outer.child({}, sizes_of(conditions, outer))
    result: list[Case] = []
    for scope in index_scopes(ready, outer):
        given = assumptions(conditions, scope)
        if given is None:
            continue
        if sign == "=":
            result.extend(equal_cases(sides, scope, given))
        elif not ordered(sides, sign, scope):
            raise Unproved("the order of the sides is not known")
        else:
            left, right = (as_form(evaluate(side, scope)) for side in sides)
            result.append(Case((), left.by("sign"), right))
    if not result:
        raise Unproved("nothing meets the conditions")
    return result


def equal_cases(sides: Sequence[Node], scope: Scope, given: Assumptions) -> Iterator[Case]:
    """Yield the cases of all entries of two sides, each of which was found to be one form."""
    values = [evaluate(side, scope) for side in sides]
    for left, right in pairs_of(values, sides):
        for case in cases(left, right, given):
            if not is_zero(case.left - case.right):
                raise Unproved("the normal forms differ")
            yield case


def ordered(sides: Sequence[Node], sign: str, scope: Scope) -> bool:
    """Return whether an inequality is known to hold."""
    left, right = sides if sign in (">", ">=") else reversed(sides)
    return sign in ("<", ">", "<=", ">=") and exceeds(left, right, scope, strict=sign in "<>")


def index_scopes(ready: Prepared, scope: Scope) -> Iterator[Scope]:
    """Yield what free indices stand for: all numbers of a known size, or themselves."""
    choices = [values_of(key, scope.index_size(key)) for key in ready.free]
    for chosen in itertools.product(*choices):
        yield scope.child(dict(zip(ready.free, chosen, strict=True)))


def pairs_of(values: Sequence[Value], sides: Sequence[Node]) -> Iterator[list[Form]]:
    """Yield the entries of two sides that must be equal; the number 0 fits every shape."""
    shaped = [
        value
        for value, side in zip(values, sides, strict=True)
        if not (isinstance(side, Number) and side.value == 0)
    ]
    arrays = [value for value in shaped if isinstance(value, Array)]
    if not arrays:
        yield [as_form(value) for value in values]
        return
    some = arrays[0]
    if len(arrays) != len(shaped) or any(
        (a.sizes, a.lying) != (some.sizes, some.lying) for a in arrays
    ):
        raise Unproved("sides of different shapes")
    choices = [values_of(f"entry {axis}", size) for axis, size in enumerate(some.sizes, start=1)]
    for at in itertools.product(*choices):
        yield [value.entry(at) if isinstance(value, Array) else value for value in values]


def is_zero(form: Form) -> bool:
    """Return whether a form is zero: its terms cancel, or those inside of its sums do."""
    above, _ = common(form)
    groups: dict[tuple[object, ...], Form] = {}
    for monomial, coefficient in above.terms.items():
        sums = [atom for atom, power in monomial if isinstance(atom, Total) and power == 1]
        if len(sums) != 1:
            return False
        rest = tuple(factor for factor in monomial if factor[0] != sums[0])
        part = number(coefficient) * of_monomial(sums[0].of)
        key = (rest, sums[0].bound)
        groups[key] = groups.get(key, Form()) + part
    return all(is_zero(part) for part in groups.values())
