"""How many digits are computed with, and what is raised where these don't decide."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mathcheck.latex import Refusal

DIGITS = 50
# At one of its samples each equation is computed with so many digits: then tanh(200) is not 1.
DEEP = 300
MOST_DIGITS = 1_000
BITS_PER_DIGIT = math.log2(10)


class Undefined(ValueError):  # noqa: N818, it is no error of the program
    """A value that does not exist: a division by zero, the logarithm of a negative number."""


class NoCase(Undefined):
    """No row of cases holds."""


class Beyond(Refusal):
    """A value that exists, and is too large to be computed."""


class Kink(Undefined):
    """A derivative is taken where there need not be one."""


class Undecided(ArithmeticError):  # noqa: N818, it is an answer
    """The bounds of the error don't allow a decision: more digits may, or none."""


@dataclass
class Precision:
    """The digits and bits that are computed with."""

    digits: int = DIGITS

    @property
    def bits(self) -> int:
        """Return the digits in bits, with some for rounding."""
        return int(self.digits * BITS_PER_DIGIT) + 10


working = Precision()


@contextmanager
def digits(number: int) -> Iterator[None]:
    """Compute with so many digits inside of the block."""
    before = working.digits
    working.digits = number
    try:
        yield
    finally:
        working.digits = before
