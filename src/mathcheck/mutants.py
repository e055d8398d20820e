"""Changes of one token, or of one term or factor, of an equation.

They serve twice: a checker that is worth its name notices them (`python -m mathcheck --mutate`),
and where an equation fails, the change that makes it hold is the likely slip.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from mathcheck.expressions import Big, Indicator, Node, Number, Operation, Range, Symbol, walk
from mathcheck.latex import Refusal, Token, read_items, tokens
from mathcheck.reading import read_statements
from mathcheck.symbols import Table, guessed_dimensions, plain

SWAPPED = {
    r"\sum": r"\prod",
    r"\prod": r"\sum",
    r"\log": r"\exp",
    r"\ln": r"\exp",
    r"\exp": r"\log",
    r"\max": r"\min",
    r"\min": r"\max",
    r"\sin": r"\cos",
    r"\cos": r"\sin",
    r"\tanh": r"\sinh",
}
TURNED = {
    "<": ">",
    ">": "<",
    r"\leq": r"\geq",
    r"\geq": r"\leq",
    r"\le": r"\ge",
    r"\ge": r"\le",
    r"\neq": "=",
    r"\ne": "=",
}
# So many tokens on both sides say which of several is meant; the words for a sign end before these.
BESIDE = 2
DEPTHS = {"{": 1, "}": -1}
ENDS = frozenset({"+", "-", "=", "&", "\\\\", r"\leq", r"\geq", "<", ">"})
KINDS = (
    "sign",
    "index",
    "symbol",
    "operator",
    "relation",
    "number",
    "dropped term",
    "dropped factor",
    "transposed",
    "bound",
    "swapped fraction",
)


@dataclass(frozen=True)
class Mutant:
    """A changed text, and in words how it differs from the printed one.

    What is put where nothing was stands before `operand`.
    """

    kind: str
    text: str
    words: str
    start: int
    end: int
    operand: str = ""


def mutants(text: str, table: Table, *, everywhere: bool = False) -> list[Mutant]:
    """Return all changes of an equation, each once.

    Names are exchanged for others of the equation, or of the whole table if `everywhere`.
    """
    found: dict[str, Mutant] = {}
    for mutant in (*of_tokens(text, table, everywhere), *of_tree(text, table)):
        if mutant.text != text:
            found.setdefault(mutant.text, mutant)
    return list(found.values())


def changed(kind: str, text: str, start: int, end: int, new: str, words: str = "") -> Mutant:
    """Return the mutant with a span of the text replaced."""
    old = " ".join(text[start:end].split())
    # `\alpha` before a letter needs its space.
    after = text[end : end + 1]
    if re.search(r"\\[A-Za-z]+$", new) and after.isalpha():
        new += " "
    if new[:1].isalpha() and re.search(r"\\[A-Za-z]+$", text[:start]):
        new = " " + new
    if not words:
        shown = " ".join(new.split())
        words = f"{old} is read as {shown}" if shown else f"{old} is left out"
        if text.count(old) > 1:
            words += f", in {around(text, start, end)}"
    return Mutant(kind, text[:start] + new + text[end:], words, start, end)


def around(text: str, start: int, end: int) -> str:
    """Return a part of a text with the tokens beside it, which tell it from its like."""
    found = tokens(text)
    near = [n for n, token in enumerate(found) if token.end > start and token.start < end]
    if not near:
        return text
    first, last = max(0, near[0] - BESIDE), min(len(found) - 1, near[-1] + BESIDE)
    taken = balanced(found, first, last)
    return " ".join(text[taken[0].start : taken[-1].end].split())


def following(text: str, end: int) -> str:
    """Return the few tokens after a sign, as far as the next sign."""
    after = [token for token in tokens(text) if token.start >= end]
    near = list(itertools.takewhile(lambda token: token.text not in ENDS, after[: BESIDE + 2]))
    if not after:
        return "nothing"
    taken = balanced(after, 0, max(0, len(near) - 1))
    return " ".join(text[end : taken[-1].end].split())


def balanced(found: Sequence[Token], first: int, last: int) -> Sequence[Token]:
    """Return the tokens from one to another, with those that complete the groups they are in."""
    while True:
        depths = list(itertools.accumulate(DEPTHS.get(t.text, 0) for t in found[first : last + 1]))
        if min(depths) < 0 and first:
            first -= 1
        elif depths[-1] > 0 and last < len(found) - 1:
            last += 1
        else:
            return found[first : last + 1]


def of_tokens(text: str, table: Table, everywhere: bool) -> Iterator[Mutant]:
    """Yield the changes of single tokens."""
    found = tokens(text)
    here = {token.text for token in found}
    names = here | table.entries.keys() | table.arrays.keys() if everywhere else here
    groups = interchangeable(names, table)
    for place, token in enumerate(found):
        before = found[place - 1].text if place else ""
        if token.text in "+-" and before not in ("^", "_") and not ends_limit(found, place):
            yield from signs(text, token, before)
        yield from of_token(text, token)
        for kind, group in groups:
            if token.text in group and not in_command(found, place):
                for other in sorted(group - {token.text}):
                    yield changed(kind, text, token.start, token.end, other)


def of_token(text: str, token: Token) -> Iterator[Mutant]:
    """Yield the changes of an operator, a sign of a relation or a number."""
    written = text[token.start : token.end]
    for kind, others in (("operator", SWAPPED), ("relation", TURNED)):
        if written in others:
            yield changed(kind, text, token.start, token.end, others[written])
    if token.text.isdecimal():
        number = int(token.text)
        for near in sorted({number + 1, abs(number - 1)}):
            yield changed("number", text, token.start, token.end, str(near))


def ends_limit(found: list[Token], place: int) -> bool:
    r"""Return whether a sign is the side of a limit, as in `0^+` or `0^{+}`."""
    return (
        place >= 2
        and found[place - 1].text == "{"
        and found[place - 2].text == "^"
        and (place + 1 < len(found) and found[place + 1].text == "}")
    )


def in_command(found: list[Token], place: int) -> bool:
    r"""Return whether a letter stands in the name of an operator, or after `d`."""
    at = place - 1
    while at >= 0 and found[at].text not in "{}":
        at -= 1
    names = (r"\operatorname", r"\text", r"\mathrm", r"\begin", r"\end", r"\mathbb", r"\mathcal")
    return at > 0 and found[at].text == "{" and found[at - 1].text in names


def signs(text: str, token: Token, before: str) -> Iterator[Mutant]:
    """Yield the other sign, and for a sign in front none."""
    opening = before in ("", "{", "(", "[", "=", "&", r"\left", "<", ">", r"\leq", r"\geq")
    if token.text == "-":
        new = "" if opening else "+"
        where = f"the minus sign before {following(text, token.end)}"
        words = f"{where} is left out" if opening else f"{where} is read as plus"
        yield changed("sign", text, token.start, token.end, new, words)
    else:
        words = f"the plus sign before {following(text, token.end)} is read as minus"
        yield changed("sign", text, token.start, token.end, "-", words)


def interchangeable(here: set[str], table: Table) -> list[tuple[str, set[str]]]:
    """Return the groups of names in a text that may stand for each other."""
    indices: dict[str, set[str]] = {}
    others: dict[object, set[str]] = {}
    for name in sorted(here):
        entry = table.entries.get(name)
        if entry and entry.type.counts_to and entry.type.ranges:
            indices.setdefault(entry.type.size, set()).add(name)
        elif (
            entry
            and entry.type.kind in ("real", "positive", "unit", "binary")
            and (not entry.type.shape and name not in table.arrays)
        ):
            others.setdefault("number", set()).add(name)
    for name in sorted(here & table.arrays.keys()):
        for key in table.arrays[name]:
            entry = table.entries[key]
            if plain(key) != name and plain(key).lower() != name:
                continue
            count = len(entry.type.shape) or guessed_dimensions(key)
            others.setdefault(count, set()).add(name)
    groups = [("index", group) for group in indices.values()]
    groups += [("symbol", group) for group in others.values()]
    return [(kind, group) for kind, group in groups if len(group) > 1]


def of_tree(text: str, table: Table) -> Iterator[Mutant]:
    """Yield the changes of whole terms, factors, fractions, bounds and matrices."""
    for side in sides_of(text, table):
        yield from signed(side, text)
        for node in walk(side):
            yield from of_node(node, text, table)


def sides_of(text: str, table: Table) -> Iterator[Node]:
    """Yield the sides of an equation; none of what can't be read."""
    try:
        statements = read_statements(read_items(text), table, len(text))
    except Refusal:
        return
    for statement in statements:
        yield from statement.chain.sides


