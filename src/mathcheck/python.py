"""The code that an equation names: one expression over the symbols and a module's public names."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any, Protocol

from mathcheck.arithmetic import Row, bare, each
from mathcheck.evaluate import Scope, lookup
from mathcheck.latex import Refusal
from mathcheck.symbols import Table, name_key, read_symbol


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
    compiled: CodeType
    names: tuple[str, ...]
    indices: tuple[str, ...]
    namespace: Mapping[str, Any]


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
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError as error:
        raise Refusal(f":python: {text} is no expression: {error.msg}") from error
    by_python: dict[str, str] = {}
    for key in sorted(place.table.entries, key=nearness):
        python = place.table.entries[key].python
        if python:
            by_python[python] = key
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    own = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    unknown = sorted(used - set(by_python) - set(place.namespace) - own)
    if unknown:
        raise Refusal(
            f":python: {text} uses {', '.join(unknown)}; expected Python names of the symbol "
            "table and public names of the module"
        )
    indices = tuple(name_key(read_symbol(i)) for i in order.split(",") if i.strip())
    compiled = compile(tree, "<:python:>", "eval")
    names = tuple(by_python[name] for name in sorted(used & set(by_python)))
    return Code(text, compiled, names, indices, place.namespace)


def python_value(code: Code, scope: Scope) -> Any:
    """Return the value of the expression at a sample, in binary64.

    Raises
    ------
    PythonError
        If the code raises; the message says what.
    """
    table = scope.shared.table
    names: dict[str, Any] = {"__builtins__": {}, **code.namespace}
    for key in code.names:
        python = table.entries[key].python
        assert python is not None
        names[python] = as_python(key, scope)
    try:
        return eval(code.compiled, names)
    except Exception as error:
        raise PythonError(f":python: {code.text} raises {type(error).__name__}: {error}") from error


def as_python(key: str, scope: Scope) -> Any:
    """Return the value of a symbol as code takes it: classes count from zero."""
    value = scope.values[key] if key in scope.values else lookup(key, scope)
    if isinstance(value, Row):
        value = value.entries
    if not isinstance(value, int | frozenset):
        value = each(bare, value)
    return scope.shared.table.type(key).python(value)
