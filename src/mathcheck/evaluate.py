"""The value of an expression at a sample.

Definitions are macros: a name is replaced by its definition wherever it stands, with the values
that hold there. A `Scope` holds these values; scopes nest, and a name's value is kept in the
outermost scope on which it depends, so that nothing is computed twice.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from mathcheck import arithmetic
from mathcheck.arithmetic import (
    Dual,
    Row,
    Undefined,
    array,
    bare,
    context,
    divide,
    each,
    shape,
)
from mathcheck.definitions import Definition, Definitions, Parameter
from mathcheck.expressions import (
    Argument,
    Big,
    Call,
    Cases,
    Component,
    Constant,
    Derivative,
    Evaluated,
    Event,
    ForAll,
    FunctionName,
    Indicator,
    Integral,
    Limit,
    Listed,
    Matrix,
    Moment,
    Node,
    Not,
    Number,
    Operation,
    Or,
    Pattern,
    Probability,
    Range,
    Relation,
    SetOf,
    Slice,
    Symbol,
    walk,
)
from mathcheck.kinds import Dimension
from mathcheck.latex import Refusal
from mathcheck.operations import TABLE, open_name
from mathcheck.operations.elementary import sqrt
from mathcheck.operations.extremes import flat as flat
from mathcheck.operations.signs import add, times
from mathcheck.symbols import Table

# Steps per comparison; a text that needs more is refused, not waited for.
BUDGET = 400_000
MOST_TERMS = 5_000
DEEPEST = 60
# How near the point of a limit the body is evaluated, and with how many digits.
NEAR = (context.mpf(10) ** -22, context.mpf(10) ** -25)
LIMIT_DIGITS = 150
# Points of a quadrature for each unit, at first and at last.
COARSEST, FINEST = 8, 128
SETTLED = context.mpf(10) ** -14
# A sum without end is taken as far as its terms count, and a few terms further.
SETTLED_SERIES = context.mpf(10) ** -45
SETTLED_TERMS = 6
# Equal numbers, in conditions.
SAME = context.mpf(10) ** -30


class TooMuch(Refusal):
    """The value takes more steps than are allowed."""


@dataclass
class Shared:
    """What all scopes of one sample share."""

    table: Table
    definitions: Definitions
    steps: int = BUDGET
    largest: Any = context.one
    approximate: bool = False
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
        self.shared, self.parent, self.depth = shared, parent, depth
        # Samples are whole numbers and fractions; they become numbers here, and nowhere else.
        self.values = values if parent else {k: sampled_number(v) for k, v in values.items()}
        self.own: Mapping[str, Any] = own or {}
        self.names: dict[str, Any] = {}
        self.kept: dict[int, Any] = {}
        self.perturbed: dict[tuple[str, tuple[int, ...]], tuple[int, Scope]] = {}
        if depth > DEEPEST:
            raise Refusal("definitions are nested too deeply, or circular")

    def child(self, own: Mapping[str, Any]) -> Scope:
        """Return a scope in which some names have other values."""
        return Scope(self.shared, {**self.values, **own}, self, own, self.depth + 1)

    def home(self, dependencies: frozenset[str]) -> Scope:
        """Return the outermost scope in which these names have the values they have here."""
        scope = self
        while scope.parent is not None and not dependencies & scope.own.keys():
            scope = scope.parent
        return scope

    def size(self, dimension: Dimension | str) -> int:
        """Return how many entries a dimension has."""
        name = dimension if isinstance(dimension, str) else dimension.size
        if name.isdecimal():
            return int(name)
        if name not in self.values:
            raise Refusal(f"the size {name} has no value here")
        return int(self.values[name])

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
        found = self.shared.definitions.found.get(key)
        if not found:
            raise Refusal(f"{key} is not defined at this place of the book")
        definition = found[-1]
        return self.entries(definition, self)

    def entries(self, definition: Definition, scope: Scope) -> Any:
        """Evaluate the body of a definition, for all of its indices."""
        if not definition.indices:
            require(definition, scope)
            return evaluate(definition.body, scope)
        ranges = [index_range(key, scope) for key in definition.indices]
        first = []
        for place in itertools.product(*ranges):
            own = dict(zip(definition.indices, place, strict=True))
            inner_scope = scope.child(own)
            require(definition, inner_scope)
            first.append(evaluate(definition.body, inner_scope))
        if isinstance(first[0], Row):
            raise Refusal("the entries of a definition are rows; write vectors")
        inner = first[0].shape if isinstance(first[0], np.ndarray) else ()
        result = np.empty((*(len(r) for r in ranges), *inner), dtype=object)
        for at, value in zip(np.ndindex(*(len(r) for r in ranges)), first, strict=True):
            result[at] = value
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
        value = lookup(key, self)
        moved: Any
        if isinstance(value, Row):
            raise Refusal("a derivative by a row")
        if isinstance(value, np.ndarray):
            moved = value.copy()
            moved[place] = Dual(tag, value[place], context.one)
        else:
            moved = Dual(tag, value, context.one)
        self.perturbed[key, place] = (tag, self.child({key: moved}))
        return self.perturbed[key, place]


def sampled_number(value: Any) -> Any:
    """Return a fraction of a sample, or those in an array, with all digits."""
    if isinstance(value, np.ndarray):
        return each(lambda x: arithmetic.number(x) if isinstance(x, int | Fraction) else x, value)
    return arithmetic.number(value) if isinstance(value, Fraction) else value


def require(definition: Definition, scope: Scope) -> None:
    """Raise unless the conditions of a definition hold where it is used."""
    if not all(holds(condition, scope) for condition in definition.conditions):
        raise Undefined(
            f"{written(definition)} is used where the condition of its definition does not hold"
            + (f" ({definition.origin})" if definition.origin else "")
        )


def lookup(key: str, scope: Scope, position: int | None = None) -> Any:
    """Return the value of a name."""
    if key in scope.values:
        value = scope.values[key]
        return context.mpf(value) if isinstance(value, int) else value
    kind = scope.shared.table.kind(key)
    if not kind:
        found = scope.shared.definitions.found.get(key)
        kind = "name" if found else ""
    if kind == "name":
        return scope.name(key)
    if kind == "ones":
        dimensions = scope.shared.table.entries[key].type.shape
        return np.full(tuple(scope.size(d) for d in dimensions), context.one, dtype=object)
    if kind == "identity":
        size = scope.size(scope.shared.table.entries[key].type.shape[0])
        result = np.full((size, size), context.zero, dtype=object)
        np.fill_diagonal(result, context.one)
        return result
    if kind == "opaque":
        raise Refusal(f"{key} is opaque: it may be printed, and has no value", position)
    if kind == "index":
        raise Refusal(f"the index {key} has no value here", position)
    raise Refusal(f"{key}, a {kind or 'name of another table'}, has no value here", position)


def index_range(key: str, scope: Scope) -> range | tuple[int, ...]:
    """Return the whole numbers that an index or integer may be."""
    kind = scope.shared.table.entries[key].type if key in scope.shared.table else None
    if kind is None:
        raise Refusal(f"{key} has no range")
    if kind.kind in ("index", "label"):
        return range(kind.first, kind.first + scope.size(kind.size))
    if kind.kind in ("integer", "size"):
        return range(kind.low, kind.high + 1)
    if kind.kind == "binary":
        return range(2)
    if kind.kind == "variable":
        return range(1, support(key, scope) + 1)
    raise Refusal(f"{key}, a {kind.kind}, runs over no whole numbers")


def evaluate(node: Node, scope: Scope) -> Any:
    """Return the value of an expression.

    Raises
    ------
    Refusal
        If the expression has no meaning: shapes do not fit, a name has no value.
    Undefined
        If the value does not exist at this sample.
    """
    shared = scope.shared
    shared.steps -= 1
    if shared.steps < 0:
        raise TooMuch("evaluating this takes too many steps", node.start)
    if type(node) in KEPT:
        home = scope.home(shared.definitions.reach(node))
        if id(node) not in home.kept:
            home.kept[id(node)] = EVALUATORS[type(node)](node, home)
        return home.kept[id(node)]
    return EVALUATORS[type(node)](node, scope)


def scalar(node: Node, scope: Scope, what: str) -> Any:
    """Return the value of an expression that must be a number."""
    value = evaluate(node, scope)
    if isinstance(value, np.ndarray | Row):
        raise Refusal(f"{what} is {shape(value)}; a number was expected", node.start)
    return value


def whole(node: Node, scope: Scope, what: str) -> int:
    """Return the value of an expression that must be a whole number."""
    if isinstance(node, Symbol):
        value = scope.values.get(node.key)
        if isinstance(value, int):
            return value
    value = bare(scalar(node, scope, what))
    if isinstance(value, context.mpc) or value != context.floor(value) or abs(value) > 10**15:
        raise Refusal(
            f"{what} is {context.nstr(value, 6)}; a whole number was expected", node.start
        )
    return int(value)


# --- leaves and entries ---


def of_number(node: Number, scope: Scope) -> Any:
    return arithmetic.number(node.value)


def of_constant(node: Constant, scope: Scope) -> Any:
    if node.name == "infinity":
        raise Refusal("infinity is the end of a range or limit, not a number", node.start)
    return +{"e": context.e, "pi": context.pi}[node.name]


def of_symbol(node: Symbol, scope: Scope) -> Any:
    return lookup(node.key, scope, node.start)


def of_function_name(node: FunctionName, scope: Scope) -> Any:
    raise Refusal(f"the function {node.key} without its arguments", node.start)


def of_component(node: Component, scope: Scope) -> Any:
    value = evaluate(node.base, scope)
    if isinstance(value, Row):
        value = value.entries
    if not isinstance(value, np.ndarray):
        raise Refusal("a number has no index", node.start)
    if len(node.indices) > value.ndim:
        raise Refusal(
            f"{len(node.indices)} indices on {shape(value)}, which has {value.ndim}", node.start
        )
    dimensions: tuple[Dimension, ...] = ()
    table = scope.shared.table
    if isinstance(node.base, Symbol) and node.base.key in table:
        dimensions = table.entries[node.base.key].type.shape
    firsts = first_entries(node.base, scope)
    places: list[Any] = []
    for axis, index in enumerate(node.indices):
        if isinstance(index, Slice):
            places.append(slice(None))
            continue
        dimension = dimensions[axis] if axis < len(dimensions) else None
        first = firsts[axis] if axis < len(firsts) else 1
        if dimension and isinstance(index, Symbol) and index.key in table:
            kind = table.entries[index.key].type
            if (
                kind.kind in ("index", "label")
                and kind.size != dimension.size
                and ({kind.size, dimension.size} & set(table.entries))
            ):
                raise Refusal(
                    f"the index {index.key} counts to {kind.size}, and this place to "
                    f"{dimension.size}",
                    index.start,
                )
        place = whole(index, scope, "an index") - first
        if not 0 <= place < value.shape[axis]:
            raise Undefined(
                f"the index {place + first} is outside {first} to {first + value.shape[axis] - 1}"
            )
        places.append(place)
    return value[tuple(places)]


def first_entries(base: Node, scope: Scope) -> tuple[int, ...]:
    """Return the numbers of the first entries of an array, one or zero."""
    if isinstance(base, Call):
        entrywise = scope.shared.definitions.found.get(base.key, ())
        firsts = [
            tuple(d.table.entries[i].type.first for i in d.indices) for d in entrywise if d.indices
        ]
        return firsts[-1] if firsts else ()
    if not isinstance(base, Symbol):
        return ()
    table = scope.shared.table
    definitions = scope.shared.definitions.found.get(base.key, ())
    if definitions and base.key not in scope.values:
        found = definitions[-1]
        return tuple(found.table.entries[i].type.first for i in found.indices)
    if base.key in table:
        return tuple(dimension.first for dimension in table.entries[base.key].type.shape)
    return ()


# --- calls ---


def of_call(node: Call, scope: Scope) -> Any:
    definition, values = chosen(node, scope)
    assert definition.parameters is not None
    own = bindings(definition, values, scope)
    if not node.primes:
        inner = scope.child(own)
        return inner.entries(definition, inner)
    keys = [p.key for p in definition.parameters if p.key and not p.dimensions]
    if len(keys) != 1:
        raise Refusal(f"a prime on {node.key}, which has not one number as argument", node.start)
    tags = [next(scope.shared.tags) for _ in range(node.primes)]
    argument = own[keys[0]]
    for tag in tags:
        argument = Dual(tag, argument, context.one)
    inner = scope.child({**own, keys[0]: argument})
    value = inner.entries(definition, inner)
    for tag in reversed(tags):
        value = slopes(value, tag)
    return value


def chosen(node: Call, scope: Scope) -> tuple[Definition, list[Any]]:
    """Return the definition that fits a call, and the values of the arguments."""
    found = scope.shared.definitions.found.get(node.key, ())
    fitting = [d for d in found if d.parameters is not None and same_form(d.parameters, node)]
    if not fitting:
        defined = " or ".join(written(d) for d in found) or "nothing is defined for it"
        raise Refusal(
            f"{node.key} is not defined for these arguments, {called(node)}; "
            f"{'there is ' if found else ''}{defined}",
            node.start,
        )
    values = [None if a.value is None else evaluate(a.value, scope) for a in node.arguments]
    exact = [d for d in fitting if fits(d.parameters or (), node.arguments, values, scope)]
    if len(exact) == 1:
        return exact[0], values
    if not exact:
        if len(values) == 1 and isinstance(values[0], np.ndarray) and len(fitting) == 1:
            raise Elementwise(fitting[0], values[0])
        defined = " or ".join(written(d) for d in found)
        raise Refusal(
            f"{node.key} is not defined for these arguments, {called(node)}; there is {defined}",
            node.start,
        )
    sharper = [
        d
        for d in exact
        if all(
            p.size == size_of(a, scope)
            for p, a in zip(d.parameters or (), node.arguments, strict=True)
        )
    ]
    if len(sharper) != 1:
        raise Refusal(f"{node.key} has {len(exact)} definitions for these arguments", node.start)
    return sharper[0], values


class Elementwise(Exception):  # noqa: N818, it is caught below
    """A function of a number is applied to a vector."""

    def __init__(self, definition: Definition, value: np.ndarray) -> None:
        super().__init__()
        self.definition, self.value = definition, value


def same_form(parameters: tuple[Parameter, ...], node: Call) -> bool:
    """Return whether the arguments are written as those of the definition."""
    if len(parameters) != len(node.arguments):
        return False
    return all(
        p.separator == a.separator
        and p.literal == a.literal
        and bool(p.key) == (a.value is not None)
        for p, a in zip(parameters, node.arguments, strict=True)
    )


def fits(
    parameters: tuple[Parameter, ...],
    arguments: tuple[Argument, ...],
    values: list[Any],
    scope: Scope,
) -> bool:
    """Return whether the values have the dimensions that the definition takes."""
    for parameter, argument, value in zip(parameters, arguments, values, strict=True):
        if value is None:
            continue
        dimensions = value.ndim if isinstance(value, np.ndarray) else 0
        if isinstance(value, Row):
            return False
        if parameter.dimensions is not None and parameter.dimensions != dimensions:
            return False
        given = size_of(argument, scope)
        if parameter.size and given and parameter.size != given:
            return False
    return True


def size_of(argument: Argument, scope: Scope) -> str:
    """Return the size that an index in an argument counts to."""
    value = argument.value
    if isinstance(value, Symbol) and value.key in scope.shared.table:
        kind = scope.shared.table.entries[value.key].type
        if kind.kind in ("index", "label"):
            return kind.size
    return ""


def bindings(definition: Definition, values: list[Any], scope: Scope) -> dict[str, Any]:
    """Return the values of the parameters, and of the sizes that they bring along."""
    own: dict[str, Any] = {}
    for parameter, value in zip(definition.parameters or (), values, strict=True):
        if not parameter.key:
            continue
        if parameter.size and not isinstance(value, Dual):
            value = int(value) if value == context.floor(value) else value
        if parameter.squared:
            value = sqrt(value)
        own[parameter.key] = value
        entry = definition.table.entries.get(parameter.key)
        if entry and isinstance(value, np.ndarray):
            for dimension, length in zip(entry.type.shape, value.shape, strict=False):
                if not dimension.size.isdecimal() and scope.values.get(dimension.size) != length:
                    own[dimension.size] = length
    return own


def written(definition: Definition) -> str:
    """Return the left side of a definition, as it may be written."""
    inside = ""
    for parameter in definition.parameters or ():
        separator = (
            f" {parameter.separator} "
            if parameter.separator.startswith("\\")
            else (f"{parameter.separator} " if parameter.separator else "")
        )
        event = (
            f"{parameter.literal} = " if parameter.literal and parameter.key else parameter.literal
        )
        inside += separator + event + parameter.key + "^2" * parameter.squared
    return f"{definition.key}({inside})" if definition.parameters is not None else definition.key


def called(node: Call) -> str:
    """Return the form of a call in words."""
    kinds = []
    for argument in node.arguments:
        value = argument.value
        if isinstance(value, Symbol):
            name = value.key
        elif isinstance(value, Component) and isinstance(value.base, Symbol):
            name = f"an entry of {value.base.key}"
        else:
            name = argument.literal or "an expression"
        if argument.literal and value is not None:
            name = f"{argument.literal} = {name}"
        kinds.append((argument.separator + " " if argument.separator else "") + name)
    return "(" + " ".join(kinds).replace(" ,", ",") + ")"


def of_call_or_entries(node: Call, scope: Scope) -> Any:
    try:
        return of_call(node, scope)
    except Elementwise as elementwise:
        definition = elementwise.definition
        assert definition.parameters is not None
        if definition.indices or elementwise.value.ndim != 1 or node.primes > 1:
            raise Refusal(
                f"{node.key} is not defined for {shape(elementwise.value)}; there is "
                f"{written(definition)}",
                node.start,
            ) from None
        key = definition.parameters[0].key

        def entry(x: Any) -> Any:
            argument = x
            if node.primes:
                tag = next(scope.shared.tags)
                argument = Dual(tag, x, context.one)
            inner = scope.child({key: argument})
            value = inner.entries(definition, inner)
            return arithmetic.slope(value, tag) if node.primes else value

        return each(entry, elementwise.value)


# --- probability ---


def distribution(key: str, scope: Scope) -> tuple[str, list[str]]:
    """Return the distribution of a random variable, and all variables that share it."""
    entries = scope.shared.table.entries
    shared_by = entries[key].type.size
    together = [
        k for k, e in entries.items() if e.type.kind == "variable" and e.type.size == shared_by
    ]
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


def support(key: str, scope: Scope) -> int:
    """Return how many values a random variable takes."""
    together, table = joint(key, scope)
    return int(table.shape[together.index(key)])


def outcomes(keys: Iterable[str], scope: Scope) -> Iterator[tuple[dict[str, int], Any]]:
    """Yield the outcomes of random variables with their probabilities."""
    tables: dict[str, tuple[list[str], np.ndarray]] = {}
    for key in keys:
        tables[distribution(key, scope)[0]] = joint(key, scope)
    for places in itertools.product(*(np.ndindex(t.shape) for _, t in tables.values())):
        outcome: dict[str, int] = {}
        weight: Any = context.one
        for (together, table), place in zip(tables.values(), places, strict=True):
            outcome |= {k: p + 1 for k, p in zip(together, place, strict=True)}
            weight = weight * table[place]
        yield outcome, weight


def event_value(event: Event, scope: Scope) -> int:
    if event.value is not None:
        return whole(event.value, scope, "the value of a random variable")
    value = scope.values.get(event.variable)
    if not isinstance(value, int):
        raise Refusal(
            f"{event.variable} has no value here; write {event.variable} = …", event.start
        )
    return value


def of_probability(node: Probability, scope: Scope) -> Any:
    wanted = {e.variable: event_value(e, scope) for e in node.events}
    known = {e.variable: event_value(e, scope) for e in node.given}
    both = given = context.zero
    for outcome, weight in outcomes([*wanted, *known], scope):
        if all(outcome[k] == v for k, v in known.items()):
            given = given + weight
            if all(outcome[k] == v for k, v in wanted.items()):
                both = both + weight
    return divide(both, given) if known else both


def of_moment(node: Moment, scope: Scope) -> Any:
    weighted = list(draws(node, scope))
    total: Any = context.zero
    for _, weight in weighted:
        total = total + weight

    def mean(value: Callable[[Scope], Any]) -> Any:
        result: Any = None
        for inner, weight in weighted:
            term = times(divide(weight, total), value(inner), node)
            result = term if result is None else add(result, term, node)
        if result is None:
            raise Undefined("an expectation over nothing")
        return result

    first = node.operands[0]
    if node.kind == "expectation":
        return mean(lambda inner: evaluate(first, inner))
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
        if isinstance(part, Symbol) and table.kind(part.key) == "variable"
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
        yield scope, context.one
        return
    (key, of), *rest = pairs
    for value in index_range(key, scope):
        inner = scope.child({key: value})
        if isinstance(of, FunctionName):
            weight = evaluate(Call(of.key, (Argument("", "", Symbol(key)),), start=of.start), inner)
        elif isinstance(of, Component | Symbol):
            table = evaluate(of, scope)
            if not isinstance(table, np.ndarray) or table.ndim != 1:
                raise Refusal(f"a distribution that is {shape(table)}", of.start)
            first = scope.shared.table.entries[key].type.first
            if not 0 <= value - first < len(table):
                raise Refusal(f"{key} counts further than its distribution", of.start)
            weight = table[value - first]
        else:
            weight = scalar(of, inner, "a probability")
        for scope_inside, other in draws_of(node, tuple(rest), inner):
            yield scope_inside, weight * other


# --- operations ---


def of_operation(node: Operation, scope: Scope) -> Any:
    name = open_name(node.name)
    if name == "kronecker":
        operands = [whole(index, scope, "an index") for index in node.operands]
    else:
        operands = [evaluate(operand, scope) for operand in node.operands]
    if name == "sum":
        for value in operands:
            if not isinstance(value, np.ndarray | Row):
                size = arithmetic.magnitude(value)
                scope.shared.largest = max(scope.shared.largest, size)
    if name not in TABLE:
        raise Refusal(f"{name} has no meaning here", node.start)
    return TABLE[name].value(operands, node)


# --- sums, cases, matrices ---


def of_big(node: Big, scope: Scope) -> Any:
    if any(isinstance(c, Range) and c.high == Constant("infinity") for c in node.conditions):
        return of_series(node, scope)
    best: tuple[Any, int] | None = None
    result: Any = None
    for inner in bound(node, scope):
        value = evaluate(node.body, inner)
        if node.kind == "sum":
            result = value if result is None else add(result, value, node)
        elif node.kind == "product":
            result = value if result is None else times(result, value, node)
        else:
            if isinstance(value, np.ndarray | Row):
                raise Refusal(f"the {node.kind} of {shape(value)}", node.start)
            better = best is None or (
                bare(value) > bare(best[0])
                if node.kind.endswith("max")
                else bare(value) < bare(best[0])
            )
            if better:
                best = (value, inner.values[node.variables[0]])
    if node.kind == "sum":
        return context.zero if result is None else result
    if node.kind == "product":
        return context.one if result is None else result
    if best is None:
        raise Undefined(f"the {node.kind} of nothing")
    return context.mpf(best[1]) if node.kind.startswith("arg") else best[0]


def of_series(node: Big, scope: Scope) -> Any:
    """Return a sum or product without end, taken until it no longer changes."""
    if node.kind not in ("sum", "product") or len(node.variables) != 1 or len(node.conditions) != 1:
        raise Refusal("only a sum or product over one index has no end", node.start)
    [key], [condition] = node.variables, node.conditions
    assert isinstance(condition, Range)
    assert condition.low is not None
    low = whole(condition.low, scope, "a bound")
    result: Any = context.zero if node.kind == "sum" else context.one
    settled_for = 0
    for value in range(low, low + MOST_TERMS):
        term = scalar(node.body, scope.child({key: value}), "a term")
        before, result = result, result + term if node.kind == "sum" else result * term
        change = abs(bare(result - before))
        settled_for = settled_for + 1 if change <= SETTLED_SERIES * abs(bare(result)) else 0
        # Several terms, as every other one of a series may be zero.
        if settled_for == SETTLED_TERMS:
            return result
    raise TooMuch(
        f"the {node.kind} without end has not settled after {MOST_TERMS} terms", node.start
    )


def bound(node: Big, scope: Scope) -> Iterator[Scope]:
    """Yield the scopes of all values of the bound variables that meet the conditions."""
    yield from bind(node.variables, node.conditions, scope, node)


def bind(
    variables: tuple[str, ...], conditions: tuple[Node, ...], scope: Scope, node: Node
) -> Iterator[Scope]:
    if not variables:
        if all(holds(c, scope) for c in conditions if not isinstance(c, Range)):
            yield scope
        return
    key, *rest = variables
    values = domain(key, conditions, scope, node)
    for value in values:
        yield from bind(tuple(rest), conditions, scope.child({key: value}), node)


def domain(key: str, conditions: tuple[Node, ...], scope: Scope, node: Node) -> Iterable[int]:
    """Return the values that a bound variable takes by its ranges."""
    found: Iterable[int] | None = None
    for condition in conditions:
        if isinstance(condition, Range) and condition.variable == key:
            low, high = range_ends(condition, scope)
            if high - low > MOST_TERMS:
                raise TooMuch(f"more than {MOST_TERMS} terms", node.start)
            found = range(low, high + 1)
        elif (
            isinstance(condition, Relation)
            and condition.signs == ("in",)
            and condition.sides[0] == Symbol(key)
        ):
            found = members(condition.sides[1], scope)
    return index_range(key, scope) if found is None else found


def range_ends(condition: Range, scope: Scope) -> tuple[int, int]:
    """Return the first and the last value of a range."""
    own = None
    if condition.low is None or condition.high is None:
        own = index_range(condition.variable, scope)
    low = own[0] if condition.low is None and own else whole(condition.low, scope, "a bound")  # type: ignore[arg-type]
    high = own[-1] if condition.high is None and own else whole(condition.high, scope, "a bound")  # type: ignore[arg-type]
    return low, high


def members(node: Node, scope: Scope) -> Iterable[int]:
    """Return the whole numbers of a set."""
    if isinstance(node, Symbol):
        value = scope.values.get(node.key)
        if isinstance(value, frozenset):
            return sorted(value)
    if isinstance(node, SetOf) and node.kind == "range":
        low, high = (whole(e, scope, "a bound") for e in node.elements)
        if high - low > MOST_TERMS:
            raise TooMuch(f"more than {MOST_TERMS} terms", node.start)
        return range(low, high + 1)
    if isinstance(node, SetOf) and node.kind == "builder":
        variable, *conditions = node.elements
        assert isinstance(variable, Symbol)
        inner = bind((variable.key,), tuple(conditions), scope, node)
        return [found.values[variable.key] for found in inner]
    if isinstance(node, SetOf) and node.kind == "elements":
        return [whole(e, scope, "an element") for e in node.elements]
    raise Refusal("a set of whole numbers was expected", node.start)


def of_cases(node: Cases, scope: Scope) -> Any:
    for row in node.rows:
        if all(holds(condition, scope) for condition in row.conditions):
            return evaluate(row.value, scope)
    raise Undefined("no case holds")


def of_matrix(node: Matrix | Pattern, scope: Scope) -> Any:
    rows = matrix_values(node, scope)
    if any(isinstance(cell, np.ndarray | Row) for row in rows for cell in row):
        return blocks(rows, node)
    if isinstance(node, Pattern) and len(node.ranges) == 2:
        return array(rows)
    if len(rows) == 1 and len(rows[0]) > 1:
        return Row(array(rows[0]))
    if all(len(row) == 1 for row in rows):
        return array([row[0] for row in rows])
    return array(rows)


def matrix_values(node: Matrix | Pattern, scope: Scope) -> list[list[Any]]:
    """Return the values of the cells, row by row."""
    if isinstance(node, Matrix):
        return [[evaluate(cell, scope) for cell in row] for row in node.rows]
    spans = []
    for span in node.ranges:
        low, high = range_ends(span, scope)
        if not 0 <= high - low < 100:
            raise Refusal(f"dots between {low} and {high}", node.start)
        spans.append(range(low, high + 1))
    keys = [span.variable for span in node.ranges]
    rows, *columns = spans
    return [
        [
            evaluate(node.body, scope.child(dict(zip(keys, (row, *place), strict=True))))
            for place in itertools.product(*columns)
        ]
        for row in rows
    ]


def of_listed(node: Listed, scope: Scope) -> Any:
    values = [cell for row in matrix_values(node.rows, scope) for cell in row]
    if not any(isinstance(value, np.ndarray | Row) for value in values):
        return array(values)
    side_by_side = blocks([values], node)
    return side_by_side.T if node.transposed else side_by_side


def blocks(rows: list[list[Any]], node: Node) -> np.ndarray:
    """Return a matrix of blocks; vectors are columns, rows lie."""

    def block(cell: Any) -> np.ndarray:
        if isinstance(cell, Row):
            return cell.entries.reshape(1, -1)
        if isinstance(cell, np.ndarray):
            return cell.reshape(-1, 1) if cell.ndim == 1 else cell
        return array([[cell]])

    try:
        return np.block([[block(cell) for cell in row] for row in rows])
    except ValueError:
        raise Refusal("the blocks of the matrix do not fit together", node.start) from None


def of_indicator(node: Indicator, scope: Scope) -> Any:
    return context.one if holds(node.condition, scope) else context.zero


# --- derivatives, limits, integrals ---


def of_derivative(node: Derivative, scope: Scope) -> Any:
    return differentiated(node.body, list(node.variables), scope, node)


def differentiated(body: Node, variables: list[Node], scope: Scope, node: Derivative) -> Any:
    if not variables:
        return of_body(body, node, scope)
    *inner, variable = variables
    base = variable.base if isinstance(variable, Component) else variable
    assert isinstance(base, Symbol)
    value = lookup(base.key, scope, base.start)
    if isinstance(variable, Component):
        places = [component_place(variable, value, scope)]
        lengths: tuple[int, ...] = ()
        if places[0] is None or (isinstance(value, np.ndarray) and len(places[0]) < value.ndim):
            start = places[0] or ()
            lengths = value.shape[len(start) :]
            places = [(*start, *rest) for rest in np.ndindex(*lengths)]
    elif isinstance(value, np.ndarray):
        lengths = value.shape
        places = list(np.ndindex(*lengths))
    else:
        lengths, places = (), [()]
    results = []
    for place in places:
        assert place is not None
        tag, moved = scope.perturb(base.key, place)
        found = differentiated(body, inner, moved, node)
        if isinstance(found, Row):
            raise Refusal("the derivative of a row; write a vector", node.start)
        results.append(slopes(found, tag))
    if not lengths:
        return results[0]
    outer = results[0].shape if isinstance(results[0], np.ndarray) else ()
    stacked = np.empty((*outer, *lengths), dtype=object)
    for place, result in zip(np.ndindex(*lengths), results, strict=True):
        index: tuple[Any, ...] = (*(slice(None) for _ in outer), *place)
        stacked[index] = result
    return stacked


def slopes(value: Any, tag: int) -> Any:
    """Return the derivatives of a number or of all entries in a direction."""
    return each(lambda x: arithmetic.slope(x, tag), value)


def component_place(variable: Component, value: Any, scope: Scope) -> tuple[int, ...]:
    if not isinstance(value, np.ndarray) or len(variable.indices) > value.ndim:
        raise Refusal(f"an index on {shape(value)}", variable.start)
    of_component(variable, scope)  # checks the indices
    firsts = first_entries(variable.base, scope)
    return tuple(
        whole(index, scope, "an index") - (firsts[n] if n < len(firsts) else 1)
        for n, index in enumerate(variable.indices)
    )


def of_body(body: Node, node: Derivative, scope: Scope) -> Any:
    """Evaluate what is differentiated; a function may stand without its arguments."""
    if not isinstance(body, FunctionName):
        return evaluate(body, scope)
    keys = {
        (v.base if isinstance(v, Component) else v).key  # type: ignore[attr-defined]
        for v in node.variables
    }
    definitions = scope.shared.definitions
    found = definitions.found.get(body.key, ())
    fitting = [d for d in found if keys <= by_parameters(d, definitions)]
    fitting = fitting or [d for d in found if keys <= definitions.reach(d.body)]
    if len(fitting) != 1:
        names = " or ".join(written(d) for d in definitions.found.get(body.key, ()))
        raise Refusal(
            f"{len(fitting)} definitions of {body.key} depend on {', '.join(sorted(keys))}; "
            f"write its arguments{': ' + names if names else ''}",
            body.start,
        )
    return scope.entries(fitting[0], scope)


def by_parameters(definition: Definition, definitions: Definitions) -> frozenset[str]:
    """Return the names on which the parameters of a function depend where it stands bare."""
    found: frozenset[str] = frozenset()
    for parameter in definition.parameters or ():
        if parameter.key:
            found |= definitions.dependencies(parameter.key)
    return found


def of_limit(node: Limit, scope: Scope) -> Any:
    shared = scope.shared
    infinite = isinstance(node.point, Constant) and node.point.name == "infinity"
    falling = (
        isinstance(node.point, Operation)
        and node.point.name == "negative"
        and node.point.operands[0] == Constant("infinity")
    )
    point = context.zero if infinite or falling else scalar(node.point, scope, "a limit's point")
    signs = {"+": [1], "-": [-1]}.get(node.side, [1, -1])
    if infinite or falling:
        signs = [1 if infinite else -1]
    found = []
    with approximation(shared, LIMIT_DIGITS):
        for sign in signs:
            for near in NEAR:
                at = divide(sign, near) if infinite or falling else point + sign * near
                # Nothing that was kept with fewer digits may be used.
                fresh = Scope(shared, {**scope.values, node.variable: at}, depth=scope.depth + 1)
                found.append(evaluate(node.body, fresh))
    return settled(found, node, f"the limit for {node.variable}")


@contextmanager
def approximation(shared: Shared, digits: int) -> Iterator[None]:
    """Evaluate with more digits at points of our own choice.

    What is met there, however large, says nothing of the size of the numbers in the equation.
    """
    digits_before, largest_before = context.dps, shared.largest
    shared.approximate = True
    context.dps = digits
    try:
        yield
    finally:
        context.dps, shared.largest = digits_before, largest_before


def agree(a: Any, b: Any) -> bool:
    """Return whether two approximations agree, with their derivatives."""
    while isinstance(a, Dual) and isinstance(b, Dual):
        if not agree(a.slope, b.slope):
            return False
        a, b = a.value, b.value
    return bool(abs(bare(a) - bare(b)) <= SETTLED * max(1, abs(bare(b))))


def settled(found: list[Any], node: Node, what: str) -> Any:
    """Return the last of several approximations, if they agree."""
    last = found[-1]
    for other in found[:-1]:
        for a, b in zip(flat(other), flat(last), strict=True):
            if not agree(a, b):
                raise Undefined(
                    f"{what} does not settle: {context.nstr(bare(a), 6)} and "
                    f"{context.nstr(bare(b), 6)}"
                )
    return each(lambda x: +x if not isinstance(x, Dual) else x, last)


def of_integral(node: Integral, scope: Scope) -> Any:
    low, high = (integral_end(end, scope) for end in (node.low, node.high))
    # Near the upper end of an interval the distance to it is a difference: (1 - x)^{b - 1}.
    infinite = any(not isinstance(end, Dual) and context.isinf(end) for end in (low, high))
    digits = context.dps if infinite else LIMIT_DIGITS

    def added(numbers: Iterable[int], step: Any) -> Any:
        total: Any = context.zero
        for number in numbers:
            x, weight = quadrature_point(number * step, low, high)
            # Nothing that was kept with fewer digits may be used.
            inner = Scope(scope.shared, {**scope.values, node.variable: x}, depth=scope.depth + 1)
            total = total + scalar(node.body, inner, "an integrand") * weight
        return total

    with approximation(scope.shared, digits):
        return quadrature(added, node)


def quadrature(added: Callable[[Iterable[int], Any], Any], node: Integral) -> Any:
    """Return the sum over ever finer points, once it no longer changes."""
    per_unit = COARSEST
    total = added(range(-5 * per_unit, 5 * per_unit + 1), context.mpf(1) / per_unit)
    before = total / per_unit
    while True:
        # Halving the step adds the points between.
        per_unit *= 2
        ends = 5 * per_unit
        total = total + added(range(1 - ends, ends, 2), context.mpf(1) / per_unit)
        now = total / per_unit
        if agree(before, now) or per_unit >= FINEST:
            return settled([before, now], node, "the integral")
        before = now


def integral_end(node: Node, scope: Scope) -> Any:
    if isinstance(node, Constant) and node.name == "infinity":
        return context.inf
    if (
        isinstance(node, Operation)
        and node.name == "negative"
        and (node.operands[0] == Constant("infinity"))
    ):
        return context.ninf
    return scalar(node, scope, "the bound of an integral")


def quadrature_point(t: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """Return a point and its weight of the double exponential rule (Takahasi and Mori, 1974)."""
    half = context.pi / 2
    inner = half * context.sinh(t)
    slope = half * context.cosh(t)
    infinite_low = not isinstance(low, Dual) and low == context.ninf
    infinite_high = not isinstance(high, Dual) and high == context.inf
    if infinite_low and infinite_high:
        return context.sinh(inner), slope * context.cosh(inner)
    if infinite_high:
        shift = context.exp(inner)
        return low + shift, slope * shift
    if infinite_low:
        shift = context.exp(inner)
        return high - shift, slope * shift
    # The distance to the nearer end keeps its digits.
    near = 1 / (1 + context.exp(2 * abs(inner)))
    weight = (high - low) * (2 * slope * near * (1 - near))
    x = low + (high - low) * near if inner < 0 else high - (high - low) * near
    return x, weight


def of_evaluated(node: Evaluated, scope: Scope) -> Any:
    own = {}
    for variable, value in node.assignments:
        if not isinstance(variable, Symbol):
            raise Refusal("a name was expected in the index of a bar", variable.start)
        own[variable.key] = evaluate(value, scope)
    return evaluate(node.body, scope.child(own))


# --- conditions ---


def holds(node: Node, scope: Scope) -> bool:
    """Return whether a condition holds."""
    if isinstance(node, Range):
        value = scope.values.get(node.variable)
        if not isinstance(value, int):
            raise Refusal(f"{node.variable} has no value here", node.start)
        low, high = range_ends(node, scope)
        return low <= value <= high
    if isinstance(node, ForAll):
        bound_here = sorted(
            {
                part.key
                for part in walk(node.condition)
                if isinstance(part, Symbol)
                and part.key not in scope.values
                and scope.shared.table.kind(part.key) == "index"
            }
        )
        ranges = tuple(q for q in node.qualifiers)
        return all(
            holds(node.condition, inner) for inner in bind(tuple(bound_here), ranges, scope, node)
        )
    if isinstance(node, Or):
        return any(holds(condition, scope) for condition in node.conditions)
    if isinstance(node, Not):
        return not holds(node.condition, scope)
    assert isinstance(node, Relation)
    values = [
        None
        if isinstance(side, SetOf) or (sign in ("in", "notin") and position)
        else evaluate(side, scope)
        for position, (side, sign) in enumerate(zip(node.sides, ("", *node.signs), strict=True))
    ]
    return all(
        related(values[k], values[k + 1], sign, node.sides[k + 1], scope)
        for k, sign in enumerate(node.signs)
    )


def related(a: Any, b: Any, sign: str, right: Node, scope: Scope) -> bool:
    """Return whether a relation between two values holds, in a condition."""
    if sign in ("in", "notin"):
        return belongs(a, right, scope) == (sign == "in")
    if isinstance(a, np.ndarray | Row) or isinstance(b, np.ndarray | Row):
        first, second = flat(a), flat(b)
        if len(second) == 1 and second[0] == 0:
            second *= len(first)
        if len(first) != len(second):
            return sign == "!="
        same = all(abs(bare(x) - bare(y)) <= SAME for x, y in zip(first, second, strict=True))
        if sign not in ("=", "!="):
            raise Refusal("an order of arrays", right.start)
        return same == (sign == "=")
    return compared(bare(a), bare(b), sign)


def compared(a: Any, b: Any, sign: str) -> bool:
    near = abs(a - b) <= SAME * max(1, abs(a), abs(b))
    if sign == "=":
        return bool(near)
    if sign == "!=":
        return not near
    if isinstance(a, context.mpc) or isinstance(b, context.mpc):
        raise Undefined("an order of complex numbers")
    if sign == "<":
        return bool(a < b)
    if sign == "<=":
        return bool(a <= b or near)
    if sign == ">":
        return bool(a > b)
    if sign == ">=":
        return bool(a >= b or near)
    raise Refusal(f"the relation {sign} is no condition")


def belongs(value: Any, of: Node, scope: Scope) -> bool:
    """Return whether a value is an element of a set."""
    if isinstance(of, Symbol):
        return int(value) in scope.values[of.key]
    assert isinstance(of, SetOf)
    if of.kind[:1] in "RNZCQ" and of.kind[0].isupper():
        return in_domain(value, of, scope)
    numbers = flat(value)
    if of.kind == "builder":
        inside = set(members(of, scope))
        return all(int(bare(x)) in inside for x in numbers)
    if of.kind in ("range", "elements"):
        if of.kind == "range":
            low, high = (whole(e, scope, "a bound") for e in of.elements)
            return all(x == context.floor(x) and low <= x <= high for x in map(bare, numbers))
        elements = [bare(scalar(e, scope, "an element")) for e in of.elements]
        return all(any(abs(bare(x) - e) <= SAME for e in elements) for x in numbers)
    low, high = (interval_end(e, scope) for e in of.elements)
    return all(
        (x > low or (of.kind[0] == "[" and x >= low))
        and (x < high or (of.kind[1] == "]" and x <= high))
        for x in map(bare, numbers)
    )


def interval_end(node: Node, scope: Scope) -> Any:
    return bare(integral_end(node, scope))


def in_domain(value: Any, of: SetOf, scope: Scope) -> bool:
    """Return whether a value is an array of numbers of a domain."""
    wanted = tuple(whole(e, scope, "a dimension") for e in of.elements)
    actual = value.shape if isinstance(value, np.ndarray) else ()
    if actual != wanted:
        return False
    numbers = [bare(x) for x in flat(value)]
    if of.kind.endswith(">0") and not all(x > 0 for x in numbers):
        return False
    if of.kind[0] in "NZ":
        return all(x == context.floor(x) and (of.kind[0] == "Z" or x >= 0) for x in numbers)
    return of.kind[0] == "C" or not any(isinstance(x, context.mpc) for x in numbers)


# Their values are worth keeping.
KEPT = frozenset({Big, Call, Moment, Integral})

EVALUATORS: dict[type[Node], Callable[[Any, Scope], Any]] = {
    Number: of_number,
    Constant: of_constant,
    Symbol: of_symbol,
    FunctionName: of_function_name,
    Component: of_component,
    Call: of_call_or_entries,
    Probability: of_probability,
    Moment: of_moment,
    Operation: of_operation,
    Big: of_big,
    Cases: of_cases,
    Matrix: of_matrix,
    Pattern: of_matrix,
    Listed: of_listed,
    Indicator: of_indicator,
    Derivative: of_derivative,
    Limit: of_limit,
    Integral: of_integral,
    Evaluated: of_evaluated,
}
