r"""Dots: what stands between the first and the last of a column, a matrix, a sum or a set."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from mathcheck.expressions import ROW, Big, Node, Number, Operation, Pattern, Range, SetOf
from mathcheck.latex import Refusal
from mathcheck.reading.progressions import (
    General,
    generalised,
    goes_on,
    progression,
    simplified,
    substituted,
    term_at,
)
from mathcheck.symbols import Table

# A name that no text can have.
COLUMN = "the column"


def series(
    kind: str,
    terms: Sequence[Node],
    dotted: Sequence[tuple[int, str]],
    table: Table,
    start: int,
    end: int,
) -> Node:
    r"""Return the sum or product with dots: `z_1 + \cdots + z_C`.

    Each of `dotted` is how many terms stand before dots, and the sign between.
    """
    if len(terms) < 2 or len(dotted) > 1 or dotted[0][0] != len(terms) - 1:
        raise Refusal(
            r"dots are read before the last term alone; without an end write \sum_{k=0}^{\infty}",
            start,
        )
    [(place, sign)] = dotted
    found = general(terms[:-1], terms[-1], "terms", table, start)
    if (sign == "-") != is_negative(simplified(term_at(found, place))):
        raise Refusal(f"the sign before the dots, {sign}, is not that of the next term", start)
    span = Range(ROW, found.low, found.high, start=start, end=end)
    return Big(kind, (ROW,), (span,), found.body, start=start, end=end)


def is_negative(node: Node) -> bool:
    """Return whether a term has a minus sign in front."""
    if isinstance(node, Number):
        return node.value < 0
    return isinstance(node, Operation) and node.name == "negative"


def column(cells: Sequence[Node | None], table: Table, start: int, end: int) -> Pattern:
    """Return a column with dots before its last entry."""
    written = [cell for cell in cells if cell is not None]
    if len(cells) != len(written) + 1 or len(cells) < 3 or cells[-2] is not None:
        raise Refusal("dots are read before the last entry of a column or row alone", start)
    found = general(written[:-1], written[-1], "entries", table, start)
    return Pattern(found.body, (Range(ROW, found.low, found.high),), start=start, end=end)


def whole_numbers(elements: Sequence[Node], start: int, end: int) -> SetOf:
    r"""Return the set of whole numbers in a row of which the last stands after dots."""
    *written, last = elements
    if not all(goes_on(one, following) for one, following in pairwise(written)):
        raise Refusal(
            "the elements before the dots are not one whole number after another; write the "
            "set with a condition, or all its elements",
            start,
        )
    refuse_falling(written[0], last, start)
    return SetOf("range", (written[0], last), start=start, end=end)


def general(written: Sequence[Node], last: Node, what: str, table: Table, start: int) -> General:
    """Return the general entry of those before the dots and the last."""
    found = progression(written, last, table)
    if found is None:
        raise Refusal(
            f"the {what} before the dots and the last of them follow no pattern in one number that "
            "grows",
            start,
        )
    refuse_falling(found.low, found.high, start)
    return found


def refuse_falling(low: Node, high: Node, start: int) -> None:
    """Refuse dots that surely lead down, from n to 1."""
    first, last = simplified(low), simplified(high)
    if isinstance(last, Number) and not (isinstance(first, Number) and first.value <= last.value):
        raise Refusal("the dots lead down to a smaller number; write them from it upwards", start)


def matrix(cells: Sequence[Sequence[Node | None]], table: Table, start: int, end: int) -> Node:
    """Return a matrix with dots, by its four corners; a row by its ends."""
    if len(cells) == 1:
        return Operation("transpose", (column(cells[0], table, start, end),), start=start, end=end)
    corners = [cell for row in (cells[0], cells[-1]) for cell in (row[0], row[-1])]
    first, beside, below, opposite = corners
    if first is None or beside is None or below is None or opposite is None:
        raise Refusal("the corners of a matrix with dots are written out", start)
    top = generalised(first, beside, COLUMN)
    bottom = generalised(below, opposite, COLUMN)
    if top and bottom and (top.low, top.high) == (bottom.low, bottom.high):
        found = generalised(top.body, bottom.body, ROW)
        if found is not None:
            rows, columns = Range(ROW, found.low, found.high), Range(COLUMN, top.low, top.high)
            for span in (rows, columns):
                refuse_falling(span.low, span.high, start)  # type: ignore[arg-type]
            check_cells(cells, found.body, rows, columns)
            return Pattern(found.body, (rows, columns), start=start, end=end)
    raise Refusal("the corners of the matrix differ in more than their indices", start)


def check_cells(
    cells: Sequence[Sequence[Node | None]], body: Node, rows: Range, columns: Range
) -> None:
    """Refuse a written entry that is not what the corners say."""
    numbers = {ROW: at_places(rows, len(cells)), COLUMN: at_places(columns, len(cells[0]))}
    for place, row in enumerate(cells):
        for beside, cell in enumerate(row):
            across = substituted(body, numbers[COLUMN][beside], COLUMN)
            expected = substituted(across, numbers[ROW][place])
            if cell is not None and simplified(cell) != simplified(expected):
                raise Refusal("this entry is not the one that the corners lead to", cell.start)


def at_places(span: Range, count: int) -> list[Node]:
    """Return the number of each row or column: all but the last are counted from the first."""
    assert span.low is not None
    assert span.high is not None
    counted = [
        simplified(Operation("sum", (span.low, Number(Fraction(place))))) for place in range(count)
    ]
    return [*counted[:-1], span.high]
