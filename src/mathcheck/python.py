"""The code that an equation names: an expression over symbols and functions.

Python does not run it. The few forms that an expression may have are evaluated here one by one,
so that a text that somebody else wrote can do no more than call the public functions of a module
and some of NumPy.
"""

import ast
import operator
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType, ModuleType
from typing import Any, Protocol

import numpy as np

from mathcheck.latex import Refusal
from mathcheck.numbers.arrays import Row, each
from mathcheck.numbers.duals import bare
from mathcheck.symbols import Table, name_key, read_symbol
from mathcheck.values import Scope, lookup

# What an expression may ask of an array; some of the other attributes write files.
OF_ARRAYS = frozenset(
    {"T", "all", "any", "argmax", "argmin", "argsort", "copy", "cumprod", "cumsum", "diagonal"}
    | {"dot", "max", "mean", "min", "ndim", "prod", "ravel", "reshape", "shape", "size", "std"}
    | {"sum", "trace", "transpose", "var"}
)
# NumPy's functions that an expression may call without a module; they take numbers and arrays.
ELEMENTARY: Mapping[str, Any] = {
    name: getattr(np, name)
    for name in ("abs", "exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh")
}
# Of these some compare, and so do these of NumPy.
DECIDING = frozenset(
    {"all", "any", "argmax", "argmin", "argsort", "max", "min", "where", "sign", "clip", "floor"}
    | {"ceil", "round", "rint", "count_nonzero", "nonzero", "heaviside", "maximum", "minimum"}
    | {"isclose", "allclose", "unique", "sort", "searchsorted", "select", "piecewise"}
)
# The binary digits that a power of whole numbers may have.
LARGEST_POWER = 4096


class PythonError(ValueError):
    """The code can't be run."""


class Place(Protocol):
    """Where an expression stands: which symbols and public names it may use."""

    @property
    def table(self) -> Table:
        """The symbols."""

    @property
    def namespace(self) -> Mapping[str, Any]:
        """The public names."""


@dataclass(frozen=True)
class Code:
    """An expression; `names` are the symbols that it uses, `indices` those that index it."""

    text: str
    tree: ast.expr
    names: tuple[str, ...]
    indices: tuple[str, ...]
    namespace: Mapping[str, Any]

    @cached_property
    def numbers(self) -> frozenset[float]:
        """The sizes of the numbers that are written in it, but zero."""
        constants = (node.value for node in ast.walk(self.tree) if isinstance(node, ast.Constant))
        numbers = (abs(value) for value in constants if isinstance(value, int | float))
        return frozenset(float(value) for value in numbers if 0 < value <= sys.float_info.max)

    @property
    def decides(self) -> bool:
        """Whether it compares, so that it may be wrong where numbers are zero or equal alone."""
        nodes = list(ast.walk(self.tree))
        names = (getattr(node, "attr", getattr(node, "id", "")) for node in nodes)
        forms = ast.Compare | ast.BoolOp | ast.Mod | ast.FloorDiv
        compares = any(isinstance(node, forms) for node in nodes)
        return compares or not DECIDING.isdisjoint(names)


def compile_expression(
    text: str, place: Place, nearness: Callable[[str], tuple[bool, ...]]
) -> Code:
    """Return the expression of a `:python:` option.

    Of several symbols with the same Python name the one is meant whose `nearness` is largest.

    Raises
    ------
    Refusal
        If it is no expression, or uses a name that is neither a symbol's nor public.
    """
    expression, _, order = text.partition(" @ ")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Refusal(f":python: {text} is no expression: {error}") from error
    forbidden = next(filter(None, map(not_allowed, ast.walk(tree))), "")
    if forbidden:
        raise Refusal(
            f":python: {text} has {forbidden}; expected calls of public names of the module, "
            "arithmetic, comparisons, indices, numbers and texts"
        )
    by_python: dict[str, str] = {}
    for key in sorted(place.table.entries, key=nearness):
        python = place.table.entries[key].python
        if python:
            by_python[python] = key
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    functions = {**ELEMENTARY, **place.namespace}
    unknown = sorted(used - set(by_python) - set(functions))
    if unknown:
        raise Refusal(
            f":python: {text} uses {', '.join(unknown)}; expected Python names of the symbol "
            f"table, public names of the module and {', '.join(ELEMENTARY)}"
        )
    indices = tuple(name_key(read_symbol(i)) for i in order.split(",") if i.strip())
    names = tuple(by_python[name] for name in sorted(used & set(by_python)))
    return Code(text, tree, names, indices, functions)


