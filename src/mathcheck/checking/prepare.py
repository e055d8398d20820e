"""Sums with their indices bound, conditions, and what is wrong with the indices of both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mathcheck.definitions import names_in
from mathcheck.expressions import ForAll, Node, Range, Relation, Symbol, walk
from mathcheck.indices import (
    bind_sums,
    certain_indices,
    check_sums,
    free_indices,
    unbound_on_the_right,
)
from mathcheck.reading import Statement
from mathcheck.report import Problem
from mathcheck.symbols import Table


@dataclass(frozen=True)
class Prepared:
    """A statement with its sums bound, its conditions, and which relations define."""

    chain: Relation
    conditions: tuple[tuple[Node, ...], ...]
    defining: frozenset[int]
    free: tuple[str, ...]


def prepare(
    statement: Statement, defining: frozenset[int], extra: tuple[Node, ...], table: Table
) -> tuple[Prepared, list[Problem]]:
    """Bind the sums of a statement, and find what is wrong with its indices."""
    sides = statement.chain.sides
    conditions = [c for group in statement.conditions for c in group] + list(extra)
    quantified = frozenset(c.variable for c in conditions if isinstance(c, Range))
    for condition in conditions:
        related_to = condition.condition if isinstance(condition, ForAll) else condition
        quantified |= free_indices(related_to, table)
    for condition in conditions:
        if isinstance(condition, ForAll):
            for qualifier in condition.qualifiers:
                quantified -= leftmost(qualifier)
    outside: frozenset[str] = frozenset()
    for node in (*sides, *conditions):
        outside |= free_indices(node, table)
    groups = [
        tuple(bind_sums(c, outside, table) for c in (*group, *extra))
        for group in statement.conditions
    ]
    problems: list[Problem] = []
    bound = []
    taken = certain_indices(sides[0], table) | quantified
    for side in sides:
        changed, found = check_sums(bind_sums(side, outside, table), taken, frozenset(), table)
        bound.append(changed)
        problems.extend(found)
    problems.extend(unbound_on_the_right(bound, quantified, table))
    free: frozenset[str] = frozenset()
    for side in bound:
        free |= free_indices(side, table)
    idle: set[Node] = set()
    for condition in conditions:
        if (
            isinstance(condition, Range)
            and condition.variable not in free
            and (not mentioned(condition.variable, conditions, condition))
        ):
            idle.add(condition)
            if not every_value(condition, sides, table):
                problems.append(Problem("idle condition", condition.start, (condition.variable,)))
        elif not isinstance(condition, Range):
            free |= free_indices(condition, table) & quantified
    chain = replace(statement.chain, sides=tuple(bound))
    kept = tuple(tuple(c for c in group if c not in idle) for group in groups)
    return Prepared(chain, kept, defining, tuple(sorted(free))), problems


def every_value(condition: Range, sides: Iterable[Node], table: Table) -> bool:
    r"""Return whether a condition asks for what is done anyway: `for all x` of a real x."""
    return (
        table.type(condition.variable).sampled
        and condition.low is condition.high is None
        and any(condition.variable in names_in(side) for side in sides)
    )


def leftmost(qualifier: Node) -> frozenset[str]:
    r"""Return the index over which a condition is quantified: `d` in `for all d \neq m`."""
    if isinstance(qualifier, Range):
        return frozenset({qualifier.variable})
    first = qualifier.sides[0] if isinstance(qualifier, Relation) else qualifier
    return frozenset({first.key}) if isinstance(first, Symbol) else frozenset()


def mentioned(key: str, conditions: Iterable[Node], but: Node) -> bool:
    """Return whether another condition mentions a name."""
    return any(
        isinstance(n, Symbol) and n.key == key for c in conditions if c is not but for n in walk(c)
    )


def order_of(node: Node) -> list[str]:
    """Return the symbols of a side in the order in which they stand."""
    found = sorted(
        ((n.start, n.key) for n in walk(node) if isinstance(n, Symbol)), key=lambda p: p[0]
    )
    return list(dict.fromkeys(key for _, key in found))
