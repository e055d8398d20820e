"""The equations and symbol tables of a MyST file, with their lines; no Sphinx is needed."""

import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from mathcheck.checking.equation import Options
from mathcheck.directives import Directive, directive, wrong_options
from mathcheck.files import Unreadable, text_of

ROLES = ("math", "given", "defines", "unchecked")
# What these directives hold is not prose.
LITERAL = frozenset(
    {"code-cell", "code", "code-block", "sourcecode", "raw", "eval-rst", "literalinclude"}
    | {"parsed-literal", "bibliography", "image", "mermaid"}
)
# The body of these may begin beside their name.
ADMONITIONS = frozenset(
    {"attention", "caution", "danger", "error", "hint", "important", "note", "seealso", "tip"}
    | {"warning"}
)
# Directives, and files that include one another, are read to this depth.
DEEPEST = 20
PLAIN = Options()


@dataclass(frozen=True)
class Equation:
    """One equation of a file, displayed or inline, at the line where its text starts.

    The block that holds it, a paragraph or a directive, opens at the line `opens`; of the
    equations of blocks that open there it is number `order`, from 0.
    """

    file: str
    line: int
    text: str
    label: str = ""
    options: Options = PLAIN
    unchecked: str = ""
    no_code: str = ""
    display: bool = True
    opens: int = 0
    order: int = 0

    @property
    def name(self) -> str:
        """Return the label, or the file and line."""
        return self.label or f"{Path(self.file).stem}:{self.line}"


@dataclass(frozen=True)
class SymbolTable:
    """A symbol table of a file, at the line where its rows start."""

    file: str
    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """What of a file can't be read: its `subject`, such as the label of an equation, and why."""

    file: str
    line: int
    subject: str
    message: str


@dataclass(frozen=True)
class Chapter:
    """An entry of a table of contents; a `pattern` stands for all files that it fits."""

    file: str
    line: int
    name: str
    pattern: bool = False


