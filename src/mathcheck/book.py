"""A book: its files in reading order, what each equation may use, and the verdicts."""

import hashlib
import time
from collections.abc import Generator, Iterator, MutableMapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import mathcheck
from mathcheck.checking.equation import Context, Reading, read
from mathcheck.checking.verdict import check, judged, names_used, problem_of, reported
from mathcheck.contents import NOTATION, book_of, read_book, reading_order, together
from mathcheck.documents import Document, Equation, Problem, SymbolTable, document_of
from mathcheck.modules import digest_of, module_namespace
from mathcheck.report import Result
from mathcheck.symbols import Table, entries, parse_symbols
from mathcheck.values.scope import CRASHES

__all__ = [
    "NOTATION",
    "Checked",
    "book_of",
    "check_book",
    "check_text",
    "module_namespace",
    "read_book",
    "reading_order",
]


@dataclass(frozen=True)
class Checked:
    """An equation, or a symbol table that can't be read, with its verdict."""

    equation: Equation
    result: Result
    seconds: float
    # The document that prints it, which may include the file of the equation.
    document: Path = Path()

    @property
    def messages(self) -> list[tuple[int, str]]:
        """Return what is wrong, with the lines."""
        equation = self.equation
        problems = self.result.problems or ((self.result.message, self.result.position),)
        found = []
        for message, position in problems:
            line = equation.line + equation.text[: position or 0].count("\n")
            found.append((line, f"{equation.name}: {message}"))
        return found


def check_book(
    documents: Sequence[Document],
    module: str = "",
    *,
    only: set[Path] | None = None,
    seed: int = 0,
    passed: MutableMapping[str, Any] | None = None,
) -> Iterator[Checked]:
    """Check the equations of documents in reading order.

    Parameters
    ----------
    documents : sequence of Document
        All that is read, in reading order.
    module : str
        The module whose public names `:python:` may use.
    only : set of Path, optional
        The files whose equations are checked; of the others only the definitions are taken.
    seed : int
        The seed of the samples.
    passed : mapping, optional
        Verdicts of equations that passed before, by fingerprint. Those are not checked again;
        new passes are added, and those that did not occur are dropped.
    """
    namespace, source = module_namespace(module)
    code = source + digest_of(sorted(Path(mathcheck.__file__).parent.rglob("*.py")))
    place = Context(namespace=namespace, seed=seed)
    seen: dict[str, Any] = {}
    book = place.table
    for document in documents:
        wanted = only is None or document.path in only
        start = at_chapter(place, book)
        place = yield from check_document(document, start, wanted, code, passed, seen)
        if document.path.stem == NOTATION:
            book = place.table
    if passed is not None:
        passed.clear()
        passed.update(seen)


def check_document(
    document: Document,
    place: Context,
    wanted: bool,
    code: str,
    passed: MutableMapping[str, Any] | None,
    seen: dict[str, Any],
) -> Generator[Checked, None, Context]:
    """Yield the verdicts on the equations of a document, and return what holds after it."""
    if document.unread or wanted:
        yield from (replace(unread(p), document=document.path) for p in document.problems)
    for part in document.parts:
        if isinstance(part, SymbolTable):
            place, checked = extended(place, part)
        else:
            place, checked = check_part(part, place, wanted, code, passed, seen)
        if checked:
            yield replace(checked, document=document.path)
    return place


def unread(problem: Problem) -> Checked:
    """Return the verdict on a part of a file that can't be read."""
    equation = Equation(problem.file, problem.line, "", problem.subject)
    return Checked(equation, Result("refused", problem.message), 0.0)


def at_chapter(place: Context, book: Table) -> Context:
    """Return the context at the start of a chapter: what the last one's own table names is gone."""
    return replace(place, table=book, definitions=place.definitions.of_names_in(book))


def extended(place: Context, part: SymbolTable) -> tuple[Context, Checked | None]:
    """Return the context with a symbol table added, or what is wrong with the table."""
    try:
        new = entries(parse_symbols(part.lines), place.table)
    except ValueError as error:
        return place, unread(Problem(part.file, part.line, "symbols", str(error)))
    return replace(place, table=place.table.extended(new)), None


def check_part(
    equation: Equation,
    place: Context,
    wanted: bool,
    code: str,
    passed: MutableMapping[str, Any] | None,
    seen: dict[str, Any],
) -> tuple[Context, Checked | None]:
    """Check one equation, or take its verdict from an earlier build."""
    if equation.unchecked:
        result = Result("unchecked", equation.unchecked)
        return place, (Checked(equation, result, 0.0) if wanted else None)
    start = time.perf_counter()
    options = replace(equation.options, origin=origin_of(equation))
    if not wanted:
        _, after = check(equation.text, replace(options, given=True), place)
        return after, None
    try:
        reading = read(equation.text, options, place)
    except CRASHES as error:
        result = reported([problem_of(error)], None)
        return place, Checked(equation, result, time.perf_counter() - start)
    key = "" if passed is None else fingerprint(reading, code)
    if passed is not None and key in passed:
        # JSON has no tuples.
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in passed[key].items()
        }
        result = Result(**fields)
    else:
        result = judged(reading)
    if result.passed:
        seen[key] = asdict(result)
    return reading.after, Checked(equation, result, time.perf_counter() - start)


def origin_of(equation: Equation) -> str:
    """Return where an equation stands, and its label."""
    label = f", {equation.label}" if equation.label else ""
    return f"{equation.file}:{equation.line}{label}"


def fingerprint(reading: Reading, code: str) -> str:
    """Return a digest of all that a verdict depends on: what was read, and what that uses."""
    used = names_used(reading)
    place = reading.place
    table = sorted((k, repr(e.type), e.python) for k, e in place.table.entries.items() if k in used)
    definitions = sorted(
        (key, repr([(d.parameters, d.indices, d.body, d.conditions) for d in found]))
        for key, found in place.definitions.found.items()
        if key in used
    )
    said = (reading.text, repr(reading.options), repr(reading.prepared), repr(reading.extra))
    return hashlib.sha256(repr((said, table, definitions, code, place.seed)).encode()).hexdigest()


def check_text(text: str, module: str = "") -> list[Checked]:
    r"""Return the verdicts on the equations of a MyST text.

    Parameters
    ----------
    text : str
        MyST with symbol tables and equations, as in a file.
    module : str
        The module whose public names `:python:` may use.

    Examples
    --------
    >>> table = "```{symbols}\na, b : real : - : numbers\n```\n"
    >>> [wrong] = check_text(table + "$(a + b)^2 = a^2 + b^2$")
    >>> wrong.result.status
    'failed'
    """
    document = document_of(text, Path("text.md"), "text.md")
    return list(check_book(together([document], Path()), module))
