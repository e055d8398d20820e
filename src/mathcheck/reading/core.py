"""The core: precedence climbing over the table of binding powers.

Whatever begins with a sign of its own is read by a function in another file, which registers
itself here under the name that it has in the grammar.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from mathcheck.expressions import Component, Constant, Node, Number, Operation, Slice, Symbol
from mathcheck.latex import Command, Environment, Group, Item, Refusal, Token, canonical, is_token
from mathcheck.operations import TABLE
from mathcheck.reading import dots, grammar, names
from mathcheck.reading.cursor import Cursor, Script

MOST_DIGITS = 40


@dataclass(frozen=True)
class Operand:
    """A part of an expression, and the function, if it is the value of one by name.

    The argument of an `open` function has no brackets, so that what follows may belong to it.
    """

    node: Node
    function: str = ""
    open: bool = False


Reader = Callable[[Cursor, Any], Operand | Node]
# The readers of the forms of the grammar, and of the kinds of names.
READERS: dict[str, Reader] = {}
NAMED: dict[str, Reader] = {}


def node_of(read: Operand | Node) -> Node:
    """Return what was read without what the core alone needs to know."""
    return read.node if isinstance(read, Operand) else read


def reads(form: str, registry: dict[str, Reader] = READERS) -> Callable[[Reader], Reader]:
    """Register a function as the reader of a form of the grammar."""

    def register(reader: Reader) -> Reader:
        registry[form] = reader
        return reader

    return register


def reads_name(kind: str) -> Callable[[Reader], Reader]:
    """Register a function as the reader of the names of one kind; `array` is any other."""
    return reads(kind, NAMED)


def named(cursor: Cursor, name: names.Terminal) -> Operand | Node:
    """Read what belongs to a name that was gone past."""
    return NAMED.get(name.kind, NAMED["array"])(cursor, name)


# --- climbing ---


@dataclass
class Run:
    """Operands between operators of one power."""

    start: int
    operands: list[Operand]
    infixes: list[grammar.Infix] = field(default_factory=list)
    # How many operands stand before dots, and the sign between.
    dotted: list[tuple[int, str]] = field(default_factory=list)

    @property
    def power(self) -> int:
        """Return how tightly the operators bind."""
        return self.infixes[-1].power if self.infixes else grammar.APPLIED


def expression(cursor: Cursor) -> Node:
    """Read terms with signs between them."""
    return climb(cursor, grammar.ADDED).node


def product(cursor: Cursor, lowest: int = grammar.DIVIDED) -> Node:
    """Read what multiplication holds together."""
    return climb(cursor, lowest).node


def whole(cursor: Cursor, items: Sequence[Item], end: int) -> Node:
    """Read all items of a group or an argument as one expression."""
    return completed(cursor.inside(items, end))


def completed(cursor: Cursor) -> Node:
    """Read one expression up to the end."""
    if not cursor.items:
        raise Refusal("nothing stands here; an expression was expected", cursor.end)
    node = expression(cursor)
    cursor.complete()
    return node


def climb(cursor: Cursor, lowest: int) -> Operand:
    """Read operands with all operators between them that bind at least so tightly."""
    first = signed if lowest == grammar.ADDED else factor
    start = cursor.position
    return continued(cursor, lowest, start, first(cursor))


def continued(cursor: Cursor, lowest: int, start: int, first: Operand) -> Operand:
    """Read what follows an operand, with all operators that bind at least so tightly."""
    run = Run(start, [first])
    while (infix := follows(cursor, run)) is not None and infix.power >= lowest:
        if infix.power < run.power and run.infixes:
            run = Run(run.start, [closed(run, cursor)])
        shown = cursor.shown
        if infix is grammar.BESIDE:
            refuse_numbers(run.operands[-1].node, cursor)
        else:
            cursor.at += 1
        if cursor.accept(*grammar.LINE_DOTS):
            run.infixes.append(infix)
            run.dotted.append((len(run.operands), infix.sign))
            continue
        operand = right(cursor, infix)
        if infix.power >= grammar.DIVIDED and not (
            infix is grammar.BESIDE and alike(run.operands[-1], operand)
        ):
            refuse_open(run.operands[-1], shown)
        join(run, infix, operand)
    return closed(run, cursor)


def follows(cursor: Cursor, run: Run) -> grammar.Infix | None:
    """Return the operator that is at the place, which may be the unprinted one."""
    item = cursor.peek()
    if isinstance(item, Token) and item.text in grammar.INFIXES:
        return grammar.INFIXES[item.text]
    if is_token(item, *grammar.LINE_DOTS):
        # A number alone before dots begins a range, as in c = 1 \cdots C.
        number = not run.infixes and isinstance(run.operands[0].node, Number)
        return grammar.BESIDE if begins(cursor, 1) and not number else None
    return grammar.BESIDE if begins(cursor) else None


def right(cursor: Cursor, infix: grammar.Infix) -> Operand:
    """Read the right operand of an operator."""
    start = cursor.position
    if infix.power == grammar.ADDED:
        if cursor.next_is("+", "-"):
            raise Refusal(f"two signs in a row, {infix.sign}{cursor.shown}; write a bracket", start)
        operand = climb(cursor, grammar.DIVIDED)
        return negated(operand, start, cursor) if infix.sign == "-" else operand
    if infix.power == grammar.MULTIPLIED:
        return climb(cursor, grammar.JOINED)
    operand = factor(cursor)
    after = follows(cursor, Run(start, [operand]))
    if not infix.chained and after is not None and after.power >= infix.power:
        raise Refusal(
            f"what follows the slash has two readings before {cursor.shown}; "
            r"write \frac or brackets",
            cursor.position,
        )
    return operand


def join(run: Run, infix: grammar.Infix, operand: Operand) -> None:
    """Add an operator and its right operand to a run."""
    if len(run.infixes) == len(run.operands):
        # Dots stand between two signs, or side by side with what they are between.
        if run.infixes[-1].power != infix.power:
            raise Refusal(
                f"the dots stand between {run.infixes[-1].sign} and another sign; "
                "write the same sign before and after them",
                operand.node.start,
            )
        run.infixes.pop()
    run.infixes.append(infix)
    run.operands.append(operand)


def signed(cursor: Cursor) -> Operand:
    """Read a term that may have a sign in front."""
    start = cursor.position
    sign = cursor.accept("+", "-")
    if sign and cursor.next_is("+", "-"):
        raise Refusal(f"two signs in a row, {sign}{cursor.shown}; write a bracket", start)
    term = climb(cursor, grammar.DIVIDED)
    return negated(term, start, cursor) if sign == "-" else term


def negated(operand: Operand, start: int, cursor: Cursor) -> Operand:
    """Return minus an operand."""
    return Operand(Operation("negative", (operand.node,), start=start, end=cursor.before))


def closed(run: Run, cursor: Cursor) -> Operand:
    """Return the operation of a run on its operands."""
    nodes = [operand.node for operand in run.operands]
    start, end = run.start, cursor.before
    if run.dotted:
        kind = "sum" if run.power == grammar.ADDED else "product"
        return Operand(dots.series(kind, nodes, run.dotted, cursor.table, start, end))
    if not run.infixes:
        return run.operands[0]
    if run.power == grammar.ADDED:
        return Operand(Operation("sum", tuple(nodes), start=start, end=end))
    node = nodes[0]
    for infix, other in zip(run.infixes, nodes[1:], strict=True):
        node = Operation(infix.operation, (node, other), start=start, end=other.end)
    return Operand(node)


def alike(function: Operand, follower: Operand) -> bool:
    r"""Return whether the argument of a function ends before another: `\sin x \cos x`."""
    both = {function.function, follower.function}
    return "" not in both and (len(both) == 1 or both <= {*grammar.TRIGONOMETRIC})


def refuse_numbers(before: Node, cursor: Cursor) -> None:
    """Refuse a number, also in a script, before another, or a number before one of halves."""
    item = cursor.peek()
    if not is_number(cursor.items[cursor.at - 1]):
        return
    fraction = isinstance(before, Number) and isinstance(item, Command) and item.name == r"\frac"
    if is_number(item) or (fraction and all(map(of_number, item.arguments))):  # type: ignore[union-attr]
        raise Refusal(
            f"a number before {cursor.shown} is read as one number; write \\cdot or a bracket "
            "between the factors, or + between the parts of a sum",
            cursor.position,
        )


def is_number(item: Item | None) -> bool:
    """Return whether an item is a number as it is printed."""
    return isinstance(item, Token) and item.text.replace(".", "").isdecimal()


def of_number(items: Sequence[Item]) -> bool:
    """Return whether nothing but a number stands in an argument."""
    return len(items) == 1 and is_number(items[0])


def refuse_open(operand: Operand, follower: str) -> None:
    """Refuse what has two readings after an argument without brackets."""
    if operand.open:
        name = TABLE[operand.function].spellings[0]
        raise Refusal(
            f"{name} without brackets before {follower} has two readings; "
            f"write {name}(…), with the brackets around all that belongs to it",
            operand.node.start,
        )


# --- operands ---


def begins(cursor: Cursor, ahead: int = 0) -> bool:
    """Return whether an operand begins at the place, or some items after it."""
    item = cursor.peek(ahead)
    if isinstance(item, Command):
        if item.name == r"\text":
            return (
                canonical([item]) in grammar.BEGINNINGS or names.terminal(cursor, ahead) is not None
            )
        return relation_sign(item) is None
    if isinstance(item, Token):
        return cursor.bars if item.text in grammar.BARS else item.text not in grammar.ENDS
    return item is not None


def factor(cursor: Cursor) -> Operand:
    """Read what no operator parts: a name, a number or a form, with its scripts."""
    item = cursor.peek()
    if item is None:
        raise Refusal("an expression was expected at the end", cursor.end)
    if is_token(item, "+", "-"):
        raise Refusal(f"a sign, {cursor.shown}, follows another; write a bracket", item.start)
    inner = cursor.deeper()
    name = names.terminal(cursor)
    inner.at = name.end if name else cursor.at + 1
    read = named(inner, name) if name else begun(inner, item)
    operand = read if isinstance(read, Operand) else Operand(read)
    node = postfixed(inner, operand.node, (), item.start)
    cursor.at = inner.at
    return replace(operand, node=node)


def begun(cursor: Cursor, item: Item) -> Operand | Node:
    """Read what begins with a number, a group or a sign of the grammar, which was gone past."""
    if is_number(item):
        return number(item)  # type: ignore[arg-type]
    if isinstance(item, Group):
        return READERS["group"](cursor, item)
    form = grammar.BEGINNINGS.get(canonical([item])) or grammar.BEGINNINGS.get(
        item.name if isinstance(item, Command | Environment) else ""
    )
    if form is None:
        raise names.unknown(cursor, item)
    return READERS[form.reader](cursor, item)


def number(item: Token) -> Number:
    """Read a number as it is printed."""
    if len(item.text) > MOST_DIGITS:
        raise Refusal(f"a number with more than {MOST_DIGITS} digits", item.start)
    decimals = len(item.text.partition(".")[2])
    return Number(Fraction(item.text), decimals, start=item.start, end=item.end)


def relation_sign(item: Item | None) -> str | None:
    """Return the relation that an item states, if it is one."""
    if isinstance(item, Token):
        return grammar.RELATIONS.get(item.text)
    if isinstance(item, Command) and item.name in (r"\overset", r"\underset"):
        over, sign = item.arguments
        relation = relation_sign(sign[0]) if len(sign) == 1 else None
        spelled = canonical(over)
        reference = re.fullmatch(
            grammar.REFERENCE, re.sub(r"\\operatorname\{(.*?)\}", r"\1", spelled)
        )
        if reference or (relation == "=" and spelled in grammar.DECORATIONS):
            return relation
    return None


# --- what follows an operand ---


def postfixed(cursor: Cursor, node: Node, scripts: Sequence[Script], start: int) -> Node:
    """Read the scripts and signs behind an operand, of which some may have been taken already."""
    for script in scripts:
        node = scripted(cursor, node, script, start)
    while True:
        if cursor.next_is(*grammar.SCRIPTS):
            node = scripted(cursor, node, cursor.script(), start)
        elif cursor.accept("!"):
            name = "double_factorial" if cursor.accept("!") else "factorial"
            node = Operation(name, (node,), start=start, end=cursor.before)
        else:
            return node


def scripted(cursor: Cursor, node: Node, script: Script, start: int) -> Node:
    """Return an operand with one script."""
    if script.sign == "'":
        raise Refusal(
            "a prime on what is neither a function nor, with it, in the symbol table; a transpose "
            r"is written ^\top",
            script.start,
        )
    if script.sign == "^":
        return power(cursor, node, script, start)
    if isinstance(node, Number | Constant):
        raise Refusal("a number has no index", script.start)
    return Component(node, indices(cursor, script), start=start, end=script.end)


def power(cursor: Cursor, node: Node, script: Script, start: int) -> Node:
    """Return an operand to a power, transposed, or with an index above."""
    spelled, end = canonical(script.items), script.end
    refuse_matrix_power(cursor, node, spelled, start)
    if spelled == "T" and "T" in cursor.table and is_array(node, cursor):
        raise Refusal(
            r"T is in the symbol table, and ^T may be the transpose; write ^\top, or ^{(T)} for an "
            "index",
            script.start,
        )
    if transposes(spelled, cursor):
        return Operation("transpose", (node,), start=start, end=end)
    if spelled.startswith("-") and transposes(spelled[1:], cursor):
        inverse = Operation("power", (node, Number(Fraction(-1))), start=start, end=end)
        return Operation("transpose", (inverse,), start=start, end=end)
    if spelled in ("*", r"\prime", r"\dagger", r"\star", r"\perp", "+"):
        raise Refusal(
            f"^{spelled} is no power; declare the name with it in the symbol table", script.start
        )
    above = names.upper_index(script)
    if above is not None and not isinstance(node, Number | Constant):
        return Component(node, (whole(cursor, above, end),), start=start, end=end)
    exponent = whole(cursor, script.items, end)
    if isinstance(node, Constant) and node.name == "e":
        return Operation("exp", (exponent,), start=start, end=end)
    return Operation("power", (node, exponent), start=start, end=end)


def refuse_matrix_power(cursor: Cursor, node: Node, spelled: str, start: int) -> None:
    r"""Refuse what is printed alike for an entry and for the matrix: `A_{ij}^{-1}`."""
    base = node.base if isinstance(node, Component) else None
    if not isinstance(node, Component) or not isinstance(base, Symbol) or base.start != start:
        return
    shape = cursor.table.type(base.key).shape
    is_square = len(shape) == len(node.indices) == 2 and shape[0] == shape[1]
    is_entry = not any(isinstance(index, Slice) for index in node.indices)
    of_matrices = spelled.startswith("-") or "/" in spelled or r"\frac" in spelled
    if is_square and is_entry and (of_matrices or transposes(spelled, cursor)):
        raise Refusal(
            f"^{{{spelled}}} behind the indices of a matrix has two readings; write "
            rf"(A_{{ij}})^{{{spelled}}} for the entry, (A^{{{spelled}}})_{{ij}} for the matrix",
            start,
        )


def is_array(node: Node, cursor: Cursor) -> bool:
    """Return whether all that is multiplied or added in a node are arrays by name."""
    if isinstance(node, Operation) and node.name in ("times", "sum", "negative", "transpose"):
        return all(is_array(operand, cursor) for operand in node.operands)
    return isinstance(node, Symbol) and bool(cursor.table.type(node.key).shape)


def transposes(spelled: str, cursor: Cursor) -> bool:
    """Return whether an upper script is the sign of the transpose."""
    if spelled == "T":
        return "T" not in cursor.table
    return spelled in (r"\top", r"\operatorname{T}", r"\operatorname{t}")


def indices(cursor: Cursor, script: Script, count: int | None = None) -> tuple[Node, ...]:
    """Read a lower script as indices, `count` of them if it is known."""
    return tuple(
        names.index(piece) or whole(cursor, piece, script.end)
        for piece in names.index_pieces(script, count)
    )
