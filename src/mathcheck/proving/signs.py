r"""What of a form is above zero for all values that the types allow."""

from __future__ import annotations

from collections.abc import Iterator

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
    Rational,
    Total,
)
from mathcheck.proving.forms import Form, common, of_monomial, powers_of, product, thawed
from mathcheck.proving.indices import BOUND, Index


def nonzero(atom: Atom) -> bool:
    """Return whether an atom is nowhere zero."""
    return positive_atom(atom) or (
        isinstance(atom, Factor) and positive(Form({m: -c for m, c in atom.of}))
    )


def positive(form: Form) -> bool:
    """Return whether a form is known to be above zero."""
    return has_sign(form, strict=True)


def nonnegative(form: Form) -> bool:
    """Return whether a form is known to be zero or above."""
    return has_sign(form, strict=False)


def has_sign(form: Form, *, strict: bool) -> bool:
    """Return whether a form lies above zero, or is zero if that is allowed."""
    above, below = common(form)
    if not all(positive_atom(atom) or power % 2 == 0 for atom, power in below.items()):
        return False
    return positive_terms(without_factors(above), strict=strict)


def without_factors(form: Form) -> Form:
    """Return a form without the positive atoms by which all terms are multiplied or divided."""
    powers = [dict(monomial) for monomial in form.terms]
    atoms = {atom for atom in set().union(*powers) if positive_atom(atom)}
    least = {atom: min(p.get(atom, 0) for p in powers) for atom in atoms}
    common_ones = {atom: -power for atom, power in least.items() if power}
    return form * powers_of(common_ones) if common_ones else form


def positive_terms(form: Form, *, strict: bool) -> bool:
    """Return whether a sum without denominators is above zero, or is zero if that is allowed."""
    if not form.terms:
        return not strict
    if all(c > 0 and nonnegative_monomial(m) for m, c in form.terms.items()):
        return not strict or any(positive_monomial(m) for m in form.terms)
    return between_ends(form, strict=strict) or less_than_total(form, strict=strict)


def positive_monomial(monomial: Monomial) -> bool:
    """Return whether a monomial is above zero."""
    return all(positive_atom(atom) for atom, _ in monomial)


def nonnegative_monomial(monomial: Monomial) -> bool:
    """Return whether a monomial is zero or above, wherever it is defined."""
    return all(power % 2 == 0 or nonnegative_atom(atom) for atom, power in monomial)


def positive_atom(atom: Atom) -> bool:
    """Return whether an atom is above zero."""
    match atom:
        case Exponential() | Count():
            return True
        case Entry(nature=nature):
            return nature.positive
        case Total(of=monomial):
            # A size is at least one, so there is a term.
            return positive_monomial(monomial)
        case Factor(of=terms):
            return positive(thawed(terms))
        case Logarithm(of=(((), value),)):
            return value > 1
        case Opaque(name="factorial"):
            return True
    return False


def nonnegative_atom(atom: Atom) -> bool:
    """Return whether an atom is zero or above."""
    match atom:
        case Delta() | Member() | Opaque(name="absolute"):
            return True
        case Entry(nature=nature):
            return nature.positive or nature.binary
        case Total(of=monomial):
            return nonnegative_monomial(monomial)
    return positive_atom(atom)


def between_ends(form: Form, *, strict: bool) -> bool:
    """Return whether a sum is above zero because it is so where a number is zero and one.

    A sum of the first degree in a number u that isn't below zero nor above one is (1 - u) times
    its value where u is zero, and u times its value where u is one.
    """
    for atom in {a for m in form.terms for a, _ in m if isinstance(a, Entry)}:
        nature = atom.nature
        if not nature.at_most_one:
            continue
        at_zero, slope = split(form, atom)
        if slope is None or any(atom.key in a.key for m in at_zero.terms for a, _ in m):
            continue
        at_one = at_zero + slope
        if not (nonnegative(at_zero) and nonnegative(at_one)):
            continue
        low, high = (not strict or positive(end) for end in (at_zero, at_one))
        if (low and high) or (low and nature.below_one) or (high and nature.positive):
            return True
    return False


def split(form: Form, atom: Atom) -> tuple[Form, Form | None]:
    """Return the terms without an atom, and the factor of it if all others have it once."""
    without: dict[Monomial, Rational] = {}
    factor: dict[Monomial, Rational] = {}
    for monomial, coefficient in form.terms.items():
        powers = dict(monomial)
        power = powers.pop(atom, 0)
        if power not in (0, 1) or any(atom.key in other.key for other in powers):
            return form, None
        (factor if power else without)[tuple(powers.items())] = coefficient
    return Form(without), Form(factor)


def less_than_total(form: Form, *, strict: bool) -> bool:
    """Return whether a sum is above zero because what is taken away is one term of a total.

    The other terms remain; there are such if the size is at least two.
    """
    for monomial, coefficient in form.terms.items():
        for atom, power in monomial:
            if coefficient < 0 or power != 1 or not isinstance(atom, Total):
                continue
            if len(atom.bound) > 1 or not nonnegative_monomial(atom.of):
                continue
            rest = powers_of({a: p for a, p in monomial if a != atom})
            for instance in instances(atom, form):
                taken = product(rest.terms, instance.terms)
                if len(taken.terms) != 1:
                    continue
                ((inside, factor),) = taken.terms.items()
                if form.terms.get(inside) != -coefficient * factor or not nonnegative(rest):
                    continue
                remaining = Form(
                    {m: c for m, c in form.terms.items() if m not in (monomial, inside)}
                )
                more = positive_monomial(atom.of) and positive(rest)
                sure = not strict or (more and atom.bound[0].size.least >= 2)
                if (sure and nonnegative(remaining)) or positive(remaining):
                    return True
    return False


def instances(total: Total, form: Form) -> Iterator[Form]:
    """Yield the terms of a total for the indices that occur in a form."""
    from mathcheck.proving.totals import reindexed

    for index in sorted(indices_in(form)):
        closed = any(part.name[0] in BOUND for part in index.parts())
        if index.size == total.bound[0].size and not closed:
            yield reindexed(of_monomial(total.of), {total.bound[0]: index})


def indices_in(form: Form) -> set[Index]:
    """Return the indices of all entries in a form, those inside of atoms too."""
    from mathcheck.proving.totals import leaves

    return {i for atom in leaves(form) for index in indices_of(atom) for i in index.parts()}


def indices_of(atom: Atom) -> tuple[Index, ...]:
    """Return the indices that stand on an atom."""
    match atom:
        case Entry(indices=indices):
            return indices
        case Delta(one=one, other=other):
            return (one, other)
        case Member(index=index):
            return (index,)
    return ()
