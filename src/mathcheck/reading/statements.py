"""Statements: rows that make chains of relations, with the conditions of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mathcheck.expressions import (
    Call,
    Constant,
    ForAll,
    FunctionName,
    Indicator,
    Listed,
    Node,
    Number,
    Operation,
    Range,
    Relation,
    SetOf,
    Symbol,
    walk,
)
from mathcheck.latex import (
    ALIGNED,
    DISPLAYS,
    GATHERED,
    Environment,
    Item,
    Refusal,
    is_token,
    strip_tags,
)
from mathcheck.reading.conditions import all_conditions, dots_follow, words_at
from mathcheck.reading.core import expression, relation_sign
from mathcheck.reading.cursor import Cursor, meaningless
from mathcheck.reading.grammar import INFIXES, SPACES
from mathcheck.reading.names import counts
from mathcheck.reading.relations import at_relation, bracket_states, relation_from
from mathcheck.symbols import Table
from mathcheck.words import Phrase, Role

SEPARATORS = (",", ";", ".", *SPACES)
# Of a condition among whole numbers, the operations that it may have.
WHOLE = ("sum", "negative", "times", "quotient")
# Of a bound of symbols, those of which the value is any number, or any that is not negative.
FREE = ("sum", "negative", "times", "absolute", "norm")


@dataclass(frozen=True)
class Statement:
    """A chain of relations, and the conditions under which each holds.

    `conditions[k]` restrict the relation between the sides `k` and `k + 1`; an expression alone
    has none.
    """

    chain: Relation
    conditions: tuple[tuple[Node, ...], ...]
    rows: tuple[int, ...] = ()


@dataclass
class Link:
    """A relation of a chain that is being read: its sign, its right side, its row."""

    sign: str
    side: Node
    row: int
    conditions: list[Node]


@dataclass
class Chain:
    """A chain that is being read; what is in front of it restricts all that follows."""

    first: Node
    links: list[Link] = field(default_factory=list)
    leading: list[Node] = field(default_factory=list)
    alone: list[Node] = field(default_factory=list)

    def add(self, relation: Relation, row: int) -> None:
        """Go on with a relation, of which the first side is the last that was read."""
        for side, sign in zip(relation.sides[1:], relation.signs, strict=True):
            self.links.append(Link(sign, side, row, list(self.leading)))

    def restrict(self, conditions: Sequence[Node], row: int) -> None:
        """Let conditions restrict the relations of their row."""
        self.alone.extend(conditions)
        for link in self.links:
            if link.row == row:
                link.conditions.extend(conditions)

    def statements(self) -> list[Statement]:
        """Return what the chain states.

        Where a row doesn't have the conditions of the row before it, that row's side may not be
        what it is compared with; the last side that holds under its conditions is.
        """
        runs: list[tuple[Node, list[Link]]] = [(self.first, [])]
        for place, link in enumerate(self.links):
            before = self.links[place - 1] if place else None
            if before and not covers(link, before):
                runs.append((self.anchor(place), []))
            runs[-1][1].append(link)
        return [statement(first, links, self.alone) for first, links in runs]

    def anchor(self, place: int) -> Node:
        """Return the last side before a link that holds under the conditions of the link."""
        for before in reversed(self.links[:place]):
            if covers(self.links[place], before):
                return before.side
        return self.first


def covers(link: Link, before: Link) -> bool:
    """Return whether a link has all conditions of another."""
    return all(condition in link.conditions for condition in before.conditions)


def statement(first: Node, links: Sequence[Link], alone: Sequence[Node]) -> Statement:
    """Return the statement of relations that share their sides."""
    sides = tuple(upright(side) for side in (first, *(link.side for link in links)))
    conditions = tuple(tuple(link.conditions) for link in links) or (tuple(alone),)
    signs = tuple(link.sign for link in links)
    relation = Relation(sides, signs, start=sides[0].start, end=sides[-1].end)
    return Statement(relation, conditions, tuple(link.row for link in links))


def upright(side: Node) -> Node:
    """Return a side; a transposed list that is all of it is a column, as every vector."""
    if isinstance(side, Operation) and side.name == "transpose":
        [body] = side.operands
        if isinstance(body, Listed):
            return replace(body, transposed=True, start=side.start, end=side.end)
    return side


def read_statements(items: Sequence[Item], table: Table, end: int) -> list[Statement]:
    r"""Return what a displayed or inline equation states.

    Rows of `aligned` and its like that start with a relation go on with the chain. Conditions in
    front of a row hold for the chain from there on, those after a row for that row.

    Raises
    ------
    Refusal
        If there is no reading, or more than one.
    """
    chains: list[Chain] = []
    for number, row in enumerate(rows_of(strip_tags(items))):
        read_row(Cursor(row, table, row[-1].end if row else end), chains, number)
    if not chains:
        raise Refusal("nothing stands here; an equation was expected", 0)
    silent = [chain for chain in chains if not chain.links]
    if silent and len(silent) < len(chains):
        raise Refusal(
            "this states nothing, beside what does; a sign or a relation in front continues the "
            "side before",
            silent[0].first.start,
        )
    return [statement for chain in chains for statement in chain.statements()]


# --- rows ---


def rows_of(items: Sequence[Item]) -> list[list[Item]]:
    """Return the rows of an equation, without alignment marks and a full stop at the end.

    What begins with a sign where a side would stand goes on with the row before.
    """
    rows: list[list[Item]] = []
    for cells in lines_of(items):
        row = trimmed([item for cell in cells for item in cell])
        if rows and row and goes_on(cells, row):
            rows[-1].extend(row)
        elif row:
            rows.append(row)
    return rows


def lines_of(items: Sequence[Item]) -> list[list[list[Item]]]:
    """Return the lines of an equation, each with its cells."""
    if len(items) == 1 and isinstance(items[0], Environment) and items[0].name in DISPLAYS:
        content = [i for line in items[0].rows for cell in line for i in cell]
        return lines_of(strip_tags(content))
    lines: list[list[list[Item]]] = [[[]]]
    for item in items:
        if isinstance(item, Environment) and item.name in ALIGNED | GATHERED:
            inner = [[list(strip_tags(cell)) for cell in line] for line in item.rows]
            lines[-1][-1].extend(i for line in inner[:1] for cell in line for i in cell)
            lines.extend(inner[1:])
        elif is_token(item, "\\\\"):
            lines.append([[]])
        elif is_token(item, "&"):
            lines[-1].append([])
        else:
            lines[-1][-1].append(item)
    return lines


def goes_on(cells: Sequence[Sequence[Item]], row: Sequence[Item]) -> bool:
    """Return whether a row continues the side before it: it begins with a sign, and is no side."""
    if not is_token(row[0], *INFIXES):
        return False
    left = trimmed(cells[0])
    is_side = bool(left) and is_token(row[0], "-")
    return not is_side or not any(relation_sign(item) for item in row)


def trimmed(row: Sequence[Item]) -> list[Item]:
    """Return a row without the spaces around it and the punctuation after it."""
    first, last = 0, len(row)
    while last > first and is_token(row[last - 1], *SEPARATORS):
        last -= 1
    while first < last and is_token(row[first], *SPACES):
        first += 1
    return list(row[first:last])


def read_row(cursor: Cursor, chains: list[Chain], row: int) -> None:
    """Read one row into the chains, of which the last may go on."""
    leading: list[Node] = []
    if joins(words_at(cursor)):
        cursor.at += 1
    elif words_at(cursor) is not None:
        leading.extend(all_conditions(cursor))
        cursor.accept(":", ",")
    while cursor.accept(*SPACES, "&", r"\therefore"):
        pass
    if cursor.finished:
        raise Refusal("conditions without an equation behind them", cursor.position)
    first = True
    while not cursor.finished:
        read_part(cursor, chains, row, leading, first=first)
        first = False
        before = cursor.at
        while cursor.accept(*SEPARATORS):
            pass
        if cursor.at == before and words_at(cursor) is None and not cursor.next_is("("):
            cursor.complete()


def joins(words: Sequence[Phrase] | None) -> bool:
    """Return whether words join two equations, both of which are claimed: `and` alone."""
    return words is not None and [phrase.role for phrase in words] == [Role.AND]


def read_part(
    cursor: Cursor, chains: list[Chain], row: int, leading: list[Node], *, first: bool
) -> None:
    """Read a chain, what goes on with one, or conditions."""
    words = words_at(cursor)
    inner = bracketed_conditions(cursor)
    if words is not None and any(phrase.role is Role.EQUIVALENT for phrase in words):
        equivalent(cursor, chains, row, len(words))
    elif joins(words):
        cursor.at += 1
        while cursor.accept(*SPACES):
            pass
        begin_chain(cursor, chains, row, leading, first=True)
    elif words and words[0].role in (Role.AND, Role.OR, Role.NOT):
        raise Refusal(
            f"'{words[0].words}' between equations is not read; state each alone", cursor.position
        )
    elif words is not None or inner is not None:
        if not chains:
            raise Refusal("a condition before any equation", cursor.position)
        chains[-1].restrict(all_conditions(inner or cursor), row)
        if inner is not None:
            inner.complete()
    elif at_relation(cursor) and first:
        if not chains:
            raise Refusal("a relation without a left side", cursor.position)
        chains[-1].leading.extend(leading)
        last = chains[-1].links[-1].side if chains[-1].links else chains[-1].first
        chains[-1].add(relation_from(cursor, last), row)
    else:
        begin_chain(cursor, chains, row, leading, first=first)


def bracketed_conditions(cursor: Cursor) -> Cursor | None:
    r"""Return what stands in a bracket of conditions: `(\text{if } i = j)`, `(x \neq 1)`."""
    if not cursor.next_is("("):
        return None
    worded = words_at(replace(cursor, at=cursor.at + 1)) is not None
    return cursor.bracket() if worded or bracket_states(cursor) else None


def begin_chain(
    cursor: Cursor, chains: list[Chain], row: int, leading: list[Node], *, first: bool
) -> None:
    """Read a new chain; behind another, what is no equation is a condition of that."""
    if refusal := meaningless(cursor.peek()):
        raise refusal
    side = expression(cursor)
    continues = bool(chains) and not first
    if not at_relation(cursor):
        if continues:
            chains[-1].restrict(all_conditions(cursor, side), row)
        else:
            chains.append(Chain(side, leading=list(leading), alone=list(leading)))
        return
    relation = relation_from(cursor, side)
    if dots_follow(cursor) or (continues and is_condition(relation, cursor.table)):
        found = all_conditions(cursor, relation)
        if continues:
            chains[-1].restrict(found, row)
        else:
            chains.append(Chain(side, alone=[*leading, *found]))
        return
    chain = Chain(side, leading=list(leading), alone=[])
    chain.add(relation, row)
    chains.append(chain)


def equivalent(cursor: Cursor, chains: list[Chain], row: int, words: int) -> None:
    """Let the last chain hold exactly where the condition that follows holds."""
    start = cursor.position
    chain = chains[-1] if chains else None
    if words > 1 or chain is None or not chain.links or any(k.row != row for k in chain.links):
        raise Refusal("'if and only if' stands between a relation and a condition in a row", start)
    cursor.at += 1
    found = all_conditions(cursor)
    if any(isinstance(node, ForAll | Range) for node in found):
        raise Refusal("what 'if and only if' is claimed for stands before the equation", start)
    sides = (chain.first, *(link.side for link in chain.links))
    relation = Relation(
        sides, tuple(k.sign for k in chain.links), start=sides[0].start, end=sides[-1].end
    )
    conditions: Node = indicator(found[0])
    for node in found[1:]:
        end = found[-1].end
        conditions = Operation(
            "times", (conditions, indicator(node)), start=found[0].start, end=end
        )
    # The relation is claimed where the condition holds, so that one that is never met is noticed;
    # besides, that the two hold at the same points.
    both = [Link("=", conditions, row, list(chain.leading))]
    chains.insert(-1, Chain(indicator(relation), both, list(chain.leading)))
    chain.restrict(found, row)


def indicator(condition: Node) -> Node:
    """Return what is one where a condition holds."""
    return Indicator(condition, start=condition.start, end=condition.end)


def is_condition(relation: Relation, table: Table) -> bool:
    """Return whether a relation behind another says where that holds."""
    return bounds_symbols(relation, table) or is_whole(relation, table)


def bounds_symbols(relation: Relation, table: Table) -> bool:
    r"""Return whether a relation bounds symbols, as in `\sqrt{x^2} = x, x \geq 0` or `x \neq y`.

    A symbol takes any value of its type, and so does a sum, a product or an absolute value in which
    each occurs once; claimed of these, a bound would say what their types say already, or what is
    false.
    """
    nodes = [node for side in relation.sides for node in walk(side)]
    symbols = [node for node in nodes if isinstance(node, Symbol)]
    return (
        "=" not in relation.signs
        and len({*symbols}) == len(symbols) > 0
        and all(table.type(symbol.key).continuous for symbol in symbols)
        and all(is_free(side) or is_number(side) for side in relation.sides)
    )


def is_free(side: Node) -> bool:
    """Return whether a side is made of symbols by operations that leave nothing out."""
    if isinstance(side, Operation):
        return side.name in FREE and all(is_free(o) or is_number(o) for o in side.operands)
    return isinstance(side, Symbol)


def is_number(side: Node) -> bool:
    """Return whether nothing that has a name occurs."""
    return not any(isinstance(node, Symbol | FunctionName | Call) for node in walk(side))


def is_whole(relation: Relation, table: Table) -> bool:
    """Return whether a relation is among indices, sizes, labels and whole numbers alone."""
    nodes = list(walk(relation))
    return any(isinstance(node, Symbol) for node in nodes) and all(
        counts(node, table)
        or isinstance(node, Number | Relation | SetOf | Constant)
        or (isinstance(node, Operation) and node.name in WHOLE)
        for node in nodes
    )
