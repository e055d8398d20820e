"""What was compared, and what did not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """What was compared; a brief one stops at the first failure."""

    brief: bool = False

    comparisons: int = 0
    worst: float = 0.0
    # The samples, by their numbers, at which the conditions of a relation were met.
    hits: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    failures: dict[tuple[int, int], Failure] = field(default_factory=dict)
    # A limit, a series without end or an integral was met.
    estimated: bool = False
    python_problem: str = ""
    seen: list[Mapping[str, Any]] = field(default_factory=list)

    def hit(self, pair: tuple[int, int]) -> None:
        """Note that the conditions of a relation are met at the present sample."""
        self.hits.setdefault(pair, set()).add(len(self.seen))

    @property
    def points(self) -> int:
        """Return at how many samples the conditions of a relation were met."""
        return len(set().union(*self.hits.values()))


@dataclass(frozen=True)
class Failure:
    """A relation that does not hold at a sample."""

    left: Any
    right: Any
    values: Mapping[str, Any]
    assignment: Mapping[str, int]
