"""Derivatives that ride along with numbers.

A `Dual` is a number with its derivative in one direction. Duals of different tags nest, so second
and mixed derivatives need nothing more (Griewank and Walther, Evaluating Derivatives, 2008,
chapter 13). Derivatives are therefore computed from what is differentiated, to all digits, and
are never difference quotients.
"""

from __future__ import annotations

from typing import Any

from mathcheck.numbers.arithmetic import Arithmetic
from mathcheck.numbers.balls import divide
from mathcheck.numbers.precision import Undefined


class Dual(Arithmetic):
    """A number and its slope in the direction `tag`; both may be duals of smaller tags."""

    __slots__ = ("slope", "tag", "value")

    def __init__(self, tag: int, value: Any, slope: Any) -> None:
        self.tag, self.value, self.slope = tag, value, slope

    def parts(self, other: Any) -> tuple[int, Any, Any, Any, Any]:
        """Return the tag, the values and the slopes of two numbers in the larger direction."""
        if not isinstance(other, Dual) or other.tag < self.tag:
            return self.tag, self.value, self.slope, other, 0
        if other.tag > self.tag:
            return other.tag, self, 0, other.value, other.slope
        return self.tag, self.value, self.slope, other.value, other.slope

    def __neg__(self) -> Dual:
        return Dual(self.tag, -self.value, -self.slope)

    def __add__(self, other: Any) -> Any:
        tag, a, da, b, db = self.parts(other)
        return Dual(tag, a + b, da + db)

    def __mul__(self, other: Any) -> Any:
        tag, a, da, b, db = self.parts(other)
        return Dual(tag, a * b, da * b + a * db)

    def __truediv__(self, other: Any) -> Any:
        tag, a, da, b, db = self.parts(other)
        ratio = divide(a, b)
        return Dual(tag, ratio, divide(da - ratio * db, b))

    def __rtruediv__(self, other: Any) -> Any:
        ratio = divide(other, self.value)
        return Dual(self.tag, ratio, -divide(ratio * self.slope, self.value))


def slope(number: Any, tag: int) -> Any:
    """Return the derivative of a number in a direction, which need not be the outermost."""
    if not isinstance(number, Dual) or number.tag < tag:
        return 0
    if number.tag == tag:
        return number.slope
    return Dual(number.tag, slope(number.value, tag), slope(number.slope, tag))


def bare(number: Any) -> Any:
    """Return the number without its derivatives."""
    while isinstance(number, Dual):
        number = number.value
    return number


def smooth(*numbers: Any, what: str) -> None:
    """Refuse a derivative where a function has a kink or a jump."""
    if any(isinstance(x, Dual) for x in numbers):
        raise Undefined(f"{what} has no derivative here; write a condition that leaves this out")
