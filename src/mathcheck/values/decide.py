"""Whether a relation between two numbers holds, and with how many digits that is decided."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from mathcheck.latex import Refusal
from mathcheck.numbers.balls import Rational, ball
from mathcheck.numbers.complexes import Complex, converted
from mathcheck.numbers.duals import bare
from mathcheck.numbers.precision import (
    BITS_PER_DIGIT,
    MOST_DIGITS,
    Undecided,
    Undefined,
    digits,
    working,
)
from mathcheck.values.scope import Scope

# Equal numbers are known to this part of the largest term that was added on the way to them.
AGREED_DIGITS = 30
# What is estimated, as limits are, is so to this part.
ESTIMATED_DIGITS = 12
# At a solution that is known nearly, equal numbers differ by less than this, and others by more.
NEAR, APART = Fraction(1, 2**50), Fraction(1, 2**20)

T = TypeVar("T")


class Open(Refusal):
    """A question that is not decided with as many digits as there may be."""

    def __init__(self, question: Undecided) -> None:
        super().__init__(f"{question} is not decided with {MOST_DIGITS} digits; {question.advice}")
        self.question = question


def decide(a: Any, b: Any, sign: str, known: int = AGREED_DIGITS) -> bool | None:
    """Return whether two numbers are related by a sign, or None if the bounds don't allow it.

    Examples
    --------
    >>> from fractions import Fraction
    >>> decide(Fraction(3, 10), Fraction(1, 10) + Fraction(1, 5), ">")
    False
    >>> from mathcheck.operations.elementary import exp
    >>> decide(exp(-100), 0, "=")
    False
    """
    a, b = bare(a), bare(b)
    if isinstance(a, Complex) or isinstance(b, Complex):
        return decide_complex(a, b, sign, known)
    order = compared(a, b)
    if order is not None:
        return {
            "=": order == 0,
            "!=": order != 0,
            "<": order < 0,
            "<=": order <= 0,
            ">": order > 0,
            ">=": order >= 0,
        }[sign]
    if sign in ("<", ">", "!="):
        return None
    difference = ball(a - b)
    return True if difference.radius <= difference.terms - known * BITS_PER_DIGIT else None


def decide_complex(a: Any, b: Any, sign: str, known: int) -> bool | None:
    """Return whether two complex numbers are equal, or differ, in both of their parts."""
    if sign not in ("=", "!="):
        raise Undefined("an order of complex numbers")
    one, other = converted(a), converted(b)
    parts = [(one.real, other.real), (one.imaginary, other.imaginary)]
    answers = [decide(x, y, "=", known) for x, y in parts]
    equal = False if False in answers else None if None in answers else True
    return equal if sign == "=" or equal is None else not equal


def compared(a: Any, b: Any) -> int | None:
    """Return -1, 0 or 1 for smaller, equal or larger numbers, or None if the bounds overlap."""
    if isinstance(a, Rational) and isinstance(b, Rational):
        return (a > b) - (a < b)
    try:
        return ball(a).compared(b)
    except Undecided:
        return None


def alike(a: Any, b: Any) -> bool:
    """Return whether two numbers are equal at a solution that is known nearly.

    Raises
    ------
    Refusal
        If they are neither so near to each other nor so far apart that this can be said.
    """
    distance = abs(a - b) / max(1, abs(a), abs(b))
    if distance < NEAR:
        return True
    if distance > APART:
        return False
    raise Refusal("whether two numbers are equal is not known at a solution that is known nearly")


def settled(question: Callable[[Scope], T], scope: Scope) -> T:
    """Return the answer to a question about a scope, with as many digits as it takes.

    Raises
    ------
    Open
        If it is not decided with as many digits as there may be.
    """
    try:
        return question(scope)
    except Undecided as undecided:
        last = undecided
    number = 2 * working.digits
    while number <= 2 * MOST_DIGITS:
        try:
            with digits(min(number, MOST_DIGITS)):
                return question(scope.afresh())
        except Undecided as undecided:
            last = undecided
        number *= 2
    raise Open(last)
