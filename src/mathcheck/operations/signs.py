"""Sums, products, quotients, powers: of numbers, of arrays, of a number and an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mathcheck.expressions import Node
from mathcheck.numbers.arrays import Arrays, Row, each, inverse, shape
from mathcheck.numbers.balls import Rational, divide, shown
from mathcheck.numbers.precision import Misfit
from mathcheck.numbers.roots import symmetric_root
from mathcheck.operations.powers import power as number_power
from mathcheck.operations.record import family

MOST_POWER = 8


def add(a: Any, b: Any, node: Node) -> Any:
    """Return the sum of two numbers or of two arrays of one shape."""
    if isinstance(a, Row) and isinstance(b, Row):
        return Row(add(a.entries, b.entries, node))
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape:
            raise Misfit(f"{shape(a)} plus {shape(b)}", node.start)
        return a + b
    if isinstance(a, Arrays) or isinstance(b, Arrays):
        raise Misfit(f"{shape(a)} plus {shape(b)}; both must have one shape", node.start)
    return a + b


def total(operands: Sequence[Any], node: Node) -> Any:
    """Return the sum of all operands."""
    result = operands[0]
    for value in operands[1:]:
        result = add(result, value, node)
    return result


def times(a: Any, b: Any, node: Node) -> Any:
    """Return the product of what stands side by side."""
    if not isinstance(a, Arrays) or not isinstance(b, Arrays):
        return scaled(a, b)
    if isinstance(a, Row):
        if isinstance(b, Row):
            raise Misfit("a row times a row", node.start)
        check_length(len(a.entries), b.shape[0], a, b, node)
        result = dot(a.entries, b)
        return result if b.ndim == 1 else Row(result)
    if isinstance(b, Row):
        if a.ndim == 1:
            return np.multiply.outer(a, b.entries)
        if a.ndim == 2 and a.shape[1] == 1:
            return dot(a, b.entries.reshape(1, -1))
        raise Misfit(f"{shape(a)} times {shape(b)}", node.start)
    if a.ndim == 1 and b.ndim == 1:
        raise Misfit(
            r"two vectors side by side have no product; write a^\top b, a b^\top or a \odot b",
            node.start,
        )
    if a.ndim == 1:
        raise Misfit(f"{shape(a)} times {shape(b)}", node.start)
    check_length(a.shape[-1], b.shape[0], a, b, node)
    return dot(a, b)


def dot(a: np.ndarray, b: np.ndarray) -> Any:
    """Return the matrix product of arrays of objects, summed in order."""
    rows, columns = a.reshape(-1, a.shape[-1]), b.reshape(len(b), -1).T
    pairs = [zip(row, column, strict=True) for row in rows for column in columns]
    result = np.empty(len(pairs), dtype=object)
    result[:] = [sum((x * y for x, y in terms), 0) for terms in pairs]
    result = result.reshape((*a.shape[:-1], *b.shape[1:]))
    return result if result.ndim else result[()]


def scaled(a: Any, b: Any) -> Any:
    """Return a number times a number or an array."""
    if isinstance(a, Arrays):
        return each(lambda x: x * b, a)
    if isinstance(b, Arrays):
        return each(lambda x: a * x, b)
    return a * b


def check_length(inner: int, outer: int, a: Any, b: Any, node: Node) -> None:
    """Refuse a product of arrays that do not fit."""
    if inner != outer:
        raise Misfit(
            f"{shape(a)} times {shape(b)}: the lengths {inner} and {outer} differ", node.start
        )


def pair(a: Any, b: Any, node: Node) -> tuple[np.ndarray, np.ndarray]:
    """Return two arrays of one shape."""
    a, b = (x.entries if isinstance(x, Row) else x for x in (a, b))
    if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray) or a.shape != b.shape:
        raise Misfit(f"{shape(a)} and {shape(b)}; both must have one shape", node.start)
    return a, b


def side_by_side(operands: Sequence[Any], node: Node) -> Any:
    """Return the product of two operands."""
    return times(operands[0], operands[1], node)


def dotted(operands: Sequence[Any], node: Node) -> Any:
    """Return the product with a dot: of two vectors the inner product."""
    a, b = operands
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.ndim == b.ndim == 1:
        return dot(*pair(a, b, node))
    return times(a, b, node)


def crossed(operands: Sequence[Any], node: Node) -> Any:
    """Return the product with a cross, of which at most one operand is an array."""
    a, b = operands
    if isinstance(a, Arrays) and isinstance(b, Arrays):
        raise Misfit(r"\times between arrays; write \odot or stand them side by side", node.start)
    return times(a, b, node)


def hadamard(operands: Sequence[Any], node: Node) -> Any:
    """Return the product entry by entry."""
    a, b = operands
    if not isinstance(a, np.ndarray) and not isinstance(b, np.ndarray):
        raise Misfit(r"\odot between numbers; write \cdot", node.start)
    a, b = pair(a, b, node)
    return a * b


def quotient(operands: Sequence[Any], node: Node) -> Any:
    """Return a number or an array over a number."""
    a, b = operands
    if isinstance(b, Arrays):
        raise Misfit(f"a division by {shape(b)}", node.start)
    return each(lambda x: divide(x, b), a)


def power(operands: Sequence[Any], node: Node) -> Any:
    """Return a power of a number, or a small whole power or a root of a matrix."""
    base, exponent = operands
    if isinstance(exponent, Arrays):
        raise Misfit(f"{shape(exponent)} as an exponent", node.start)
    if not isinstance(base, Arrays):
        return number_power(base, exponent)
    if isinstance(base, Row) or base.ndim != 2 or base.shape[0] != base.shape[1]:
        raise Misfit(
            f"{shape(base)} to a power; write \\lVert v \\rVert^2, v^\\top v or v \\odot v",
            node.start,
        )
    if isinstance(exponent, Rational) and abs(2 * exponent) == 1:
        return symmetric_root(base, exponent)
    if not isinstance(exponent, Rational) or exponent not in range(-MOST_POWER, MOST_POWER + 1):
        raise Misfit(f"{shape(base)} to a power that is no small whole number", node.start)
    matrix = inverse(base) if exponent < 0 else base
    result = np.identity(len(base), dtype=int).astype(object)
    for _ in range(abs(int(exponent))):
        result = dot(result, matrix)
    return result


def negative(operands: Sequence[Any], node: Node) -> Any:
    """Return the operand with the other sign."""
    return each(lambda x: -x, operands[0])


def kronecker(operands: Sequence[Any], node: Node) -> Any:
    """Return one for two equal indices, else zero."""
    for index in operands:
        if not isinstance(index, Rational) or index.denominator != 1:
            raise Misfit(f"an index is {shown(index)}; a whole number was expected", node.start)
    return int(operands[0] == operands[1])


sign = family(domain="numbers, and arrays that fit", arity=2, exact="field", form="sign")
RECORDS = (
    sign("sum", ("+",), total, said="plus", arity=None, domain="operands of one shape"),
    sign("negative", ("-",), negative, said="minus", arity=1, domain="numbers and arrays"),
    sign("times", ("",), side_by_side, said="times"),
    sign("dot", (r"\cdot",), dotted, said="dot"),
    sign("cross", (r"\times", "*"), crossed, said="times"),
    sign(
        "hadamard",
        (r"\odot", r"\circ"),
        hadamard,
        said="times, entry by entry,",
        domain="two arrays of one shape",
    ),
    sign("quotient", ("/", r"\frac", r"\dfrac", r"\tfrac"), quotient, said="over"),
    sign("power", ("^",), power, said="to the power"),
    sign("kronecker", (), kronecker, said="one if equal", form="script", domain="two indices"),
)
