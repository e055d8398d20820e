r"""Sums of monomials over atoms, the normal form of an expression.

A form carries what it relies on: the conditions under which it was simplified (a denominator that
is not zero), and the rules that were used on the way.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from mathcheck.proving.atoms import (
    Atom,
    Delta,
    Entry,
    Exponential,
    Factor,
    Frozen,
    Logarithm,
    Member,
    Monomial,
    Rational,
)

Terms = Mapping[Monomial, Rational]
# A proof that takes more terms than these is not looked for.
MOST_TERMS = 400
MOST_POWER = 12
# Numbers of more bits are not computed.
LONGEST = 100_000


class Unproved(Exception):  # noqa: N818, it is an answer
    """There is no proof: something isn't understood, or a side condition is not known to hold."""


@dataclass(frozen=True)
class Condition:
    """What must not be zero for a form to be what it stands for."""

    of: Atom


@dataclass(frozen=True)
class Form:
    """A sum of monomials, with what it relies on.

    Parameters
    ----------
    terms : mapping
        The coefficient of each monomial; none is zero.
    conditions : frozenset of Condition
        Where the form equals what it was made of.
    rules : frozenset of str
        The names of the rules that were used.
    """

    terms: Terms = field(default_factory=dict)
    conditions: frozenset[Condition] = frozenset()
    rules: frozenset[str] = frozenset()

    def relying(self, other: Form) -> Form:
        """Return the form with what another relies on added."""
        if other.conditions <= self.conditions and other.rules <= self.rules:
            return self
        return Form(self.terms, self.conditions | other.conditions, self.rules | other.rules)

    def by(self, *rules: str) -> Form:
        """Return the form with rules added that were used for it."""
        return Form(self.terms, self.conditions, self.rules.union(rules))

    def __neg__(self) -> Form:
        return self * number(-1)

    def __add__(self, other: Form) -> Form:
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return Form({m: c for m, c in terms.items() if c}).relying(self).relying(other)

    def __sub__(self, other: Form) -> Form:
        return self + -other

    def __mul__(self, other: Form) -> Form:
        result = product(self.terms, other.terms).relying(self).relying(other)
        return result.by("distribute") if len(self.terms) > 1 < len(other.terms) else result

    def __truediv__(self, other: Form) -> Form:
        return self * inverse(other)

    @property
    def constant(self) -> Rational | None:
        """The rational number that the form is, if it is one."""
        if not self.terms:
            return 0
        return self.terms.get(()) if len(self.terms) == 1 else None


def number(value: Rational) -> Form:
    """Return a rational number as a form."""
    return Form({(): whole(value)} if value else {})


def whole(value: Rational) -> Rational:
    """Return a fraction as a whole number if it is one."""
    return value.numerator if value.denominator == 1 else value


def single(atom: Atom, power: Rational = 1) -> Form:
    """Return a power of an atom as a form."""
    return powers_of({atom: power})


def of_monomial(monomial: Monomial, coefficient: Rational = 1) -> Form:
    """Return a monomial as a form."""
    return Form({monomial: coefficient})


def thawed(terms: Frozen) -> Form:
    """Return the sum that is inside of an atom as a form."""
    return Form(dict(terms))


def frozen(terms: Terms) -> Frozen:
    """Return a sum of monomials in a fixed order."""
    return tuple(sorted(terms.items(), key=lambda term: order(term[0])))


def order(monomial: Monomial) -> list[tuple[str, Rational]]:
    """Return what the monomials of a sum are sorted by."""
    return [(atom.key, power) for atom, power in monomial]


def product(one: Terms, other: Terms) -> Form:
    """Return the product of two sums, every term with every term."""
    if len(one) * len(other) > MOST_TERMS:
        raise Unproved("the product has too many terms")
    total: dict[Monomial, Rational] = {}
    rules: frozenset[str] = frozenset()
    conditions: frozenset[Condition] = frozenset()
    for (left, a), (right, b) in itertools.product(one.items(), other.items()):
        if not left or not right:
            total[left or right] = total.get(left or right, 0) + a * b
            continue
        joined = dict(left)
        for atom, power in right:
            joined[atom] = joined.get(atom, 0) + power
        part = powers_of(joined)
        rules |= part.rules
        conditions |= part.conditions
        for monomial, coefficient in part.terms.items():
            total[monomial] = total.get(monomial, 0) + a * b * coefficient
    return Form({m: c for m, c in total.items() if c}, conditions, rules)


