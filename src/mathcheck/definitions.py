"""What the equations of a book define: names and functions, in reading order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from mathcheck.expressions import (
    Argument,
    Call,
    Component,
    FunctionName,
    Node,
    Number,
    Operation,
    Symbol,
    walk,
)
from mathcheck.latex import Refusal
from mathcheck.symbols import Entry, Table, guessed_dimensions


@dataclass(frozen=True)
class Parameter:
    """One argument in a definition: what must be written, and the name that takes the value."""

    separator: str
    literal: str
    key: str
    dimensions: int | None
    size: str
    # Written as a square, `\sigma^2`: the name is the root of the value.
    squared: bool = False
    # A random variable stands for itself: `H(X)` says nothing of `H(Y)`.
    random: bool = False


@dataclass(frozen=True)
class Definition:
    r"""The meaning of a name or a function.

    `indices` are those of the entries that are defined, `c` in `y_c = …`; `parameters` is `None`
    for a name. It holds only where its `conditions` do. `origin` says where it stands.
    """

    key: str
    parameters: tuple[Parameter, ...] | None
    indices: tuple[str, ...]
    body: Node
    table: Table = field(compare=False)
    conditions: tuple[Node, ...] = ()
    origin: str = field(default="", compare=False)

    @property
    def declared(self) -> Entry | None:
        """The row of the symbol table that declares the name."""
        return self.table.entries.get(self.key)


@dataclass(frozen=True)
class Definitions:
    """All definitions that hold at a place."""

    found: Mapping[str, tuple[Definition, ...]] = field(default_factory=dict)
    memory: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    # By the identity of a node, which is kept so that the identity stays its own.
    reached: dict[int, tuple[Node, frozenset[str]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def added(self, definition: Definition) -> "Definitions":
        """Return the definitions with another.

        Raises
        ------
        Refusal
            If it is circular, or the same is defined already. A symbol table that declares a
            name anew makes room for a new meaning.
        """
        earlier = self.found.get(definition.key, ())
        others = tuple(old for old in earlier if pattern(old) != pattern(definition))
        result = Definitions({**self.found, definition.key: (*others, definition)})
        if definition.parameters is None and definition.key in result.reach(definition.body):
            raise Refusal(f"the definition of {definition.key} is circular", definition.body.start)
        for old in earlier:
            if old not in others and old.declared is definition.declared:
                raise Refusal(
                    f"{definition.key} is defined already, by {old.origin or 'what is before'}; "
                    "expected one definition, by cases if there are conditions, or another name",
                    definition.body.start,
                )
        return result

    def of_names_in(self, table: Table) -> "Definitions":
        """Return the definitions of names that stand in a table as where they were defined."""
        remaining = {
            key: definitions
            for key, definitions in self.found.items()
            if all(d.table.entries.get(key) == table.entries.get(key) for d in definitions)
        }
        return self if len(remaining) == len(self.found) else Definitions(remaining)

    def dependencies(self, key: str) -> frozenset[str]:
        """Return all names on which the value of a name depends, itself included."""
        if key not in self.memory:
            self.memory[key] = frozenset({key})  # for a cycle of functions
            found = {key}
            for definition in self.found.get(key, ()):
                found |= self.of_definition(definition)
            self.memory[key] = frozenset(found)
        return self.memory[key]

    def of_definition(self, definition: Definition) -> frozenset[str]:
        """Return the names on which a definition depends, its own parameters left out."""
        bound = {p.key for p in definition.parameters or ()} | set(definition.indices)
        parts = (definition.body, *definition.conditions)
        return frozenset().union(*map(self.reach, parts)) - bound

    def beside(self, node: Node, key: str) -> frozenset[str]:
        """Return all names on which an expression depends otherwise than through a name."""
        found, left = set[str](), set(node.free_names)
        while left:
            name = left.pop()
            if name == key or name in found:
                continue
            found.add(name)
            for definition in self.found.get(name, ()):
                bound = {p.key for p in definition.parameters or ()} | set(definition.indices)
                for part in (definition.body, *definition.conditions):
                    left |= part.free_names - bound
        return frozenset(found)

    def reach(self, node: Node) -> frozenset[str]:
        """Return all names on which the value of an expression depends."""
        if id(node) not in self.reached:
            found: set[str] = set()
            for key in node.free_names:
                found |= self.dependencies(key)
            for part in walk(node):
                # A function that stands bare takes its arguments from where it stands.
                if isinstance(part, FunctionName):
                    for definition in self.found.get(part.key, ()):
                        for parameter in definition.parameters or ():
                            if parameter.key:
                                found |= self.dependencies(parameter.key)
            self.reached[id(node)] = (node, frozenset(found))
        return self.reached[id(node)][1]


def pattern(definition: Definition) -> tuple[object, ...]:
    """Return what tells the definitions of one function apart."""
    if definition.parameters is None:
        return (None,)
    return tuple(
        (p.separator, p.literal, p.dimensions, p.size, p.key if p.random else "")
        for p in definition.parameters
    )


def define(side: Node, body: Node, table: Table) -> Definition:
    """Return the definition of a side of an equation by the side to its right.

    Raises
    ------
    Refusal
        If the side is not a name, entries of one with free indices, or a function of names.
    """
    inner, indices = side, list[str]()
    if isinstance(side, Component):
        inner = side.base
        keys = dict.fromkeys(index.key for index in side.indices if isinstance(index, Symbol))
        indices = [key for key in keys if table.type(key).counts_to]
        if len(indices) != len(side.indices):
            raise Refusal("entries are defined for indices, as in y_c", side.start)
    if isinstance(inner, Symbol):
        kind = table.type(inner.key)
        if not kind.defined:
            raise Refusal(
                f"{inner.key} is declared as {kind.kind}; what is defined is declared as name",
                inner.start,
            )
        return Definition(inner.key, None, tuple(indices), body, table)
    if isinstance(inner, Call) and not inner.primes:
        parameters = tuple(parameter(argument, table) for argument in inner.arguments)
        names = [p.key for p in parameters if p.key]
        if len(set(names)) != len(names):
            raise Refusal("a parameter stands twice", inner.start)
        return Definition(inner.key, parameters, tuple(indices), body, table)
    called = next((n for n in walk(side) if isinstance(n, Symbol)), None)
    hint = (
        f"; declare {called.key} as function to define it with arguments"
        if isinstance(side, Operation) and side.name == "times" and called is side.operands[0]
        else ""
    )
    raise Refusal(
        f"only a name, its entries, or a function of names can be defined{hint}", side.start
    )


def parameter(argument: Argument, table: Table) -> Parameter:
    """Return what a function takes in one place."""
    value = argument.value
    if value is None:
        return Parameter(argument.separator, argument.literal, "", None, "")
    if isinstance(value, Operation) and value.name == "power":
        base, exponent = value.operands
        if (
            isinstance(base, Symbol)
            and table.type(base.key).above_zero
            and exponent == Number(Fraction(2))
            and not table.entries[base.key].type.shape
        ):
            return Parameter(argument.separator, "", base.key, 0, "", squared=True)
    if not isinstance(value, Symbol):
        raise Refusal(
            "the arguments and indices in a definition are names, or the square of a positive "
            "number; a name with a number below, as f_1, has a row of its own in the table",
            argument.start,
        )
    kind = table.entries[value.key].type
    if not kind.parameter:
        raise Refusal(f"{value.key}, declared as {kind.kind}, can't be a parameter", argument.start)
    dimensions = guessed_dimensions(value.key) if kind.defined else len(kind.shape)
    return Parameter(
        *(argument.separator, argument.literal, value.key, dimensions, kind.counts_to),
        random=kind.variable,
    )


def names_in(node: Node) -> list[str]:
    """Return the names in an expression in the order in which they stand, each once."""
    found = dict.fromkeys(
        part.key for part in walk(node) if isinstance(part, Symbol | FunctionName | Call)
    )
    return list(found)
