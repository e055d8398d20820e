r"""Sums over all values of an index, and what is put in the place of indices and atoms.

A sum goes term by term; what does not depend on its index leaves it; a Kronecker delta with its
index leaves one term; sums inside of a sum become one sum over several indices, which falls apart
into factors that share no index. The indices that a sum binds are then named by their height, so
that sums which differ by those names alone are one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from mathcheck.proving.atoms import (
    Atom,
    Count,
    Delta,
    Entry,
    Exponential,
    Factor,
    Logarithm,
    Member,
    Monomial,
    Opaque,
    Position,
    Rational,
    Total,
    text_of,
)
from mathcheck.proving.forms import (
    Form,
    Unproved,
    expanded,
    exponential,
    factored,
    frozen,
    logarithm,
    number,
    of_monomial,
    power_of,
    powers_of,
    single,
    thawed,
)
from mathcheck.proving.indices import BOUND, Index, opened
from mathcheck.proving.signs import indices_of, nonnegative

MOST_BOUND = 4


@dataclass(frozen=True)
class Change:
    """What is put in the place of entries and deltas, and the keys without which nothing changes.

    Parameters
    ----------
    leaf : callable
        The form for an atom without atoms inside.
    keys : tuple of str
        Texts of which an atom has at least one if it changes.
    """

    leaf: Callable[[Atom], Form]
    keys: tuple[str, ...]


def delta(one: Index, other: Index) -> Form:
    """Return one if two indices are equal, else zero."""
    if one.size != other.size:
        raise Unproved("two indices of different sizes are compared")
    if one == other:
        return number(1)
    if one.literal and other.literal:
        return number(0)
    return single(Delta(*sorted((one, other))))


def entry(of: Entry, at: tuple[Index, ...]) -> Form:
    """Return the entry of an array at other indices."""
    return single(replace(of, indices=tuple(sorted(at)) if of.nature.symmetric else at))


def position(index: Index) -> Form:
    """Return the number that an index is."""
    return number(int(index.name)) if index.literal else single(Position(index))


def reindexed(form: Form, others: Mapping[Index, Index]) -> Form:
    """Return a form with indices put in the places of others."""

    def leaf(atom: Atom) -> Form:
        match atom:
            case Entry(indices=indices):
                return entry(atom, tuple(i.renamed(others) for i in indices))
            case Delta(one=one, other=other):
                return delta(one.renamed(others), other.renamed(others))
            case Member(index=index):
                return single(replace(atom, index=index.renamed(others)))
            case Position(index=index):
                return position(index.renamed(others))
        return single(atom)

    return changed(form, Change(leaf, tuple(index.key for index in others)))


def decided(form: Form, atom: Atom, value: int) -> Form:
    """Return a form with a number put in the place of an atom."""
    return changed(form, Change(lambda a: number(value) if a == atom else single(a), (atom.key,)))


def changed(form: Form, change: Change) -> Form:
    """Return a form made anew with other leaves."""
    untouched = frozenset(c for c in form.conditions if not touched(c.of.key, change))
    result = Form({}, untouched, form.rules)
    for condition in form.conditions - untouched:
        # What is left of a condition is that of one over it.
        inverse = power_of(changed_power(condition.of, 1, change), -1)
        result = result.relying(Form({}, inverse.conditions))
    for monomial, coefficient in form.terms.items():
        part = of_monomial(monomial, coefficient)
        if touched(text_of(monomial), change):
            part = number(coefficient)
            for atom, power in monomial:
                part = part * changed_power(atom, power, change)
        result = result + part
    return result


def touched(key: str, change: Change) -> bool:
    """Return whether a change can matter to what has a key."""
    return any(part in key for part in change.keys)


def changed_power(atom: Atom, power: Rational, change: Change) -> Form:
    """Return a power of an atom made anew."""
    if not touched(atom.key, change):
        return single(atom, power)
    match atom:
        case Exponential(of=monomial):
            return exponential(number(power) * changed(of_monomial(monomial), change))
        case Logarithm(of=terms):
            return power_of(logarithm(changed(thawed(terms), change)), power)
        case Factor(of=terms):
            return power_of(changed(thawed(terms), change), power)
        case Total():
            indices, inside = opened_total(atom)
            return power_of(totals(changed(inside, change), indices), power)
        case Opaque():
            return power_of(opaque_changed(atom, change), power)
    return power_of(change.leaf(atom), power)


def opaque_changed(atom: Opaque, change: Change) -> Form:
    """Return a function of which only the name is known, with its operands made anew."""
    indices = {index: opened(index.size) for index in atom.bound}
    operands = [changed(reindexed(thawed(operand), indices), change) for operand in atom.operands]
    if atom.name == "absolute":
        return absolute(*operands)
    return opaque(atom.name, operands, tuple(indices.values()))


def absolute(form: Form) -> Form:
    """Return the absolute value of a form; without a sign if that of the form is known."""
    for sign in (1, -1):
        if nonnegative(number(sign) * form):
            return (number(sign) * form).by("absolute-value")
    coefficient, _, _ = factored(form)
    return opaque("absolute", [form if coefficient > 0 else -form])


def opaque(name: str, operands: list[Form], bound: tuple[Index, ...] = ()) -> Form:
    """Return a function of which only the name is known, of one index of its own at most."""
    parts = [expanded(operand) for operand in operands]
    if bound:
        height = 1 + height_of(text_of(tuple(frozen(part.terms) for part in parts)))
        names = {index: replace(index, name=f"{BOUND}{height}") for index in bound}
        parts = [reindexed(part, names) for part in parts]
        bound = tuple(names.values())
    result = single(Opaque(name, tuple(frozen(part.terms) for part in parts), bound))
    for part in parts:
        result = result.relying(part)
    return result


def leaves(form: Form) -> Iterator[Atom]:
    """Yield all atoms of a form that have no atoms inside."""
    for monomial in form.terms:
        yield from leaves_of(monomial)


def leaves_of(monomial: Monomial) -> Iterator[Atom]:
    """Yield all atoms in a monomial that have no atoms inside."""
    for atom, _ in monomial:
        match atom:
            case Exponential(of=inside) | Total(of=inside):
                yield from leaves_of(inside)
            case Logarithm(of=terms) | Factor(of=terms):
                yield from leaves(thawed(terms))
            case Opaque(operands=operands):
                for operand in operands:
                    yield from leaves(thawed(operand))
            case _:
                yield atom


def totals(form: Form, indices: tuple[Index, ...]) -> Form:
    """Return the sum of a form over several indices."""
    for index in indices:
        form = total(form, index)
    return form


def total(form: Form, index: Index) -> Form:
    """Return the sum of a form over all values of an open index."""
    form = expanded(form)
    result = Form()
    form = with_conditions_of_all(form, index)
    for monomial, coefficient in form.terms.items():
        result = result + number(coefficient) * total_of(monomial, index)
    return (result.by("sum-of-terms") if len(form.terms) > 1 else result).relying(form)


def with_conditions_of_all(form: Form, index: Index) -> Form:
    """Return a form whose conditions hold for all values of an index, and can do so.

    Raises
    ------
    Unproved
        If one of them is that zero isn't zero where the index is equal to another.
    """
    open_ones = Form({}, frozenset(c for c in form.conditions if index.key in c.of.key))
    if not open_ones.conditions:
        return form
    atoms = [leaf for c in open_ones.conditions for leaf in leaves_of(((c.of, 1),))]
    others = {part for atom in atoms for i in indices_of(atom) for part in i.parts()}
    for other in others - {index}:
        if other.size == index.size:
            reindexed(open_ones, {index: other})
    height = 1 + max(height_of(c.of.key) for c in open_ones.conditions)
    named = reindexed(open_ones, {index: replace(index, name=f"{BOUND}{height}")})
    return Form(form.terms, form.conditions - open_ones.conditions, form.rules).relying(named)


def total_of(monomial: Monomial, index: Index) -> Form:
    """Return the sum of a monomial over all values of an open index."""
    for atom, _ in monomial:
        if isinstance(atom, Delta) and (other := partner(atom, index)):
            rest = tuple(factor for factor in monomial if factor[0] != atom)
            return reindexed(of_monomial(rest), {index: other}).by("contract")
    for atom in leaves_of(monomial):
        if isinstance(atom, Delta) and (other := partner(atom, index)):
            return split_total(monomial, index, atom, other)
    joined, indices = flattened(monomial, index)
    deltas = [leaf for leaf in leaves_of(joined) if isinstance(leaf, Delta)]
    for first in indices:
        # A sum that was opened may have a delta that contracts now.
        if any(partner(atom, first) for atom in deltas):
            others = tuple(other for other in indices if other != first)
            return totals(total(of_monomial(joined), first), others)
    return fallen_apart(joined, indices)


def partner(atom: Delta, index: Index) -> Index | None:
    """Return the index that a delta puts in the place of another, if there is one.

    One that a sum inside of it binds, or that depends on the index itself, can't be put there.
    """
    if index not in (atom.one, atom.other):
        return None
    other = atom.other if index == atom.one else atom.one
    inside = index in other.parts() or any(part.name[0] in BOUND for part in other.parts())
    return None if inside else other


def split_total(monomial: Monomial, index: Index, atom: Delta, other: Index) -> Form:
    """Return the sum of a monomial with a delta inside of an atom: one term is unlike others."""
    form = of_monomial(monomial)
    unlike, alike = decided(form, atom, 1), decided(form, atom, 0)
    return (total(alike, index) + reindexed(unlike - alike, {index: other})).by("one-term-apart")


def flattened(monomial: Monomial, index: Index) -> tuple[Monomial, tuple[Index, ...]]:
    """Return a monomial with the sums in it that depend on an index opened, and all indices."""
    indices = [index]
    result = number(1)
    for atom, power in monomial:
        if isinstance(atom, Total) and index.key in atom.key and power > 0 and power == int(power):
            for _ in range(int(power)):
                more, inside = opened_total(atom)
                indices.extend(more)
                result = result * inside
        else:
            result = result * single(atom, power)
    ((joined, coefficient),) = result.terms.items()
    if coefficient != 1:
        raise Unproved("a sum inside of a sum has a coefficient")
    return joined, tuple(indices)


def opened_total(atom: Total) -> tuple[tuple[Index, ...], Form]:
    """Return the monomial of a sum with open indices in the places of those that it binds."""
    names = {index: opened(index.size) for index in atom.bound}
    return tuple(names.values()), reindexed(of_monomial(atom.of), names)


def fallen_apart(monomial: Monomial, indices: tuple[Index, ...]) -> Form:
    """Return a sum over indices as a product of sums over those that occur together."""
    groups: list[tuple[set[Index], list[tuple[Atom, Rational]]]] = [({i}, []) for i in indices]
    outside: dict[Atom, Rational] = {}
    for atom, power in monomial:
        touching = [group for group in groups if any(i.key in atom.key for i in group[0])]
        if not touching:
            outside[atom] = power
            continue
        first, *others = touching
        first[1].append((atom, power))
        for other in others:
            first[0].update(other[0])
            first[1].extend(other[1])
            groups.remove(other)
    result = powers_of(outside)
    for bound, factors in groups:
        result = result * closed(dict(factors), tuple(sorted(bound)))
    return result.by("sum-of-products") if len(groups) > 1 or outside else result


def closed(factors: Mapping[Atom, Rational], bound: tuple[Index, ...]) -> Form:
    """Return the sum of one product over the indices that occur in it."""
    if not factors:
        return single(Count(replace(bound[0].size, first=1))).by("sum-of-ones")
    [(atom, power), *others] = factors.items()
    if isinstance(atom, Entry) and not others and power == 1 and sums_to_one(atom, bound):
        return number(1).by("probabilities")
    if len(bound) > MOST_BOUND:
        raise Unproved("a sum over more than four indices")
    height = height_of(text_of(tuple(factors.items())))
    form = equal_indices(powers_of(factors))
    candidates = []
    for order in itertools.permutations(bound):
        names = {
            index: replace(index, name=f"{BOUND}{height + 1 + place}")
            for place, index in enumerate(order)
        }
        named = reindexed(form, names)
        if len(named.terms) != 1:
            raise Unproved("a term of a sum that has no one form")
        ((monomial, coefficient),) = named.terms.items()
        candidates.append((text_of(monomial), names, monomial, coefficient))
    _, names, monomial, coefficient = min(candidates, key=lambda candidate: candidate[0])
    inside = Total(tuple(sorted(names.values())), monomial)
    return (number(coefficient) * single(inside)).relying(form)


def sums_to_one(atom: Entry, bound: tuple[Index, ...]) -> bool:
    """Return whether the entries of a distribution are summed over all that there are."""
    totals_of = atom.nature.totals
    return bool(totals_of) and sorted(atom.indices[-totals_of:]) == sorted(bound)


def equal_indices(form: Form) -> Form:
    """Return a monomial in which an index stands for those that a delta says are equal to it."""
    for monomial in form.terms:
        for atom, _ in monomial:
            if isinstance(atom, Delta):
                rest = tuple(factor for factor in monomial if factor[0] != atom)
                one, other = sorted(
                    (atom.one, atom.other), key=lambda i: (not i.constant, bool(i.arguments), i)
                )
                if other.key in text_of(rest):
                    joined = reindexed(of_monomial(rest), {other: one}) * single(atom)
                    return equal_indices(joined)
    return form


def height_of(key: str) -> int:
    """Return the largest number that names a bound index in a text."""
    numbers = [part.split(":")[0] for part in key.split(f"<{BOUND}")[1:]]
    return max(map(int, numbers), default=0)
