"""Values of the free indices: all of them, or some of each pattern of equal ones."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence

Choice = tuple[int, ...]
Ranges = Sequence[Sequence[int]]

# All values are listed if there are no more than so many; otherwise some are drawn.
LISTED = 2048
# Draws of values that meet the conditions, for each pattern.
TRIES = 24
# Of the patterns, no more than so many are gone through at one sample.
PATTERNS = 256


def chosen(
    ranges: Ranges, meets: Callable[[Choice], bool], most: int, turn: int
) -> Iterator[Choice]:
    """Yield values that meet the conditions: all, or at least one for each pattern of equal ones.

    Parameters
    ----------
    ranges : list of range
        The values of each index.
    meets : callable
        Whether values meet the conditions.
    most : int
        So many values are yielded at most, if there are no more patterns.
    turn : int
        The number of the sample: other values are chosen at another.
    """
    if math.prod(map(len, ranges)) <= LISTED:
        yield from of_each_pattern(list(filter(meets, itertools.product(*ranges))), most, turn)
    else:
        yield from drawn(ranges, meets, turn)


def pattern(values: Choice) -> Choice:
    """Return which of the values are equal: for each the place of the first that equals it."""
    return tuple(map(values.index, values))


def of_each_pattern(meeting: list[Choice], most: int, turn: int) -> list[Choice]:
    """Return at most so many values, and at least one for each pattern."""
    if len(meeting) <= most:
        return meeting
    groups: dict[Choice, list[Choice]] = {}
    for values in meeting:
        groups.setdefault(pattern(values), []).append(values)
    rounds = [shifted(group, turn) for group in groups.values()]
    taken = [group[0] for group in rounds]
    later = itertools.chain.from_iterable(itertools.zip_longest(*(group[1:] for group in rounds)))
    rest = (values for values in later if values is not None)
    return [*taken, *itertools.islice(rest, max(0, most - len(taken)))]


def shifted(group: list[Choice], turn: int) -> list[Choice]:
    """Return the values in an order that begins with the first, the last, or one between."""
    start = (-turn % len(group)) if turn < 2 else (turn * (len(group) // 3 + 1)) % len(group)
    return group[start:] + group[:start]


def drawn(ranges: Ranges, meets: Callable[[Choice], bool], turn: int) -> Iterator[Choice]:
    """Yield drawn values for each pattern; where there are many patterns, for some in turn."""
    source = random.Random(turn)
    patterns = list(itertools.islice(partitions(len(ranges)), 50 * PATTERNS))
    if len(patterns) > PATTERNS:
        # All equal, all different, and others.
        patterns = [patterns[0], patterns[-1], *source.sample(patterns[1:-1], PATTERNS - 2)]
    for blocks in patterns:
        for _ in range(TRIES):
            values = drawn_for(blocks, ranges, source)
            if values is not None and meets(values):
                yield values
                break


def partitions(count: int) -> Iterator[Choice]:
    """Yield all patterns of so many values, by the numbers of their blocks."""

    def longer(start: Choice) -> Iterator[Choice]:
        if len(start) == count:
            yield start
            return
        for block in range(max(start, default=-1) + 2):
            yield from longer((*start, block))

    return longer(())


def drawn_for(blocks: Choice, ranges: Ranges, source: random.Random) -> Choice | None:
    """Return values with a pattern, different for different blocks, or nothing."""
    taken: list[int] = []
    for block in range(max(blocks) + 1):
        own = [values for values, b in zip(ranges, blocks, strict=True) if b == block]
        common = [v for v in own[0] if all(v in other for other in own) and v not in taken]
        if not common:
            return None
        taken.append(source.choice(common))
    return tuple(taken[block] for block in blocks)
