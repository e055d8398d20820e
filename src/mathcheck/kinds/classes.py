"""Classes: distributions over them, one of them, some of them."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mathcheck.kinds.base import (
    GRID,
    LEAST,
    Kind,
    Place,
    Sizes,
    Symbol,
    Value,
    length,
    patterned,
    power_of_two,
)

# Of probabilities that are moved again and again the denominators grow no longer than this.
FINEST = 2**120


class Simplex(Kind):
    """A distribution, a joint table, or a distribution in each row; no probability is zero."""

    kind = "simplex"
    example = "simplex[C]"
    brackets = (1, 2)
    by_rows = True
    sampled = True
    continuous = True
    convex = True
    distribution = True
    described = (
        "probabilities that sum to one, all of them above zero: any, then one that is nearly one "
        "and others as small as 0.000001, and equal ones; in a joint table also a diagonal"
    )

    def parts(self, sizes: Sizes, distribution: Callable[[int, int], Sequence[Any]]) -> np.ndarray:
        """Return an array made of the distributions with the given numbers and lengths."""
        lengths = self.lengths(sizes)
        number = lengths[0] if self.rows else 1
        count = int(np.prod(lengths)) // number
        entries = [p for row in range(number) for p in distribution(row, count)]
        result: np.ndarray = patterned(lengths, lambda position, place: entries[position])
        return result

    def draw(self, sizes: Sizes, source: random.Random, scale: int = 0) -> Value:
        """Return multiples of the grid at scale 0, otherwise numbers near a corner."""

        def general(row: int, count: int) -> list[Fraction]:
            cuts = sorted(source.sample(range(1, GRID), count - 1))
            return [Fraction(b - a, GRID) for a, b in itertools.pairwise([0, *cuts, GRID])]

        def near_corner(row: int, count: int) -> list[Fraction]:
            # The sum of the light ones is below one, and exact in binary64.
            light = [
                Fraction(source.randint(GRID // 2, GRID), GRID)
                * power_of_two(
                    -source.randint(abs(scale), max(abs(scale), 2 * abs(scale) - 4))
                    - count.bit_length()
                )
                for _ in range(count - 1)
            ]
            light.insert(source.randrange(count), 1 - sum(light, Fraction(0)))
            return light

        return self.parts(sizes, near_corner if scale else general)

    def rounded(self, sizes: Sizes, source: random.Random, attempt: int) -> Value:
        """Return equal probabilities at first."""
        if attempt < 4:
            return self.parts(sizes, lambda row, count: [Fraction(1, count)] * count)
        return self.draw(sizes, source)

    def corners(self, sizes: Sizes) -> Sequence[Value]:
        """Return equal probabilities, those nearest to two corners, and a half with a tie.

        In a joint table two variables that are nearly functions of each other come first.
        """

        def near(which: int) -> Callable[[int, int], list[Fraction]]:
            def distribution(row: int, count: int) -> list[Fraction]:
                result = [LEAST] * count
                result[(which + row) % count] = 1 - LEAST * (count - 1)
                return result

            return distribution

        def half(row: int, count: int) -> list[Fraction]:
            if count == 1:
                return [Fraction(1)]
            return [Fraction(1, 2), *[Fraction(1, 2 * (count - 1))] * (count - 1)]

        equal = self.parts(sizes, lambda row, count: [Fraction(1, count)] * count)
        return [
            *self.diagonal(sizes),
            equal,
            *(self.parts(sizes, d) for d in (near(0), near(-1), half)),
        ]

    def diagonal(self, sizes: Sizes) -> Iterator[Value]:
        """Yield, if this is a joint table, one with nearly all on its diagonal."""
        lengths = self.lengths(sizes)
        if self.rows or len(lengths) != 2:
            return
        rows, columns = lengths
        on_diagonal = [(row, row * (columns - 1) // max(1, rows - 1)) for row in range(rows)]
        heavy = Fraction(1, rows) - LEAST * (columns - 1)
        yield patterned(lengths, lambda _, place: heavy if place in on_diagonal else LEAST)

    def placed(
        self, value: Value, place: Place, number: Fraction, still: Place | None = None
    ) -> Value | None:
        """Return a value with one probability moved; the others share the rest as before."""
        same = still is not None and (not self.rows or still[0] == place[0])
        fixed = value[still] if same else Fraction(0)
        before, after = 1 - fixed - value[place], 1 - fixed - number
        if number <= 0 or after <= 0 or not before:
            return None
        result = value.copy()
        distribution = result[place[0]] if self.rows else result
        distribution *= after / before
        result[place] = number
        if same:
            result[still] = fixed
        shorten(distribution.reshape(-1), [number, fixed] if same else [number])
        return result

    def indeterminates(self, key: str, sizes: Sizes, symbol: Symbol) -> Iterator[Value]:
        """Return an indeterminate for each probability but the last, which is the rest."""

        def distribution(row: int, count: int) -> list[Any]:
            free = [symbol(f"{key} {row} {place}") for place in range(count - 1)]
            return [*free, 1 - sum(free)]

        yield self.parts(sizes, distribution)


def shorten(distribution: np.ndarray, settled: Sequence[Fraction]) -> None:
    """Round probabilities, of which some are settled, where their denominators are long.

    The largest of the others takes up what is lost, so that they still sum to one.
    """
    others = [at for at, p in enumerate(distribution) if p not in settled]
    long = [at for at in others if distribution[at].denominator > FINEST]
    for at in long:
        distribution[at] = Fraction(max(1, round(distribution[at] * FINEST)), FINEST)
    if long:
        largest = max(others, key=lambda at: distribution[at])
        distribution[largest] += 1 - distribution.sum()


class Onehot(Kind):
    """A vector with a single one, or such rows."""

    kind = "onehot"
    example = "onehot[n; C]"
    brackets = (1, 2)
    by_rows = True
    sampled = True
    described = "zeros and a single one, in all or in each row: any class"

    def of_classes(self, classes: Sequence[int], lengths: tuple[int, ...]) -> Value:
        """Return the rows with ones at these places."""
        rows = (0,) if len(lengths) == 1 else ()
        return patterned(
            lengths, lambda position, place: int(classes[(*rows, *place)[0]] == place[-1])
        )

    def draw(self, sizes: Sizes, source: random.Random, scale: int = 0) -> Value:
        """Return any of the values; there is but one scale."""
        *rows, count = self.lengths(sizes)
        classes = [source.randrange(count) for _ in range(rows[0] if rows else 1)]
        return self.of_classes(classes, (*rows, count))

    def members(self, sizes: Sizes) -> Iterator[Value]:
        """Return all choices of classes."""
        *rows, count = self.lengths(sizes)
        for classes in itertools.product(range(count), repeat=rows[0] if rows else 1):
            yield self.of_classes(classes, (*rows, count))

    def corners(self, sizes: Sizes) -> Sequence[Value]:
        """Return the first class, the last, and in rows all in turn."""
        *rows, count = self.lengths(sizes)
        number = rows[0] if rows else 1
        choices = [[0] * number, [count - 1] * number, [row % count for row in range(number)]]
        return [self.of_classes(c, (*rows, count)) for c in choices[: 3 if rows else 2]]


class Set(Kind):
    """Some of the classes, which may be all or none."""

    kind = "set"
    example = "set C"
    argument = "size"
    sampled = True
    described = "some of the numbers from 1 to a size: any of them, all, none"

    def classes(self, sizes: Sizes) -> range:
        """Return all classes."""
        return range(self.first, self.first + length(self.size, sizes))

    def draw(self, sizes: Sizes, source: random.Random, scale: int = 0) -> Value:
        """Return a set that is not empty."""
        classes = self.classes(sizes)
        members = [c for c in classes if source.random() < 0.6]
        return frozenset(members or [source.choice(classes)])

    def members(self, sizes: Sizes) -> Iterator[Value]:
        """Return all sets, the large ones first and the empty one last."""
        classes = self.classes(sizes)
        for count in reversed(range(len(classes) + 1)):
            yield from map(frozenset, itertools.combinations(classes, count))

    def corners(self, sizes: Sizes) -> Sequence[Value]:
        """Return all classes, a single one, and none."""
        classes = self.classes(sizes)
        return [frozenset(classes), frozenset(classes[-1:]), frozenset()]

    def python(self, value: Value) -> Any:
        """Return the set of the classes, which count from zero."""
        return {member - self.first for member in value}


class Variable(Kind):
    """A random variable with a finite distribution."""

    kind = "variable"
    example = r"variable \mathbf{p}"
    argument = "name"
    ranges = True
    variable = True
    described = (
        "a random variable with the named distribution, and independent of those with other "
        "distributions: all of its values"
    )
