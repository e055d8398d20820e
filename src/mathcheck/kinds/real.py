"""Real numbers, and arrays of them."""

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import ClassVar

from mathcheck.kinds.base import (
    GRID,
    LEAST,
    SCALES,
    Kind,
    Sizes,
    Symbol,
    Value,
    filled,
    is_diagonal,
    patterned,
    power_of_two,
)

Pattern = Callable[[int, tuple[int, ...]], Fraction | int]
HALF = Fraction(1, 2)
# Those nearest to zero as often as all others.
SMALL_WHOLE = (*range(-6, 7), *4 * (-1, 0, 1))
LARGE, SMALL = power_of_two(max(SCALES)), power_of_two(min(SCALES))


def ones(position: int, place: tuple[int, ...]) -> int:
    """Tie all entries."""
    return 1


def halves(position: int, place: tuple[int, ...]) -> Fraction:
    """Go through half and whole numbers."""
    return (position + 1) * HALF


def tied(position: int, place: tuple[int, ...]) -> Fraction | int:
    """Tie the two largest entries."""
    return 2 if position < 2 else HALF


def skew(position: int, place: tuple[int, ...]) -> int:
    """Return minus one below the diagonal, one above it, and zero on it."""
    row, column = place
    return (column > row) - (column < row)


class Continuous(Kind):
    """Numbers of an interval."""

    brackets = (0, 3)
    sampled = True
    continuous = True
    convex = True
    # The numbers of which the smallest counterexample is made, and those that must be tried;
    # arrays that must be tried.
    round: ClassVar[tuple[Fraction | int, ...]] = ()
    points: ClassVar[tuple[Fraction | int, ...]] = ()
    patterns: ClassVar[tuple[Pattern, ...]] = ()
    # The same of matrices alone.
    of_matrices: ClassVar[tuple[Pattern, ...]] = ()

    def number(self, source: random.Random, scale: int) -> Fraction:
        """Return one number of a scale."""
        raise NotImplementedError

    def allows(self, number: Fraction) -> bool:
        """Return whether a number is of the type."""
        return number > 0 or not self.above_zero

    def draw(self, sizes: Sizes, source: random.Random, scale: int = 0) -> Value:
        """Return numbers of a scale; in an array some of them are of the scales between."""
        lengths = self.lengths(sizes)

        def entry() -> Fraction:
            between = lengths and source.random() < 0.5
            return self.number(source, source.randint(*sorted((0, scale))) if between else scale)

        return filled(lengths, entry)

    def rounded(self, sizes: Sizes, source: random.Random, attempt: int) -> Value:
        """Return first one number everywhere, then a mixture of more and more numbers."""
        pool = self.round[attempt : attempt + 1] if attempt < 2 else self.round[: 1 + attempt // 2]
        return filled(self.lengths(sizes), lambda: source.choice(pool))

    def corners(self, sizes: Sizes) -> Sequence[Value]:
        """Return the points of a number, or the patterns of an array."""
        lengths = self.lengths(sizes)
        patterns = (*self.patterns, *(self.of_matrices if len(lengths) == 2 else ()))
        return [patterned(lengths, p) for p in patterns] if lengths else self.points

    def indeterminates(self, key: str, sizes: Sizes, symbol: Symbol) -> Iterator[Value]:
        """Return one indeterminate for each number."""
        yield patterned(
            self.lengths(sizes), lambda position, place: symbol(f"{key} {place}" if place else key)
        )


class Real(Continuous):
    """Any real number."""

    kind = "real"
    example = "real[n, C]"
    round = (0, 1, -1, HALF, 2, -HALF, 3 * HALF, -2, 3, 4, -3, 5)
    points = (0, 1, -1, HALF, -HALF, 2, -2)
    patterns = (
        lambda position, place: 0,
        ones,
        lambda position, place: (-1) ** position,
        lambda position, place: int(position == 0),
        lambda position, place: int(is_diagonal(place)) * (position + 1),
        halves,
        tied,
    )
    of_matrices = (
        lambda position, place: int(is_diagonal(place)),
        lambda position, place: -int(is_diagonal(place)),
        lambda position, place: int(place[1] == place[0] + 1),
        skew,
    )
    described = (
        "a real number, or an array of them: between -3 and 3, then a thousandth and a thousand "
        "times as large, zeros, halves and whole numbers, equal entries, a unit matrix and its "
        "negative, a nilpotent and a skew matrix"
    )

    def sparse(self, sizes: Sizes, source: random.Random) -> Value:
        """Return zeros, and one, minus one or two in the place of a third of them.

        One number is any small whole number.
        """
        lengths = self.lengths(sizes)
        if not lengths:
            return source.choice(SMALL_WHOLE)
        return filled(lengths, lambda: 0 if source.random() < 2 / 3 else source.choice((1, -1, 2)))

    def number(self, source: random.Random, scale: int) -> Fraction:
        """Return a number between -3 and 3, scaled."""
        return Fraction(source.randint(-3 * GRID, 3 * GRID), GRID) * power_of_two(scale)


class Positive(Continuous):
    """A number above zero."""

    kind = "positive"
    example = "positive"
    above_zero = True
    round = (1, 2, HALF, 3, Fraction(1, 4), 4, 5)
    points = (1, HALF, 2, 3)
    patterns = (ones, halves, tied, lambda position, place: SMALL if position % 2 else LARGE)
    described = (
        "a number above zero, or an array of them: between 0.125 and 3, then a thousandth and a "
        "thousand times as large, halves and whole numbers, equal entries"
    )

    def number(self, source: random.Random, scale: int) -> Fraction:
        """Return a number between an eighth and 3, scaled."""
        return Fraction(source.randint(GRID // 8, 3 * GRID), GRID) * power_of_two(scale)


class Unit(Continuous):
    """A number between zero and one, without them."""

    kind = "unit"
    example = "unit"
    above_zero = True
    round = (HALF, Fraction(1, 4), Fraction(3, 4))
    points = (HALF, LEAST, 1 - LEAST, Fraction(1, 4))
    patterns = (
        lambda position, place: HALF,
        lambda position, place: 1 - LEAST if position % 2 else LEAST,
        lambda position, place: Fraction(3, 4) if position < 2 else Fraction(1, 4),
    )
    described = (
        "a number between 0 and 1, or an array of them: between 0.016 and 0.97, then as near as "
        "0.000001 to 0 and to 1, a half, equal entries"
    )

    def allows(self, number: Fraction) -> bool:
        """Return whether a number is of the type."""
        return 0 < number < 1

    def number(self, source: random.Random, scale: int) -> Fraction:
        """Return a number near zero for small scales, near one for large ones."""
        if scale == 0:
            # So far from one that a geometric series settles.
            return Fraction(source.randint(GRID // 64, GRID - GRID // 32), GRID)
        distance = Fraction(source.randint(GRID // 64, GRID - 1), GRID) * power_of_two(-abs(scale))
        return distance if scale < 0 else 1 - distance
