"""What an equation says at its place in a book, read and ready to be evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mathcheck.checking.prepare import Prepared, prepare
from mathcheck.definitions import Definitions, define
from mathcheck.expressions import Node
from mathcheck.indices import bind_sums, certain_indices, check_sums
from mathcheck.latex import Refusal, read_items
from mathcheck.reading import (
    Statement,
    is_condition,
    read_conditions,
    read_expression,
    read_statements,
)
from mathcheck.report import Problem
from mathcheck.symbols import Entry, Table, name_key, parse_type
from mathcheck.values.scope import BUDGET, Scope, Shared


@dataclass(frozen=True)
class Options:
    """What an author says beside an equation."""

    defines: str = ""
    python: str = ""
    where: str = ""
    inline: bool = False
    given: bool = False
    sharp: bool = False
    # Where the equation stands, for those that name it.
    origin: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Context:
    """What holds at a place of a book: the symbols, the definitions, the code."""

    table: Table = field(default_factory=lambda: Table({}))
    definitions: Definitions = field(default_factory=Definitions)
    namespace: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    exact: bool = True
    # Whether a change is sought that makes a relation hold.
    causes: bool = True

    def scope(
        self, values: Mapping[str, Any], steps: int = BUDGET, *, nearly: bool = False
    ) -> Scope:
        """Return a scope with the values of a sample, and so many steps to evaluate there."""
        return Scope(Shared(self.table, self.definitions, steps, nearly), values)

    def reach(self, node: Node) -> frozenset[str]:
        """Return all names on which a node depends, the distributions of variables included."""
        return self.with_distributions(self.definitions.reach(node))

    def with_distributions(self, names: frozenset[str]) -> frozenset[str]:
        """Return names, and those of the distributions from which variables among them are."""
        kinds = [self.table.type(name) for name in names]
        drawn_from = (name_key(read_items(kind.size)) for kind in kinds if kind.variable)
        return names.union(*map(self.definitions.dependencies, drawn_from))


@dataclass(frozen=True)
class Reading:
    """An equation that was read, ready to be evaluated, and what holds before and after it."""

    text: str
    options: Options
    place: Context
    before: Context
    after: Context
    prepared: tuple[Prepared, ...]
    extra: tuple[Node, ...]
    problems: tuple[Problem, ...]
    condition: bool

    @property
    def relations(self) -> list[tuple[int, int]]:
        """Return the places of all relations: the statement and the number in its chain."""
        return [(n, r) for n, p in enumerate(self.prepared) for r in range(len(p.chain.signs))]

    @property
    def claimed(self) -> set[str]:
        """The signs of the relations that claim something."""
        return {p.chain.signs[place] for p in self.prepared for place in p.claims}

    @property
    def roots(self) -> list[Node]:
        """The statements and the conditions of the equation."""
        return [node for ready in self.prepared for node in (ready.chain, *ready.restrictions)]

    @property
    def bodies(self) -> list[Node]:
        """The sides of the equation, and the definitions on which they depend."""
        chains = [ready.chain for ready in self.prepared]
        names = frozenset().union(*map(self.place.definitions.reach, chains))
        found = self.place.definitions.found
        return [*(d.body for key in sorted(names) for d in found.get(key, ())), *chains]


def read(text: str, options: Options, place: Context) -> Reading:
    """Read an equation by the symbols and definitions that hold before it.

    Raises
    ------
    Refusal
        If it has no reading, or more than one.
    """
    items = read_items(text)
    table, extra = narrowed(options.where, place.table)
    statements = read_statements(items, table, len(text))
    condition = options.inline and is_bare_condition(statements, table)
    names = [] if condition else filter(None, split_options(options.defines))
    wanted = [defined_side(statements, name, table) for name in names]
    both = [
        prepare(statement, frozenset(s for _, n, s in wanted if n == number), extra, table)
        for number, statement in enumerate(statements)
    ]
    prepared = tuple(ready for ready, _ in both)
    definitions = place.definitions
    for node, number, side in wanted:
        sides = statements[number].chain.sides
        outer = certain_indices(sides[side], table)
        body, _ = check_sums(bind_sums(sides[side + 1], outer, table), outer, frozenset(), table)
        conditions = prepared[number].conditions[side]
        definition = define(node, body, table)
        definitions = definitions.added(
            replace(definition, conditions=conditions, origin=options.origin)
        )
    return Reading(
        text,
        options,
        replace(place, table=table, definitions=definitions),
        place,
        replace(place, definitions=definitions),
        prepared,
        extra,
        tuple(dict.fromkeys(problem for _, found in both for problem in found)),
        condition,
    )


def is_bare_condition(statements: Sequence[Statement], table: Table) -> bool:
    """Return whether inline mathematics is a relation among indices and numbers alone."""
    return all(
        is_condition(s.chain, table) if s.chain.signs else any(s.conditions) for s in statements
    ) and any(s.chain.signs or any(s.conditions) for s in statements)


def split_options(text: str) -> list[str]:
    """Return the parts between semicolons outside of brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(letter, 0)
        if letter == ";" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def narrowed(where: str, table: Table) -> tuple[Table, tuple[Node, ...]]:
    """Return the table and the conditions that an equation's `:where:` adds."""
    conditions: list[Node] = []
    entries = []
    for part in filter(None, split_options(where)):
        name, colon, kind = part.partition(" : ")
        if colon:
            key = name_key(read_items(name))
            if key not in table:
                raise Refusal(f":where: {key} is not in the symbol table")
            try:
                narrower = parse_type(kind)
            except ValueError as error:
                raise Refusal(f":where: {error}") from error
            entries.append(Entry(key, narrower, table.entries[key].python))
            continue
        items = read_items(part)
        try:
            conditions.extend(read_conditions(items, table, len(part)))
        except Refusal as refusal:
            raise Refusal(f":where: {part}: {refusal.message}") from refusal
    return table.extended(entries), tuple(conditions)


def defined_side(statements: Sequence[Statement], text: str, table: Table) -> tuple[Node, int, int]:
    """Return the first side that reads as a text and has its definition to the right."""
    wanted = read_expression(read_items(text), table, len(text))
    for number, statement in enumerate(statements):
        for side, node in enumerate(statement.chain.sides[:-1]):
            if node == wanted and statement.chain.signs[side] == "=":
                return wanted, number, side
    raise Refusal(f":defines: {text} is not a side of the equation with a definition to its right")
