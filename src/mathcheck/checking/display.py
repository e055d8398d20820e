"""Values and samples in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mathcheck.numbers.arrays import Row
from mathcheck.numbers.balls import Rational, ball
from mathcheck.numbers.complexes import Complex
from mathcheck.numbers.duals import bare
from mathcheck.symbols import Table, plain
from mathcheck.values.scope import Scope

# Two values that differ are shown with the first of these digits in which one sees it.
DIGITS = (4, 8, 16, 32)


def shown_both(one: Any, other: Any) -> tuple[str, str]:
    """Return two values with so many digits that they look different, if that is possible."""
    pairs = ((shown(one, digits), shown(other, digits)) for digits in DIGITS)
    return next((pair for pair in pairs if pair[0] != pair[1]), (shown(one), shown(other)))


def shown(value: Any, digits: int = DIGITS[0]) -> str:
    """Return a value with a few digits."""
    if isinstance(value, frozenset):
        return "{" + ", ".join(map(str, sorted(value))) + "}"
    if isinstance(value, Row):
        return shown(value.entries, digits)
    if isinstance(value, np.ndarray):
        return "[" + ", ".join(shown(entry, digits) for entry in value) + "]"
    if isinstance(value, int):
        return str(value)
    number: Any = bare(value)
    if isinstance(number, Rational) and number.denominator == 1 and abs(int(number)) < 10**6:
        return str(int(number))
    return repr(number) if isinstance(number, Complex) else ball(number).written(digits)


def describe(values: Mapping[str, Any], scope: Scope, assignment: Mapping[str, int]) -> str:
    """Return the values at a sample, sizes first."""
    table = scope.shared.table
    parts = []
    for key in sorted(values, key=lambda k: (rank(k, table), k)):
        if key in assignment or key not in table:
            continue
        name = table.entries[key].python or plain(key)
        parts.append(f"{name} = {shown(values[key])}")
    parts.extend(f"{key} = {value}" for key, value in sorted(assignment.items()))
    return ", ".join(parts) or "every point"


def rank(key: str, table: Table) -> int:
    """Return the place of a symbol in the description of a sample."""
    return 0 if table.type(key).dimension else 1
