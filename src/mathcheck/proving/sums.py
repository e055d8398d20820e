"""Sums, products and extremes over indices, as forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from mathcheck.expressions import Big, Node, Number, Range, Relation, Symbol
from mathcheck.kinds import Dimension
from mathcheck.kinds.classes import Set
from mathcheck.proving.arrays import Array, Indices, Value, as_form, summed, with_entries
from mathcheck.proving.atoms import Member
from mathcheck.proving.forms import Form, Unproved, exponential, logarithm, number, single
from mathcheck.proving.indices import Index, Size, literal, opened
from mathcheck.proving.symbols import Scope
from mathcheck.proving.totals import delta, opaque

Evaluate = Callable[[Node, Scope], Value]
IndexOf = Callable[[Node, Any, Scope], Index]


def of_big(node: Big, scope: Scope, evaluate: Evaluate, index_of: IndexOf) -> Value:
    """Return a sum, a product or an extreme over indices."""
    if node.kind in ("max", "min"):
        return extreme(node, scope, evaluate)
    if node.kind not in ("sum", "product"):
        raise Unproved(f"the {node.kind} over indices")
    others = [c for c in node.conditions if not isinstance(c, Range)]
    spans = [(key, *span_of(key, node, scope)) for key in node.variables]

    def part(number_of: int, inside: Scope, at: Indices | None) -> Form:
        if number_of < len(spans):
            key, size, numbers = spans[number_of]
            return summed(size, lambda i: part(number_of + 1, inside.child({key: i}), at), numbers)
        which = product_of([indicator(c, inside, index_of) for c in others])
        body = evaluate(node.body, inside)
        if at is not None:
            return which * as_form(with_entries(body, at))
        return which * (as_form(body) if node.kind == "sum" else logarithm(as_form(body)))

    some = evaluate(node.body, scope.child({key: some_index(size) for key, size, _ in spans}))
    if isinstance(some, Form):
        form = part(0, scope, None)
        return form if node.kind == "sum" else exponential(form).by("product")
    if node.kind != "sum" or some.lying:
        raise Unproved(f"the {node.kind} of arrays")
    return Array(some.sizes, lambda at: part(0, scope, at))


def some_index(size: Size) -> Index:
    """Return any index of a size, at which the shape of a body shows."""
    return opened(size) if size.numbers is None else literal(size.first, size)


def extreme(node: Big, scope: Scope, evaluate: Evaluate) -> Form:
    """Return the largest or smallest of numbers, of which nothing else is known."""
    [key, *others] = node.variables
    size, numbers = span_of(key, node, scope)
    conditions = [c for c in node.conditions if not isinstance(c, Range)]
    if others or conditions or numbers is not None:
        raise Unproved(f"the {node.kind} over some indices")
    index = opened(size)
    return opaque(node.kind, [as_form(evaluate(node.body, scope.child({key: index})))], (index,))


def product_of(forms: list[Form]) -> Form:
    """Return the product of forms."""
    return reduce(lambda a, b: a * b, forms, number(1))


def span_of(key: str, node: Big, scope: Scope) -> tuple[Size, range | None]:
    """Return the size to which an index of a sum counts, and the numbers over which it runs.

    Without numbers it runs over all values. A range that ends at a size counts to that size.
    """
    size = scope.index_size(key)
    low, high = size.first, None
    for condition in node.conditions:
        if not isinstance(condition, Range) or condition.variable != key:
            continue
        if condition.low is not None:
            low = whole_number(condition.low)
        if isinstance(condition.high, Symbol):
            if not is_size(condition.high.key, scope):
                raise Unproved("a sum to what is no size")
            size = scope.size(Dimension(condition.high.key))
        elif condition.high is not None:
            high = whole_number(condition.high)
    if size.numbers is None:
        if low != size.first or high is not None:
            raise Unproved("a sum over a part of the values of an index")
        return size, None
    numbers = range(low, (size.numbers[-1] if high is None else high) + 1)
    if numbers and (numbers[0] not in size.numbers or numbers[-1] not in size.numbers):
        raise Unproved("a sum beyond the values of an index")
    return size, numbers


def is_size(key: str, scope: Scope) -> bool:
    """Return whether a name is that of a size."""
    return scope.table.type(key).dimension and key not in scope.values


def whole_number(node: Node) -> int:
    """Return a bound that is a whole number."""
    if not isinstance(node, Number) or node.value.denominator != 1:
        raise Unproved("a bound of a sum that is no number and no size")
    return int(node.value)


def indicator(condition: Node, scope: Scope, index_of: IndexOf) -> Form:
    """Return one where a condition on indices holds, else zero."""
    if not isinstance(condition, Relation) or len(condition.signs) != 1:
        raise Unproved("a condition of a sum")
    [sign], (left, right) = condition.signs, condition.sides
    if sign == "in" and isinstance(right, Symbol) and right.key not in scope.values:
        kind = scope.table.type(right.key)
        index = index_of(left, None, scope)
        if not isinstance(kind, Set) or kind.size != index.size.name:
            raise Unproved("a set of something else")
        return single(Member(right.key, index))
    if sign not in ("=", "!="):
        raise Unproved("a condition of a sum")
    if isinstance(left, Number):
        left, right = right, left
    one = index_of(left, None, scope)
    equal = delta(one, index_of(right, one.size, scope))
    return equal if sign == "=" else (number(1) - equal).by("all-but-one")
