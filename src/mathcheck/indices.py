"""Which indices a sum binds, which are free, and what is wrong with them."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from mathcheck.expressions import (
    Big,
    Event,
    Moment,
    Node,
    Number,
    Range,
    Relation,
    SetOf,
    Symbol,
    rebuild,
    walk,
)
from mathcheck.latex import Refusal
from mathcheck.report import Problem
from mathcheck.symbols import Table


def candidates(node: Big) -> tuple[list[str], list[str]]:
    """Return the names that a sum binds for certain, and those that its conditions may bind."""
    certain: list[str] = []
    possible: list[str] = []
    for condition in node.conditions:
        if isinstance(condition, Range):
            certain.append(condition.variable)
        elif isinstance(condition, Relation):
            builders = [n for n in walk(condition) if isinstance(n, SetOf) and n.kind == "builder"]
            own = {b.elements[0] for b in builders}
            names = [n.key for n in walk(condition) if isinstance(n, Symbol) and n not in own]
            first = condition.sides[0]
            if isinstance(first, Symbol):
                certain.append(first.key)
            possible.extend(names)
    certain = list(dict.fromkeys(certain))
    return certain, [n for n in dict.fromkeys(possible) if n not in certain]


def free_indices(node: Node, table: Table) -> frozenset[str]:
    """Return the indices and random variables that are free in an expression."""
    if isinstance(node, Symbol):
        return frozenset({node.key}) if table.type(node.key).ranges else frozenset()
    if isinstance(node, Event):
        return free_indices(node.value, table) if node.value else frozenset({node.variable})
    found: frozenset[str] = frozenset()
    for child in node.children:
        found |= free_indices(child, table)
    if isinstance(node, Range) and table.type(node.variable).ranges:
        found |= {node.variable}
    if isinstance(node, Big):
        certain, possible = candidates(node)
        bound = node.variables or (*certain, *possible)
        return found - frozenset(bound)
    if isinstance(node, SetOf) and node.kind == "builder":
        return found - free_indices(node.elements[0], table)
    if isinstance(node, Moment):
        drawn = {key for key, _ in node.draws}
        if not node.draws:
            drawn = {key for key in found if table.type(key).variable}
        return found - drawn
    return found


def certain_indices(node: Node, table: Table) -> frozenset[str]:
    """Return the free indices but for those in sums whose own index occurs nowhere in them."""
    if isinstance(node, Big):
        names = names_in(node.body)
        if any(c.variable not in names for c in node.conditions if isinstance(c, Range)):
            return frozenset()
    free = free_indices(node, table)
    below: frozenset[str] = frozenset()
    own = free
    for child in node.children:
        below |= certain_indices(child, table)
        own -= free_indices(child, table)
    return (below | own) & free


def names_in(node: Node) -> frozenset[str]:
    """Return all names that occur in an expression."""
    found = {n.key for n in walk(node) if isinstance(n, Symbol)}
    return frozenset(found | {n.variable for n in walk(node) if isinstance(n, Range)})


def bind_sums(node: Node, outer: frozenset[str], table: Table) -> Node:
    r"""Return the expression with the variables of each sum named.

    A name in a condition, `i` in `j \neq i`, is bound only if it is free nowhere outside. A sum
    that binds nothing, as one over a real number, is refused.
    """
    if isinstance(node, Big):
        certain, possible = candidates(node)
        also = [
            n
            for n in possible
            if n not in outer and table.type(n).counts_to and table.type(n).ranges
        ]
        variables = (*certain, *also)
        if not variables:
            raise Refusal(f"the {node.kind} has no index that runs over whole numbers", node.start)
        inside = outer | set(variables)
        return replace(
            node,
            variables=variables,
            conditions=tuple(bind_sums(c, inside, table) for c in node.conditions),
            body=bind_sums(node.body, inside, table),
        )
    if isinstance(node, Moment):
        outer = outer | {key for key, _ in node.draws}
    return rebuild(node, lambda child: bind_sums(child, outer, table))


def check_sums(
    node: Node, taken: frozenset[str], bound: frozenset[str], table: Table
) -> tuple[Node, list[Problem]]:
    """Return the expression with each wrong binding repaired, and what was wrong.

    Wrong is a bound index that does not occur in the body, and one that is bound twice or is
    free elsewhere. `taken` are the indices that are free in the equation.
    """
    problems: list[Problem] = []

    def change(child: Node) -> Node:
        changed, found = check_sums(child, taken, bound, table)
        problems.extend(found)
        return changed

    if not isinstance(node, Big):
        return rebuild(node, change), problems
    refuse_ambiguous(node)
    for variable in node.variables:
        kind = wrong_binding(node, variable, taken, bound)
        if not kind:
            continue
        repair = repaired(node, variable, taken | bound, table)
        if kind == "bound in vain" and not repair:
            # It may be a constant that is added, so that nothing needs to be false.
            kind = "bound to nothing"
        data = (node.kind, variable, repair[1] if repair else "")
        problems.append(Problem(kind, node.start, data))
        if repair:
            node = repair[0]
    inside = bound | set(node.variables)
    body, found = check_sums(node.body, taken, inside, table)
    return replace(node, body=body), problems + found


def refuse_ambiguous(node: Big) -> None:
    r"""Refuse a sum whose condition has an index that may be bound or given: `\sum_{i \neq j} x_i`.

    It is bound if both indices stand in the body, as in `\sum_{i < j} x_i x_j`, or neither does.
    """
    _, possible = candidates(node)
    body = names_in(node.body)
    if body.isdisjoint(node.variables) or set(possible).isdisjoint(node.variables):
        return
    ranged = {c.variable for c in node.conditions if isinstance(c, Range)}
    for variable in node.variables:
        if variable in body | ranged:
            continue
        raise Refusal(
            f"{variable} stands in a condition of the {node.kind} alone: it may be bound or given; "
            rf"write both indices, as in i, j \neq i, or use {variable} outside of it",
            node.start,
        )


def wrong_binding(node: Big, variable: str, taken: frozenset[str], bound: frozenset[str]) -> str:
    """Return the kind of what is wrong with a bound variable, or an empty string."""
    names = names_in(node.body)
    others = {
        n.key
        for c in node.conditions
        if isinstance(c, Relation)
        for n in walk(c)
        if isinstance(n, Symbol)
    }
    if variable in bound:
        return "bound twice"
    if variable not in names and not (len(node.variables) > 1 and variable in others):
        if names or not isinstance(node.body, Number):
            return "bound in vain"
        return ""
    if variable in taken:
        return "bound and free"
    return ""


def repaired(
    node: Big, variable: str, taken: frozenset[str], table: Table
) -> tuple[Big, str] | None:
    """Return the sum over the one index that its body leaves unbound, if there is one."""
    unbound = free_indices(node.body, table) - taken - {variable}
    if len(unbound) != 1:
        return None
    (key,) = unbound
    conditions = []
    for condition in node.conditions:
        if isinstance(condition, Range) and condition.variable == variable:
            low = condition.low
            if low == Symbol(key):
                low = Number(Fraction(1))
            if low is None or isinstance(low, Number):
                conditions.append(replace(condition, variable=key, low=low))
                continue
        return None
    variables = tuple(key if v == variable else v for v in node.variables)
    return replace(node, variables=variables, conditions=tuple(conditions)), key


def unbound_on_the_right(
    sides: Iterable[Node], quantified: frozenset[str], table: Table
) -> list[Problem]:
    """Return a problem for each index that is free on the right alone."""
    first, *others = sides
    if not any(isinstance(n, Symbol) or hasattr(n, "key") for n in walk(first)):
        return []
    known = free_indices(first, table) | quantified
    problems = []
    for side in others:
        for key in sorted(free_indices(side, table) - known):
            problems.append(Problem("free on the right", side.start, (key,)))
            known |= {key}
    return problems
