"""Arguments that are single numbers."""

import math
import operator
import sys
from typing import Any


def index_or_none(value: Any) -> int | None:
    """Return an integer as such, and None of what is none; a boolean is none."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def as_integer(value: int, name: str) -> int:
    """Return an integer that is at least 1, or name what was given."""
    number = index_or_none(value)
    if number is None or number < 1:
        raise ValueError(f"{name}: got {value!r}; expected an integer that is at least 1")
    return number


def as_number(value: float, name: str, most: float, expected: str) -> float:
    """Return a number from 0 to the most that it may be, or name what was given."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= most or isinstance(value, str):
        raise ValueError(f"{name}: got {value!r}; expected {expected}")
    return number


def as_nonnegative(value: float, name: str) -> float:
    """Return a finite number that is not negative, or name what was given."""
    return as_number(value, name, sys.float_info.max, "a finite number that is not negative")
