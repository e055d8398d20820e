r"""Terms with dots that follow a pattern: `1 + q + \cdots + q^n` or `1 + 3 + \cdots + (2n - 1)`.

The last term is the general one. With a number in the place of its bound, and simplified, it is the
first term, with the next number the second, and so on.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from mathcheck.expressions import Node, Number, Operation, Symbol, rebuild, walk
from mathcheck.latex import Refusal
from mathcheck.symbols import Table

# A name that no text can have.
ROW = "the row"
# The numbers at which a sum may begin.
BEGINNINGS = (0, 1, 2, 3)
# A bound that occurs more often in a term is not looked for.
MOST_OCCURRENCES = 4
# Powers and factorials of larger numbers are left as they are written.
LARGEST = 12


@dataclass(frozen=True)
class General:
    """The entry between two, and the bounds in the place of its running index."""

    body: Node
    low: Node
    high: Node


def progression(written: Sequence[Node], last: Node, table: Table) -> General | None:
    """Return the pattern of which the written terms are the first; `None` if there is none.

    Parameters
    ----------
    written : sequence of Node
        The terms before the dots.
    last : Node
        The term after them.
    table : Table
        The symbols: of a matrix the power of zero is not the number one.

    Raises
    ------
    Refusal
        If the terms follow two patterns.
    """
    patterns = {
        (simplified(found.body), found.low): found for found in fitting(written, last, table)
    }
    if len(patterns) > 1:
        raise Refusal(
            "the terms before the dots go on in more than one way; write one more of them",
            last.start,
        )
    return next(iter(patterns.values()), None)


def fitting(written: Sequence[Node], last: Node, table: Table) -> Iterator[General]:
    """Yield the patterns that the written terms follow."""
    terms = [simplified(term) for term in written]
    for body, bound in general_terms(last):
        for low in BEGINNINGS:
            first = [substituted(body, whole(low + place)) for place in range(len(terms) + 1)]
            values = [simplified(term) for term in first]
            if values[:-1] != terms or values[-1] == values[-2]:
                continue
            if not any(has_matrix_to_zero(term, table) for term in first):
                yield General(body, whole(low), bound)


def has_matrix_to_zero(term: Node, table: Table) -> bool:
    """Return whether a matrix to the power zero occurs."""
    powers = (n for n in walk(term) if isinstance(n, Operation) and n.name == "power")
    return any(
        isinstance(base, Symbol)
        and base.key in table
        and table.type(base.key).shape
        and simplified(exponent) == whole(0)
        for base, exponent in (power.operands for power in powers)
    )


def general_terms(last: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the last term with a running index for some occurrences of a name or a number."""
    names = {node for node in walk(last) if isinstance(node, Symbol | Number)}
    for bound in sorted(names, key=lambda node: node.start):
        count = sum(node == bound for node in walk(last))
        if count > MOST_OCCURRENCES:
            continue
        for chosen in itertools.product((True, False), repeat=count):
            if any(chosen):
                yield with_index(last, bound, iter(chosen)), bound


def with_index(node: Node, bound: Node, chosen: Iterator[bool]) -> Node:
    """Return a term with the running index for the chosen occurrences of its bound."""
    if node == bound:
        return Symbol(ROW, start=node.start, end=node.end) if next(chosen) else node
    return rebuild(node, lambda child: with_index(child, bound, chosen))


def whole(value: int) -> Number:
    """Return a whole number as a node."""
    return Number(Fraction(value))


def substituted(body: Node, value: Node) -> Node:
    """Return the entry with a value in the place of the running index."""
    if isinstance(body, Symbol) and body.key == ROW:
        return value
    return rebuild(body, lambda child: substituted(child, value))


# --- simplifying ---


def simplified(node: Node) -> Node:
    """Return a term as one writes it: without a power of one, a factor of one, or a sum with zero.

    Each rule holds for all numbers. A term to the power of zero is one, as in a polynomial.
    """
    if not isinstance(node, Operation):
        return rebuild(node, simplified)
    operands = tuple(simplified(operand) for operand in node.operands)
    rule = RULES.get(node.name)
    new = Operation(node.name, operands)
    return rule(new) if rule else new


def negative(node: Operation) -> Node:
    """Simplify minus a term."""
    [operand] = node.operands
    if isinstance(operand, Number):
        return Number(-operand.value)
    if isinstance(operand, Operation) and operand.name == "negative":
        return operand.operands[0]
    return node


def total(node: Operation) -> Node:
    """Simplify a sum: its numbers are one number, at its end."""
    parts = [part for operand in node.operands for part in parts_of(operand, "sum")]
    constant = sum((part.value for part in parts if isinstance(part, Number)), Fraction(0))
    others = [part for part in parts if not isinstance(part, Number)]
    terms = (*others, Number(constant)) if constant or not others else tuple(others)
    return terms[0] if len(terms) == 1 else Operation("sum", terms)


def product(node: Operation) -> Node:
    """Simplify a product: its numbers are one factor, its signs one sign, both in front."""
    factors = [part for operand in node.operands for part in parts_of(operand, "times")]
    minus = [f for f in factors if isinstance(f, Operation) and f.name == "negative"]
    bare = [f.operands[0] if isinstance(f, Operation) and f in minus else f for f in factors]
    factor = math.prod((f.value for f in bare if isinstance(f, Number)), start=Fraction(1))
    others = [f for f in bare if not isinstance(f, Number)]
    if len(minus) % 2:
        factor = -factor
    if not factor or not others:
        return Number(factor)
    size = [] if abs(factor) == 1 else [Number(abs(factor))]
    terms = (*size, *others)
    positive = terms[0] if len(terms) == 1 else Operation("times", tuple(terms))
    return Operation("negative", (positive,)) if factor < 0 else positive


def parts_of(node: Node, name: str) -> tuple[Node, ...]:
    """Return the operands of a sum or product, which were simplified; of another node itself."""
    if isinstance(node, Operation) and node.name == name:
        return node.operands
    return (node,)


def quotient(node: Operation) -> Node:
    """Simplify a quotient of numbers, and one by one."""
    above, below = node.operands
    if not isinstance(below, Number) or not below.value:
        return node
    if below.value == 1:
        return above
    return Number(above.value / below.value) if isinstance(above, Number) else node


def power(node: Operation) -> Node:
    """Simplify a power with the exponent zero or one, and one of numbers."""
    base, exponent = node.operands
    if not isinstance(exponent, Number):
        return node
    if exponent.value == 0:
        return whole(1)
    if exponent.value == 1:
        return base
    small = exponent.value.denominator == 1 and abs(exponent.value) <= LARGEST
    if isinstance(base, Number) and base.value and small:
        return Number(base.value ** int(exponent.value))
    return node


def factorial(node: Operation) -> Node:
    """Simplify the factorial of a small number."""
    [operand] = node.operands
    if isinstance(operand, Number) and operand.value in range(LARGEST):
        return whole(math.factorial(int(operand.value)))
    return node


RULES = {
    "negative": negative,
    "sum": total,
    "times": product,
    "dot": product,
    "quotient": quotient,
    "power": power,
    "factorial": factorial,
}
