"""Inequalities that are an identity and a sign."""

from __future__ import annotations

from collections.abc import Iterator

from mathcheck.expressions import Big, Node, Number, Operation, Range
from mathcheck.proving.arrays import as_form
from mathcheck.proving.forms import Form, Unproved, number
from mathcheck.proving.indices import opened
from mathcheck.proving.signs import nonnegative, positive
from mathcheck.proving.sums import span_of
from mathcheck.proving.symbols import Scope
from mathcheck.proving.translate import evaluate


def exceeds(left: Node, right: Node, scope: Scope, *, strict: bool) -> bool:
    """Return whether a side is known to be larger than another, or equal if that is allowed.

    The terms that are products of squares and of what is not negative are left out, and the sign
    of the rest is that of its normal form.
    """
    rest = Form()
    for sign, node in (*terms(left, 1), *terms(right, -1)):
        if not (sign == 1 and is_square_like(node, scope)):
            rest = rest + number(sign) * as_form(evaluate(node, scope))
    return positive(rest) if strict else nonnegative(rest)


def terms(node: Node, sign: int) -> Iterator[tuple[int, Node]]:
    """Yield the terms of a sum, each with its sign."""
    match node:
        case Operation(name="sum", operands=operands):
            for operand in operands:
                yield from terms(operand, sign)
        case Operation(name="negative", operands=(operand,)):
            yield from terms(operand, -sign)
        case _:
            yield sign, node


def is_square_like(node: Node, scope: Scope) -> bool:
    """Return whether an expression has an even power, and no factor that may be negative."""
    return any(True for _ in squares(node)) and is_nonnegative(node, scope)


def squares(node: Node) -> Iterator[Node]:
    """Yield the even powers among the factors of an expression, and in the sums among them."""
    match node:
        case Operation(name="power", operands=(_, Number(value=value))) if value % 2 == 0:
            yield node
        case Operation(name="times" | "dot" | "quotient", operands=operands):
            for operand in operands:
                yield from squares(operand)
        case Big(kind="sum", body=body):
            yield from squares(body)


def is_nonnegative(node: Node, scope: Scope) -> bool:
    """Return whether an expression is known to be zero or above, by its factors."""
    match node:
        case Operation(name="power", operands=(base, Number(value=value))) if value % 2 == 0:
            as_form(evaluate(base, scope))
            return True
        case Operation(name="times" | "dot", operands=operands):
            return all(is_nonnegative(operand, scope) for operand in operands)
        case Operation(name="quotient", operands=(above, below)):
            return is_nonnegative(above, scope) and positive(as_form(evaluate(below, scope)))
        case Big(kind="sum", variables=variables, conditions=conditions, body=body):
            if not all(isinstance(condition, Range) for condition in conditions):
                return False
            indices = {key: opened(span_of(key, node, scope)[0]) for key in variables}
            return is_nonnegative(body, scope.child(indices))
    try:
        return nonnegative(as_form(evaluate(node, scope)))
    except Unproved:
        return False
