"""From the tree of an equation to forms and arrays of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from mathcheck import expressions as tree
from mathcheck.definitions import Definition
from mathcheck.expressions import (
    Component,
    Constant,
    Node,
    Number,
    Operation,
    Symbol,
)
from mathcheck.kinds import Dimension
from mathcheck.proving.arrays import (
    Array,
    Indices,
    Value,
    as_form,
    entrywise,
    stacked,
    with_entries,
)
from mathcheck.proving.atoms import Entry, Nature
from mathcheck.proving.calculus import slope
from mathcheck.proving.forms import Form, Unproved, exponential, number, single
from mathcheck.proving.indices import OPEN, Index, Size, fresh_numbers, literal
from mathcheck.proving.operations import OPERATIONS
from mathcheck.proving.sums import is_size, of_big
from mathcheck.proving.symbols import Scope, as_number, check_sizes, of_symbol
from mathcheck.proving.totals import Change, changed, delta
from mathcheck.values.calls import same_form
from mathcheck.values.derivatives import definition_without_arguments


def evaluate(node: Node, scope: Scope) -> Value:
    """Return the form of a number, or the array of forms, that an expression is.

    Raises
    ------
    Unproved
        If anything in it isn't understood.
    """
    if type(node) not in EVALUATORS:
        raise Unproved(f"{type(node).__name__.lower()} isn't understood")
    return EVALUATORS[type(node)](node, scope)


def scalar(node: Node, scope: Scope) -> Form:
    """Return the form of an expression that must be a number."""
    return as_form(evaluate(node, scope))


def index_of(node: Node, size: Size | None, scope: Scope) -> Index:
    """Return what stands as an index; a number is one of the given size."""
    if isinstance(node, Symbol):
        value = named(node.key, scope)
        if isinstance(value, Index):
            return value
        if isinstance(value, Form) and value.constant is not None and size is not None:
            node = Number(Fraction(value.constant))
    if isinstance(node, Number) and node.value.denominator == 1 and node.value >= 0 and size:
        if int(node.value) not in size.sure_numbers:
            raise Unproved("an index that may be beyond its range")
        return literal(int(node.value), size)
    raise Unproved("an index that is no name and no number")


def named(key: str, scope: Scope) -> Value | Index:
    """Return what a name stands for: a value, or the body of its definition."""
    kind = scope.table.type(key)
    definitions = scope.definitions.found.get(key)
    if key in scope.values or not (kind.defined or (not kind.kind and definitions)):
        return of_symbol(key, scope)
    if not definitions:
        raise Unproved(f"{key} is not defined")
    return entries(definitions[-1], scope)


def entries(definition: Definition, scope: Scope) -> Value:
    """Return the body of a definition, for all of its indices."""
    if definition.conditions:
        raise Unproved(f"{definition.key} is defined under a condition")
    sizes = tuple(map(scope.index_size, definition.indices))

    def body(at: Indices) -> Value:
        inner = scope.child(dict(zip(definition.indices, at, strict=True)))
        return evaluate(definition.body, inner)

    if not sizes:
        return body(())
    some = body(tuple(literal(size.first, size) for size in sizes))
    if isinstance(some, Form):
        return Array(sizes, lambda at: as_form(body(at)))
    if some.lying:
        raise Unproved("a definition of rows")
    width = len(sizes)
    return Array(
        (*sizes, *some.sizes), lambda at: as_form(with_entries(body(at[:width]), at[width:]))
    )


def of_constant(node: Constant, scope: Scope) -> Value:
    """Return e, which is its own exponential; no other constant is known."""
    if node.name != "e":
        raise Unproved(node.name)
    return exponential(number(1))


def of_name(node: Symbol, scope: Scope) -> Value:
    """Return the value of a name."""
    return as_number(named(node.key, scope))


def of_component(node: Component, scope: Scope) -> Value:
    """Return an entry of an array, or a part of it."""
    array = evaluate(node.base, scope)
    if isinstance(array, Form) or len(node.indices) > len(array.sizes):
        raise Unproved("an index on a number")
    pairs = zip(node.indices, array.sizes, strict=False)
    at = tuple(index_of(index, size, scope) for index, size in pairs)
    check_sizes(at, array.sizes[: len(at)])
    return with_entries(array, at)


def of_operation(node: Operation, scope: Scope) -> Value:
    """Return the value of an operation."""
    if node.name == "kronecker":
        return of_kronecker(node, scope)
    if node.name not in OPERATIONS:
        raise Unproved(f"{node.name} isn't understood")
    operands = [evaluate(operand, scope) for operand in node.operands]
    value: Value = OPERATIONS[node.name](*operands)
    return value


def of_kronecker(node: Operation, scope: Scope) -> Form:
    """Return one if two indices are equal, else zero."""
    one, other = node.operands
    if isinstance(one, Number):
        one, other = other, one
    first = index_of(one, None, scope)
    return delta(first, index_of(other, first.size, scope))


def of_call(node: tree.Call, scope: Scope) -> Value:
    """Return the value of a function of the symbol table."""
    if node.primes:
        raise Unproved("a prime")
    arguments = [None if a.value is None else argument(a.value, scope) for a in node.arguments]
    known = scope.definitions.found.get(node.key, ())
    fitting = [d for d in known if d.parameters is not None and same_form(d.parameters, node)]
    exact = [d for d in fitting if fits(d, arguments)]
    if len(exact) == 1:
        return entries(exact[0], bound_scope(exact[0], arguments, scope))
    [value, *others] = arguments
    if exact or others or len(fitting) != 1 or fitting[0].indices or not isinstance(value, Array):
        raise Unproved(f"{node.key} has no definition for these arguments")
    [definition] = fitting
    return entrywise(
        lambda x: as_form(entries(definition, bound_scope(definition, [x], scope))), value
    )


def argument(node: Node, scope: Scope) -> Value | Index:
    """Return an argument; an index stays one."""
    if isinstance(node, Symbol):
        return named(node.key, scope)
    return evaluate(node, scope)


def fits(definition: Definition, arguments: list[Any]) -> bool:
    """Return whether arguments have the dimensions that a definition takes."""
    for parameter, value in zip(definition.parameters or (), arguments, strict=True):
        if value is None:
            continue
        dimensions = len(value.sizes) if isinstance(value, Array) else 0
        if isinstance(value, Array) and value.lying:
            return False
        if parameter.dimensions is not None and parameter.dimensions != dimensions:
            return False
        if parameter.size and isinstance(value, Index) and parameter.size != value.size.name:
            return False
    return True


def bound_scope(definition: Definition, arguments: list[Any], scope: Scope) -> Scope:
    """Return the scope of a body: the parameters, and the sizes that they bring along."""
    values: dict[str, Value | Index] = {}
    sizes: dict[str, Size] = {}
    for parameter, value in zip(definition.parameters or (), arguments, strict=True):
        if not parameter.key:
            continue
        if parameter.squared:
            raise Unproved("a parameter that is written as a square")
        values[parameter.key] = value
        if isinstance(value, Array) and parameter.key in definition.table:
            shape = definition.table.type(parameter.key).shape
            for dimension, size in zip(shape, value.sizes, strict=False):
                if size.name != (dimension.size if dimension.size.isdecimal() else size.name):
                    raise Unproved("an array of another size than the definition takes")
                if sizes.setdefault(dimension.size, size).name != size.name:
                    raise Unproved("arrays of different sizes for one size of a definition")
    return scope.child(values, sizes)


def of_derivative(node: tree.Derivative, scope: Scope) -> Value:
    """Return a derivative; its shape is that of the body followed by those of the variables.

    What it is taken by is a symbol of its own inside of the body: an argument that was given
    before does not move with it, but a name that is defined by it does.
    """
    keys = dict.fromkeys(base_of(variable).key for variable in node.variables)
    meanings = {key: named(key, scope) for key in keys}
    symbols = {key: as_symbol(key, meaning) for key, meaning in meanings.items()}
    inner = scope.child(symbols)
    value = body_of(node, inner)
    for variable in node.variables:
        value = derived(value, variable, inner)
    for key, meaning in meanings.items():
        value = with_meaning(value, entry_of(symbols[key]), meaning)
    return value


def base_of(variable: Node) -> Symbol:
    """Return the symbol by which, or by an entry of which, something is differentiated."""
    base = variable.base if isinstance(variable, Component) else variable
    if not isinstance(base, Symbol):
        raise Unproved("a derivative with respect to what is no symbol")
    return base


def as_symbol(key: str, meaning: Value | Index) -> Value:
    """Return what stands for a name while something is differentiated with respect to it.

    Nothing is known of its entries but what is known of those of a symbol of the table.
    """
    if isinstance(meaning, Index):
        raise Unproved("a derivative with respect to an index")
    known = entry_of(meaning)
    name = f"{key}{OPEN}{next(fresh_numbers)}"
    symbol = Entry(name, (), known.nature if known and known.name == key else Nature())
    if isinstance(meaning, Form):
        return single(symbol)
    return Array(meaning.sizes, lambda at: single(replace(symbol, indices=at)), symbol=symbol)


def entry_of(value: Value) -> Entry | None:
    """Return the entry that a number is, or of which an array consists, if there is one."""
    if isinstance(value, Array):
        return value.symbol
    if len(value.terms) == 1:
        ((monomial, coefficient),) = value.terms.items()
        atom, power = monomial[0] if len(monomial) == 1 else (None, 0)
        if isinstance(atom, Entry) and coefficient == power == 1 and not atom.indices:
            return atom
    return None


def with_meaning(value: Value, symbol: Any, meaning: Any) -> Value:
    """Return a value with the entries of a symbol replaced by what it stands for."""

    def leaf(atom: Any) -> Form:
        if isinstance(atom, Entry) and atom.name == symbol.name:
            return as_form(with_entries(meaning, atom.indices) if atom.indices else meaning)
        return single(atom)

    return entrywise(lambda x: changed(x, Change(leaf, (f"{symbol.name}[",))), value)


def derived(value: Value, variable: Node, scope: Scope) -> Value:
    """Return the derivative of a value by a symbol, an entry of one, or a part of one."""
    symbol = evaluate(base_of(variable), scope)
    name = entry_of(symbol)
    if name is None:
        raise Unproved("a derivative with respect to what is no symbol")
    if isinstance(symbol, Form):
        return entrywise(lambda x: slope(x, name), value)
    start = tuple(
        index_of(index, size, scope)
        for index, size in zip(getattr(variable, "indices", ()), symbol.sizes, strict=False)
    )
    rest = symbol.sizes[len(start) :]
    if isinstance(value, Array) and value.lying:
        raise Unproved("the derivative of a row")
    outer = value.sizes if isinstance(value, Array) else ()

    def entry(at: Indices) -> Form:
        inside = as_form(with_entries(value, at[: len(outer)])) if outer else as_form(value)
        return slope(inside, replace(name, indices=(*start, *at[len(outer) :])))

    return Array((*outer, *rest), entry) if (*outer, *rest) else entry(())


def body_of(node: tree.Derivative, scope: Scope) -> Value:
    """Return what is differentiated; a function may stand without its arguments."""
    if not isinstance(node.body, tree.FunctionName):
        return evaluate(node.body, scope)
    return entries(definition_without_arguments(node, scope.definitions), scope)


def of_evaluated(node: tree.Evaluated, scope: Scope) -> Value:
    """Return an expression at given values of names."""
    values = {base_of(name).key: as_number(argument(at, scope)) for name, at in node.assignments}
    return evaluate(node.body, scope.child(values))


def of_matrix(node: tree.Matrix, scope: Scope) -> Value:
    """Return a matrix whose cells are all written."""
    return stacked([[scalar(cell, scope) for cell in row] for row in node.rows])


def of_pattern(node: tree.Pattern, scope: Scope) -> Value:
    """Return a column or a matrix with dots, from the first entry to the last."""
    keys = [span.variable for span in node.ranges]
    sizes = tuple(size_of_range(span, scope) for span in node.ranges)
    return Array(sizes, lambda at: scalar(node.body, scope.child(dict(zip(keys, at, strict=True)))))


def size_of_range(span: tree.Range, scope: Scope) -> Size:
    """Return the size of dots that go from 1 to a size."""
    high = span.high
    if span.low == Number(Fraction(1)) and isinstance(high, Symbol) and is_size(high.key, scope):
        return scope.size(Dimension(high.key))
    raise Unproved("dots that do not go from 1 to a size")


EVALUATORS: Mapping[type[Node], Callable[[Any, Scope], Value]] = {
    Number: lambda node, scope: number(node.value),
    Constant: of_constant,
    Symbol: of_name,
    Component: of_component,
    Operation: of_operation,
    tree.Call: of_call,
    tree.Big: lambda node, scope: of_big(node, scope, evaluate, index_of),
    tree.Derivative: of_derivative,
    tree.Evaluated: of_evaluated,
    tree.Matrix: of_matrix,
    tree.Pattern: of_pattern,
}
