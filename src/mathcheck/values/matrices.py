"""Matrices in full, columns with dots, lists in brackets."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from mathcheck.expressions import Listed, Matrix, Node, Pattern
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Arrays, Row, array
from mathcheck.values.conditions import range_ends
from mathcheck.values.scope import Scope, value


def of_matrix(node: Matrix | Pattern, scope: Scope) -> Any:
    """Return a matrix, a column, a row, or a matrix of blocks."""
    rows = matrix_values(node, scope)
    if any(isinstance(cell, Arrays) for row in rows for cell in row):
        return blocks(rows, node)
    if isinstance(node, Pattern) and len(node.ranges) == 2:
        return array(rows)
    if len(rows) == 1 and len(rows[0]) > 1:
        return Row(array(rows[0]))
    if all(len(row) == 1 for row in rows):
        return array([row[0] for row in rows])
    return array(rows)


def matrix_values(node: Matrix | Pattern, scope: Scope) -> list[list[Any]]:
    """Return the values of the cells, row by row."""
    if isinstance(node, Matrix):
        return [[value(cell, scope) for cell in row] for row in node.rows]
    spans = []
    for span in node.ranges:
        low, high = range_ends(span, scope)
        if not 0 <= high - low < 100:
            raise Refusal(f"dots between {low} and {high}", node.start)
        spans.append(range(low, high + 1))
    keys = [span.variable for span in node.ranges]
    rows, *columns = spans
    return [
        [
            value(node.body, scope.child(dict(zip(keys, (row, *place), strict=True))))
            for place in itertools.product(*columns)
        ]
        for row in rows
    ]


def of_listed(node: Listed, scope: Scope) -> Any:
    """Return a list: numbers are a column, vectors the columns of a matrix."""
    values = [cell for row in matrix_values(node.rows, scope) for cell in row]
    if not any(isinstance(value, Arrays) for value in values):
        return array(values)
    side_by_side = blocks([values], node)
    return side_by_side.T if node.transposed else side_by_side


def blocks(rows: list[list[Any]], node: Node) -> np.ndarray:
    """Return a matrix of blocks; vectors are columns, rows lie."""

    def block(cell: Any) -> np.ndarray:
        if isinstance(cell, Row):
            return cell.entries.reshape(1, -1)
        if isinstance(cell, np.ndarray):
            return cell.reshape(-1, 1) if cell.ndim == 1 else cell
        return array([[cell]])

    try:
        return np.block([[block(cell) for cell in row] for row in rows])
    except ValueError:
        raise Refusal("the blocks of the matrix do not fit together", node.start) from None
