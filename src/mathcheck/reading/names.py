"""From the symbol table to terminals: the longest name that is declared, and its scripts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mathcheck.expressions import Node, Slice, Symbol
from mathcheck.latex import NAMED, Command, Item, Refusal, Token, canonical, is_token
from mathcheck.reading.cursor import Cursor, Script, meaningless, split
from mathcheck.reading.grammar import BIGS, ENDS, WORD_FUNCTIONS
from mathcheck.symbols import Table, key_of, plain


@dataclass(frozen=True)
class Terminal:
    """A declared name: its key and kind, where it starts in the text, and which item follows.

    `scripts` are those that are no part of the name; they are gone past already.
    """

    key: str
    kind: str
    start: int
    end: int
    scripts: tuple[Script, ...] = ()


def terminal(cursor: Cursor, ahead: int = 0) -> Terminal | None:
    """Return the longest declared name at the place, or some items after it."""
    item = cursor.peek(ahead)
    if item is None:
        return None
    table = cursor.table
    word = longest_word(cursor, item, ahead)
    at = replace(cursor, at=cursor.at + ahead + (len(word) or 1))
    if word:
        key = "".join(word)
        return Terminal(key, table.kind(key), item.start, at.at)
    scripts = at.scripts()
    base = canonical([item])
    for taken in subsets(scripts):
        key = spelled(base, taken)
        left = tuple(script for script in scripts if script not in taken)
        if key in table or (not taken and base in table.arrays and any(map(indexes, scripts))):
            return Terminal(key, table.kind(key), item.start, at.at, left)
    return None


def longest_word(cursor: Cursor, item: Item, ahead: int) -> tuple[str, ...]:
    """Return the letters of the longest name of several letters, as `KL`."""
    first = cursor.at + ahead
    for letters in cursor.table.words.get(item.text, ()) if isinstance(item, Token) else ():
        span = cursor.items[first : first + len(letters)]
        if [i.text for i in span if isinstance(i, Token)] == list(letters):
            return letters
    return ()


def subsets(scripts: Sequence[Script]) -> list[tuple[Script, ...]]:
    """Return which scripts may be part of a name, most of them first: below before above."""
    below = tuple(s for s in scripts if s.sign == "_")
    above = tuple(s for s in scripts if s.sign != "_")
    primes = tuple(s for s in above if s.sign == "'")
    choices = [below + above, below + primes, below, above, primes, ()]
    return list(dict.fromkeys(choices))


def spelled(base: str, scripts: Sequence[Script]) -> str:
    """Return the key of a base with scripts."""
    below = "".join(canonical(s.items) for s in scripts if s.sign == "_")
    above = "".join(
        r"\prime" if s.sign == "'" else canonical(s.items) for s in scripts if s.sign != "_"
    )
    return key_of(base, below, above)


def indexes(script: Script) -> bool:
    """Return whether a script may be an index of an array."""
    return script.sign == "_" or upper_index(script) is not None


def upper_index(script: Script) -> Sequence[Item] | None:
    r"""Return what stands in an upper index, `\mathbf{x}^{(i)}`."""
    items = script.items
    if script.sign != "^" or len(items) < 3 or not is_token(items[0], "("):
        return None
    # `^{(a + b)(a - b)}` is a product.
    closing = Cursor(items, Table({}), script.end, at=1).closing_place((")",))
    return items[1:-1] if closing == len(items) - 1 else None


# --- indices ---


def index(piece: Sequence[Item]) -> Slice | None:
    """Return all entries, if an index is a colon or a dot."""
    if len(piece) == 1 and is_token(piece[0], ":", r"\cdot"):
        return Slice(start=piece[0].start, end=piece[0].end)
    return None


def index_pieces(script: Script, count: int | None) -> list[list[Item]]:
    r"""Return the items of each index: `_{i,j}`, `_{ij}`, `_{i+1}`; `_{12}` are two if two fit."""
    items = list(script.items)
    if any(is_token(item, ",") for item in items):
        pieces = split(items, ",")
        if not all(pieces):
            raise Refusal("an index was expected between commas", script.end)
        return pieces
    if is_one_index(items, count):
        return [items]
    found: list[list[Item]] = []
    for item in items:
        if is_token(item, "_", "^", "'") or (found and is_token(found[-1][-1], "_", "^")):
            if not found:
                raise Refusal("an index was expected", item.start)
            found[-1].append(item)
        elif isinstance(item, Token) and item.text.isdecimal():
            found.extend([digit] for digit in digits(item))
        else:
            found.append([item])
    return found


def is_one_index(items: Sequence[Item], count: int | None) -> bool:
    """Return whether a lower script is a single index: one item, or an expression.

    In `w_{2n}` of a vector it is twice n, in `A_{2n}` of a matrix two indices.
    """
    number = isinstance(items[0], Token) and items[0].text.isdecimal()
    if len(items) == 1 or (number and count == 1):
        return not number or (count or 1) <= 1
    return any(
        (isinstance(item, Command) and item.name in NAMED)
        or is_token(item, *BIGS, *WORD_FUNCTIONS, *"+-/*")
        for item in items
    )


def digits(item: Token) -> list[Token]:
    """Return the digits of a number as tokens of their own."""
    return [
        Token(item.start + place, item.start + place + 1, digit)
        for place, digit in enumerate(item.text)
    ]


# --- what is no name ---


def unknown(cursor: Cursor, item: Item) -> Refusal:
    """Return the refusal of an item before the place that is no declared name, and no sign."""
    text = item.text if isinstance(item, Token) else ""
    shown = canonical([item])
    if refusal := meaningless(item):
        return refusal
    if text in ENDS or text == "&":
        return Refusal(f"{shown} stands where an expression was expected", item.start)
    if isinstance(item, Command) and item.name in NAMED:
        name = item.words or canonical(item.arguments[0])
        return Refusal(
            f"the operator {name} is neither built in nor in the symbol table, where "
            rf"\operatorname{{{name}}} : function declares it",
            item.start,
        )
    written = spelled(shown, replace(cursor).scripts())
    similar = [key for key in cursor.table.entries if alike(key, shown)]
    hint = f"; the table has {', '.join(similar)}" if similar else ""
    shown = shown if written == shown else f"{shown} (in {written})"
    read = "neither a sign that is read nor" if shown.startswith("\\") else "not"
    return Refusal(f"{shown} is {read} in the symbol table{hint}", item.start)


def alike(key: str, other: str) -> bool:
    """Return whether two names are the same but for case and print."""
    return plain(key).lower() == plain(other).lower()


def counts(node: Node, table: Table) -> bool:
    """Return whether a node is a name that stands for whole numbers."""
    return isinstance(node, Symbol) and table.type(node.key).counts
