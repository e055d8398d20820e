"""Relations, the sets on the right of a membership, and indicators of a relation."""

from collections.abc import Sequence
from dataclasses import replace

from mathcheck.expressions import Indicator, Node, Relation, SetOf, Symbol
from mathcheck.latex import Item, Refusal, canonical, is_token
from mathcheck.reading import dots
from mathcheck.reading.core import READERS, expression, node_of, reads, relation_sign, whole
from mathcheck.reading.cursor import Cursor, Script, split
from mathcheck.reading.grammar import CLOSING, LINE_DOTS, NUMBER_SETS
from mathcheck.reading.names import unknown


def at_relation(cursor: Cursor) -> bool:
    """Return whether a relation is at the place."""
    return relation_sign(cursor.peek()) is not None


def relation_from(cursor: Cursor, first: Node) -> Relation:
    """Read a chain of relations of which the first side was read."""
    sides, signs = [first], []
    while (sign := relation_sign(cursor.peek())) is not None:
        cursor.at += 1
        signs.append(sign)
        sides.append(a_set(cursor) if sign in ("in", "notin") else expression(cursor))
    if not signs:
        raise Refusal(f"{cursor.shown} where a relation was expected", cursor.position)
    return Relation(tuple(sides), tuple(signs), start=first.start, end=cursor.before)


# --- sets ---


def a_set(cursor: Cursor) -> Node:
    """Read what stands on the right of a membership."""
    start, item = cursor.position, cursor.peek()
    if item is not None and canonical([item]) in NUMBER_SETS:
        return number_set(cursor, NUMBER_SETS[canonical([item])])
    if cursor.next_is(r"\{"):
        return listed_set(cursor)
    if cursor.next_is("(", "["):
        return interval(cursor)
    node = expression(cursor)
    kind = cursor.table.kind(node.key) if isinstance(node, Symbol) else ""
    if kind == "set":
        return node
    if isinstance(node, Symbol) and cursor.table.type(node.key).dimension:
        raise Refusal(
            f"{node.key} is a number, not a set; write \\{{1, \\ldots, {node.key}\\}}", start
        )
    raise Refusal(
        "a set was expected: an interval, listed elements, \\mathbb{R}, or a declared set", start
    )


# What may stand below a set of numbers.
RESTRICTIONS = (">0", r"\geq0", "<0", r"\leq0")


def number_set(cursor: Cursor, letter: str) -> SetOf:
    r"""Read `\mathbb{R}^{m \times n}`, `\mathbb{R}_{>0}` and the like."""
    start = cursor.position
    cursor.at += 1
    dimensions: tuple[Node, ...] = ()
    restricted = ""
    for script in cursor.scripts():
        if script.sign == "_":
            restricted = canonical(script.items)
            if restricted not in RESTRICTIONS:
                raise Refusal(
                    f"\\mathbb{{{letter}}}_{{{restricted}}} has no one meaning; write a "
                    f"relation to zero, as in \\mathbb{{{letter}}}_{{>0}}",
                    script.start,
                )
        elif len(script.items) == 1 and is_token(script.items[0], "+"):
            restricted = ">0"
        else:
            parts = split(script.items, r"\times")
            dimensions = tuple(whole(cursor, part, script.end) for part in parts)
    return SetOf(letter + restricted, dimensions, start=start, end=cursor.before)


def interval(cursor: Cursor) -> SetOf:
    """Read an interval; a square bracket belongs to it, a round one does not."""
    start = cursor.position
    opening = cursor.shown
    inner = cursor.bracket(closings=(")", "]"))
    low = expression(inner)
    inner.expect(",", "the lower end of an interval")
    high = expression(inner)
    inner.complete()
    closing = canonical(cursor.items[cursor.at - 1 : cursor.at])
    return SetOf(opening + closing, (low, high), start=start, end=cursor.before)


def listed_set(cursor: Cursor) -> Node:
    """Read elements in braces: listed, with dots between the ends, or with a condition."""
    start = cursor.position
    inner = cursor.bracket(bars=False)
    elements = [expression(inner)]
    if inner.accept(":", "|", r"\mid"):
        return node_of(READERS["builder"](inner, elements[0]))
    before = 0
    while inner.accept(","):
        if inner.accept(*LINE_DOTS):
            before = before or len(elements)
        else:
            elements.append(expression(inner))
    inner.complete()
    if not before:
        return SetOf("elements", tuple(elements), start=start, end=cursor.before)
    if before != len(elements) - 1:
        raise Refusal("dots are read before the last element of a set alone", start)
    return dots.whole_numbers(elements, start, cursor.before)


# --- indicators ---


@reads("indicator")
def indicator(cursor: Cursor, item: Item) -> Node:
    r"""Read `\mathbb{1}(i = j)` or `\mathbb{1}_{i = j}`."""
    refusal = unknown(cursor, item)
    found = indicated(cursor, cursor.scripts() if cursor.next_is("_") else (), item.start)
    if found is None:
        raise refusal
    return found


def indicated(cursor: Cursor, scripts: Sequence[Script], start: int) -> Node | None:
    """Read the condition of an indicator, below or in brackets; `None` if there is none."""
    if len(scripts) == 1 and scripts[0].sign == "_" and states(scripts[0].items):
        inner = cursor.inside(scripts[0].items, scripts[0].end)
        if inner.next_is(r"\{", "(", "["):
            inner = inner.bracket()
    elif not scripts and cursor.next_is("(", "[", r"\{") and bracket_states(cursor):
        inner = cursor.bracket()
    else:
        return None
    condition = relation_from(inner, expression(inner))
    inner.complete()
    return Indicator(condition, start=start, end=cursor.before)


def states(items: Sequence[Item]) -> bool:
    """Return whether items state a relation."""
    return any(relation_sign(item) for item in items)


def bracket_states(cursor: Cursor) -> bool:
    """Return whether the bracket at the place states a relation at its top level."""
    behind = replace(cursor, at=cursor.at + 1)
    return states(cursor.items[behind.at : behind.closing_place((CLOSING[cursor.shown],))])