def signed(node: Node, text: str) -> Iterator[Mutant]:
    """Yield the text with a minus sign before a term that has none."""
    first = first_term(node)
    if isinstance(first, Indicator) or (isinstance(first, Operation) and first.name == "negative"):
        return
    # A bracket or a number of its own needs no sign to be tried.
    if first.end > first.start and not (isinstance(first, Number) and first.value == 0):
        yield put_before(first, text, "sign", "-", "a minus sign")


def extended(text: str, table: Table) -> Iterator[Mutant]:
    """Yield an equation with a factor, or a logarithm, before a side, as few would write it."""
    for side in sides_of(text, table):
        first = first_term(side)
        if first.end > first.start and not isinstance(first, Number):
            yield put_before(first, text, "number", "2 ", "a factor 2")
            yield put_before(first, text, "operator", r"\log ", "a logarithm")


def first_term(node: Node) -> Node:
    """Return the first term of a sum, or what is no sum."""
    return node.operands[0] if isinstance(node, Operation) and node.name == "sum" else node


def put_before(node: Node, text: str, kind: str, new: str, said: str) -> Mutant:
    """Return the mutant with something put before a term."""
    shown = " ".join(text[node.start : node.end].split())
    mutant = changed(kind, text, node.start, node.start, new, f"{said} is put before {shown}")
    return replace(mutant, operand=shown)


