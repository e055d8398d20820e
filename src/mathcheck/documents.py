"""The equations and symbol tables of a MyST file, with their lines; no Sphinx is needed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from mathcheck.checking.equation import Options

ROLES = ("math", "given", "defines", "unchecked")
# What these directives hold is not prose.
LITERAL = frozenset(
    [
        "code-cell",
        "code",
        "code-block",
        "sourcecode",
        "raw",
        "eval-rst",
        "literalinclude",
        "parsed-literal",
    ]
) | {"bibliography", "image", "math", "symbols", "toctree", "mermaid", "include"}
OPTION = re.compile(r":([\w-]+):(?:[ \t]+(.*))?$")


PLAIN = Options()


@dataclass(frozen=True)
class Equation:
    """One equation of a file, displayed or inline, at the line where its text starts."""

    file: str
    line: int
    text: str
    label: str = ""
    options: Options = PLAIN
    unchecked: str = ""
    display: bool = True

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
class Document:
    """What a file holds, in the order of the text."""

    path: Path
    parts: tuple[Equation | SymbolTable, ...]
    chapters: tuple[str, ...] = ()


def parser() -> MarkdownIt:
    """Return a reader of MyST."""
    reader = MarkdownIt("commonmark").enable("table")
    return (
        reader.use(front_matter_plugin)
        .use(myst_role_plugin)
        .use(colon_fence_plugin)
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
    text = path.read_text(encoding="utf-8")
    file = name or str(path)
    chapters: list[str] = []
    parts = tuple(read_parts(text, 0, file, chapters))
    return Document(path, parts, tuple(chapters))


def read_parts(
    text: str, offset: int, file: str, chapters: list[str]
) -> Iterator[Equation | SymbolTable]:
    """Yield the equations and tables of a text that starts after `offset` lines of the file."""
    for token in parser().parse(text):
        line = offset + (token.map[0] if token.map else 0) + 1
        if token.type in ("fence", "colon_fence"):
            yield from read_directive(token, line, file, chapters)
        elif token.type in ("math_block", "math_block_label"):
            yield Equation(file, line, token.content, token.info)
        elif token.type == "amsmath":
            yield Equation(file, line, token.content)
        elif token.type == "inline":
            yield from read_inline(token.children or (), line, file)


def read_directive(
    token: Token, line: int, file: str, chapters: list[str]
) -> Iterator[Equation | SymbolTable]:
    """Yield what a fenced directive holds."""
    match = re.match(r"\{([\w:+.-]+)\}\s*(.*)", token.info.strip())
    if not match:
        return
    name, argument = match.groups()
    options, body = split_options(token.content)
    skipped = len(token.content.splitlines()) - len(body)
    start = line + 1 + skipped
    if name == "math":
        text = "\n".join([argument, *body] if argument else body)
        yield Equation(
            file,
            line if argument else start,
            text,
            options.get("label", options.get("name", "")),
            Options(
                options.get("defines", ""),
                options.get("python", ""),
                options.get("where", ""),
                sharp="sharp" in options,
            ),
            options.get("unchecked", ""),
        )
    elif name == "symbols":
        yield SymbolTable(file, start, tuple(body))
    elif name == "toctree":
        for entry in filter(None, (entry.strip() for entry in body)):
            titled = re.fullmatch(r".*<([^<>]+)>", entry)
            chapters.append(titled[1] if titled else entry)
    elif name not in LITERAL:
        yield from read_parts("\n".join(body), start - 1, file, chapters)


def split_options(content: str) -> tuple[dict[str, str], list[str]]:
    """Return the options at the head of a directive, and the lines of its body."""
    lines = content.splitlines()
    options: dict[str, str] = {}
    at = 0
    if lines and lines[0].strip() == "---":
        end = next((n for n in range(1, len(lines)) if lines[n].strip() == "---"), len(lines))
        loaded = yaml.safe_load("\n".join(lines[1:end]))
        if isinstance(loaded, dict):
            options = {str(k): str(v) for k, v in loaded.items()}
        at = end + 1
    while at < len(lines) and (match := OPTION.match(lines[at])):
        options[match[1]] = option_value(match[2] or "")
        at += 1
    if options:
        while at < len(lines) and not lines[at].strip():
            at += 1
    return options, lines[at:]


def option_value(text: str) -> str:
    """Return the value of an option; a quoted one is YAML."""
    text = text.strip()
    if text[:1] in ("'", '"') and text[-1:] == text[:1] and len(text) > 1:
        try:
            return str(yaml.safe_load(text))
        except yaml.YAMLError:
            return text
    return text


def read_inline(children: Sequence[Token], line: int, file: str) -> Iterator[Equation]:
    """Yield the inline mathematics of a paragraph."""
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type in ("math_inline", "math_inline_double"):
            yield inline(file, line, child.content, "math")
        elif child.type == "myst_role" and child.meta.get("name") in ROLES:
            yield inline(file, line, child.content, child.meta["name"])
        line += child.content.count("\n")


def inline(file: str, line: int, text: str, role: str) -> Equation:
    """Return an inline equation."""
    equation = Equation(file, line, text, display=False, options=Options(inline=True))
    if role == "given":
        return replace(equation, options=Options(inline=True, given=True))
    if role == "defines":
        return replace(equation, options=Options(defines=left_side(text), inline=True))
    if role == "unchecked":
        return replace(equation, unchecked="not claimed: it is under discussion")
    return equation


def left_side(text: str) -> str:
    """Return what stands before the first equals sign outside of brackets."""
    depth = 0
    for place, letter in enumerate(text):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(letter, 0)
        if letter == "=" and depth == 0:
            return text[:place].strip()
    return text
