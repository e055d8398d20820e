"""The symbol table of a book: what each name stands for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from mathcheck.kinds import KINDS, UNDECLARED, Dimension, Kind, listed
from mathcheck.latex import ALPHABETS, Item, Refusal, Token, canonical, is_token, read_items

EXPECTED = "symbol : type : Python name or - : meaning"
# The largest size that a table may name: samples are arrays of that many numbers.
LARGEST = 12
WRITTEN = re.compile(r"(\w+)(?: ([^\[\]]+?))?\s*(?:\[([^\[\]]*)\])?")


@dataclass(frozen=True)
class Symbol:
    """One row of the table: a name, or several that share everything else."""

    latex: str
    type: str
    python: str | None
    meaning: str


@dataclass(frozen=True)
class Entry:
    """One name with its type, and its name in Python."""

    key: str
    type: Kind
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
        try:
            symbols += [parse_row(line)] if line.strip() else []
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
    return tuple(symbols)


def parse_row(line: str) -> Symbol:
    """Return one row of a symbol table; a ValueError says what it should be."""
    cells = [cell.strip() for cell in line.split(" : ", 3)]
    if len(cells) != 4 or not all(cells):
        raise ValueError(f"got {line.strip()!r}; expected {EXPECTED}")
    latex, kind, python, meaning = cells
    return Symbol(latex, kind, None if python == "-" else python, meaning)


def parse_type(text: str) -> Kind:
    """Return what a type says.

    Raises
    ------
    ValueError
        If it is none of the types, or has not what its word needs; the message lists them.

    Examples
    --------
    >>> parse_type("onehot[n; C]").rows, parse_type("size 2..5").high
    (True, 5)
    """
    match = WRITTEN.fullmatch(text.strip())
    kind = KINDS.get(match[1]) if match else None
    try:
        if match is None or kind is None:
            raise ValueError("is none of the types")
        return kind(**parse_argument(kind, match[2] or ""), **parse_shape(kind, match[3]))
    except ValueError as error:
        raise ValueError(f"the type {text!r} {error}; the types are {listed()}") from None


def parse_argument(kind: type[Kind], text: str) -> dict[str, Any]:
    """Return what stands after the word of a type: bounds, a size, or a name."""
    if kind.argument == "bounds":
        bounds = re.fullmatch(r"(-?\d{1,3})\.\.(-?\d{1,3})", text)
        if not bounds or int(bounds[1]) > int(bounds[2]):
            raise ValueError(f"needs bounds, as in {kind.example}")
        low, high = int(bounds[1]), int(bounds[2])
        if kind.dimension and not 1 <= low <= high <= LARGEST:
            raise ValueError(f"is no size, which is a number from 1 to {LARGEST}")
        return {"low": low, "high": high}
    if bool(text) != bool(kind.argument):
        needs = f"needs a name after it, as in {kind.example}" if kind.argument else "ends there"
        raise ValueError(f"has {text or 'nothing'} after {kind.kind}, which {needs}")
    if kind.argument == "size":
        counted = parse_dimension(text)
        return {"size": counted.size, "first": counted.first}
    return {"size": name_key(read_items(text))} if text else {}


def parse_shape(kind: type[Kind], text: str | None) -> dict[str, Any]:
    """Return the dimensions that stand in brackets; a square has the same twice."""
    shape = tuple(map(parse_dimension, re.split("[,;]", text))) if text else ()
    fewest, most = kind.brackets
    if not fewest <= len(shape) <= most or (text is not None and not shape):
        expected = f"{fewest} to {most}" if fewest < most else f"{most or 'no'}"
        raise ValueError(f"has {len(shape)} sizes in brackets; expected {expected}")
    rows = ";" in (text or "")
    if rows and not (kind.by_rows and len(shape) == 2):
        raise ValueError("has rows, as by a semicolon, that are no values of their own")
    return {"shape": shape * 2 if kind.square else shape, "rows": rows}


def parse_dimension(text: str) -> Dimension:
    """Return a dimension: `C` counts from one, `0:C` from zero."""
    match = re.fullmatch(r"\s*(?:(0):)?(\S+)\s*", text)
    if not match:
        raise ValueError("has an empty size")
    size = match[2]
    if not size.isdecimal():
        size = name_key(read_items(size))
    elif not 1 <= int(size) <= LARGEST:
        raise ValueError(f"has the size {size}; a size is a number from 1 to {LARGEST}")
    return Dimension(size, 0 if match[1] else 1)


def name_key(items: Sequence[Item]) -> str:
    r"""Return the key of a name: its spelling, primes as `^{\prime}`, the lower script first."""
    found = {"_": "", "^": "", "'": ""}
    place = 1
    while place < len(items):
        sign = canonical(items[place : place + 1])
        if sign == "'":
            found[sign] += r"\prime"
            place += 1
        elif sign in ("_", "^") and not found[sign] and place + 1 < len(items):
            found[sign] = canonical(items[place + 1 : place + 2])
            place += 2
        else:
            # A name of several letters, or one that is matched as it stands.
            return canonical(items)
    return key_of(canonical(items[:1]), found["_"], found["'"] + found["^"])


def key_of(base: str, lower: str, upper: str) -> str:
    """Return the key of a base with its scripts."""
    return base + (f"_{{{lower}}}" if lower else "") + (f"^{{{upper}}}" if upper else "")


@cache
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


@cache
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


@cache
def letters_of(key: str) -> tuple[str, ...]:
    """Return the letters of a name that has several, as `KL`; none of another."""
    items = read_items(key)
    letters = tuple(i.text for i in items if isinstance(i, Token) and i.text.isalnum())
    return letters if len(letters) == len(items) > 1 else ()


@dataclass(frozen=True)
class Table:
    """All names that hold at a place of a book."""

    entries: Mapping[str, Entry]

    def extended(self, entries: Iterable[Entry]) -> "Table":
        """Return the table with these entries added, or put in the place of others."""
        return Table({**self.entries, **{entry.key: entry for entry in entries}})

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def type(self, key: str) -> Kind:
        """Return the type of a name; one that is not in the table has a type without values."""
        return self.entries[key].type if key in self.entries else UNDECLARED

    def kind(self, key: str) -> str:
        """Return the word for the type of a name, or an empty string."""
        return self.type(key).kind

    @cached_property
    def words(self) -> dict[str, list[tuple[str, ...]]]:
        """The names of several letters by their first: `KL` under `K`."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for letters in filter(None, map(letters_of, self.entries)):
            found.setdefault(letters[0], []).append(letters)
        for names in found.values():
            names.sort(key=len, reverse=True)
        return found

    @cached_property
    def arrays(self) -> dict[str, list[str]]:
        r"""The arrays by the names of their components, and of their rows."""
        found: dict[str, list[str]] = {}
        for key, entry in self.entries.items():
            if not entry.type.shape and not entry.type.defined:
                continue
            capital = lowered(key)
            row = rf"\mathbf{{{capital}}}" if key != capital and plain(key) == key else capital
            for name in dict.fromkeys((plain(key), plain(capital), capital, row)):
                if name != key:
                    found.setdefault(name, []).append(key)
        return found

    def dimensions(self, key: str) -> int | None:
        """Return how many indices an array has; `None` for a name that is not yet defined."""
        kind = self.entries[key].type
        return None if kind.defined else len(kind.shape)


