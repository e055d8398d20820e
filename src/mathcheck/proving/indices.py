"""Indices of entries: free ones, numbers, classes of one-hot rows, and those that a sum binds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

# The names of indices that a sum binds: written by their height, and while they are open.
BOUND, OPEN = "#", "?"
fresh_numbers = itertools.count()


@dataclass(frozen=True, order=True)
class Size:
    """How many values an index has: a name or a number; the first value, and the least number."""

    name: str
    first: int = 1
    least: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return self.name if self.first == 1 else f"{self.first}:{self.name}"

    @property
    def numbers(self) -> range | None:
        """The values that an index may have, if the size is a number."""
        return range(self.first, self.first + int(self.name)) if self.name.isdecimal() else None

    @property
    def sure_numbers(self) -> range:
        """The values that an index may have whatever the size is."""
        return self.numbers or range(self.first, self.first + self.least)


@dataclass(frozen=True, order=True)
class Index:
    """An index; one with arguments is the class of a one-hot row, which depends on the row."""

    name: str
    size: Size
    arguments: tuple[Index, ...] = ()

    @cached_property
    def key(self) -> str:
        """The index as a text, which nothing else has that may stand in its place."""
        inside = ",".join(index.key for index in self.arguments)
        return f"<{self.name}:{self.size}({inside})>" if inside else f"<{self.name}:{self.size}>"

    @property
    def literal(self) -> bool:
        """Whether it is a number."""
        return self.name.isdecimal()

    @property
    def constant(self) -> bool:
        """Whether no sum binds it, nor anything that it depends on."""
        return self.name[0] not in BOUND + OPEN and all(i.constant for i in self.arguments)

    def parts(self) -> Iterator[Index]:
        """Yield the index and those on which it depends."""
        yield self
        for argument in self.arguments:
            yield from argument.parts()

    def renamed(self, others: Mapping[Index, Index]) -> Index:
        """Return the index with others put in the places of some."""
        if self in others:
            return others[self]
        if not self.arguments:
            return self
        changed = replace(self, arguments=tuple(i.renamed(others) for i in self.arguments))
        return others.get(changed, changed)


def opened(size: Size) -> Index:
    """Return an index that a sum is about to bind, of a name that no other has."""
    return Index(f"{OPEN}{next(fresh_numbers)}", size)


def literal(number: int, size: Size) -> Index:
    """Return a number as an index."""
    return Index(str(number), size)


def values_of(name: str, size: Size) -> list[Index]:
    """Return what an index of a name may be: each of its numbers if they are known, or itself."""
    if size.numbers is None:
        return [Index(name, size)]
    return [literal(number, size) for number in size.numbers]
