"""Complex numbers, which begin at the root of -1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mathcheck.numbers.arithmetic import Arithmetic
from mathcheck.numbers.balls import Ball, Rational, divide
from mathcheck.numbers.precision import Undefined


@dataclass(frozen=True, eq=False)
class Complex(Arithmetic):
    """A complex number, of two numbers with or without an error."""

    real: Any
    imaginary: Any

    def __neg__(self) -> Complex:
        return Complex(-self.real, -self.imaginary)

    def __add__(self, other: Any) -> Any:
        z = converted(other)
        return Complex(self.real + z.real, self.imaginary + z.imaginary)

    def __mul__(self, other: Any) -> Any:
        z = converted(other)
        return Complex(
            self.real * z.real - self.imaginary * z.imaginary,
            self.real * z.imaginary + self.imaginary * z.real,
        )

    def __truediv__(self, other: Any) -> Any:
        return self * converted(other).inverse()

    def __rtruediv__(self, other: Any) -> Any:
        return self.inverse() * other

    def inverse(self) -> Complex:
        """Return one over the number."""
        square = self.real * self.real + self.imaginary * self.imaginary
        return Complex(divide(self.real, square), -divide(self.imaginary, square))

    def __eq__(self, other: object) -> bool:
        z = converted(other)
        return bool(self.real == z.real and self.imaginary == z.imaginary)

    def __hash__(self) -> int:
        raise TypeError("a complex number as a key")

    def __lt__(self, other: Any) -> bool:
        raise Undefined("an order of complex numbers")

    __gt__ = __le__ = __ge__ = __lt__

    def __abs__(self) -> Any:
        raise Undefined("the absolute value of a complex number")

    def __repr__(self) -> str:
        return f"({self.real!r} + {self.imaginary!r} i)"


def converted(x: Any) -> Any:
    """Return a number as a complex one."""
    if isinstance(x, Complex):
        return x
    if isinstance(x, Ball | Rational):
        return Complex(x, 0)
    raise Undefined("a complex number in what is differentiated or exact")
