"""The book notices when one of its equations is changed by a token, a term or a factor."""

from collections import Counter
from pathlib import Path

import pytest

from mathcheck.book import read_book, reading_order
from mathcheck.checking.equation import Context
from mathcheck.documents import Equation
from mathcheck.mutants import Mutant, mutants
from mathcheck.mutation import Fate, fate, fates, in_context, is_checked, narrowed_table, table

ROOT = Path(__file__).parents[2]
FILES = reading_order(ROOT / "book" / "index.md")
DOCUMENTS = read_book(FILES, {f: f.relative_to(ROOT).as_posix() for f in FILES})


@pytest.fixture(scope="module")
def places() -> list[tuple[Equation, Context]]:
    return in_context(DOCUMENTS, "softmax_theory", 0)


def signless(equation: Equation, place: Context) -> list[Mutant]:
    """Return the mutants that leave out a minus sign, or read it as plus."""
    changed = mutants(equation.text, narrowed_table(equation, place))
    return [mutant for mutant in changed if mutant.words.startswith("the minus sign")]


def test_no_minus_sign_can_be_lost(places: list[tuple[Equation, Context]]) -> None:
    """Inline ones count too: each is left out, or read as plus, in turn."""
    found = []
    for number, (equation, place) in enumerate(places):
        if is_checked(equation, place):
            changed = signless(equation, place)
            signs = {n for n, letter in enumerate(equation.text) if letter == "-"}
            assert {mutant.start for mutant in changed} >= signs, equation.text
            found += [Fate(equation, m, fate(m, number, places)) for m in changed]
    assert len(found) > 50
    assert {f.verdict for f in found} == {"noticed"}, table(found)


def test_a_formula_that_is_only_read_has_no_minus_sign(
    places: list[tuple[Equation, Context]],
) -> None:
    """Nothing would notice that it is lost; such a formula is to be a full relation."""
    idle = [e for e, place in places if not is_checked(e, place)]
    assert len(idle) > 50
    assert [f"{e.file}:{e.line}: {e.text}" for e in idle if "-" in e.text] == []


@pytest.mark.slow
def test_ninety_nine_of_a_hundred_changes_are_noticed() -> None:
    found = list(fates(DOCUMENTS, "softmax_theory"))
    counts = Counter(f.verdict for f in found)
    assert len(found) > 1000
    assert counts["noticed"] >= 0.99 * (counts["noticed"] + counts["hole"]), table(found)
