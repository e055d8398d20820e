"""The symbol table of a book: what each name stands for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mathcheck.latex import (
    ALPHABETS,
    Item,
    Refusal,
    Token,
    canonical,
    is_token,
    read_items,
)

EXPECTED = "symbol : type : Python name or - : meaning"
TYPES = (
    "size a..b, index S, label S, integer a..b, binary, real, positive, unit, simplex[C], "
    "onehot[C], spd[D], orthogonal[D], ones[C], identity[C], kronecker, set C, variable p, "
    "function, name, opaque"
)
# The largest size that a table may name: samples are arrays of that many numbers.
LARGEST = 12
SAMPLED = frozenset(
    {"label", "integer", "binary", "real", "positive", "unit", "simplex", "onehot", "spd"}
    | {"orthogonal", "set"}
)


@dataclass(frozen=True)
class Symbol:
    """One row of the table: a name, or several that share everything else."""

    latex: str
    type: str
    python: str | None
    meaning: str


@dataclass(frozen=True)
class Dimension:
    """One dimension of an array: how many entries, and the number of the first."""

    size: str
    first: int = 1


@dataclass(frozen=True)
class Type:
    """What a symbol may stand for.

    `size` is the number that an index or label counts to, or the distribution of a variable;
    `low` and `high` bound a size or an integer; `rows` says that each row is a sample of its own.
    """

    kind: str
    shape: tuple[Dimension, ...] = ()
    size: str = ""
    first: int = 1
    low: int = 0
    high: int = 0
    rows: bool = False


@dataclass(frozen=True)
class Entry:
    """One name with its type, and its name in Python."""

    key: str
    type: Type
    python: str | None
    meaning: str = ""


def parse_symbols(lines: Sequence[str]) -> tuple[Symbol, ...]:
    r"""Return the rows of a symbol table; blank lines separate nothing.

    Parameters
    ----------
    lines : list of str
        The lines of the table.

    Raises
    ------
    ValueError
        If a row has not four columns; the message has the number of its line, from 1.

    Examples
    --------
    >>> parse_symbols([r"\tau : positive : tau : the temperature"])[0].meaning
    'the temperature'
    """
    symbols = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split(" : ", 3)]
        if len(cells) != 4 or not all(cells):
            raise ValueError(f"line {number}: got {line.strip()!r}; expected {EXPECTED}")
        latex, kind, python, meaning = cells
        symbols.append(Symbol(latex, kind, None if python == "-" else python, meaning))
    return tuple(symbols)


def parse_type(text: str) -> Type:
    """Return what a type says.

    Raises
    ------
    ValueError
        If it is none of the types; the message lists them.

    Examples
    --------
    >>> parse_type("onehot[n; C]").rows, parse_type("size 2..5").high
    (True, 5)
    """
    match = re.fullmatch(r"(\w+)(?: ([^\[\]]+?))?\s*(?:\[([^\[\]]*)\])?", text.strip())
    if not match:
        raise ValueError(f"the type {text!r} is none of: {TYPES}")
    kind, argument, shape = match.groups()
    dimensions = tuple(parse_dimension(d, text) for d in re.split("[,;]", shape)) if shape else ()
    rows = ";" in (shape or "")
    if kind in ("size", "integer"):
        bounds = re.fullmatch(r"(-?\d{1,3})\.\.(-?\d{1,3})", argument or "")
        if not bounds or int(bounds[1]) > int(bounds[2]):
            raise ValueError(f"the type {text!r} needs bounds, as in {kind} 2..5")
        low, high = int(bounds[1]), int(bounds[2])
        if kind == "size" and not (low >= 1 and high <= LARGEST and not shape):
            raise ValueError(f"the type {text!r}: a size is a number from 1 to {LARGEST}")
        return Type(kind, dimensions, low=low, high=high)
    if kind in ("index", "label", "set", "variable"):
        if not argument or (shape and kind != "label"):
            raise ValueError(
                f"the type {text!r} needs the name of what it counts to or is drawn from"
            )
        counted = parse_dimension(argument, text) if kind != "variable" else Dimension(argument)
        return Type(kind, dimensions, size=counted.size, first=counted.first)
    needed = {"simplex": (1, 2), "onehot": (1, 2), "ones": (1, 2), "spd": (1, 1)}
    needed |= {"orthogonal": (1, 1), "identity": (1, 1)}
    free = {"binary": (0, 3), "real": (0, 3), "positive": (0, 3), "unit": (0, 3)}
    bare = dict.fromkeys(("kronecker", "function", "name", "opaque"), (0, 0))
    known = needed | free | bare
    if kind not in known or argument:
        raise ValueError(f"the type {text!r} is none of: {TYPES}")
    fewest, most = known[kind]
    if not fewest <= len(dimensions) <= most:
        raise ValueError(f"the type {text!r} has too few or too many dimensions; types: {TYPES}")
    return Type(kind, dimensions, rows=rows)


def parse_dimension(text: str, whole: str) -> Dimension:
    """Return a dimension: `C` counts from one, `0:C` from zero."""
    match = re.fullmatch(r"\s*(?:(0):)?(\S+)\s*", text)
    if not match:
        raise ValueError(f"the type {whole!r} has an empty dimension")
    size = match[2]
    if size.isdecimal():
        if not 1 <= int(size) <= LARGEST:
            raise ValueError(f"the type {whole!r}: a size is a number from 1 to {LARGEST}")
    else:
        size = name_key(read_items(size))
    return Dimension(size, 0 if match[1] else 1)


def name_key(items: Sequence[Item]) -> str:
    r"""Return the key of a name: its spelling, primes as `^{\prime}`, the lower script first."""
    base, lower, upper, rest = scripts(items, 0)
    if rest != len(items) or not items:
        # A name of several letters, or one that is matched as it stands.
        return canonical(items)
    return key_of(base, lower, upper)


def key_of(base: str, lower: str | None, upper: str | None) -> str:
    """Return the key of a base with its scripts."""
    return base + (f"_{{{lower}}}" if lower else "") + (f"^{{{upper}}}" if upper else "")


def scripts(items: Sequence[Item], at: int) -> tuple[str, str | None, str | None, int]:
    """Return the spelling of the item and of its scripts, and where they end."""
    if at >= len(items):
        return "", None, None, at
    base, lower, upper = canonical(items[at : at + 1]), None, None
    at += 1
    primes = ""
    while at < len(items):
        if is_token(items[at], "'"):
            primes += r"\prime"
            at += 1
        elif is_token(items[at], "_") and lower is None and at + 1 < len(items):
            lower = canonical(items[at + 1 : at + 2])
            at += 2
        elif is_token(items[at], "^") and upper is None and at + 1 < len(items):
            upper = canonical(items[at + 1 : at + 2])
            at += 2
        else:
            break
    return base, lower, (primes + (upper or "")) or None, at


def plain(key: str) -> str:
    r"""Return the name of the components of an array: `z` of `\mathbf{z}`."""
    for alphabet in ALPHABETS:
        key = re.sub(re.escape(alphabet) + r"\{([^{}]*)\}", r"\1", key)
    return key


def guessed_dimensions(key: str) -> int | None:
    """Return how many indices a name has by its print: bold one, or two if it is a capital."""
    letter = plain(key)
    if letter == key:
        return None
    return 2 if lowered(letter) != letter else 1


def lowered(key: str) -> str:
    r"""Return the key with its capital made small: `\mathbf{x}` of `\mathbf{X}`."""
    small = re.sub(
        r"\\(Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega)(?![A-Za-z])",
        lambda m: "\\" + m[1].lower(),
        key,
    )
    if small != key:
        return small
    return re.sub(r"(?<![A-Za-z\\])[A-Z](?![A-Za-z])", lambda m: m[0].lower(), key, count=1)


@dataclass(frozen=True)
class Table:
    """All names that hold at a place of a book."""

    entries: Mapping[str, Entry]

    def extended(self, entries: Iterable[Entry]) -> "Table":
        """Return the table with these entries added, or put in the place of others."""
        return Table({**self.entries, **{entry.key: entry for entry in entries}})

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def kind(self, key: str) -> str:
        """Return the kind of a name, or an empty string."""
        return self.entries[key].type.kind if key in self.entries else ""

    @cached_property
    def words(self) -> dict[str, list[tuple[str, ...]]]:
        """The names of several letters by their first: `KL` under `K`."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for key in self.entries:
            items = read_items(key)
            letters = tuple(i.text for i in items if isinstance(i, Token) and i.text.isalnum())
            if len(items) > 1 and len(letters) == len(items):
                found.setdefault(letters[0], []).append(letters)
        for names in found.values():
            names.sort(key=len, reverse=True)
        return found

    @cached_property
    def arrays(self) -> dict[str, list[str]]:
        r"""The arrays by the names of their components, and of their rows."""
        found: dict[str, list[str]] = {}
        for key, entry in self.entries.items():
            if not entry.type.shape and entry.type.kind != "name":
                continue
            capital = lowered(key)
            row = rf"\mathbf{{{capital}}}" if key != capital and plain(key) == key else capital
            for name in dict.fromkeys((plain(key), plain(capital), capital, row)):
                if name != key:
                    found.setdefault(name, []).append(key)
        return found

    def dimensions(self, key: str) -> int | None:
        """Return how many indices an array has; `None` for a name that is not yet defined."""
        entry = self.entries[key]
        if entry.type.kind == "name":
            return None
        square = entry.type.kind in ("spd", "orthogonal", "identity")
        return 2 if square else len(entry.type.shape)


