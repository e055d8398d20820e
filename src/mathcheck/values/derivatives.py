"""Derivatives of expressions, and expressions at given values of variables."""

from __future__ import annotations

from typing import Any

import numpy as np

from mathcheck.definitions import Definition, Definitions
from mathcheck.expressions import Call, Component, Derivative, Evaluated, FunctionName, Node, Symbol
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Row
from mathcheck.values.calls import slopes, written
from mathcheck.values.leaves import places_of
from mathcheck.values.scope import Scope, lookup, value


def of_derivative(node: Derivative, scope: Scope) -> Any:
    """Return a derivative; its shape is that of the body followed by those of the variables."""
    if node.by_nabla:
        refuse_composite(node, scope.shared.definitions)
    return differentiated(node.body, list(node.variables), scope, node)


def refuse_composite(node: Derivative, definitions: Definitions) -> None:
    r"""Refuse `\nabla_x f(2 x)` if f was defined as f(x): the gradient there may be meant."""
    call, keys = node.body, {v.key for v in node.variables if isinstance(v, Symbol)}
    if not isinstance(call, Call):
        return
    for definition in definitions.found.get(call.key, ()):
        for parameter, argument in zip(definition.parameters or (), call.arguments, strict=False):
            if parameter.key in keys and argument.value != Symbol(parameter.key):
                raise Refusal(
                    rf"\nabla_{{{parameter.key}}} before {call.key} of more than "
                    rf"{parameter.key} has two readings; write \frac{{\partial}}{{\partial "
                    rf"{parameter.key}}}, or \left. \nabla {call.key}({parameter.key}) "
                    rf"\right|_{{{parameter.key} = …}}",
                    node.start,
                )


def differentiated(body: Node, variables: list[Node], scope: Scope, node: Derivative) -> Any:
    """Return the derivative with respect to the variables, the last of them first."""
    if not variables:
        return of_body(body, node, scope)
    *inner, variable = variables
    base = variable.base if isinstance(variable, Component) else variable
    assert isinstance(base, Symbol)
    refuse_tied(variable, base.key, scope)
    refuse_both(node, base, scope)
    start, lengths = varied(variable, lookup(base.key, scope, base.start), scope)
    results = []
    for rest in np.ndindex(*lengths):
        tag, moved = scope.perturb(base.key, (*start, *rest))
        result = differentiated(body, inner, moved, node)
        if isinstance(result, Row):
            raise Refusal("the derivative of a row; write a vector", node.start)
        results.append(slopes(result, tag))
    return stacked(results, lengths)


def refuse_tied(variable: Node, key: str, scope: Scope) -> None:
    """Refuse a derivative with respect to entries that don't vary by themselves."""
    kind = scope.shared.table.type(key)
    if kind.tied:
        raise Refusal(
            f"a derivative with respect to an entry of {key}, which is {kind}: its entries don't "
            "vary independently; declare the matrix as real",
            variable.start,
        )


def refuse_both(node: Derivative, name: Symbol, scope: Scope) -> None:
    """Refuse to differentiate by a name what depends besides on that of which it is made."""
    table, definitions = scope.shared.table, scope.shared.definitions
    made_of = definitions.dependencies(name.key) - {name.key}
    besides = {
        key
        for key in made_of & definitions.beside(node.body, name.key)
        if table.type(key).continuous
    }
    if besides:
        key = min(besides)
        raise Refusal(
            f"a derivative with respect to {name.key}, which is made of {key}, where {key} stands "
            f"beside it; write it in {name.key} alone, or differentiate with respect to {key}",
            name.start,
        )


def varied(variable: Node, array: Any, scope: Scope) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the place of a variable in its array, and the lengths of the rest of the array."""
    array = np.asarray(array, dtype=object)
    if not isinstance(variable, Component):
        return (), array.shape
    start = places_of(variable, array, scope)
    if any(isinstance(place, slice) for place in start):
        raise Refusal("a derivative with respect to a part of an array", variable.start)
    return tuple(start), array.shape[len(start) :]


def stacked(results: list[Any], lengths: tuple[int, ...]) -> Any:
    """Return the derivatives by the entries of an array as one array, those entries last."""
    if not lengths:
        return results[0]
    outer = results[0].shape if isinstance(results[0], np.ndarray) else ()
    whole_array = np.empty((*outer, *lengths), dtype=object)
    for place, result in zip(np.ndindex(*lengths), results, strict=True):
        index: tuple[Any, ...] = (*(slice(None) for _ in outer), *place)
        whole_array[index] = result
    return whole_array


def of_body(body: Node, node: Derivative, scope: Scope) -> Any:
    """Evaluate what is differentiated; a function may stand without its arguments."""
    if not isinstance(body, FunctionName):
        return value(body, scope)
    return scope.entries(definition_without_arguments(node, scope.shared.definitions), scope)


def definition_without_arguments(node: Derivative, definitions: Definitions) -> Definition:
    """Return the definition of a function that is differentiated and stands bare.

    Raises
    ------
    Refusal
        If not just one of its definitions depends on what it is differentiated by.
    """
    body = node.body
    assert isinstance(body, FunctionName)
    keys = {
        (v.base if isinstance(v, Component) else v).key  # type: ignore[attr-defined]
        for v in node.variables
    }
    named = definitions.found.get(body.key, ())
    fitting = [d for d in named if keys <= by_parameters(d, definitions)]
    if len(fitting) != 1:
        names = " or ".join(written(d) for d in named)
        raise Refusal(
            f"{len(fitting) or 'no'} definitions of {body.key} depend on "
            f"{', '.join(sorted(keys))}; "
            f"write its arguments{': ' + names if names else ''}",
            body.start,
        )
    return fitting[0]


def by_parameters(definition: Definition, definitions: Definitions) -> frozenset[str]:
    """Return the names on which the parameters of a function depend where it stands bare."""
    keys = (p.key for p in definition.parameters or () if p.key)
    return frozenset().union(*map(definitions.dependencies, keys))


def of_evaluated(node: Evaluated, scope: Scope) -> Any:
    """Return an expression at given values of variables."""
    own = {}
    for variable, at in node.assignments:
        if not isinstance(variable, Symbol):
            raise Refusal("a name was expected in the index of a bar", variable.start)
        given, before = value(at, scope), scope.values.get(variable.key)
        # A zero in bold stands for an array of zeros.
        is_array = isinstance(before, np.ndarray) and isinstance(given, int) and given == 0
        own[variable.key] = 0 * before if is_array else given  # type: ignore[operator]
    return value(node.body, scope.child(own))
