"""How many changes of its equations a book notices."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mathcheck.book import read_equations
from mathcheck.checking.equation import Context, Reading, read
from mathcheck.checking.verdict import check, same_values, stands
from mathcheck.documents import Document, Equation
from mathcheck.latex import Refusal
from mathcheck.modules import module_namespace
from mathcheck.mutants import KINDS, Mutant, mutants
from mathcheck.symbols import Table

# A mutant that no check notices is the same statement if it has the same values at these.
POINTS = 200


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: `noticed`, `equivalent`, or `hole`."""

    equation: Equation
    mutant: Mutant
    verdict: str


def fates(documents: Sequence[Document], module: str = "", seed: int = 0) -> Iterator[Fate]:
    """Yield what becomes of every mutant of every equation that is checked.

    A mutant of a definition is noticed if the equation itself fails, or any after it.
    """
    places = in_context(documents, module, seed)
    for number, (equation, place) in enumerate(places):
        if not is_checked(equation, place):
            continue
        for mutant in mutants(equation.text, narrowed_table(equation, place)):
            yield Fate(equation, mutant, fate(mutant, number, places))


def in_context(
    documents: Sequence[Document], module: str, seed: int
) -> list[tuple[Equation, Context]]:
    """Return the equations in reading order, each with what holds before it."""
    namespace, _ = module_namespace(module)
    waiting = read_equations(documents, None, Context(namespace=namespace, seed=seed))
    return [(one.equation, one.before) for _, one in waiting if one.before]


def is_checked(equation: Equation, place: Context) -> bool:
    """Return whether an equation states something: a claim, or a definition."""
    if equation.options.given:
        return False
    try:
        reading = read(equation.text, equation.options, place)
    except Refusal:
        return False
    return bool(reading.relations) and not reading.condition


def narrowed_table(equation: Equation, place: Context) -> Table:
    """Return the symbols that hold for an equation."""
    return read(equation.text, equation.options, place).place.table


def fate(mutant: Mutant, number: int, places: Sequence[tuple[Equation, Context]]) -> str:
    """Return what becomes of one mutant."""
    equation, place = places[number]
    result, after = check(mutant.text, replace(equation.options, given=True), place)
    if not result.passed:
        return "noticed"
    changed = read(mutant.text, equation.options, place)
    if is_compared(changed) and not stands(mutant.text, equation.options, place):
        return "noticed"
    original = read(equation.text, equation.options, place)
    if same_values(original, changed, POINTS):
        return "equivalent"
    if equation.options.defines and noticed_later(after, number, places):
        return "noticed"
    return "hole"


def is_compared(reading: Reading) -> bool:
    """Return whether an equation claims more than its definitions, or is compared with code."""
    defining = sum(len(p.defining) for p in reading.prepared)
    return bool(reading.options.python) or len(reading.relations) > defining


def noticed_later(after: Context, number: int, places: Sequence[tuple[Equation, Context]]) -> bool:
    """Return whether an equation fails with the definitions of a mutant."""
    definitions = after.definitions
    for equation, place in places[number + 1 :]:
        changed = replace(place, definitions=definitions)
        try:
            reading = read(equation.text, equation.options, changed)
        except Refusal:
            return True
        definitions = reading.after.definitions
        if equation.options.given or reading.condition or not reading.relations:
            continue
        if is_compared(reading) and not stands(equation.text, equation.options, changed):
            return True
    return False


def table(found: Sequence[Fate]) -> str:
    """Return the table of mutants by kind, and what is left over."""
    counts = Counter((f.mutant.kind, f.verdict) for f in found)
    lines = [f"{'change':18}{'mutants':>9}{'noticed':>9}{'equivalent':>12}{'holes':>7}"]
    verdicts = ("noticed", "equivalent", "hole")
    for kind in (*KINDS, "all"):
        row = [
            sum(n for (k, v), n in counts.items() if v == verdict and kind in (k, "all"))
            for verdict in verdicts
        ]
        lines.append(f"{kind:18}{sum(row):>9}{row[0]:>9}{row[1]:>12}{row[2]:>7}")
    changing = sum(n for (_, v), n in counts.items() if v != "equivalent")
    noticed = sum(n for (_, v), n in counts.items() if v == "noticed")
    share = 100 * noticed / changing if changing else 100.0
    lines.append(f"{share:.2f} percent of the {changing} that change the meaning are noticed")
    for fate_ in found:
        if fate_.verdict != "noticed":
            equation = fate_.equation
            lines.append(
                f"{fate_.verdict}: {equation.file}:{equation.line} {equation.name}: "
                f"{fate_.mutant.words}"
            )
    return "\n".join(lines)