def powers_of(joined: Mapping[Atom, Rational]) -> Form:
    """Return a product of powers of different atoms."""
    regular: dict[Atom, Rational] = {}
    irregular = number(1)
    for atom, power in joined.items():
        if power > 1 and idempotent(atom):
            regular[atom] = 1
            irregular = irregular.by("zero-or-one")
        elif isinstance(atom, Exponential) and int(power) and (inside := logarithm_in(atom)):
            # e^{n log a} is a^n.
            irregular = irregular * power_of(thawed(inside.of), int(power))
            irregular = irregular.by("exponential-of-logarithm")
            if power != int(power):
                regular[atom] = power - int(power)
        elif power:
            regular[atom] = whole(power)
    monomial = tuple(sorted(regular.items(), key=lambda factor: factor[0].key))
    if irregular.terms == {(): 1}:
        return Form({monomial: 1}, irregular.conditions, irregular.rules)
    return product({monomial: 1}, irregular.terms).relying(irregular)


def idempotent(atom: Atom) -> bool:
    """Return whether an atom is zero or one, so that it equals its square."""
    return isinstance(atom, Delta | Member) or (isinstance(atom, Entry) and atom.nature.binary)


def logarithm_in(atom: Exponential) -> Logarithm | None:
    """Return the logarithm to which e is raised, if it is that alone."""
    if len(atom.of) == 1 and atom.of[0][1] == 1 and isinstance(atom.of[0][0], Logarithm):
        return atom.of[0][0]
    return None


def power_of(base: Form, exponent: Rational) -> Form:
    """Return a whole power of a form, or a broken one of a positive form."""
    if exponent.denominator != 1:
        return exponential(number(exponent) * logarithm(base)).by("power")
    if exponent < 0:
        return inverse(power_of(base, -exponent))
    if exponent > (MOST_POWER if len(base.terms) > 1 else LONGEST):
        raise Unproved("the power has too many terms")
    if len(base.terms) == 1:
        ((monomial, coefficient),) = base.terms.items()
        bits = max(coefficient.numerator.bit_length(), coefficient.denominator.bit_length())
        if abs(coefficient) != 1 and bits * exponent > LONGEST:
            raise Unproved("a number that is too long")
        result = powers_of({atom: power * exponent for atom, power in monomial})
        return (result * number(Fraction(coefficient) ** int(exponent))).relying(base)
    result = number(1)
    for _ in range(int(exponent)):
        result = result * base
    return result.relying(base)


def inverse(form: Form) -> Form:
    """Return one over a form; what of it may be zero is a condition."""
    from mathcheck.proving.signs import nonzero

    above, below = common(form)
    if not above.terms:
        raise Unproved("a division by zero")
    coefficient, monomial, rest = factored(above)
    divided = dict(monomial)
    if rest:
        divided[rest] = 1
    result = powers_of({atom: -power for atom, power in divided.items()})
    vanishing = {
        Condition(atom) for atom, power in divided.items() if power > 0 and not nonzero(atom)
    }
    result = Form(result.terms, result.conditions | vanishing, result.rules)
    scaled = result * number(Fraction(1) / coefficient)
    return (scaled * powers_of(below)).relying(above).by("cancel")


def common(form: Form) -> tuple[Form, dict[Atom, Rational]]:
    """Return a form as a sum without factors that are sums, over powers of such factors."""
    below: dict[Atom, Rational] = {}
    for monomial in form.terms:
        for atom, power in monomial:
            if isinstance(atom, Factor) and power < 0:
                below[atom] = max(below.get(atom, 0), -power)
    above = expanded(form * powers_of(below)) if below else expanded(form)
    return above, below


