r"""Dots: the general entry of a column, matrix or sum of which the first and last are written.

The first and the last entry are compared. Where the first has a 1 the last has the bound, as in
`e^{z_1}, \vdots, e^{z_C}`, and the entry between them has the running index.
"""

from collections.abc import Sequence
from dataclasses import fields, replace

from mathcheck.expressions import Big, Node, Number, Operation, Pattern, Range, Symbol
from mathcheck.latex import Refusal

# Names that no text can have.
ROW, COLUMN = "the row", "the column"


def generalised(first: Node, last: Node, variable: str) -> tuple[Node, Node, Node] | None:
    """Return the entry between two, and the bounds that replace the variable in both.

    `None` if the two differ in more than one bound, or not at all.
    """
    bounds: list[tuple[Node, Node]] = []

    def meet(one: Node, other: Node) -> Node | None:
        if one == other:
            return one
        if (
            isinstance(one, Number)
            or isinstance(other, Number)
            or (isinstance(one, Symbol) and isinstance(other, Symbol))
        ):
            bounds.append((one, other))
            return Symbol(variable, start=one.start, end=one.end)
        if type(one) is not type(other):
            bounds.append((one, other))
            return Symbol(variable, start=one.start, end=one.end)
        changes: dict[str, object] = {}
        for entry in fields(one):
            if entry.name in ("start", "end"):
                continue
            left, right = getattr(one, entry.name), getattr(other, entry.name)
            met = meet_fields(left, right, meet)
            if met is None:
                return None
            changes[entry.name] = met
        return replace(one, **changes)  # type: ignore[arg-type]

    entry = meet(first, last)
    if entry is None or not bounds or any(pair != bounds[0] for pair in bounds):
        return None
    return entry, bounds[0][0], bounds[0][1]


def meet_fields(left: object, right: object, meet: object) -> object:
    """Return the field between two fields, or `None`."""
    if isinstance(left, Node) and isinstance(right, Node):
        return meet(left, right)  # type: ignore[operator]
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        met = tuple(meet_fields(a, b, meet) for a, b in zip(left, right, strict=True))
        return (
            None
            if any(m is None and a is not None for m, a in zip(met, left, strict=True))
            else met
        )
    return left if left == right else None


def series(kind: str, terms: Sequence[Node], dotted: Sequence[int], start: int, end: int) -> Node:
    r"""Return the sum or product with dots: `z_1 + \cdots + z_C`."""
    if len(dotted) != 1 or dotted[0] != len(terms) - 1 or len(terms) < 2:
        raise Refusal("dots are read before the last term alone", start)
    found = generalised(terms[0], terms[-1], ROW)
    if found is None:
        raise Refusal("the terms around the dots differ in more than one number", start)
    body, low, high = found
    check_between(terms[:-1], body, low, start)
    span = Range(ROW, low, high, start=start, end=end)
    return Big(kind, (ROW,), (span,), body, start=start, end=end)


def check_between(terms: Sequence[Node], body: Node, low: Node, start: int) -> None:
    """Refuse written terms that do not follow the pattern."""
    for place, term in enumerate(terms[1:], start=1):
        if not isinstance(low, Number):
            raise Refusal("a second term before dots needs a number in the first", start)
        if substituted(body, Number(low.value + place)) != term:
            raise Refusal("the second term does not follow from the first and the last", start)


def substituted(body: Node, value: Node) -> Node:
    """Return the entry with a value in the place of the running index."""
    if isinstance(body, Symbol) and body.key == ROW:
        return value
    changes = {}
    for entry in fields(body):
        if entry.name not in ("start", "end"):
            changes[entry.name] = put(getattr(body, entry.name), value)
    return replace(body, **changes)  # type: ignore[arg-type]


def put(part: object, value: Node) -> object:
    """Substitute in a field."""
    if isinstance(part, Node):
        return substituted(part, value)
    if isinstance(part, tuple):
        return tuple(put(piece, value) for piece in part)
    return part


def column(cells: Sequence[Node | None], start: int, end: int) -> Pattern:
    """Return a column with dots before its last entry."""
    if len(cells) < 3 or cells[-2] is not None or any(c is None for c in (*cells[:-2], cells[-1])):
        raise Refusal("dots are read before the last entry of a column or row alone", start)
    first, last = cells[0], cells[-1]
    assert first is not None
    assert last is not None
    found = generalised(first, last, ROW)
    if found is None:
        raise Refusal("the entries around the dots differ in more than one number", start)
    body, low, high = found
    check_between([c for c in cells[:-2] if c is not None], body, low, start)
    return Pattern(body, (Range(ROW, low, high),), start=start, end=end)


def matrix(cells: Sequence[Sequence[Node | None]], start: int, end: int) -> Node:
    """Return a matrix with dots, by its four corners; a row by its ends."""
    if len(cells) == 1:
        return Operation("transpose", (column(cells[0], start, end),), start=start, end=end)
    corners = [cells[0][0], cells[0][-1], cells[-1][0], cells[-1][-1]]
    if any(corner is None for corner in corners):
        raise Refusal("the corners of a matrix with dots are written out", start)
    first, right, below, opposite = (corner for corner in corners if corner is not None)
    top = generalised(first, right, COLUMN)
    bottom = generalised(below, opposite, COLUMN)
    if top is None or bottom is None or top[1:] != bottom[1:]:
        raise Refusal("the corners of the matrix differ in more than their indices", start)
    found = generalised(top[0], bottom[0], ROW)
    if found is None:
        raise Refusal("the corners of the matrix differ in more than their indices", start)
    body, low, high = found
    ranges = (Range(ROW, low, high), Range(COLUMN, top[1], top[2]))
    return Pattern(body, ranges, start=start, end=end)
