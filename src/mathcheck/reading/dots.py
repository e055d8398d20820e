r"""Dots: the general entry of a column, matrix or sum of which the first and last are written.

The first and the last entry are compared. Where the first has a 1 the last has the bound, as in
`e^{z_1}, \vdots, e^{z_C}`, and the entry between them has the running index.
"""

from collections.abc import Sequence
from dataclasses import fields, replace

from mathcheck.expressions import Big, Node, Number, Operation, Pattern, Range, Symbol
from mathcheck.latex import Refusal
from mathcheck.reading.progressions import ROW, General, progression, substituted
from mathcheck.symbols import Table

# A name that no text can have.
COLUMN = "the column"


def generalised(first: Node, last: Node, variable: str) -> General | None:
    """Return the entry between two; `None` if they differ in more than one bound, or not at all."""
    bounds: list[tuple[Node, Node]] = []
    body = between(first, last, variable, bounds)
    if body is None or not bounds or any(pair != bounds[0] for pair in bounds):
        return None
    return General(body, *bounds[0])


def between(one: Node, other: Node, variable: str, bounds: list[tuple[Node, Node]]) -> Node | None:
    """Return what two nodes have in common; where they differ, the variable stands."""
    if one == other:
        return one
    leaves = any(isinstance(node, Number) for node in (one, other)) or (
        isinstance(one, Symbol) and isinstance(other, Symbol)
    )
    if leaves or type(one) is not type(other):
        bounds.append((one, other))
        return Symbol(variable, start=one.start, end=one.end)
    changes = {}
    for entry in fields(one):
        if entry.name not in ("start", "end"):
            left, right = getattr(one, entry.name), getattr(other, entry.name)
            met = between_fields(left, right, variable, bounds)
            if met is None and left is not None:
                return None
            changes[entry.name] = met
    return replace(one, **changes)  # type: ignore[arg-type]


def between_fields(
    left: object, right: object, variable: str, bounds: list[tuple[Node, Node]]
) -> object:
    """Return what two fields have in common, or `None`."""
    if isinstance(left, Node) and isinstance(right, Node):
        return between(left, right, variable, bounds)
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        met = [between_fields(a, b, variable, bounds) for a, b in zip(left, right, strict=True)]
        lost = any(m is None and a is not None for m, a in zip(met, left, strict=True))
        return None if lost else tuple(met)
    return left if left == right else None


def series(
    kind: str,
    terms: Sequence[Node],
    dotted: Sequence[int],
    table: Table,
    start: int,
    end: int,
) -> Node:
    r"""Return the sum or product with dots: `z_1 + \cdots + z_C`."""
    if len(terms) < 2 or list(dotted) != [len(terms) - 1]:
        raise Refusal(
            r"dots are read before the last term alone; without an end write \sum_{k=0}^{\infty}",
            start,
        )
    written, last = terms[:-1], terms[-1]
    found = progression(written, last, table) or general(written, last, "terms", start)
    span = Range(ROW, found.low, found.high, start=start, end=end)
    return Big(kind, (ROW,), (span,), found.body, start=start, end=end)


def column(cells: Sequence[Node | None], start: int, end: int) -> Pattern:
    """Return a column with dots before its last entry."""
    written = [cell for cell in cells if cell is not None]
    if len(cells) != len(written) + 1 or len(cells) < 3 or cells[-2] is not None:
        raise Refusal("dots are read before the last entry of a column or row alone", start)
    found = general(written[:-1], written[-1], "entries", start)
    return Pattern(found.body, (Range(ROW, found.low, found.high),), start=start, end=end)


def general(written: Sequence[Node], last: Node, what: str, start: int) -> General:
    """Return the general entry of those before the dots and the last."""
    found = generalised(written[0], last, ROW)
    if found is None:
        raise Refusal(
            f"the {what} before the dots and the last of them follow no pattern in one number",
            start,
        )
    for place, term in enumerate(written[1:], start=1):
        if not isinstance(found.low, Number):
            raise Refusal("a second term before dots needs a number in the first", start)
        if substituted(found.body, Number(found.low.value + place)) != term:
            raise Refusal("the second term does not follow from the first and the last", start)
    return found


def matrix(cells: Sequence[Sequence[Node | None]], start: int, end: int) -> Node:
    """Return a matrix with dots, by its four corners; a row by its ends."""
    if len(cells) == 1:
        return Operation("transpose", (column(cells[0], start, end),), start=start, end=end)
    corners = [cell for row in (cells[0], cells[-1]) for cell in (row[0], row[-1])]
    first, beside, below, opposite = corners
    if first is None or beside is None or below is None or opposite is None:
        raise Refusal("the corners of a matrix with dots are written out", start)
    top = generalised(first, beside, COLUMN)
    bottom = generalised(below, opposite, COLUMN)
    if top and bottom and (top.low, top.high) == (bottom.low, bottom.high):
        found = generalised(top.body, bottom.body, ROW)
        if found is not None:
            ranges = (Range(ROW, found.low, found.high), Range(COLUMN, top.low, top.high))
            return Pattern(found.body, ranges, start=start, end=end)
    raise Refusal("the corners of the matrix differ in more than their indices", start)
