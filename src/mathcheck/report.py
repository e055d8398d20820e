"""What a check found: one `Result` for each equation, and its words."""

from dataclasses import dataclass
from typing import Any

STATUSES = ("checked", "defines", "read", "failed", "refused", "unchecked")


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with an equation: of which kind, where in its text, and what."""

    kind: str
    position: int | None
    data: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Result:
    """The verdict on one equation.

    `comparisons` counts the pairs of values that were compared, `points` the samples.
    `largest_difference` is relative to the largest number met on the way.
    """

    status: str
    message: str = ""
    comparisons: int = 0
    points: int = 0
    digits: int = 0
    python: str = ""
    largest_difference: float = 0.0
    # Where in the text of the equation the message belongs, in characters.
    position: int | None = None
    problems: tuple[tuple[str, int | None], ...] = ()
    # The sizes for which the equation was decided exactly.
    exact: tuple[str, ...] = ()
    # A side is a rounded number, and agrees to its last printed digit.
    rounded: bool = False
    # How a claim that holds was decided: `proved`, `exact`, `digits` or `sampled`.
    grade: str = ""
    # The sizes for every value of which the equation was proved, and what must not be zero then.
    proved: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    # The steps of the proof: words, and formulas in LaTeX.
    proof: tuple[tuple[str, str], ...] = ()
    # The names of the rules that it used.
    rules: tuple[str, ...] = ()
    # The smallest and the largest size of the numbers that the code was given.
    python_range: tuple[float, ...] = ()

    @property
    def passed(self) -> bool:
        """Return whether nothing is wrong."""
        return self.status not in ("failed", "refused")
