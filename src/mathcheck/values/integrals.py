"""Definite integrals: a quadrature, and a search for peaks that it might have missed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mathcheck.expressions import Integral, Node, Operation
from mathcheck.latex import Refusal
from mathcheck.numbers.balls import NEVER, Ball, ball, divide
from mathcheck.numbers.duals import Dual, bare
from mathcheck.numbers.precision import Beyond, Undecided, Undefined, digits
from mathcheck.operations.elementary import cosh, exp, sinh
from mathcheck.operations.special import pi
from mathcheck.values.conditions import is_infinite
from mathcheck.values.estimates import leafwise, size, widened
from mathcheck.values.scope import Scope, scalar

# Points of the quadrature for each unit, at first and at last, and how many units.
COARSEST, FINEST = 8, 128
UNITS = Fraction(11, 2)
# Near the upper end of an interval the distance to it is a difference: (1 - x)^{b - 1}.
FINITE_DIGITS, INFINITE_DIGITS = 190, 60
# To so many bits the sums over ever finer points have to agree.
AGREED = 60
# Beyond the first and the last point there is less than this part, in bits.
EDGES = 46
# Between two points the integrand may be larger than at them by so many bits; else it is looked
# at in halves, as long as these are not smaller than this.
LARGER = 20
FINEST_CELL = Fraction(1, 2048)


@dataclass(frozen=True)
class Quadrature:
    """The integrand over the whole line, by the double exponential rule (Takahasi, Mori, 1974)."""

    node: Integral
    scope: Scope
    low: Any
    high: Any

    def __call__(self, t: Any) -> Any:
        """Return the integrand times the weight at a point of the whole line, or in a ball."""
        x, weight = placed(t, self.low, self.high)
        inner = self.scope.child({self.node.variable: x})
        return scalar(self.node.body, inner, "an integrand") * weight


def of_integral(node: Integral, scope: Scope) -> Any:
    """Return a definite integral; its error is estimated, its integrand is searched for peaks."""
    scope.shared.estimated = True
    infinite = is_infinite(node.low) or is_infinite(node.high)
    try:
        with digits(INFINITE_DIGITS if infinite else FINITE_DIGITS):
            fresh = scope.afresh()
            low, high = (bound(end, fresh) for end in (node.low, node.high))
            integrand = Quadrature(node, fresh, low, high)
            result, points = refined(integrand)
            search(integrand, points, node)
            return result
    except Undecided:
        raise Refusal(
            "the integrand can't be bounded between the points of the quadrature; split the "
            "integral, or mark it as not checked",
            node.start,
        ) from None


def bound(node: Node, scope: Scope) -> Any:
    """Return a bound of an integral: a number, or 1 or -1 in a tuple for infinity."""
    if is_infinite(node):
        return (-1,) if isinstance(node, Operation) else (1,)
    return scalar(node, scope, "the bound of an integral")


def refined(integrand: Callable[[Any], Any]) -> tuple[Any, dict[Fraction, Any]]:
    """Return the sum over ever finer points once it no longer changes, and the points."""
    step = Fraction(1, COARSEST)
    ends = int(UNITS * COARSEST)
    points = {k * step: integrand(k * step) for k in range(-ends, ends + 1)}
    while True:
        before = total(points, step)
        step = step / 2
        ends *= 2
        points |= {k * step: integrand(k * step) for k in range(1 - ends, ends, 2)}
        now = total(points, step)
        absolute = max(map(size, points.values()))
        # An integrand that is an integral itself has an error of its own.
        settled = size(now - before) <= max(absolute - AGREED, error_of(now) + COARSEST)
        if settled or step <= Fraction(1, FINEST):
            break
    edges = COARSEST + max(size(points[UNITS]), size(points[-UNITS]))
    if edges > absolute - EDGES or not settled:
        raise Undefined(
            "the integral does not settle; it may have no value, or split it where it is not smooth"
        )
    error = max(edges, absolute - AGREED) + COARSEST
    return leafwise(lambda parts: widened(parts[0], error, absolute), [now]), points


def error_of(x: Any) -> float:
    """Return the logarithm of the larger of the errors of a number and its derivatives."""
    if isinstance(x, Dual):
        return max(error_of(x.value), error_of(x.slope))
    return x.radius if isinstance(x, Ball) else NEVER


def total(points: dict[Fraction, Any], step: Fraction) -> Any:
    """Return the sum of the values at points, times their distance."""
    result: Any = 0
    for at in sorted(points):
        result = result + points[at]
    return result * step


def search(integrand: Callable[[Any], Any], points: dict[Fraction, Any], node: Integral) -> None:
    """Refuse an integrand that may have a peak between the points of its quadrature.

    It is evaluated in balls that cover the whole line between the first and the last point.
    """
    heights = {at: size(bare(x)) for at, x in points.items()}
    small = max(heights.values()) - AGREED
    cells = [cell for half in range(int(-2 * UNITS), int(2 * UNITS)) for cell in cells_of(half)]
    while cells:
        at, width = cells.pop()
        for end in (at, at + width):
            if end not in heights:
                heights[end] = size(bare(integrand(end)))
        expected = max(heights[at], heights[at + width]) + LARGER
        if inside(integrand, at, width) <= max(small, expected):
            continue
        if width < FINEST_CELL:
            raise Refusal(
                "the integrand may have a peak between the points of the quadrature; split the "
                "integral there, or mark it as not checked",
                node.start,
            )
        cells += [(at, width / 2), (at + width / 2, width / 2)]


def cells_of(half: int) -> list[tuple[Fraction, Fraction]]:
    """Return where the cells of half a unit begin, and their width: smaller where they spread."""
    outermost = max(abs(half), abs(half + 1)) // 2
    count = 2 << max(0, outermost - 2)
    width = Fraction(1, 2 * count)
    return [(Fraction(half, 2) + k * width, width) for k in range(count)]


def inside(integrand: Callable[[Any], Any], at: Fraction, width: Fraction) -> float:
    """Return the logarithm of an upper bound of the integrand between two points."""
    middle = ball(at + width / 2)
    try:
        return size(bare(integrand(Ball(middle.middle, ball(width / 2).high))))
    except (Beyond, Undecided, Undefined):
        return -NEVER


def placed(t: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """Return a point of the interval and its weight, from a point of the whole line."""
    half = divide(pi(), 2)
    inner, slope = half * sinh(t), half * cosh(t)
    if isinstance(low, tuple) and isinstance(high, tuple):
        return sinh(inner), slope * cosh(inner)
    if isinstance(high, tuple):
        shift = exp(inner)
        return low + shift, slope * shift
    if isinstance(low, tuple):
        shift = exp(inner)
        return high - shift, slope * shift
    # The distance to the nearer end keeps its digits.
    negative = bool(ball(inner).middle[0])
    near = divide(1, 1 + exp(2 * (-inner if negative else inner)))
    weight = (high - low) * (2 * slope * near * (1 - near))
    x = low + (high - low) * near if negative else high - (high - low) * near
    return x, weight
