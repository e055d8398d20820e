"""Functions, sums and the like with an index, roots, constants: the forms with a name."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from mathcheck.expressions import (
    Big,
    Constant,
    Matrix,
    Node,
    Number,
    Operation,
    Range,
    Relation,
    Symbol,
    walk,
)
from mathcheck.latex import Command, Item, Refusal, Token, canonical
from mathcheck.reading import dots, grammar, names
from mathcheck.reading.core import (
    READERS,
    Operand,
    begins,
    expression,
    factor,
    product,
    reads,
    whole,
)
from mathcheck.reading.cursor import Cursor, Script, split
from mathcheck.reading.relations import at_relation, relation_from

# --- functions ---


@reads("function")
def function(cursor: Cursor, item: Item) -> Operand:
    """Read a function by name with its argument, in brackets or alone."""
    start, spelled = item.start, canonical([item])
    name = grammar.FUNCTIONS[spelled]
    base = exponent = None
    for script in cursor.scripts():
        if script.sign == "_" and name == "log":
            base = whole(cursor, script.items, script.end)
        elif script.sign == "^":
            exponent = function_power(name, spelled, script, start)
        else:
            what = "lower index" if script.sign == "_" else "prime"
            raise Refusal(f"{spelled} has no {what}", start)
    opened = not cursor.next_is("(", "[", r"\{", r"\lvert", "|")
    operands = arguments(cursor, name, spelled, start)
    if base is not None:
        operands, operation = (*operands, base), "log_base"
    else:
        operation = name
    node: Node = Operation(operation, operands, start=start, end=cursor.before)
    if exponent is not None:
        node = Operation("power", (node, exponent), start=start, end=cursor.before)
    return Operand(node, name, open=opened and not isinstance(operands[0], Big))


def open_argument(cursor: Cursor, name: str) -> Node:
    r"""Read an argument without brackets: one factor, or as in `\sin 2x` and `\cos n \pi` several.

    The angle of a trigonometric function is a product of numbers, of which the last alone may be
    any, so that nothing else can be meant.
    """
    angle = factor(cursor).node
    last = angle
    while (
        name in grammar.TRIGONOMETRIC
        and (isinstance(last, Number | Constant) or names.counts(last, cursor.table))
        and is_number_by_name(cursor)
    ):
        last = factor(cursor).node
        angle = Operation("times", (angle, last), start=angle.start, end=last.end)
    return angle


def is_number_by_name(cursor: Cursor) -> bool:
    r"""Return whether a number follows that has a name: a symbol without a shape, or `\pi`."""
    if cursor.next_is(r"\pi"):
        return True
    terminal = names.terminal(cursor)
    kind = cursor.table.type(terminal.key) if terminal else None
    return kind is not None and not kind.shape and (kind.counts or kind.continuous)


def function_power(name: str, spelled: str, script: Script, start: int) -> Number:
    r"""Return the power in `\sin^2 x`; of other functions it has two readings."""
    exponent = canonical(script.items)
    if exponent == "-1" or name in ("log", "exp"):
        meant = "the reciprocal, or the inverse by its name" if exponent == "-1" else "a power"
        raise Refusal(
            f"{spelled}^{exponent} has two readings; write ({spelled} …)^{exponent} for {meant}",
            script.start,
        )
    if name not in grammar.TRIGONOMETRIC or not exponent.isdecimal():
        raise Refusal(
            f"{spelled}^{exponent} has two readings; write {spelled}(…)^{exponent}", start
        )
    return Number(Fraction(exponent), start=script.start, end=script.end)


def arguments(cursor: Cursor, name: str, spelled: str, start: int) -> tuple[Node, ...]:
    """Read the arguments of a function, in brackets or one factor."""
    wanted = grammar.ARITY[name]
    if not cursor.next_is("(", "[", r"\{"):
        if wanted > 1:
            raise Refusal(f"{spelled} needs its arguments in brackets", start)
        if not begins(cursor) and not cursor.next_is("|"):
            raise Refusal(f"{spelled} without an argument before {cursor.shown}", start)
        return (open_argument(cursor, name),)
    place = cursor.position
    operands = listed(cursor)
    if name == "diag" and len(operands) > 1:
        operands = (Matrix(tuple((entry,) for entry in operands)),)
    if len(operands) != wanted:
        raise Refusal(
            f"{spelled} takes {wanted} argument{'s' * (wanted > 1)}, not {len(operands)}", place
        )
    if cursor.next_is("(", "[") and name not in grammar.ARRAY_VALUED:
        raise Refusal(
            f"{spelled}(…) before {cursor.shown} has two readings; write {spelled}(…) \\cdot (…), "
            "or brackets around all that belongs to the argument",
            place,
        )
    return operands


def listed(cursor: Cursor) -> tuple[Node, ...]:
    """Read expressions with commas between them, in brackets; with dots they are a column."""
    inner = cursor.bracket()
    start = inner.position
    found: list[Node | None] = [expression(inner)]
    while inner.accept(","):
        found.append(None if inner.accept(*grammar.DOTS) else expression(inner))
    inner.complete()
    if None in found:
        return (dots.column(found, cursor.table, start, cursor.before),)
    return tuple(part for part in found if part is not None)


# --- sums, products, maxima ---


@reads("big")
def big(cursor: Cursor, item: Item) -> Node | Operand:
    """Read a sum, a product, a maximum and the like."""
    spelled = canonical([item])
    return over(cursor, spelled, cursor.scripts(), item.start)


@reads("argument_of")
def argument_of(cursor: Cursor, item: Item) -> Node | Operand:
    r"""Read `\arg\max`."""
    follower = cursor.accept(r"\max", r"\min")
    if not follower:
        raise Refusal(r"\arg without \max or \min", item.start)
    return over(cursor, r"\arg" + follower[1:], cursor.scripts(), item.start)


@reads("beneath")
def beneath(cursor: Cursor, item: Command) -> Node | Operand:
    r"""Read `\underset{c}{\max}` as `\max_c`."""
    below, operator = item.arguments
    spelled = canonical(operator)
    script = Script("_", below, item.start, item.end)
    if spelled in grammar.BIGS:
        return over(cursor, spelled, (script, *cursor.scripts()), item.start)
    form = grammar.BEGINNINGS.get(spelled)
    if form is not None and form.reader == "limit":
        return READERS["limit_of"](cursor, script)
    raise names.unknown(cursor, item)


def over(cursor: Cursor, spelled: str, scripts: Sequence[Script], start: int) -> Node | Operand:
    """Read what a sum or the like runs over, and its body."""
    kind = grammar.BIGS[spelled]
    below = next((s for s in scripts if s.sign == "_"), None)
    above = next((s for s in scripts if s.sign == "^"), None)
    if below is None:
        return without_index(cursor, kind, spelled, above, start)
    high = whole(cursor, above.items, above.end) if above else None
    found = binders(cursor, below.items, below.end, high, spelled)
    if kind in grammar.LISTING and cursor.next_is(r"\{"):
        body = factor(cursor).node
    elif not begins(cursor, 1 if cursor.next_is("-") else 0):
        raise Refusal(f"{spelled} without a body before {cursor.shown}", start)
    else:
        sign = cursor.position if cursor.accept("-") else None
        body = product(cursor, grammar.DIVIDED if kind == "sum" else grammar.MULTIPLIED)
        if sign is not None:
            body = Operation("negative", (body,), start=sign, end=cursor.before)
        if kind == "product" and apart(body, found):
            raise Refusal(
                f"{spelled} … before \\cdot or \\times has two readings; write brackets", start
            )
        if cursor.next_is("/"):
            raise Refusal(
                f"{spelled} … before / has two readings; write brackets or \\frac", cursor.position
            )
    body, following = parted(body, found)
    if following is None:
        return Big(kind, (), found, body, start=start, end=cursor.before)
    big = Big(kind, (), found, body, start=start, end=body.end)
    return Operation("times", (big, following), start=start, end=cursor.before)


def parted(body: Node, conditions: Sequence[Node]) -> tuple[Node, Node | None]:
    r"""Return a body without a sum at its end that binds the index anew, and that sum.

    So `\sum_i x_i \sum_i y_i` is a product of two sums.
    """
    if isinstance(body, Operation) and body.name == "times":
        before, last = body.operands
        first = last.operands[0] if isinstance(last, Operation) and last.name == "times" else last
        if isinstance(first, Big) and bound_by(first.conditions) & bound_by(conditions):
            return before, last
    return body, None


def bound_by(conditions: Sequence[Node]) -> set[str]:
    """Return the names that run over a range."""
    return {condition.variable for condition in conditions if isinstance(condition, Range)}


def apart(body: Node, conditions: Sequence[Node]) -> bool:
    r"""Return whether a body ends in a factor behind `\cdot` that has no index of the product."""
    bound = bound_by(conditions)
    return (
        isinstance(body, Operation)
        and body.name in ("dot", "cross")
        and bool(bound)
        and not any(isinstance(n, Symbol) and n.key in bound for n in walk(body.operands[1]))
    )


def without_index(
    cursor: Cursor, kind: str, spelled: str, above: Script | None, start: int
) -> Node | Operand:
    r"""Read `\max(a, b)` and `\max \mathbf{z}`; what is summed needs an index."""
    if kind in grammar.LISTING and cursor.next_is("(", "[", r"\{"):
        return Operation(kind, listed(cursor), start=start, end=cursor.before)
    if kind in ("max", "min") and above is None and begins(cursor):
        node = Operation(kind, (factor(cursor).node,), start=start, end=cursor.before)
        return Operand(node, kind, open=True)
    raise Refusal(
        f"{spelled} without an index; write {spelled}_{{c=1}}^{{C}} or {spelled}_c", start
    )


def binders(
    cursor: Cursor, items: Sequence[Item], end: int, high: Node | None, spelled: str
) -> tuple[Node, ...]:
    """Read what stands under a sum: indices, ranges and conditions."""
    if len(items) == 1 and isinstance(items[0], Command) and items[0].name == r"\substack":
        rows = split(items[0].arguments[0], "\\\\")
        return tuple(n for row in rows for n in binders(cursor, row, end, None, spelled))
    inner = cursor.inside(items, end)
    if inner.finished:
        raise Refusal(f"{spelled} without an index", end)
    found: list[Node] = []
    while True:
        found.extend(binder(inner, high))
        if inner.finished:
            return tuple(found)
        if not inner.accept(",", ";"):
            raise Refusal(f"{inner.shown} can't follow under {spelled}", inner.position)


def binder(cursor: Cursor, high: Node | None) -> list[Node]:
    """Read names with commas between them, of which the last may have a relation."""
    start = cursor.position
    listed_names = [expression(cursor)]
    while not at_relation(cursor) and cursor.next_is(",") and cursor.peek(1) is not None:
        cursor.at += 1
        listed_names.append(expression(cursor))
    if not at_relation(cursor):
        return [running(name, None, high, cursor) for name in listed_names]
    condition = relation_from(cursor, listed_names.pop())
    # In `i, j = 1` below and n above the sign both begin at one.
    shared = condition.sides[1] if condition.signs == ("=",) and high is not None else None
    own = {name.key for name in listed_names if isinstance(name, Symbol)}
    low = shared if shared is not None and not own & shared.free_names else None
    found: list[Node] = [running(name, low, high, cursor) for name in listed_names]
    first = condition.sides[0]
    if condition.signs == ("=",):
        if cursor.accept(*grammar.LINE_DOTS):
            high = expression(cursor)
        return [*found, running(first, condition.sides[1], high, cursor)]
    if high is not None and isinstance(first, Symbol):
        found.append(Range(first.key, None, high, start=start, end=cursor.before))
    return [*found, *bounded(condition, cursor)]


def bounded(condition: Relation, cursor: Cursor) -> list[Node]:
    r"""Return the ranges in `1 \leq i < j \leq n`: what is bounded by numbers is bound here."""
    sides, signs = condition.sides, condition.signs
    ascending = len(sides) > 2 and {*signs} <= {"<", "<="}
    inside = sides[1:-1]
    if not ascending or not all(names.counts(side, cursor.table) for side in inside):
        return [condition]
    if all(names.counts(side, cursor.table) for side in sides):
        # In `i < j < k` the ends may be bound as well, as in `i < j`.
        return [condition]
    low = shifted(sides[0], 1) if signs[0] == "<" else sides[0]
    high = shifted(sides[-1], -1) if signs[-1] == "<" else sides[-1]
    ranges: list[Node] = [running(name, low, high, cursor) for name in inside]
    order = replace(condition, sides=inside, signs=signs[1:-1])
    return [*ranges, order] if len(inside) > 1 else ranges


def shifted(bound: Node, step: int) -> Node:
    """Return the whole number next to a bound."""
    if isinstance(bound, Number):
        return replace(bound, value=bound.value + step)
    one = Number(Fraction(step), start=bound.start, end=bound.end)
    return Operation("sum", (bound, one), start=bound.start, end=bound.end)


def running(name: Node, low: Node | None, high: Node | None, cursor: Cursor) -> Range:
    """Return the range of an index."""
    if not isinstance(name, Symbol):
        raise Refusal("an index was expected", name.start)
    return Range(name.key, low, high, start=name.start, end=cursor.before)


# --- roots, constants, decorations ---


@reads("root")
def root(cursor: Cursor, item: Command) -> Node:
    r"""Read `\sqrt{a}` and `\sqrt[n]{a}`."""
    start, end = item.start, item.end
    inner = whole(cursor, item.arguments[0], end)
    if item.option is None:
        return Operation("sqrt", (inner,), start=start, end=end)
    return Operation("root", (inner, whole(cursor, item.option, end)), start=start, end=end)


@reads("binomial")
def binomial(cursor: Cursor, item: Command) -> Node:
    """Read a binomial coefficient."""
    operands = tuple(whole(cursor, part, item.end) for part in item.arguments)
    return Operation("binomial", operands, start=item.start, end=item.end)


@reads("boxed")
def boxed(cursor: Cursor, item: Command) -> Node:
    """Read what stands in a box."""
    return whole(cursor, item.arguments[0], item.end)


@reads("constant")
def constant(cursor: Cursor, item: Token) -> Node:
    """Read a constant."""
    return Constant(grammar.CONSTANTS[item.text], start=item.start, end=item.end)


@reads("zero")
def zero(cursor: Cursor, item: Command) -> Node:
    """Read the zero of any shape."""
    return Number(Fraction(0), start=item.start, end=item.end)


@reads("decorated")
def decorated(cursor: Cursor, item: Command) -> Node:
    """Refuse a sign over something, which may change what it says."""
    over_it, sign = item.arguments
    raise Refusal(
        f"{canonical(over_it)} over {canonical(sign)} may change what it says; read are def and "
        r"\triangle over =, and a reference, as (1), over a relation",
        item.start,
    )