def expanded(form: Form) -> Form:
    """Return a form with all whole powers of factors that are sums multiplied out."""
    if not any(isinstance(atom, Factor) and power >= 1 for m in form.terms for atom, power in m):
        return form
    result = Form().relying(form)
    for monomial, coefficient in form.terms.items():
        part = number(coefficient)
        for atom, power in monomial:
            if isinstance(atom, Factor) and power >= 1:
                part = part * power_of(thawed(atom.of), int(power))
                power -= int(power)
            part = part * single(atom, power)
        result = result + part
    return expanded(result)


def factored(form: Form) -> tuple[Rational, Monomial, Factor | None]:
    """Return a sum as a number times a monomial times a sum that has no such factor.

    The sum is above zero if it has a sign that is known, otherwise its first coefficient is.
    """
    from mathcheck.proving.signs import positive

    if len(form.terms) == 1:
        ((monomial, coefficient),) = form.terms.items()
        return coefficient, monomial, None
    least: dict[Atom, Rational] = {}
    for atom in {atom for monomial in form.terms for atom, _ in monomial}:
        least[atom] = min(dict(m).get(atom, 0) for m in form.terms)
    least = {atom: power for atom, power in least.items() if power}
    rest = form * powers_of({atom: -power for atom, power in least.items()}) if least else form
    terms = frozen(rest.terms)
    coefficient = terms[0][1]
    scaled = tuple((m, whole(Fraction(c) / coefficient)) for m, c in terms)
    if positive(thawed(tuple((m, -c) for m, c in scaled))):
        coefficient, scaled = -coefficient, tuple((m, -c) for m, c in scaled)
    monomial = tuple(sorted(least.items(), key=lambda factor: factor[0].key))
    return coefficient, monomial, Factor(scaled)


def exponential(form: Form) -> Form:
    """Return e to the power of a form: a product of exponentials of monomials."""
    result = number(1).relying(form)
    for monomial, coefficient in form.terms.items():
        result = result * single(Exponential(monomial), coefficient)
    return result.by("exponential-of-sum") if len(form.terms) > 1 else result


def logarithm(form: Form) -> Form:
    """Return the logarithm of a form that is positive: of each of its factors.

    Raises
    ------
    Unproved
        If the form may be zero or negative as far as the types tell.
    """
    from mathcheck.proving.signs import positive

    above, below = common(form)
    if not positive(above) or not all(positive(single(atom)) for atom in below):
        raise Unproved("a logarithm of what may not be positive")
    coefficient, monomial, rest = factored(above)
    result = logarithm_of_number(coefficient).relying(above)
    factors = [*monomial, *((atom, -power) for atom, power in below.items())]
    for atom, power in factors + ([(rest, 1)] if rest else []):
        result = result + number(power) * logarithm_of_atom(atom)
    return result.by("logarithm-of-product") if len(factors) + bool(rest) > 1 else result


def logarithm_of_atom(atom: Atom) -> Form:
    """Return the logarithm of a positive atom."""
    from mathcheck.proving.signs import positive

    if isinstance(atom, Exponential):
        return of_monomial(atom.of).by("logarithm-of-exponential")
    if not positive(single(atom)):
        raise Unproved("a logarithm of a product with factors that may not be positive")
    of = atom.of if isinstance(atom, Factor) else ((((atom, 1),), 1),)
    return single(Logarithm(of))


def logarithm_of_number(value: Rational) -> Form:
    """Return the logarithm of a positive rational number: of its prime factors."""
    if value <= 0:
        raise Unproved("a logarithm of a number that is not positive")
    result = number(0)
    for part, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime in prime_factors(part):
            result = result + number(sign) * single(Logarithm((((), prime),)))
    return result.by("logarithm-of-product") if result.terms else result


def prime_factors(value: int) -> Iterable[int]:
    """Yield the prime factors of a number; a large one without small factors is left whole."""
    divisor = 2
    while divisor * divisor <= value and divisor < 1000:
        while value % divisor == 0:
            yield divisor
            value //= divisor
        divisor += 1
    if value > 1:
        yield value
