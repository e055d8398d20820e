"""Matrices of a kind, and constant arrays."""

import itertools
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mathcheck.kinds.base import (
    SCALES,
    Kind,
    Place,
    Sizes,
    Symbol,
    Value,
    filled,
    is_diagonal,
    patterned,
    power_of_two,
    with_entry,
)


def diagonal(entries: Sequence[Any]) -> np.ndarray:
    """Return a matrix with these entries on its diagonal."""
    shape = (len(entries), len(entries))
    result: np.ndarray = patterned(shape, lambda k, at: entries[at[0]] if at[0] == at[1] else 0)
    return result


def is_definite(matrix: np.ndarray) -> bool:
    """Return whether all pivots of a symmetric matrix are above zero, as Gauss eliminates."""
    while len(matrix):
        pivot = Fraction(matrix[0, 0])
        if pivot <= 0:
            return False
        matrix = matrix[1:, 1:] - np.multiply.outer(matrix[1:, 0], matrix[0, 1:]) * (1 / pivot)
    return True


class Spd(Kind):
    """A symmetric positive definite matrix."""

    kind = "spd"
    example = "spd[D]"
    brackets = (1, 1)
    square = True
    symmetric = True
    sampled = True
    continuous = True
    tied = True
    convex = True
    described = (
        "a symmetric positive definite matrix: any, then with eigenvalues from a thousandth to a "
        "thousand, alone or together, the unit matrix, and one that is nearly singular"
    )

    def draw(self, sizes: Sizes, source: random.Random, scale: int = 0) -> Value:
        """Return a product; small in all for small scales, both small and large for large ones."""
        size = self.lengths(sizes)[0]
        root = filled((size, size), lambda: Fraction(source.randint(-32, 32), 16))
        matrix = root @ root.T + diagonal([power_of_two(-source.randint(0, 4))] * size)
        if scale < 0:
            return matrix * power_of_two(scale)
        stretched = diagonal(
            [power_of_two(source.randint(-(scale // 2), scale // 2)) for _ in range(size)]
        )
        return stretched @ matrix @ stretched

    def rounded(self, sizes: Sizes, source: random.Random, attempt: int) -> Value:
        """Return the unit matrix, then small multiples of it, then any."""
        size = self.lengths(sizes)[0]
        if attempt < 4:
            return diagonal([(1, 2, Fraction(1, 2), 3)[attempt]] * size)
        return self.draw(sizes, source)

    def corners(self, sizes: Sizes) -> Sequence[Value]:
        """Return the unit matrix, one with small and large eigenvalues, one nearly singular."""
        size = self.lengths(sizes)[0]
        little, large = power_of_two(min(SCALES)), power_of_two(max(SCALES))
        spread = itertools.islice(itertools.cycle([little, large, Fraction(1)]), size)
        nearly = patterned((size, size), lambda k, place: 1 if is_diagonal(place) else 1 - little)
        return [diagonal([1] * size), diagonal(list(spread)), nearly]

    def placed(
        self, value: Value, place: Place, number: Fraction, still: Place | None = None
    ) -> Value | None:
        """Return a value with an entry, and the one across the diagonal, moved."""
        result = with_entry(with_entry(value, place, number), place[::-1], number)
        return result if is_definite(result) else None

    def indeterminates(self, key: str, sizes: Sizes, symbol: Symbol) -> Iterator[Value]:
        """Return any symmetric matrix: what is the same function of all is so of some."""
        yield patterned(self.lengths(sizes), lambda k, place: symbol(f"{key} {sorted(place)}"))


class Orthogonal(Kind):
    """A matrix whose transpose is its inverse."""

    kind = "orthogonal"
    example = "orthogonal[D]"
    brackets = (1, 1)
    square = True
    sampled = True
    continuous = True
    tied = True
    described = (
        "an orthogonal matrix: a product of reflections, with the determinant 1 or -1, and the "
        "unit matrix, its negative and a permutation"
    )

    def draw(self, sizes: Sizes, source: random.Random, scale: int = 0) -> Value:
        """Return a product of reflections, as each orthogonal matrix is; there is but one scale."""
        size = self.lengths(sizes)[0]
        result = diagonal([1] * size)
        for _ in range(size - source.randint(0, 1)):
            v = filled((size,), lambda: source.choice((-1, 1)) * source.randint(1, 4))
            result = result - np.multiply.outer(result @ v, v) * Fraction(2, int(v @ v))
        return result

    def rounded(self, sizes: Sizes, source: random.Random, attempt: int) -> Value:
        """Return the unit matrix first."""
        return self.corners(sizes)[0] if attempt < 2 else self.draw(sizes, source)

    def corners(self, sizes: Sizes) -> Sequence[Value]:
        """Return the unit matrix, its negative, and the reversal of the order."""
        one = diagonal([1] * self.lengths(sizes)[0])
        return [one, -one, one[::-1]]


class Ones(Kind):
    """An array of ones."""

    kind = "ones"
    example = "ones[C]"
    brackets = (1, 2)
    described = "an array of ones"

    def constant(self, sizes: Sizes) -> Value:
        """Return the array."""
        return filled(self.lengths(sizes), lambda: 1)


class Identity(Kind):
    """The unit matrix."""

    kind = "identity"
    example = "identity[C]"
    brackets = (1, 1)
    square = True
    symmetric = True
    described = "the unit matrix"

    def constant(self, sizes: Sizes) -> Value:
        """Return the matrix."""
        return diagonal([1] * self.lengths(sizes)[0])


class Kronecker(Kind):
    """One where two indices are equal, otherwise zero."""

    kind = "kronecker"
    example = "kronecker"
    parameter = False
    described = "Kronecker's delta: one if its indices are equal, otherwise zero"
