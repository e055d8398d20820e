"""What numbers of all sorts have in common."""

from __future__ import annotations

from typing import Any


class Arithmetic:
    """What follows from the sum and the product of two numbers, and from minus a number."""

    __slots__ = ()

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other  # type: ignore[operator]

    def __rmul__(self, other: Any) -> Any:
        return self * other
