"""Numbers, names and their entries, operations."""

from __future__ import annotations

from typing import Any

import numpy as np

from mathcheck.expressions import (
    Call,
    Component,
    Constant,
    FunctionName,
    Node,
    Number,
    Operation,
    Slice,
    Symbol,
)
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Row, shape
from mathcheck.numbers.balls import Ball, Rational
from mathcheck.operations import TABLE
from mathcheck.operations.special import euler, pi
from mathcheck.values.scope import Scope, value, whole


def of_constant(node: Constant, scope: Scope) -> Any:
    """Return e or the ratio of a circle to its diameter."""
    if node.name == "infinity":
        raise Refusal("infinity is the end of a range or limit, not a number", node.start)
    return {"e": euler, "pi": pi}[node.name]()


def of_function_name(node: FunctionName, scope: Scope) -> Any:
    """Refuse a function without its arguments."""
    raise Refusal(f"the function {node.key} without its arguments", node.start)


def of_component(node: Component, scope: Scope) -> Any:
    """Return an entry of an array, or a part of it."""
    array = value(node.base, scope)
    if isinstance(array, Row):
        array = array.entries
    if not isinstance(array, np.ndarray):
        raise Refusal("a number has no index", node.start)
    return array[tuple(places_of(node, array, scope))]


def places_of(node: Component, array: np.ndarray, scope: Scope) -> list[Any]:
    """Return the places that indices name in an array, counted from zero."""
    if len(node.indices) > array.ndim:
        raise Refusal(
            f"{len(node.indices)} indices on {shape(array)}, which has {array.ndim}", node.start
        )
    if id(node) not in scope.shared.counted:
        check_counting(node, scope)
        scope.shared.counted.add(id(node))
    firsts = first_entries(node.base, scope)
    places: list[Any] = []
    for axis, index in enumerate(node.indices):
        if isinstance(index, Slice):
            places.append(slice(None))
            continue
        first = firsts[axis] if axis < len(firsts) else 1
        place = whole(index, scope, "an index") - first
        if not 0 <= place < array.shape[axis]:
            bounds = f"{first} to {first + array.shape[axis] - 1}"
            raise Refusal(outside(node, place + first, bounds), node.start)
        places.append(place)
    return places


def outside(node: Component, index: int, bounds: str) -> str:
    """Return what is wrong with an index that no entry has."""
    name = f" of {node.base.key}" if isinstance(node.base, Symbol | Call) else ""
    [*others, last] = node.indices
    together = not others and isinstance(last, Number) and index > 9
    hint = "; between two indices stands a comma" if together else ""
    return f"the index {index}{name} is outside {bounds}{hint}"


def check_counting(node: Component, scope: Scope) -> None:
    """Refuse an index that counts something else than its place."""
    table, base = scope.shared.table, node.base
    declared = table.type(base.key).shape if isinstance(base, Symbol) else ()
    for index, dimension in zip(node.indices, declared, strict=False):
        size = table.type(index.key).counts_to if isinstance(index, Symbol) else ""
        if size not in ("", dimension.size) and (size in table or dimension.size in table):
            raise Refusal(
                f"the index {index.key} counts to {size}, and this place to {dimension.size}",  # type: ignore[attr-defined]
                index.start,
            )


def first_entries(base: Node, scope: Scope) -> tuple[int, ...]:
    """Return the numbers of the first entries of an array, one or zero."""
    if not isinstance(base, Call | Symbol):
        return ()
    if base.key not in scope.values:
        for definition in reversed(scope.shared.definitions.found.get(base.key, ())):
            if definition.indices or isinstance(base, Symbol):
                return tuple(definition.table.type(index).first for index in definition.indices)
    return scope.shared.table.type(base.key).firsts


def of_operation(node: Operation, scope: Scope) -> Any:
    """Return the value of an operation, by its record."""
    operands = [value(operand, scope) for operand in node.operands]
    result = TABLE[node.name].value(operands, node)
    # An operation that returns an operand as it is, as a maximum does, has no formula of its own.
    if (
        isinstance(result, Ball)
        and result.formula is None
        and all(isinstance(x, Ball | Rational) and x is not result for x in operands)
    ):
        result.formula = node.name, tuple(operands)
    return result
