"""Derivatives of normal forms, rule by rule."""

from __future__ import annotations

from mathcheck.proving.atoms import (
    Atom,
    Entry,
    Exponential,
    Factor,
    Logarithm,
    Monomial,
    Opaque,
    Total,
)
from mathcheck.proving.forms import (
    Form,
    Unproved,
    inverse,
    number,
    powers_of,
    thawed,
)
from mathcheck.proving.indices import Index
from mathcheck.proving.totals import delta, opened_total, totals


def slope(form: Form, by: Entry) -> Form:
    """Return the derivative of a form by an entry of a symbol, whose entries move freely.

    Raises
    ------
    Unproved
        If the type of the symbol ties its entries to each other, or a function without a known
        derivative depends on it.
    """
    if not by.nature.varies:
        raise Unproved(f"a derivative with respect to {by.name}, whose entries are not free")
    result = Form().relying(form).by("derivative")
    for monomial, coefficient in form.terms.items():
        result = result + number(coefficient) * slope_of(monomial, by)
    return result


def slope_of(monomial: Monomial, by: Entry) -> Form:
    """Return the derivative of a product of powers: of each factor in turn."""
    result = Form()
    for atom, power in monomial:
        if f"{by.name}[" not in atom.key:
            continue
        powers = dict(monomial)
        if not isinstance(atom, Exponential):
            powers[atom] -= 1
        rest = powers_of(powers)
        result = result + number(power) * rest * slope_of_atom(atom, by)
    return result


def slope_of_atom(atom: Atom, by: Entry) -> Form:
    """Return the derivative of an atom; that of an exponential is over the exponential itself."""
    match atom:
        case Entry():
            return same_entry(atom.indices, by.indices) if atom.name == by.name else number(0)
        case Exponential(of=monomial):
            return slope_of(monomial, by)
        case Logarithm(of=terms):
            return slope(thawed(terms), by) * inverse(thawed(terms))
        case Factor(of=terms):
            return slope(thawed(terms), by)
        case Total():
            indices, inside = opened_total(atom)
            return totals(slope(inside, by), indices)
        case Opaque():
            raise Unproved(f"the derivative of {atom.name}")
    return number(0)


def same_entry(one: tuple[Index, ...], other: tuple[Index, ...]) -> Form:
    """Return one if two entries of an array are one, else zero."""
    result = number(1)
    for a, b in zip(one, other, strict=True):
        result = result * delta(a, b)
    return result
