"""Whether a relation holds between two values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mathcheck.arithmetic import DIGITS, bare, context, shape
from mathcheck.checking.tally import Tally
from mathcheck.evaluate import Scope, flat
from mathcheck.expressions import Node, Number
from mathcheck.latex import Refusal

# Two sides are equal if they differ by less than this part of the larger, or of one: of the 50
# digits, 12 are left to rounding. Where larger numbers are added on the way, there are more digits.
TOLERANCE = context.mpf(10) ** -(DIGITS - 12)
# Limits and integrals are approximated; see `evaluate.SETTLED`.
ROUGH = context.mpf(10) ** -13
# The sides of an approximate equality agree to this part.
APPROXIMATE = context.mpf(1) / 20


def agree(
    left: Any, right: Any, sign: str, sides: Sequence[Node], scope: Scope, tally: Tally
) -> bool:
    """Return whether a relation holds between two values."""
    pairs = paired(left, right, sides)
    if sign == "!=":
        return any(not near(a, b, scope, tally) for a, b in pairs)
    return all(related(a, b, sign, sides, scope, tally) for a, b in pairs)


def paired(left: Any, right: Any, sides: Sequence[Node]) -> list[tuple[Any, Any]]:
    """Return the entries of two values side by side; the number 0 fits every shape."""
    first, second = (
        [context.zero] * 0 if isinstance(n, Number) and n.value == 0 else flat(v)
        for n, v in zip(sides, (left, right), strict=True)
    )
    if not first and not second:
        return [(context.zero, context.zero)]
    if not first:
        return [(context.zero, b) for b in second]
    if not second:
        return [(a, context.zero) for a in first]
    if shape(left) != shape(right):
        raise Refusal(f"{shape(left)} is compared with {shape(right)}", sides[1].start)
    return list(zip(first, second, strict=True))


def near(a: Any, b: Any, scope: Scope, tally: Tally) -> bool:
    """Return whether two numbers are equal up to rounding."""
    a, b = bare(a), bare(b)
    difference = abs(a - b)
    scale = max(abs(a), abs(b), context.one)
    if scope.shared.approximate:
        scale = max(scale, scope.shared.largest)
    tally.worst = max(tally.worst, float(difference / scale))
    return bool(difference <= (ROUGH if scope.shared.approximate else TOLERANCE) * scale)


def related(a: Any, b: Any, sign: str, sides: Sequence[Node], scope: Scope, tally: Tally) -> bool:
    """Return whether a relation holds between two numbers."""
    a, b = bare(a), bare(b)
    if sign == "~":
        return close(a, b, sides)
    equal = near(a, b, scope, Tally() if sign != "=" else tally)
    if sign == "=":
        return equal
    if isinstance(a, context.mpc) or isinstance(b, context.mpc):
        raise Refusal("an order of complex numbers", sides[1].start)
    if sign in ("<", ">"):
        return not equal and bool(a < b if sign == "<" else a > b)
    return equal or bool(a < b if sign == "<=" else a > b)


def close(a: Any, b: Any, sides: Sequence[Node]) -> bool:
    """Return whether two numbers agree to the printed digits, or to one part in twenty."""
    for side in sides:
        if isinstance(side, Number) and side.decimals:
            return bool(abs(a - b) <= context.mpf(10) ** -side.decimals * context.mpf("0.5001"))
    return bool(abs(a - b) <= APPROXIMATE * max(abs(a), abs(b)))
