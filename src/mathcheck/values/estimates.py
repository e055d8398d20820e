"""What limits, series and integrals share: values whose error is estimated, not bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mathcheck.numbers.balls import NEVER, Ball, Rational, ball, logarithm
from mathcheck.numbers.duals import Dual
from mathcheck.numbers.exact import NotExact
from mathcheck.numbers.precision import Undefined

# Bits to which an estimate must have settled, relative to the largest number on the way.
SETTLED = 40


def leafwise(estimate: Callable[[list[Any]], Any], numbers: Sequence[Any]) -> Any:
    """Apply an estimate to numbers, and to each of their derivatives."""
    tags = [x.tag for x in numbers if isinstance(x, Dual)]
    if not tags:
        return estimate(list(numbers))
    tag = max(tags)
    moved = [isinstance(x, Dual) and x.tag == tag for x in numbers]
    values = [x.value if own else x for x, own in zip(numbers, moved, strict=True)]
    slopes = [x.slope if own else 0 for x, own in zip(numbers, moved, strict=True)]
    return Dual(tag, leafwise(estimate, values), leafwise(estimate, slopes))


def size(x: Any) -> float:
    """Return the logarithm of an upper bound of the absolute value, also of the derivatives."""
    if isinstance(x, Ball):
        return x.high
    if isinstance(x, Dual):
        return max(size(x.value), size(x.slope))
    if not isinstance(x, Rational):
        raise NotExact("an estimate")
    return logarithm(x)


def estimated(x: Any, error: float, terms: float, what: str) -> Ball:
    """Return a number with its estimated error, or say that it has not settled."""
    if error > terms - SETTLED:
        raise Undefined(f"{what} does not settle; it may have no value, or mark it as not checked")
    return widened(x, error, terms)


def widened(x: Any, error: float, terms: float) -> Ball:
    """Return a number with an estimated error."""
    x = ball(x)
    radius = max(x.radius, error) + 1 if error > NEVER else x.radius
    return Ball(x.middle, radius, max(x.terms, terms))
