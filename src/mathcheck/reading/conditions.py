"""Conditions: relations and ranges with the words between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mathcheck.expressions import ForAll, Node, Not, Or, Range, Relation, SetOf, Symbol
from mathcheck.latex import Command, Refusal, Token, is_token
from mathcheck.reading.core import begins, expression, reads
from mathcheck.reading.cursor import Cursor
from mathcheck.reading.functions import running
from mathcheck.reading.grammar import DOTS, LINE_DOTS, SPACES
from mathcheck.reading.names import terminal
from mathcheck.reading.progressions import goes_on
from mathcheck.reading.relations import at_relation, relation_from
from mathcheck.symbols import Table
from mathcheck.words import Phrase, Role, phrases

Literal = tuple[Node, ...]


@dataclass
class Clause:
    """What one phrase begins: conditions, and how each is joined to the one before it."""

    role: Role
    literals: list[Literal] = field(default_factory=list)
    joints: list[Role] = field(default_factory=list)
    # `and all` goes on with what is quantified; `all` after a condition belongs to that.
    joined: bool = False


@dataclass
class Pending:
    """What the words before the next condition say of it."""

    joint: Role | None = None
    negated: bool = False


def words_at(cursor: Cursor) -> tuple[Phrase, ...] | None:
    r"""Return the phrases at the place; `None` if none are there, but a name or a formula."""
    item = cursor.peek()
    text = isinstance(item, Command) and item.name == r"\text"
    return None if text and begins(cursor) else phrases(item)


def all_conditions(cursor: Cursor, begun: Node | None = None) -> tuple[Node, ...]:
    """Read conditions as far as they go; of the first a part may have been read already."""
    start = cursor.position
    clauses, pending = [Clause(Role.RESTRICT)], Pending()
    if begun is not None:
        add(clauses[-1], condition(cursor, begun), pending, start)
    while more(cursor, clauses):
        place, found = cursor.position, words_at(cursor)
        if found is not None:
            cursor.at += 1
            for phrase in found:
                take(phrase, clauses, pending, place)
        elif not cursor.accept(",", ";", *SPACES):
            apart = is_token(cursor.items[cursor.at - 1], *SPACES) and bool(clauses[-1].literals)
            literal = condition(cursor)
            if apart and is_equation(literal[0]):
                raise Refusal(
                    "an equation after a space may be a condition or a claim; write 'and' before "
                    "a condition, and a claim in a row of its own",
                    place,
                )
            if ends_quantifier(clauses[-1], literal, cursor.table):
                clauses.append(Clause(Role.RESTRICT))
            add(clauses[-1], literal, pending, place)
    if not clauses[-1].literals or pending.joint or pending.negated:
        raise Refusal("a condition was expected", cursor.position)
    return folded(clauses, start, cursor.before)


def is_equation(node: Node) -> bool:
    """Return whether a condition is one that looks like a claim: no side of it is a name."""
    return (
        isinstance(node, Relation)
        and "=" in node.signs
        and not any(isinstance(side, Symbol) for side in node.sides)
    )


def more(cursor: Cursor, clauses: Sequence[Clause]) -> bool:
    """Return whether conditions go on at the place."""
    if cursor.finished:
        return False
    if cursor.next_is(*SPACES) or words_at(cursor) is not None:
        return True
    written = clauses[-1].literals
    if cursor.next_is(",", ";"):
        follower = cursor.peek(1)
        return bool(written) and follower is not None and not is_token(follower, "&")
    last = cursor.items[cursor.at - 1] if cursor.at and written else None
    separated = last is None or is_token(last, ",", ";", *SPACES) or phrases(last) is not None
    return separated and (begins(cursor) or cursor.next_is("-"))


def ends_quantifier(clause: Clause, literal: Literal, table: Table) -> bool:
    r"""Return whether a condition behind `for all i and` is another, and narrows no index."""
    relation = literal[0]
    if clause.role is not Role.UNIVERSAL or not clause.literals or isinstance(relation, Range):
        return False
    left = relation.sides[0] if isinstance(relation, Relation) else relation
    return not (isinstance(left, Symbol) and table.type(left.key).ranges)


def take(phrase: Phrase, clauses: list[Clause], pending: Pending, place: int) -> None:
    """Let a phrase begin a clause, or say how the next condition is joined."""
    role, last = phrase.role, clauses[-1]
    if role in (Role.OTHERWISE, Role.EQUIVALENT):
        raise Refusal(f"'{phrase.words}' can't stand among conditions", place)
    if role is Role.NOT:
        pending.negated = True
    elif role in (Role.AND, Role.OR):
        if pending.joint or (role is Role.OR and not last.literals):
            raise Refusal(f"'{phrase.words}' joins nothing here", place)
        pending.joint = role if last.literals else None
    elif pending.negated or (pending.joint is Role.OR and role is not last.role):
        raise Refusal(f"'{phrase.words}' can't follow here; write the condition in full", place)
    elif not (pending.joint and role is last.role):
        if not last.literals and last.role is Role.EXCEPT:
            raise Refusal(f"'{phrase.words}' can't follow here; a condition was expected", place)
        clauses.append(Clause(role, joined=pending.joint is Role.AND))
        pending.joint = None


def add(clause: Clause, literal: Literal, pending: Pending, place: int) -> None:
    """Add a condition to a clause."""
    if pending.negated:
        literal = (Not(single(literal, "not"), start=place, end=literal[-1].end),)
    clause.literals.append(literal)
    clause.joints.append(pending.joint or Role.AND)
    pending.joint, pending.negated = None, False


# --- the logic of clauses ---


def folded(clauses: Sequence[Clause], start: int, end: int) -> tuple[Node, ...]:
    """Return the conditions of all clauses, which hold together."""
    groups: list[tuple[Role, list[Node]]] = []
    qualifies = False
    for clause in clauses:
        if not clause.literals:
            continue
        nodes = conjunction(clause)
        last = groups[-1][1][-1] if groups else None
        if clause.role is Role.NARROW and qualifies and isinstance(last, ForAll):
            groups[-1][1][-1] = replace(last, qualifiers=(*last.qualifiers, *nodes))
            continue
        universal = clause.role is Role.UNIVERSAL and not clause.joined
        qualifies = universal and last is not None and not isinstance(last, Range)
        if qualifies and last is not None:
            if isinstance(last, Not):
                raise Refusal("'not' before 'for all' has two readings; write 'unless'", last.start)
            groups[-1][1][-1] = ForAll(last, nodes, start=start, end=end)
        else:
            groups.append((clause.role, list(nodes)))
    # What is quantified is so before it is excepted: unless all are zero, one may be.
    return tuple(
        node
        for role, nodes in groups
        for node in (excepted(nodes) if role is Role.EXCEPT else nodes)
    )


def conjunction(clause: Clause) -> tuple[Node, ...]:
    """Return the conditions of a clause that hold together; one alone if they are alternatives."""
    joints = {*clause.joints[1:]}
    if joints == {Role.AND, Role.OR}:
        raise Refusal(
            "'or' beside 'and' or a comma has two readings; write one equation for each",
            clause.literals[0][0].start,
        )
    if joints != {Role.OR}:
        return tuple(node for literal in clause.literals for node in literal)
    alternatives = tuple(single(literal, "or") for literal in clause.literals)
    return (Or(alternatives, start=alternatives[0].start, end=alternatives[-1].end),)


def excepted(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the conditions under which others don't hold together."""
    negated = tuple(
        Not(single((node,), "unless"), start=node.start, end=node.end) for node in nodes
    )
    if len(negated) == 1:
        return negated
    return (Or(negated, start=negated[0].start, end=negated[-1].end),)


