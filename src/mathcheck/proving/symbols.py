"""What the symbols of a table stand for in a proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mathcheck.definitions import Definitions
from mathcheck.kinds import Dimension, Kind
from mathcheck.kinds.classes import Onehot, Simplex
from mathcheck.kinds.matrices import Identity, Ones, Orthogonal, Spd
from mathcheck.kinds.real import Positive, Real, Unit
from mathcheck.kinds.whole import Binary, Counted, Integer, Label
from mathcheck.kinds.whole import Size as SizeKind
from mathcheck.proving.arrays import Array, Indices, Value
from mathcheck.proving.atoms import Count, Entry, Nature
from mathcheck.proving.forms import Form, Unproved, number, single
from mathcheck.proving.indices import Index, Size
from mathcheck.proving.totals import delta, entry, position
from mathcheck.symbols import Table

NATURES: Mapping[type[Kind], Nature] = {
    Real: Nature(),
    Positive: Nature(positive=True),
    Unit: Nature(positive=True, below_one=True),
    Simplex: Nature(positive=True, varies=False),
    Binary: Nature(binary=True, counting=True, varies=False),
    Integer: Nature(varies=False),
    Spd: Nature(varies=False),
    Orthogonal: Nature(varies=False),
}
DEEPEST = 40


@dataclass(frozen=True)
class Scope:
    """What names stand for at a place of a proof.

    Parameters
    ----------
    table, definitions
        The symbols and definitions that hold there.
    values : mapping
        What is put in the place of parameters and indices.
    sizes : mapping
        The sizes that stand in the places of others: of the arguments, or a number.
    """

    table: Table
    definitions: Definitions
    values: Mapping[str, Value | Index] = field(default_factory=dict)
    sizes: Mapping[str, Size] = field(default_factory=dict)
    depth: int = 0

    def child(
        self, values: Mapping[str, Value | Index], sizes: Mapping[str, Size] | None = None
    ) -> Scope:
        """Return a scope in which some names stand for something else."""
        if self.depth > DEEPEST:
            raise Unproved("definitions are nested too deeply")
        return replace(
            self,
            values={**self.values, **values},
            sizes={**self.sizes, **(sizes or {})},
            depth=self.depth + 1,
        )

    def size(self, dimension: Dimension) -> Size:
        """Return the size of a dimension."""
        if dimension.size in self.sizes:
            return replace(self.sizes[dimension.size], first=dimension.first)
        least = int(dimension.size) if dimension.size.isdecimal() else 1
        if dimension.size in self.table:
            least = self.table.type(dimension.size).low
        return Size(dimension.size, dimension.first, least)

    def index_size(self, key: str) -> Size:
        """Return the size that an index or a label counts to."""
        kind = self.table.type(key)
        if not isinstance(kind, Counted):
            raise Unproved(f"{key} is no index")
        return self.size(Dimension(kind.size, kind.first))


def of_symbol(key: str, scope: Scope) -> Value | Index:
    """Return what a name that is declared, and not defined, stands for."""
    if key in scope.values:
        return scope.values[key]
    kind = scope.table.type(key)
    sizes = tuple(map(scope.size, kind.shape))
    if isinstance(kind, Counted):
        if isinstance(kind, Label) and sizes:
            raise Unproved("an array of labels")
        return Index(key, scope.index_size(key))
    if isinstance(kind, SizeKind):
        return count(scope.size(Dimension(key)))
    if isinstance(kind, Ones):
        return Array(sizes, lambda at: number(1))
    if isinstance(kind, Identity):
        return Array(sizes, lambda at: delta(*at))
    if isinstance(kind, Onehot):
        return Array(sizes, lambda at: of_onehot(key, at, sizes))
    if type(kind) not in NATURES:
        raise Unproved(f"{key}, a {kind.kind or 'name that no table has'}")
    return of_nature(key, kind, sizes)


def of_nature(key: str, kind: Kind, sizes: tuple[Size, ...]) -> Value:
    """Return a number of the table, or an array of its entries."""
    nature = replace(NATURES[type(kind)], symmetric=kind.symmetric)
    if isinstance(kind, Simplex):
        nature = replace(nature, totals=1 if kind.rows else len(sizes))
    if isinstance(kind, Integer):
        nature = replace(nature, counting=kind.low >= 0)

    symbol = Entry(key, (), nature)

    def entry_at(at: Indices) -> Form:
        check_sizes(at, sizes)
        return entry(symbol, at)

    return Array(sizes, entry_at, symbol=symbol) if sizes else single(symbol)


def of_onehot(key: str, at: Indices, sizes: tuple[Size, ...]) -> Form:
    """Return an entry of a one-hot row: one at its class, a Kronecker delta."""
    check_sizes(at, sizes)
    return delta(at[-1], Index(key, sizes[-1], at[:-1])).by("one-hot")


def check_sizes(at: Indices, sizes: tuple[Size, ...]) -> None:
    """Stop at an index that counts something else than its place."""
    if len(at) != len(sizes) or any(i.size != s for i, s in zip(at, sizes, strict=True)):
        raise Unproved("an index that counts something else than its place")


def count(size: Size) -> Form:
    """Return how many there are, as a number or as a size."""
    return number(int(size.name)) if size.numbers is not None else single(Count(size))


def as_number(value: Value | Index) -> Value:
    """Return an index as the number that it is."""
    return position(value) if isinstance(value, Index) else value