@dataclass(frozen=True)
class Document:
    """What a file holds, in the order of the text.

    `unread` says that the file has no text at all; what it is instead is its only problem.
    """

    path: Path
    parts: tuple[Equation | SymbolTable, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    problems: tuple[Problem, ...] = ()
    included: tuple[Path, ...] = ()
    unread: bool = False


Part = Equation | SymbolTable | Problem | Chapter | Path


@dataclass(frozen=True)
class Place:
    """Where a text stands: its file, the lines before it, and what it is nested in."""

    path: Path
    file: str
    offset: int = 0
    depth: int = 0
    including: tuple[Path, ...] = ()


def parser() -> MarkdownIt:
    """Return a reader of MyST."""
    reader = MarkdownIt("commonmark").enable("table")
    return (
        reader.use(front_matter_plugin)
        .use(myst_role_plugin)
        .use(colon_fence_plugin)
        .use(deflist_plugin)
        .use(footnote_plugin, inline=False, move_to_end=False)
        .use(dollarmath_plugin, allow_labels=True, allow_space=True, allow_digits=True)
        .use(amsmath_plugin)
    )


def read_document(path: Path, name: str | None = None) -> Document:
    """Return what a file holds.

    Parameters
    ----------
    path : Path
        The file, in UTF-8.
    name : str, optional
        What the file is called in reports; by default as it was given.
    """
    file = name or str(path)
    try:
        text = text_of(path)
    except Unreadable as error:
        problem = Problem(file, error.line, "file", error.message)
        return Document(path, problems=(problem,), unread=True)
    return document_of(text, path, file)


def document_of(text: str, path: Path, file: str) -> Document:
    """Return what a text holds that stands in a file."""
    parts = list(read_parts(text, Place(path, file, including=(path.absolute(),))))
    return Document(
        path,
        tuple(numbered(part for part in parts if isinstance(part, Equation | SymbolTable))),
        tuple(part for part in parts if isinstance(part, Chapter)),
        tuple(part for part in parts if isinstance(part, Problem)),
        tuple(part for part in parts if isinstance(part, Path)),
    )


def numbered(parts: Iterator[Equation | SymbolTable]) -> Iterator[Equation | SymbolTable]:
    """Yield the parts, the equations with their order among those that open at their line."""
    orders: Counter[tuple[str, int]] = Counter()
    for part in parts:
        if isinstance(part, SymbolTable):
            yield part
            continue
        yield replace(part, order=orders[part.file, part.opens])
        orders[part.file, part.opens] += 1


def read_parts(text: str, place: Place) -> Iterator[Part]:
    """Yield the equations and tables of a text, and what else it names or gets wrong."""
    for token in parser().parse(text):
        line = place.offset + (token.map[0] if token.map else 0) + 1
        if token.type in ("fence", "colon_fence"):
            fenced = directive(token, line, LITERAL | {"symbols"})
            if fenced and fenced.name not in LITERAL:
                yield from read_directive(fenced, place)
        elif token.type in ("math_block", "math_block_label"):
            yield Equation(place.file, line, token.content, token.info, opens=line)
        elif token.type == "amsmath":
            yield Equation(place.file, line, token.content, opens=line)
        elif token.type == "inline":
            yield from read_inline(token.children or (), line, line, place.file)


def read_directive(fenced: Directive, place: Place) -> Iterator[Part]:
    """Yield what a directive holds."""
    readers = {
        "math": read_math,
        "symbols": read_symbols,
        "toctree": read_contents,
        "include": read_include,
    }
    if fenced.name not in readers:
        yield from read_nested(fenced, place)
    elif fenced.problem:
        line, message = fenced.problem
        yield Problem(place.file, line, fenced.name, message)
    else:
        yield from readers[fenced.name](fenced, place)


def read_nested(fenced: Directive, place: Place) -> Iterator[Part]:
    """Yield what stands beside the name of a directive that holds prose, and in its body."""
    if place.depth == DEEPEST:
        yield too_deep(fenced, place, "directives are nested")
        return
    body, before = list(fenced.body), fenced.start - 1
    if fenced.name in ADMONITIONS and fenced.argument:
        missing = fenced.start - fenced.line - 1
        body, before = [fenced.argument, *[""] * missing, *body], fenced.line - 1
    elif fenced.argument:
        # MyST places a title at the line after it.
        for token in parser().parseInline(fenced.argument):
            children = token.children or ()
            yield from read_inline(children, fenced.line, fenced.line + 1, place.file)
    inside = replace(place, offset=before, depth=place.depth + 1)
    yield from read_parts("\n".join(body), inside)


def too_deep(fenced: Directive, place: Place, what: str) -> Problem:
    """Return the problem of what is nested too deeply."""
    return Problem(place.file, fenced.line, fenced.name, f"{what} more than {DEEPEST} deep")


def read_math(fenced: Directive, place: Place) -> Iterator[Part]:
    """Yield an equation, after what is wrong with its options."""
    label = fenced.value("label", "name")
    for line, message in wrong_options(fenced.options):
        yield Problem(place.file, line, label or "math", message)
    text, line = "\n".join(fenced.body), fenced.start
    if fenced.argument:
        line = fenced.line
        # Sphinx prints the argument as a row of its own.
        row = r" \\" if text.strip() else ""
        text = fenced.argument + row + "\n" * (fenced.start - fenced.line) + text
    yield Equation(
        place.file,
        line,
        text,
        label,
        Options(
            fenced.value("defines"),
            fenced.value("python"),
            fenced.value("where"),
            sharp=fenced.has("sharp"),
        ),
        fenced.value("unchecked"),
        fenced.value("no-code"),
        opens=fenced.line,
    )


def read_symbols(fenced: Directive, place: Place) -> Iterator[Part]:
    """Yield a symbol table."""
    yield SymbolTable(place.file, fenced.start, fenced.body)


def read_contents(fenced: Directive, place: Place) -> Iterator[Part]:
    """Yield the entries of a table of contents."""
    for line, text in enumerate(fenced.body, start=fenced.start):
        name = text.strip()
        if name.endswith(">") and "<" in name:
            name = name[name.rindex("<") + 1 : -1]
        if name:
            pattern = fenced.has("glob") and any(sign in name for sign in "*?[")
            yield Chapter(place.file, line, name, pattern)


def read_include(fenced: Directive, place: Place) -> Iterator[Part]:
    """Yield what an included file holds."""
    if fenced.has("literal") or fenced.has("code") or fenced.argument.startswith("<"):
        return
    path = (place.path.parent / fenced.argument).absolute()
    file = posixpath.normpath(posixpath.join(posixpath.dirname(place.file), fenced.argument))
    yield path
    if len(place.including) > DEEPEST:
        yield too_deep(fenced, place, "files include one another")
        return
    try:
        text, offset = excerpt(text_of(path), fenced)
    except Unreadable as error:
        yield Problem(place.file, fenced.line, f"include {fenced.argument}", error.message)
        return
    inside = Place(path, file, offset, place.depth, (*place.including, path))
    yield from read_parts(text, inside)


def excerpt(text: str, fenced: Directive) -> tuple[str, int]:
    """Return the part of a file that the options of `include` name, and the lines before it."""
    lines = text.split("\n")
    try:
        first, end = (
            int(fenced.value(n) or d) for n, d in (("start-line", 0), ("end-line", len(lines)))
        )
    except ValueError as error:
        raise Unreadable(f"a line is no whole number: {error}") from error
    first = max(0, len(lines) + first) if first < 0 else first
    text = "\n".join(lines[first:end])
    for name in ("start-after", "end-before"):
        words = fenced.value(name)
        if words and words not in text:
            raise Unreadable(f"the text of {name} is not there: {words!r}")
        before, _, after = text.partition(words) if words else ("", "", text)
        if words and name == "end-before":
            text = before
        elif words:
            first += (before + words).count("\n")
            text = after
    return text, first


def read_inline(children: Sequence[Token], line: int, opens: int, file: str) -> Iterator[Equation]:
    """Yield the inline mathematics of a paragraph."""
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type in ("math_inline", "math_inline_double"):
            yield inline(file, line, opens, child.content, "math")
        elif child.type == "myst_role" and child.meta.get("name") in ROLES:
            yield inline(file, line, opens, child.content, child.meta["name"])
        line += child.content.count("\n")


def inline(file: str, line: int, opens: int, text: str, role: str) -> Equation:
    """Return an inline equation."""
    options = {
        "given": Options(inline=True, given=True),
        "defines": Options(defines=left_side(text), inline=True),
    }.get(role, Options(inline=True))
    unchecked = "not claimed: it is under discussion" if role == "unchecked" else ""
    return Equation(file, line, text, "", options, unchecked, display=False, opens=opens)


def left_side(text: str) -> str:
    """Return what stands before the first equals sign outside of brackets."""
    depth = 0
    for place, letter in enumerate(text):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(letter, 0)
        if letter == "=" and depth == 0:
            return text[:place].strip().removesuffix(":").rstrip()
    return text