def single(literal: Literal, word: str) -> Node:
    """Return the one condition that a word is about."""
    if len(literal) != 1 or isinstance(literal[0], Range):
        raise Refusal(
            f"'{word}' is about one relation, as in i = j; write each in full", literal[0].start
        )
    return literal[0]


# --- one condition ---


def condition(cursor: Cursor, begun: Node | None = None) -> Literal:
    """Read one condition: a relation, a range, or names alone."""
    start = begun.start if begun else cursor.position
    if isinstance(begun, Relation):
        listed: list[Node] = []
        last = begun
    else:
        listed = [begun or expression(cursor)]
        while not at_relation(cursor) and another_name(cursor, listed[0]):
            cursor.at += 1
            listed.append(expression(cursor))
        if not at_relation(cursor):
            return tuple(running(name, None, None, cursor) for name in listed)
        last = relation_from(cursor, listed.pop())
    subjects = [*listed, last.sides[0]]
    if last.signs == ("=",) and dots_follow(cursor):
        low = last.sides[1]
        high = end_of_range(cursor, low)
        return tuple(running(name, low, high, cursor) for name in subjects)
    return tuple(
        Relation((name, *last.sides[1:]), last.signs, start=start, end=cursor.before)
        for name in subjects
    )


def another_name(cursor: Cursor, first: Node) -> bool:
    """Return whether a comma at the place is followed by another name with the same condition.

    Beside an index that is another index: `for all i, x_1 > 1` has two conditions.
    """
    follower = cursor.peek(1)
    ends = follower is None or is_token(follower, *DOTS)
    after = replace(cursor, at=cursor.at + 1)
    name = None if ends else terminal(cursor, 1)
    ranges = isinstance(first, Symbol) and cursor.table.type(first.key).ranges
    alike = name is None or not ranges or cursor.table.type(name.key).ranges
    return cursor.next_is(",") and not ends and words_at(after) is None and alike


