"""Samples: values for the symbols of an equation.

A stream of samples begins in general position, at a scale at which messages are readable and
exponentials don't overflow. After that the strata take turns: other scales, values that must be
tried, equal values, round numbers, and mixtures of all these. Every symbol goes through all of its
scales and corners before it repeats one, in an order of its own, so that they are crossed.

All values are exact. They come from a generator that is seeded with the text of the equation: the
same text has the same samples, wherever it stands.
"""

import hashlib
import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mathcheck.kinds import SCALES, Kind, Sizes, Value
from mathcheck.numbers.exact import Exact, NotExact
from mathcheck.symbols import Table

Values = dict[str, Value]
# Of the choices of classes in an exact decision all are tried, if they are not more than this.
MOST_CHOICES = 64
# So many samples of a stream are in general position before the strata take turns.
GENERAL = 3
# Counterexamples of round numbers that are tried.
ROUNDS = 24


@dataclass(frozen=True)
class Sample:
    """Values for sizes and symbols, and the stratum from which they come."""

    values: Mapping[str, Value]
    stratum: str = "general"


def generator(text: str, seed: int) -> random.Random:
    """Return a generator of random numbers that depends on a text and a seed alone."""
    digest = hashlib.sha256(f"{seed}\n{text}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


def sizes(keys: Iterable[str], table: Table) -> list[dict[str, int]]:
    """Return all combinations of the sizes, the small ones first."""
    keys = sorted(keys)
    ranges = [table.entries[key].type.numbers({}) or () for key in keys]
    combinations = [dict(zip(keys, c, strict=True)) for c in itertools.product(*ranges)]
    return sorted(combinations, key=lambda c: (sum(c.values()), tuple(c.values())))


def needed_sizes(keys: Iterable[str], table: Table) -> set[str]:
    """Return the sizes on which the symbols depend."""
    needed = {key for key in keys if table.type(key).dimension}
    return needed.union(*(table.type(key).depends for key in keys))


# --- a stream of samples ---


class Deck:
    """Whole numbers below a count, in random order; all are drawn before one is drawn again."""

    def __init__(self, source: random.Random) -> None:
        self.source, self.left = source, list[int]()

    def draw(self, count: int) -> int:
        """Return the next number."""
        if not self.left:
            self.left = self.source.sample(range(count), count)
        return self.left.pop() % count


class Drawing:
    """The ways to draw a sample at given sizes."""

    def __init__(
        self, keys: Iterable[str], table: Table, source: random.Random, scales: Sequence[int]
    ) -> None:
        self.types: dict[str, Kind] = {key: table.entries[key].type for key in sorted(keys)}
        self.source, self.scales = source, scales
        self.names, self.common, self.turns = Deck(source), Deck(source), itertools.count()
        self.own_corners = {key: Deck(source) for key in self.types}

    def corner(self, key: str, given: Sizes) -> Value:
        """Return the next value of a symbol that must be tried."""
        corners = self.types[key].corners(given)
        if not corners:
            return self.types[key].draw(given, self.source)
        return corners[self.own_corners[key].draw(len(corners))]

    def of_each(self, draw: Callable[[str, Kind], Value]) -> Values:
        """Return the values that each symbol draws."""
        return {key: draw(key, kind) for key, kind in self.types.items()}

    def general(self, given: Sizes) -> Values:
        """Draw all in general position."""
        return self.of_each(lambda key, kind: kind.draw(given, self.source))

    def alike(self, given: Sizes) -> Values:
        """Draw all at one scale."""
        scale = self.scales[self.common.draw(len(self.scales))]
        return self.of_each(lambda key, kind: kind.draw(given, self.source, scale))

    def apart(self, given: Sizes) -> Values:
        """Draw each symbol at one of two scales that stand side by side in the list.

        Who is at which follows the columns of a Hadamard matrix, so that any two symbols soon
        have been large and small together and the one beside the other.
        """
        turn = next(self.turns)
        first, count = 2 * turn % len(self.scales), len(self.scales)
        scales = self.scales[first], self.scales[(first + 1) % count]
        column = 1 + turn // -(-count // 2)
        rows = {key: row for row, key in enumerate(self.types, start=1)}
        return self.of_each(
            lambda key, kind: kind.draw(
                given, self.source, scales[(rows[key] & column).bit_count() % 2]
            )
        )

    def one_corner(self, given: Sizes) -> Values:
        """Draw one symbol from those that must be tried, the others in general position."""
        names = list(self.types)
        key = names[self.names.draw(len(names))]
        return {**self.general(given), key: self.corner(key, given)}

    def corners(self, given: Sizes) -> Values:
        """Draw all from those that must be tried."""
        return self.of_each(lambda key, kind: self.corner(key, given))

    def tied(self, given: Sizes) -> Values:
        """Draw one value for all symbols of a type."""
        common = {
            kind: kind.draw(given, self.source) for kind in dict.fromkeys(self.types.values())
        }
        return self.of_each(lambda key, kind: common[kind])

    def round(self, given: Sizes) -> Values:
        """Draw all of few round numbers."""
        attempt = self.source.randrange(4, ROUNDS)
        return self.of_each(lambda key, kind: kind.rounded(given, self.source, attempt))

    def mixed(self, given: Sizes) -> Values:
        """Draw each in one of these ways."""
        ways: tuple[Callable[[str, Kind], Value], ...] = (
            lambda key, kind: kind.draw(given, self.source),
            lambda key, kind: kind.draw(given, self.source, self.source.choice(self.scales)),
            lambda key, kind: self.corner(key, given),
            lambda key, kind: kind.rounded(given, self.source, ROUNDS // 2),
        )
        return self.of_each(lambda key, kind: self.source.choice(ways)(key, kind))


STRATA: tuple[tuple[str, Callable[[Drawing, Sizes], Values]], ...] = (
    ("scaled", Drawing.alike),
    ("corner", Drawing.one_corner),
    ("tied", Drawing.tied),
    ("scaled", Drawing.apart),
    ("corner", Drawing.corners),
    ("round", Drawing.round),
    ("scaled", Drawing.apart),
    ("mixed", Drawing.mixed),
)


def stream(
    keys: Iterable[str],
    combinations: Sequence[Sizes],
    table: Table,
    source: random.Random,
    scales: Sequence[int] = SCALES,
) -> Iterator[Sample]:
    """Yield samples without end: in general position, of each scale, then the strata in turn.

    Parameters
    ----------
    keys : iterable of str
        The symbols that are sampled.
    combinations : list of dict
        The sizes; they take turns, each with all strata.
    table : Table
        The types of the symbols.
    source : random.Random
        The generator of random numbers.
    scales : list of int
        The powers of two by which samples are scaled, a large one beside a small one.
    """
    drawing = Drawing(keys, table, source, scales)
    first = [("general", Drawing.general)] * GENERAL + [("scaled", Drawing.alike)] * len(scales)
    for turn, (name, draw) in enumerate(itertools.chain(first, itertools.cycle(STRATA))):
        # All sizes come first; then each round of strata begins with the next ones, so that all
        # sizes meet all strata.
        around, place = divmod(turn - len(first), len(STRATA))
        shifted = turn if turn < len(combinations) else around + place
        given = combinations[shifted % len(combinations)]
        yield Sample({**given, **draw(drawing, given)}, name)


def everything(
    keys: Iterable[str], given: Sizes, table: Table, most: int
) -> list[dict[str, Value]] | None:
    """Return all values of the symbols together, if they are finite and not more than `most`."""
    keys = sorted(keys)
    members = []
    for key in keys:
        all_values = table.entries[key].type.members(given)
        if all_values is None:
            return None
        members.append(list(itertools.islice(all_values, most + 1)))
    count = 1
    for values in members:
        count *= len(values)
    if count > most:
        return None
    return [dict(zip(keys, chosen, strict=True)) for chosen in itertools.product(*members)]


def smallest(
    keys: Sequence[str], given: Sizes, table: Table, most: int
) -> Iterator[dict[str, Value]]:
    """Yield the values nearest to zero of symbols for whole numbers, crossed; none of others."""
    each = int(most ** (1 / len(keys)))
    numbers = [table.entries[key].type.numbers(given) for key in keys]
    if any(table.entries[key].type.shape for key in keys) or None in numbers:
        return
    nearest = [sorted(span, key=abs)[:each] for span in numbers if span is not None]
    for chosen in itertools.product(*nearest):
        yield dict(zip(keys, chosen, strict=True))


def exact_values(keys: Iterable[str], given: Sizes, table: Table) -> Iterator[dict[str, Any]]:
    """Yield values for an exact decision: indeterminates, and every choice of a class."""
    keys = sorted(keys)
    choices, count = [], 1
    for key in keys:
        values = table.entries[key].type.indeterminates(key, given, Exact.symbol)
        if values is None:
            raise NotExact(str(table.entries[key].type))
        choices.append(list(itertools.islice(values, MOST_CHOICES + 1)))
        count *= len(choices[-1])
    if count > MOST_CHOICES:
        raise NotExact("too many choices")
    for chosen in itertools.product(*choices):
        yield dict(zip(keys, chosen, strict=True))


def round_values(
    keys: Iterable[str], given: Sizes, table: Table, source: random.Random
) -> Iterator[dict[str, Value]]:
    """Yield values of round numbers: first all equal or zero, then mixed."""
    keys = sorted(keys)
    for attempt in range(ROUNDS):
        yield {key: table.entries[key].type.rounded(given, source, attempt) for key in keys}
