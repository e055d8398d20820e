"""The largest and the smallest of numbers, where it stands, absolute values and norms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from mathcheck.expressions import Node
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Arrays, Row, determinant, flat, shape
from mathcheck.numbers.balls import Ball, ball, plus
from mathcheck.numbers.duals import Dual, bare
from mathcheck.numbers.precision import Kink, Undecided, Undefined
from mathcheck.operations.elementary import sqrt
from mathcheck.operations.record import Record, family
from mathcheck.operations.special import absolute


def position(kind: str, numbers: Sequence[Any]) -> int:
    """Return where the largest or smallest number stands first, counted from zero."""
    if not numbers:
        raise Undefined(f"the {kind} of nothing")
    best = 0
    for place in range(1, len(numbers)):
        one, other = bare(numbers[place]), bare(numbers[best])
        if one == other and tied(numbers[place], numbers[best]):
            raise Kink(f"the {kind} of equal numbers has no derivative; leave them out")
        if one > other if kind == "max" else one < other:
            best = place
    return best


def tied(one: Any, other: Any) -> bool:
    """Return whether equal numbers move apart if something is varied."""
    return one is not other and (isinstance(one, Dual) or isinstance(other, Dual))


def extreme(kind: str, numbers: Sequence[Any]) -> Any:
    """Return the largest or smallest number; which one need not be known where it is a ball."""
    try:
        return numbers[position(kind, numbers)]
    except Undecided:
        if any(isinstance(x, Dual) for x in numbers):
            raise
    result = numbers[0]
    for other in numbers[1:]:
        result = either(kind, result, other)
    return result


def either(kind: str, a: Any, b: Any) -> Any:
    """Return the larger or smaller of two numbers; where that is open, a ball that has both."""
    try:
        return a if (a >= b if kind == "max" else a <= b) else b
    except Undecided:
        middle = ball(a)
        return Ball(middle.middle, plus(middle.radius, (middle - b).high), middle.terms)


def listed(kind: str, operands: Sequence[Any], node: Node) -> list[Any]:
    """Return the numbers of which an extreme is taken: entries of one array, or the operands."""
    if len(operands) == 1:
        if not isinstance(operands[0], Arrays):
            raise Refusal(f"the {kind} of one number; write its index below", node.start)
        return flat(operands[0])
    if any(isinstance(v, Arrays) for v in operands):
        raise Refusal(f"the {kind} of arrays among others", node.start)
    return list(operands)


def value_of(kind: str, operands: Sequence[Any], node: Node) -> Any:
    """Return the largest or smallest of the operands."""
    return extreme(kind, listed(kind, operands, node))


def place_of(kind: str, operands: Sequence[Any], node: Node) -> Any:
    """Return where the largest or smallest of the operands stands, counted from one."""
    return position(kind, listed(kind, operands, node)) + 1


def modulus(operands: Sequence[Any], node: Node) -> Any:
    """Return the absolute value of a number, or of a matrix or a set what the bars say of it."""
    [value] = operands
    if isinstance(value, frozenset):
        return len(value)
    if isinstance(value, Row) or (isinstance(value, np.ndarray) and value.ndim == 1):
        raise Refusal(f"the absolute value of {shape(value)}", node.start)
    if isinstance(value, np.ndarray):
        return determinant(square(value, node, "determinant"))
    return absolute(value)


def square(value: Any, node: Node, what: str) -> np.ndarray:
    """Return a square matrix, or refuse."""
    if not isinstance(value, np.ndarray) or value.ndim != 2 or value.shape[0] != value.shape[1]:
        raise Refusal(f"the {what} of {shape(value)}; a square matrix was expected", node.start)
    return value


def is_matrix(value: Any) -> bool:
    """Return whether a value is a matrix."""
    return isinstance(value, np.ndarray) and value.ndim == 2


def total(numbers: Sequence[Any]) -> Any:
    """Return the sum of numbers."""
    return sum(numbers, 0)


def norm(operands: Sequence[Any], node: Node) -> Any:
    """Return the Euclidean norm of a vector."""
    [value] = operands
    if is_matrix(value):
        raise Refusal(
            r"the norm of a matrix; write \lVert A \rVert_F for the root of the sum of squares",
            node.start,
        )
    return frobenius(operands, node)


def frobenius(operands: Sequence[Any], node: Node) -> Any:
    """Return the root of the sum of all squares."""
    return sqrt(total([x * x for x in flat(operands[0])]))


def norm_sum(operands: Sequence[Any], node: Node) -> Any:
    """Return the sum of absolute values; of a matrix that of its largest column."""
    [value] = operands
    columns = value.T if is_matrix(value) else [value]
    return extreme("max", [total([absolute(x) for x in flat(column)]) for column in columns])


def norm_largest(operands: Sequence[Any], node: Node) -> Any:
    """Return the largest absolute value; of a matrix the sum of those of its largest row."""
    [value] = operands
    rows = value if is_matrix(value) else [[x] for x in flat(value)]
    return extreme("max", [total([absolute(x) for x in row]) for row in rows])


of = family(domain="numbers, and arrays", exact="decision", form="bracket")


def extremes(kind: str, other: str, bound: str) -> tuple[Record, Record]:
    """Return the records of the largest or the smallest, and of where it stands."""
    names = (f"\\{kind}", f"\\operatorname{{{kind}}}", bound)
    places = (
        f"\\arg{kind}",
        *(f"\\operatorname{{arg{space}{kind}}}" for space in ("", " ", "\\,")),
    )
    several = family(domain="one or more numbers", exact="decision", form="extreme", arity=None)
    return (
        several(kind, names, partial(value_of, kind), mutation=other),
        several(
            f"arg{kind}",
            places,
            partial(place_of, kind),
            said=f"where the {kind} stands",
            mutation=f"arg{other}",
        ),
    )


RECORDS = (
    *extremes("max", "min", r"\sup"),
    *extremes("min", "max", r"\inf"),
    of("absolute", ("|", r"\lvert"), modulus, said="absolute value"),
    of("norm", (r"\|", r"\lVert", r"\lVert_2"), norm, domain="vectors", exact="atom"),
    of("norm_1", (r"\lVert_1",), norm_sum, said="1-norm", mutation="norm_max"),
    of("norm_max", (r"\lVert_\infty",), norm_largest, said="infinity-norm", mutation="norm_1"),
    of("norm_f", (r"\lVert_F",), frobenius, said="Frobenius norm", exact="atom"),
)
