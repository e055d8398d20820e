"""Matrices in full, columns, and values by cases."""

from mathcheck.expressions import Case, Cases, Matrix, Node, Operation
from mathcheck.latex import Environment, Refusal, is_token
from mathcheck.reading import dots
from mathcheck.reading.conditions import case_conditions
from mathcheck.reading.core import expression, node_of, reads, whole
from mathcheck.reading.cursor import Cursor
from mathcheck.reading.grammar import DOTS


@reads("matrix")
def matrix(cursor: Cursor, item: Environment) -> Node:
    """Read a matrix in full, or with dots between its corners."""
    if len({len(row) for row in item.rows}) != 1:
        raise Refusal("the rows of the matrix have different lengths", item.start)
    dotted = any(is_token(i, *DOTS) for row in item.rows for cell in row for i in cell)
    cells = [
        [
            # Between dots a place may be empty.
            None
            if (dotted and not cell) or (len(cell) == 1 and is_token(cell[0], *DOTS))
            else whole(cursor, cell, cell[-1].end if cell else item.end)
            for cell in row
        ]
        for row in item.rows
    ]
    if not dotted:
        rows = tuple(tuple(cell for cell in row if cell is not None) for row in cells)
        return Matrix(rows, start=item.start, end=item.end)
    if len(cells[0]) == 1:
        return dots.column([row[0] for row in cells], cursor.table, item.start, item.end)
    return dots.matrix(cells, cursor.table, item.start, item.end)


@reads("matrix_determinant")
@reads("matrix_norm")
def matrix_in_bars(cursor: Cursor, item: Environment) -> Node:
    """Read a matrix between bars or double bars."""
    name = "determinant" if item.name == "vmatrix" else "norm"
    return Operation(name, (node_of(matrix(cursor, item)),), start=item.start, end=item.end)


@reads("cases")
def cases(cursor: Cursor, item: Environment) -> Node:
    """Read a value by cases: each row a value and its conditions."""
    rows = []
    for row in item.rows:
        inner = cursor.inside(row[0], item.end)
        value = expression(inner)
        inner.accept(",", ";")
        if len(row) > 1:
            if not inner.finished:
                raise Refusal(f"{inner.shown} can't follow in the value of a case", inner.position)
            inner = cursor.inside([i for cell in row[1:] for i in cell], item.end)
        rows.append(Case(value, case_conditions(inner), start=value.start, end=value.end))
    if not rows:
        raise Refusal("cases without a row", item.start)
    return Cases(tuple(rows), start=item.start, end=item.end)
