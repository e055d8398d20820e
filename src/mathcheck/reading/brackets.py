"""What stands in brackets or bars."""

import re
from dataclasses import replace

from mathcheck.expressions import (
    Component,
    Evaluated,
    Indicator,
    Listed,
    Matrix,
    Node,
    Number,
    Operation,
    Symbol,
    walk,
)
from mathcheck.latex import Refusal, Token, canonical
from mathcheck.reading import dots
from mathcheck.reading.core import expression, reads
from mathcheck.reading.cursor import Cursor
from mathcheck.reading.grammar import BRACKETS, DOTS, NORMS
from mathcheck.reading.relations import at_relation, relation_from

# What brackets around so little may mean.
SEVERAL_READINGS = {
    "[": r"[…] around one name has several readings; write x_i for an entry, \lfloor x \rfloor for "
    "the whole part, or round brackets",
    r"\{": r"\{…\} without a sum in it has two readings; write x - \lfloor x \rfloor for what is "
    "behind the point, or round brackets",
}
# The name of a norm may be set upright.
ROMAN = re.compile(r"^\\operatorname\{(\w)\}$")


@reads("bracketed")
def bracketed(cursor: Cursor, opening: Token) -> Node:
    """Read what stands in brackets or bars, and what they make of it."""
    operation = BRACKETS[opening.text].operation
    if opening.text == "|" and cursor.next_is("|"):
        raise Refusal(
            r"two bars side by side have two readings; write \lVert x \rVert for a norm, "
            r"\lvert \lvert x \rvert - 1 \rvert for absolute values",
            opening.start,
        )
    inner = cursor.enclosed(opening, bars=operation != "inner")
    start, end = opening.start, cursor.before
    if not operation:
        return grouped(inner, opening, end)
    body = expression(inner)
    if operation == "inner":
        if not inner.accept(",", "|", r"\mid"):
            raise Refusal(r"\langle holds two, with a comma or a bar between them", start)
        other = expression(inner)
        inner.complete()
        return Operation("inner", (body, other), start=start, end=end)
    inner.complete()
    if operation == "norm":
        return norm(cursor, body, start)
    return Operation(operation, (body,), start=start, end=end)


def grouped(inner: Cursor, opening: Token, end: int) -> Node:
    """Read what brackets hold together: an expression, a list, or a relation in square ones."""
    start = opening.start
    if not inner.items:
        raise Refusal("nothing stands here; an expression was expected", inner.end)
    entries: list[Node | None] = [expression(inner)]
    while opening.text != r"\{" and inner.accept(","):
        entries.append(None if inner.accept(*DOTS) else expression(inner))
    if opening.text == "[" and len(entries) == 1 and at_relation(inner):
        condition = relation_from(inner, entries[0])  # type: ignore[arg-type]
        inner.complete()
        return Indicator(condition, start=start, end=end)
    inner.complete()
    if len(entries) == 1 and needs_no_brackets(opening.text, entries[0]):
        raise Refusal(SEVERAL_READINGS[opening.text], start)
    written = [entry for entry in entries if entry is not None]
    if len(written) < len(entries):
        return Listed(dots.column(entries, inner.table, start, end), start=start, end=end)
    if len(entries) > 1:
        return Listed(Matrix(tuple((entry,) for entry in written)), start=start, end=end)
    return replace(written[0], start=start, end=end)


def needs_no_brackets(opening: str, node: Node | None) -> bool:
    """Return whether what stands in brackets is so short that they may mean something else."""
    if opening == "[":
        return isinstance(node, Symbol | Component)
    factors = (Symbol, Component, Number)
    signs = {"negative", "times"}
    return opening == r"\{" and all(
        isinstance(part, factors) or (isinstance(part, Operation) and part.name in signs)
        for part in walk(node)  # type: ignore[arg-type]
    )


def norm(cursor: Cursor, body: Node, start: int) -> Node:
    """Return the norm that the lower script names."""
    script = cursor.script() if cursor.next_is("_") else None
    which = ROMAN.sub(r"\1", canonical(script.items)) if script else ""
    if which not in NORMS:
        raise Refusal(f"the norm {which} is none of 1, 2, F and \\infty", start)
    return Operation(NORMS[which], (body,), start=start, end=cursor.before)


@reads("evaluated")
def evaluated(cursor: Cursor, opening: Token) -> Node:
    r"""Read `\left. … \right|_{x = 0}`."""
    inner = cursor.enclosed(opening, closings=(r"\rvert",))
    body = expression(inner)
    inner.complete()
    if not cursor.next_is("_"):
        raise Refusal(r"\right| without the values that are put in", opening.start)
    script = cursor.script()
    below = cursor.inside(script.items, script.end)
    assignments = []
    while True:
        variable = expression(below)
        below.expect("=", "what a value is put in for, as in x = 0")
        assignments.append((variable, expression(below)))
        if not below.accept(","):
            below.complete()
            return Evaluated(body, tuple(assignments), start=opening.start, end=script.end)
