r"""What the monomials of a normal form are made of.

Two atoms are equal if their keys are; a key has the keys of all that is inside of an atom.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property

from mathcheck.proving.indices import Index, Size

# Nearly all numbers are whole, and whole numbers are fast.
Rational = int | Fraction
Monomial = tuple[tuple["Atom", Rational], ...]
# A sum of monomials, in a fixed order.
Frozen = tuple[tuple[Monomial, Rational], ...]


@dataclass(frozen=True, eq=False)
class Atom:
    """Something that isn't taken apart."""

    @cached_property
    def key(self) -> str:
        """The kind of atom and all that is in it, as a text."""
        parts = tuple(getattr(self, part.name) for part in fields(self))
        return f"{type(self).__name__}{text_of(parts)}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.key == other.key

    def __hash__(self) -> int:
        return self.digest

    @cached_property
    def digest(self) -> int:
        """The hash of the key, which is asked for very often."""
        return hash(self.key)


@dataclass(frozen=True)
class Nature:
    """What the type of a symbol says of its entries.

    Parameters
    ----------
    positive : bool
        Whether they lie above zero.
    below_one : bool
        Whether they lie below one.
    binary : bool
        Whether they are zero or one.
    counting : bool
        Whether they are whole numbers from zero on.
    totals : int
        Over how many of the last indices they sum to one; zero if they need not.
    varies : bool
        Whether each of them moves freely, so that it may be differentiated by.
    symmetric : bool
        Whether the order of the indices doesn't matter.
    """

    positive: bool = False
    below_one: bool = False
    binary: bool = False
    counting: bool = False
    totals: int = 0
    varies: bool = True
    symmetric: bool = False

    @property
    def at_most_one(self) -> bool:
        """Whether they lie between zero and one, or are one of them."""
        return self.below_one or self.binary or self.totals > 0


@dataclass(frozen=True, eq=False)
class Entry(Atom):
    """A number of the symbol table, or an entry of an array."""

    name: str
    indices: tuple[Index, ...]
    nature: Nature

    @cached_property
    def key(self) -> str:
        """The name and the indices."""
        return f"{self.name}[{''.join(i.key for i in self.indices)}]"


@dataclass(frozen=True, eq=False)
class Count(Atom):
    """A size, which is at least one."""

    size: Size


@dataclass(frozen=True, eq=False)
class Position(Atom):
    """The number that an index is."""

    index: Index


@dataclass(frozen=True, eq=False)
class Delta(Atom):
    """One if two indices are equal, else zero."""

    one: Index
    other: Index


@dataclass(frozen=True, eq=False)
class Member(Atom):
    """One if an index is in a set, else zero."""

    of: str
    index: Index


@dataclass(frozen=True, eq=False)
class Exponential(Atom):
    """The number e to the power of a monomial."""

    of: Monomial


@dataclass(frozen=True, eq=False)
class Logarithm(Atom):
    """The logarithm of a sum of monomials that has no factor."""

    of: Frozen


@dataclass(frozen=True, eq=False)
class Factor(Atom):
    """A sum of several monomials that has no factor, as one thing."""

    of: Frozen


@dataclass(frozen=True, eq=False)
class Total(Atom):
    """The sum of a monomial over all values of indices."""

    bound: tuple[Index, ...]
    of: Monomial


@dataclass(frozen=True, eq=False)
class Opaque(Atom):
    """A function of sums of monomials of which only its name is known; it may bind an index."""

    name: str
    operands: tuple[Frozen, ...]
    bound: tuple[Index, ...] = ()


def text_of(part: object) -> str:
    """Return a part of an atom as a text; indices and atoms have it already."""
    if isinstance(part, Atom | Index):
        return part.key
    if isinstance(part, tuple):
        return f"({','.join(map(text_of, part))})"
    return str(part)
