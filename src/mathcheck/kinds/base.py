"""What the types of a symbol table have in common."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

# A whole number, a fraction, an array of these, or a set of whole numbers.
Value = Any
Sizes = Mapping[str, int]
# The indices of an entry of an array; of a number there are none.
Place = tuple[int, ...]
# What makes an indeterminate of a text.
Symbol = Callable[[str], Any]

# Numbers are multiples of one over this before they are scaled: products of a few are still exact
# in binary64, so that code is given the very numbers at which the equation is evaluated.
GRID = 2**16
# Powers of two by which samples are scaled, from about 1000 to about 0.001, a large one beside a
# small one.
SCALES = (10, -10, 5, -5)
# Nearer than this to their borders no number and no probability is drawn.
LEAST = Fraction(1, 2**20)

# The types by the word with which a table names them.
KINDS: dict[str, type[Kind]] = {}


@dataclass(frozen=True)
class Dimension:
    """One dimension of an array: how many entries, and the number of the first."""

    size: str
    first: int = 1

    def __str__(self) -> str:
        return self.size if self.first else f"0:{self.size}"

    def length(self, sizes: Sizes) -> int:
        """Return how many entries there are."""
        return length(self.size, sizes)


def length(size: str, sizes: Sizes) -> int:
    """Return the value of a size, which is a number or a name."""
    return int(size) if size.isdecimal() else sizes[size]


@dataclass(frozen=True)
class Kind:
    """What a symbol may stand for; this one is the type of a name that no table has.

    Parameters
    ----------
    shape : tuple of Dimension
        The dimensions of an array; a number has none.
    size : str
        What an index, a label or a set counts to; the distribution of a random variable.
    first : int
        The number of the first that is counted, one or zero.
    low, high : int
        The bounds of a size or an integer.
    rows : bool
        Whether each row of an array is a value of its own.
    """

    shape: tuple[Dimension, ...] = ()
    size: str = ""
    first: int = 1
    low: int = 0
    high: int = 0
    rows: bool = False

    # How it is written: the word, an example for the list of types, what stands after the word
    # ("bounds", "size" or "name"), and how many dimensions stand in brackets.
    kind: ClassVar[str] = ""
    example: ClassVar[str] = ""
    argument: ClassVar[str] = ""
    brackets: ClassVar[tuple[int, int]] = (0, 0)
    # Whether the one size in brackets is that of the rows and of the columns; whether a semicolon
    # may part the rows.
    square: ClassVar[bool] = False
    by_rows: ClassVar[bool] = False
    # What it is and what is drawn, in a sentence for the documentation.
    described: ClassVar[str] = ""

    # Whether each sample gives it a value.
    sampled: ClassVar[bool] = False
    # Whether it is how many entries a dimension has.
    dimension: ClassVar[bool] = False
    # Whether its values are whole numbers that may index an array, and stand in a condition.
    counts: ClassVar[bool] = False
    # Whether an equation holds for all of its values where nothing binds it.
    ranges: ClassVar[bool] = False
    # Whether its values move continuously: an equation may be differentiated with respect to it.
    continuous: ClassVar[bool] = False
    # Whether its entries are tied to each other, so that none of them varies by itself.
    tied: ClassVar[bool] = False
    # Whether with two values each value between them is of the type.
    convex: ClassVar[bool] = False
    # Whether its values are numbers above zero.
    above_zero: ClassVar[bool] = False
    # Whether its matrices equal their transposes.
    symmetric: ClassVar[bool] = False
    # Whether a random variable may be drawn from it, and whether it is one.
    distribution: ClassVar[bool] = False
    variable: ClassVar[bool] = False
    # Whether its bounds are those of its samples alone, and its numbers go on beyond them.
    endless: ClassVar[bool] = False
    # Whether a definition gives it its value, and whether it may be a parameter of one.
    defined: ClassVar[bool] = False
    parameter: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        if "kind" in cls.__dict__:
            KINDS[cls.kind] = cls

    def __str__(self) -> str:
        """Return the type as a table has it."""
        separator = "; " if self.rows else ", "
        dimensions = self.shape[:1] if self.square else self.shape
        bracket = f"[{separator.join(map(str, dimensions))}]" if dimensions else ""
        argument = {
            "bounds": f" {self.low}..{self.high}",
            "size": f" {Dimension(self.size, self.first)}",
            "name": f" {self.size}",
        }
        return self.kind + argument.get(self.argument, "") + bracket

    @property
    def counts_to(self) -> str:
        """The size that an index or label counts to, or an empty string."""
        return self.size if self.counts else ""

    @cached_property
    def firsts(self) -> tuple[int, ...]:
        """The numbers of the first entries in each dimension."""
        return tuple(dimension.first for dimension in self.shape)

    @property
    def depends(self) -> frozenset[str]:
        """The names of the sizes on which its values depend."""
        names = {dimension.size for dimension in self.shape}
        names |= {self.size} if self.argument == "size" else set()
        return frozenset(name for name in names if not name.isdecimal())

    def lengths(self, sizes: Sizes) -> tuple[int, ...]:
        """Return the lengths of the dimensions of an array."""
        return tuple(dimension.length(sizes) for dimension in self.shape)

    def numbers(self, sizes: Sizes) -> range | None:
        """Return the whole numbers that a value or an entry may be, if it may be no other."""
        return None

    def constant(self, sizes: Sizes) -> Value | None:
        """Return the value that it has always, if there is one."""
        return None

    def allows(self, number: Fraction) -> bool:
        """Return whether a number, or an entry, may be moved to another number."""
        return False

    def placed(
        self, value: Value, place: Place, number: Fraction, still: Place | None = None
    ) -> Value | None:
        """Return a value with one number moved, or nothing if no value of the type has it there.

        Others may have to move with it, but for the one that is still.
        """
        return with_entry(value, place, number) if self.allows(number) else None

    def draw(self, sizes: Sizes, source: random.Random, scale: int = 0) -> Value:
        """Return a random value: in general position at scale 0, otherwise larger or smaller."""
        raise TypeError(f"{self} is not sampled")

    def rounded(self, sizes: Sizes, source: random.Random, attempt: int) -> Value:
        """Return a random value of round numbers, less round and less equal at later attempts."""
        return self.draw(sizes, source)

    def sparse(self, sizes: Sizes, source: random.Random) -> Value:
        """Return a random value of few round numbers, most of them zero if zero is one of them."""
        return self.rounded(sizes, source, 4)

    def moved(self, value: Value, sizes: Sizes, source: random.Random, step: Fraction) -> Value:
        """Return a value nearby: `step` of the way to a random value of a random scale.

        Where there is nothing between two values, this is another random value.
        """
        other = self.draw(sizes, source, source.choice((0, *SCALES)))
        return value + (other - value) * step if self.convex else other

    def members(self, sizes: Sizes) -> Iterator[Value] | None:
        """Return all values one by one, or nothing if there is no end of them."""
        return None

    def corners(self, sizes: Sizes) -> Sequence[Value]:
        """Return values that must be tried: zeros, ties, borders; as many for all sizes."""
        return ()

    def indeterminates(self, key: str, sizes: Sizes, symbol: Symbol) -> Iterator[Value] | None:
        """Return values that together stand for all, or nothing if there are none such."""
        return self.members(sizes)

    def python(self, value: Value) -> Any:
        """Return a value as code takes it, in binary64."""
        if isinstance(value, np.ndarray):
            return value.astype(np.float64)
        return value if isinstance(value, int) else float(value)


UNDECLARED = Kind()


def listed() -> str:
    """Return how all types are written."""
    return ", ".join(sorted(kind.example for kind in KINDS.values()))


def filled(shape: tuple[int, ...], draw: Callable[[], Any]) -> Value:
    """Return a number, or an array of numbers, made one by one."""
    return patterned(shape, lambda position, place: draw())


def patterned(shape: tuple[int, ...], entry: Callable[[int, tuple[int, ...]], Any]) -> Value:
    """Return an array of the numbers that belong to positions and places, or the only number."""
    if not shape:
        return entry(0, ())
    places = itertools.product(*map(range, shape))
    result = np.empty(math.prod(shape), dtype=object)
    result[:] = [entry(position, place) for position, place in enumerate(places)]
    return result.reshape(shape)


def with_entry(value: Value, place: Place, number: Fraction) -> Value:
    """Return an array with a number at a place, or the number where there is no array."""
    entry = int(number) if number.denominator == 1 else number
    if not place:
        return entry
    result = value.copy()
    result[place] = entry
    return result


def combined(shape: tuple[int, ...], choices: Sequence[Any]) -> Iterator[Value]:
    """Yield all arrays with these entries."""
    for chosen in itertools.product(choices, repeat=int(np.prod(shape))):
        yield patterned(shape, lambda position, place, c=chosen: c[position])  # type: ignore[misc]


def power_of_two(exponent: int) -> Fraction:
    """Return two to a whole power."""
    return Fraction(2) ** exponent


def is_diagonal(place: tuple[int, ...]) -> bool:
    """Return whether a place is on the diagonal."""
    return len(set(place)) == 1
