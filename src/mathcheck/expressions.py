"""What an equation says, as a tree.

Every node knows where it stands in the text; two nodes are equal if they say the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property

# The running index of what has dots: a name that no text can have.
ROW = "the row"


@dataclass(frozen=True)
class Node:
    """A part of an equation, from `start` to before `end` in the text."""

    start: int = field(compare=False, repr=False, kw_only=True, default=0)
    end: int = field(compare=False, repr=False, kw_only=True, default=0)

    @cached_property
    def children(self) -> tuple["Node", ...]:
        """The nodes directly below."""
        return tuple(node for e in fields(self) for node in nodes_in(getattr(self, e.name)))

    @cached_property
    def free_names(self) -> frozenset[str]:
        """The names that occur in it and are not bound in it."""
        found = frozenset[str]().union(*(child.free_names for child in self.children))
        if isinstance(self, Symbol | FunctionName | Call):
            found |= {self.key}
        if isinstance(self, Range | Event):
            found |= {self.variable}
        return found - bound_names(self)


@dataclass(frozen=True)
class Number(Node):
    """A number as it is printed; `decimals` is how many digits follow the point."""

    value: Fraction
    decimals: int = 0


@dataclass(frozen=True)
class Constant(Node):
    r"""One of `e`, `pi` and `infinity`."""

    name: str


@dataclass(frozen=True)
class Symbol(Node):
    """A name of the symbol table."""

    key: str


@dataclass(frozen=True)
class FunctionName(Node):
    """A function without its arguments, as in the numerator of a derivative."""

    key: str


@dataclass(frozen=True)
class Slice(Node):
    """A colon in the place of an index: all entries."""


@dataclass(frozen=True)
class Component(Node):
    """Entries of an array: `z_c`, `x_{kc}`, a row, or a column `A_{:,j}`."""

    base: Node
    indices: tuple[Node, ...]


@dataclass(frozen=True)
class Argument(Node):
    r"""An argument of a function.

    `literal` is what must be written exactly so: `t` in `P(t = c \\mid z)`, or the name of a
    symbol without a value. `separator` is the sign before it.
    """

    separator: str
    literal: str
    value: Node | None


@dataclass(frozen=True)
class Call(Node):
    """A function of the symbol table with its arguments, differentiated `primes` times."""

    key: str
    arguments: tuple[Argument, ...]
    primes: int = 0


@dataclass(frozen=True)
class Event(Node):
    """What a random variable does: takes a value, or takes its own if none is named."""

    variable: str
    value: Node | None


@dataclass(frozen=True)
class Probability(Node):
    """The probability of events, given others."""

    events: tuple[Event, ...]
    given: tuple[Event, ...]


@dataclass(frozen=True)
class Moment(Node):
    """An expectation, variance or covariance.

    `draws` are pairs of what is drawn and its distribution; without them the random variables in
    the operands are drawn.
    """

    kind: str
    operands: tuple[Node, ...]
    draws: tuple[tuple[str, Node], ...]
    given: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Operation(Node):
    """A named operation on its operands: `add`, `product`, `power`, `log` and so on."""

    name: str
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Relation(Node):
    """A chain of sides and the relations between them; also a condition."""

    sides: tuple[Node, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Range(Node):
    """The condition that a variable runs from one number to another; `None` is its own range."""

    variable: str
    low: Node | None
    high: Node | None


@dataclass(frozen=True)
class ForAll(Node):
    """The condition that another holds for all values that meet the qualifiers."""

    condition: Node
    qualifiers: tuple[Node, ...]


@dataclass(frozen=True)
class Or(Node):
    """The condition that at least one of several holds."""

    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class Not(Node):
    """The condition that another does not hold."""

    condition: Node


@dataclass(frozen=True)
class SetOf(Node):
    """A set: an interval, the whole numbers of a range, listed elements, or a number domain."""

    kind: str
    elements: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Big(Node):
    """A sum, product, maximum and the like over variables under conditions."""

    kind: str
    variables: tuple[str, ...]
    conditions: tuple[Node, ...]
    body: Node


@dataclass(frozen=True)
class Derivative(Node):
    r"""A derivative; the shape is that of the body followed by those of the variables.

    By the sign `\nabla` the gradient at a point may be meant: `\nabla_x f(2 x)` has two readings.
    """

    body: Node
    variables: tuple[Node, ...]
    by_nabla: bool = False


@dataclass(frozen=True)
class Limit(Node):
    """A limit; `side` is `+`, `-` or empty."""

    variable: str
    point: Node
    side: str
    body: Node


@dataclass(frozen=True)
class Integral(Node):
    """A definite integral over one variable."""

    variable: str
    low: Node
    high: Node
    body: Node


@dataclass(frozen=True)
class Evaluated(Node):
    """A body at given values of variables: the bar with an index."""

    body: Node
    assignments: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True)
class Case(Node):
    """One line of `cases`; without conditions it holds otherwise."""

    value: Node
    conditions: tuple[Node, ...]


@dataclass(frozen=True)
class Cases(Node):
    """A definition by cases."""

    rows: tuple[Case, ...]


@dataclass(frozen=True)
class Matrix(Node):
    """A matrix or a column in full."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Pattern(Node):
    """A column or matrix with dots: `body` for `row` and `column` between given bounds."""

    body: Node
    ranges: tuple[Range, ...]


@dataclass(frozen=True)
class Listed(Node):
    r"""A list in brackets: numbers are a column, vectors the columns of a matrix.

    `transposed` marks `(z_1, \ldots, z_C)^\top` alone on a side: numbers are a column there too.
    """

    rows: Matrix | Pattern
    transposed: bool = False


@dataclass(frozen=True)
class Indicator(Node):
    """One if the condition holds, else zero."""

    condition: Node


def nodes_in(value: object) -> Iterator[Node]:
    """Yield the nodes in a field, which may be nested tuples."""
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from nodes_in(part)


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and all below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def bound_names(node: Node) -> frozenset[str]:
    """Return the names that a node binds for what is below it."""
    if isinstance(node, Big):
        return frozenset(node.variables)
    if isinstance(node, Limit | Integral):
        return frozenset({node.variable})
    if isinstance(node, SetOf) and node.kind == "builder":
        return frozenset(n.key for n in node.elements[:1] if isinstance(n, Symbol))
    ranges = getattr(node, "ranges", ())
    return frozenset(r.variable for r in ranges)


def rebuild(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the node with `change` applied to each node directly below."""
    changed = {
        entry.name: change_in(getattr(node, entry.name), change)
        for entry in fields(node)
        if entry.name not in ("start", "end")
    }
    return replace(node, **changed)  # type: ignore[arg-type]


def change_in(value: object, change: Callable[[Node], Node]) -> object:
    """Return a field with the nodes in it changed."""
    if isinstance(value, Node):
        return change(value)
    if isinstance(value, tuple):
        return tuple(change_in(part, change) for part in value)
    return value