def entries(symbols: Iterable[Symbol], table: Table) -> list[Entry]:
    """Return the entries of the rows of a table that extends another.

    Raises
    ------
    ValueError
        If a type is unknown, a name stands twice, or a size or distribution is not declared.
    """
    found: dict[str, Entry] = {}
    for symbol in symbols:
        kind = parse_type(symbol.type)
        names = split_names(read_symbol(symbol.latex))
        pythons = [p.strip() for p in symbol.python.split(",")] if symbol.python else [None]
        if len(pythons) not in (1, len(names)) or (len(pythons) == 1 < len(names) and pythons[0]):
            raise ValueError(f"{symbol.latex}: {len(names)} names and {len(pythons)} Python names")
        for place, name in enumerate(names):
            key = name_key(name)
            if not key or key in found:
                raise ValueError(f"{symbol.latex}: the name {key or 'before a comma'} stands twice")
            python = pythons[place] if len(pythons) > 1 else pythons[0]
            if python and not python.isidentifier():
                raise ValueError(f"{symbol.latex}: {python!r} is no name in Python")
            found[key] = Entry(key, kind, python, symbol.meaning)
    whole = table.extended(found.values())
    for entry in found.values():
        check_sizes(entry, whole)
    return list(found.values())


def read_symbol(latex: str) -> tuple[Item, ...]:
    """Return the items of a left cell."""
    try:
        return read_items(latex)
    except Refusal as error:
        raise ValueError(f"{latex}: {error.message}") from error


def split_names(items: Sequence[Item]) -> list[list[Item]]:
    """Return the names of a left cell, which commas at the top level separate."""
    names: list[list[Item]] = [[]]
    for item in items:
        if is_token(item, ","):
            names.append([])
        else:
            names[-1].append(item)
    return names


def check_sizes(entry: Entry, table: Table) -> None:
    """Refuse an entry whose sizes or distribution the table does not have."""
    for dimension in entry.type.shape:
        if not dimension.size.isdecimal() and table.kind(dimension.size) != "size":
            raise ValueError(f"{entry.key}: {dimension.size} is not declared as a size")
    if entry.type.kind in ("index", "label", "set"):
        size = entry.type.size
        if not size.isdecimal() and table.kind(size) != "size":
            raise ValueError(f"{entry.key}: {size} is not declared as a size")
    if entry.type.kind == "variable":
        key = name_key(read_items(entry.type.size))
        if table.kind(key) not in ("simplex", "name"):
            raise ValueError(f"{entry.key}: {key} is not declared as a simplex")
