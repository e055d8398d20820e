"""A book: its files in reading order, what each equation may use, and the verdicts."""

import hashlib
import multiprocessing
import time
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import mathcheck
from mathcheck.checking.equation import Context, Reading, read
from mathcheck.checking.verdict import judged, names_used, problem_of, reported
from mathcheck.contents import NOTATION, book_of, read_book, reading_order, together
from mathcheck.documents import Document, Equation, Problem, SymbolTable, document_of
from mathcheck.modules import digest_of, module_namespace
from mathcheck.report import Result
from mathcheck.symbols import Table, with_rows
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


# So many equations are worth a process of their own.
MANY = 50
# What was read when a process began that only judges.
READ: list[Reading] = []


@dataclass(frozen=True)
class Checked:
    """An equation, or a symbol table that can't be read, with its verdict."""

    equation: Equation
    result: Result
    seconds: float
    # The document that prints it, which may include the file of the equation.
    document: Path = Path()
    # How it was read, and a digest of all that its verdict depends on.
    reading: Reading | None = field(default=None, compare=False, repr=False)
    key: str = ""

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


@dataclass(frozen=True)
class Waiting:
    """An equation that was read and waits for its verdict, or that has one already."""

    equation: Equation
    found: Reading | Result
    seconds: float = 0.0
    # What holds before it, if it is there to be read.
    before: Context | None = None


def check_book(
    documents: Sequence[Document],
    module: str = "",
    *,
    only: set[Path] | None = None,
    seed: int = 0,
    passed: MutableMapping[str, Any] | None = None,
    processes: int = 1,
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
    processes : int
        In how many processes equations are checked, if there are many; more than one needs `fork`.
    """
    namespace, source = module_namespace(module)
    waiting = list(read_equations(documents, only, Context(namespace=namespace, seed=seed)))
    if passed is None:
        yield from with_verdicts(waiting, [""] * len(waiting), {}, {}, processes)
        return
    code = source + digest_of(sorted(Path(mathcheck.__file__).parent.rglob("*.py")))
    keys = [fingerprint(w.found, code) if isinstance(w.found, Reading) else "" for _, w in waiting]
    seen: dict[str, Any] = {}
    yield from with_verdicts(waiting, keys, passed, seen, processes)
    passed.clear()
    passed.update(seen)


def with_verdicts(
    waiting: Sequence[tuple[Path, Waiting]],
    keys: Sequence[str],
    passed: Mapping[str, Any],
    seen: dict[str, Any],
    processes: int,
) -> Iterator[Checked]:
    """Yield what waits with its verdict, which is judged unless it passed before."""
    pairs = list(zip(keys, waiting, strict=True))
    new = [w.found for key, (_, w) in pairs if isinstance(w.found, Reading) and key not in passed]
    verdicts = all_judged(new, processes)
    for key, (path, one) in pairs:
        result, seconds = one.found, one.seconds
        if key in passed:
            # JSON has no tuples.
            fields: dict[str, Any] = {
                k: tuple(v) if isinstance(v, list) else v for k, v in passed[key].items()
            }
            result = Result(**fields)
        elif isinstance(result, Reading):
            result, taken = next(verdicts)
            seconds += taken
        if key and result.passed:
            seen[key] = asdict(result)
        reading = one.found if isinstance(one.found, Reading) else None
        yield Checked(one.equation, result, seconds, path, reading, key)


def all_judged(readings: list[Reading], processes: int) -> Iterator[tuple[Result, float]]:
    """Yield the verdicts on all readings, each with the seconds that it took."""
    if processes < 2 or len(readings) < MANY:
        yield from map(timed, readings)
        return
    # A process that is forked has what was read in its memory; nothing but results is sent.
    fork = multiprocessing.get_context("fork")
    with fork.Pool(processes, initializer=READ.extend, initargs=(readings,)) as pool:
        yield from pool.imap(timed_at, range(len(readings)))


def timed_at(place: int) -> tuple[Result, float]:
    """Return the verdict on one of the readings that a process began with."""
    return timed(READ[place])


def timed(reading: Reading) -> tuple[Result, float]:
    """Return the verdict on a reading, and the seconds that it took."""
    start = time.perf_counter()
    return judged(reading), time.perf_counter() - start


def read_equations(
    documents: Sequence[Document], only: set[Path] | None, place: Context
) -> Iterator[tuple[Path, Waiting]]:
    """Yield the equations of documents, read one after another, with the documents' paths."""
    book = place.table
    for document in documents:
        place = at_chapter(place, book)
        wanted = only is None or document.path in only
        if document.unread or wanted:
            yield from ((document.path, unread(problem)) for problem in document.problems)
        for part in document.parts:
            if isinstance(part, SymbolTable):
                place, refused = extended(place, part)
                yield from ((document.path, one) for one in refused)
                continue
            place, one = read_equation(part, place, wanted)
            if one:
                yield document.path, one
        if document.path.stem == NOTATION:
            book = place.table


def unread(problem: Problem) -> Waiting:
    """Return the verdict on a part of a file that can't be read."""
    equation = Equation(problem.file, problem.line, "", problem.subject)
    return Waiting(equation, Result("refused", problem.message))


def at_chapter(place: Context, book: Table) -> Context:
    """Return the context at the start of a chapter: what the last one's own table names is gone."""
    return replace(place, table=book, definitions=place.definitions.of_names_in(book))


def extended(place: Context, part: SymbolTable) -> tuple[Context, list[Waiting]]:
    """Return the context with the rows of a symbol table, and what is wrong with the others."""
    table, wrong = with_rows(place.table, part.lines)
    problems = [
        Problem(part.file, part.line + number - 1, "symbols", reason) for number, reason in wrong
    ]
    return replace(place, table=table), [unread(problem) for problem in problems]


def read_equation(
    equation: Equation, place: Context, wanted: bool
) -> tuple[Context, Waiting | None]:
    """Read one equation; of one that is not wanted its definitions alone are taken."""
    if equation.unchecked:
        result = Result("unchecked", equation.unchecked)
        return place, (Waiting(equation, result) if wanted else None)
    start = time.perf_counter()
    options = replace(equation.options, origin=origin_of(equation))
    try:
        reading = read(equation.text, options, place)
    except CRASHES as error:
        result = reported([problem_of(error)], None)
        return place, (Waiting(equation, result, before=place) if wanted else None)
    seconds = time.perf_counter() - start
    return reading.after, (Waiting(equation, reading, seconds, place) if wanted else None)


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
