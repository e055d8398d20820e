"""Probabilities of events, expectations, variances, and what they are drawn from."""

from collections.abc import Sequence

from mathcheck.expressions import (
    Event,
    Indicator,
    Moment,
    Node,
    Operation,
    Probability,
    Relation,
    Symbol,
    walk,
)
from mathcheck.latex import Item, Refusal, canonical
from mathcheck.reading import names
from mathcheck.reading.core import expression, reads
from mathcheck.reading.cursor import Cursor, Script
from mathcheck.reading.grammar import MOMENTS
from mathcheck.reading.relations import at_relation, relation_from

Draw = tuple[str, Node]


def is_variable(node: Node, cursor: Cursor) -> bool:
    """Return whether a node is the name of a random variable."""
    return isinstance(node, Symbol) and cursor.table.type(node.key).variable


# --- probabilities ---

# How a random variable is declared.
VARIABLE = r"one is declared with its distribution, as in X : variable \mathbf{p}"


@reads("probability")
def probability(cursor: Cursor, item: Item) -> Node:
    r"""Read `P(X = x \mid Y = y)`."""
    start, refusal = item.start, names.unknown(cursor, item)
    letter = canonical([item]) == "P"
    if not cursor.next_is("(", "[", r"\{"):
        raise (
            refusal
            if letter
            else Refusal("a probability needs its events in brackets", cursor.position)
        )
    inner = cursor.bracket(bars=False)
    named = (names.terminal(inner, ahead) for ahead in range(len(inner.items)))
    if letter and not any(name and inner.table.type(name.key).variable for name in named):
        reason = "P is not in the symbol table, and no random variable is in its brackets"
        raise Refusal(f"{reason}; {VARIABLE}", start)
    events = all_events(inner)
    given = all_events(inner) if inner.accept("|", r"\mid") else []
    inner.complete()
    return probability_of(events, given, start, cursor.before)


def probability_of(
    events: Sequence[Event | Relation], given: Sequence[Event | Relation], start: int, end: int
) -> Node:
    """Return the probability of events given others."""
    plain, plainly_given = of_variables(events), of_variables(given)
    if len(plain) == len(events) and len(plainly_given) == len(given):
        return Probability(
            tuple(plain.values()), tuple(plainly_given.values()), start=start, end=end
        )
    # P(A | B) = E[1_A 1_B] / E[1_B]
    both = chance([*events, *given], start, end)
    if not given:
        return both
    return Operation("quotient", (both, chance(given, start, end)), start=start, end=end)


def of_variables(events: Sequence[Event | Relation]) -> dict[str, Event]:
    """Return the events that name a variable and its value, by the variables, each once."""
    return {event.variable: event for event in events if isinstance(event, Event)}


def chance(events: Sequence[Event | Relation], start: int, end: int) -> Node:
    """Return the probability of events as the expectation of the product of their indicators."""
    factors = [indicator(event) for event in events]
    product: Node = factors[0]
    for factor in factors[1:]:
        product = Operation("times", (product, factor), start=start, end=end)
    return Moment("expectation", (product,), (), start=start, end=end)


def indicator(event: Event | Relation) -> Indicator:
    """Return what is one where an event happens."""
    if isinstance(event, Relation):
        return Indicator(event, start=event.start, end=event.end)
    if event.value is None:
        raise Refusal(f"{event.variable} needs a value beside another event", event.start)
    relation = Relation((Symbol(event.variable), event.value), ("=",))
    return Indicator(relation, start=event.start, end=event.end)


def all_events(cursor: Cursor) -> list[Event | Relation]:
    """Read events with commas between them."""
    found = [an_event(cursor)]
    while cursor.accept(",", r"\cap", ";", r"\land"):
        found.append(an_event(cursor))
    return found