def entries(symbols: Iterable[Symbol], table: Table) -> list[Entry]:
    """Return the entries of the rows of a table that extends another.

    Raises
    ------
    ValueError
        If a type is unknown, a name stands twice, or a size or distribution is not declared.
    """
    found: dict[str, Entry] = {}
    for symbol in symbols:
        found |= row_entries(symbol, found)
    whole = table.extended(found.values())
    for entry in found.values():
        check_sizes(entry, whole)
    return list(found.values())


def with_rows(table: Table, lines: Sequence[str]) -> tuple[Table, list[tuple[int, str]]]:
    """Return a table with the rows of another, and what is wrong with those that are left out.

    Parameters
    ----------
    table : Table
        What holds before.
    lines : list of str
        The lines of the table that extends it.

    Returns
    -------
    whole : Table
        The table with all rows in which nothing is wrong.
    wrong : list of (int, str)
        The lines of the others, from 1, each with the reason.
    """
    found: dict[str, Entry] = {}
    wrong: dict[int, str] = {}
    numbers: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        try:
            row = row_entries(parse_row(line), found) if line.strip() else {}
        except ValueError as error:
            wrong[number] = str(error)
            continue
        found |= row
        numbers |= dict.fromkeys(row, number)
    # A distribution without its size is left out, and with it what is drawn from it.
    while lost := without_size(found.values(), table.extended(found.values())):
        for key, reason in lost.items():
            del found[key]
            wrong.setdefault(numbers[key], reason)
    return table.extended(found.values()), sorted(wrong.items())


def without_size(new: Iterable[Entry], whole: Table) -> dict[str, str]:
    """Return the entries whose sizes or distribution a table does not have, with the reason."""
    lost = {}
    for entry in new:
        try:
            check_sizes(entry, whole)
        except ValueError as error:
            lost[entry.key] = str(error)
    return lost


def row_entries(symbol: Symbol, before: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the entries of one row by their keys, none of which may stand in a row before."""
    kind = parse_type(symbol.type)
    names = split_names(read_symbol(symbol.latex))
    pythons = [p.strip() for p in symbol.python.split(",")] if symbol.python else [None]
    if len(pythons) not in (1, len(names)) or (len(pythons) == 1 < len(names) and pythons[0]):
        raise ValueError(f"{symbol.latex}: {len(names)} names and {len(pythons)} Python names")
    found: dict[str, Entry] = {}
    for place, name in enumerate(names):
        key = name_key(name)
        if not key or key in found or key in before:
            raise ValueError(f"{symbol.latex}: the name {key or 'before a comma'} stands twice")
        python = pythons[place] if len(pythons) > 1 else pythons[0]
        if python and not python.isidentifier():
            raise ValueError(f"{symbol.latex}: {python!r} is no name in Python")
        found[key] = Entry(key, kind, python, symbol.meaning)
    return found


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
    for size in sorted(entry.type.depends):
        if not table.type(size).dimension:
            raise ValueError(f"{entry.key}: {size} is not declared as a size")
    if entry.type.variable:
        key = name_key(read_items(entry.type.size))
        if not table.type(key).distribution:
            raise ValueError(f"{entry.key}: {key} is not declared as a simplex")
