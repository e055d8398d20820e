"""What a conformance run found."""

import json
from dataclasses import asdict, dataclass


class ConformanceError(AssertionError):
    """A function is not what it claims to be."""


@dataclass(frozen=True)
class Check:
    """One thing that was tried.

    `error` is the largest error in units in the last place, where the check measures one; the
    `scale` of the report says what they are of. `cause` is the input that made it, or what went
    wrong. `verdict` is "passes", "fails" or "not checked".
    """

    name: str
    dtype: str
    classes: int | None
    error: float | None
    cause: str
    verdict: str


@dataclass(frozen=True)
class Report:
    """All checks of a function; printed, it is a table.

    `scale` is the number, in words, at which a unit in the last place is taken.
    """

    claim: str
    function: str
    tolerance: float
    scale: str
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """Return the checks that fail."""
        return tuple(check for check in self.checks if check.verdict == "fails")

    @property
    def passed(self) -> bool:
        """Return whether no check fails."""
        return not self.failures

    @property
    def largest_error(self) -> float:
        """Return the largest error in units in the last place of the scale."""
        return max((c.error for c in self.checks if c.error is not None), default=0.0)

    def raise_for_failures(self) -> None:
        """Raise if a check fails.

        Raises
        ------
        ConformanceError
            With a table of what fails.
        """
        if not self.passed:
            raise ConformanceError("\n" + table(self, self.failures))

    def to_json(self) -> str:
        """Return the report as JSON."""
        return json.dumps(asdict(self), indent=1)

    def __str__(self) -> str:
        return table(self, self.checks)


def table(report: Report, checks: tuple[Check, ...]) -> str:
    """Return checks as an aligned table under one line of summary."""
    failed = len(report.failures)
    verdict = "conforms" if not failed else f"fails {failed} of {len(report.checks)} checks"
    head = f"{report.function} as {report.claim}, to {report.tolerance:g} ulp: {verdict}"
    rows = [("check", "type", "classes", "ulp", "verdict", "worst input, or what happened")]
    for check in checks:
        error = "" if check.error is None else f"{check.error:.3g}"
        classes = "" if check.classes is None else str(check.classes)
        rows.append((check.name, check.dtype, classes, error, check.verdict, check.cause))
    widths = [max(len(row[k]) for row in rows) for k in range(5)]
    lines = [
        "  ".join([*(cell.ljust(w) for cell, w in zip(row[:5], widths, strict=True)), row[5]])
        for row in rows
    ]
    unit = f"ulp: units in the last place of {report.scale}"
    return "\n".join([head, unit, "", *(line.rstrip() for line in lines)])