def python_value(code: Code, scope: Scope) -> Any:
    """Return the value of the expression at a sample, in binary64.

    Raises
    ------
    PythonError
        If the code raises; the message says what.
    """
    table = scope.shared.table
    names: dict[str, Any] = dict(code.namespace)
    for key in code.names:
        python = table.entries[key].python
        assert python is not None
        names[python] = as_python(key, scope)
    try:
        return value_of(code.tree, names)
    except Exception as error:
        raise PythonError(f":python: {code.text} raises {type(error).__name__}: {error}") from error


def not_allowed(node: ast.AST) -> str:
    """Return what in an expression is not evaluated, or an empty string."""
    if isinstance(node, ast.expr) and type(node) not in FORMS:
        return f"{ast.unparse(node)}, which is not evaluated"
    if isinstance(node, ast.operator | ast.unaryop | ast.cmpop) and type(node) not in OPERATORS:
        return f"the operator {type(node).__name__}, which is not evaluated"
    if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        return f"the attribute {node.attr}, which is not public"
    if isinstance(node, ast.keyword) and node.arg is None:
        return "two stars, which are not evaluated"
    return ""


def power(base: Any, exponent: Any) -> Any:
    """Return a power; one of whole numbers has not too many digits."""
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and base.bit_length() * abs(exponent) > LARGEST_POWER:
        raise ValueError("a power that is too large")
    return base**exponent


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.MatMult: operator.matmul,
    ast.Pow: power,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def value_of(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return the value of an expression."""
    return FORMS[type(node)](node, names)


def optional(node: ast.expr | None, names: Mapping[str, Any]) -> Any:
    """Return the value of a part that may be left out."""
    return None if node is None else value_of(node, names)


def operated(sign: ast.AST, *operands: Any) -> Any:
    """Return the value of an operation on numbers and arrays: texts and lists have none."""
    for operand in operands:
        if isinstance(operand, str | bytes | list | tuple):
            raise TypeError(f"arithmetic with a {type(operand).__name__}")
    return OPERATORS[type(sign)](*operands)


def compared(node: ast.Compare, names: Mapping[str, Any]) -> Any:
    """Return the value of a comparison of two."""
    if len(node.ops) > 1:
        raise TypeError("a chain of comparisons")
    return operated(node.ops[0], value_of(node.left, names), value_of(node.comparators[0], names))


def attribute(node: ast.Attribute, names: Mapping[str, Any]) -> Any:
    """Return a public attribute of what the module has made, or one of an array."""
    of = value_of(node.value, names)
    if isinstance(of, ModuleType | FunctionType | str | bytes):
        raise TypeError(f"{ast.unparse(node)} asks for an attribute of a {type(of).__name__}")
    if isinstance(of, np.ndarray | np.generic) and node.attr not in OF_ARRAYS:
        raise TypeError(f"an array has no {node.attr} here; it has {', '.join(sorted(OF_ARRAYS))}")
    return getattr(of, node.attr)


def called(node: ast.Call, names: Mapping[str, Any]) -> Any:
    """Return what a function returns."""
    arguments = [value_of(argument, names) for argument in node.args]
    named = {str(keyword.arg): value_of(keyword.value, names) for keyword in node.keywords}
    return value_of(node.func, names)(*arguments, **named)


FORMS: dict[type[ast.AST], Callable[[Any, Mapping[str, Any]], Any]] = {
    ast.Name: lambda node, names: names[node.id],
    ast.Constant: lambda node, names: node.value,
    ast.Tuple: lambda node, names: tuple(value_of(entry, names) for entry in node.elts),
    ast.List: lambda node, names: [value_of(entry, names) for entry in node.elts],
    ast.UnaryOp: lambda node, names: operated(node.op, value_of(node.operand, names)),
    ast.BinOp: lambda node, names: operated(
        node.op, value_of(node.left, names), value_of(node.right, names)
    ),
    ast.Compare: compared,
    ast.Call: called,
    ast.Attribute: attribute,
    ast.Subscript: lambda node, names: value_of(node.value, names)[value_of(node.slice, names)],
    ast.Slice: lambda node, names: slice(
        optional(node.lower, names), optional(node.upper, names), optional(node.step, names)
    ),
}


def as_python(key: str, scope: Scope) -> Any:
    """Return the value of a symbol as code takes it: classes count from zero."""
    value = scope.values[key] if key in scope.values else lookup(key, scope)
    if isinstance(value, Row):
        value = value.entries
    if not isinstance(value, int | frozenset):
        value = each(bare, value)
    return scope.shared.table.type(key).python(value)
