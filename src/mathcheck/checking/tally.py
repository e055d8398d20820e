"""What was compared, and what did not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mathcheck.checking.decide import Near
from mathcheck.numbers.balls import Rational
from mathcheck.numbers.precision import Divisor, Touching
from mathcheck.values import Open, flat

# Where no number is larger than this, two that differ do so by more than the last digit.
MODERATE = 8
# Steps of evaluation for one equation, after which it is refused.
EFFORT = 500_000
# The statement and the place of a relation in its chain.
Pair = tuple[int, int]


@dataclass(frozen=True)
class Failure:
    """A relation that does not hold at a sample; `first` is the side that it is compared with.

    `nearly` says that the sample is the solution of an equation but for its last digits.
    """

    left: Any
    right: Any
    values: Mapping[str, Any]
    assignment: Mapping[str, int]
    first: int = 0
    nearly: bool = False


@dataclass(frozen=True)
class Gap:
    """A side without a value at a sample where its neighbour has one.

    It is certain that it is a slip where no row of cases holds, or where a kink is differentiated.
    """

    reason: str
    side: int
    values: Mapping[str, Any]
    assignment: Mapping[str, int]
    certain: bool = False


@dataclass(frozen=True)
class Unsettled:
    """A question that is left open at a sample."""

    question: Open
    values: Mapping[str, Any]


@dataclass
class Tally:
    """What was compared; a brief one stops at the first failure."""

    brief: bool = False
    # Steps of evaluation that are left.
    effort: int = EFFORT

    comparisons: int = 0
    worst: float = 0.0
    # The samples, by their numbers, at which the conditions of a relation were met.
    hits: dict[Pair, set[int]] = field(default_factory=dict)
    failures: dict[Pair, Failure] = field(default_factory=dict)
    gaps: dict[Pair, Gap] = field(default_factory=dict)
    unsettled: Unsettled | None = None
    # The rows of cases that were met, and the sides that were evaluated.
    rows: set[int] = field(default_factory=set)
    sides: set[Pair] = field(default_factory=set)
    # Some values of symbols that have finitely many were not tried, at small and large sizes.
    partial: bool = False
    # A limit, a series without end or an integral was met.
    estimated: bool = False
    python_problem: str = ""
    # The smallest and the largest size of a number at which code was compared.
    python_range: tuple[float, float] | None = None
    seen: list[Mapping[str, Any]] = field(default_factory=list)

    def hit(self, pair: Pair) -> None:
        """Note that the conditions of a relation are met at the present sample."""
        self.hits.setdefault(pair, set()).add(len(self.seen))

    @property
    def points(self) -> int:
        """Return at how many samples the conditions of a relation were met."""
        return len(set().union(*self.hits.values()))

    @property
    def wrong(self) -> bool:
        """Return whether something does not hold."""
        return bool(self.failures or self.gaps or self.unsettled or self.python_problem)

    def leave_open(self, question: Open, values: Mapping[str, Any]) -> bool:
        """Note what is open, and return whether that matters.

        Two sides that are nearly equal are compared at other points, and so are quotients of which
        the divisor may be zero. Far out two numbers may differ by less than any digits show, as do
        tanh x and 1; but where they touch, nearby ones differ more.
        """
        numbers = (x for value in values.values() for x in flat(value) if isinstance(x, Rational))
        moderate = all(-MODERATE <= x <= MODERATE for x in numbers)
        undecided = question.question
        settled_elsewhere = not moderate or isinstance(undecided, Near | Divisor)
        matters = isinstance(undecided, Touching) or not settled_elsewhere
        if matters and self.unsettled is None:
            self.unsettled = Unsettled(question, values)
        return matters
