"""What the playground opens: each displayed equation of a book, with all that it stands on.

An equation means something only with the rows of the symbol tables and the definitions before it.
Those that it uses are found as the checker finds them, and written as an author would write them.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mathcheck.book import at_chapter, extended
from mathcheck.checking.equation import Context, Reading, read
from mathcheck.contents import NOTATION
from mathcheck.definitions import Definition
from mathcheck.documents import Document, Equation, SymbolTable, document_of
from mathcheck.expressions import Call, FunctionName, Node, walk
from mathcheck.expressions import Symbol as SymbolNode
from mathcheck.modules import module_namespace
from mathcheck.symbols import Symbol, Table, entries, parse_symbols
from mathcheck.values.calls import same_form
from mathcheck.values.scope import CRASHES


@dataclass(frozen=True)
class Row:
    """A name of a symbol table, with the row that declares it."""

    name: str
    python: str | None
    row: Symbol


@dataclass(frozen=True, eq=False)
class Source:
    """A definition, and the equation that it comes from."""

    definition: Definition
    equation: Equation
    reading: Reading


@dataclass
class Reader:
    """What holds at a place of a book, and where it came from."""

    place: Context
    rows: dict[str, Row] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)


def opened(documents: Sequence[Document], module: str) -> Iterator[tuple[Document, dict[str, Any]]]:
    """Yield the displayed equations that have a label, each as the playground opens it.

    Parameters
    ----------
    documents : sequence of Document
        A book in reading order.
    module : str
        The module whose names its equations use.
    """
    namespace, _ = module_namespace(module)
    reader = Reader(Context(namespace=namespace))
    book, rows = reader.place.table, reader.rows
    for document in documents:
        reader.place, reader.rows = at_chapter(reader.place, book), dict(rows)
        for part in document.parts:
            if isinstance(part, SymbolTable):
                add_rows(reader, part)
                continue
            reading = reading_of(part, reader.place)
            if part.display and part.label and not part.unchecked:
                yield document, described(part, reading, reader)
            if reading:
                note_definitions(reader, part, reading)
        if document.path.stem == NOTATION:
            book, rows = reader.place.table, reader.rows


def reading_of(equation: Equation, place: Context) -> Reading | None:
    """Return what an equation says, or nothing if it can't be read or is not to be."""
    if equation.unchecked:
        return None
    try:
        return read(equation.text, equation.options, place)
    except CRASHES:
        return None


def add_rows(reader: Reader, table: SymbolTable) -> None:
    """Take the rows of a symbol table."""
    rows = parse_symbols(table.lines)
    for row in rows:
        found = entries((row,), reader.place.table.extended(entries(rows, reader.place.table)))
        names = re.split(r",\s*(?![^{}\[\]]*[}\]])", row.latex)
        shown = names if len(names) == len(found) else [row.latex] * len(found)
        for entry, name in zip(found, shown, strict=True):
            reader.rows.pop(entry.key, None)
            reader.rows[entry.key] = Row(name, entry.python, row)
    reader.place, _ = extended(reader.place, table)


def note_definitions(reader: Reader, equation: Equation, reading: Reading) -> None:
    """Keep what an equation defines, and move on to what holds after it."""
    before, after = reader.place.definitions.found, reading.after.definitions.found
    for key, definitions in after.items():
        for definition in definitions:
            if all(definition is not old for old in before.get(key, ())):
                reader.sources.append(Source(definition, equation, reading))
    reader.place = reading.after


def described(equation: Equation, reading: Reading | None, reader: Reader) -> dict[str, Any]:
    """Return an equation with the rows and the definitions that it stands on.

    An equation that has no reading may use any row.
    """
    names, sources = needed(reading, reader) if reading else (set(reader.rows), [])
    options = equation.options
    return {
        "label": equation.label,
        "latex": equation.text.strip(),
        "defines": options.defines,
        "where": options.where,
        "python": options.python,
        "sharp": options.sharp,
        "symbols": "\n".join(rows_of(names, reader)),
        "before": "\n\n".join(dict.fromkeys(written(source.equation) for source in sources)),
    }


def needed(reading: Reading, reader: Reader) -> tuple[set[str], list[Source]]:
    """Return the names that an equation uses, and the definitions that it leads to."""
    names, used = names_of(reading, reader), []
    waiting = [*nodes_of(reading)]
    while waiting:
        for source in meanings(waiting.pop(), reader):
            if source not in used:
                used.append(source)
                names |= names_of(source.reading, reader)
                waiting += nodes_of(source.reading)
    return with_sizes(names, reader), [source for source in reader.sources if source in used]


