r"""A proof in words and formulas: the cases of each relation, and the normal form of its sides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from mathcheck.checking.equation import Reading
from mathcheck.checking.messages import which_relation
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
)
from mathcheck.proving.cases import Case, Decision
from mathcheck.proving.forms import Condition, frozen
from mathcheck.proving.indices import BOUND, OPEN, Index
from mathcheck.proving.prove import Proof
from mathcheck.symbols import lowered, plain

# What indices are called that an equation does not name: those that sums bind, and those of the
# entries of arrays that are compared as wholes. Each takes the place of its mark when all else is
# written, so that no letter has two meanings.
LETTERS = "ijklmnrsuvwdcpqabfghoty"
MARK = re.compile(r"\$([^$]+)\$")


def shown_proof(proof: Proof, reading: Reading) -> Iterator[tuple[str, str]]:
    """Yield the steps of a proof: words, and what they speak of in LaTeX."""
    for step in proof.steps:
        which = which_relation(reading, step.statement, step.relation)
        for number, case in enumerate(step.cases, start=1):
            several = f", case {number} of {len(step.cases)}" if len(step.cases) > 1 else ""
            yield f"{which}{several}", sides(case)


def sides(case: Case) -> str:
    """Return what was decided, and the normal form; both if they are equal as a whole only."""
    left, right = (terms(frozen(form.terms)) for form in (case.left, case.right))
    both = left if left == right else f"{left} = {right}"
    decisions = r",\ ".join(map(decision, case.decisions))
    return lettered(rf"{decisions}:\quad {both}" if decisions else both)


def shown_condition(condition: Condition) -> str:
    """Return what must not be zero."""
    return lettered(rf"{factor(condition.of, 1)} \neq 0")


def lettered(text: str) -> str:
    """Return LaTeX with a letter of its own in the place of each mark, which nothing else has."""
    names = dict.fromkeys(MARK.findall(text))
    taken = set(re.sub(r"\\[A-Za-z]+", "", MARK.sub("", text)))
    free = [letter for letter in LETTERS if letter not in taken]
    letters = {
        name: free[place] if place < len(free) else f"i_{{{place}}}"
        for place, name in enumerate(names)
    }
    return MARK.sub(lambda mark: letters[mark[1]], text)


def decision(of: Decision) -> str:
    """Return which indices are equal or not, or which number is zero or one."""
    if isinstance(of.of, Delta):
        sign = "=" if of.value else r"\neq"
        return f"{index(of.of.one)} {sign} {index(of.of.other)}"
    return f"{factor(of.of, 1)} = {of.value}"


def terms(of: Iterable[tuple[Monomial, Rational]]) -> str:
    """Return a sum in LaTeX."""
    result = ""
    for monomial, coefficient in of:
        sign, size = ("-", -coefficient) if coefficient < 0 else ("+", coefficient)
        result += f" {sign} {product(monomial, size)}"
    return result.strip().removeprefix("+").strip() or "0"


def product(monomial: Monomial, coefficient: Rational = 1) -> str:
    """Return a monomial in LaTeX, a fraction if it is divided by something."""
    above: list[str] = []
    below: list[str] = []
    exponent: dict[Monomial, Rational] = {}
    for atom, power in monomial:
        if isinstance(atom, Exponential):
            exponent[atom.of] = power
        else:
            (above if power > 0 else below).append(factor(atom, max(power, -power)))
    if exponent:
        above.insert(0, f"e^{{{terms(frozen(exponent))}}}")
    number = Fraction(coefficient)
    if number.numerator != 1 or not above:
        above.insert(0, str(number.numerator))
    if number.denominator != 1:
        below.insert(0, str(number.denominator))
    over, under = (r" \, ".join(part) for part in (above, below))
    return rf"\frac{{{over}}}{{{under}}}" if below else over


def factor(atom: Atom, power: Rational) -> str:
    """Return a power of an atom in LaTeX."""
    text: str = WRITERS[type(atom)](atom)
    if power == 1:
        return text
    return (
        f"{text}^{{{power}}}" if isinstance(atom, Factor) else rf"\left({text}\right)^{{{power}}}"
    )


def index(of: Index) -> str:
    """Return an index in LaTeX; the class of a one-hot row is c with the name of the row."""
    if of.name[0] in BOUND + OPEN or " " in of.name:
        return f"${of.name}$"
    if "\\" in of.name:
        return f"c({of.name}{''.join(f'_{{{index(i)}}}' for i in of.arguments)})"
    return of.name


def entry(atom: Entry) -> str:
    """Return an entry in LaTeX: with a small letter, as the book writes it."""
    if not atom.indices:
        return atom.name
    letter = lowered(plain(atom.name)) if plain(atom.name) != atom.name else atom.name
    return f"{letter}_{{{''.join(map(index, atom.indices))}}}"


def total(atom: Total) -> str:
    """Return a sum over indices in LaTeX."""
    below = ", ".join(map(index, atom.bound))
    return rf"\sum_{{{below}}} {product(atom.of)}"


def opaque(atom: Opaque) -> str:
    """Return a function in LaTeX of which only the name is known."""
    inside = ", ".join(map(terms, atom.operands))
    if atom.name == "absolute":
        return rf"\left|{inside}\right|"
    below = f"_{{{', '.join(map(index, atom.bound))}}}" if atom.bound else ""
    return rf"\operatorname{{{atom.name}}}{below}\left({inside}\right)"


WRITERS: Mapping[type[Atom], Callable[[Any], str]] = {
    Entry: entry,
    Total: total,
    Opaque: opaque,
    Count: lambda atom: atom.size.name,
    Position: lambda atom: index(atom.index),
    Delta: lambda atom: rf"\delta_{{{index(atom.one)} {index(atom.other)}}}",
    Member: lambda atom: rf"[{index(atom.index)} \in {atom.of}]",
    Exponential: lambda atom: f"e^{{{product(atom.of)}}}",
    Logarithm: lambda atom: rf"\log\left({terms(atom.of)}\right)",
    Factor: lambda atom: rf"\left({terms(atom.of)}\right)",
}
