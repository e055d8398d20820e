"""Probabilities of events, expectations, variances and covariances."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Joint:
    """A joint distribution: its name, the variables that share it, its table, the first values."""

    name: str
    variables: list[str]
    table: np.ndarray
    firsts: tuple[int, ...]


def joint(key: str, scope: Scope) -> Joint:
    """Return the joint distribution of a random variable."""
    entries = scope.shared.table.entries
    name = entries[key].type.size
    together = [k for k, e in entries.items() if e.type.variable and e.type.size == name]
    table = lookup(name, scope)
    if not isinstance(table, np.ndarray) or table.ndim != len(together):
        raise Refusal(
            f"{name} is {shape(table)}, and has {len(together)} variables: {', '.join(together)}"
        )
    firsts = scope.shared.table.type(name).firsts or (1,) * len(together)
    return Joint(name, together, table, firsts)


def support(key: str, scope: Scope) -> range:
    """Return the values that a random variable takes."""
    of = joint(key, scope)
    axis = of.variables.index(key)
    return range(of.firsts[axis], of.firsts[axis] + int(of.table.shape[axis]))


def outcomes(keys: Iterable[str], scope: Scope) -> Iterator[tuple[dict[str, int], Any]]:
    """Yield the outcomes of random variables with their probabilities."""
    joints = {of.name: of for of in (joint(key, scope) for key in keys)}.values()
    for places in itertools.product(*(np.ndindex(of.table.shape) for of in joints)):
        outcome: dict[str, int] = {}
        weight: Any = 1
        for of, place in zip(joints, places, strict=True):
            values = (p + first for p, first in zip(place, of.firsts, strict=True))
            outcome |= zip(of.variables, values, strict=True)
            weight = weight * of.table[place]
        yield outcome, weight


def event_value(event: Event, scope: Scope) -> int:
    """Return the value that a random variable takes in an event."""
    if event.value is not None:
        return whole(event.value, scope, "the value of a random variable")
    value = scope.values.get(event.variable)
    if not isinstance(value, int):
        raise Refusal(
            f"{event.variable} has no value here; write {event.variable} = …, or for the mean "
            rf"over it \mathbb{{E}}_{{{event.variable}}}[…]",
            event.start,
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
            rf"the {node.kind} has no random variable; write \mathbb{{E}}_{{x \sim p}}", node.start
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