def with_sizes(names: set[str], reader: Reader) -> set[str]:
    """Return names with those that their types name, such as the sizes of an array."""
    waiting, result = list(names), set()
    while waiting:
        name = waiting.pop()
        if name not in result:
            result.add(name)
            if name in reader.rows:
                waiting += re.findall(r"\w+", reader.rows[name].row.type)
    return result


def meanings(node: Node, reader: Reader) -> list[Source]:
    """Return the definitions that a name or a call may mean."""
    if not isinstance(node, SymbolNode | FunctionName | Call):
        return []
    valid = reader.place.definitions.found.get(node.key, ())
    return [
        source
        for source in reader.sources
        if any(source.definition is d for d in valid)
        and (not isinstance(node, Call) or takes(source.definition, node, reader.place.table))
    ]


def takes(definition: Definition, call: Call, table: Table) -> bool:
    """Return whether a definition may be the one of a call, by how its arguments are written."""
    if definition.parameters is None or not same_form(definition.parameters, call):
        return False
    for parameter, argument in zip(definition.parameters, call.arguments, strict=True):
        value = argument.value
        if (
            isinstance(value, SymbolNode)
            and value.key in table
            and parameter.dimensions is not None
        ):
            declared = table.entries[value.key].type
            if declared.sampled and len(declared.shape) != parameter.dimensions:
                return False
    return True


def nodes_of(reading: Reading) -> Iterator[Node]:
    """Yield all parts of an equation and of its conditions."""
    for root in reading.roots:
        yield from walk(root)


def names_of(reading: Reading, reader: Reader) -> set[str]:
    """Return the names that stand in an equation and in its code.

    Some are no longer there once it is read, such as the Kronecker delta; they stand in its text.
    """
    words = set(re.findall(r"\w+", reading.options.python))
    names = {key for key, row in reader.rows.items() if row.python in words}
    names |= {key for key, row in reader.rows.items() if stands_in(row, reading.text)}
    for node in nodes_of(reading):
        names |= {getattr(node, name) for name in ("key", "variable") if hasattr(node, name)}
        names |= {name for name in getattr(node, "variables", ()) if isinstance(name, str)}
    return names


def stands_in(row: Row, text: str) -> bool:
    """Return whether a name stands in LaTeX for itself, and not as a part of another.

    Of the names with an index only the Kronecker delta is one that is lost when it is read.
    """
    if "\\" not in row.name:
        text = re.sub(r"\\[A-Za-z]+\{[A-Za-z]+\}", "", text)  # as \mathbf{z}, another name
    after = "A-Za-z" if row.row.type == "kronecker" else "A-Za-z_"
    return bool(re.search(rf"(?<![A-Za-z\\]){re.escape(row.name)}(?![{after}])", text))


def rows_of(names: set[str], reader: Reader) -> list[str]:
    """Return the rows of some names, those that share a row in one line."""
    shared: dict[int, list[Row]] = {}
    for key, row in reader.rows.items():
        if key in names:
            shared.setdefault(id(row.row), []).append(row)
    return [line_of(rows) for rows in shared.values()]


def line_of(rows: list[Row]) -> str:
    """Return names that share a row as a line of a table."""
    names = ", ".join(dict.fromkeys(row.name for row in rows))
    pythons = ", ".join(row.python for row in rows if row.python) or "-"
    return " : ".join([names, rows[0].row.type, pythons, rows[0].row.meaning])


def written(equation: Equation) -> str:
    """Return an equation as it is written in a book."""
    options = equation.options
    if options.inline:
        return f"{{defines}}`{equation.text}`"
    said = {"defines": options.defines, "where": options.where}
    lines = [f":{name}: {value}" for name, value in said.items() if value]
    return "\n".join([":::{math}", *lines, equation.text.strip(), ":::"])


def errata(path: Path, module: str) -> list[dict[str, Any]]:
    """Return the equations of the source that the page of its errata has checked.

    A cell of the page gives the text with these equations the name `printed`; each is called by
    the section that prints what is `said` of it.
    """
    text = path.read_text(encoding="utf-8")
    document = document_of(printed(text), path, path.name)
    titles = {}
    for section in re.split(r"(?m)^## ", text)[1:]:
        for label in re.findall(r'said\["(\w+)"\]', section):
            titles[label] = section.splitlines()[0]
    return [
        one | {"title": titles[one["label"]]}
        for _, one in opened([document], module)
        if one["label"] in titles
    ]


def printed(text: str) -> str:
    """Return the text that a cell of a page names `printed`."""
    for cell in re.findall(r"(?ms)^```\{code-cell\}[^\n]*\n(.*?)^```$", text):
        code = re.sub(r"(?m)^:.*$", "", cell, count=1)
        if "printed = " in code:
            for statement in ast.parse(code).body:
                if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
                    return str(statement.value.value)
    raise ValueError("no cell of the page of errata has a text with the name 'printed'")
