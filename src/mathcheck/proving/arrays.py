"""Numbers and arrays of forms: an array is a function from indices to forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mathcheck.proving.atoms import Entry
from mathcheck.proving.forms import Form, Unproved, power_of
from mathcheck.proving.indices import Index, Size, literal, opened
from mathcheck.proving.totals import delta, total

Indices = tuple[Index, ...]


@dataclass(frozen=True)
class Array:
    """A vector or matrix, or one row; `symbol` is an entry of it if it is a name of the table."""

    sizes: tuple[Size, ...]
    entry: Callable[[Indices], Form]
    lying: bool = False
    symbol: Entry | None = None


Value = Form | Array


def summed(size: Size, term: Callable[[Index], Form], numbers: range | None = None) -> Form:
    """Return the sum of a term over an index: over all its values, or over numbers one by one."""
    numbers = size.numbers if numbers is None else numbers
    if numbers is None:
        index = opened(size)
        return total(term(index), index)
    return sum((term(literal(n, size)) for n in numbers), Form()).by("sum-in-full")


def entrywise(function: Callable[[Form], Form], value: Value) -> Value:
    """Return a function of a number, or of each entry of an array."""
    if isinstance(value, Form):
        return function(value)
    return Array(value.sizes, lambda at: function(value.entry(at)), value.lying)


def both(function: Callable[[Form, Form], Form], a: Value, b: Value) -> Value:
    """Return a function of two numbers, or of the entries of two arrays of one shape."""
    if isinstance(a, Form) and isinstance(b, Form):
        return function(a, b)
    if isinstance(a, Form) or isinstance(b, Form) or (a.sizes, a.lying) != (b.sizes, b.lying):
        raise Unproved("arrays of different shapes")
    return Array(a.sizes, lambda at: function(a.entry(at), b.entry(at)), a.lying)


def as_form(value: Value) -> Form:
    """Return a value that must be a number."""
    if not isinstance(value, Form):
        raise Unproved("an array in the place of a number")
    return value


def added(a: Value, b: Value) -> Value:
    """Return a sum."""
    return both(lambda x, y: x + y, a, b)


def times(a: Value, b: Value) -> Value:
    """Return the product of what stands side by side."""
    if isinstance(a, Form):
        return entrywise(lambda x: a * x, b)
    if isinstance(b, Form):
        return entrywise(lambda x: x * b, a)
    if b.lying:
        if a.lying or len(a.sizes) != 1:
            raise Unproved("a product of rows")
        return Array((*a.sizes, *b.sizes), lambda at: a.entry(at[:1]) * b.entry(at[1:]))
    if a.sizes[-1] != b.sizes[0] or (len(a.sizes) == 1 and not a.lying):
        raise Unproved("arrays that do not fit")
    rows = () if a.lying else a.sizes[:-1]
    sizes = (*rows, *b.sizes[1:])

    def entry(at: Indices) -> Form:
        return summed(
            b.sizes[0], lambda i: a.entry((*at[: len(rows)], i)) * b.entry((i, *at[len(rows) :]))
        )

    return Array(sizes, entry, a.lying and len(sizes) == 1) if sizes else entry(())


def dotted(a: Value, b: Value) -> Value:
    """Return the product with a dot: of two vectors the inner product."""
    if isinstance(a, Array) and isinstance(b, Array) and len(a.sizes) == len(b.sizes) == 1:
        return inner(a, b)
    return times(a, b)


def inner(a: Value, b: Value) -> Form:
    """Return the sum of the products of all entries of two arrays of one shape."""
    return entry_total(both(lambda x, y: x * y, standing(a), standing(b)))


def entry_total(value: Value) -> Form:
    """Return the sum of all entries of an array."""
    if isinstance(value, Form):
        raise Unproved("a number in the place of an array")
    size, *rest = value.sizes
    if not rest:
        return summed(size, lambda i: value.entry((i,)))
    return summed(size, lambda i: entry_total(Array(tuple(rest), lambda at: value.entry((i, *at)))))


def standing(value: Value) -> Value:
    """Return a row as a vector."""
    return Array(value.sizes, value.entry) if isinstance(value, Array) else value


def transposed(value: Value) -> Value:
    """Return a matrix turned over, a row from a vector, a vector from a row."""
    if isinstance(value, Form):
        return value
    if len(value.sizes) == 1:
        return Array(value.sizes, value.entry, not value.lying)
    if len(value.sizes) != 2:
        raise Unproved("a transpose of many dimensions")
    return Array(value.sizes[::-1], lambda at: value.entry(at[::-1]))


def diagonal(value: Value) -> Array:
    """Return the diagonal matrix of a vector, or the diagonal of a matrix."""
    if isinstance(value, Form) or value.lying or len(set(value.sizes)) != 1:
        raise Unproved("a diagonal of no square matrix")
    if len(value.sizes) == 1:
        sizes = value.sizes * 2
        return Array(sizes, lambda at: delta(*at) * value.entry(at[:1]))
    return Array(value.sizes[:1], lambda at: value.entry(at * 2))


def squares(value: Value) -> Form:
    """Return the sum of the squares of all entries of an array."""
    return entry_total(entrywise(lambda x: power_of(x, 2), value))


def with_entries(value: Value, at: Indices) -> Value:
    """Return the entry of an array at indices, or the part of it that they leave."""
    if isinstance(value, Form) or value.lying or len(at) > len(value.sizes):
        raise Unproved("an index on a number")
    sizes = value.sizes[len(at) :]
    if not sizes:
        return value.entry(at)
    return Array(sizes, lambda rest: value.entry((*at, *rest)))


def stacked(rows: list[list[Form]]) -> Array:
    """Return a vector, a row or a matrix of forms that are all written."""

    def entry(at: Indices) -> Form:
        if not all(index.literal for index in at):
            raise Unproved("an entry of a matrix in full whose index is no number")
        places = [int(index.name) - 1 for index in at]
        return rows[places[0]][places[1]] if len(places) == 2 else cells[places[0]]

    cells = [cell for row in rows for cell in row]
    height, width = (Size(str(len(part))) for part in (rows, rows[0]))
    if len(rows) == 1 < len(rows[0]):
        return Array((width,), entry, lying=True)
    return Array((height,) if len(rows[0]) == 1 else (height, width), entry)
