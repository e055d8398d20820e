"""How many digits are computed with, and what is raised where these don't decide."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from mathcheck.latex import Refusal

DIGITS = 50
# At one of its samples each equation is computed with as many: then tanh(1000) is not 1.
MOST_DIGITS = 1_000
# With so many digits a step of evaluation counts for one more.
DEAR = 150
BITS_PER_DIGIT = math.log2(10)


class Undefined(ValueError):  # noqa: N818, it is no error of the program
    """A value that does not exist: a division by zero, the logarithm of a negative number."""


class NoCase(Undefined):
    """No row of cases holds."""


class Beyond(Refusal):
    """A value that exists, and is too large to be computed."""


class Misfit(Refusal):
    """Operands whose shapes don't fit."""


class Kink(Undefined):
    """A derivative is taken where there need not be one."""


class Undecided(ArithmeticError):  # noqa: N818, it is an answer
    """The bounds of the error don't allow a decision: more digits may, or none."""

    advice = (
        "write it so that it is a comparison of rational numbers, or leave the case out by a "
        "condition"
    )


class Divisor(Undecided):
    """Whether there is a quotient: its divisor may be zero."""


class Touching(Undecided):
    """Whether the sides of a strict inequality are equal where they come as near as one looks."""

    advice = r"write it with \leq or \geq, or leave the case out by a condition"


class Precision:
    """The digits that are computed with; these in bits, with some for rounding; a step's cost."""

    def __init__(self, number: int) -> None:
        self.use(number)

    def use(self, number: int) -> None:
        """Compute with so many digits from now on."""
        self.digits = number
        self.bits = int(number * BITS_PER_DIGIT) + 10
        self.cost = 1 + number // DEAR


working = Precision(DIGITS)


@contextmanager
def digits(number: int) -> Iterator[None]:
    """Compute with so many digits inside of the block."""
    before = working.digits
    working.use(number)
    try:
        yield
    finally:
        working.use(before)
