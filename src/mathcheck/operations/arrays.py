"""Operations on vectors and matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mathcheck.expressions import Node
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Row, determinant, shape
from mathcheck.numbers.arrays import rank as matrix_rank
from mathcheck.operations.extremes import square
from mathcheck.operations.record import family
from mathcheck.operations.signs import pair


def transpose(operands: Sequence[Any], node: Node) -> Any:
    """Return a matrix turned over, a row from a vector, a vector from a row."""
    [value] = operands
    if isinstance(value, Row):
        return value.entries
    if not isinstance(value, np.ndarray):
        return value
    if value.ndim == 1:
        return Row(value)
    if value.ndim > 2:
        raise Refusal(f"the transpose of {shape(value)}", node.start)
    return value.T


def inner(operands: Sequence[Any], node: Node) -> Any:
    """Return the sum of the products of the entries of two arrays of one shape."""
    a, b = pair(operands[0], operands[1], node)
    return sum((a * b).ravel(), 0)


def diagonal(operands: Sequence[Any], node: Node) -> Any:
    """Return the diagonal matrix of a vector, or the diagonal of a matrix."""
    [value] = operands
    if isinstance(value, np.ndarray) and value.ndim == 1:
        result = np.full((len(value), len(value)), 0, dtype=object)
        np.fill_diagonal(result, value)
        return result
    return np.diagonal(square(value, node, "diagonal")).copy()


def trace(operands: Sequence[Any], node: Node) -> Any:
    """Return the sum of the diagonal."""
    return sum(np.diagonal(square(operands[0], node, "trace")), 0)


def determinant_of(operands: Sequence[Any], node: Node) -> Any:
    """Return the determinant."""
    return determinant(square(operands[0], node, "determinant"))


def rank(operands: Sequence[Any], node: Node) -> Any:
    """Return the rank: how many pivots an elimination finds."""
    [value] = operands
    if not isinstance(value, np.ndarray) or value.ndim != 2:
        raise Refusal(f"the rank of {shape(value)}; a matrix was expected", node.start)
    return matrix_rank(value)


def vec(operands: Sequence[Any], node: Node) -> Any:
    """Return the columns of a matrix one below the other."""
    [value] = operands
    if not isinstance(value, np.ndarray):
        raise Refusal(f"vec of {shape(value)}", node.start)
    return value.T.ravel()


of = family(domain="square matrices", exact="field")
RECORDS = (
    of(
        "transpose",
        (r"^\top", "^T", r"^\intercal"),
        transpose,
        domain="numbers, vectors and matrices",
        exact="shape",
        form="script",
    ),
    of(
        "inner",
        (r"\langle",),
        inner,
        said="inner product",
        domain="two arrays of one shape",
        arity=2,
        form="bracket",
    ),
    of(
        "diag",
        (r"\operatorname{diag}",),
        diagonal,
        said="diagonal",
        domain="vectors and square matrices",
        exact="shape",
    ),
    of("trace", (r"\operatorname{tr}", r"\operatorname{trace}", r"\operatorname{Tr}"), trace),
    of("determinant", (r"\det", r"\operatorname{det}"), determinant_of, mutation="trace"),
    of("rank", (r"\operatorname{rank}",), rank, domain="matrices", exact="decision"),
    of("vec", (r"\operatorname{vec}",), vec, domain="arrays", exact="shape"),
)
