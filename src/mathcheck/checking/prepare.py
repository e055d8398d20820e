"""Sums with their indices bound, conditions, and what is wrong with the indices of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    @property
    def restrictions(self) -> tuple[Node, ...]:
        """All conditions of its relations, each once."""
        return tuple(dict.fromkeys(c for group in self.conditions for c in group))

    @property
    def claims(self) -> list[int]:
        """The relations that claim something, by their places."""
        return [place for place in range(len(self.chain.signs)) if place not in self.defining]


def prepare(
    statement: Statement, defining: frozenset[int], extra: tuple[Node, ...], table: Table
) -> tuple[Prepared, list[Problem]]:
    """Bind the sums of a statement, and find what is wrong with its indices."""
    sides = statement.chain.sides
    conditions = [*(c for group in statement.conditions for c in group), *extra]
    quantified = quantified_by(conditions, table)
    outside = free_in((*sides, *conditions), table)
    bound, problems = bind_sides(sides, outside, quantified, table)
    free = free_in(bound, table)
    idle: set[Node] = set()
    for condition in conditions:
        if not isinstance(condition, Range):
            free |= free_indices(condition, table) & quantified
        elif not (condition.variable in free or mentioned(condition, conditions)):
            drawn = is_drawn(condition.variable, sides, table)
            if drawn and (condition.low or condition.high):
                continue
            # `for all x` of a real x asks for what is done anyway.
            idle.add(condition)
            if not drawn:
                problems.append(Problem("idle condition", condition.start, (condition.variable,)))
    groups = tuple(
        tuple(bind_sums(c, outside, table) for c in (*group, *extra) if c not in idle)
        for group in statement.conditions
    )
    chain = replace(statement.chain, sides=bound)
    return Prepared(chain, groups, defining, tuple(sorted(free))), problems


def bind_sides(
    sides: Sequence[Node], outside: frozenset[str], quantified: frozenset[str], table: Table
) -> tuple[tuple[Node, ...], list[Problem]]:
    """Return the sides with their sums bound, and what is wrong with their indices."""
    taken = certain_indices(sides[0], table) | quantified
    checked = [
        check_sums(bind_sums(side, outside, table), taken, frozenset(), table) for side in sides
    ]
    bound = tuple(side for side, _ in checked)
    problems = [problem for _, found in checked for problem in found]
    return bound, [*problems, *unbound_on_the_right(bound, quantified, table)]


def free_in(nodes: Iterable[Node], table: Table) -> frozenset[str]:
    """Return the indices that are free in one of several expressions."""
    return frozenset().union(*(free_indices(node, table) for node in nodes))


def quantified_by(conditions: Sequence[Node], table: Table) -> frozenset[str]:
    """Return the indices that conditions quantify, but for those quantified within one of them."""
    quantifiers = [n for c in conditions for n in walk(c) if isinstance(n, ForAll)]
    within = frozenset().union(*(leftmost(q) for each in quantifiers for q in each.qualifiers))
    related = [c.condition if isinstance(c, ForAll) else c for c in conditions]
    ranges = {c.variable for c in conditions if isinstance(c, Range)}
    return (free_in(related, table) | ranges) - within


def is_drawn(variable: str, sides: Iterable[Node], table: Table) -> bool:
    """Return whether a name is one of the sides' that has a value in each sample."""
    return table.type(variable).sampled and any(variable in names_in(side) for side in sides)


def leftmost(qualifier: Node) -> frozenset[str]:
    r"""Return the index over which a condition is quantified: `d` in `for all d \neq m`."""
    if isinstance(qualifier, Range):
        return frozenset({qualifier.variable})
    first = qualifier.sides[0] if isinstance(qualifier, Relation) else qualifier
    return frozenset({first.key}) if isinstance(first, Symbol) else frozenset()


def mentioned(span: Range, conditions: Iterable[Node]) -> bool:
    """Return whether another condition mentions the name that one ranges over."""
    others = (n for c in conditions if c is not span for n in walk(c))
    return any(isinstance(n, Symbol) and n.key == span.variable for n in others)


def order_of(node: Node) -> list[str]:
    """Return the symbols of a side in the order in which they stand."""
    found = sorted(
        ((n.start, n.key) for n in walk(node) if isinstance(n, Symbol)), key=lambda p: p[0]
    )
    return list(dict.fromkeys(key for _, key in found))