def dots_follow(cursor: Cursor) -> bool:
    """Return whether a range goes on: dots, or numbers with commas and then dots."""
    if cursor.next_is(*LINE_DOTS):
        return True
    ahead = 0
    while is_token(cursor.peek(ahead), ","):
        if is_token(cursor.peek(ahead + 1), *LINE_DOTS):
            return True
        number = cursor.peek(ahead + 1)
        if not (isinstance(number, Token) and number.text.isdecimal()):
            return False
        ahead += 2
    return False


def end_of_range(cursor: Cursor, low: Node) -> Node:
    r"""Read the rest of `1, 2, \ldots, C` after the 1, and return the C."""
    last = low
    while True:
        cursor.accept(",")
        if cursor.accept(*LINE_DOTS):
            cursor.accept(",")
            return expression(cursor)
        following = expression(cursor)
        if not goes_on(last, following):
            raise Refusal("a range goes on by one: 1, 2, \\ldots, C", following.start)
        last = following


@reads("builder")
def builder(cursor: Cursor, element: Node) -> Node:
    r"""Read the conditions of a set, `\{c : z_c > 0\}`."""
    if not isinstance(element, Symbol):
        raise Refusal("an index was expected before the condition of a set", element.start)
    found = all_conditions(cursor)
    cursor.complete()
    return SetOf("builder", (element, *found), start=element.start, end=cursor.end)


def case_conditions(cursor: Cursor) -> tuple[Node, ...]:
    """Read the conditions of a line of cases; `otherwise` is none."""
    found = words_at(cursor)
    if found and any(phrase.role is Role.OTHERWISE for phrase in found):
        cursor.at += 1
        cursor.accept(".", ",", ";")
        if len(found) > 1 or not cursor.finished:
            raise Refusal(f"{cursor.shown} after otherwise", cursor.position)
        return ()
    if cursor.finished:
        raise Refusal("a line of cases without its condition", cursor.end)
    conditions = all_conditions(cursor)
    cursor.accept(".", ",", ";")
    cursor.complete()
    return conditions