def of_node(node: Node, text: str, table: Table) -> Iterator[Mutant]:
    """Yield the changes of one node."""
    if isinstance(node, Operation) and node.name in OF_OPERATION:
        yield from OF_OPERATION[node.name](node, text)
    elif isinstance(node, Symbol) and node.end > node.start and is_matrix(node, table):
        words = f"{text[node.start : node.end]} is transposed"
        yield changed("transposed", text, node.end, node.end, r"^\top ", words)
    elif isinstance(node, Big):
        yield from bounds(node, text)


def sign_of_exponent(node: Operation, text: str) -> Iterator[Mutant]:
    """Yield an exponential of the negative."""
    return signed(node.operands[0], text)


def untransposed(node: Operation, text: str) -> Iterator[Mutant]:
    """Yield a transpose without its sign."""
    inner = node.operands[0]
    if node.end > inner.end > inner.start:
        yield changed("transposed", text, inner.end, node.end, "")


def bounds(node: Big, text: str) -> Iterator[Mutant]:
    """Yield a sum or its like with one term less, and one more."""
    for condition in node.conditions:
        high = condition.high if isinstance(condition, Range) else None
        if high is None or high.end <= high.start or isinstance(high, Number):
            continue
        written = text[high.start : high.end]
        for new in (f"{written} - 1", f"{written} + 1"):
            yield changed("bound", text, high.start, high.end, bracketed(text, high, new))


def bracketed(text: str, node: Node, new: str) -> str:
    """Return a longer script, in braces where it had none."""
    return new if text[: node.start].rstrip().endswith("{") else f"{{{new}}}"


def is_matrix(node: Symbol, table: Table) -> bool:
    """Return whether a name is a matrix that need not be symmetric."""
    if node.key not in table:
        return False
    kind = table.entries[node.key].type
    return len(kind.shape) == 2 and not kind.symmetric


def dropped_terms(node: Operation, text: str) -> Iterator[Mutant]:
    """Yield a sum without one of its terms."""
    terms = node.operands
    for place, term in enumerate(terms):
        if term.end <= term.start:
            continue
        words = f"the term {' '.join(text[term.start : term.end].split())} is left out"
        if place == 0:
            follower = terms[1]
            negative = isinstance(follower, Operation) and follower.name == "negative"
            new = "-" if negative else ""
            yield changed("dropped term", text, term.start, follower.start, new, words)
        else:
            yield changed("dropped term", text, terms[place - 1].end, term.end, "", words)


def dropped_factors(node: Operation, text: str) -> Iterator[Mutant]:
    """Yield a product without one of its factors, and without the sign between them."""
    first, second = node.operands
    for factor, start, end in (
        (first, first.start, second.start),
        (second, first.end, second.end),
    ):
        if factor.end > factor.start:
            words = f"the factor {' '.join(text[factor.start : factor.end].split())} is left out"
            yield changed("dropped factor", text, start, end, "", words)


def swapped(node: Operation, text: str) -> Iterator[Mutant]:
    r"""Yield `\frac` with its parts exchanged."""
    above, below = node.operands
    if not text[node.start :].startswith(("\\frac", "\\dfrac", "\\tfrac")) or not (
        node.start < above.start < above.end <= below.start < below.end
    ):
        return
    new = rf"\frac{{{text[below.start : below.end]}}}{{{text[above.start : above.end]}}}"
    yield changed(
        "swapped fraction", text, node.start, node.end, new, "the fraction is turned over"
    )


OF_OPERATION: dict[str, Callable[[Operation, str], Iterator[Mutant]]] = {
    "exp": sign_of_exponent,
    "sum": dropped_terms,
    "times": dropped_factors,
    "dot": dropped_factors,
    "cross": dropped_factors,
    "quotient": swapped,
    "transpose": untransposed,
}
