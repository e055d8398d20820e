"""Whole numbers: sizes, indices, labels, integers, zeros and ones."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mathcheck.kinds.base import Kind, Sizes, Value, combined, filled, length, patterned


@dataclass(frozen=True)
class Whole(Kind):
    """Whole numbers of a range."""

    counts: ClassVar[bool] = True

    def numbers(self, sizes: Sizes) -> range:
        """Return the numbers, from the lowest to the highest."""
        return range(self.low, self.high + 1)

    def draw(self, sizes: Sizes, source: random.Random, scale: int = 0) -> Value:
        """Return any of the numbers; there is but one scale."""
        numbers = self.numbers(sizes)
        return filled(self.lengths(sizes), lambda: source.choice(numbers))

    def members(self, sizes: Sizes) -> Iterator[Value]:
        """Return all numbers, or all arrays of them."""
        return combined(self.lengths(sizes), self.numbers(sizes))

    def corners(self, sizes: Sizes) -> Sequence[Value]:
        """Return the lowest everywhere, the highest everywhere, and in an array all in turn."""
        numbers, lengths = self.numbers(sizes), self.lengths(sizes)
        patterns = [lambda k: 0, lambda k: -1, lambda k: k % len(numbers)]
        return [
            patterned(lengths, lambda position, place, p=p: numbers[p(position)])  # type: ignore[misc]
            for p in patterns[: 3 if lengths else 2]
        ]


@dataclass(frozen=True)
class Counted(Whole):
    """Numbers that count to a size, from one or from zero in print, and from zero in Python."""

    def numbers(self, sizes: Sizes) -> range:
        """Return the numbers, from the first on."""
        return range(self.first, self.first + length(self.size, sizes))

    def python(self, value: Value) -> Any:
        """Return whole numbers that count from zero."""
        if isinstance(value, np.ndarray):
            return value.astype(np.float64).astype(np.int64) - self.first
        return int(value) - self.first


@dataclass(frozen=True)
class Size(Whole):
    """How many there are of something."""

    kind: ClassVar[str] = "size"
    example: ClassVar[str] = "size 2..5"
    argument: ClassVar[str] = "bounds"
    dimension: ClassVar[bool] = True
    parameter: ClassVar[bool] = False
    described: ClassVar[str] = "how many there are: all numbers between the bounds, the small first"


@dataclass(frozen=True)
class Index(Counted):
    """A number for which an equation holds whatever it is."""

    kind: ClassVar[str] = "index"
    example: ClassVar[str] = "index C"
    argument: ClassVar[str] = "size"
    ranges: ClassVar[bool] = True
    described: ClassVar[str] = "a number from 1 to a size: all of them; index 0:C counts from 0"


@dataclass(frozen=True)
class Label(Counted):
    """The class that is observed."""

    kind: ClassVar[str] = "label"
    example: ClassVar[str] = "label C"
    argument: ClassVar[str] = "size"
    brackets: ClassVar[tuple[int, int]] = (0, 3)
    sampled: ClassVar[bool] = True
    described: ClassVar[str] = "a class: any of them, fixed in each sample"


@dataclass(frozen=True)
class Integer(Whole):
    """A whole number."""

    kind: ClassVar[str] = "integer"
    example: ClassVar[str] = "integer 0..9"
    argument: ClassVar[str] = "bounds"
    brackets: ClassVar[tuple[int, int]] = (0, 3)
    sampled: ClassVar[bool] = True
    described: ClassVar[str] = "a whole number: any between the bounds, the bounds themselves too"


@dataclass(frozen=True)
class Binary(Whole):
    """Zero or one."""

    high: int = 1

    kind: ClassVar[str] = "binary"
    example: ClassVar[str] = "binary"
    brackets: ClassVar[tuple[int, int]] = (0, 3)
    sampled: ClassVar[bool] = True
    described: ClassVar[str] = "zero or one: either"
