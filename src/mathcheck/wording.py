"""How verdicts are said: at an equation, in the list of all, as counts in a text, in a terminal."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mathcheck.documents import Equation
from mathcheck.report import STATUSES, Result

WORDS = {
    "checked": "checked",
    "defines": "definition",
    "read": "read",
    "unchecked": "not checked",
    "failed": "does not hold",
    "refused": "not read",
}
# How a claim that holds was decided: in a word or two, and in the counts.
GRADES = {
    "proved": ("proved", "proved for every size"),
    "exact": ("exact", "decided exactly"),
    "digits": ("to 30 digits", "agree to 30 digits or more, as rounded, or with their code"),
    "sampled": ("not refuted", "not refuted at samples"),
}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
# What the role `count` can name, besides the statuses.
TOTALS = ("all", "displayed", *GRADES)

Verdicts = Mapping[str, Iterable[tuple[Equation, Result]]]


def grade(result: Result) -> str:
    """Return how a claim that holds was decided, or an empty string."""
    return result.grade or ("exact" if result.exact else "")


def kind(result: Result) -> str:
    """Return what the mark of a verdict shows: how a claim was decided, or its status."""
    return (grade(result) if result.status == "checked" else "") or result.status


def word(result: Result) -> str:
    """Return a verdict in a word or two, and for an exact one the sizes."""
    short, _ = GRADES.get(kind(result), (WORDS.get(result.status, result.status), ""))
    if kind(result) == "exact":
        return f"{short} for {'; '.join(result.exact)}"
    if result.grade == "digits" and not result.digits:
        return "as rounded" if result.rounded else "with its code"
    return f"{short}{for_every(result)}" if result.grade == "proved" else short


def for_every(result: Result) -> str:
    """Return for which sizes an equation was proved."""
    return f" for every {listed(result.proved)}" if result.proved else ""


def listed(names: Sequence[str]) -> str:
    """Return names in a row, the last behind an "and"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def counts(verdicts: Verdicts) -> dict[str, int]:
    """Return how many equations of all pages have each status, and the totals."""
    pairs = [pair for page in verdicts.values() for pair in page]
    statuses = Counter(result.status for _, result in pairs)
    grades = Counter(grade(result) for _, result in pairs)
    return {
        **{status: statuses[status] for status in WORDS},
        **{name: grades[name] for name in GRADES},
        "all": len(pairs),
        "displayed": sum(equation.display for equation, _ in pairs),
    }


def counted(verdicts: Verdicts) -> str:
    """Return how many equations have each verdict, in words."""
    number = some(counts(verdicts)["all"], "equation")
    return f"{number}, those in the text included: {parts(verdicts)}."


def parts(verdicts: Verdicts) -> str:
    """Return the number of each verdict in a row."""
    numbers = counts(verdicts)
    words = {status: f"{numbers[status]} {word}" for status, word in WORDS.items()}
    words["checked"] += in_brackets([f"{numbers[g]} {GRADES[g][1]}" for g in GRADES if numbers[g]])
    words["defines"] = some(numbers["defines"], "definition")
    return ", ".join(words[status] for status in words if numbers[status])


def totals(results: Iterable[Result]) -> str:
    """Return how many equations have which status, in a line for a terminal."""
    results = list(results)
    statuses = Counter(result.status for result in results)
    grades = Counter(result.grade for result in results)
    words = {status: f"{statuses[status]} {status}" for status in STATUSES}
    words["checked"] += in_brackets([f"{grades[g]} {g}" for g in GRADES if grades[g]])
    listed = ", ".join(words[status] for status in STATUSES if statuses[status])
    return f"{some(len(results), 'equation')}: {listed or 'nothing to check'}"


def in_brackets(words: list[str]) -> str:
    """Return a list in brackets, or nothing."""
    return f" ({', '.join(words)})" if words else ""


def summary(result: Result) -> str:
    """Return a verdict in a few words."""
    words = WORDS.get(result.status, result.status)
    if result.status == "checked":
        return decided(result)
    if result.status == "unchecked":
        return f"{words}: {result.message}"
    return words


def decided(result: Result) -> str:
    """Return in words how a claim that holds was decided."""
    points = some(result.points, "point")
    if result.grade == "proved":
        where = f", where {listed(result.where)}" if result.where else ""
        return f"proved{for_every(result)}{where}"
    if result.grade == "sampled":
        return f"not refuted at {points}"
    if result.grade == "digits":
        return f"agrees {agreement(result)} at {points}"
    if grade(result) == "exact":
        return f"decided exactly, for {'; '.join(result.exact)}"
    digits = f" to {result.digits} digits" if result.digits else ""
    comparisons = some(result.comparisons, "comparison")
    return f"checked: {comparisons} at {points}{digits}"


def agreement(result: Result) -> str:
    """Return in words how nearly the sides agree."""
    if not (result.digits or result.rounded):
        return "with its code to 11 digits"
    exactly = "to 30 digits or more" if result.digits else ""
    rounded = "as rounded, to the last printed digit," if result.rounded else ""
    return " and ".join(filter(None, (exactly, rounded)))


def some(number: int, thing: str) -> str:
    """Return a number of things in words."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def ordinal(number: int) -> str:
    """Return a place in a row in words, the first as 0."""
    return ORDINALS[number] if number < len(ORDINALS) else f"number {number + 1}"


def explained(result: Result) -> str:
    """Return a verdict in full."""
    lines = {
        "checked": f"{capital(decided(result))}.",
        "defines": "Gives a name its meaning, which later equations use.",
        "read": "Every symbol is in the table; nothing is claimed.",
        "unchecked": f"Reason: {result.message}",
    }
    text = lines.get(result.status, result.message)
    if grade(result) in ("proved", "exact"):
        comparisons = some(result.comparisons, "comparison")
        text += f" Besides, {comparisons} at {some(result.points, 'point')} found no difference."
    if result.status == "checked" and result.python:
        text += f" The code is compared with the left side, to 11 digits: {result.python}"
    return text


def capital(text: str) -> str:
    """Return a sentence that begins with a capital letter."""
    return text[:1].upper() + text[1:]
