"""Whether a relation holds between two values, entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from mathcheck.expressions import Listed, Matrix, Node, Number, Operation
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import flat, shape
from mathcheck.numbers.balls import NEVER, ball
from mathcheck.numbers.complexes import Complex
from mathcheck.numbers.duals import bare
from mathcheck.numbers.precision import Undecided
from mathcheck.values.decide import AGREED_DIGITS, ESTIMATED_DIGITS, alike, decide
from mathcheck.values.scope import Scope, value

STRICT = frozenset({"<", ">", "!="})
# The sides of an approximate equality agree to this part, if neither is a printed number.
APPROXIMATE = Fraction(1, 20)
# Of the last digit that is printed; a little more than a half, which is rounded either way.
HALF = Fraction(5001, 10000)
# The products between a number and a power of ten.
PRODUCTS = ("times", "cross", "dot")


class Near(Undecided):
    """Two sides that may be equal are so nearly, and too little is known of them."""


class Tied(Undecided):
    """Two sides that must differ are equal as far as they are known."""

    advice = "allow that they are equal, or leave the case out by a condition"


def compare_sides(
    sides: Sequence[Node], sign: str, scope: Scope, values: dict[int, Any]
) -> tuple[Any, Any, bool]:
    """Return the values of two sides, and whether a relation holds between them.

    Raises
    ------
    Undecided
        If the bounds of the errors don't allow a decision.
    """
    left, right = (side_value(side, scope, values) for side in sides)
    if scope.shared.nearly:
        return left, right, nearly_agree(left, right, sign, sides)
    known = ESTIMATED_DIGITS if scope.shared.estimated else AGREED_DIGITS
    return left, right, agree(left, right, sign, sides, known)


def side_value(side: Node, scope: Scope, values: dict[int, Any]) -> Any:
    """Return the value of a side, which is computed once."""
    if id(side) not in values:
        try:
            values[id(side)] = value(side, scope)
        except Refusal as refusal:
            raise refusal.at(side.start) from None
    return values[id(side)]


def agree(
    left: Any, right: Any, sign: str, sides: Sequence[Node], known: int = AGREED_DIGITS
) -> bool:
    """Return whether a relation holds between two values."""
    pairs = paired(left, right, sides)
    if sign == "~":
        entries = zip(*(printed(side, len(pairs)) for side in sides), strict=True)
        both = zip(pairs, entries, strict=True)
        return all(close(bare(a), bare(b), cells) for (a, b), cells in both)
    answers = [decide(a, b, sign, known) for a, b in pairs]
    wanted = sign == "!="
    if wanted in answers:
        return wanted
    if None in answers:
        if sign in STRICT:
            raise Tied(f"whether the sides of {sign} differ")
        raise Near("whether two sides are equal")
    return not wanted


def nearly_agree(left: Any, right: Any, sign: str, sides: Sequence[Node]) -> bool:
    """Return whether a relation holds at a solution that is known nearly."""
    numbers = [(bare(a), bare(b)) for a, b in paired(left, right, sides)]
    equal = [alike(a, b) for a, b in numbers]
    if sign == "=":
        return all(equal)
    # Small numbers may differ by less than is known.
    if sign == "~" or any(equal):
        raise Refusal(f"whether {sign} holds is not known at a solution that is known nearly")
    return all(decide(a, b, sign) for a, b in numbers)


def paired(left: Any, right: Any, sides: Sequence[Node]) -> list[tuple[Any, Any]]:
    """Return the entries of two values side by side; the number 0 fits every shape."""
    first, second = (
        [] if isinstance(n, Number) and n.value == 0 else flat(v)
        for n, v in zip(sides, (left, right), strict=True)
    )
    if not first and not second:
        return [(0, 0)]
    if not first:
        return [(0, b) for b in second]
    if not second:
        return [(a, 0) for a in first]
    if shape(left) != shape(right):
        raise Refusal(f"{shape(left)} is compared with {shape(right)}", sides[1].start)
    return list(zip(first, second, strict=True))


def gap(a: Any, b: Any) -> float:
    """Return how far two numbers are apart at most, relative to what was added on the way."""
    difference = bare(a) - bare(b)
    if isinstance(difference, Complex):
        return max(gap(difference.real, 0), gap(difference.imaginary, 0))
    number = ball(difference)
    relative = number.high - number.terms if number.high > NEVER else NEVER
    return float(2.0 ** max(-1000.0, min(100.0, relative)))


def printed(side: Node, count: int) -> list[Node]:
    """Return the entries of a matrix that is printed, or a side for each of its entries."""
    cells = cells_of(side)
    return cells if len(cells) == count else [side] * count


def cells_of(side: Node) -> list[Node]:
    """Return the entries of a matrix or a list that is printed, row by row."""
    if isinstance(side, Listed):
        return cells_of(side.rows)
    if isinstance(side, Operation) and side.name == "negative":
        return [Operation("negative", (cell,)) for cell in cells_of(side.operands[0])]
    if isinstance(side, Operation) and side.name == "transpose":
        inner = side.operands[0]
        rows = inner.rows if isinstance(inner, Matrix) else ()
        return [cell for column in zip(*rows, strict=True) for cell in column]
    return [cell for row in side.rows for cell in row] if isinstance(side, Matrix) else []


def close(a: Any, b: Any, sides: Sequence[Node]) -> bool:
    """Return whether two numbers agree to the printed digits, or to one part in twenty.

    If both sides print a number, the one with fewer digits decides: `3.1416` is about `3.14`.
    """
    roundings = [rounding(side, number) for side, number in zip(sides, (a, b), strict=True)]
    allowed = [each for each in roundings if each is not None]
    if not allowed:
        allowed = [APPROXIMATE * max(abs(a), abs(b))]
    return any(abs(a - b) <= each for each in allowed)


def rounding(side: Node, number: Any) -> Any:
    r"""Return how far what is rounded to a printed number may be from it, or None for another side.

    A number is printed as `0.69`, `-7` or `2.5 \cdot 10^{18}`. Zeros before the point, and a power
    of ten alone, don't say whether they are digits: they are, but for one part in twenty.
    """
    side = unsigned(side)
    if isinstance(side, Number):
        return HALF / 10**side.decimals if side.decimals else whole_rounding(abs(side.value))
    if not isinstance(side, Operation):
        return None
    if power_of_ten(side):
        return APPROXIMATE * abs(number)
    scaled = side.name in PRODUCTS and power_of_ten(side.operands[1])
    factor = unsigned(side.operands[0])
    if not scaled or not isinstance(factor, Number) or factor.value == 0:
        return None
    return rounding(factor, factor.value) * abs(number / factor.value)


def unsigned(node: Node) -> Node:
    """Return a node without the minus signs before it."""
    while isinstance(node, Operation) and node.name == "negative":
        [node] = node.operands
    return node


def whole_rounding(size: Fraction) -> Fraction:
    """Return how far what is rounded to a whole number may be from it."""
    if size == 0:
        return APPROXIMATE
    unit = 1
    while size % (10 * unit) == 0:
        unit *= 10
    return max(HALF, min(HALF * unit, APPROXIMATE * size))


def power_of_ten(node: Node) -> bool:
    """Return whether a node is ten to a whole number that is printed."""
    if not isinstance(node, Operation) or node.name != "power":
        return False
    base, exponent = node.operands
    exponent = unsigned(exponent)
    whole = isinstance(exponent, Number) and exponent.decimals == 0
    return whole and isinstance(base, Number) and base.value == 10
