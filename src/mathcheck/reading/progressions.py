r"""Terms with dots that follow a pattern: `1 + q + \cdots + q^n` or `1 + 3 + \cdots + (2n - 1)`.

Either the last term is the general one: with a number in the place of its bound it is, simplified,
the first term, with the next number the second, and so on. Or the first term differs from the last
in one number, which grows by one. If both are possible and go on differently, neither is taken.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction

from mathcheck.expressions import ROW, Node, Number, Operation, Symbol, rebuild, walk
from mathcheck.latex import Refusal
from mathcheck.reading.names import counts
from mathcheck.symbols import Table

# The numbers at which a sum may begin.
BEGINNINGS = (0, 1, 2, 3)
# A bound that occurs more often in a term is not looked for.
MOST_OCCURRENCES = 4
# So many terms behind the dots are compared to tell two patterns apart.
COMPARED = 3
# Factorials of larger numbers, and powers with more bits, are left as they are written.
LARGEST, MOST_BITS = 12, 64


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
        The symbols: a bound is a whole number, and a matrix to the power zero is not one.

    Raises
    ------
    Refusal
        If the terms go on in two ways.
    """
    found = list(fitting(written, last, table))
    if one_by_one := compared(written, last):
        found.append(one_by_one)
    ways = {following(pattern, len(written)): pattern for pattern in reversed(found)}
    if len(ways) > 1:
        raise Refusal(
            "the terms before the dots go on in more than one way; write one more of them",
            last.start,
        )
    return next(iter(ways.values()), None)


def fitting(written: Sequence[Node], last: Node, table: Table) -> Iterator[General]:
    """Yield the patterns that the written terms follow, by a bound in the last."""
    for body, bound in general_terms(last, table, numbers=len(written) > 1):
        for low in BEGINNINGS:
            pattern = General(body, whole(low), bound)
            if begins_with(pattern, written) and not has_matrix_to_zero(
                pattern, len(written), table
            ):
                yield pattern


def begins_with(pattern: General, written: Sequence[Node]) -> bool:
    """Return whether written terms are the first of a pattern, and the next is another."""
    first = (simplified(term_at(pattern, place)) for place in range(len(written)))
    same = all(one == simplified(other) for one, other in zip(first, written, strict=True))
    return same and simplified(term_at(pattern, len(written))) != simplified(written[-1])


def compared(written: Sequence[Node], last: Node) -> General | None:
    """Return the pattern by which the first term differs from the last in one number."""
    found = generalised(written[0], last, ROW)
    return found if found and begins_with(found, written) else None


def term_at(pattern: General, place: int) -> Node:
    """Return the term of a pattern at a place, counted from zero."""
    number = Operation("sum", (pattern.low, whole(place)))
    return substituted(pattern.body, simplified(number))


def following(pattern: General, place: int) -> tuple[Node, ...]:
    """Return the terms of a pattern from a place on, by which it is told from others."""
    return tuple(simplified(term_at(pattern, place + ahead)) for ahead in range(COMPARED))


def has_matrix_to_zero(pattern: General, count: int, table: Table) -> bool:
    """Return whether a matrix to the power zero is among the first terms of a pattern."""
    return any(
        isinstance(base, Symbol) and table.type(base.key).shape and exponent == whole(0)
        for place in range(count)
        for base, exponent in powers_in(term_at(pattern, place))
    )


def powers_in(term: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the base and the exponent, simplified, of all powers in a term."""
    for node in walk(term):
        if isinstance(node, Operation) and node.name == "power":
            base, exponent = node.operands
            yield base, simplified(exponent)


def goes_on(one: Node, following: Node) -> bool:
    """Return whether a number is the next whole number after another."""
    return simplified(Operation("sum", (one, whole(1)))) == simplified(following)


def general_terms(last: Node, table: Table, *, numbers: bool) -> Iterator[tuple[Node, Node]]:
    """Yield the last term with a running index for some occurrences of a whole number in it."""
    bounds = {node for node in walk(last) if may_be_bound(node, table, numbers=numbers)}
    for bound in sorted(bounds, key=lambda node: (node.start, node.end)):
        count = sum(node == bound for node in walk(last))
        if count > MOST_OCCURRENCES:
            continue
        for chosen in itertools.product((True, False), repeat=count):
            if any(chosen):
                yield with_index(last, bound, iter(chosen)), bound


def may_be_bound(node: Node, table: Table, *, numbers: bool) -> bool:
    """Return whether a node may be the bound of a sum: it is made of names that count."""
    if isinstance(node, Number):
        return numbers
    leaves = [part for part in walk(node) if not part.children]
    return (
        isinstance(node, Symbol | Operation)
        and all(isinstance(leaf, Number) or counts(leaf, table) for leaf in leaves)
        and any(isinstance(leaf, Symbol) for leaf in leaves)
    )


def with_index(node: Node, bound: Node, chosen: Iterator[bool]) -> Node:
    """Return a term with the running index for the chosen occurrences of its bound."""
    if node == bound:
        return Symbol(ROW, start=node.start, end=node.end) if next(chosen) else node
    return rebuild(node, lambda child: with_index(child, bound, chosen))


def whole(value: int) -> Number:
    """Return a whole number as a node."""
    return Number(Fraction(value))


def generalised(first: Node, last: Node, variable: str) -> General | None:
    """Return the entry between two; `None` if they differ in more than one bound, or not at all."""
    bounds: list[tuple[Node, Node]] = []
    body = between(first, last, variable, bounds)
    if body is None or not bounds or any(pair != bounds[0] for pair in bounds):
        return None
    return General(body, *bounds[0])


def between(one: Node, other: Node, variable: str, bounds: list[tuple[Node, Node]]) -> Node | None:
    """Return what two nodes have in common; where they differ, the variable stands."""
    if one == other:
        return one
    leaves = any(isinstance(node, Number) for node in (one, other)) or (
        isinstance(one, Symbol) and isinstance(other, Symbol)
    )
    if leaves or type(one) is not type(other):
        bounds.append((one, other))
        return Symbol(variable, start=one.start, end=one.end)
    changes = {}
    for entry in fields(one):
        if entry.name not in ("start", "end"):
            left, right = getattr(one, entry.name), getattr(other, entry.name)
            met = between_fields(left, right, variable, bounds)
            if met is None and left is not None:
                return None
            changes[entry.name] = met
    return replace(one, **changes)  # type: ignore[arg-type]


def between_fields(
    left: object, right: object, variable: str, bounds: list[tuple[Node, Node]]
) -> object:
    """Return what two fields have in common, or `None`."""
    if isinstance(left, Node) and isinstance(right, Node):
        return between(left, right, variable, bounds)
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        met = [between_fields(a, b, variable, bounds) for a, b in zip(left, right, strict=True)]
        lost = any(m is None and a is not None for m, a in zip(met, left, strict=True))
        return None if lost else tuple(met)
    return left if left == right else None


def substituted(body: Node, value: Node, variable: str = ROW) -> Node:
    """Return the entry with a value in the place of a running index."""
    if isinstance(body, Symbol) and body.key == variable:
        return value
    return rebuild(body, lambda child: substituted(child, value, variable))


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
    if isinstance(base, Number) and base.value and exponent.value.denominator == 1:
        bits = max(base.value.numerator.bit_length(), base.value.denominator.bit_length())
        if bits * abs(exponent.value) <= MOST_BITS:
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
