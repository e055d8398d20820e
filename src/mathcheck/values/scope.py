"""The values that hold at a place, and the value of an expression there.

Definitions are macros: a name is replaced by its definition wherever it stands, with the values
that hold there. A `Scope` holds these values; scopes nest, and a name's value is kept in the
outermost scope on which it depends, so that nothing is computed twice.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np

from mathcheck.definitions import Definition, Definitions
from mathcheck.expressions import Big, Call, Integral, Limit, Moment, Node, Symbol
from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Arrays, Row, shape
from mathcheck.numbers.balls import Ball, Rational, tame
from mathcheck.numbers.duals import Dual, bare
from mathcheck.numbers.precision import Undefined, working
from mathcheck.symbols import Table

# Steps for one sample; a text that needs more is refused, not waited for.
BUDGET = 400_000
DEEPEST = 60
# Their values are worth keeping.
MEMOISED = frozenset({Big, Call, Moment, Integral, Limit})

# What may happen while an equation is evaluated: none of it ends a run.
CRASHES: tuple[type[Exception], ...] = (
    *(Refusal, Undefined, ArithmeticError, RecursionError, TypeError, ValueError),
    *(AttributeError, LookupError, AssertionError),
)

T = TypeVar("T")
Evaluator = Callable[[Any, "Scope"], Any]
EVALUATORS: dict[type[Node], Evaluator] = {}


class TooMuch(Refusal):
    """The value takes more steps than are allowed."""


@dataclass
class Shared:
    """What all scopes of one sample share.

    A step with more digits counts for more. `nearly` says that the sample is the solution of an
    equation but for its last digits, so that numbers that nearly agree are taken for equal.
    `estimated` says that a limit, a series without end or an integral was met, whose error is
    estimated.
    """

    table: Table
    definitions: Definitions
    steps: int = BUDGET
    nearly: bool = False
    estimated: bool = False
    # The rows of cases that were met, by their identity.
    rows: set[int] = field(default_factory=set)
    # The components whose indices count what their places do.
    counted: set[int] = field(default_factory=set)
    tags: Iterator[int] = field(default_factory=lambda: itertools.count(1))


class Scope:
    """The values that hold at a place."""

    def __init__(
        self,
        shared: Shared,
        values: Mapping[str, Any],
        parent: Scope | None = None,
        own: Mapping[str, Any] | None = None,
        depth: int = 0,
    ) -> None:
        self.shared, self.values, self.parent, self.depth = shared, values, parent, depth
        self.own: Mapping[str, Any] = own or {}
        self.names: dict[str, Any] = {}
        self.memoised: dict[int, Any] = {}
        self.perturbed: dict[tuple[str, tuple[int, ...]], tuple[int, Scope]] = {}
        if depth > DEEPEST:
            raise Refusal("definitions are nested too deeply, or circular")

    def child(self, own: Mapping[str, Any]) -> Scope:
        """Return a scope in which some names have other values."""
        return Scope(self.shared, {**self.values, **own}, self, own, self.depth + 1)

    def afresh(self, own: Mapping[str, Any] | None = None) -> Scope:
        """Return the scope without anything that was computed, for more digits."""
        return Scope(self.shared, {**self.values, **(own or {})}, depth=self.depth + 1)

    def home(self, dependencies: frozenset[str]) -> Scope:
        """Return the outermost scope in which these names have the values they have here."""
        scope = self
        while scope.parent is not None and not dependencies & scope.own.keys():
            scope = scope.parent
        return scope

    def name(self, key: str) -> Any:
        """Return the value of a defined name."""
        if key in self.names:
            return self.names[key]
        dependencies = self.shared.definitions.dependencies(key)
        if self.parent is not None and not dependencies & self.own.keys():
            value = self.parent.name(key)
        else:
            value = self.defined(key)
        self.names[key] = value
        return value

    def defined(self, key: str) -> Any:
        """Evaluate the definition of a name."""
        definitions = self.shared.definitions.found.get(key)
        if not definitions:
            raise Refusal(f"{key} is not defined at this place of the book")
        return self.entries(definitions[-1], self)

    def entries(self, definition: Definition, scope: Scope) -> Any:
        """Evaluate the body of a definition, for all of its indices."""
        if not definition.indices:
            return defined_value(definition, scope)
        ranges = [index_range(key, scope) for key in definition.indices]
        bodies = [
            defined_value(
                definition, scope.child(dict(zip(definition.indices, place, strict=True)))
            )
            for place in itertools.product(*ranges)
        ]
        if isinstance(bodies[0], Row):
            raise Refusal("the entries of a definition are rows; write vectors")
        inner = bodies[0].shape if isinstance(bodies[0], np.ndarray) else ()
        result = np.empty((*(len(r) for r in ranges), *inner), dtype=object)
        for at, body in zip(np.ndindex(*(len(r) for r in ranges)), bodies, strict=True):
            result[at] = body
        return result

    def perturb(self, key: str, place: tuple[int, ...]) -> tuple[int, Scope]:
        """Return a tag, and a scope in which one number moves in its direction."""
        dependencies = self.shared.definitions.dependencies(key)
        if (key, place) in self.perturbed:
            return self.perturbed[key, place]
        if self.parent is not None and not dependencies & self.own.keys():
            # The variable comes from outside; so do the names that move with it.
            tag, outer = self.parent.perturb(key, place)
            self.perturbed[key, place] = (tag, outer.child(self.own))
            return self.perturbed[key, place]
        tag = next(self.shared.tags)
        moved = lookup(key, self)
        if isinstance(moved, Row):
            raise Refusal("a derivative with respect to a row")
        if isinstance(moved, np.ndarray):
            entry, moved = moved[place], moved.copy()
            moved[place] = Dual(tag, entry, 1)
        else:
            moved = Dual(tag, moved, 1)
        self.perturbed[key, place] = (tag, self.child({key: moved}))
        return self.perturbed[key, place]


def defined_value(definition: Definition, scope: Scope) -> Any:
    """Return the value of the body of a definition, where its conditions hold."""
    from mathcheck.values.calls import written
    from mathcheck.values.conditions import holds

    if not all(holds(condition, scope) for condition in definition.conditions):
        raise Undefined(
            f"{written(definition)} is used where the condition of its definition does not hold"
            + (f" ({definition.origin})" if definition.origin else "")
        )
    return value(definition.body, scope)


def lookup(key: str, scope: Scope, position: int | None = None) -> Any:
    """Return the value of a name."""
    if key in scope.values:
        return scope.values[key]
    kind = scope.shared.table.type(key)
    if kind.defined or (not kind.kind and scope.shared.definitions.found.get(key)):
        return scope.name(key)
    constant = sized(kind.constant, scope)
    if constant is None:
        said = kind.kind or "name of another table"
        raise Refusal(f"{key}, declared as {said}, has no value here", position)
    return constant


def sized(of: Callable[[Mapping[str, int]], T], scope: Scope) -> T:
    """Return what depends on sizes, which must have a value."""
    try:
        return of(scope.values)
    except KeyError as size:
        raise Refusal(f"the size {size.args[0]} has no value here") from None


def index_range(key: str, scope: Scope) -> range:
    """Return the whole numbers that an index or integer may be."""
    from mathcheck.values.probability import support

    kind = scope.shared.table.type(key)
    if kind.variable:
        return support(key, scope)
    numbers = sized(kind.numbers, scope)
    if numbers is None:
        hint = "; write what holds for all real ones, as a bound" if kind.continuous else ""
        raise Refusal(
            f"{key}, declared as {kind.kind or 'nothing'}, runs over no whole numbers{hint}"
        )
    return numbers


def value(node: Node, scope: Scope) -> Any:
    """Return the value of an expression with the digits that are computed with.

    Raises
    ------
    Refusal
        If the expression has no meaning: shapes do not fit, a name has no value.
    Undefined
        If the value does not exist at this sample.
    Undecided
        If it depends on a decision for which there are not enough digits.
    """
    shared = scope.shared
    shared.steps -= working.cost
    if shared.steps < 0:
        raise TooMuch(
            "evaluating this takes too many steps; make it smaller, or mark it as not checked",
            node.start,
        )
    kind = type(node)
    if kind not in MEMOISED:
        result = EVALUATORS[kind](node, scope)
        return result if type(result) is Ball else tame(result)
    home = scope.home(shared.definitions.reach(node))
    if id(node) not in home.memoised:
        home.memoised[id(node)] = tame(EVALUATORS[kind](node, home))
    return home.memoised[id(node)]


def scalar(node: Node, scope: Scope, what: str) -> Any:
    """Return the value of an expression that must be a number."""
    number = value(node, scope)
    if isinstance(number, Arrays):
        raise Refusal(f"{what} is {shape(number)}; a number was expected", node.start)
    return number


def whole(node: Node, scope: Scope, what: str) -> int:
    """Return the value of an expression that must be a whole number."""
    if isinstance(node, Symbol):
        given = scope.values.get(node.key)
        if isinstance(given, int):
            return int(given)
    number = bare(scalar(node, scope, what))
    if isinstance(number, Ball):
        nearest = (number + Fraction(1, 2)).floor()
        if number != nearest:
            raise Refusal(f"{what} is {number}; a whole number was expected", node.start)
        return int(nearest)
    if not isinstance(number, Rational) or number.denominator != 1:
        raise Refusal(f"{what} is {number}; a whole number was expected", node.start)
    return int(number)
