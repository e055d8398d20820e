r"""What the checker knows of an operation, in one record.

A record says how an operation is spelled, what its value is, what its derivative, where it is
defined, how it is decided exactly, and how a text with it is changed to see whether the change is
noticed. A function that is a name before its arguments needs nothing else to be read and judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mathcheck.expressions import Node

# How an operation is written.
FORMS = frozenset(
    {
        "function",  # a name before its arguments: \exp(x)
        "trigonometric",  # a function whose power may stand before the argument: \sin^2 x
        "sign",  # between its operands, or before the only one
        "postfix",  # after its operand: n!
        "script",  # a power, a transpose, a lower index
        "bracket",  # around its operand, with the lower index if it has one: \lVert_1
        "command",  # a command with its operands in braces: \frac{a}{b}
        "extreme",  # \max and its like: of a list, or over an index below
    }
)
# The derivative of what is composed of operations that have one.
COMPOSED = "composed"
# Without a derivative, or without a rule for it that is known here.
REFUSED = "refused"
# How an operation is decided exactly.
RULES = frozenset(
    {
        "field",  # a rational function of its operands
        "exponential",  # a rational function of exponentials
        "atom",  # an indeterminate of its own for each argument
        "decision",  # only of rational numbers
        "shape",  # moves entries, and computes nothing
    }
)

Value = Callable[[Sequence[Any], Node], Any]


@dataclass(frozen=True)
class Record:
    r"""One operation.

    Parameters
    ----------
    name : str
        The name in a tree: `Operation(name, operands)`.
    spellings : tuple of str
        How it is written in LaTeX: commands, `\operatorname{…}`, signs, opening brackets.
    said : str
        How it is said in the report of what was read.
    value : callable
        The value of the evaluated operands, and the node that is to blame if there is none.
    slope : callable or str
        The derivative of a function of one number; or `COMPOSED`, or `REFUSED`.
    domain : str
        Where it is defined, in words.
    exact : str
        How it is decided exactly, one of `RULES`.
    mutation : str
        The operation that is put in its place to see whether the change is noticed, or `-`.
    arity : int or None
        How many operands it takes; any number if it is `None`.
    form : str
        How it is written, one of `FORMS`.
    """

    name: str
    spellings: tuple[str, ...]
    said: str
    value: Value
    slope: Callable[[Any], Any] | str
    domain: str
    exact: str
    mutation: str = "-"
    arity: int | None = 1
    form: str = "function"


def family(**shared: Any) -> Callable[..., Record]:
    """Return the maker of the records of a family, which share what they don't say themselves."""

    def record(name: str, spellings: tuple[str, ...], value: Value, **own: Any) -> Record:
        fields = {"said": name, "slope": COMPOSED, **shared, **own}
        return Record(name=name, spellings=spellings, value=value, **fields)

    return record
