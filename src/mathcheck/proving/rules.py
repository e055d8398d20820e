"""The rules of a proof in words: the page of the book and the tests are made of them."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

TABLE = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True)
class Rule:
    """A rule that a proof names.

    Parameters
    ----------
    name : str
        As a proof records it.
    equation : str
        What it puts in the place of what, in LaTeX, as an equation that it proves.
    condition : str
        What must be known before it is applied.
    justification : str
        Why it is true then.
    symbols : str
        A symbol table with which the condition is met.
    unmet : dict
        The `symbols` with which it isn't met, or the `equation` in which.
    """

    name: str
    equation: str
    condition: str
    justification: str
    symbols: str
    unmet: dict[str, str] = field(default_factory=dict)


def rules() -> tuple[Rule, ...]:
    """Return all rules by which equations are proved."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(Rule(**rule) for rule in table["rule"])


def rule_label(name: str) -> str:
    """Return the label that a rule has on the page where a book lists them."""
    return f"rule-{name}"
