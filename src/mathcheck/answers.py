"""What an equation answers to a reader: its numbers, its letters, and what breaks it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mathcheck.checking.equation import Reading
from mathcheck.expressions import Operation, walk
from mathcheck.mutation import is_compared
from mathcheck.slips import Slip, slips
from mathcheck.symbols import lowered, plain
from mathcheck.worked import Sample, letters_of, needed_names, worked


@dataclass(frozen=True)
class Letter:
    """A name that an equation prints: its forms there, its type, its Python name, its meaning."""

    forms: tuple[str, ...]
    type: str
    python: str
    meaning: str


@dataclass(frozen=True)
class Answers:
    """What an equation answers: the first sample is the one to show."""

    samples: tuple[Sample, ...] = ()
    slips: tuple[Slip, ...] = ()
    letters: tuple[Letter, ...] = ()


def answers(reading: Reading) -> Answers:
    r"""Return what an equation that holds answers.

    Parameters
    ----------
    reading : Reading
        The equation, as it was read.

    Examples
    --------
    >>> from mathcheck.book import check_text
    >>> table = "```{symbols}\na, b : real : - : numbers\n```\n"
    >>> [checked] = check_text(table + "$a + b = b + a$")
    >>> [letter.meaning for letter in answers(checked.reading).letters]
    ['numbers', 'numbers']
    """
    if reading.condition or not reading.relations:
        return Answers(letters=letters(reading))
    needed = needed_names(reading)
    broken = slips(reading, needed) if is_compared(reading) else ()
    return Answers(worked(reading, needed), broken, letters(reading))


def letters(reading: Reading) -> tuple[Letter, ...]:
    """Return the names that an equation prints and a symbol table explains, in its order."""
    table = reading.place.table
    forms: dict[str, list[str]] = {key: [key] for key in letters_of(reading) if key in table}
    first: dict[str, int] = {}
    for node in itertools.chain.from_iterable(map(walk, reading.roots)):
        key = getattr(node, "key", "")
        if isinstance(node, Operation) and node.name == "kronecker":
            key = next((k for k in table.entries if table.kind(k) == "kronecker"), "")
            forms.setdefault(key, [key])
        if key in forms:
            first[key] = min(first.get(key, node.start), node.start)
            printed = reading.text[node.start : node.end].strip()
            if printed in short_forms(key) and printed not in forms[key]:
                forms[key].append(printed)
    ordered = sorted(forms, key=lambda key: first.get(key, len(reading.text)))
    return tuple(
        Letter(
            tuple(forms[key]),
            str(table.type(key)),
            table.entries[key].python or "",
            table.entries[key].meaning,
        )
        for key in ordered
        if table.entries[key].meaning
    )


def short_forms(key: str) -> set[str]:
    r"""Return how entries and rows of an array are printed: `x`, `\mathbf{x}` of a matrix."""
    return {plain(key), lowered(key), plain(lowered(key))}


def remembered(fields: Mapping[str, Any]) -> Answers:
    """Return the answers that `asdict` and JSON made of others."""
    return Answers(
        tuple(Sample(tuple(sample["lines"]), sample["point"]) for sample in fields["samples"]),
        tuple(Slip(**slip) for slip in fields["slips"]),
        tuple(
            Letter(**{**letter, "forms": tuple(letter["forms"])}) for letter in fields["letters"]
        ),
    )
