"""Whole numbers: sizes, indices, labels, integers, zeros and ones."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from mathcheck.kinds.base import Kind, Sizes, Value, combined, filled, length, patterned


class Whole(Kind):
    """Whole numbers of a range."""

    counts = True

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


class Size(Whole):
    """How many there are of something."""

    kind = "size"
    example = "size 2..5"
    argument = "bounds"
    dimension = True
    parameter = False
    described = "how many there are: all numbers between the bounds, the small first"


class Index(Counted):
    """A number for which an equation holds whatever it is."""

    kind = "index"
    example = "index C"
    argument = "size"
    ranges = True
    described = "a number from 1 to a size: all of them; index 0:C counts from 0"


class Label(Counted):
    """The class that is observed."""

    kind = "label"
    example = "label C"
    argument = "size"
    brackets = (0, 3)
    sampled = True
    described = "a class: any of them, fixed in each sample"


class Integer(Whole):
    """A whole number."""

    kind = "integer"
    example = "integer 0..9"
    endless = True
    argument = "bounds"
    brackets = (0, 3)
    sampled = True
    described = "a whole number: any between the bounds, the bounds themselves too"

    def allows(self, number: Fraction) -> bool:
        """Return whether a number is whole, and between the bounds."""
        return number in range(self.low, self.high + 1)


@dataclass(frozen=True)
class Binary(Whole):
    """Zero or one."""

    high: int = 1

    kind = "binary"
    example = "binary"
    brackets = (0, 3)
    sampled = True
    described = "zero or one: either"
