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


PHRASES = (
    Phrase("if", Role.RESTRICT),
    Phrase("when", Role.RESTRICT),
    Phrase("whenever", Role.RESTRICT),
    Phrase("where", Role.RESTRICT),
    Phrase("given", Role.RESTRICT),
    Phrase("given that", Role.RESTRICT),
    Phrase("provided", Role.RESTRICT),
    Phrase("provided that", Role.RESTRICT),
    Phrase("assuming", Role.RESTRICT),
    Phrase("assuming that", Role.RESTRICT),
    Phrase("as long as", Role.RESTRICT),
    Phrase("let", Role.RESTRICT),
    Phrase("for", Role.RESTRICT),
    Phrase("for any", Role.RESTRICT),
    Phrase("with", Role.NARROW),
    Phrase("such that", Role.NARROW),
    Phrase("all", Role.UNIVERSAL),
    Phrase("every", Role.UNIVERSAL),
    Phrase("each", Role.UNIVERSAL),
    Phrase("for all", Role.UNIVERSAL, (r"\forall",)),
    Phrase("for every", Role.UNIVERSAL),
    Phrase("for each", Role.UNIVERSAL),
    Phrase("unless", Role.EXCEPT),
    Phrase("except", Role.EXCEPT),
    Phrase("except for", Role.EXCEPT),
    Phrase("except if", Role.EXCEPT),
    Phrase("except when", Role.EXCEPT),
    Phrase("all but", Role.EXCEPT),
    Phrase("for all but", Role.EXCEPT),
    Phrase(
        "if and only if", Role.EQUIVALENT, (r"\iff", r"\Leftrightarrow", r"\Longleftrightarrow")
    ),
    Phrase("iff", Role.EQUIVALENT),
    Phrase("exactly if", Role.EQUIVALENT),
    Phrase("exactly when", Role.EQUIVALENT),
    Phrase("precisely when", Role.EQUIVALENT),
    Phrase("and", Role.AND, (r"\land",)),
    Phrase("or", Role.OR, (r"\lor",)),
    Phrase("not", Role.NOT, (r"\lnot", r"\neg")),
    Phrase("otherwise", Role.OTHERWISE),
    Phrase("else", Role.OTHERWISE),
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
