r"""The words that may stand in an equation, and what they mean.

This table is the only place that says what a word means. Each word inside `\text{…}` belongs to
one of its phrases; any other word is refused, and the refusal lists the phrases.
"""

import re
from dataclasses import dataclass
from enum import Enum

from mathcheck.latex import Command, Item, Refusal, Token


class Role(Enum):
    """The logic of a phrase; the value says it to an author."""

    RESTRICT = "the equation is claimed where what follows holds"
    NARROW = "as `if`; after `for all` it narrows what is run through"
    UNIVERSAL = "for every value; after a condition: the condition holds for every value"
    EXCEPT = "the equation is claimed where what follows does not hold"
    EQUIVALENT = "the left holds exactly where the right holds"
    AND = "both hold"
    OR = "at least one holds"
    NOT = "what follows does not hold"
    OTHERWISE = "in `cases`: where none of the rows above applies"


@dataclass(frozen=True)
class Phrase:
    """A phrase with its logic, and the signs that mean the same."""

    words: str
    role: Role
    signs: tuple[str, ...] = ()


# The phrases of each role, parted by commas, and the signs that mean the same as a phrase.
WORDS = {
    Role.RESTRICT: "if, when, whenever, where, given, given that, provided, provided that, "
    "assuming, assuming that, as long as, let, for, for any",
    Role.NARROW: "with, such that",
    Role.UNIVERSAL: "all, every, each, for all, for every, for each",
    Role.EXCEPT: "unless, except, except for, except if, except when, all but, for all but",
    Role.EQUIVALENT: "if and only if, iff, exactly if, exactly when, precisely when",
    Role.AND: "and",
    Role.OR: "or",
    Role.NOT: "not",
    Role.OTHERWISE: "otherwise, else",
}
SIGNS = {
    "for all": (r"\forall",),
    "if and only if": (r"\iff", r"\Leftrightarrow", r"\Longleftrightarrow"),
    "and": (r"\land",),
    "or": (r"\lor",),
    "not": (r"\lnot", r"\neg"),
}
PHRASES = tuple(
    Phrase(words, role, SIGNS.get(words, ()))
    for role, listed in WORDS.items()
    for words in listed.split(", ")
)
BY_WORDS = {phrase.words: phrase for phrase in PHRASES}
BY_SIGN = {sign: phrase for phrase in PHRASES for sign in phrase.signs}
LONGEST_PHRASE = max(len(words.split()) for words in BY_WORDS)


def phrases(item: Item | None) -> tuple[Phrase, ...] | None:
    r"""Return the phrases of a text or sign; `None` if it is no text and no sign of the table.

    Raises
    ------
    Refusal
        If a word belongs to no phrase.

    Examples
    --------
    >>> from mathcheck.latex import read_items
    >>> [p.words for p in phrases(read_items(r"\text{ or if }")[0])]
    ['or', 'if']
    """
    if isinstance(item, Token):
        return (BY_SIGN[item.text],) if item.text in BY_SIGN else None
    if not isinstance(item, Command) or item.name != r"\text":
        return None
    words = re.sub("[,.;:()]", " ", item.words).split()
    found: list[Phrase] = []
    while words:
        phrase = longest(words)
        if phrase is None:
            raise Refusal(unknown(words[0]), item.start)
        found.append(phrase)
        words = words[len(phrase.words.split()) :]
    return tuple(found)


def longest(words: list[str]) -> Phrase | None:
    """Return the longest phrase with which the words begin."""
    for length in range(min(LONGEST_PHRASE, len(words)), 0, -1):
        phrase = BY_WORDS.get(" ".join(words[:length]).lower())
        if phrase:
            return phrase
    return None


def unknown(word: str) -> str:
    """Return the message for a word that belongs to no phrase."""
    known = ", ".join(phrase.words for phrase in PHRASES)
    return f"the word {word!r} is no condition that is read; these phrases are: {known}"
