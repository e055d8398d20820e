"""What each construct of the language means; the page of the book and the tests are made of it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("meanings.toml")


@dataclass(frozen=True)
class Meaning:
    """A line: a construct, its meaning, how it is decided, and an example of either verdict.

    `grade` is that of the example that holds, or empty if that depends on what stands in it. The
    other example has the `verdict` "failed" or "refused", or, as "error", either.
    """

    group: str
    construct: str
    meaning: str
    decided: str
    grade: str
    holds: str
    fails: str
    verdict: str
    given: str = ""


@dataclass(frozen=True)
class Meanings:
    """All lines, with the symbols and the module that the examples use."""

    symbols: str
    module: str
    lines: tuple[Meaning, ...]

    def text(self, line: Meaning, example: str) -> str:
        """Return a MyST text that ends with an example of a line."""
        before = [math(line.given)] if line.given else []
        return "\n\n".join([f"```{{symbols}}\n{self.symbols}\n```", *before, math(example)])


def math(equation: str) -> str:
    """Return the directive that displays an equation, which its options precede."""
    return f"```{{math}}\n{equation}\n```"


def meanings() -> Meanings:
    """Return what each construct means."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    lines = tuple(Meaning(**line) for line in table["line"])
    return Meanings(table["symbols"], table["module"], lines)
