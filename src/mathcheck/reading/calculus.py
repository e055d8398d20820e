"""Derivatives, limits and integrals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from mathcheck.expressions import (
    Call,
    Component,
    Constant,
    Derivative,
    Integral,
    Limit,
    Node,
    Number,
    Operation,
    Symbol,
    walk,
)
from mathcheck.latex import Command, Group, Item, Refusal, canonical, is_token
from mathcheck.reading import grammar, names
from mathcheck.reading.core import (
    begins,
    completed,
    continued,
    expression,
    factor,
    named,
    node_of,
    product,
    reads,
    transposes,
    whole,
)
from mathcheck.reading.cursor import Cursor, Script
from mathcheck.symbols import Table

# The highest order of a derivative.
HIGHEST = 4

# --- derivatives ---


@reads("fraction")
def fraction(cursor: Cursor, item: Command) -> Node:
    """Read a quotient, or a derivative if both parts begin with a differential."""
    above, below = item.arguments
    if differentiates(cursor, above, below):
        return derivative(cursor, above, below, item.start, item.end)
    numerator, denominator = (whole(cursor, part, item.end) for part in item.arguments)
    return Operation("quotient", (numerator, denominator), start=item.start, end=item.end)


@reads("group")
def group(cursor: Cursor, item: Group) -> Node:
    r"""Read a group in braces, or a derivative, `{\partial y}/{\partial z}`."""
    below = cursor.peek(1)
    if (
        cursor.next_is("/")
        and isinstance(below, Group)
        and differentiates(cursor, item.items, below.items)
    ):
        cursor.at += 2
        return derivative(cursor, item.items, below.items, item.start, below.end)
    return whole(cursor, item.items, item.end)


def is_differential(item: Item | None) -> bool:
    """Return whether an item is the sign of a differential."""
    upright = isinstance(item, Command) and canonical([item]) == r"\operatorname{d}"
    return upright or is_token(item, r"\partial", "d")


def differentiates(cursor: Cursor, above: Sequence[Item], below: Sequence[Item]) -> bool:
    """Return whether a fraction is a derivative: no longer name, as `d_1`, begins its parts."""
    if len(below) < 2 or not all(part and is_differential(part[0]) for part in (above, below)):
        return False
    first = [names.terminal(cursor.inside(part, cursor.end)) for part in (above, below)]
    return all(name is None or name.key == "d" for name in first)


def derivative(
    cursor: Cursor, above: Sequence[Item], below: Sequence[Item], start: int, end: int
) -> Node:
    """Read a fraction of differentials; what is differentiated stands in it or behind it."""
    top = cursor.inside(above, end)
    top.at = 1
    order = 1
    if top.next_is("^"):
        spelled = canonical(top.script().items)
        if not spelled.isdecimal() or int(spelled) > HIGHEST:
            raise Refusal(f"a derivative of the order {spelled}", start)
        order = int(spelled)
    variables = differentials(cursor.inside(below, end), end)
    if len(variables) != order:
        raise Refusal(
            f"a derivative of the order {order} has {len(variables)} variables below", start
        )
    if top.finished:
        body = operand_of("a derivative", cursor)
        end = cursor.before
    else:
        body = completed(replace(top, items=top.items[top.at :], at=0))
    return Derivative(body, tuple(variables), start=start, end=end)


def differentials(cursor: Cursor, end: int) -> list[Node]:
    r"""Read what stands below a derivative: `\partial x \partial y`, `dx^2`."""
    found: list[Node] = []
    while not cursor.finished:
        if not is_differential(cursor.peek()):
            raise Refusal(
                f"{cursor.shown} below a derivative; \\partial was expected", cursor.position
            )
        cursor.at += 1
        if cursor.finished:
            raise Refusal("a differential without its variable", end)
        start = cursor.position
        variable, repeat = differential_variable(cursor)
        found.extend([differentiable(variable, cursor)] * repeat)
        if len(found) > HIGHEST:
            raise Refusal(f"more than {HIGHEST} derivatives", start)
    return found


def differential_variable(cursor: Cursor) -> tuple[Node, int]:
    """Read the variable of a differential, and how many times it is taken."""
    start = cursor.position
    if cursor.next_is("("):
        variable, scripts = completed(cursor.bracket()), cursor.scripts()
    else:
        name, item = names.terminal(cursor), cursor.items[cursor.at]
        cursor.at = name.end if name else cursor.at + 1
        if name is None:
            raise names.unknown(cursor, item)
        # In \partial x_i^2 the power is how many times it is taken.
        powers = [s for s in name.scripts[-1:] if s.sign == "^" and not names.indexes(s)]
        kept = replace(name, scripts=name.scripts[: len(name.scripts) - len(powers)])
        variable = replace(node_of(named(cursor, kept)), start=start)
        scripts = tuple(powers)
    repeat = 1
    for script in scripts:
        spelled = canonical(script.items)
        if spelled.isdecimal():
            repeat = int(spelled)
        elif not transposes(spelled, cursor):
            raise Refusal("a differential to a power that is no number", start)
    if isinstance(variable, Operation) and variable.name == "transpose":
        variable = variable.operands[0]
    return variable, repeat


def differentiable(variable: Node, cursor: Cursor) -> Node:
    """Return a variable, or refuse what nothing is differentiated by."""
    base = variable.base if isinstance(variable, Component) else variable
    if not isinstance(base, Symbol):
        raise Refusal("a derivative is taken by a variable", variable.start)
    kind = cursor.table.type(base.key)
    if not kind.continuous:
        raise Refusal(
            f"a derivative with respect to {base.key}, declared as {kind.kind}", variable.start
        )
    return variable


@reads("partial")
def partial(cursor: Cursor, item: Item) -> Node:
    r"""Read `\partial_{z_j} y_i`."""
    refusal = names.unknown(cursor, item)
    if not cursor.next_is("_"):
        raise refusal
    below = cursor.script()
    variable = differentiable(whole(cursor, below.items, below.end), cursor)
    body = operand_of(r"\partial", cursor)
    return Derivative(body, (variable,), start=item.start, end=cursor.before)


@reads("nabla")
def nabla(cursor: Cursor, item: Item) -> Node:
    r"""Read `\nabla_{\mathbf{z}} g`, `\nabla^2_{\mathbf{z}} g` and `\nabla f(\mathbf{z})`."""
    order, below = 1, None
    for script in cursor.scripts():
        if script.sign == "_":
            below = script
        elif canonical(script.items) == "2":
            order = 2
        else:
            shown = canonical(script.items)
            raise Refusal(rf"\nabla^{shown}; only \nabla and \nabla^2 are read", item.start)
    if below is None:
        return gradient(cursor, item, order)
    variable = differentiable(whole(cursor, below.items, below.end), cursor)
    body = operand_of(r"\nabla", cursor, signs=())
    start, end = item.start, cursor.before
    return Derivative(body, (variable,) * order, by_nabla=True, start=start, end=end)


def gradient(cursor: Cursor, item: Item, order: int) -> Node:
    r"""Read `\nabla f(\mathbf{z})`, the derivative of a function of one argument.

    In `\nabla f(\mathbf{z})^\top` the gradient is transposed, for a number has no transpose.
    """
    body = factor(cursor).node if begins(cursor) else None
    turned = isinstance(body, Operation) and body.name == "transpose"
    call = body.operands[0] if isinstance(body, Operation) and turned else body
    arguments = call.arguments if isinstance(call, Call) else ()
    variable = arguments[0].value if len(arguments) == 1 else None
    if call is None or variable is None:
        raise Refusal(
            r"\nabla without its variable has several readings; write \nabla_{\mathbf{z}}",
            item.start,
        )
    if not isinstance(variable, Symbol):
        raise Refusal(
            r"\nabla before a function of more than a name has two readings; write "
            r"\left. \nabla f(\mathbf{z}) \right|_{\mathbf{z} = …}",
            item.start,
        )
    if not turned:
        refuse_factor(r"\nabla", cursor)
    start, end = item.start, cursor.before
    variables = (differentiable(variable, cursor),) * order
    slopes = Derivative(call, variables, start=start, end=end)
    return Operation("transpose", (slopes,), start=start, end=end) if turned else slopes


def operand_of(operator: str, cursor: Cursor, signs: Sequence[str] = grammar.PRODUCTS) -> Node:
    r"""Read what an operator applies to: what square brackets hold, a factor, or a product.

    `\frac{d}{dx} x^2 e^x` is the derivative of the product. Where a defined name or function comes
    first, as in `\nabla f(x) g(x)`, books mean the one or the other.
    """
    if not begins(cursor):
        raise Refusal(f"{operator} of nothing before {cursor.shown}", cursor.position)
    start = cursor.position
    if cursor.next_is("["):
        body = completed(cursor.bracket())
        refuse_sign(operator, cursor, ("^",))
        return body
    first = factor(cursor)
    if any(is_defined(node, cursor.table) for node in walk(first.node)):
        refuse_factor(operator, cursor)
        refuse_sign(operator, cursor, signs)
        return first.node
    body = continued(cursor, grammar.DIVIDED, start, first).node
    if any(isinstance(node, Derivative) for node in walk(body) if node.start > first.node.start):
        raise Refusal(
            f"what the first of two operators, {operator}, applies to has two readings; write "
            "brackets",
            start,
        )
    return body


def is_defined(node: Node, table: Table) -> bool:
    """Return whether a node is a name or a function that is defined in the text."""
    return isinstance(node, Call) or (isinstance(node, Symbol) and table.type(node.key).defined)


def refuse_factor(operator: str, cursor: Cursor) -> None:
    """Refuse a factor behind what an operator applies to, to which it may apply too."""
    if begins(cursor):
        raise two_readings(operator, cursor)


def refuse_sign(operator: str, cursor: Cursor, signs: Sequence[str]) -> None:
    """Refuse a sign behind what an operator applies to."""
    if cursor.next_is(*signs):
        raise two_readings(operator, cursor)


def two_readings(operator: str, cursor: Cursor) -> Refusal:
    """Return the refusal of what an operator may apply to or not."""
    return Refusal(
        f"what {operator} applies to has two readings before {cursor.shown}; write brackets",
        cursor.position,
    )


# --- limits ---


@reads("limit")
def limit(cursor: Cursor, item: Item) -> Node:
    r"""Read `\lim_{x \to 0} f(x)`."""
    if not cursor.next_is("_"):
        raise Refusal(r"\lim without what tends to what; write \lim_{x \to 0}", item.start)
    return replace(node_of(limit_of(cursor, cursor.script())), start=item.start)


@reads("limit_of")
def limit_of(cursor: Cursor, script: Script) -> Node:
    """Read the limit of which the lower script says what tends to what."""
    inner = cursor.inside(script.items, script.end)
    variable = expression(inner)
    if not isinstance(variable, Symbol) or not inner.accept(r"\rightarrow"):
        raise Refusal(r"a limit is written \lim_{x \to 0}", script.start)
    items, side = one_sided(inner.items[inner.at :])
    point = whole(inner, items, script.end)
    body = product(cursor)
    return Limit(variable.key, point, side, body, start=script.start, end=cursor.before)


def one_sided(items: Sequence[Item]) -> tuple[Sequence[Item], str]:
    """Return the point of a limit, and the side from which it is reached."""
    if len(items) > 1 and is_token(items[-2], "^"):
        last = items[-1]
        side = canonical(last.items if isinstance(last, Group) else [last])
        if side in ("+", "-"):
            return items[:-2], side
    return items, ""


# --- integrals ---


@dataclass(frozen=True)
class Differential:
    """The `dx` that closes an integral: its variable, and which items it is."""

    variable: str
    first: int
    after: int


@reads("integral")
def integral(cursor: Cursor, item: Item) -> Node:
    r"""Read `\int_a^b f(x) \, dx` or `\int_a^b \frac{dx}{f(x)}`."""
    if not is_token(item, r"\int"):
        shown = canonical([item])
        raise Refusal(f"{shown} is not read; write one \\int for each variable", item.start)
    scripts = {script.sign: script for script in cursor.scripts()}
    read = divided_integrand(cursor) or integrand(cursor)
    if read is None:
        raise Refusal(
            "the integral has no differential, as in dx, of a real number of the symbol table",
            item.start,
        )
    variable, body = read
    low, high = bounds(cursor, scripts.get("_"), scripts.get("^"), item.start)
    return Integral(variable, low, high, body, start=item.start, end=cursor.before)


def integrand(cursor: Cursor) -> tuple[str, Node] | None:
    """Read what a differential closes; return the variable and it, or `None` if there is none."""
    closing = closing_differential(cursor)
    if closing is None:
        return None
    inner = cursor.inside(
        cursor.items[cursor.at : closing.first], cursor.items[closing.first].start
    )
    body = completed(inner) if inner.items else Number(Fraction(1))
    cursor.at = closing.after
    if not inner.items:
        refuse_follower(cursor)
    return closing.variable, body


def divided_integrand(cursor: Cursor) -> tuple[str, Node] | None:
    r"""Read a fraction of which the differential ends the numerator: `\frac{x \, dx}{1 + x}`."""
    item = cursor.peek()
    if not isinstance(item, Command) or item.name != r"\frac":
        return None
    above, below = item.arguments
    closing = closing_differential(cursor.inside(above, item.end))
    if closing is None or closing.after < len(above) or differentiates(cursor, above, below):
        return None
    factors = cursor.inside(above[: closing.first], item.end)
    numerator = completed(factors) if factors.items else Number(Fraction(1))
    denominator = whole(cursor, below, item.end)
    cursor.at += 1
    refuse_follower(cursor)
    body = Operation("quotient", (numerator, denominator), start=item.start, end=item.end)
    return closing.variable, body


def refuse_follower(cursor: Cursor) -> None:
    """Refuse a factor behind a differential that may belong to the integral."""
    if begins(cursor):
        raise Refusal(
            "what follows the differential may belong to the integral or not; write the "
            "differential last",
            cursor.position,
        )


def bounds(
    cursor: Cursor, low: Script | None, high: Script | None, start: int
) -> tuple[Node, Node]:
    r"""Return the bounds of an integral; `\mathbb{R}` below has both."""
    if low and high:
        return whole(cursor, low.items, low.end), whole(cursor, high.items, high.end)
    if low and canonical(low.items) == r"\mathbb{R}":
        infinity = Constant("infinity", start=low.start, end=low.end)
        return Operation("negative", (infinity,), start=low.start, end=low.end), infinity
    raise Refusal("an integral needs both bounds", start)


def closing_differential(cursor: Cursor) -> Differential | None:
    r"""Return the differential that closes an integral; each `\int` on the way takes one."""
    open_integrals = 0
    for ahead in range(len(cursor.items) - cursor.at - 1):
        item = cursor.peek(ahead)
        open_integrals += is_token(item, r"\int")
        name = names.terminal(cursor, ahead + 1) if is_differential(item) else None
        if name is None or not cursor.table.type(name.key).continuous:
            continue
        if not open_integrals:
            return Differential(name.key, cursor.at + ahead, name.end)
        open_integrals -= 1
    return None
