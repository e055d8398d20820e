"""Conditions: whether they hold, and over what the variables run that they bind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from mathcheck.expressions import (
    Constant,
    ForAll,
    Node,
    Not,
    Operation,
    Or,
    Range,
    Relation,
    SetOf,
    Symbol,
    walk,
)
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Arrays, flat
from mathcheck.numbers.duals import Dual, bare
from mathcheck.numbers.precision import Kink
from mathcheck.operations.special import is_whole
from mathcheck.values.decide import alike
from mathcheck.values.scope import Scope, TooMuch, index_range, scalar, value, whole

MOST_TERMS = 5_000


def bind(
    variables: tuple[str, ...], conditions: tuple[Node, ...], scope: Scope, node: Node
) -> Iterator[Scope]:
    """Yield the scopes of all values of variables that meet the conditions."""
    if not variables:
        if all(holds(c, scope) for c in conditions if not isinstance(c, Range)):
            yield scope
        return
    key, *rest = variables
    values = domain(key, conditions, scope, node)
    for number in values:
        yield from bind(tuple(rest), conditions, scope.child({key: number}), node)


def domain(key: str, conditions: tuple[Node, ...], scope: Scope, node: Node) -> Iterable[int]:
    """Return the values that a bound variable takes by its ranges."""
    numbers: Iterable[int] | None = None
    for condition in conditions:
        if isinstance(condition, Range) and condition.variable == key:
            if condition.low is None or condition.high is None:
                refuse_endless(key, scope, node)
            low, high = range_ends(condition, scope)
            if high - low > MOST_TERMS:
                raise TooMuch(f"more than {MOST_TERMS} terms", node.start)
            numbers = range(low, high + 1)
        elif (
            isinstance(condition, Relation)
            and condition.signs == ("in",)
            and condition.sides[0] == Symbol(key)
        ):
            numbers = members(condition.sides[1], scope)
    if numbers is not None:
        return numbers
    refuse_endless(key, scope, node)
    return index_range(key, scope)


def refuse_endless(key: str, scope: Scope, node: Node) -> None:
    """Refuse a name that runs over all its values, if its type has but samples of them."""
    kind = scope.shared.table.type(key)
    if kind.endless:
        raise Refusal(
            f"{key} is declared as {kind}, which says its samples, not where it ends; write from "
            f"where to where it runs here, as from {key} = 0 to \\infty",
            node.start,
        )


def range_ends(condition: Range, scope: Scope) -> tuple[int, int]:
    """Return the first and the last value of a range."""
    own = None
    if condition.low is None or condition.high is None:
        own = index_range(condition.variable, scope)
    low = own[0] if condition.low is None and own else whole(condition.low, scope, "a bound")  # type: ignore[arg-type]
    high = own[-1] if condition.high is None and own else whole(condition.high, scope, "a bound")  # type: ignore[arg-type]
    return low, high


def members(node: Node, scope: Scope) -> Iterable[int]:
    """Return the whole numbers of a set."""
    if isinstance(node, Symbol):
        given = scope.values.get(node.key)
        if isinstance(given, frozenset):
            return sorted(given)
    if isinstance(node, SetOf) and node.kind == "range":
        low, high = (whole(e, scope, "a bound") for e in node.elements)
        if high - low > MOST_TERMS:
            raise TooMuch(f"more than {MOST_TERMS} terms", node.start)
        return range(low, high + 1)
    if isinstance(node, SetOf) and node.kind == "builder":
        variable, *conditions = node.elements
        assert isinstance(variable, Symbol)
        inner = bind((variable.key,), tuple(conditions), scope, node)
        return [each.values[variable.key] for each in inner]
    if isinstance(node, SetOf) and node.kind == "elements":
        return [whole(e, scope, "an element") for e in node.elements]
    raise Refusal("a set of whole numbers was expected", node.start)


def holds(node: Node, scope: Scope) -> bool:
    """Return whether a condition holds."""
    if isinstance(node, Or):
        return any(holds(condition, scope) for condition in node.conditions)
    if isinstance(node, Not):
        return not holds(node.condition, scope)
    if isinstance(node, Range):
        given = scope.values.get(node.variable)
        if not isinstance(given, int):
            raise Refusal(f"{node.variable} has no value here", node.start)
        low, high = range_ends(node, scope)
        return low <= given <= high
    if isinstance(node, ForAll):
        return holds_for_all(node, scope)
    assert isinstance(node, Relation)
    values = [
        None
        if isinstance(side, SetOf) or (sign in ("in", "notin") and position)
        else value(side, scope)
        for position, (side, sign) in enumerate(zip(node.sides, ("", *node.signs), strict=True))
    ]
    return all(
        related(values[k], values[k + 1], sign, node.sides[k + 1], scope)
        for k, sign in enumerate(node.signs)
    )


def holds_for_all(node: ForAll, scope: Scope) -> bool:
    """Return whether a condition holds for all indices in it that have no value yet."""
    table = scope.shared.table
    bound_here = {
        part.key
        for part in walk(node.condition)
        if isinstance(part, Symbol)
        and part.key not in scope.values
        and table.type(part.key).ranges
        and table.type(part.key).counts
    }
    inside = bind(tuple(sorted(bound_here)), node.qualifiers, scope, node)
    return all(holds(node.condition, inner) for inner in inside)


def related(a: Any, b: Any, sign: str, right: Node, scope: Scope) -> bool:
    """Return whether a relation between two values holds, in a condition."""
    if sign in ("in", "notin"):
        return belongs(a, right, scope) == (sign == "in")
    if not isinstance(a, Arrays) and not isinstance(b, Arrays):
        return compared(a, b, sign, right, scope)
    if sign not in ("=", "!="):
        raise Refusal("an order of arrays", right.start)
    first, second = flat(a), flat(b)
    if len(second) == 1 and bare(second[0]) == 0:
        second *= len(first)
    if len(first) != len(second):
        return sign == "!="
    equal = all(compared(x, y, "=", right, scope) for x, y in zip(first, second, strict=True))
    return equal == (sign == "=")


def compared(a: Any, b: Any, sign: str, right: Node, scope: Scope) -> bool:
    """Return whether two numbers are related; where they are equal, nothing may be varied."""
    if sign not in ORDERS:
        raise Refusal(f"the relation {sign} is no condition", right.start)
    one, other = bare(a), bare(b)
    equal = alike(one, other) if scope.shared.nearly else bool(one == other)
    if equal and (isinstance(a, Dual) or isinstance(b, Dual)):
        raise Kink("the border of a condition, where there need not be a derivative")
    return ORDERS[sign](equal, lambda: bool(one < other))


# Each relation by whether two numbers are equal, and whether the first is smaller.
ORDERS: Mapping[str, Callable[[bool, Callable[[], bool]], bool]] = {
    "=": lambda equal, below: equal,
    "!=": lambda equal, below: not equal,
    "<": lambda equal, below: not equal and below(),
    "<=": lambda equal, below: equal or below(),
    ">": lambda equal, below: not equal and not below(),
    ">=": lambda equal, below: equal or not below(),
}


def belongs(element: Any, of: Node, scope: Scope) -> bool:
    """Return whether a value is an element of a set."""
    numbers = [bare(x) for x in flat(element)]
    if isinstance(of, Symbol):
        return all(x in scope.values[of.key] for x in numbers)
    assert isinstance(of, SetOf)
    if of.kind[:1] in "RNZCQ" and of.kind[0].isupper():
        return in_domain(element, of, scope)
    if of.kind == "builder":
        inside = set(members(of, scope))
        return all(is_whole(x) and x in inside for x in numbers)
    if of.kind == "range":
        low, high = (whole(e, scope, "a bound") for e in of.elements)
        return all(is_whole(x) and low <= x <= high for x in numbers)
    if of.kind == "elements":
        elements = [bare(scalar(e, scope, "an element")) for e in of.elements]
        return all(any(x == e for e in elements) for x in numbers)
    return all(within(x, of, scope) for x in numbers)


def within(x: Any, of: SetOf, scope: Scope) -> bool:
    """Return whether a number lies in an interval."""
    low, high = (None if is_infinite(e) else bare(scalar(e, scope, "a bound")) for e in of.elements)
    above = low is None or bool(x >= low if of.kind[0] == "[" else x > low)
    return above and (high is None or bool(x <= high if of.kind[1] == "]" else x < high))


def is_infinite(node: Node) -> bool:
    """Return whether a bound is infinity, or minus infinity."""
    if isinstance(node, Operation) and node.name == "negative":
        return is_infinite(node.operands[0])
    return isinstance(node, Constant) and node.name == "infinity"


# What stands below a set of numbers.
RESTRICTIONS: Mapping[str, Callable[[Any], bool]] = {
    ">0": lambda x: bool(x > 0),
    r"\geq0": lambda x: bool(x >= 0),
    "<0": lambda x: bool(x < 0),
    r"\leq0": lambda x: bool(x <= 0),
}


def in_domain(element: Any, of: SetOf, scope: Scope) -> bool:
    """Return whether a value is an array of numbers of a domain."""
    wanted = tuple(whole(e, scope, "a dimension") for e in of.elements)
    if (element.shape if isinstance(element, np.ndarray) else ()) != wanted:
        return False
    if of.kind[0] == "Q":
        raise Refusal(
            "the samples of real numbers are rational; \\mathbb{Q} is not tested", of.start
        )
    numbers = [bare(x) for x in flat(element)]
    restriction = RESTRICTIONS.get(of.kind[1:])
    if restriction is not None and not all(restriction(x) for x in numbers):
        return False
    if of.kind[0] in "NZ":
        return all(is_whole(x) and (of.kind[0] == "Z" or x >= 0) for x in numbers)
    return True
