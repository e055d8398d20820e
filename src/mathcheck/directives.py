"""The parts of a MyST directive: its name, argument, options and body, with their lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import dedent

from markdown_it.token import Token
from myst_parser.parsers.options import TokenizeError, options_to_tokens

OPENING = re.compile(r"\{([\w:+.-]+)\}\s*(.*)")
DASHES = "---"
# What `math` takes; some need a value.
KNOWN = frozenset({"class", "label", "name", "no-wrap", "nowrap", "sharp"})
VALUED = frozenset({"defines", "no-code", "python", "unchecked", "where"})
CODE = frozenset({"no-code", "python"})


@dataclass(frozen=True)
class Option:
    """An option of a directive, with its line."""

    name: str
    value: str
    line: int


@dataclass(frozen=True)
class Directive:
    """A fenced directive.

    `line` is that of its fence, `start` that of the first line of its body. A block of options
    that can't be read has a `problem`, at a line.
    """

    name: str
    argument: str
    line: int
    start: int
    body: tuple[str, ...]
    options: tuple[Option, ...] = ()
    problem: tuple[int, str] | None = None

    def value(self, *names: str) -> str:
        """Return the value of the option that has one of these names, or an empty string."""
        values = {option.name: option.value for option in self.options}
        return next((values[name] for name in names if name in values), "")

    def has(self, name: str) -> bool:
        """Return whether an option is given."""
        return any(option.name == name for option in self.options)


def directive(token: Token, line: int, plain: frozenset[str]) -> Directive | None:
    """Return the directive of a fence, if it is one; those named in `plain` take no options.

    A fence of colons that names no directive is a `div`.
    """
    opening = OPENING.match(token.info.strip())
    lines = token.content.removesuffix("\n").split("\n")
    if not opening:
        colons = token.type == "colon_fence"
        return Directive("div", "", line, line + 1, tuple(lines)) if colons else None
    name, argument = opening.groups()
    block, first, skipped = ([], 0, 0) if name in plain else option_block(lines)
    body = lines[skipped:]
    blank = bool(skipped) and bool(body) and not body[0].strip()
    start = line + 1 + skipped + blank
    options: tuple[Option, ...] = ()
    problem = None
    try:
        options = tuple(read_options(block, line + 1 + first))
    except TokenizeError as error:
        mark = error.problem_mark
        hint = "a value that begins with a sign such as | stands in quotes"
        reason = f"the options can't be read: {error.problem}; {hint}"
        problem = (line + 1 + first + mark.line, reason)
    if block and lines[0].startswith(DASHES) and not lines[skipped - 1].startswith(DASHES):
        problem = (line + 1, f"the options begin with {DASHES}, and no {DASHES} ends them")
    return Directive(name, argument, line, start, tuple(body[blank:]), options, problem)


def option_block(lines: Sequence[str]) -> tuple[list[str], int, int]:
    """Return the lines of the options, their place, and how many lines stand before the body.

    As in MyST, they stand between two lines of dashes, or each begins with a colon.
    """
    if lines[0].startswith(DASHES):
        end = next((n for n, text in enumerate(lines) if n and text.startswith(DASHES)), len(lines))
        return dedent("\n".join(lines[1:end])).split("\n"), 1, min(end + 1, len(lines))
    end = next((n for n, text in enumerate(lines) if not is_option(text)), len(lines))
    return [text.lstrip()[1:] for text in lines[:end]], 0, end


def is_option(text: str) -> bool:
    """Return whether a line is an option; three colons are a fence."""
    return text.lstrip().startswith(":") and not text.lstrip().startswith(":::")


def read_options(block: Sequence[str], line: int) -> Iterator[Option]:
    """Yield the options of a block that starts at a line.

    Raises
    ------
    TokenizeError
        If they are not written as MyST wants them.
    """
    tokens, _ = options_to_tokens("\n".join(block))
    for key, value in tokens:
        yield Option(key.value, value.value if value else "", line + key.start.line)


def wrong_options(options: Sequence[Option]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the options of an equation, with the lines."""
    before: set[str] = set()
    for option in options:
        if option.name not in KNOWN | VALUED:
            known = ", ".join(sorted(KNOWN | VALUED))
            yield option.line, f"unknown option {option.name!r}; expected one of {known}"
        elif option.name in before:
            yield option.line, f"the option {option.name!r} is given twice"
        elif option.name in VALUED and not option.value.strip():
            yield option.line, f"the option {option.name!r} has no value"
        elif option.name in CODE and before & CODE:
            yield option.line, "an equation has code or a reason why it has none, not both"
        before.add(option.name)