def an_event(cursor: Cursor) -> Event | Relation:
    """Read a random variable, one that equals a value, or another relation with one."""
    start = cursor.position
    first = expression(cursor)
    if isinstance(first, Symbol) and is_variable(first, cursor):
        if cursor.accept("="):
            value = expression(cursor)
            if any(is_variable(node, cursor) for node in walk(value)):
                return Relation((first, value), ("=",), start=start, end=cursor.before)
            return Event(first.key, value, start=start, end=cursor.before)
        if not at_relation(cursor):
            return Event(first.key, None, start=start, end=cursor.before)
    if at_relation(cursor):
        relation = relation_from(cursor, first)
        if any(is_variable(node, cursor) for node in walk(relation)):
            return relation
    raise Refusal(f"a random variable was expected here; {VARIABLE}", start)


def given_events(cursor: Cursor) -> tuple[Event, ...]:
    """Read what is given in a moment: random variables, each with a value or without."""
    found: list[Event] = []
    for event in all_events(cursor):
        if not isinstance(event, Event):
            raise Refusal("X or X = x was expected after the bar", event.start)
        if event.variable in of_variables(found):
            raise Refusal(f"{event.variable} is given twice", event.start)
        found.append(event)
    return tuple(found)


# --- moments ---


@reads("moment")
def moment(cursor: Cursor, item: Item) -> Node:
    r"""Read `\mathbb{E}_{x \sim p}[f(x) \mid Y]`, a variance or a covariance."""
    start, refusal, kind = item.start, names.unknown(cursor, item), MOMENTS[canonical([item])]
    draws: tuple[Draw, ...] = ()
    given: tuple[Event, ...] = ()
    if cursor.next_is("_"):
        draws, given = drawn(cursor, cursor.script())
    follower = cursor.peek()
    if draws and follower is not None and canonical([follower]) in MOMENTS:
        # `\mathbb{E}_x \mathbb{E}_y [...]`: the inner one is what the outer one is of.
        cursor.at += 1
        operand = moment(cursor, follower)
        assert isinstance(operand, Node)
        return Moment(kind, (operand,), draws, given, start=start, end=cursor.before)
    if not cursor.next_is("(", "[", r"\{"):
        plain_letter = canonical([item]) == "E" and not draws
        raise (
            refusal
            if plain_letter
            else Refusal(f"what the {kind} is of stands in brackets", cursor.position)
        )
    inner = cursor.bracket(bars=False)
    operands = [expression(inner)]
    while inner.accept(","):
        operands.append(expression(inner))
    if inner.accept("|", r"\mid"):
        given += given_events(inner)
    inner.complete()
    if len(operands) != (2 if kind == "covariance" else 1):
        raise Refusal(f"the {kind} has {len(operands)} operands", start)
    return Moment(kind, tuple(operands), draws, given, start=start, end=cursor.before)


def drawn(cursor: Cursor, script: Script) -> tuple[tuple[Draw, ...], tuple[Event, ...]]:
    r"""Read `x \sim p` or `X \mid Y`: what is drawn, from which distribution, given what.

    A random variable of the table is drawn from its own distribution.
    """
    inner = cursor.inside(script.items, script.end, bars=False)
    found = [draw(inner)]
    while inner.accept(","):
        found.append(draw(inner))
    if len({variable for variable, _ in found}) < len(found):
        raise Refusal("a name is drawn twice", script.start)
    given = given_events(inner) if inner.accept("|", r"\mid") else ()
    inner.complete()
    return tuple(found), given


def draw(cursor: Cursor) -> Draw:
    """Read a name and the distribution from which it is drawn."""
    start = cursor.position
    variable = expression(cursor)
    if not isinstance(variable, Symbol):
        raise Refusal("a name was expected, as in x \\sim p", start)
    if cursor.accept(r"\sim"):
        return variable.key, expression(cursor)
    if is_variable(variable, cursor):
        return variable.key, Symbol(variable.key)
    raise Refusal(
        rf"the distribution of {variable.key} is not named; write {variable.key} \sim p", start
    )
