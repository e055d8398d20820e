"""The reader: from the items of an equation to what it says, by the symbol table.

There is one reading of the whole text, or a `Refusal` that says which token, where, and what would
be read. A name is looked up before anything else: whether `f(x)` is a call or a product is decided
by the table.
"""

from collections.abc import Sequence

from mathcheck.expressions import Node
from mathcheck.latex import Item
from mathcheck.reading import arrays, brackets, calculus, declared, functions, probability
from mathcheck.reading.conditions import all_conditions
from mathcheck.reading.core import completed
from mathcheck.reading.cursor import Cursor
from mathcheck.reading.statements import Statement, is_condition, read_statements
from mathcheck.symbols import Table

# The files whose functions read the forms of the grammar.
FILES = (arrays, brackets, calculus, declared, functions, probability)

__all__ = ["Statement", "is_condition", "read_conditions", "read_expression", "read_statements"]


def read_expression(items: Sequence[Item], table: Table, end: int) -> Node:
    """Return what all items say as one expression.

    Raises
    ------
    Refusal
        If there is no reading, or more than one.
    """
    return completed(Cursor(items, table, end))


def read_conditions(items: Sequence[Item], table: Table, end: int) -> tuple[Node, ...]:
    """Return the conditions that all items say.

    Raises
    ------
    Refusal
        If there is no reading, or more than one.
    """
    cursor = Cursor(items, table, end)
    conditions = all_conditions(cursor)
    cursor.complete()
    return conditions
