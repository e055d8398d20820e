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


def shown(value: Any) -> str:
    """Return a value with four digits."""
    if isinstance(value, frozenset):
        return "{" + ", ".join(map(str, sorted(value))) + "}"
    if isinstance(value, Row):
        return shown(value.entries)
    if isinstance(value, np.ndarray):
        return "[" + ", ".join(shown(entry) for entry in value) + "]"
    if isinstance(value, int):
        return str(value)
    number: Any = bare(value)
    if isinstance(number, Rational) and number.denominator == 1 and abs(int(number)) < 10**6:
        return str(int(number))
    return repr(number if isinstance(number, Complex) else ball(number))


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
