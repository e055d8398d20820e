"""How verdicts are said in a book: at an equation, in the list of all, and as counts in a text."""

from collections import Counter
from collections.abc import Iterable, Mapping

from mathcheck.documents import Equation
from mathcheck.report import Result

WORDS = {
    "checked": "checked",
    "defines": "definition",
    "read": "read",
    "unchecked": "not checked",
    "failed": "does not hold",
    "refused": "not read",
}
# What the role `count` can name, besides the statuses.
TOTALS = ("all", "displayed", "exact")

Verdicts = Mapping[str, Iterable[tuple[Equation, Result]]]


def counts(verdicts: Verdicts) -> dict[str, int]:
    """Return how many equations of all pages have each status, and the totals."""
    pairs = [pair for page in verdicts.values() for pair in page]
    statuses = Counter(result.status for _, result in pairs)
    return {
        **{status: statuses[status] for status in WORDS},
        "all": len(pairs),
        "displayed": sum(equation.display for equation, _ in pairs),
        "exact": sum(bool(result.exact) for _, result in pairs),
    }


def counted(verdicts: Verdicts) -> str:
    """Return how many equations have each verdict, in words."""
    numbers = counts(verdicts)
    words = {status: f"{numbers[status]} {word}" for status, word in WORDS.items()}
    words["defines"] = some(numbers["defines"], "definition")
    parts = [words[status] for status in words if numbers[status]]
    return f"{numbers['all']} equations, those in the text included: {', '.join(parts)}."


def summary(result: Result) -> str:
    """Return a verdict in a few words."""
    words = WORDS.get(result.status, result.status)
    if result.status == "checked":
        exact = f", exact for {'; '.join(result.exact)}" if result.exact else ""
        return f"{words}{exact}: {compared(result)}"
    if result.status == "unchecked":
        return f"{words}: {result.message}"
    return words


def compared(result: Result) -> str:
    """Return what was computed for a verdict."""
    digits = f" to {result.digits} digits" if result.digits else ""
    comparisons = some(result.comparisons, "comparison")
    return f"{comparisons} at {some(result.points, 'sample')}{digits}"


def some(number: int, thing: str) -> str:
    """Return a number of things in words."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def explained(result: Result) -> str:
    """Return a verdict in full."""
    lines = {
        "checked": f"{compared(result)}.",
        "defines": "Gives a name its meaning, which later equations use.",
        "read": "Every symbol is in the table; nothing is claimed.",
        "unchecked": f"Reason: {result.message}",
    }
    text = lines.get(result.status, result.message)
    if result.exact:
        text += f" Exact for {'; '.join(result.exact)}."
    if result.status == "checked" and result.python:
        text += f" The code is compared with the left side, to 11 digits: {result.python}"
    return text
