"""The book notices when one of its equations is changed by a token, a term or a factor."""

from collections import Counter
from pathlib import Path

import pytest

from mathcheck.book import read_book, reading_order
from mathcheck.mutants import mutants
from mathcheck.mutation import Fate, fate, fates, in_context, is_checked, narrowed_table, table

ROOT = Path(__file__).parents[2]
FILES = reading_order(ROOT / "book" / "index.md")
DOCUMENTS = read_book(FILES, {f: f.relative_to(ROOT).as_posix() for f in FILES})


def test_no_minus_sign_can_be_lost() -> None:
    """Inline ones count too: each is left out, or read as plus, in turn."""
    places = in_context(DOCUMENTS, "softmax_theory", 0)
    found = [
        Fate(equation, mutant, fate(mutant, number, places))
        for number, (equation, place) in enumerate(places)
        if is_checked(equation, place)
        for mutant in mutants(equation.text, narrowed_table(equation, place))
        if mutant.words.startswith("the minus sign")
    ]
    assert len(found) > 50
    assert {f.verdict for f in found} == {"noticed"}, table(found)


@pytest.mark.slow
def test_ninety_nine_of_a_hundred_changes_are_noticed() -> None:
    found = list(fates(DOCUMENTS, "softmax_theory"))
    counts = Counter(f.verdict for f in found)
    assert len(found) > 1000
    assert counts["noticed"] >= 0.99 * (counts["noticed"] + counts["hole"]), table(found)
