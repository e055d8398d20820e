"""What an equation says in numbers that a reader can follow: its sides, and the code beside it.

The samples are of few round numbers. The values are those with which the equation is checked,
printed with six digits.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mathcheck import samples
from mathcheck.checking.code import code_of
from mathcheck.checking.equation import Reading
from mathcheck.checking.prepare import Prepared, order_of
from mathcheck.checking.sampling import assignments, unknowns
from mathcheck.expressions import Big, SetOf, walk
from mathcheck.indices import free_indices
from mathcheck.numbers.arrays import Row, magnitude
from mathcheck.numbers.balls import NEVER
from mathcheck.numbers.complexes import Complex
from mathcheck.numbers.duals import bare
from mathcheck.python import Code, python_value
from mathcheck.symbols import Table, plain
from mathcheck.values import Scope, evaluate, holds
from mathcheck.values.scope import CRASHES

# Samples that a reader can step through, draws for them, and steps of evaluation for all draws
# and for one.
SAMPLES, DRAWS, EFFORT, EFFORT_FOR_ONE = 20, 120, 45_000, 20_000
# Sizes are drawn near this one: two classes hide which index is meant, and five are many to read.
READABLE_SIZE = 3
# So many samples have readable sizes, so many are of round numbers.
AT_READABLE_SIZE, ROUND = 5, 30
# From this attempt on the numbers of a sample are a mixture of several.
MIXED = 12
DIGITS = 6
MINUS, NO_BREAK = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
ACCENTS = {r"\hat": "\u0302", r"\tilde": "\u0303", r"\bar": "\u0304"}
PRINTED = {"=": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "~": "≈", "propto": "∝"}


@dataclass(frozen=True)
class Sample:
    """What the sides of an equation and its code are at a sample: a line for each statement."""

    lines: tuple[str, ...]
    point: str

    @property
    def text(self) -> str:
        """The sample in a line."""
        return "; ".join(self.lines) + (f" at {unbroken(self.point)}" if self.point else "")


def unbroken(point: str) -> str:
    """Return the values at a sample with each name and its value on one line."""
    return point.replace(" = ", f"{NO_BREAK}={NO_BREAK}")


def worked(reading: Reading, needed: frozenset[str]) -> tuple[Sample, ...]:
    r"""Return an equation in numbers, at samples that differ.

    Parameters
    ----------
    reading : Reading
        An equation that holds, as it was read.
    needed : frozenset of str
        The names that have a value at a sample, as `needed_names` finds them.

    Returns
    -------
    tuple of Sample
        At most twenty; of the first five the one of most different numbers comes first.
        None if a side has no value, as where a function is related to another.

    Examples
    --------
    >>> from mathcheck.book import check_text
    >>> table = "```{symbols}\na, b : real : - : numbers\n```\n"
    >>> [checked] = check_text(table + "$(a + b)^2 = a^2 + 2 a b + b^2$")
    >>> worked(checked.reading, needed_names(checked.reading))[0]
    Sample(lines=('left = right = 1',), point='a = 0, b = 1')
    """
    code = code_of(reading)
    found: dict[Sample, int] = {}
    left = EFFORT
    for turn, values in enumerate(itertools.islice(readable_points(reading, code), DRAWS)):
        if left <= 0 or len(found) == SAMPLES:
            break
        given = {key: value for key, value in values.items() if key in needed}
        scope = reading.place.scope(given, EFFORT_FOR_ONE)
        sample = sample_at(reading, code, scope, turn)
        left -= 1 + EFFORT_FOR_ONE - max(0, scope.shared.steps)
        if sample:
            found.setdefault(sample, variety(given) if turn < AT_READABLE_SIZE else 0)
    first = max(found, key=lambda sample: found[sample], default=None)
    return tuple(sorted(found, key=lambda sample: sample is not first))


def needed_names(reading: Reading) -> frozenset[str]:
    """Return the names without a value for which an equation can't be evaluated.

    Its definitions reach more: a function of several definitions may be used in one of them.
    """
    code = code_of(reading)
    printed = letters_of(reading) | set(code.names if code else ())

    def suffices(names: Iterable[str], values: Mapping[str, Any]) -> bool:
        scope = reading.place.scope({key: values[key] for key in names}, EFFORT_FOR_ONE)
        return sample_at(reading, code, scope, 0) is not None

    for values in itertools.islice(readable_points(reading, code), AT_READABLE_SIZE):
        needed = set(values)
        if suffices(needed & printed, values):
            return frozenset(needed & printed)
        if suffices(needed, values):
            for key in sorted(needed - printed):
                if suffices(needed - {key}, values):
                    needed.remove(key)
            return frozenset(needed)
    return frozenset()


def letters_of(reading: Reading) -> set[str]:
    """Return the names that an equation prints."""
    found = set[str]()
    for node in itertools.chain.from_iterable(map(walk, reading.roots)):
        found |= {getattr(node, "key", "")}
        found |= set(getattr(node, "variables", ())) if isinstance(node, Big) else set()
    return found


def variety(values: Mapping[str, Any]) -> int:
    """Return how many different numbers a sample has."""
    return len({x for value in values.values() for x in np.ravel(np.asarray(value, dtype=object))})


def readable_points(reading: Reading, code: Code | None) -> Iterator[Mapping[str, Any]]:
    """Yield values of round numbers for all symbols, the sizes in turn; later any numbers."""
    table = reading.place.table
    unknown = unknowns(reading, code.names if code else ())
    source = samples.generator(reading.text, reading.place.seed + 6)
    sizes = sorted(unknown.sizes, key=lambda given: sum(map(from_readable, given.values())))
    for attempt in itertools.count():
        given = sizes[max(0, attempt + 1 - AT_READABLE_SIZE) % len(sizes)]
        drawn = {
            key: table.type(key).rounded(given, source, MIXED)
            if attempt < ROUND
            else table.type(key).draw(given, source)
            for key in unknown.sampled
        }
        yield {**given, **drawn}


def from_readable(size: int) -> int:
    """Return how far a size is from the one that is read most easily."""
    return abs(size - READABLE_SIZE)


def sample_at(reading: Reading, code: Code | None, scope: Scope, turn: int) -> Sample | None:
    """Return what an equation is at a sample, or nothing where it has no values there."""
    try:
        lines, indices = lines_at(reading, code, scope, turn)
    except CRASHES:
        return None
    return Sample(tuple(lines), point_in_words(scope, indices)) if lines else None


def lines_at(
    reading: Reading, code: Code | None, scope: Scope, turn: int
) -> tuple[list[str], dict[str, int]]:
    """Return a line for each statement that claims something at a sample, and the indices."""
    lines, indices = [], dict[str, int]()
    for number, ready in enumerate(reading.prepared):
        chosen = assignment_for(ready, scope, turn)
        if chosen is None:
            continue
        line = chain_in_numbers(ready, scope.child(chosen))
        if line and code and number == 0:
            line = with_code(line, code_value(ready, code, scope, chosen))
        if line:
            lines.append(line)
            indices.update(chosen)
    return lines, indices


def assignment_for(ready: Prepared, scope: Scope, turn: int) -> dict[str, int] | None:
    """Return values of the free indices: first the most different ones, then others in turn."""
    found = sorted(assignments(ready, scope), key=lambda chosen: -len(set(chosen.values())))
    return found[turn % len(found)] if found else None


def chain_in_numbers(ready: Prepared, scope: Scope) -> str:
    """Return the sides whose conditions hold with their values: `left = right = 0.5`."""
    sides = [0]
    for relation in range(len(ready.chain.signs)):
        if all(holds(condition, scope) for condition in ready.conditions[relation]):
            sides.append(relation + 1)
    if len(sides) < 2:
        return ""
    names = side_names(len(ready.chain.sides))
    text, value = names[0], numeral(evaluate(ready.chain.sides[0], scope))
    for side in sides[1:]:
        node = ready.chain.sides[side]
        if isinstance(node, SetOf):
            continue
        sign, new = ready.chain.signs[side - 1], numeral(evaluate(node, scope))
        if sign == "=" and new == value:
            text += f" = {names[side]}"
        else:
            text += f" = {value} {PRINTED[sign]} {names[side]}"
        value = new
    return f"{text} = {value}"


def side_names(count: int) -> tuple[str, ...]:
    """Return what the sides of a chain are called."""
    between = ["middle"] if count == 3 else [f"side {number}" for number in range(2, count)]
    return ("left", *between, "right")


def with_code(line: str, value: str) -> str:
    """Return a line with the value that the code computes for the left side."""
    start, _, end = line.rpartition(" = ")
    return f"{start} = code = {value}" if end == value else f"{line}, code = {value}"


def code_value(ready: Prepared, code: Code, scope: Scope, assignment: Mapping[str, int]) -> str:
    """Return what the code computes for the left side."""
    left, table = ready.chain.sides[0], scope.shared.table
    own = free_indices(left, table)
    order = code.indices or tuple(key for key in order_of(left) if key in own)
    index = tuple(assignment[key] - table.type(key).first for key in order)
    return numeral(np.asarray(python_value(code, scope), dtype=np.float64)[index])


def numeral(value: Any) -> str:
    """Return a value with six digits; the entries of an array stand in brackets.

    Examples
    --------
    >>> numeral(np.array([0.5, 2 / 3]))
    '(0.5, 0.666667)'
    """
    if isinstance(value, frozenset):
        return "{" + ", ".join(map(str, sorted(value))) + "}"
    if isinstance(value, Row):
        return numeral(value.entries)
    if isinstance(value, np.ndarray) and value.shape:
        return f"({', '.join(numeral(entry) for entry in value)})"
    number = bare(value[()] if isinstance(value, np.ndarray) else value)
    if isinstance(number, Complex):
        return f"{numeral(number.real)} + {numeral(number.imaginary)} i"
    # A number that can't be told from zero is one.
    if not isinstance(number, float) and magnitude(number) == NEVER:
        return "0"
    return f"{float(number):.{DIGITS}g}".replace("-", MINUS)


def point_in_words(scope: Scope, assignment: Mapping[str, int]) -> str:
    """Return the values at a sample, sizes first and indices last."""
    table = scope.shared.table
    keys = [key for key in scope.values if key in table and key not in assignment]
    keys.sort(key=lambda key: (not table.type(key).dimension, key))
    values = [(key, scope.values[key]) for key in keys]
    parts = [*values, *sorted(assignment.items())]
    return ", ".join(f"{name_in_text(key, table)} = {numeral(value)}" for key, value in parts)


def name_in_text(key: str, table: Table) -> str:
    r"""Return a name in a line of text: `τ` of `\tau`, `z` of `\mathbf{z}`, `z̃` of `\tilde{z}`."""
    name = plain(key)
    accented = re.fullmatch(r"(\\[a-z]+)\{(.+)\}", name)
    if accented and accented[1] in ACCENTS:
        return name_in_text(accented[2], table) + ACCENTS[accented[1]]
    try:
        return unicodedata.lookup(f"GREEK SMALL LETTER {name.removeprefix(chr(92))}")
    except KeyError:
        entry = table.entries.get(key)
        return (entry and entry.python) or name
