"""Probabilities of events, expectations, variances and covariances."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from mathcheck.expressions import (
    Argument,
    Call,
    Component,
    Event,
    FunctionName,
    Moment,
    Node,
    Probability,
    Symbol,
    walk,
)
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import shape
from mathcheck.numbers.balls import divide
from mathcheck.numbers.precision import Undefined
from mathcheck.operations.signs import times
from mathcheck.operations.signs import total as sum_of
from mathcheck.values.scope import Scope, index_range, lookup, scalar, value, whole


def distribution(key: str, scope: Scope) -> tuple[str, list[str]]:
    """Return the distribution of a random variable, and all variables that share it."""
    entries = scope.shared.table.entries
    shared_by = entries[key].type.size
    together = [k for k, e in entries.items() if e.type.variable and e.type.size == shared_by]
    return shared_by, together


def joint(key: str, scope: Scope) -> tuple[list[str], np.ndarray]:
    """Return the variables of a joint distribution, and its table."""
    name, together = distribution(key, scope)
    table = lookup(name, scope)
    if not isinstance(table, np.ndarray) or table.ndim != len(together):
        raise Refusal(
            f"{name} is {shape(table)}, and has {len(together)} variables: {', '.join(together)}"
        )
    return together, table


def support(key: str, scope: Scope) -> range:
    """Return the values that a random variable takes."""
    together, table = joint(key, scope)
    axis = together.index(key)
    first = firsts(key, scope)[axis]
    return range(first, first + int(table.shape[axis]))


def firsts(key: str, scope: Scope) -> tuple[int, ...]:
    """Return the first values of all variables that share the distribution of one."""
    name, together = distribution(key, scope)
    entries = scope.shared.table.entries
    shape = entries[name].type.shape if name in entries else ()
    return tuple(d.first for d in shape) if len(shape) == len(together) else (1,) * len(together)


def outcomes(keys: Iterable[str], scope: Scope) -> Iterator[tuple[dict[str, int], Any]]:
    """Yield the outcomes of random variables with their probabilities."""
    tables: dict[str, tuple[list[str], np.ndarray, tuple[int, ...]]] = {}
    for key in keys:
        tables[distribution(key, scope)[0]] = (*joint(key, scope), firsts(key, scope))
    for places in itertools.product(*(np.ndindex(t.shape) for _, t, _ in tables.values())):
        outcome: dict[str, int] = {}
        weight: Any = 1
        for (together, table, first), place in zip(tables.values(), places, strict=True):
            outcome |= {k: p + f for k, p, f in zip(together, place, first, strict=True)}
            weight = weight * table[place]
        yield outcome, weight


def event_value(event: Event, scope: Scope) -> int:
    """Return the value that a random variable takes in an event."""
    if event.value is not None:
        return whole(event.value, scope, "the value of a random variable")
    value = scope.values.get(event.variable)
    if not isinstance(value, int):
        raise Refusal(
            f"{event.variable} has no value here; write {event.variable} = …", event.start
        )
    return value


def of_probability(node: Probability, scope: Scope) -> Any:
    """Return the probability of events, given others."""
    wanted = {e.variable: event_value(e, scope) for e in node.events}
    known = {e.variable: event_value(e, scope) for e in node.given}
    both = given = 0
    for outcome, weight in outcomes([*wanted, *known], scope):
        if all(outcome[k] == v for k, v in known.items()):
            given = given + weight
            if all(outcome[k] == v for k, v in wanted.items()):
                both = both + weight
    return divide(both, given) if known else both


def of_moment(node: Moment, scope: Scope) -> Any:
    """Return an expectation, a variance or a covariance."""
    weighted = list(draws(node, scope))
    total: Any = 0
    for _, weight in weighted:
        total = total + weight

    def mean(of: Callable[[Scope], Any]) -> Any:
        terms = [times(divide(weight, total), of(inner), node) for inner, weight in weighted]
        if not terms:
            raise Undefined("an expectation over nothing")
        return sum_of(terms, node)

    first = node.operands[0]
    if node.kind == "expectation":
        return mean(lambda inner: value(first, inner))
    second = node.operands[-1]
    middle = mean(lambda inner: scalar(first, inner, "what varies"))
    other = mean(lambda inner: scalar(second, inner, "what varies"))
    return mean(
        lambda inner: (scalar(first, inner, "") - middle) * (scalar(second, inner, "") - other)
    )


def draws(node: Moment, scope: Scope) -> Iterator[tuple[Scope, Any]]:
    """Yield the scopes of what is drawn, with their weights."""
    own = {key for key, of in node.draws if of == Symbol(key)}
    if own or not node.draws:
        keys = own or variables_in(node, scope)
        known = {e.variable: event_value(e, scope) for e in node.given}
        rest = tuple(pair for pair in node.draws if pair[0] not in own)
        for outcome, weight in outcomes(sorted({*keys, *known}), scope):
            if all(outcome[k] == v for k, v in known.items()):
                inner = scope.child({key: outcome[key] for key in keys})
                for scope_inside, other in draws_of(node, rest, inner):
                    yield scope_inside, weight * other
    else:
        yield from draws_of(node, node.draws, scope)


def variables_in(node: Moment, scope: Scope) -> set[str]:
    """Return the random variables of a moment that does not say what is drawn."""
    table = scope.shared.table
    keys = {
        part.key
        for operand in node.operands
        for part in walk(operand)
        if isinstance(part, Symbol) and table.type(part.key).variable
    } | {e.variable for e in node.given}
    if not keys:
        raise Refusal(
            rf"a {node.kind} without a random variable; write \mathbb{{E}}_{{x \sim p}}",
            node.start,
        )
    return keys


def draws_of(
    node: Moment, pairs: tuple[tuple[str, Node], ...], scope: Scope
) -> Iterator[tuple[Scope, Any]]:
    """Yield the scopes of names with a distribution each, with their weights."""
    if not pairs:
        yield scope, 1
        return
    (key, of), *rest = pairs
    for number in index_range(key, scope):
        inner = scope.child({key: number})
        if isinstance(of, FunctionName):
            weight = value(Call(of.key, (Argument("", "", Symbol(key)),), start=of.start), inner)
        elif isinstance(of, Component | Symbol):
            table = value(of, scope)
            if not isinstance(table, np.ndarray) or table.ndim != 1:
                raise Refusal(f"a distribution that is {shape(table)}", of.start)
            first = scope.shared.table.entries[key].type.first
            if not 0 <= number - first < len(table):
                raise Refusal(f"{key} counts further than its distribution", of.start)
            weight = table[number - first]
        else:
            weight = scalar(of, inner, "a probability")
        for scope_inside, other in draws_of(node, tuple(rest), inner):
            yield scope_inside, weight * other
